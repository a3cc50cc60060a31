"""`harness demo`: the main job on the lab with the example shop in both editions, compared with what was planted."""

from __future__ import annotations

import json as jsonlib
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

import typer

from harness.cli.analyze import verdict_table
from harness.cli.comparison import Comparison, compare
from harness.cli.lab import connect, disconnect
from harness.cli.options import Json, Language, Out
from harness.cli.output import emit, err, out
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
            self.result = jsonlib.loads(text)

    def _relay(self, stream: Any, say: Callable[[str], None]) -> None:
        for line in stream:
            words = line.rstrip().partition("s  ")[2] or line.rstrip()
            self.errors = [*self.errors[-20:], words]
            say(f"{self.edition}: {words}")


def _prepare(say: Callable[[str], None]) -> list[EditionRun]:
    say("preparing the Android runtime (the first time downloads about 600 MB)")
    runtime.prepare()
    runs = []
    for edition, name in EDITIONS.items():
        say(f"building {name} from source")
        runs.append(EditionRun(edition, name, build(name)))
    return runs


def _judge(run: EditionRun) -> tuple[Analysis, Comparison]:
    if "bundle" not in run.result:
        raise RigError(
            f"The run of the {run.edition} edition gave no bundle (exit status {run.status}).",
            " ".join(run.errors[-3:]),
            "Run again; `harness lab list` shows whether devices are left over.",
        )
    analysis = analyse(Path(run.result["bundle"]))
    return analysis, compare(labels(run.name), analysis)


def register(app: typer.Typer) -> None:
    @app.command("demo")
    def demo(
        out_dir: Out = Path("harness-results"),
        observe: Annotated[float | None, typer.Option("--observe", help="Seconds of every observation window.")] = None,
        lang: Language = "zh",
        json: Json = False,
    ) -> int:
        """Test both editions of an example shop on two lab devices at once and compare with what was planted in them.

        Exit status: 0 where all that was planted was found and nothing else, 1 otherwise.
        """
        begun = time.monotonic()

        def say(text: str) -> None:
            err.print(f"{time.monotonic() - begun:6.1f}s  {text}", markup=False)

        runs = _prepare(say)
        options = ["--out", str(out_dir), "--lang", lang, "--limits", "demo"]
        options += ["--observe", str(observe)] if observe is not None else []
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
        judged = [(run, *_judge(run)) for run in runs]
        ok = all(comparison.ok and analysis.run.complete for _, analysis, comparison in judged)
        ok = ok and not any(a.violations for run, a, _ in judged if run.edition == "compliant")
        if json:
            emit({
                "ok": ok,
                "seconds": round(time.monotonic() - begun, 1),
                "apps": [
                    {
                        "apk": str(run.apk), "edition": run.edition, "bundle": str(analysis.bundle),
                        "report": run.result.get("report"), "found": comparison.found, "missed": comparison.missed,
                        "false_findings": comparison.false_findings,
                    }
                    for run, analysis, comparison in judged
                ],
            })  # fmt: skip
        else:
            for run, analysis, comparison in judged:
                _show(run, analysis, comparison)
            out.print(f"\n{'As planted.' if ok else 'NOT as planted.'} {time.monotonic() - begun:.0f} s.", markup=False)
        return 0 if ok else 1


def _show(run: EditionRun, analysis: Analysis, comparison: Comparison) -> None:
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
