"""A later version under the scenarios of an earlier run: which of them were done again, which are still to be done."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from harness.bundle import open_bundle
from harness.errors import HarnessError
from harness.model import GapKind
from harness.suite.driver import NotReached, UiDriver
from harness.suite.updating import need


class Retest:
    """`app`: what was read from the APK under test; `outcomes`: of the scenarios of this run up to now."""

    def __init__(
        self, user: UiDriver, earlier: Path | None, app: Mapping[str, Any], outcomes: Mapping[str, str]
    ) -> None:
        self._user = user
        self._earlier = earlier
        self._app = app
        self._outcomes = outcomes

    def compare(self) -> list[str]:
        """The scenarios of the earlier run that this one has not done (yet); all of it in the fact `retest`, with a gap for what
        is missing. Raises NotReached where no earlier run is told, or it is no bundle, or one of another app."""
        steps = self._user.steps
        path = need(self._earlier, "earlier_run", "the bundle of the version before", self._user)
        try:
            reader = open_bundle(path)
            app = next((dict(fact.data) for fact in reader.facts() if fact.type == "app"), {})
            before = {step.scenario: step.outcome for step in reader.steps() if step.action == "scenario_end"}
        except (HarnessError, OSError) as bad:
            raise self._unable(f"{path.name} cannot be read: {bad}") from bad
        if app.get("package") != self._app.get("package"):
            raise self._unable(f"{path.name} is of {app.get('package')}, not of {self._app.get('package')}")
        scenarios = [{"id": name, "earlier": outcome, "now": self._outcomes.get(name, "not_run")}
                     for name, outcome in before.items()]  # fmt: skip
        missing = [one["id"] for one in scenarios if one["now"] != "done" and one["earlier"] == "done"]
        steps.fact("retest", scenario=steps.scenario, earlier=path.name, versions={
            "earlier": app.get("version_code"), "now": self._app.get("version_code"),
            "earlier_sha256": app.get("sha256"), "now_sha256": self._app.get("sha256")}, scenarios=scenarios, missing=missing)
        if missing:
            steps.gap(GapKind.NOT_REACHED, f"Of the earlier run's scenarios this one has not done: {', '.join(missing)}.",
                      subject=steps.scenario)
        return missing

    def _unable(self, why: str) -> NotReached:
        self._user.steps.gap(GapKind.NOT_REACHED, f"retest compares nothing: {why}.", subject="retest")
        fix = "Name the bundle of an earlier version in material.earlier_run."
        return NotReached(f"retest compares nothing: {why}.", "", fix)
