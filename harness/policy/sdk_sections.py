"""SDKs in parts and items of one shape, again and again: a name as a title over sentences; a name, a sign and what it does."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, takewhile

from harness.policy.blocks import Block, Document
from harness.policy.entries import Entry, clean_name, is_function, is_said_of_all, is_sdk_name, is_sentence, plausible_name
from harness.policy.fields import role_of_label, words
from harness.policy.kinds import mentions
from harness.policy.known import is_service, known_of
from harness.policy.several import is_known, of_group
from harness.policy.statements import pattern, role_of, sentences
from harness.policy.words import compiled

Span = tuple[int, int]
_STYLE = re.compile(
    r"[\s*_#>]*(?P<open>\(?)(?P<sign>\d{1,2}(?:\.\d{1,2})*|[一二三四五六七八九十]{1,3}|[a-z](?=[.)、])|[①-⑳])(?P<close>[.)、:]?)"
)
_TITLE = compiled("sdk_sections", "title")
_LED = compiled("sdk_sections", "led")
_BRACKETED = re.compile(r"\([^()]*\)")
_SENTENCE = compiled("sdk_prose", "sentence")
_ENDS = compiled("sdk_sections", "ends")
_VERB = compiled("sdk_prose", "verb")
_CONTEXT = compiled("sdk_sections", "context")
_ALL_TAKE = compiled("sdk_sections", "all_take")
_COMPANY_OF = re.compile(r"^[^()]*\)|\([^()]*\)")
_PURPOSE = compiled("sdk_sections", "purpose")
_FUNCTION = compiled("sdk_sections", "function")
_NO_SERVICE = compiled("sdk_sections", "no_service")
_ITEM = re.compile(
    r"[\s\-+*•·●○■◆►▪]*(?:\d{1,2}[.)、]\s*)?[*_\"“]{0,3}(?P<name>[^:—–(\n,。;|]{2,48}?)"
    r"(?: privacy(?: policy| notice| statement)?)?[*_\"”]{0,3}\s*(?::|—|–| - |\((?!s\))|\.\s|\.?$)"
)
_PROPER = re.compile(
    r"[A-Z0-9][\w.+&'’!/-]*|[a-z]{1,6}[A-Z]\w*|[a-z0-9-]+\.(?:com|io|net|org|ai|co|app|dev)|&|and|of|for|by|the|de|\+"
)
_ARTICLES = ("The", "Our", "We", "No")
_MOST_PARTS, _MOST_BELOW = 8, 40
_BY_WORDS = 14
"""From this level on a heading is one by its words or its bold letters (`plain.heading_level`), and all are of one style."""


@dataclass
class _Part:
    """A title with its names, and the places of what is said under it."""

    style: tuple[str, ...]
    number: int
    names: list[Span]
    begins: int
    """Where what is said begins in the title's own block; its end where nothing is."""

    sure: bool = True
    """Whether the names are SDKs' by themselves, and not only by the company that they keep."""


def in_sections(document: Document, taken: Sequence[Span]) -> Iterator[Entry]:
    """The entries of all parts and items outside the places that are `taken`; those are in order."""
    text = document.folded.text
    free: list[tuple[Block, Span]] = []
    at = 0
    for block in document.blocks:
        span = document.span(block.start, block.end)
        while at < len(taken) and taken[at][1] <= span[0]:
            at += 1
        if block.kind not in ("row", "head") and not (at < len(taken) and taken[at][0] < span[1]):
            free.append((block, span))
    of_items = list(_in_items(document, text, free))
    _add_said_of_all(text, free, of_items)
    yield from of_items
    of_purposes = list(_by_purpose(document, text, free))
    yield from of_purposes
    of_items += of_purposes
    starts = {span[0] for entry in of_items for span in entry.spans}
    yield from _in_parts(document, text, [(b, s) for b, s in free if s[0] not in starts])


def _add_said_of_all(text: str, blocks: list[tuple[Block, Span]], of_items: Sequence[Entry]) -> None:
    """What the sentence behind a list says of all in it: these services may collect your IP address."""
    of_block = {entry.spans[0][0]: entry for entry in of_items}
    them: list[Entry] = []
    for _, span in blocks:
        if span[0] in of_block:
            them.append(of_block[span[0]])
            continue
        said = text[slice(*span)]
        if them and is_said_of_all(said):
            for entry in them:
                entry.go_on(text, *span)
        them = []


