"""Both editions of the example shop: built, run on a lab device each, judged against what was planted in them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from harness.cli.comparison import Comparison, compare
from harness.cli.lab import connect, disconnect
from harness.cli.output import out
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

    def run(self, serial: str, internet: LabInternet, options: list[str], say: Callable[[str], None]) -> None:
        host, port = internet.address
        command = [
            sys.executable, "-m", "harness.cli.main", "run", str(self.apk), "--device", serial, "--json",
            "--app", str(resource("lab", "apps", self.name, "app.yaml")), "--resolve", f"*.example={host}:{port}",
            "--upstream-ca", str(internet.ca_pem), *options,
        ]  # fmt: skip
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            assert process.stderr is not None
            reader = threading.Thread(target=self._relay, args=(process.stderr, say), daemon=True)
            reader.start()
            text = process.stdout.read()
            self.status = process.wait()
            reader.join()
        if text.strip():
            self.result = json.loads(text)

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
            workers = [
                threading.Thread(target=run.run, args=(device.serial, internet, options, say))
                for run, device in zip(runs, devices, strict=True)
            ]
            for worker in workers:
                worker.start()
            for worker in workers:
                worker.join()
        finally:
            for device in devices:
                disconnect(device.serial)
                registry.stop(device.serial)
    return [_judge(run) for run in runs]


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
    out.print(f"\n{run.name}: {analysis.run.package}", style="bold", markup=False)
    out.print(verdict_table(analysis.verdicts))
    planted = len(comparison.found) + len(comparison.missed)
    out.print(
        f"planted behaviours found: {len(comparison.found)} of {planted}; false findings: {len(comparison.false_findings)}; "
        f"gaps: {len(analysis.run.gaps)}",
        markup=False,
    )
    for word, ids in (("missed", comparison.missed), ("false finding", comparison.false_findings)):
        for i in ids:
            out.print(f"  {word}: {i}", markup=False)
    out.print(f"report: {run.result.get('report')}", markup=False)
