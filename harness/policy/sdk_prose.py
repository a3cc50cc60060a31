"""SDKs in sentences: named with the word SDK, by a name that the catalogue knows, or as an item of a list of services."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import cache, partial
from itertools import pairwise

import ahocorasick_rs

from harness.policy.blocks import Document
from harness.policy.entries import Entry, clean_name, is_function, is_generic, is_sdk_name, plausible_name
from harness.policy.fields import is_company, platforms_of, role_of_label, words
from harness.policy.folding import fold
from harness.policy.kinds import URL, mentions
from harness.policy.known import bare, known_of, known_sdks
from harness.policy.several import is_known
from harness.policy.statements import Statement, pattern
from harness.policy.words import compiled, read

_SDK = compiled("sdk_prose", "sdk")
_NUMBER = compiled("entries", "number")
_LEADING = compiled("sdk_prose", "leading")
_LISTED = compiled("sdk_prose", "listed")
_OWN = re.compile(r"[A-Z0-9]")
_NOT_A_NAME = compiled("sdk_prose", "not_a_name")
_ABSENT = compiled("sdk_prose", "absent")
_MEANS = compiled("sdk_prose", "means")
_PROPER = re.compile(r"[A-Z][A-Za-z]{3,}$")
_SERVES = compiled("sdk_prose", "serves")
_PAGE = re.compile(r"['’]s\b|的?(?:官网|隐私|网站|链接|应用市场|应用商店)| (?:privacy|website|store|policy|account)")
_PAYS = compiled("sdk_prose", "pays")
_KIND_OF = compiled("sdk_prose", "kind_of")
_MEMBER = re.compile(r"[^、,/\s](?:[^、,/]*[^、,/\s])?")
_FOR = re.compile(r"(?: (?:api|apis|sdk|services?))?\)? ?(?:\(|:|for |- |—|–)|\]\(")


@cache
def _known() -> tuple[ahocorasick_rs.AhoCorasick, tuple[tuple[str, str, bool], ...]]:
    """Folded names of the catalogue's SDKs: (spelling, as it is written, whether it needs the word SDK beside it)."""
    common = {fold(name) for name in read("aliases")["common"]}
    found: dict[str, tuple[str, str, bool]] = {}
    for sdk in sorted(known_sdks(), key=lambda s: s.is_company):
        if sdk.is_company:
            continue
        for name in sdk.names:
            for one in (fold(name), fold(name).replace(" ", "")):
                if len(one) > 2 or (len(one) == 2 and not one.isascii()) or one in common:
                    found.setdefault(one, (one, name, one in common or sdk.is_library or (one.isascii() and len(one) < 4)))
    entries = tuple(found.values())
    return ahocorasick_rs.AhoCorasick([e[0] for e in entries], matchkind=ahocorasick_rs.MatchKind.LeftmostLongest), entries


_WORD = re.compile(r"[a-z0-9]")
_VERB = compiled("sdk_prose", "verb")
_BY = compiled("sdk_prose", "by")
_ITEM_NAME = re.compile(r"^[\s\-+*•·]*(?:\d{1,2}[.)、]\s*)?(?P<name>[^:—–(\n,。;]{2,40}?)\s*(?=\(|:|—|–|-\s|$)")
_LED = compiled("sdk_prose", "led")


