"""A removed app was offered again within 40 working days."""

from __future__ import annotations

from collections.abc import Iterator

from harness.clauses import working_days
from harness.model import Finding
from harness.rules.documents._attachments import day_of, records_of
from harness.rules.readings import Readings
from harness.rules.rule import Rule
from harness.rules.telling import quoted
from harness.rules.wording import Attached
from harness.tables import Tables

CLAUSE = "interim-no-relisting-40wd"


def decide(run: Tables, readings: Readings) -> Iterator[Finding]:
    most = int(readings.of("relisting_ban"))
    for text, data in records_of(run, CLAUSE):
        removed = day_of(data.get("removed")) if data else None
        looks = data.get("looks") if data else None
        if removed is None or not isinstance(looks, list):
            yield Finding(
                item="attachment", caller=run.package, stage="", unclear=True, evidence=text.note.evidence,
                reason=f"What was attached does not tell the day of the removal and the looks since: {quoted(text.text)!r}.",
                reason_zh=f"所附材料未载明下架日期及后续查看记录:“{quoted(text.text)}”。",
            )  # fmt: skip
            continue
        for look in looks:
            day = day_of(look.get("day")) if isinstance(look, dict) else None
            if day is None or not look.get("offered") or day <= removed:
                continue
            days = working_days.between(removed, day)
            if days > most:
                continue
            same = str(look.get("package", "")) == run.package or look.get("signer") == "same"
            where = str(look.get("where") or "a channel not named")
            yield Finding(
                item="relisted",
                caller=run.package,
                stage="",
                party=where,
                unclear=not same,
                evidence=text.note.evidence,
                reason=f"{run.package} was removed on {removed} and offered on {day} by {where}, {days} working days later (at "
                    f"least {readings.told('relisting_ban')})" + ("." if same else "; whether it is the same app is not known."),
                reason_zh=f"{run.package} 于 {removed} 下架,{day} 在“{where}”重新提供,仅隔 {days} 个工作日(不足 {most} 个)"
                + ("。" if same else ",但包名或签名不同,是否为同一应用需人工确认。"),
            )


rule = Rule(
    id="relisted-too-soon",
    title="Removed app offered again too soon",
    title_zh="下架后40个工作日内再次上架",
    clauses=(CLAUSE,),
    scenarios=("relisting-watch", "store-page-check"),
    needs=(Attached(CLAUSE),),
    decide=decide,
    sees="A record that a person attached: `removed` (day), `looks` (each with `day`, `where`, `offered`, `package` or "
        "`signer: same`); working days of the PRC.",
    cannot_see="Channels at which nobody looked.",
    advice="Do not offer a removed app again, in any channel, before the term is over.",
    advice_zh="被下架的应用在40个工作日内不得通过任何渠道再次上架。",
    readings=("relisting_ban",),
)
