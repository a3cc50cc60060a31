"""SDKs in lines: `label: value`, and a name as a title over such lines."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from harness.policy.blocks import Block, Document
from harness.policy.dealing import URL
from harness.policy.entries import Entry, clean_name, from_fields, is_function, is_sdk_name, plausible_name
from harness.policy.fields import Value, is_company, pairs, role_of_label, words
from harness.policy.flattened import flattened
from harness.policy.kinds import mentions
from harness.policy.several import is_known, several
from harness.policy.statements import pattern, role_of
from harness.policy.words import compiled

_PARTS = compiled("sdk_lines", "parts")
_STATE = compiled("sdk_lines", "state")
_PROVIDED = compiled("sdk_lines", "provided")
_SENTENCE = compiled("sdk_prose", "sentence")
_NUMBER = compiled("entries", "number")
_BRACKETED = re.compile(r"\([^()]*\)|:\s*$")
_NAME_AND_COMPANY = re.compile(r"([^()]+?)\s*\(([^()]+)\)\s*")
_NO_SERVICE = compiled("sdk_sections", "no_service")
_MOST_OPEN = 14
"""Lines without a label that may belong to the value before them."""


@dataclass
class Records:
    """Labels and values as they come, put together to one record for each SDK."""

    document: Document
    role: str
    name: tuple[int, int] | None = None
    values: list[Value] = field(default_factory=list)
    spans: list[tuple[int, int]] = field(default_factory=list)
    found: list[Entry] = field(default_factory=list)
    likely: list[tuple[frozenset[str], Entry]] = field(default_factory=list)
    """Records that name their company, but of which nothing says that they are SDKs: with their labels."""
    sure: Counter[frozenset[str]] = field(default_factory=Counter)
    loose: int = 0
    begins: str = ""
    """The label that the first record began with, where that was not its name: it begins each of the others, too."""

    @property
    def is_open(self) -> bool:
        return bool(self.values) or self.name is not None

    @property
    def roles(self) -> set[str]:
        return {value.role for value in self.values}

    def pairs(self, span: tuple[int, int], values: list[Value], title: tuple[int, int] | None) -> None:
        """A line of labels. `title`: the line above it, where that can be what the SDK is called."""
        if self._goes_on_with(values[0], title):
            self.values += values
            self.spans.append(span)
            self.loose = 0
            return
        for number, value in enumerate(values):
            repeats = value.role in self.roles and value.role in ("company", "purpose", "kinds", "link") and number == 0
            begins = value.role == self.begins and value.role in self.roles and "name" in self.roles
            if value.role == "name" and "name" not in self.roles and self.values and not self._is_complete():
                self.begins = self.values[0].role
                self.name = (value.start, value.end)  # what stood before it, a title or the company, is of this SDK
                self.values.append(value)
            elif value.role == "name":
                self.close()
                self.name = (value.start, value.end)
                self.values = [value]
            elif title is None and (begins or (value.role == "company" in self.roles and self._is_of_company())):
                self.close()
                self.values = [value]
            elif title is not None and number == 0 and (repeats or not self.is_open):
                self.close()
                self.name, self.values = title, [value]
                self.spans.append(title)
            else:
                self.values.append(value)
        self.spans.append(span)
        self.loose = 0

    def _goes_on_with(self, value: Value, title: tuple[int, int] | None) -> bool:
        """Whether a label parts the kinds of the open record, 设备信息: below 获取信息:, with at most a state above it."""
        if not self.values or {self.values[-1].role, value.role} != {"kinds"}:
            return False
        if not (mentions(value.label) or _PARTS.search(value.label)):
            return False
        return title is None or bool(_STATE.search(self.document.folded.text[title[0] : title[1]]))

    def _is_complete(self) -> bool:
        """Whether the open record has a title that is an SDK's name, and something said of it."""
        if self.name is None or not self._is_sdk(self.name):
            return False
        return len(self.values) > 1 and plausible_name(clean_name(self.document, *self.name)[0].lower())

    def _is_of_company(self) -> bool:
        """Whether the open record begins with a company and has no name: Recipient: Tidepool Ltd.; Data: ... In Chinese what
        stands there has to be called an SDK, 接收方：某某SDK（某某公司）, for it is mostly the company of the title above."""
        first = self.values[0]
        if first.role != "company" or "kinds" not in self.roles or "name" in self.roles:
            return False
        if not first.label.isascii():
            titled = self.name is not None and self._is_sdk(self.name)
            return self.role in ("sdks", "shares") and not titled and self._is_sdk((first.start, first.end))
        title = self.document.folded.text[slice(*self.name)] if self.name else first.label
        if first.label.strip(" *_") not in title:
            return False  # a title other than that of the label, Recipients, is the service's name
        return self.role in ("sdks", "shares") or is_known(self.document.folded.text[first.start : first.end])

    def _name_after_company(self) -> None:
        """The name of a record that begins with its company: the company, or what stands before it, 某某SDK（某某公司）."""
        first = self.values[0]
        self.name = first.start, first.end
        both = _NAME_AND_COMPANY.fullmatch(self.document.folded.text, first.start, first.end)
        if both and self._is_sdk(both.span(1)):
            self.name, self.values[0] = both.span(1), Value("company", first.label, *both.span(2))

    def _is_sdk(self, at: tuple[int, int]) -> bool:
        return is_sdk_name(self.document.folded.text[at[0] : at[1]])

    def _is_own_name(self, at: tuple[int, int]) -> bool:
        """Whether a title says no kind and no service, but can be a name of its own."""
        said = _NUMBER.sub("", self.document.folded.text[at[0] : at[1]]).strip()
        if len(said) > 40 or role_of_label(said) or mentions(said):
            return False
        return plausible_name(said) and not is_function(said)

    def _is_proper(self, at: tuple[int, int]) -> bool:
        """Whether a title is written as English names are, and says no kind and no service."""
        words = clean_name(self.document, *at)[0].split()
        proper = 0 < len(words) <= 4 and all(word.isascii() and word[:1].isupper() for word in words)
        return proper and self._is_own_name(at) and not _NO_SERVICE.search(" ".join(words).lower())

    def _is_sentence(self, at: tuple[int, int]) -> bool:
        return bool(_SENTENCE.search(_BRACKETED.sub("", _NUMBER.sub("", self.document.folded.text[at[0] : at[1]].strip(" *_-")))))

    def more(self, span: tuple[int, int]) -> bool:
        """A line without a label: it belongs to the last value, as far as a record is open."""
        said = self.document.folded.text[span[0] : span[1]]
        if not self.values or self.loose >= _MOST_OPEN or pattern("ours").search(said):
            return False
        if _PROVIDED.search(said):  # 某某推送：由某某公司提供: a sentence of its own
            return False
        if len(said) > 20 and words("name_of_sdk").search(said) and not (self.values[-1].role == "kinds" and mentions(said[:24])):
            return False
        last = self.values[-1]
        if last.role == "name" and last.start < last.end:
            self.values.append(
                Value("kinds", "", *span)
                if not URL.search(self.document.folded.text[span[0] : span[1]])
                else Value("link", "", *span)
            )
        elif last.role == "name":
            self.name = span
            self.values[-1] = Value("name", last.label, *span)
        else:
            self.values.append(Value(last.role, last.label, *span))
        self.spans.append(span)
        self.loose += 1
        return True

    def goes_on_below(self, heading: tuple[int, int]) -> bool:
        """Whether a heading parts the kinds of the open record, （1）必选个人信息, and begins nothing new."""
        said = self.document.folded.text[heading[0] : heading[1]]
        return bool(self.values) and self.values[-1].role == "kinds" and len(said) < 24 and bool(_PARTS.search(said))

    def is_member(self, heading: tuple[int, int]) -> bool:
        """Whether a numbered line that looks like a heading is one of the kinds of the open record: 1. 设备品牌、型号."""
        said = self.document.folded.text[heading[0] : heading[1]]
        return bool(self.values) and self.values[-1].role == "kinds" and not is_sdk_name(said) and len(mentions(said)) > 1

    def row(self, block: Block, span: tuple[int, int], title: tuple[int, int] | None) -> None:
        """A row of a table within the record: of its columns those that say what is collected, where any does."""
        if not self.is_open:
            self.name = title
        cells = [self.document.span(a, b) for a, b in block.cells]
        named = [n for n, head in enumerate(block.heads) if role_of_label(head) in ("kinds", "permissions")]
        for number, cell in enumerate(cells):
            if number in named or not named or (number and not block.heads[number : number + 1]):
                self.values.append(Value("kinds", "", *cell))
        self.spans.append(span)

    def close(self) -> None:
        """Ends the open record; it counts where it names an SDK and says something of it."""
        if self.values and self._is_of_company():
            self._name_after_company()
        if self.name is not None and self.values:
            named = "name" in self.roles and any(words("name_of_sdk").search(v.label) for v in self.values if v.role == "name")
            told = self.roles & {"company", "kinds", "purpose", "link", "permissions"}
            sure = named or self._is_sdk(self.name) or ("company" in self.roles and self.role in ("sdks", "shares"))
            sure = sure or ("link" in self.roles and self.role == "sdks")
            sure = sure or (self.role == "sdks" and {"kinds", "purpose"} <= self.roles and self._is_own_name(self.name))
            sure = sure or (self.role == "sdks" and "kinds" in self.roles and self._is_proper(self.name))
            sure = sure or (self.values[0].start == self.name[0] and self.values[0].role == "company")
            sure = sure or (self.role == "sdks" and is_company(_NUMBER.sub("", self.document.folded.text[slice(*self.name)])))
            sure = sure and (named or "name" in self.roles or self._is_sdk(self.name) or not self._is_sentence(self.name))
            likely = {"company", "kinds"} <= self.roles and len(self.roles) > 2
            if told and (sure or likely):
                start = min(a for a, _ in [*self.spans, self.name])
                end = max(b for _, b in [*self.spans, self.name])
                at = self.name[0]
                for a, b in several(self.document.folded.text[slice(*self.name)]):
                    entry = from_fields(self.document, (at + a, at + b), self.values, (start, end), self.role)
                    if entry is None:
                        continue
                    if not self.roles & {"kinds", "permissions"}:
                        for span in self.spans:
                            entry.add_kinds(self.document.folded.text, *span, prose=True)
                    labels = frozenset(self.roles - {"name"})
                    if sure:
                        self.sure[labels] += 1
                        self.found.append(entry)
                    else:
                        self.likely.append((labels, entry))
        self.name, self.values, self.spans, self.loose = None, [], [], 0

    def done(self) -> list[Entry]:
        """The entries; a record that looks like those of several SDKs is one of them."""
        self.close()
        return [*self.found, *(entry for labels, entry in self.likely if self.sure[labels] > 1)]