def _names(statement: Statement, listed: bool, capital: Callable[[int], str] = lambda _: "") -> list[tuple[int, int, bool]]:
    """Where a statement names SDKs, and whether with the word SDK: places in the statement, in order, none in another."""
    text = statement.text
    found: dict[int, tuple[int, int, bool]] = {}
    addresses = [m.span() for m in URL.finditer(text)]
    for match in _SDK.finditer(text) if "sdk" in text or "软件" in text else ():
        if any(a <= match.start("name") < b for a, b in addresses):
            continue
        start, name = match.start("name"), match["name"]
        lead = _LEADING.match(name)
        while lead and lead.end() and not known_of(name):
            start, name = start + lead.end(), name[lead.end() :]
            lead = _LEADING.match(name)
        name = name.strip()
        if name.endswith("的"):
            name = name[:-1]
        if _LISTED.match(text, match.end()):    # `SDK/API/JS code`: one of several things of a kind
            continue
        if name.isascii() and known_of(name) is None:
            first = _first_capital(name, start, capital)
            start, name = start + first, name[first:]
        if is_generic(name) or _NOT_A_NAME.match(name):
            found.update({a: (a, b, True) for a, b in _of_that_kind(text, match.end())})
            continue
        if len(name) > 1 and not _VERB.search(name):
            found[start] = (start, match.end(), True)
    for match in _BY.finditer(text) if "由" in text else ():
        if (known_of(match["name"]) or statement.role == "sdks") and not _VERB.search(match["name"]):
            found.setdefault(match.start("name"), (*match.span("name"), True))
    bold = _ITEM_NAME.match(text) if listed and statement.block.kind == "item" else None
    if bold and (known_of(bold["name"]) or (statement.role == "sdks" and _of_company(text[bold.end() :]))):
        found.setdefault(bold.start("name"), (*bold.span("name"), True))
    if not found and listed and statement.block.kind == "item" and _is_bare_name(statement):
        found[0] = (0, len(text), True)
    for match in _LED.finditer(text) if '"' in text or "」" in text else ():
        start, end = match.span("name")
        following = text[match.end() : match.end() + 10]
        if following.startswith(":") and not re.match(r":[\s*]*(?:该|由|是由|提供)", following) and statement.role != "sdks":
            continue
        if "指" in following:
            continue
        if not any(a < end and start < b for a, b, _ in found.values()):
            found[start] = (start, end, True)
    finder, entries = _known()
    integrates = bool(words("integrates").search(text)) or statement.role == "sdks"
    for number, start, end in finder.find_matches_as_indexes(text):
        spelled, written, common = entries[number]
        if written[:1].isupper() and capital(start).islower():
            continue  # a word of the language, not a name
        if (_WORD.match(spelled[0]) and start and _WORD.match(text[start - 1])) or (
            _WORD.match(spelled[-1]) and end < len(text) and _WORD.match(text[end])
        ):
            continue
        if any(a <= start < b for a, b, _ in found.values()):
            continue
        alone = text.strip(' -*•·"“”.,') == spelled
        heads = listed and _FOR.match(text, end) is not None and not text[:start].strip(" -*•·[\"“")
        if _PAYS.search(text) and statement.role != "sdks" and known_pays(written) and "sdk" not in text:
            continue
        by_means = _MEANS.search(text[max(0, start - 16) : start]) and _SERVES.search(text) and not _PAGE.match(text, end)
        if (
            ((alone or heads) and listed)
            or (by_means and (not common or _PROPER.match(written)))
            or ((integrates or _BRACKET.search(text[:start])) and not common)
        ):
            found[start] = (start, end, False)
    for start, end in _such_as(text, capital):
        if not any(a < end and start < b for a, b, _ in found.values()):
            found[start] = (start, end, False)
    companies = _providers(text)
    if companies:
        named = [p for p in found.values() if p[2] or p[0] >= companies[0][0]]
        own = [p for p in named if not _is_of(text[slice(*p[:2])], [text[a:b] for a, b in companies])]
        found = {a: (a, b, True) for a, b in companies} if not own else found
    absent = _absent(text)
    return sorted(place for place in found.values() if not any(a <= place[0] < b for a, b in absent))


