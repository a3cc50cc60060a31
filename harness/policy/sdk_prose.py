"""SDKs in sentences: named with the word SDK, by a name that the catalogue knows, or as an item of a list of services."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Collection, Iterator, Sequence
from functools import cache, lru_cache, partial
from itertools import pairwise

import ahocorasick_rs

from harness.policy.blocks import Document
from harness.policy.entries import Entry, clean_name, is_generic, is_said_of_all, is_sdk_name, plausible_name
from harness.policy.fields import is_company, pairs, platforms_of, role_of_label, words
from harness.policy.folding import fold
from harness.policy.kinds import URL, mentions
from harness.policy.known import bare, known_of, known_sdks
from harness.policy.sdk_named_by import EACH, is_of, of_each, providers, such_as
from harness.policy.sdk_services import behind_function, companies, given, is_short_for, served, whose
from harness.policy.several import members
from harness.policy.statements import Statement, pattern, role_of
from harness.policy.words import compiled, read

_SDK = compiled("sdk_prose", "sdk")
_NUMBER = compiled("entries", "number")
_LEADING = compiled("sdk_prose", "leading")
_LISTED = compiled("sdk_prose", "listed")
_OWN = re.compile(r"[A-Z0-9]")
_NOT_A_NAME = compiled("sdk_prose", "not_a_name")
_ABSENT = compiled("sdk_prose", "absent")
_PLANNED = compiled("sdk_prose", "planned")
_REMOVED = compiled("sdk_prose", "removed")
_TAKEN_IN = compiled("sdk_prose", "taken_in")
_NO_PRODUCT = compiled("sdk_prose", "no_product")
_OF_DATA = compiled("sdk_prose", "of_data")
_GIVEN_TO = compiled("sdk_prose", "given_to")
_OF_SITE = compiled("sdk_prose", "of_site")
_LEFT = compiled("sdk_prose", "left")
_SENT_ON = compiled("sdk_prose", "sent_on")
_NO_USE = compiled("sdk_prose", "no_use")
_THIRD = compiled("sdk_prose", "third")
_ACTS = compiled("sdk_prose", "acts")
_SENT_TO = compiled("sdk_prose", "sent_to")
_MEANS = compiled("sdk_prose", "means")
_PROPER = re.compile(r"[A-Z][A-Za-z]{3,}$")
_SERVES = compiled("sdk_prose", "serves")
_PAGE = re.compile(r"['’]s\b|的?(?:官网|隐私|网站|链接|应用市场|应用商店)| (?:privacy|website|store|policy|account)")
_PAYS = compiled("sdk_prose", "pays")
_KIND_OF = compiled("sdk_prose", "kind_of")
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
    for name in read("aliases")["also"]:
        found.setdefault(fold(name), (fold(name), name, False))
    entries = tuple(found.values())
    return ahocorasick_rs.AhoCorasick([e[0] for e in entries], matchkind=ahocorasick_rs.MatchKind.LeftmostLongest), entries


_WORD = re.compile(r"[a-z0-9]")
_VERB = compiled("sdk_prose", "verb")
_BY = compiled("sdk_prose", "by")
_ITEM_NAME = re.compile(r"^[\s\-+*•·]*(?:\d{1,2}[.)、]\s*)?(?P<name>[^:—–(\n,。;]{2,40}?)\s*(?=\(|:|—|–|-\s|$)")
_LED = compiled("sdk_prose", "led")


def _names(
    statement: Statement, listed: bool, capital: Callable[[int], str] = lambda _: "", seen: Collection[str] = ()
) -> list[tuple[int, int, bool]]:
    """Where a statement names SDKs, and whether with the word SDK: places in the statement, in order, none in another. `seen`:
    names that stood before, folded, which need no more than that they collect something; a company among them is none anew."""
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
    if not found and bold and _NAMES_FOLLOW.search(statement.lead.rstrip("* ")) and _is_name_before_colon(text, bold):
        found[bold.start("name")] = (*bold.span("name"), True)
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
    for match in _TAKEN_IN.finditer(text):
        start, end = match.span("name")
        proper = _OWN.match(capital(start)) and not _NO_PRODUCT.match(match["name"])
        if proper and not any(a < end and start < b for a, b, _ in found.values()):
            found[start] = (start, end, True)
    finder, entries = _known()
    of_data = "sdk" not in text and _OF_DATA.search(text) is not None
    of_data = of_data or (statement.role == "cookies" and _OF_SITE.search(text) is None)
    integrates = bool(words("integrates").search(text)) or statement.role == "sdks"
    services: list[tuple[int, int]] = []
    for number, start, end in finder.find_matches_as_indexes(text):
        spelled, written, common = entries[number]
        if written[:1].isupper() and capital(start).islower():
            continue  # a word of the language, not a name
        if (_WORD.match(spelled[0]) and start and _WORD.match(text[start - 1])) or (
            _WORD.match(spelled[-1]) and end < len(text) and _WORD.match(text[end])
        ):
            continue
        if is_short_for(text, start, end) or _LEFT.search(text[max(0, start - 60) : start]):
            continue
        if not any(a <= start < b for a, b in addresses):
            services.append((start, end))
        if any(a <= start < b for a, b, _ in found.values()):
            continue
        if of_data or _NO_USE.match(text, end) or (_GIVEN_TO.search(text[:start]) and "sdk" not in text):
            continue  # where data come from, or who gets them: no SDK
        alone = text.strip(' -*•·"“”.,') == spelled
        heads = listed and _FOR.match(text, end) is not None and not text[:start].strip(" -*•·[\"“")
        if _PAYS.search(text) and statement.role != "sdks" and known_pays(written) and "sdk" not in text:
            continue
        by_means = _MEANS.search(text[max(0, start - 16) : start]) and _SERVES.search(text) and not _PAGE.match(text, end)
        if (
            ((alone or heads) and listed)
            or (by_means and (not common or _PROPER.match(written)))
            or ((integrates or _BRACKET.search(text[:start])) and not common)
            or (spelled in seen and _ACTS.match(text, end))
        ):
            found[start] = (start, end, False)
    of_makers = [p for p in companies(text, capital) if not any(a < p[1] and p[0] < b for a, b in services)]
    products = [*(text[a:b] for a, b in services), *seen]
    of_makers = [(a, b) for a, b in of_makers if not any(name.startswith(text[a:b]) for name in products)]
    who_serve = [] if of_data else served(statement, sorted(services + of_makers), capital)
    for start, end in [*such_as(text, capital), *who_serve]:
        if not any(a < end and start < b for a, b, _ in found.values()):
            found[start] = (start, end, False)
    makers = providers(text)
    if makers:
        named = [p for p in found.values() if p[2] or p[0] >= makers[0][0]]
        own = [p for p in named if not is_of(text[slice(*p[:2])], [text[a:b] for a, b in makers])]
        found = {a: (a, b, True) for a, b in makers} if not own else found
    absent = _absent(text)
    places = sorted(place for place in found.values() if not any(a <= place[0] < b for a, b in absent))
    joined: list[tuple[int, int, bool]] = []
    for start, end, sure in places:
        if joined and sure and not text[joined[-1][1] : start].strip():
            joined[-1] = (joined[-1][0], end, True)  # 友盟+ U-App统计SDK
        else:
            joined.append((start, end, sure))
    return joined


def _of_that_kind(text: str, at: int) -> list[tuple[int, int]]:
    """The names that brackets behind a kind of SDKs hold, 广告SDK（穿山甲、某某）: all of them, where one is known."""
    match = _KIND_OF.match(text, at)
    if match is None:
        return []
    names = members(text, *match.span("names"))
    said = [text[a:b] for a, b in names]
    if not any(map(known_of, said)) or any(len(one) > 24 or _VERB.search(one) for one in said):
        return []
    return names


def _absent(text: str) -> list[tuple[int, int]]:
    """Where a sentence says of what is named there that the app has none of it: 未集成友盟, without Firebase; not yet, or no
    more."""
    found = [(m.start(), _turned(text, m.end())) for m in _ABSENT.finditer(text)]
    found += [(m.start(), _turned(text, m.end())) for m in _PLANNED.finditer(text)]
    return found + [(max(text.rfind(sign, 0, m.start()) for sign in ",;:。") + 1, m.end()) for m in _REMOVED.finditer(text)]


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


def _is_name_before_colon(text: str, item: re.Match[str]) -> bool:
    """Whether an item of a list of SDKs begins with a name: 某某推送: 推送消息, OAID."""
    name = item["name"].strip(" *_")
    if not text[item.end("name") :].lstrip(" *_").startswith((":", "—", "–", "-", "(")) or not 1 < len(name) < 25:
        return False
    return not (_SENTENCE.search(name) or role_of_label(name) or mentions(name)) and plausible_name(name)



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
    here: list[Entry] = []
    here_path: tuple[str, ...] = ()
    seen = whose(document)
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
        if listed_of is not None and (listed_of[0] != statement.block.path or not _is_member(statement)):
            listed_of = None
        if statement.block is not block:
            label = next(iter(pairs(statement.text, 0, len(statement.text))), None)
            of_record = label is not None and label.start < 30
            if block is not None and (
                statement.block.path != block.path or not (of_record or _TAKES.match(statement.text))
            ):
                still = []
            block = statement.block
            if still and label and of_record and label.role not in ("kinds", "permissions", "name"):
                for entry in still:
                    entry.spans.append((statement.start, statement.end))
                continue
        if _denied_before(statement.text):
            continue
        if statement.block.kind == "text" and statement.end - statement.start > 40:
            introduced = bool(words("introduces").search(statement.text))
        listed = statement.role == "sdks" or introduced or bool(words("integrates").search(statement.lead))
        listed = listed or any(_THIRD.search(heading.lower()) for heading in statement.block.path[-1:])
        if here_path != statement.block.path:
            here_path, here = statement.block.path, []
        places = _names(statement, listed, partial(_written, document, statement.start), seen)
        if not places and under is None and (headed := _headed(document, statement)):
            under = statement.block.path, headed
            yield headed
        if places:
            found = list(_entries(document, statement, places))
            here += found
            seen.update(fold(entry.name) for entry in found)
            still = found if _listing(statement.text, places) else found[-1:]
            if len(found) == 1 and _heads(statement.block.path, found[0]):
                under = statement.block.path, found[0]
            if found and statement.text.rstrip("* ").endswith(":") and _NAMES_FOLLOW.search(statement.text) is None:
                listed_of = statement.block.path, found
            yield from found
        elif here and is_said_of_all(statement.text):
            them = []
            for entry in list(here):
                shared = Entry(entry.name, entry.name_at, [(statement.start, statement.end)], role=statement.role, shared=True)
                shared.add_kinds(document.folded.text, statement.start, statement.end, prose=True)
                yield shared
                them.append(shared)
            if statement.text.rstrip("* ").endswith(":"):
                listed_of = statement.block.path, them
        elif (under or listed_of) and (_goes_on(statement) or _ours_by_it(under, listed_of)) and not pattern("denies").search(
            statement.text
        ):
            for entry in [under[1]] if under else listed_of[1] if listed_of else []:
                entry.go_on(document.folded.text, statement.start, statement.end)
        elif still and (one := _one_of(still, statement.text)) is not None:
            one.add_kinds(document.folded.text, statement.start, statement.end, prose=True)
            for entry in still:
                entry.spans.append((statement.start, statement.end))
        elif still and statement.start - still[0].spans[-1][1] < 200 and _goes_on(statement):
            if statement.text.rstrip("* ").endswith(":"):
                listed_of = statement.block.path, still
            for entry in still:
                entry.go_on(document.folded.text, statement.start, statement.end)
                entry.company = entry.company or _company(document, statement, 0)


def _one_of(entries: Sequence[Entry], said: str) -> Entry | None:
    """Which of several entries a sentence begins with: 某某会通过SDK收集…, where the company was named in full."""
    match = EACH.match(said)
    if match is None:
        return None
    return next((e for e in entries if match["who"] in fold(e.name)), None)


def _denied_before(text: str) -> bool:
    """Whether a sentence denies before it comes to an SDK, and not only what that SDK takes."""
    at = text.find("sdk")
    denied = pattern("denies").search(text) if at >= 0 else None
    return denied is not None and denied.start() < at and not words("provided").search(text)


_NAMES_FOLLOW = compiled("sdk_prose", "names_follow")


def _headed(document: Document, statement: Statement) -> Entry | None:
    """The SDK that a heading in a part on SDKs is the name of, where what stands below it names kinds."""
    path = statement.block.path
    if len(path) < 2 or not mentions(statement.text):
        return None
    if role_of(path[:-1]) != "sdks" and not _THIRD.search(path[-2].lower()):
        return None
    number = bisect_left(document.starts, statement.block.start)
    block = next((b for n in range(number - 1, -1, -1) if (b := document.blocks[n]).kind == "heading"), None)
    if block is None or block.end - block.start > 60:
        return None
    name, at = clean_name(document, *document.span(block.start, block.end))
    if known_of(name) is None or not plausible_name(fold(name)):
        return None
    return Entry(name, at, [document.span(block.start, block.end)], role=statement.role)


def _heads(path: tuple[str, ...], entry: Entry) -> bool:
    """Whether the part is headed by the SDK's name: what it says is of that SDK."""
    if not path:
        return False
    heading, name = fold(path[-1]), known_of(entry.name)
    if heading.count("、") or heading.count(","):
        return False
    return (name is not None and known_of(_NUMBER.sub("", heading)) == name) or bare(entry.name) in bare(heading)