def _inside(one: tuple[int, int], other: tuple[int, int]) -> bool:
    return other[0] <= one[0] < other[1]


def in_lines(document: Document, tables: frozenset[int]) -> Iterator[Entry]:
    """The entries of all lines that are no rows of a table. A table that is none of SDKs (`tables` are those) and stands in
    an open
    record, or right under an SDK's name, says what that SDK collects."""
    text = document.folded.text
    blocks = [(b, document.span(b.start, b.end)) for b in document.blocks]
    records = Records(document, "")
    title: tuple[int, int] | None = None
    dealt = list(flattened(document, blocks))
    yield from (entry for _, _, entries in dealt for entry in entries)
    passed = 0
    for number, (block, span) in enumerate(blocks):
        while passed < len(dealt) and dealt[passed][1] <= number:
            passed += 1
        if passed < len(dealt) and dealt[passed][0] <= number:
            records.close()
            title = None
            continue
        if block.kind in ("row", "head"):
            if block.table in tables or not (records.is_open or (title is not None and is_sdk_name(text[title[0] : title[1]]))):
                records.close()
                title = None
            else:
                records.row(block, span, title)
                title = None
            continue
        own = (document.text[block.start : block.end],) if block.kind == "heading" else ()
        records.role = role_of((*block.path, *own)) or records.role
        found: list[Value] = []
        lines = [span] if "\n" not in text[span[0] : span[1]] else _lines(text, *span)
        for line in lines:
            found = pairs(text, *line) if line[1] - line[0] < 6000 else []
            if found and (_leads(found[0], line) or found[0].role == "name" or _title_within(text, line, found[0])):
                within = _title_within(text, line, found[0])
                records.pairs(line, found, within or title)
                title = None
                continue
            if block.kind == "heading" and block.level > 10 and records.goes_on_below(line):
                records.spans.append(line)
                continue
            if block.kind == "heading" and block.level > 10 and records.is_member(line) and records.more(line):
                continue
            if block.kind == "heading":
                records.close()
                title = line
                continue
            following = _next_pairs(text, blocks, number)
            short = line[1] - line[0] <= 70 and plausible_name(text[line[0] : line[1]].strip())
            if (
                short
                and following
                and (not records.is_open or following[0].role in records.roles)
            ):
                title = line
            elif not records.more(line):
                records.close()
                title = line if short else None
    yield from records.done()


