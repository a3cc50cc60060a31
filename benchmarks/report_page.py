"""What the report's page costs: `python -m benchmarks.report_page [--calls N] [--flows N]`. Decides nothing.

A bundle of a long run is written: an app and six SDKs read forty kinds of things in three stages; of the requests one in ten
carries one of them. Printed: the time to write the page from the tables (and that of the tables and verdicts before it, for
comparison), its size, what of it is the timeline's data; in Chromium, where there is one, the time from opening to a page that
answers, and what a filter and a zoom take. Aims: page in 10 s and 15 MB, usable in 2 s.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from harness.bundle import Bundle, open_bundle, verify
from harness.model import Call, Fact, Flow, Message, Outcome, Screen, Stack, Step
from harness.render import events, html, view
from harness.rules.analysis import analyse

AIM_SECONDS, AIM_BYTES, AIM_USABLE = 10.0, 15 * 10**6, 2.0
T0 = 1_750_000_000_000_000_000
KINDS = ("android_id", "oaid", "imei", "mac", "location_precise", "installed_apps", "clipboard", "device_model", "ssid_bssid",
         "sensors", "crypto", "permission_check", "http_write", "network_type", "carrier")  # fmt: skip
SDKS = ("example.shop", "com.quillmetrics.sdk", "com.flurry.sdk", "com.umeng.commonsdk", "com.adjust.sdk", "com.appsflyer",
        "com.sensorsdata.analytics")  # fmt: skip


def write_bundle(folder: Path, calls: int, flows: int) -> Path:
    """A run of half an hour. Values of the moving kinds differ from call to call."""
    luck = random.Random(7)
    bundle = Bundle.create(folder, "example.shop", clock=lambda: T0)
    bundle.append(Fact(host_ns=T0, type="app", data={"package": "example.shop", "version": "1", "sha256": "0" * 64}))
    bundle.append(Fact(host_ns=T0, type="device", data={"serial": "LAB", "kind": "lab"}))
    bundle.append(Step(host_ns=T0, end_ns=T0, scenario="first-launch-agree", action="scenario_start"))
    stacks = [
        bundle.append(Stack(host_ns=T0, pid=7, frames=[
            *(f"{sdk}.C{n % 97}.m{n % 13}(C{n % 97}.java:{n})" for n in range(at, at + 12)),
            "android.os.Handler.dispatchMessage(Handler.java:106)", "android.os.Looper.loop(Looper.java:223)"])).id
        for sdk in SDKS for at in range(0, 2400, 12)
    ]
    length = 1800 * 10**9
    moments = sorted(luck.randrange(length) for _ in range(calls))
    fixed = {kind: f"{luck.randrange(10**14, 10**15)}" for kind in KINDS}
    for place, at in enumerate(moments, start=1):
        kind = luck.choice(KINDS)
        value: object = fixed[kind]
        if kind == "location_precise":
            value = {"latitude": 31 + luck.random(), "longitude": 121 + luck.random()}
        elif kind == "crypto":
            value = f"{luck.randrange(16**24):024x}"
        bundle.append(Call(
            host_ns=T0 + at, device_ns=T0 + at, pid=7, process="example.shop", tid=1, thread=f"pool-{at % 8}", seq=place,
            hook="h", kind=kind, method=f"android.api.{kind}.get", value=value, outcome=Outcome.VALUE, stack=luck.choice(stacks),
            arguments=[f"a{luck.randrange(500)}", {"n": luck.randrange(100)}]))
    for at in sorted(luck.randrange(length) for _ in range(flows)):
        value = fixed[luck.choice(KINDS)] if luck.random() < 0.1 else f"{luck.randrange(10**15)}"
        body = f'{{"v":"{value}","k":{luck.randrange(10**6)}}}'.encode()
        host = luck.choice(("t.adnimbus.example", "api.shop.example", "log.quillmetrics.example"))
        bundle.append(Flow(
            host_ns=T0 + at, protocol="https", method="POST", url=f"https://{host}/u/{luck.randrange(99)}", host=host, port=443,
            status=200, request=Message(body=bundle.put_object(body), size=len(body))))
    screen = bundle.append(Screen(host_ns=T0 + 1, package="example.shop", kind="policy_consent"))
    bundle.append(Step(host_ns=T0 + length // 4, end_ns=T0 + length // 4 + 10, scenario="first-launch-agree", action="tap",
                       opens="after_agree", screen=screen.id))
    bundle.append(Step(host_ns=T0 + length, end_ns=T0 + length, scenario="first-launch-agree", action="scenario_end"))
    bundle.seal(complete=True)
    return bundle.path


def in_browser(page: Path) -> dict[str, float]:
    """Seconds from the start of loading to a page that answers, what of them its main thread worked, of a filter, of a zoom."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium") or shutil.which("google-chrome"), args=["--no-sandbox", "--disable-gpu"])
        tab = browser.new_page(viewport={"width": 1280, "height": 900})
        session = tab.context.new_cdp_session(tab)
        session.send("Performance.enable", {"timeDomain": "threadTicks"})
        begun = time.perf_counter()
        tab.goto(page.as_uri(), wait_until="commit")
        tab.wait_for_selector("html[data-ready]", timeout=120_000)
        tab.evaluate("new Promise(done => requestAnimationFrame(() => setTimeout(done)))")
        usable = time.perf_counter() - begun
        busy = {one["name"]: one["value"] for one in session.send("Performance.getMetrics")["metrics"]}["TaskDuration"]
        timed = {
            name: tab.evaluate(f"(() => {{ const at = performance.now(); {act}; document.body.offsetHeight;"
                               " return (performance.now() - at) / 1000; })()")
            for name, act in (
                ("filter", "const s = document.getElementById('tl-who'); s.selectedIndex = 1;"
                           " s.dispatchEvent(new Event('change'))"),
                ("zoom", "document.getElementById('tl-in').click()"),
                ("whole", "document.getElementById('tl-whole').click()"),
            )
        }  # fmt: skip
        browser.close()
    return {"usable": usable, "of a processor": busy, **timed}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--calls", type=int, default=100_000)
    parser.add_argument("--flows", type=int, default=5_000)
    parser.add_argument("--keep", type=Path, help="keep the page here")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="report-page-") as work:
        bundle = write_bundle(Path(work), given.calls, given.flows)
        begun = time.perf_counter()
        analysis = analyse(bundle)
        judged = time.perf_counter() - begun
        integrity = verify(bundle, report=False)
        if hasattr(os, "getloadavg"):
            print(f"{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f} while this ran")
        print(f"{given.calls} calls, {given.flows} flows, {len(analysis.violations)} violations; "
              f"tables and verdicts {judged:.1f} s")
        page = Path(work) / "page.html"
        for language in html.LANGUAGES:
            begun, busy = time.perf_counter(), time.process_time()
            page.write_text(html.page(analysis, language=language, integrity=integrity), "utf-8")
            took, used, size = time.perf_counter() - begun, time.process_time() - busy, page.stat().st_size
            print(f"  page ({language})  {took:5.1f} s, {used:.1f} s of a processor (aim {AIM_SECONDS:.0f})   "
                  f"{size / 1e6:5.1f} MB (aim {AIM_BYTES / 1e6:.0f})   {took / judged:.2f} of tables and verdicts")
        material = view.gather(analysis, open_bundle(bundle), integrity, "en")
        print(f"  of it the timeline's data {len(events.packed(events.payload(material))) / 1e6:.1f} MB")
        if shutil.which("chromium") or shutil.which("google-chrome"):
            for name, seconds in in_browser(page).items():
                print(f"  Chromium: {name:14} {seconds:6.3f} s" + (f" (aim {AIM_USABLE:.0f})" if name == "usable" else ""))
        else:
            print("  no Chromium: what a browser takes was not measured")
        if given.keep:
            shutil.copyfile(page, given.keep)


if __name__ == "__main__":
    main()