def _such_as(text: str, capital: Callable[[int], str]) -> list[tuple[int, int]]:
    """The names that an English sentence gives as examples of partners and providers, where each is written as a name and the
    catalogue knows one: advertising partners (including Bluebird, Fernleaf and Tidepool)."""
    match = _SUCH_AS.search(text) if text.isascii() or "(" in text else None
    if match is None:
        return []
    at = match.start("names")
    found = []
    for member in _EXAMPLE.finditer(match["names"]):
        place = (at + member.start(), at + member.end())
        words = list(re.finditer(r"\S+", member[0]))
        if len(words) > 4 or not all(capital(place[0] + w.start())[:1].isupper() or w[0][:1].isdecimal() for w in words):
            break
        found.append(place)
    return found if len(found) > 1 and any(is_known(text[a:b]) for a, b in found) else []


_SUCH_AS = compiled("sdk_prose", "such_as")
_EXAMPLE = re.compile(r"(?<![a-z0-9])(?!(?:and|or)\b)[a-z0-9][^,/&()]*?(?=\s*(?:,|/|&|\band\b|\bor\b|[()]|$))")


def _providers(text: str) -> list[tuple[int, int]]:
    """The companies whose SDKs a sentence says are used, named by nothing else: 推送由某某公司和某公司提供，我们接入他们的SDK."""
    match = _PROVIDERS.search(text) or _MAKERS.search(text) if "sdk" in text or "软件开发工具包" in text else None
    if match is None:
        return []
    at = match.start("names")
    places = [(at + m.start(), at + m.end()) for m in _COMPANY.finditer(match["names"])]
    said = [text[a:b] for a, b in places]
    if any(not (is_company(s) or (2 <= len(s) <= 24 and not _VERB.search(s) and not is_generic(s))) for s in said):
        return []
    return places


def _is_of(name: str, companies: list[str]) -> bool:
    """Whether a name says no more than one of the companies does: 某某的SDK, 他们的SDK, or lies within its name."""
    short = bare(name).removesuffix("的")
    return any(short in bare(company) for company in companies) or bool(_VERB.search(name)) or is_function(name)


_PROVIDERS, _MAKERS = compiled("sdk_prose", "providers"), compiled("sdk_prose", "makers")
_COMPANY = re.compile(r"[^、,和及与\s](?:[^、,和及与]|(?<=[a-z]),(?= ?inc| ?ltd))*")


def _of_that_kind(text: str, at: int) -> list[tuple[int, int]]:
    """The names that brackets behind a kind of SDKs hold, 广告SDK（穿山甲、某某）: all of them, where one is known."""
    match = _KIND_OF.match(text, at)
    if match is None:
        return []
    names = [(match.start("names") + m.start(), match.start("names") + m.end()) for m in _MEMBER.finditer(match["names"])]
    said = [text[a:b] for a, b in names]
    if not any(map(known_of, said)) or any(len(one) > 24 or _VERB.search(one) for one in said):
        return []
    return names


def _absent(text: str) -> list[tuple[int, int]]:
    """Where a sentence says of what is named there that the app has none of it: 未集成友盟, without Firebase."""
    return [(m.start(), _turned(text, m.end())) for m in _ABSENT.finditer(text)]


def _turned(text: str, at: int) -> int:
    match = pattern("turns").search(text, at)
    return match.start() if match else len(text)


def known_pays(name: str) -> bool:
    """Whether a known name is one of a way to pay."""
    said = fold(name)
    return "支付" in said or "pay" in said.replace("play", "") or said in ("stripe", "银联", "云闪付")


def _first_capital(name: str, start: int, capital: Callable[[int], str]) -> int:
    """Where the first word of a name begins that the text writes with a capital: what stands before it is of the sentence."""
    first = 0
    while first < len(name) and not _OWN.match(capital(start + first) or "A"):
        first = (name.find(" ", first) + 1) or len(name)
    return first


def _is_bare_name(statement: Statement) -> bool:
    """Whether an item of a list of SDKs is nothing but a name."""
    said = _NUMBER.sub("", statement.text).strip(" *_-·•,;.")
    if not _NAMES_FOLLOW.search(statement.lead.rstrip("* ")) or not 2 <= len(said) <= 40 or _SENTENCE.search(said):
        return False
    return not role_of_label(said) and plausible_name(said) and (is_sdk_name(said) or not mentions(said)) and not URL.search(said)


