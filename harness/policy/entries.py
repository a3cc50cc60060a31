"""What one place of a policy says of one SDK, before the places are put together."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from harness.policy.blocks import Document
from harness.policy.fields import Value, platforms_of, words
from harness.policy.kinds import Mention, mentions
from harness.policy.known import is_service, known_of
from harness.policy.polarity import in_purpose, scopes
from harness.policy.statements import pattern
from harness.policy.words import compiled

_NUMBER = compiled("entries", "number")
_NAME_LABEL = compiled("entries", "name_label")
_TRIM = " \t\n*_#:,;、\"'<>《》「」|。.-"
_WHAT_FOR = compiled("entries", "what_for")
_NO_NAME = compiled("entries", "no_name")
_GENERIC = compiled("entries", "generic")
_SERVICE = compiled("entries", "service")
_SPEAKS = compiled("entries", "speaks")
_ALL_OF_THEM = compiled("sdk_prose", "all_of_them")
_SENTENCE = compiled("sdk_prose", "sentence")
_BRACKETED = re.compile(r"\([^()]*\)")


@dataclass
class Entry:
    """`name`, `spans`: places in the folded text; `kinds`: kind -> whether it is denied."""

    name: str
    name_at: tuple[int, int]
    spans: list[tuple[int, int]]
    company: str = ""
    purpose: str = ""
    kinds: dict[str, bool] = field(default_factory=dict)
    platforms: set[str] = field(default_factory=set)
    role: str = ""
    shared: bool = False
    """Whether it is one of several that a sentence names, and says the same of all of them."""

    own: bool = False
    """Whether the app is said to take by it what it takes: its kinds are the app's, too."""

    def add_listed(self, text: str, start: int, end: int) -> None:
        """The kinds of a cell or a field; what stands behind `：用于` says what each is for and names none."""
        at = start
        for piece in re.split(r"(?<=[;。\n])", text[start:end]):
            cut = _WHAT_FOR.search(piece)
            self.add_kinds(text, at, at + (cut.start() if cut else len(piece)))
            at += len(piece)

    def add_kinds(self, text: str, start: int, end: int, prose: bool = False) -> None:
        """The kinds named there; what a denial covers is denied, unless it was declared before. In
        `prose`, a kind in a clause that says what for is none that is taken."""
        said = text[start:end]
        if pattern("no_value").search(said.strip()):
            return
        served = [m.span() for m in _SERVICE.finditer(said)] if prose else []
        for mention, polarity in polar(said):
            if polarity == "neutral" or (prose and in_purpose(said, mention.start)):
                continue
            if any(a < mention.start < b for a, b in served):
                continue
            if polarity in ("denied", "weak"):
                self.kinds.setdefault(mention.kind, True)
            else:
                self.kinds[mention.kind] = False


    def go_on(self, text: str, start: int, end: int) -> None:
        """A further place that speaks of it, in a sentence."""
        self.add_kinds(text, start, end, prose=True)
        self.spans.append((start, end))


def is_said_of_all(said: str) -> bool:
    """Whether a sentence says of all that were named what they take: these services may collect your IP address."""
    return bool(_ALL_OF_THEM.search(said)) and not pattern("denies").search(said)


def is_sentence(said: str) -> bool:
    """Whether a folded line, without what stands in brackets, has what sentences have and names have not."""
    return bool(_SENTENCE.search(_BRACKETED.sub("", said)))


def polar(said: str) -> list[tuple[Mention, str]]:
    """The kinds of a stretch of folded text, each declared, denied, weak (polarity.scopes) or neutral."""
    found = mentions(said)
    if not found:
        return []
    result = []
    at = 0
    for piece in re.split(r"(?<=[。;!?\n])", said):
        inside = [m for m in found if at <= m.start < at + len(piece)]
        if inside:
            covered = scopes(piece, [(m.start - at, m.end - at) for m in inside])
            for mention in inside:
                result.append((mention, next((p for a, b, p in covered if a <= mention.end - 1 - at < b), "declared")))
        at += len(piece)
    return result


def clean_name(document: Document, start: int, end: int) -> tuple[str, tuple[int, int]]:
    """An SDK's name as the policy writes it, without number, label and quotes; its place in the folded text."""
    text = document.folded.text
    said = text[start:end]
    first = _NUMBER.match(said)
    if first and first.end() < len(said):
        start += first.end()
    label = _NAME_LABEL.match(text[start:end])
    if label:
        start += label.end()
    while start < end and text[start] in _TRIM:
        start += 1
    while end > start and text[end - 1] in _TRIM:
        end -= 1
    a, b = document.folded.quoted(start, end)
    return re.sub(r"\s+", " ", document.text[a:b]).strip(), (start, end)


def plausible_name(folded_name: str) -> bool:
    """Whether a cell or a line can be what an SDK is called."""
    if not 1 < len(folded_name) <= 70 or _NO_NAME.match(folded_name) or folded_name.count(",") > 2:
        return False
    return not (_SPEAKS.search(folded_name) or is_generic(folded_name)) or known_of(folded_name) is not None


@lru_cache(maxsize=4096)
def is_generic(folded_name: str) -> bool:
    """Whether nothing of a name is its own: 第三方SDK清单, this third-party SDK."""
    if not folded_name.isascii():
        return not _GENERIC.sub("", folded_name)
    return not [word for word in re.split(r"[^a-z0-9]+", folded_name) if word and not _GENERIC.fullmatch(word)]


@lru_cache(maxsize=4096)
def is_function(folded_name: str) -> bool:
    """Whether a name says what something does and nothing of its own: 消息推送服务, 站外分享SDK."""
    return not folded_name.isascii() and not words("function").sub("", folded_name)


def is_sdk_name(folded_name: str) -> bool:
    """Whether a name is an SDK's by itself: it says so, or the catalogue knows it."""
    bare_name = _NUMBER.sub("", folded_name).strip(_TRIM)
    return bool(words("name_of_sdk").search(bare_name)) or known_of(bare_name) is not None or is_service(bare_name)


def from_fields(
    document: Document, name: tuple[int, int], values: Sequence[Value], span: tuple[int, int], role: str
) -> Entry | None:
    """An entry of a record: its name and the fields beside it."""
    text = document.folded.text
    first = text.find("\n", *name)
    if first >= 0 and is_sdk_name(text[name[0] : first]) and not text[first:].lstrip().startswith("("):
        name = name[0], first  # what stands below it in the cell is a note
    called, at = clean_name(document, *name)
    if not plausible_name(text[at[0] : at[1]]):
        return None
    entry = Entry(called, at, [span], role=role)
    entry.platforms.update(platforms_of(text[name[0] : name[1]]))
    for value in values:
        said = text[value.start : value.end].strip()
        if not said:
            continue
        if value.role == "company" and not entry.company and not pattern("no_value").search(said):
            entry.company = _written(document, value)
        elif value.role == "purpose":
            if not entry.purpose:
                entry.purpose = _written(document, value)
            if pattern("takes").match(said):
                entry.add_kinds(text, value.start, value.end)
        elif value.role in ("kinds", "permissions"):
            entry.add_listed(text, value.start, value.end)
        if value.role in ("platform", "kinds"):
            entry.platforms.update(platforms_of(said))
    if not entry.company:
        inside = words("company").search(text[at[0] : at[1]])
        if inside and inside["company"].startswith("("):
            entry.company = inside["company"].strip("()")
    return entry


def _written(document: Document, value: Value) -> str:
    a, b = document.folded.quoted(value.start, value.end)
    return re.sub(r"\s+", " ", document.text[a:b]).strip(" *_")[:400]