def _in_parts(document: Document, text: str, blocks: list[tuple[Block, Span]]) -> Iterator[Entry]:
    parts = [p for n, (block, span) in enumerate(blocks) if (p := _part(document, text, block, span, n)) is not None]
    run: list[_Part] = []
    for part in parts:
        if run and (part.style != run[-1].style or _parted(blocks, run[-1].number, part.number)):
            yield from _of_run(document, text, blocks, run)
            run = []
        run.append(part)
    yield from _of_run(document, text, blocks, run)


def _parted(blocks: list[tuple[Block, Span]], one: int, other: int) -> bool:
    """Whether too much stands between two titles, or another part begins there."""
    if other - one > _MOST_PARTS:
        return True
    level = blocks[one][0].level if blocks[one][0].kind == "heading" else 99
    return any(block.kind == "heading" and block.level < min(level, _BY_WORDS) for block, _ in blocks[one + 1 : other])


def _part(document: Document, text: str, block: Block, span: Span, number: int) -> _Part | None:
    """The part that a block begins, where it is a title that names an SDK or begins `name: `."""
    said = text[slice(*span)]
    line = said.split("\n", 1)[0]
    numbered, begin = _number(line)
    led = _LED.match(line, begin) if begin or block.kind == "item" else None
    if led and not role_of_label(led["name"]):
        at = span[0] + led.start("name"), span[0] + led.end("name")
        names = _names(text, *at)
        sure = bool(names)
        if not names and _may_be_name(document, text, at):
            names = [at]
        if names:
            return _Part(("led", block.kind, *numbered), number, names, span[0] + led.end(), sure)
    title = _TITLE.match(line, begin)
    if title:
        kind = str(min(block.level, _BY_WORDS)) if block.kind == "heading" else ""
        style = ("title", kind if not begin else "", *numbered)
        at = span[0] + title.start("name"), span[0] + title.end("name")
        begins = span[0] + len(line) if len(line) < len(said) else span[1]
        names = _names(text, *at)
        if not names and (begin or kind) and _may_be_name(document, text, at):
            return _Part(style, number, [at], begins, sure=False)
        return _Part(style, number, names, begins) if names else None
    return None


def _number(line: str) -> tuple[tuple[str, str, str], int]:
    """How a line is numbered, and where what is numbered begins."""
    match = _STYLE.match(line)
    if match is None or not (match["close"] or match["open"] or not match["sign"].isdecimal()):
        return ("", "", ""), 0
    sign = match["sign"]
    depth = f"d{sign.count('.')}" if sign[:1].isdecimal() else "a" if sign.isascii() else "z"
    return (depth, match["open"], match["close"]), match.end()


def _names(text: str, start: int, end: int) -> list[Span]:
    """Where the names of a title stand: those in brackets behind a kind of SDKs, or the title; none where it says no name."""
    said = text[start:end]
    group = of_group(said)
    if group:
        return [(start + a, start + b) for a, b in group]
    if not is_sdk_name(said) or not plausible_name(said.strip(" *_-\"“”")) or is_function(said):
        return []
    if mentions(said) and not words("name_of_sdk").search(said):
        return []
    if not said.isascii() and is_sentence(said):
        return []
    if known_of(said) is None and not is_service(said) and (not _ENDS.search(said) or _VERB.search(_ENDS.sub("", said))):
        return []
    return [(start, end)]


def _may_be_name(document: Document, text: str, at: Span) -> bool:
    """Whether a title can be the name of an SDK that the catalogue does not know, among titles that are such names."""
    said = text[slice(*at)].strip(" *_\"“”")
    if not plausible_name(said) or mentions(said) or is_function(said) or role_of_label(said):
        return False
    if said.isascii():
        return not _NO_SERVICE.search(said) and _is_proper(document, at)
    return len(said) <= 20 and not _SENTENCE.search(said)


_PLAIN_ITEM = ("led", "item", "", "", "")


def _takes(text: str, blocks: list[tuple[Block, Span]], run: list[_Part]) -> bool:
    """Whether the items say what is taken, and not only what each is for."""
    return any(pattern("takes").search(text, *blocks[part.number][1]) for part in run)


def _each_takes(text: str, blocks: list[tuple[Block, Span]], run: list[_Part]) -> bool:
    """Whether each part says what is taken."""
    for n, part in enumerate(run):
        said = [blocks[part.number][1], *_below(text, blocks, run, n)]
        if not any(pattern("takes").search(text, a, b) and mentions(text[a:b]) for a, b in said):
            return False
    return len(run) > 1