_SENTENCE = compiled("sdk_prose", "sentence")


def _of_company(following: str) -> bool:
    """Whether a name is followed by its company in brackets and by what it does."""
    match = _COMPANY_BESIDE.match(following)
    return match is not None and is_company(match["company"])


_COMPANY_BESIDE = re.compile(r"\s*\((?P<company>[^()]{3,60}(?:\([^()]{1,20}\)[^()]{1,40})?)\)\s*[:,\-–—]")


def in_prose(document: Document, statements: Sequence[Statement], taken: Sequence[tuple[int, int]]) -> Iterator[Entry]:
    """The entries of all sentences outside the places that are `taken` by tables and records; those are in order."""
    number = 0
    still: list[Entry] = []
    under: tuple[tuple[str, ...], Entry] | None = None
    listed_of: tuple[tuple[str, ...], list[Entry]] | None = None
    block = None
    introduced = False
    for statement in statements:
        while number < len(taken) and taken[number][1] <= statement.start:
            number += 1
        if number < len(taken) and taken[number][0] <= statement.start:
            still = []
            continue
        if statement.block.kind in ("row", "head"):
            continue
        if under is not None and under[0] != statement.block.path:
            under = None
        if listed_of is not None and (listed_of[0] != statement.block.path or statement.block.kind != "item"):
            listed_of = None
        if statement.block is not block:
            if block is not None and (statement.block.path != block.path or not _TAKES.match(statement.text)):
                still = []
            block = statement.block
        if _denied_before(statement.text):
            continue
        if statement.block.kind == "text" and statement.end - statement.start > 40:
            introduced = bool(words("introduces").search(statement.text))
        listed = statement.role == "sdks" or introduced or bool(words("integrates").search(statement.lead))
        places = _names(statement, listed, capital=partial(_written, document, statement.start))
        if places:
            found = list(_entries(document, statement, places))
            still = found if _listing(statement.text, places) else found[-1:]
            if len(found) == 1 and _heads(statement.block.path, found[0]):
                under = statement.block.path, found[0]
            if found and statement.text.rstrip("* ").endswith(":") and _NAMES_FOLLOW.search(statement.text) is None:
                listed_of = statement.block.path, found
            yield from found
        elif (under or listed_of) and _goes_on(statement) and not pattern("denies").search(statement.text):
            for entry in [under[1]] if under else listed_of[1] if listed_of else []:
                entry.add_kinds(document.folded.text, statement.start, statement.end, prose=True)
                entry.spans.append((statement.start, statement.end))
        elif still and (one := _one_of(still, statement.text)) is not None:
            one.add_kinds(document.folded.text, statement.start, statement.end, prose=True)
            for entry in still:
                entry.spans.append((statement.start, statement.end))
        elif still and statement.start - still[0].spans[-1][1] < 200 and _goes_on(statement):
            for entry in still:
                entry.add_kinds(document.folded.text, statement.start, statement.end, prose=True)
                entry.spans.append((statement.start, statement.end))
                entry.company = entry.company or _company(document, statement, 0)


def _one_of(entries: Sequence[Entry], said: str) -> Entry | None:
    """Which of several entries a sentence begins with: 某某会通过SDK收集…, where the company was named in full."""
    match = _EACH.match(said)
    if match is None:
        return None
    return next((e for e in entries if match["who"] in fold(e.name)), None)


def _denied_before(text: str) -> bool:
    """Whether a sentence denies before it comes to an SDK, and not only what that SDK takes."""
    at = text.find("sdk")
    denied = pattern("denies").search(text) if at >= 0 else None
    return denied is not None and denied.start() < at and not words("provided").search(text)


_NAMES_FOLLOW = compiled("sdk_prose", "names_follow")


