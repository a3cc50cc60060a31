"""The app shows no list of the personal information that it has collected."""

from __future__ import annotations

from collections.abc import Iterator

from harness.model import Finding
from harness.rules.crawls import Crawled
from harness.rules.entries._lists import lacking
from harness.rules.readings import Readings
from harness.rules.rule import Rule, Screens
from harness.tables import Tables


def decide(run: Tables, readings: Readings) -> Iterator[Finding]:
    yield from lacking(run, "collected_list")


rule = Rule(
    id="no-collected-list",
    title="No list of collected personal information",
    title_zh="未建立已收集个人信息清单",
    clauses=("miit292-2a-collected-list",),
    scenarios=("ui-entry-crawl", "document-check"),
    needs=(Crawled.of("collected_list"), Screens()),
    decide=decide,
    sees="Whether a complete crawl after consent finds an entry of that name, and whether its page has content.",
    cannot_see="Whether the operator is one of the companies that the notice's annex names (the annex is not in the catalogue's "
    "source): a person must say; a list under a name of its own; whether the list is true (miit292-2e).",
    advice="Add a page 已收集个人信息清单 below the settings, with each kind, its purpose and its scene.",
    advice_zh="在“设置”下提供“已收集个人信息清单”,逐项列明信息种类、使用目的和使用场景。",
)
