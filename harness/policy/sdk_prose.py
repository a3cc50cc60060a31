"""SDKs in sentences: named with the word SDK, by a name that the catalogue knows, or as an item of a list of services."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache

import ahocorasick_rs

from harness.policy.blocks import Document
from harness.policy.entries import Entry, clean_name, plausible_name
from harness.policy.fields import platforms_of, words
from harness.policy.folding import fold
from harness.policy.kinds import URL
from harness.policy.known import known_of, known_sdks
from harness.policy.statements import Statement, pattern
from harness.policy.words import read

_SDK = re.compile(
    r"(?:[\"'「“《]?)(?P<name>(?:[\u4e00-\u9fffa-z0-9+·.\-]|(?<=[a-z0-9\u4e00-\u9fff]) (?=[a-z0-9\u4e00-\u9fff])|\([^()]{1,20}\)(?= ?sdk)){2,28}?)[\"'”」》]? ?(?:sdk|软件开发工具包|软件工具开发包)(?![a-z])"
)
_LEADING = re.compile(
    r"^(?:.*?(?:接入了?|集成了?|使用了?|嵌入了?|内嵌了?|采用了?|引入了?|包括|包含|不限于|例如|通过|以及|调用|提供的|提供|为|是|由|与|和|及|或|如|的|了|等)|(?:.*\b)?(?:the|using|use|our|uses|integrated?|via|through|and|such as|to|of|by|with|an?) )(?=.{2})"
)
_NOT_A_NAME = re.compile(r"^(?:第三方|三方|以下|下列|上述|相关|该|这些|此|各类|其他|其|部分|合作方|本|我们|此类|某些|集成|接入|嵌入|不同|所有|多个|类似|商业|广告|统计|推送|地图|支付|分享|登录|android|ios|安卓|苹果|app|any|these|those|such|other|third.party|some|each|this|different|our|various|类|及|等|或|和)+(?:方|的|类|些)?$")


@cache
def _known() -> tuple[ahocorasick_rs.AhoCorasick, tuple[tuple[str, str, bool], ...]]:
    """Folded names of the catalogue's SDKs: (spelling, name, whether it stands for the SDK alone)."""
    common = {fold(name) for name in read("aliases")["common"]}
    found: dict[str, tuple[str, str, bool]] = {}
    for sdk in sorted(known_sdks(), key=lambda s: s.is_company):
        if sdk.is_company:
            continue
        for name in sdk.names:
            for one in (fold(name), fold(name).replace(" ", "")):
                if len(one) > 2 or (len(one) == 2 and not one.isascii()) or one in common:
                    found.setdefault(one, (one, sdk.name, one in common or (one.isascii() and len(one) < 4)))
    entries = tuple(found.values())
    return ahocorasick_rs.AhoCorasick([e[0] for e in entries], matchkind=ahocorasick_rs.MatchKind.LeftmostLongest), entries


_WORD = re.compile(r"[a-z0-9]")
_VERB = re.compile(r"用于|判断|调用|主动|开发者|版本|保证|通过|帮助|为了|我司|本公司|数据|信息|关闭|开启|查看|相关|不同|升级|了解|禁止|其他|^其|^该|获取|收集|使用|可能|包括|需要|改善|我们|会以|以下|如下|提供|嵌入|集成|接入|伙伴|合作方|第三方|^\w{0,6}for-?$|隐私|请求|授权|功能的$|相应|名称")
_BY = re.compile(
    r"^[\s\-*•·>]*(?:[\d.]{1,8}|\([\d一二三四五六七八九十]{1,2}\)|[①-⑳])?[、.)\s]*(?P<name>[^,。;:\s\"]{2,30})[:,]\s*(?:该sdk|它)?(?:是?由)"
    r"(?=[^。;]{2,40}(?:提供|运营|开发))"
)
_ITEM_NAME = re.compile(r"^[\s\-+*•·]*(?:\d{1,2}[.)、]\s*)?(?P<name>[^:—–(\n,。;]{2,40}?)\s*(?=\(|:|—|–|-\s|$)")
_LED = re.compile(
    r"^[\s\-*•·>]*(?:[\d.]{1,8}|\([\d一二三四五六七八九十]{1,2}\)|[①-⑳])?[、.\s]*[\"「“](?P<name>[^\"」”]{2,30})[\"」”][^。;的中]{0,14}?(?=:|,?\s*(?:该sdk)?由|,?\s*是由|sdk)"
)


