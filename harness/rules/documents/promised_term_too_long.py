"""A text promises answers in more than 15 working days."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from harness.clauses.working_days import least_and_most
from harness.model import Finding, Gap, GapKind
from harness.rules.policies import parsed
from harness.rules.readings import Readings
from harness.rules.rule import Rule, Text
from harness.rules.telling import quoted
from harness.rules.wording import whole
from harness.tables import Tables

TEXTS = ("policy", "rights", "summary")
PAGES = {"policy": "policy", "rights": "page of rights", "summary": "policy's summary"}


@dataclass(frozen=True)
class TermStated:
    def missing(self, run: Tables, readings: Readings) -> list[Gap]:
        lacking = Text(TEXTS[:2]).missing(run, readings)
        if lacking or any(declared.reply_days for _, declared in whole(run, *TEXTS)):
            return lacking
        return [run.add_gap(GapKind.NOT_REACHED, "No text states a term in which requests are answered.", "reply term",
                            "文本未载明受理并处理请求的时限。")]


def decide(run: Tables, readings: Readings) -> Iterator[Finding]:
    most = int(readings.of("reply_term"))
    for page in TEXTS:
        for text in run.texts(page):
            days = parsed(text.text).reply_days
            if days is None:
                continue
            year = datetime.fromtimestamp(text.note.t / 1e9, UTC).year
            low, high = (days.number, days.number) if days.working else least_and_most(days.number, year)
            if high <= most:
                continue
            unit, unit_zh = ("working days", "个工作日") if days.working else ("days", "天")
            span = "" if days.working else f", which are {low} to {high} working days"
            span_zh = "" if days.working else f"(折合 {low} 至 {high} 个工作日)"
            yield Finding(
                item="reply term",
                caller=run.package,
                stage="",
                unclear=low <= most,
                evidence=text.note.evidence,
                reason=f"The {PAGES[text.page]} promises an answer within {days.number} {unit}{span}, more than "
                f"{readings.told('reply_term')}: {quoted(days.passage)!r}.",
                reason_zh=f"承诺的处理时限为 {days.number} {unit_zh}{span_zh},超过 {most} 个工作日:“{quoted(days.passage)}”。",
            )
            break


rule = Rule(
    id="promised-term-too-long",
    title="Promised term longer than 15 working days",
    title_zh="承诺的行权处理时限超过15个工作日",
    clauses=("sz-guide-15c-promised-term",),
    scenarios=("document-check",),
    needs=(TermStated(),),
    decide=decide,
    sees="The term that policy or page of rights promises, with its sentence; calendar days as working days of the PRC, the "
        "least and the most that they can be in the year of the run.",
    cannot_see="How long it takes in truth (request-overdue); which of several terms in one text binds: the one for "
    "requests counts.",
    advice="Promise to accept and handle requests within 15 working days.",
    advice_zh="对用户行权请求和投诉的受理处理时限应承诺不超过15个工作日。",
    readings=("reply_term",),
)
