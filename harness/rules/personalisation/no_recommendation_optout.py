"""Content is recommended by a profile, and there is nothing to switch that off."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from harness.model import Finding, Gap, GapKind
from harness.rules.crawls import Crawled, looked_at, on_screen, sought
from harness.rules.personalisation._marks import recommends
from harness.rules.readings import Readings
from harness.rules.rule import Rule, Screens
from harness.tables import Tables


def decide(run: Tables, readings: Readings) -> Iterator[Finding]:
    told = sought(run, "personalisation")
    no_switch = [n for n in run.noted("page") if n.data.get("page") == "personalisation" and n.data.get("outcome") == "no_switch"]
    why, cited = recommends(run)
    if no_switch and not told.pages and why:
        yield on_screen(run, no_switch, "personalisation", f"Content is personalised ({why}); where the app speaks of that "
            "there is no switch that was recognised.", "应用提供个性化内容,相关页面未识别到关闭开关。", unclear=True, more=cited)
    elif told.missing and why:
        looked, looked_zh = looked_at(told.absent[-1])
        yield on_screen(run, told.absent, "personalisation", f"Content is personalised ({why}), and the app has no switch "
            f"against it: {looked}.",
                        f"应用提供个性化推荐,但未提供关闭或非个性化选项:{looked_zh}。", more=cited)


@dataclass(frozen=True)
class SwitchOrSign:
    """A switch is there; or a complete crawl found none, and something shows that content is personalised."""

    def missing(self, run: Tables, readings: Readings) -> list[Gap]:
        told = sought(run, "personalisation")
        if told.there:
            return []
        if told.missing and not recommends(run)[0]:
            why = "The app has no switch for personalised content, and nothing showed that its content is personalised."
            return [run.add_gap(GapKind.NOT_REACHED, why, "personalisation")]
        return Crawled.of("personalisation").missing(run, readings)


rule = Rule(
    id="no-recommendation-optout",
    title="Personalised recommendation without an option against it",
    title_zh="个性化推荐未提供关闭或非个性化选项",
    clauses=("sz-guide-10a-recommendation-optout",),
    scenarios=("ui-entry-crawl", "personalisation-off"),
    needs=(SwitchOrSign(), Screens()),
    decide=decide,
    sees="Words of the policy on personalised content, requests that say that content is personalised or name a user's "
        "interests, and whether a complete crawl finds a switch.",
    cannot_see="A tab of content that follows nobody; 'not interested' on single items; personalisation that leaves no sign.",
    advice="Add a switch for personalised recommendation to the settings.",
    advice_zh="在设置中提供个性化推荐的关闭选项。",
)
