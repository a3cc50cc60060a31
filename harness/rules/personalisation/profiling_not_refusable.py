"""Users are profiled, and nothing lets them refuse the profile itself."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from harness.model import Finding, Gap, GapKind
from harness.rules.crawls import Crawled, looked_at, on_screen, policy_text, sought
from harness.rules.personalisation._marks import profiles
from harness.rules.readings import Readings
from harness.rules.rule import Rule, Screens
from harness.tables import Tables

_ITSELF = re.compile(r"画像|标签|profil|tags?", re.IGNORECASE)
_PATH = re.compile(r"(?:拒绝|关闭|退出|停止)[^。;\n]{0,30}(?:画像|标签)|(?:画像|标签)[^。;\n]{0,30}(?:拒绝|关闭|退出|停止)|(?:"
                   r"refuse|object to|opt out of)[^.\n]{0,40}profil",
                   re.IGNORECASE)


def decide(run: Tables, readings: Readings) -> Iterator[Finding]:
    why, cited = profiles(run)
    told = sought(run, "personalisation")
    if not why or not (told.there or told.missing):
        return
    policy = policy_text(run) or ""
    path = _PATH.search(policy)
    captions = [str(entry.get("text", "")) for _, entry in told.found] + [str(n.data.get("text", "")) for n in told.pages]
    if any(_ITSELF.search(text) for text in captions):
        return
    if told.there:
        first = captions[0] or "the switch"
        yield on_screen(run, [*[note for note, _ in told.found[:1]], *told.pages[:1]], "profile", f"Users are profiled ({why}); "
            f"the app's switch ({first}) stops recommendations, and whether it stops the profile itself is not told.",
                        f"应用对用户进行画像,其开关(“{first}”)针对推荐,是否停止画像本身未说明。", unclear=True, more=cited)
    elif path:
        yield on_screen(run, told.absent, "profile", f"Users are profiled ({why}); no switch against it was found, the policy "
            f"speaks of a way: {path[0]!r}.", f"应用对用户进行画像,应用内未找到拒绝选项,隐私政策载有途径:“{path[0]}”。",
            unclear=True,
                        more=cited)
    else:
        looked, looked_zh = looked_at(told.absent[-1])
        yield on_screen(run, told.absent, "profile", f"Users are profiled ({why}), and there is no way to refuse that: {looked}.",
                        f"应用对用户进行画像,但未提供拒绝途径:{looked_zh}。", more=cited)


@dataclass(frozen=True)
class ProfileSeen:
    """Something shows that users are profiled, and a switch was looked for to the end."""

    def missing(self, run: Tables, readings: Readings) -> list[Gap]:
        if not profiles(run)[0]:
            read = policy_text(run) is not None
            why = "Nothing showed that users are profiled" + (": neither requests nor the policy's words." if read else
                                                               ", and the policy was not read.")
            return [run.add_gap(GapKind.NOT_REACHED, why, "profile")]
        return Crawled.of("personalisation").missing(run, readings)


rule = Rule(
    id="profiling-not-refusable",
    title="Profiling that cannot be refused",
    title_zh="未提供拒绝用户画像的途径",
    clauses=("szreg-profile-refuse",),
    scenarios=("personalisation-off", "ui-entry-crawl"),
    needs=(ProfileSeen(), Screens()),
    decide=decide,
    sees="Words of the policy on profiles and tags, interests in requests, and whether a complete crawl finds a switch against "
         "the profile.",
    cannot_see="Profiles that a server keeps; whether uploads after a refusal serve statistics or security.",
    advice="Offer a switch that stops the profile itself, not its use alone.",
    advice_zh="提供停止用户画像本身(而非仅停止其使用)的选项。",
)
