"""Both editions of the example shop: built, run on a lab device each, judged against what was planted in them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from harness.bundle import link_latest
from harness.cli.comparison import Comparison, compare
from harness.cli.lab import connect, end
from harness.cli.output import out, printable
from harness.cli.verdicts import verdict_table
from harness.errors import RigError
from harness.lab import registry, runtime
from harness.lab.apps.builder import build
from harness.lab.apps.labels import labels
from harness.lab.internet import LabInternet
from harness.lab.internet_config import read_config
from harness.resources import resource
from harness.rules.analysis import Analysis, analyse

EDITIONS = {"violating": "shop-violating", "compliant": "shop-compliant"}


@dataclass
class EditionRun:
    """One `harness run` as a process of its own. `result`: its JSON; `errors`: its last words."""

    edition: str
    name: str
    apk: Path
    result: dict[str, Any] = field(default_factory=dict)
    status: int = -1
    errors: list[str] = field(default_factory=list)
    _process: subprocess.Popen[str] | None = None
    _interrupted: bool = False
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _ended: threading.Event = field(default_factory=threading.Event)

    def command(self, serial: str, internet: LabInternet, options: list[str]) -> list[str]:
        host, port = internet.address
        return [
            sys.executable, "-m", "harness.cli.main", "run", str(self.apk), "--device", serial, "--json",
            "--app", str(resource("lab", "apps", self.name, "app.yaml")), "--resolve", f"*.example={host}:{port}",
            "--upstream-ca", str(internet.ca_pem), *options,
        ]  # fmt: skip

    def start(self, serial: str, internet: LabInternet, options: list[str], say: Callable[[str], None]) -> None:
        """Runs it beside. The process is in a group of its own, so that a Ctrl-C of the terminal does not reach it
        twice: `interrupt` hands it on."""

        def run() -> None:
            try:
                self._run(serial, internet, options, say)
            finally:
                self._ended.set()

        threading.Thread(target=run, name=f"run of {self.edition}", daemon=True).start()

    def wait(self) -> None:
        """Until it has ended. (A thread's `join` would take it for ended once it was broken off by Ctrl-C.)"""
        self._ended.wait()

    def _run(self, serial: str, internet: LabInternet, options: list[str], say: Callable[[str], None]) -> None:
        with self._lock:
            if self._interrupted:
                return
            self._process = subprocess.Popen(
                self.command(serial, internet, options), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                process_group=0 if sys.platform != "win32" else None)
        with self._process as process:
            assert process.stdout is not None
            assert process.stderr is not None
            reader = threading.Thread(target=self._relay, args=(process.stderr, say), daemon=True)
            reader.start()
            text = process.stdout.read()
            self.status = process.wait()
            reader.join()
        if text.strip() and self.status >= 0:
            self.result = json.loads(text)

    def interrupt(self, *, kill: bool = False) -> None:
        """As Ctrl-C: it seals what it has and takes its changes back from the device; at the second it stops at once."""
        with self._lock:
            self._interrupted = True
            if self._process is None or self._process.poll() is not None:
                return
            if kill:
                self._process.kill()
            elif sys.platform != "win32":    # there the console tells every process of it
                self._process.send_signal(signal.SIGINT)

    def _relay(self, stream: Any, say: Callable[[str], None]) -> None:
        for line in stream:
            words = line.rstrip().partition("s  ")[2] or line.rstrip()
            self.errors = [*self.errors[-20:], words]
            say(f"{self.edition}: {words}")


@dataclass(frozen=True, kw_only=True)
class Judged:
    """An edition's run, decided again from its bundle, against its labels."""

    run: EditionRun
    analysis: Analysis
    comparison: Comparison


def run_all(options: list[str], say: Callable[[str], None]) -> list[Judged]:
    """Each edition on a lab device of its own, all at once. `options`: those of `harness run`."""
    runs = _prepare(say)
    say("starting two lab devices and the lab internet")
    with LabInternet(read_config(resource("lab", "apps", "internet.yaml"))) as internet:
        devices = registry.start_several(len(runs), warm=2, die_with=os.getpid(), progress=lambda text: say(f"lab: {text}"))
        try:
            for device in devices:
                connect(device.serial)
            for run, device in zip(runs, devices, strict=True):
                run.start(device.serial, internet, options, say)
            _await(runs, say)
        finally:
            for device in devices:
                end(device.serial)
    point_latest(runs)
    return [_judge(run) for run in runs]


def _await(runs: Sequence[EditionRun], say: Callable[[str], None]) -> None:
    """Until the last run has ended, after Ctrl-C, too: it still needs its device to put it back. A second Ctrl-C makes
    the runs stop at once, a third kills them. Raises KeyboardInterrupt where there was one."""
    asked = 0
    while True:
        try:
            for run in runs:
                run.wait()
            break
        except KeyboardInterrupt:
            asked += 1
            say("interrupted: waiting for both runs to seal what they have (again to make them stop at once)")
            for run in runs:
                run.interrupt(kill=asked > 2)
    if asked:
        raise KeyboardInterrupt


def point_latest(runs: Sequence[EditionRun]) -> None:
    """`latest` becomes the run in which there is something to see, whichever of the two began last."""
    for run in runs:
        if run.edition == "violating" and "bundle" in run.result:
            link_latest(Path(run.result["bundle"]))


def _prepare(say: Callable[[str], None]) -> list[EditionRun]:
    say("preparing the Android runtime (the first time downloads about 600 MB)")
    runtime.prepare()
    runs = []
    for edition, name in EDITIONS.items():
        say(f"building {name} from source")
        runs.append(EditionRun(edition, name, build(name)))
    return runs


def _judge(run: EditionRun) -> Judged:
    if "bundle" not in run.result:
        raise RigError(
            f"The run of the {run.edition} edition gave no bundle (exit status {run.status}).",
            " ".join(run.errors[-3:]),
            "Run again; `harness lab list` shows whether devices are left over.",
        )
    analysis = analyse(Path(run.result["bundle"]))
    return Judged(run=run, analysis=analysis, comparison=compare(labels(run.name), analysis))


def as_planted(judged: Sequence[Judged]) -> bool:
    """Whether all that was planted was found and nothing else, in runs that came to their end."""
    ok = all(one.comparison.ok and one.analysis.run.complete for one in judged)
    return ok and not any(one.analysis.violations for one in judged if one.run.edition == "compliant")


def as_json(judged: Sequence[Judged], seconds: float) -> dict[str, Any]:
    """The result that `demo` prints with `--json`; docs/json.md is its reference."""
    return {
        "ok": as_planted(judged),
        "seconds": round(seconds, 1),
        "apps": [
            {
                "apk": str(one.run.apk),
                "edition": one.run.edition,
                "bundle": str(one.analysis.bundle),
                "report": one.run.result.get("report"),
                "found": one.comparison.found,
                "missed": one.comparison.missed,
                "false_findings": one.comparison.false_findings,
            }
            for one in judged
        ],
    }


def show(judged: Judged) -> None:
    """One edition on the terminal."""
    run, analysis, comparison = judged.run, judged.analysis, judged.comparison
    out.print()
    out.print(printable(f"{run.name}: {analysis.run.package}"), style="bold")
    out.print(verdict_table(analysis.verdicts))
    planted = len(comparison.found) + len(comparison.missed)
    out.print(
        f"planted behaviours found: {len(comparison.found)} of {planted}; false findings: {len(comparison.false_findings)}; "
        f"gaps: {len(analysis.run.gaps)}"
    )
    for word, ids in (("missed", comparison.missed), ("false finding", comparison.false_findings)):
        for i in ids:
            out.print(printable(f"  {word}: {i}"))
    out.print(printable(f"report: {run.result.get('report')}"))