_BRACKET = re.compile(r"^[^()。]{2,60}\((?:[^()]{0,30}[、,] ?)?$")


def _is_member(statement: Statement) -> bool:
    """Whether a sentence can be one of a listing: an item, or a paragraph that hangs on a colon or begins with a label."""
    labelled = _LABELLED.match(statement.text) is not None
    return statement.block.kind == "item" or labelled or (bool(statement.lead) and statement.text.rstrip().endswith((";", ":")))


_LABELLED = re.compile(r"[\w'’ /]{3,40}: ?\S")


def _ours_by_it(under: tuple[tuple[str, ...], Entry] | None, listed_of: tuple[tuple[str, ...], list[Entry]] | None) -> bool:
    """Whether a listing is of what the app takes by an SDK, so that `we collect` in it is said of that SDK, too."""
    return under is None and listed_of is not None and all(entry.own for entry in listed_of[1])


def _goes_on(statement: Statement) -> bool:
    said = statement.text
    return not pattern("ours").search(said) or bool(pattern("third_party").search(said) or _SENT_ON.search(said))


def _entries(document: Document, statement: Statement, places: list[tuple[int, int, bool]]) -> Iterator[Entry]:
    """One entry for each name; what follows a name is its own as far as the next one, and of all where the names are listed."""
    text = statement.text
    listing = _listing(text, places)
    for index, (start, end, _) in enumerate(places):
        name, at = clean_name(document, statement.start + start, statement.start + end)
        if not plausible_name(fold(name)):
            continue
        if known_of(name) is None and _of_the_app(document, statement.start + start):
            continue
        stop = len(text) if listing or index + 1 == len(places) else places[index + 1][0]
        said_before = (0, places[0][0]) if listing else (places[index - 1][1] if index else 0, start)
        entry = Entry(name, at, [(statement.start, statement.end)], role=statement.role, shared=listing and len(places) > 2)
        if _BRACKET.search(text[: places[0][0]]):
            entry.add_kinds(text, 0, places[0][0])  # 传感器(某某SDK, 用于客服)
            if not entry.kinds and pattern("third_party").search(text):
                entry.add_kinds(text, places[-1][1], len(text), prose=True)
        elif listing and (own := of_each(text, places, name)) is not None:
            for a, b in own:
                entry.add_kinds(text, a, b, prose=True)
        elif not _given(entry, text, said_before):
            entry.add_kinds(text, behind_function(text, places[-1][1] if listing else end), stop, prose=True)
            if len(places) == 1 and not entry.kinds and pattern("third_party").search(text):
                entry.add_kinds(text, 0, start, prose=True)
            if len(places) == 1 and not entry.kinds and _SENT_TO.search(text[:start]):
                entry.add_kinds(text, 0, start, prose=True)
        entry.own = entry.own or bool(_OWN_MEANS.search(text[:start]) and _TAKES_OF_USER.match(text, end))
        entry.company = name if is_company(fold(name)) else _company(document, statement, end, stop)
        entry.platforms.update(platforms_of(text[max(0, start - 12) : stop]))
        yield entry


_NEAR = 80


def _given(entry: Entry, text: str, before: tuple[int, int]) -> bool:
    """Adds the kinds that a sentence says are given to what it names behind them; whether it names any."""
    of_app = given(text[: before[1]])
    if of_app or (_SENT_TO.search(text[max(0, before[1] - _NEAR) : before[1]]) and text.isascii()):
        entry.add_kinds(text, *before, prose=True)
        entry.own = of_app
    return bool(entry.kinds)


def _of_the_app(document: Document, at: int) -> bool:
    """Whether a name in quotes is what the policy calls its app: 使用“某某”过程中."""
    text = document.folded.text
    first, last = text.rfind('"', 0, at + 1), text.find('"', at + 1)
    if first < 0 or not 3 < last - first < 30 or at - first > 1:
        return False
    name = text[first + 1 : last]
    return _times_used(text, name) > 2


@lru_cache(maxsize=64)
def _times_used(text: str, name: str) -> int:
    """How often a text speaks of using what is called so."""
    return len(re.findall(f'(?:使用|进入|下载|打开|注册|登录|关于|欢迎)(?:了)?"?{re.escape(name)}"?', text))


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
