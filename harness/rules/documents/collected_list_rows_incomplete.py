"""Rows of the list of collected information lack type, purpose or scene, or it says nothing on SDKs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from harness.model import Finding
from harness.rules.documents._list_content import findings, names_an_sdk
from harness.rules.readings import Readings
from harness.rules.rule import Rule, Text
from harness.rules.sensitive import kinds
from harness.rules.telling import listed, real, some
from harness.rules.wording import cut, evidence, whole
from harness.tables import Tables, records

NAMES = ("list of collected information", "已收集个人信息清单")


def decide(run: Tables, readings: Readings) -> Iterator[Finding]:
    yield from findings(run, "collected_list", ("type", "purpose", "scene"), NAMES)
    read = whole(run, "collected_list")
    calls = real(run.calls)
    if not read or not len(calls):
        return
    seen: dict[str, list[dict[str, Any]]] = {}
    for row in records(calls[(calls["origin"] == "sdk") & calls["kind"].isin(list(kinds()))]):
        seen.setdefault(row["caller"], []).append(row)
    if not seen or names_an_sdk(run, "collected_list", seen):
        return
    partly = cut(run, "collected_list")
    yield Finding(
        item="SDKs",
        caller=listed(sorted(seen)),
        stage="",
        unclear=partly,
        evidence=[*evidence(read), *some(row["event_id"] for rows in seen.values() for row in rows)],
        reason=f"{listed(sorted(seen))} read personal information, and the {NAMES[0]} says nothing on any SDK"
        + (", as far as it was read." if partly else "."),
        reason_zh=f"{listed(sorted(seen), '、')} 读取了个人信息,而{NAMES[1]}未提及任何内嵌SDK" + (","
        "但清单未读至末尾。" if partly else "。"),
    )


rule = Rule(
    id="collected-list-rows-incomplete",
    title="List of collected information without type, purpose or scene",
    title_zh="已收集个人信息清单内容不完整",
    clauses=("miit292-2d-collected-list-content",),
    scenarios=("document-check", "ui-entry-crawl"),
    needs=(Text.of("collected_list"),),
    decide=decide,
    sees="The rows of the list, from a table, from labelled lines, or cell by cell as the screen gives them; SDKs at work "
    "in the run.",
    cannot_see="Whether the wording is concise and clear; rows that open on pages of their own.",
    advice="Give each row of the list its type, purpose and scene, those of SDKs among them.",
    advice_zh="已收集个人信息清单应逐项列明信息种类、使用目的、使用场景,并包含内嵌SDK的收集情况。",
)
