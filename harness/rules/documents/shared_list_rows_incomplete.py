"""Rows of the list of shared information lack recipient, type, purpose, scene or way of sharing."""

from __future__ import annotations

from collections.abc import Iterator

from harness.model import Finding
from harness.rules.documents._list_content import findings
from harness.rules.readings import Readings
from harness.rules.rule import Rule, Text
from harness.tables import Tables

NAMES = ("list of shared information", "第三方信息共享清单")


def decide(run: Tables, readings: Readings) -> Iterator[Finding]:
    yield from findings(run, "shared_list", ("type", "purpose", "scene", "way", "recipient"), NAMES)


rule = Rule(
    id="shared-list-rows-incomplete",
    title="List of shared information without type, purpose, scene or way",
    title_zh="第三方信息共享清单内容不完整",
    clauses=("miit292-2f-shared-list-content",),
    scenarios=("document-check", "ui-entry-crawl"),
    needs=(Text.of("shared_list"),),
    decide=decide,
    sees="The rows of the list, from a table, from labelled lines, or cell by cell as the screen gives them. The notice names "
        "four items; the recipient's name is implied and told apart.",
    cannot_see="Whether the wording is right; rows that open on pages of their own. Words outside a column that may say "
    "it leave it open.",
    advice="Give each row of the list the recipient, the type, the purpose, the scene and the way of sharing.",
    advice_zh="第三方信息共享清单应逐项列明接收方、信息种类、使用目的、使用场景和共享方式。",
)
