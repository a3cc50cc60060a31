"""A carrier's own app has no entry for its packages on sale, or none for those of elderly and disabled people."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from harness.model import Finding, Gap, GapKind
from harness.rules.crawls import Crawled, looked_at, on_screen, sought
from harness.rules.readings import Readings
from harness.rules.rule import Rule
from harness.tables import Tables

ENTRIES = ("tariffs", "tariffs_assisted")


def decide(run: Tables, readings: Readings) -> Iterator[Finding]:
    if not run.app.carrier:
        return
    for name in ENTRIES:
        told = sought(run, name)
        if told.missing:
            what, what_zh = told.names
            looked, looked_zh = looked_at(told.absent[-1])
            yield on_screen(run, told.absent, name, f"This carrier's app lacks {what}: {looked}.",
                            f"该基础电信企业应用未提供{what_zh}:{looked_zh}。")


@dataclass(frozen=True)
class OfCarrier:
    """What a carrier's app must have was looked for. Of another app nothing is asked; whose app it is the app file says."""

    def missing(self, run: Tables, readings: Readings) -> list[Gap]:
        if run.app.carrier:
            return Crawled.of(*ENTRIES).missing(run, readings)
        if run.app.known:
            return []
        why = "No app file was given, so whether this is the app of a telecommunications carrier is not known."
        return [run.add_gap(GapKind.NOT_REACHED, why, "carrier")]


rule = Rule(
    id="no-tariff-entry",
    title="Carrier's app without an entry for its packages",
    title_zh="基础电信企业应用未提供在售套餐查询入口",
    clauses=("miit292-1-1-tariff-entry-in-carrier-app",),
    scenarios=("ui-entry-crawl",),
    needs=(OfCarrier(),),
    decide=decide,
    sees="Of an app whose app file says `carrier: true`: whether a complete crawl finds the two entries by their words.",
    cannot_see="What shows only after a login by SIM or SMS. No app is a carrier's unless its app file says so.",
    advice="Give the packages on sale, and those for elderly and disabled people, an entry each.",
    advice_zh="提供在售套餐以及老年人、残疾人优惠套餐的查询入口。",
)
