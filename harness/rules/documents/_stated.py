"""What a text says of purposes, ways and kinds of processing, each with its sentence."""

from __future__ import annotations

import re
from collections.abc import Iterable

from harness.rules.wording import Read, kinds_named, sentences

PURPOSE = re.compile(
    r"用于|用以|用来|目的|用途|为了|以便|便于|以(?:实现|提供|保障|完成|确保)|为(?:您|你|向|保障|实现|完成|确保)|"
    r"\bin order to\b|\bso that\b|\bpurposes?\b|\bto (?:provide|improve|show|deliver|ensure|enable|offer|"
    r"protect)\b|\bused? (?:for|to)\b",
    re.I,
)
_WAY = re.compile(
    r"收集|采集|获取|读取|记录|存储|保存|上传|传输|共享|委托|加工|自动(?:收集|采集)|处理方式|使用方式|"
    r"\b(?:collect|store|transmit|share|record|receive|process)\w*",
    re.I,
)
_INFORMATION = re.compile(r"信息|数据|资料|标识|位置|\b(?:information|data|identifiers?|location)\b", re.I)
_TYPES_WORD = re.compile(r"(?:收集|获取|使用|处理).{0,30}(?:包括|如下|以下|:|:)|\bwe collect\b", re.I)
NAMES = {"purposes": "处理目的", "methods": "处理方式", "types": "信息种类"}


def stated(read: Read) -> dict[str, str]:
    """purposes, methods, types -> the first sentence that states it, "" where none does. Generous: what is not found here is
    not there in any usual words."""
    found = {"purposes": "", "methods": "", "types": ""}
    for text, declared in read:
        for said in sentences(text.text):
            if not _INFORMATION.search(said) and not kinds_named(said):
                continue
            found["purposes"] = found["purposes"] or (said if PURPOSE.search(said) else "")
            found["methods"] = found["methods"] or (said if _WAY.search(said) else "")
        if not found["types"]:
            first = next((kind.passage.text for kind in declared.kinds), "")
            named = next((said for said in sentences(text.text) if kinds_named(said)), "")
            found["types"] = first or named
    return found


def doubtful_types(read: Read) -> bool:
    """The text says that kinds follow, and none of them is known here by its name."""
    return any(_TYPES_WORD.search(said) for text, _ in read for said in sentences(text.text))


def foreign(read: Read) -> bool:
    """None of the texts is in a language whose words are known here."""
    languages: Iterable[tuple[str, ...]] = (declared.languages for _, declared in read)
    return not any(set(one) & {"zh", "zh-hant", "en"} for one in languages)