def _names(statement: Statement, listed: bool) -> list[tuple[int, int, bool]]:
    """Where a statement names SDKs, and whether with the word SDK: places in the statement, in order, none in another."""
    text = statement.text
    found: dict[int, tuple[int, int, bool]] = {}
    addresses = [m.span() for m in URL.finditer(text)]
    for match in _SDK.finditer(text):
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
        if len(name) > 1 and not _NOT_A_NAME.match(name) and not _VERB.search(name):
            found[start] = (start, match.end(), True)
    for match in _BY.finditer(text):
        if (known_of(match["name"]) or statement.role == "sdks") and not _VERB.search(match["name"]):
            found.setdefault(match.start("name"), (*match.span("name"), True))
    bold = _ITEM_NAME.match(text) if listed and statement.block.kind == "item" else None
    if bold and known_of(bold["name"]):
        found.setdefault(bold.start("name"), (*bold.span("name"), True))
    for match in _LED.finditer(text):
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
        spelled, _, common = entries[number]
        if (_WORD.match(spelled[0]) and start and _WORD.match(text[start - 1])) or (
            _WORD.match(spelled[-1]) and end < len(text) and _WORD.match(text[end])
        ):
            continue
        if any(a <= start < b for a, b, _ in found.values()):
            continue
        alone = text.strip(" -*•·\"“”.,") == spelled
        if alone and listed or ((integrates or _BRACKET.search(text[:start])) and not common):
            found[start] = (start, end, False)
    return sorted(found.values())


def in_prose(document: Document, statements: Sequence[Statement], taken: Sequence[tuple[int, int]]) -> Iterator[Entry]:
    """The entries of all sentences outside the places that are `taken` by tables and records; those are in order."""
    number = 0
    still: list[Entry] = []
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
        if statement.block is not block:
            if block is not None and (statement.block.path != block.path or not _TAKES.match(statement.text)):
                still = []
            block = statement.block
        if pattern("denies").search(statement.text) and "sdk" in statement.text and not words("provided").search(statement.text):
            continue
        if statement.block.kind == "text" and statement.end - statement.start > 40:
            introduced = bool(words("introduces").search(statement.text))
        listed = statement.role == "sdks" or introduced or bool(words("integrates").search(statement.lead))
        places = _names(statement, listed)
        if places:
            found = list(_entries(document, statement, places))
            still = found if _listing(statement.text, places) else found[-1:]
            yield from found
        elif still and statement.start - still[0].spans[-1][1] < 200 and _goes_on(statement):
            for entry in still:
                entry.add_kinds(document.folded.text, statement.start, statement.end, prose=True)
                entry.spans.append((statement.start, statement.end))
                entry.company = entry.company or _company(document, statement, 0)


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
        entry = Entry(name, at, [(statement.start, statement.end)], role=statement.role)
        if _BRACKET.search(text[: places[0][0]]):
            entry.add_kinds(text, 0, places[0][0])  # 传感器(某某SDK, 用于客服)
        else:
            entry.add_kinds(text, places[-1][1] if listing else end, stop, prose=True)
            if len(places) == 1 and not entry.kinds and pattern("third_party").search(text):
                entry.add_kinds(text, 0, start, prose=True)
        entry.company = _company(document, statement, end, stop)
        entry.platforms.update(platforms_of(text[max(0, start - 12) : stop]))
        yield entry


_TAKES = re.compile(
    r"[\s\-*•·]*(?:[\"「“]?(?:android|ios|安卓|苹果|鸿蒙|harmonyos|双端)|收集|获取|采集|涉及|需要|共享|信息|设备|个人信息|数据|权限"
    r"|it |this sdk|data |information )"
)


def _listing(text: str, places: list[tuple[int, int, bool]]) -> bool:
    """Whether names stand one after another, so that what follows is said of all of them."""
    return len(places) > 1 and all(
        len(re.sub(r"[\s、,和及与或/&()]|以及|and|or", "", text[b:c])) < 14 for (_, b, _), (c, _, _) in zip(places, places[1:], strict=False)
    )


def _company(document: Document, statement: Statement, start: int, stop: int | None = None) -> str:
    said = statement.text[start : stop if stop is not None else len(statement.text)]
    for match in (words("provided").search(said), words("company").search(said)):
        if match:
            group = next(name for name, value in match.groupdict().items() if value)
            a, b = document.folded.quoted(statement.start + start + match.start(group), statement.start + start + match.end(group))
            return document.text[a:b].strip(" ()（）“”\"")
    return ""
