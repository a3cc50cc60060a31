"""A run that was broken off goes on in another bundle: what was done is not done again, and both are judged together.

Nothing is added to the earlier bundle, save that one which a killed harness left open is closed and marked (docs/bundle.md).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness import __version__
from harness.bundle import finish_seal, open_bundle, seal_interrupted
from harness.bundle.format import CONTINUES
from harness.bundle.objects import hash_file
from harness.errors import NothingSelected, UsageError

if TYPE_CHECKING:
    from harness.suite.scenario import ScenarioFile
    from harness.suite.session import Order
__all__ = ["CONTINUES", "Earlier", "read_earlier"]


@dataclass(frozen=True, kw_only=True)
class Earlier:
    """The bundle of a run that was broken off. `scenarios`: those that were done, there or in a run that it goes on from."""

    path: Path
    manifest_sha256: str
    scenarios: tuple[str, ...]
    kind: str

    def as_fact(self) -> dict[str, Any]:
        return {"bundle": self.path.name, "path": str(self.path), "manifest_sha256": self.manifest_sha256,
                "scenarios": list(self.scenarios)}

    def left(self, chosen: Sequence[ScenarioFile]) -> list[ScenarioFile]:
        """Raises NothingSelected where all were done."""
        found = [file for file in chosen if file.scenario.id not in self.scenarios]
        if not found:
            raise NothingSelected(
                f"Nothing is left to be done: {self.path.name} has all of these scenarios.", ", ".join(self.scenarios) + ".",
                f"Judge it: harness analyze {self.path}")
        return found

    def check_device(self, facts: Mapping[str, Any]) -> None:
        """What one kind of device saw is not put together with what another saw. Raises UsageError."""
        kind = str(facts.get("kind", ""))
        if self.kind and kind != self.kind:
            raise UsageError(f"{self.path.name} was made on a device of kind {self.kind}; this one is {kind}.", "",
                             "Go on with a device of the same kind, or begin a new run.")


def read_earlier(path: Path, order: Order) -> Earlier:
    """Raises UsageError where it is no bundle, or one of another app, other options or another version."""
    from harness.tables.parts import load_run, manifest_sha256, scenario_runs, whole

    if not path.is_dir():
        raise UsageError(f"{path} is no folder of a run.", "", "Name the bundle that was broken off: --resume BUNDLE.")
    path = path.resolve()
    reader = open_bundle(path)
    facts = {fact.type: fact.data for fact in reader.facts()}
    _same(path, facts, order)
    if not finish_seal(path):
        seal_interrupted(path)
    done: list[str] = []
    for bundle in reversed(load_run(path).bundles):
        one = open_bundle(bundle)
        done += [run.scenario for run in whole(scenario_runs(list(one.steps())), list(one.gaps()))]
    return Earlier(path=path, manifest_sha256=manifest_sha256(path), scenarios=tuple(dict.fromkeys(done)),
                   kind=str(facts.get("device", {}).get("kind", "")))


def _same(path: Path, facts: Mapping[str, Mapping[str, Any]], order: Order) -> None:
    def refuse(what: str, there: object, here: object) -> UsageError:
        return UsageError(f"{path.name} cannot be gone on with: it has another {what}.", f"There: {there}. Now: {here}.",
                          "Give the same app and options, or begin a new run.")

    if (version := facts.get("bundle", {}).get("version")) != __version__:
        raise refuse("version of the harness", version, __version__)
    app = facts.get("app", {})
    if app.get("package") != order.package:
        raise refuse("app", app.get("package"), order.package)
    sha256 = hash_file(order.apk) if order.apk is not None else None
    if app.get("sha256") != sha256:
        raise refuse("APK (SHA-256)", app.get("sha256") or "none, the app was on the device", sha256 or "none")
    limits = {name: value for name, value in vars(order.limits).items() if facts.get("profile", {}).get(name) != value}
    if limits:
        name = next(iter(limits))
        raise refuse(f"value of {name} in the profile", facts.get("profile", {}).get(name), limits[name])
    there = facts.get("app_file")
    here = None if order.app_file is None else json.loads(json.dumps({str(k): v for k, v in order.app_file.items()}, default=str))
    if there != here:
        raise refuse("app file", "one" if there is not None else "none", "another" if here is not None else "none")
