"""Rows of a list that lack what the notice asks for; what the words before the rows say for all of them counts, as unclear."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from harness.model import Finding
from harness.rules.documents._rows import Row, rows
from harness.rules.policies import parsed
from harness.rules.telling import quoted
from harness.rules.wording import whole
from harness.tables import Tables
from harness.tables.noted import AppText

ZH = {"recipient": "接收方名称", "type": "信息种类", "purpose": "使用目的", "scene": "使用场景", "way": "共享方式"}
EN = {"recipient": "recipient", "type": "type", "purpose": "purpose", "scene": "scene", "way": "way of sharing"}
_WORDS = {
    "recipient": re.compile(r"公司|SDK|提供方|provider|inc\b|ltd", re.I),
    "type": re.compile(r"信息|标识|位置|数据|information|data|location", re.I),
    "purpose": re.compile(r"用于|目的|为了|以便|为您|purpose|used (?:for|to)", re.I),
    "scene": re.compile(r"场景|时[,,。;]|当您|使用.{0,12}(?:功能|服务|页面)|登录|注册|启动|浏览|when|while|during", re.I),
    "way": re.compile(r"方式|自行(?:收集|采集)|直接(?:收集|采集)|接口|API|嵌入|后台传输|服务器|本机采集|collects? (?:it "
    r")?(?:itself|directly)|"
                      r"interface|server|transmi", re.I),
}


def findings(run: Tables, page: str, wanted: tuple[str, ...], names: tuple[str, str]) -> Iterator[Finding]:
    """One finding for each item that rows of the list lack. `names`: what the list is called."""
    for text, _ in whole(run, page):
        found = rows(text.text)
        if not found:
            yield _unread(run, text, names)
            continue
        for item in wanted:
            lacking = [row for row in found if row.lacks(item)]
            if lacking:
                yield _lacking(run, text, item, lacking, len(found), names)


def _unread(run: Tables, text: AppText, names: tuple[str, str]) -> Finding:
    return Finding(
        item="rows", caller=run.package, stage="", unclear=True, evidence=text.note.evidence,
        reason=f"The rows of the {names[0]} could not be told apart; a person must read it: {quoted(text.text)!r}.",
        reason_zh=f"{names[1]}的条目无法自动区分,需人工阅读:“{quoted(text.text)}”。",
    )  # fmt: skip


def _lacking(run: Tables, text: AppText, item: str, lacking: list[Row], count: int, names: tuple[str, str]) -> Finding:
    """Words that may mean the item, in the row or in a sentence about all rows, leave it open."""
    absent = all(item not in row.cells for row in lacking)
    elsewhere = " ".join(row.quote for row in lacking) if not absent else text.text
    doubt = absent and bool(_WORDS[item].search(_without_heads(elsewhere)))
    tail = ", unless other words of it say so" if doubt else ""
    return Finding(
        item=EN[item],
        caller=run.package,
        stage="",
        unclear=doubt,
        evidence=text.note.evidence,
        reason=f"The {names[0]} states no {EN[item]} in {len(lacking)} of {count} rows{tail}, as "
        f"in {quoted(lacking[0].quote)!r}.",
        reason_zh=f"{names[1]} {count} 个条目中有 {len(lacking)} 个未列明{ZH[item]}"
        + (",其他文字是否已说明需人工判断" if doubt else "") + f",如“{quoted(lacking[0].quote)}”。",
    )


def _without_heads(text: str) -> str:
    """Without titles, which name what is listed and say nothing of it."""
    return "\n".join(line for line in text.splitlines() if not re.search(r"(?:清单|列表|list)\s*$", line.strip(), re.I))


def names_an_sdk(run: Tables, page: str, callers: Mapping[str, object]) -> bool:
    """Whether a text of this page speaks of any SDK at all."""
    for text, _ in whole(run, page):
        declared = parsed(text.text)
        if declared.sdks or re.search(r"sdk|第三方|插件", text.text, re.I) or any(
                one.lower() in text.text.lower() for one in callers):
            return True
    return False