def _accepted(text: str, blocks: list[tuple[Block, Span]], run: list[_Part]) -> list[_Part]:
    """Of a run the titles that name SDKs: those that do so by themselves, and the others where they are the fewer and stand
    among them, or anywhere in a part on SDKs."""
    sure = [n for n, part in enumerate(run) if part.sure]
    if sure and all(role_of(blocks[part.number][0].path) == "sdks" for part in run) and _each_takes(text, blocks, run):
        return run
    if len(sure) * 2 < len(run) or not sure or (run[0].style == _PLAIN_ITEM and not _takes(text, blocks, run)):
        return [run[n] for n in sure]
    if all(role_of(blocks[part.number][0].path) == "sdks" for part in run):
        return run
    within = run[sure[0] : sure[-1] + 1]
    return within if len(sure) > 1 else [run[n] for n in sure]


def _of_run(document: Document, text: str, blocks: list[tuple[Block, Span]], run: list[_Part]) -> Iterator[Entry]:
    """The entries of titles of one style, one after another, each with what is said up to the next."""
    run = _accepted(text, blocks, run)
    if sum(_is_on_sdks(text, blocks, run, n) for n in range(len(run))) * 2 < len(run):
        return
    told = [bool(_below(text, blocks, run, n)) or run[n].begins < blocks[run[n].number][1][1] for n in range(len(run))]
    if len(run) < 2 or sum(told) * 2 <= len(run):
        return
    longest = max(run[n + 1].number - run[n].number for n in range(len(run) - 1))
    for n, part in enumerate(run):
        span = blocks[part.number][1]
        below = _below(text, blocks, run, n)
        if n + 1 == len(run):
            below = below[: longest - 1]
        said = [(part.begins, span[1]), *below] if part.begins < span[1] else below
        for name in part.names:
            called, at = clean_name(document, *name)
            entry = Entry(called, at, [span, *below], role=role_of(blocks[part.number][0].path))
            for a, b in said:
                entry.add_kinds(text, a, b, prose=True)
                entry.company = entry.company or _company(document, a, b)
            yield entry


def _is_on_sdks(text: str, blocks: list[tuple[Block, Span]], run: list[_Part], n: int) -> bool:
    """Whether a title, what is said under it or the part that it stands in speaks of SDKs or third parties; 微信登录 alone is
    what the app does."""
    block, span = blocks[run[n].number]
    if role_of(block.path) == "sdks" or _CONTEXT.search(" ".join(block.path).lower()):
        return True
    return any(_CONTEXT.search(text, a, b) for a, b in [span, *_below(text, blocks, run, n)])


def _below(text: str, blocks: list[tuple[Block, Span]], run: list[_Part], n: int) -> list[Span]:
    """The places of what stands under a title: up to the next, or to a heading."""
    first = run[n].number + 1
    last = run[n + 1].number if n + 1 < len(run) else first + _MOST_PARTS
    found: list[Span] = []
    for block, span in blocks[first:last]:
        if block.kind == "heading" or _number(text[slice(*span)])[0] == run[n].style[-3:] != ("", "", ""):
            break
        found.append(span)
    return found


def _company(document: Document, start: int, end: int) -> str:
    match = words("provided").search(document.folded.text, start, end)
    if match is None:
        return ""
    group = "by" if match["by"] else "by_en"
    a, b = document.folded.quoted(*match.span(group))
    return document.text[a:b].strip(' ()（）“”"')


def _in_items(document: Document, text: str, blocks: list[tuple[Block, Span]]) -> Iterator[Entry]:
    """The entries of lists of services: items that each begin with a name and a sign, of which the catalogue knows some or that
    link to their sites."""
    before, before_at, listed = "", (0, 0), None
    for is_item, group in groupby(blocks, key=lambda found: found[0].kind == "item"):
        items = list(group)
        if not is_item:
            start, end = items[-1][1]
            before = text[start:end][-400:] + " "
            before_at = start, end
            continue
        top = min(block.level for block, _ in items)
        path = items[0][0].path
        context = before + " ".join(path).lower()
        if not _CONTEXT.search(context) and role_of(path) != "sdks":
            continue
        entries = list(_listed(document, text, [(s, b.level == top) for b, s in items], path == listed))
        _add_said_before(text, before_at, entries)
        listed = path if entries else listed
        yield from entries


def _add_said_before(text: str, at: Span, entries: list[Entry]) -> None:
    """What the paragraph above a list says that those in it take, where none of them says it itself."""
    if any(entry.kinds for entry in entries) or pattern("denies").search(text, *at):
        return
    for start, end in sentences(text, *at):
        if _ALL_TAKE.search(text, start, end):
            for entry in entries:
                entry.add_kinds(text, start, end, prose=True)


