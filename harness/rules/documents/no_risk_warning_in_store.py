"""A store shows an app that the regulator warned of, and no warning."""

from __future__ import annotations

import re
from collections.abc import Iterator

from harness.model import Finding
from harness.rules.documents._attachments import records_of
from harness.rules.readings import Readings
from harness.rules.rule import Rule
from harness.rules.telling import quoted
from harness.rules.wording import Attached
from harness.tables import Tables

CLAUSE = "interim-risk-warning-store"
_WARNING = re.compile(r"风险提示|存在(?:安全|隐私|违规)?风险|谨慎(?:下载|安装|使用)|被通报|违规收集|"
r"警示|\bwarning\b|\brisk\b|\bcaution\b", re.I)
_NONE = re.compile(r"无风险|未发现风险|安全无|no (?:known )?risk", re.I)


def decide(run: Tables, readings: Readings) -> Iterator[Finding]:
    for text, data in records_of(run, CLAUSE):
        warned, page = (data or {}).get("warned"), (data or {}).get("page")
        if data is not None and warned is False:
            continue
        if not warned or not isinstance(page, str) or not page.strip():
            yield Finding(
                item="attachment", caller=run.package, stage="", unclear=True, evidence=text.note.evidence,
                reason=f"What was attached does not tell in which list the app was warned of and what the store shows: "
                f"{quoted(text.text)!r}.",
                reason_zh=f"所附材料未载明通报名单及商店页面文字:“{quoted(text.text)}”。",
            )  # fmt: skip
            continue
        found = [m[0] for m in _WARNING.finditer(_NONE.sub("", page))]
        if found:
            continue
        yield Finding(
            item="risk warning",
            caller=run.package,
            stage="",
            evidence=text.note.evidence,
            reason=f"{run.package} is in a list of warned apps ({quoted(warned)}), and the store page attached shows no warning: "
            f"{quoted(page)!r}.",
            reason_zh=f"{run.package} 已被通报({quoted(warned)}),所附商店页面未作风险提示:“{quoted(page)}”。",
        )


rule = Rule(
    id="no-risk-warning-in-store",
    title="Store without a risk warning",
    title_zh="分发平台未对被通报应用作风险提示",
    clauses=(CLAUSE,),
    scenarios=("store-page-check",),
    needs=(Attached(CLAUSE),),
    decide=decide,
    sees="A record that a person attached: `warned` (the list that names the app, or false) and `page` (the text of its "
    "store page).",
    cannot_see="Warnings in pictures; lists that were not given.",
    advice="Show a warning on the page of each app that the regulator warned of.",
    advice_zh="分发平台应对被通报的应用在其页面作出风险提示。",
)
