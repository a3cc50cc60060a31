"""Where a text names kinds of personal information: the terms of words/kinds.yaml, found in one pass."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from itertools import product

import ahocorasick_rs

from harness.policy.folding import fold
from harness.policy.words import read

_ASCII = re.compile(r"[a-z0-9]")
_PLURAL = re.compile(r"(?:'s|s|es)?(?![a-z0-9])")
_BEFORE_LISTED = re.compile(
    r"(?:^|[、,(/;:和与及或\"\s|<>+]|以及|包括|包含|例如|如|您的|你的|用户的|设备的|的|获取|收集|读取|记录|使用|访问|采集|填写|提供|申请|开启|调用|上传|需要|授权|进行)$"
)
_AFTER_LISTED = re.compile(r"(?:[、,)/;和与及或\"。\s|<>+]|$|等|信息|数据|记录|权限|内容|功能|以及)")


@dataclass(frozen=True, slots=True)
class Mention:
    """A kind that is named from `start` to `end` of a folded text."""

    kind: str
    start: int
    end: int


@cache
def _terms() -> tuple[ahocorasick_rs.AhoCorasick, tuple[tuple[str, str, bool], ...]]:
    listed = {fold(term) for term in read("listed")["terms"]}
    entries: dict[str, tuple[str, str, bool]] = {}
    for kind, terms in read("kinds").items():
        for term in map(fold, terms):
            pieces = term.split(" ")
            for joints in product(*([("", " ", "-", "_")] * (len(pieces) - 1) if len(pieces) < 4 else [(" ",)] * (len(pieces) - 1))):
                spelled = pieces[0] + "".join(j + p for j, p in zip(joints, pieces[1:], strict=True))
                if not joints or spelled == term or spelled not in entries:
                    entries[spelled] = (spelled, kind, term in listed)
    ordered = tuple(entries.values())
    return ahocorasick_rs.AhoCorasick([e[0] for e in ordered], matchkind=ahocorasick_rs.MatchKind.LeftmostLongest), ordered


def mentions(text: str) -> list[Mention]:
    """All kinds named in a folded text, in its order."""
    finder, entries = _terms()
    found = []
    for number, start, end in finder.find_matches_as_indexes(text):
        term, kind, listed = entries[number]
        if _ASCII.match(term[0]) and start and _ASCII.match(text[start - 1]):
            continue
        if _ASCII.match(term[-1]):
            plural = _PLURAL.match(text, end)
            if plural is None:
                continue
            end = plural.end()
        if kind == "none":
            continue
        if listed and not (_BEFORE_LISTED.search(text[max(0, start - 4) : start]) and _AFTER_LISTED.match(text, end)):
            continue
        found.append(Mention(kind, start, end))
    return found