def _lines(text: str, start: int, end: int) -> list[tuple[int, int]]:
    found, at = [], start
    for line in text[start:end].split("\n"):
        if line.strip():
            found.append((at, at + len(line)))
        at += len(line) + 1
    return found


def _leads(value: Value, line: tuple[int, int]) -> bool:
    """Whether a label begins its line, or near to that: a long one, types of personal information collected, ends late."""
    return value.start - line[0] < 30 or value.start - line[0] - len(value.label) < 12


def _title_within(text: str, line: tuple[int, int], first: Value) -> tuple[int, int] | None:
    """What stands before the first label of a line, where it can be a name: `1. 某某SDK 使用目的：…`."""
    at = text.rfind(first.label, line[0], first.start)
    before = text[line[0] : at].strip(" *-•·\t:,;")
    if at > line[0] and plausible_name(before) and is_sdk_name(before):
        return line[0], at
    return None


def _next_pairs(text: str, blocks: list[tuple[Block, tuple[int, int]]], number: int) -> list[Value]:
    if number + 1 >= len(blocks) or blocks[number + 1][0].kind in ("row", "head", "heading"):
        return []
    start, end = blocks[number + 1][1]
    found = pairs(text, start, min(end, start + 400))
    return found if found and found[0].start - start < 40 else []