def _heads(path: tuple[str, ...], entry: Entry) -> bool:
    """Whether the part is headed by the SDK's name: what it says is of that SDK."""
    if not path:
        return False
    heading, name = fold(path[-1]), known_of(entry.name)
    if heading.count("、") or heading.count(","):
        return False
    return (name is not None and known_of(_NUMBER.sub("", heading)) == name) or bare(entry.name) in bare(heading)


_BRACKET = re.compile(r"^[^()。]{2,60}\((?:[^()]{0,30}[、,] ?)?$")


def _goes_on(statement: Statement) -> bool:
    return not pattern("ours").search(statement.text) or bool(pattern("third_party").search(statement.text))


def _entries(document: Document, statement: Statement, places: list[tuple[int, int, bool]]) -> Iterator[Entry]:
    """One entry for each name; what follows a name is its own as far as the next one, and of all where the names are listed."""
    text = statement.text
    listing = _listing(text, places)
    for index, (start, end, _) in enumerate(places):
        name, at = clean_name(document, statement.start + start, statement.start + end)
        if not plausible_name(fold(name)):
            continue
        stop = len(text) if listing or index + 1 == len(places) else places[index + 1][0]
        entry = Entry(name, at, [(statement.start, statement.end)], role=statement.role, shared=listing and len(places) > 2)
        if _BRACKET.search(text[: places[0][0]]):
            entry.add_kinds(text, 0, places[0][0])  # 传感器(某某SDK, 用于客服)
        elif listing and (own := _of_each(text, places, name)) is not None:
            for a, b in own:
                entry.add_kinds(text, a, b, prose=True)
        else:
            entry.add_kinds(text, places[-1][1] if listing else end, stop, prose=True)
            if len(places) == 1 and not entry.kinds and pattern("third_party").search(text):
                entry.add_kinds(text, 0, start, prose=True)
        entry.own = bool(_OWN_MEANS.search(text[:start]) and _TAKES_OF_USER.match(text, end))
        entry.company = name if is_company(fold(name)) else _company(document, statement, end, stop)
        entry.platforms.update(platforms_of(text[max(0, start - 12) : stop]))
        yield entry


def _of_each(text: str, places: list[tuple[int, int, bool]], name: str) -> list[tuple[int, int]] | None:
    """Where a sentence that lists several says what one of them takes, 甲会收集…，乙会收集…; None where it says it of all."""
    begins = [m for m in _EACH.finditer(text, places[-1][1]) if any(m["who"] in text[a:b] for a, b, _ in places)]
    if not begins:
        return None
    stops = [*(m.start() for m in begins[1:]), len(text)]
    return [(m.end(), stop) for m, stop in zip(begins, stops, strict=True) if m["who"] in fold(name)]


_EACH = compiled("sdk_prose", "each")
_OWN_MEANS = compiled("sdk_prose", "own_means")
_TAKES_OF_USER = compiled("sdk_prose", "takes_of_user")
_TAKES = compiled("sdk_prose", "takes")


def _written(document: Document, begin: int, place: int) -> str:
    """The character as it is written, of a place in a statement that begins at `begin`."""
    at = document.folded.back(begin + place)
    return document.text[at : at + 1]


def _listing(text: str, places: list[tuple[int, int, bool]]) -> bool:
    """Whether names stand one after another, so that what follows is said of all of them."""
    return len(places) > 1 and all(
        len(re.sub(r"[\s、,和及与或/&()]|以及|and|or", "", text[b:c])) < 14
        for (_, b, _), (c, _, _) in pairwise(places)
    )


def _company(document: Document, statement: Statement, start: int, stop: int | None = None) -> str:
    said = statement.text[start : stop if stop is not None else len(statement.text)]
    for match in (words("provided").search(said), words("company").search(said)):
        if match:
            group = next(name for name, value in match.groupdict().items() if value)
            a, b = document.folded.quoted(
                statement.start + start + match.start(group), statement.start + start + match.end(group)
            )
            return document.text[a:b].strip(' ()（）“”"')
    return ""
