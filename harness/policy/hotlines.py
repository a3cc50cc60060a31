"""Telephone numbers of hotlines in a text, as they are written in China."""

from __future__ import annotations

import re

_SAID = re.compile(r"(?:客服|服务|投诉|举报|咨询|联系|联络|热线|电话|致电|拨打|hotline|phone|call|tel)[^\d\n]{0,16}$",
    re.IGNORECASE)
_OPEN = re.compile(r"(?<![\d.-])(?:400|800)[ -]?\d{3}[ -]?\d{4}(?![\d-])")
_NAMED = re.compile(r"(?<![\d.-])(?:\+86[ -]?)?(?:(?:9[56]|1[02])\d{3,4}|0\d{2,3}[ -]?\d{7,8}|1[3-9]\d{9})(?![\d.-])")


def hotlines(text: str) -> list[str]:
    """Numbers that begin with 400 or 800 wherever they stand; shorter ones, those with an area code and those of mobile
    telephones where the words before them speak of a call."""
    found = [match[0] for match in _OPEN.finditer(text)]
    found += [match[0] for match in _NAMED.finditer(text) if _SAID.search(text[max(0, match.start() - 40) : match.start()])]
    return list(dict.fromkeys(found))
