"""Information that belongs to a function is read in another one, on the first page at rest, or in the background."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from harness.model import Finding, Grade
from harness.rules.functions import BACKGROUND, FIRST_PAGE, NOWHERE, UNKNOWN, FunctionMap, Scenes, function_map
from harness.rules.readings import Readings
from harness.rules.rule import Boundary, Hooks, Rule, Screens
from harness.rules.sensitive import name
from harness.rules.telling import earliest_stage, listed, real, some, times
from harness.tables import Tables

JUDGED = frozenset({
    "location_precise", "location_coarse", "track", "contacts", "call_log", "sms", "calendar", "photos", "storage_files",
    "camera", "microphone", "clipboard", "health", "installed_apps", "running_apps", "screen_capture", "bluetooth", "wifi_scan",
    "ssid_bssid", "base_station", "imei", "imsi", "face", "notifications", "browsing_log",
})  # fmt: skip
PLACES = {FIRST_PAGE: ("on the first page at rest", "首页静置时"), BACKGROUND: ("in the background", "后台运行时")}


def decide(run: Tables, readings: Readings) -> Iterator[Finding]:
    known = function_map(run)
    tied = {kind: {one.name for one in known if kind in one.kinds} for one in known for kind in one.kinds}
    calls = real(run.calls)
    if not len(calls) or not tied:
        return
    grace = int(readings.of("scene_grace") * 1e9)
    away = {one.name for one in known if one.background}
    calls = calls[
        calls["base"].isin(["after_agree", "after_permission_denial"]) & calls["kind"].isin(tied.keys())
    ]
    rows = [_placed(run, str(scenario), mine, tied, away, grace) for scenario, mine in calls.groupby("scenario", sort=True)]
    if not rows:
        return
    placed = pd.concat(rows)
    for (kind, caller, place), group in placed[placed["place"] != NOWHERE].groupby(["kind", "caller", "place"], sort=True):
        functions = listed(sorted(tied[str(kind)]))
        unclear = place == UNKNOWN
        en, zh = PLACES.get(str(place), (f"while the function {place} was in use", f"使用功能“{place}”时"))
        if unclear:
            en, zh = "on a page that the function map does not have", "功能清单未列明的页面"
        yield Finding(
            grade=Grade.B,
            item=str(kind),
            caller=str(caller),
            stage="background" if place == BACKGROUND else earliest_stage(group["base"]),
            unclear=unclear,
            evidence=some(group["event_id"]),
            reason=f"{caller} read {name(str(kind))} {times(len(group))} {en}; by the function map it belongs to {functions}.",
            reason_zh=f"{zh},{caller} 读取{name(str(kind), 'zh')} {len(group)} 次;按功能清单,该信息仅用于“{functions}”。",
        )


def _placed(
    run: Tables, scenario: str, calls: pd.DataFrame, tied: dict[str, set[str]], away: set[str], grace: int
) -> pd.DataFrame:
    """The calls with the place they are foreign to; NOWHERE where they are not, or it is not known where the user was."""
    scenes = Scenes(run, scenario)
    names, shown = scenes.at(calls["t"])
    place = np.array(names, dtype=object)
    place[calls["stage"].to_numpy() == "background"] = BACKGROUND
    for kind, functions in tied.items():
        mine = calls["kind"].to_numpy() == kind
        showing = np.isin(shown.astype(str), sorted(functions)) & (place != BACKGROUND)
        own = scenes.within(calls["t"], grace, functions) | showing
        if functions & away:
            own |= place == BACKGROUND
        place[mine & own] = NOWHERE
    return calls.assign(place=place)


rule = Rule(
    id="collection-in-unrelated-scene",
    title="Collection unrelated to what the user does",
    title_zh="收集与当前服务场景无关的个人信息",
    clauses=("interim-min-unrelated-scene", "sz-guide-07a-minimum-scope"),
    scenarios=("background-idle", "function-walk", "agree"),
    needs=(FunctionMap(kinds=True), Boundary("after_agree"), Hooks(JUDGED), Screens()),
    decide=decide,
    sees="Calls after consent that gave a kind which the tester's map ties to a function, while another function, the first "
        "page or the background was at hand.",
    cannot_see="Kinds that the map ties to no function, such as identifiers that the whole app uses; whether a function "
    "needs what it reads.",
    advice="Read what belongs to a function only while the user uses it.",
    advice_zh="仅在用户使用对应功能期间收集该功能所需信息,不得在后台、静置或其他功能中收集。",
    readings=("scene_grace",),
)