def _by_purpose(document: Document, text: str, blocks: list[tuple[Block, Span]]) -> Iterator[Entry]:
    """The entries of lines that each say a purpose and who serves it, `Hosting: Tidepool, Fernleaf`: at least two of one part,
    of whose names the catalogue knows half."""
    for path, group in groupby(blocks, key=lambda found: found[0].path):
        if role_of(path) != "sdks" and not _CONTEXT.search(" ".join(path).lower()):
            continue
        found = [(span, names) for _, span in group if (names := _served(document, text, span))]
        called = [text[slice(*name)] for _, names in found for name in names]
        if len(found) < 2 or sum(map(is_known, called)) * 2 < len(called):
            continue
        for span, names in found:
            for name in names:
                written, at = clean_name(document, *name)
                yield Entry(written, at, [span], role="sdks")


def _served(document: Document, text: str, span: Span) -> list[Span]:
    """Where the names behind a purpose stand; none where something else than names stands there, too, or where neither a name is
    known nor the purpose is what a service does: `Contact: Support Team, Berlin`."""
    match = _PURPOSE_OF.match(text, *span)
    if match is None or role_of_label(match["purpose"]) not in ("", "purpose", "type") or is_known(match["purpose"]):
        return []
    at = match.start("names")
    plain = _BRACKETED.sub(lambda m: "," + "x" * (len(m[0]) - 1), match["names"])
    names = [(at + m.start(), at + m.end()) for m in _NAMED.finditer(plain) if not set(m[0]) <= {"x"}]
    if not all(_may_be_name(document, text, name) for name in names):
        return []
    if is_function(match["purpose"].strip()) or _FUNCTION.search(match["purpose"]):
        return names
    return names if any(is_known(text[slice(*name)]) for name in names) else []


_PURPOSE_OF = re.compile(r"[\s\-+*•·●○]*(?P<purpose>[^:。.;,|]{2,40}):\s*(?P<names>[^:。;|]{2,160}?)[.\s]*$")
_NAMED = re.compile(r"(?<![a-z0-9])(?!(?:and|or) )[^、,\s](?:[^、,]*?[^、,\s])?(?=\s*(?:[、,]|\band\b|\bor\b|$))")


def _listed(document: Document, text: str, items: list[tuple[Span, bool]], goes_on: bool) -> Iterator[Entry]:
    """`goes_on`: whether a list of services stands before it in the same part."""
    outer = [span for span, is_outer in items if is_outer]
    found: list[tuple[Span, re.Match[str], bool]] = []
    for span in outer:
        match = _ITEM.match(text, *span)
        if match and _is_service(document, match):
            found.append((span, match, _is_link(document, match) or is_known(match["name"])))
    sure = sum(s for _, _, s in found)
    least = 1 if goes_on else 2
    if len(found) * 3 < len(outer) * 2 or sure * 3 < len(outer) or sure < least:
        return
    for span, match, _ in found:
        called, at = clean_name(document, *match.span("name"))
        entry = Entry(called, at, [span], role="sdks")
        at_item = bisect_right(items, (span, True))
        below = [other for other, _ in takewhile(lambda item: not item[1], items[at_item : at_item + _MOST_BELOW])]
        for a, b in [(match.end(), span[1]), *below]:
            if pattern("takes").search(text, a, b) or not _PURPOSE.search(_COMPANY_OF.sub("", text[a:b])):
                entry.add_kinds(text, a, b, prose=True)
        entry.spans += below
        yield entry


def _is_link(document: Document, match: re.Match[str]) -> bool:
    """Whether the name leads to a site."""
    _, end = document.folded.quoted(*match.span("name"))
    return document.text.startswith("](http", end)


def _is_service(document: Document, match: re.Match[str]) -> bool:
    """Whether an item begins with what a service can be called."""
    name = match["name"].strip(" *_\"“”")
    if role_of_label(name) or not plausible_name(name) or mentions(name) or _NO_SERVICE.search(name):
        return known_of(name) is not None and not role_of_label(name)
    if not name.isascii():
        return len(name) <= 20 and not is_function(name)
    return _is_proper(document, match.span("name"))


def _is_proper(document: Document, at: Span) -> bool:
    """Whether each word is written as names are in English."""
    a, b = document.folded.quoted(*at)
    called = document.text[a:b].strip(" *_\"“”").split()
    return 0 < len(called) <= 5 and all(_PROPER.fullmatch(word) for word in called) and called[0] not in _ARTICLES
