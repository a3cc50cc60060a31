"""An SDK loads code that it downloaded, without the user knowing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from harness.model import Finding, Outcome
from harness.rules.readings import Readings
from harness.rules.rule import Boundary, Hooks, Rule, Traffic
from harness.rules.telling import earliest_stage
from harness.tables import Tables, groups, records

_OWN = re.compile(r"^/data/app/|/base\.apk$|/split_[\w.]+\.apk$|\.apk!/|^/system/|^/product/|^/apex/")
_CODE = re.compile(r"\.(?:dex|jar|apk|so|zip|aar|plugin|patch)(?:$|\?)|octet-stream|java-archive|vnd\.android", re.IGNORECASE)


def _downloads(run: Tables, caller: str, before: int) -> list[dict[str, Any]]:
    """Answers with code that this SDK's requests got before."""
    found = []
    for flow in records(run.flows):
        if flow["t"] > before or flow["sender"] != caller or flow["response"] is None:
            continue
        headers = " ".join(v for n, v, *_ in flow["response"].headers if n.lower() in ("content-type", "content-disposition"))
        if flow["response"].size and (_CODE.search(str(flow["url"] or "").partition("?")[0]) or _CODE.search(headers)):
            found.append(flow)
    return found


def decide(run: Tables, readings: Readings) -> Iterator[Finding]:
    if not len(run.calls):
        return
    rows = run.calls[(run.calls["kind"] == "code_loading") & (run.calls["outcome"] == Outcome.VALUE)
                     & (run.calls["origin"] == "sdk")]
    for (caller,), calls in groups(rows, "caller"):
        mine = [c for c in calls if not _OWN.search(str(c["value"] or ""))]
        if not mine:
            continue
        got = _downloads(run, caller, max(int(c["t"]) for c in mine))
        what = str(mine[0]["value"] or "code in memory")
        hosts = ", ".join(dict.fromkeys(str(f["host"]) for f in got))
        yield Finding(
            item="code_loading", caller=caller, stage=earliest_stage(row["base"] for row in mine), party=hosts, unclear=not got,
            evidence=list(dict.fromkeys([*(str(c["event_id"]) for c in mine), *(str(f["event_id"]) for f in got)])),
            reason=f"{caller} loaded code from {what}" + (f", which it had downloaded from {hosts}." if got else
                                                          ": where that came from was not seen, it may be the app's own."),
            reason_zh=f"{caller} 从 {what} 加载代码" + (f",该代码由其自 {hosts} 下载。" if got else ",来源未能观察到,"
                "可能为应用自带。"))


rule = Rule(
    id="sdk-loads-code",
    title="SDK updates itself by loading code",
    title_zh="SDK自行下载并加载代码",
    clauses=("interimx-sdk-no-self-wake",),
    scenarios=("first-launch-agree", "agree", "first-launch-idle", "background-idle", "self-start"),
    needs=(Hooks.of("code_loading"), Traffic(), Boundary("after_agree")),
    decide=decide,
    sees="Class loaders that SDK code makes for files outside of the APK, and downloads of code by the same SDK before.",
    cannot_see="Libraries loaded in native code; what loaded code does. A download of settings or scripts without loading is "
               "none.",
    advice="Ship the SDK's code in the APK, and update it with the app.",
    advice_zh="SDK代码应随应用发布和更新,不得自行下载加载。",
)
