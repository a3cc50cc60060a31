"""The same information is read more often than any function needs."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from harness.model import Finding, Grade
from harness.rules.readings import Readings
from harness.rules.rule import Boundary, Hooks, Rule
from harness.rules.sensitive import judged, name
from harness.rules.telling import real, some
from harness.tables import Tables

UNCHANGING = frozenset(
    {"imei", "imsi", "iccid", "device_serial", "android_id", "oaid", "ad_id", "media_drm_id", "mac", "bluetooth_mac", "phone"}
)
"""Kinds whose value stays the same while the app runs: one read is enough."""
MINUTE = 60_000_000_000


def decide(run: Tables, readings: Readings) -> Iterator[Finding]:
    calls = real(run.calls)
    if not len(calls):
        return
    calls = calls[
        calls["kind"].isin(judged()) & calls["base"].isin(["after_agree", "after_permission_denial", "consent_unresolved"])
    ]
    for (kind, caller, method), rows in calls.groupby(["kind", "caller", "method"], sort=True):
        found = _rate(str(kind), str(caller), str(method), rows, readings)
        if found is None and kind in UNCHANGING:
            found = _again(str(kind), str(caller), str(method), rows, readings)
        if found is not None:
            yield found


def _limit(kind: str) -> str:
    return "reads_a_minute_of_ids" if kind in UNCHANGING else "reads_a_minute"


def _rate(kind: str, caller: str, method: str, rows: pd.DataFrame, readings: Readings) -> Finding | None:
    limit = readings.of(_limit(kind))
    worst: tuple[int, int, pd.DataFrame] | None = None
    for _, mine in rows.groupby("scenario", sort=True):
        times = np.sort(mine["t"].to_numpy(dtype="int64"))
        counts = times.searchsorted(times + MINUTE, side="left") - np.arange(len(times))
        most = int(counts.argmax())
        if worst is None or counts[most] > worst[0]:
            worst = (int(counts[most]), int(times[most]), mine)
    if worst is None or worst[0] <= limit:
        return None
    count, begun, mine = worst
    busy = mine[(mine["t"] >= begun) & (mine["t"] < begun + MINUTE)]
    return Finding(
        grade=Grade.B,
        candidate=True,
        item=kind,
        caller=caller,
        stage=str(busy["stage"].iloc[0]),
        evidence=some(busy["event_id"]),
        reason=f"{caller} read {name(kind)} by {method.rpartition('.')[2]} {count} times within one minute. Profile: "
        f"{readings.told(_limit(kind))}.",
        reason_zh=f"{caller} 通过 {method.rpartition('.')[2]} 在一分钟内读取{name(kind, 'zh')} {count} 次。"
        f"判定口径为本工具口径,非法律规定:每分钟 {limit:g} 次。",
    )


def _again(kind: str, caller: str, method: str, rows: pd.DataFrame, readings: Readings) -> Finding | None:
    """An identifier read again and again in one process's life, though it is the same each time."""
    limit = readings.of("same_id_reads")
    plain = rows.assign(said=rows["value"].astype(str))
    sizes = plain.groupby(["scenario", "pid", "said"], sort=True)["t"].transform("size")
    if int(sizes.max()) <= limit:
        return None
    first = plain[sizes == sizes.max()].iloc[0]
    mine = plain[(plain["scenario"] == first["scenario"]) & (plain["pid"] == first["pid"]) & (plain["said"] == first["said"])]
    return Finding(
        grade=Grade.B,
        candidate=True,
        item=kind,
        caller=caller,
        stage=str(mine["stage"].iloc[0]),
        evidence=some(mine["event_id"]),
        reason=f"{caller} read the unchanged {name(kind)} by {method.rpartition('.')[2]} {len(mine)} times in one session. "
        f"Profile: {readings.told('same_id_reads')}.",
        reason_zh=f"{caller} 在一次运行中通过 {method.rpartition('.')[2]} 重复读取未变化的{name(kind, 'zh')} {len(mine)} 次。"
        f"判定口径为本工具口径,非法律规定:每次运行 {limit:g} 次。",
    )


rule = Rule(
    id="too-frequent-collection",
    title="Information read more often than needed",
    title_zh="收集个人信息的频度超出必要",
    clauses=("szregx-minimum-five", "sz-guide-07a-minimum-scope"),
    scenarios=("background-idle", "function-walk", "agree"),
    needs=(Boundary("after_agree"), Hooks(judged())),
    decide=decide,
    sees="For each caller, kind and method: the most calls with a value within any minute, and how often an identifier was "
        "read again in one process though it was the same.",
    cannot_see="How often a function really needs it: no text has a number, and the limits are the profile's, so that a person "
    "must sign; how long a server keeps it.",
    advice="Read an identifier once and keep it; read a place when the function needs it, and no oftener.",
    advice_zh="设备标识读取一次后应缓存复用;位置等信息应按功能所需的最低频率读取。",
    readings=("reads_a_minute", "reads_a_minute_of_ids", "same_id_reads"),
)
