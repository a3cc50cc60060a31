"""What judging costs: `python -m benchmarks.rules [--calls N] [--flows N]`. Ratios within one run; decides nothing.

Tables of a long run are made in memory: an app and six SDKs that read forty kinds of things in five stages, and requests of
which every tenth carries one of them. All rules judge a quarter of it, then the whole: time, what each rule took, how time grew
with size, and the most memory that the process had. Reading a bundle is not part of it (benchmarks/recorded.py).
"""

from __future__ import annotations

import argparse
import resource
import sys
import time
from pathlib import Path
from types import SimpleNamespace

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np
import pandas as pd

from harness.model import Fact
from harness.rules import engine
from harness.rules.readings import load_readings
from harness.tables import AppFacts, Tables
from harness.tables import frames as shapes
from harness.tables.marks import MARKS, TYPED
from harness.tables.prompts import COLUMNS as PROMPTS
from harness.tables.shared import SHARED
from harness.tables.stages import COLUMNS as STAGES

AIM_SECONDS, AIM_BYTES = 30.0, 2 * 1024**3
STAGE_NAMES = ("before_consent", "after_agree", "after_refusal", "background", "after_permission_denial")
CALLERS = ("example.shop", "Ads", "Push", "Maps", "Stats", "Login", "Share")
KINDS = ("android_id", "oaid", "imei", "mac", "location_precise", "installed_apps", "clipboard", "device_model", "ssid_bssid",
         "sensors")
SECOND = 1_000_000_000


def run_of(calls: int, flows: int) -> Tables:
    """A run of an hour in six scenarios, each in five stages. The same for the same numbers."""
    rng = np.random.default_rng(7)
    scenarios = ("first-launch-agree", "agree", "function-walk", "refuse-restart", "background-idle", "sdk-share")
    t0 = 1_750_000_000 * SECOND
    length = 3600 * SECOND
    whole = len(scenarios) * len(STAGE_NAMES)

    def placed(count: int) -> dict[str, object]:
        t = np.sort(rng.integers(0, length, count))
        interval = (t * whole // length).astype(int)
        stage = np.array(STAGE_NAMES, dtype=object)[interval % len(STAGE_NAMES)]
        scenario = np.array(scenarios, dtype=object)[interval // len(STAGE_NAMES)]
        return {"t": t + t0, "stage": stage, "base": stage, "scenario": scenario, "on_boundary": False, "or_stage": ""}

    def pick(names: tuple[str, ...], count: int) -> object:
        return np.array(names, dtype=object)[rng.integers(0, len(names), count)]

    call_frame = pd.DataFrame(dict.fromkeys(shapes.CALLS), index=range(calls))
    for name, column in {
        "event_id": [f"c{i}" for i in range(1, calls + 1)], "kind": pick(KINDS, calls), "caller": pick(CALLERS, calls),
        "outcome": pick(("value", "value", "value", "empty", "denied"), calls), "value": "x", "method": "a.B.c", "pid": 1,
        "origin": pick(("app", "sdk", "sdk", "framework"), calls), "process": "example.shop", **placed(calls)}.items():
        call_frame[name] = column
    flow_frame = pd.DataFrame(dict.fromkeys(shapes.FLOWS), index=range(flows))
    hosts = tuple(f"{caller.lower()}.vendor{i}.example" for i, caller in enumerate(CALLERS))
    for name, column in {
        "event_id": [f"f{i}" for i in range(1, flows + 1)], "host": pick(hosts, flows), "protocol": "https", "url": "https://x.example/",
        "party": "Vendor", "relation": pick(("first", "third", "third", "unknown"), flows), "sender": pick(CALLERS, flows),
        "sender_origin": "sdk", **placed(flows)}.items():
        flow_frame[name] = column
    seen = flow_frame.iloc[::10].reset_index(drop=True)
    sightings = pd.DataFrame(dict.fromkeys(shapes.SIGHTINGS), index=range(len(seen)))
    for name in ("t", "host", "party", "relation", "sender", "sender_origin", "scenario", "stage", "base"):
        sightings[name] = seen[name]
    for name, column in {"flow": seen["event_id"], "kind": pick(KINDS, len(seen)), "caller": seen["sender"], "variant": "raw",
                         "where": "body", "read_before": True, "value": "x", "origin": "sdk"}.items():
        sightings[name] = column
    at = rng.integers(0, calls, len(seen))
    sightings["calls"] = [[f"c{i + 1}"] for i in at]
    sightings["readers"] = [[caller] for caller in seen["sender"]]
    sightings["encodings"] = [[] for _ in at]
    sightings["via"] = [[] for _ in at]
    steps = pd.DataFrame([
        {"event_id": f"t{i}", "t": t0 + i * length // whole, "end_ns": t0 + i * length // whole, "scenario": scenarios[i // 5],
         "action": "scenario_start" if i % 5 == 0 else "tap", "target": "", "opens": None if i % 5 == 0 else STAGE_NAMES[i % 5],
         "screen": None, "control": None, "outcome": "done", "detail": {}} for i in range(whole)])
    empty = {"prompts": PROMPTS, "shared": SHARED, "stages": STAGES, "marks": MARKS, "typed": TYPED,
             "screens": (*shapes.SCREENS, "scenario", "stage", "base")}
    return Tables(
        calls=call_frame, flows=flow_frame, sightings=sightings, steps=steps, stacks={}, notes=[], app_texts=[], gaps=[],
        facts=[Fact(id="r1", host_ns=t0, type="app", data={"package": "example.shop"})], app=AppFacts(known=True),
        package="example.shop", scenarios=scenarios, complete=True,
        **{name: pd.DataFrame(columns=list(columns)) for name, columns in empty.items()})


def judged(run: Tables) -> tuple[float, dict[str, float], int]:
    readings, took, verdicts = load_readings(), {}, 0
    for rule in engine.all_rules():
        begun = time.process_time()
        verdicts += len(engine.decide(rule, run, readings))
        took[rule.id] = time.process_time() - begun
    return sum(took.values()), took, verdicts


def main() -> None:
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--calls", type=int, default=1_000_000)
    ask.add_argument("--flows", type=int, default=50_000)
    given: SimpleNamespace = ask.parse_args(namespace=SimpleNamespace())
    quarter, _, _ = judged(run_of(given.calls // 4, given.flows // 4))
    whole, took, verdicts = judged(run_of(given.calls, given.flows))
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(f"{len(took)} rules over {given.calls:,} calls and {given.flows:,} flows: {whole:.1f} s of a processor "
          f"(aim {AIM_SECONDS:g}), {verdicts} verdicts; at most {most / 1024**3:.2f} GiB, tables and all "
          f"(aim {AIM_BYTES / 1024**3:g})")
    print(f"growth from a quarter of it: {whole / max(quarter, 1e-9):.2f} times (4 is linear)")
    for rule, seconds in sorted(took.items(), key=lambda one: -one[1])[:10]:
        print(f"  {seconds:7.2f} s  {rule}")


if __name__ == "__main__":
    main()
