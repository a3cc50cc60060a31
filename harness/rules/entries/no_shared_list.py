"""The app shows no list of the personal information that it shares with third parties."""

from __future__ import annotations

import re
from collections.abc import Iterator

from harness.model import Finding
from harness.rules.crawls import Crawled, cited, on_screen, sought, way
from harness.rules.entries._lists import lacking
from harness.rules.readings import Readings
from harness.rules.rule import Rule, Screens
from harness.tables import Tables

_DIRECTORY = re.compile(r"sdk", re.IGNORECASE)
_SHARED = re.compile(r"信息|数据|设备|位置|标识|号码|information|data|device|location|identifier", re.IGNORECASE)


def decide(run: Tables, readings: Readings) -> Iterator[Finding]:
    yield from lacking(run, "shared_list")
    nearest = sought(run, "shared_list").nearest
    if nearest is None or not _DIRECTORY.search(str(nearest[1].get("text", ""))):
        return
    note, entry = nearest
    texts = [text for text in run.texts("shared_list") if text.whole]
    if not any(_SHARED.search(text.text) for text in texts):
        why = "whose text says nothing of what is shared" if texts else "whose text was not read"
        why_zh = "但正文未说明共享何种信息" if texts else "其正文未能读取"
        yield on_screen(
            run, [note, *(text.note for text in texts[-1:])], "shared_list",
            f"The app has a directory of SDKs ({way(entry)}), {why}: whether it is the list asked for is left open.",
            f"应用提供SDK目录({way(entry)}),{why_zh},是否构成与第三方共享个人信息清单无法判定。", unclear=True, more=cited(note,
            entry))


rule = Rule(
    id="no-shared-list",
    title="No list of personal information shared with third parties",
    title_zh="未建立与第三方共享个人信息清单",
    clauses=("miit292-2b-shared-list",),
    scenarios=("ui-entry-crawl", "document-check"),
    needs=(Crawled.of("shared_list"), Screens()),
    decide=decide,
    sees="Whether a complete crawl after consent finds an entry of that name, and whether its page has content.",
    cannot_see="Whether the operator is one of the companies that the notice's annex names: a person must say; a list under a "
        "name of its own; whether the list is true (miit292-2g).",
    advice="Add a page 与第三方共享个人信息清单 below the settings, with each recipient, kind, purpose, scene and "
    "way of sharing.",
    advice_zh="在“设置”下提供“与第三方共享个人信息清单”,逐项列明接收方、信息种类、使用目的、使用场景和共享方式。",
)
