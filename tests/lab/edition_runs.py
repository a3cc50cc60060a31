"""Editions of the example apps, driven by the scenario that each names, and what came of it beside what each expects.

    expect:
      scenario: reached                          # or not_reached; those that it names beside it must be done
      facts: [{type: refusal, outcome: exits}]   # each met by a fact of the run: these keys with these values, and any others
      no_facts: [{type: prompt}]                 # none of the run's facts may meet one of these
      opens: [before_consent, after_refusal]     # the stages that were opened, in this order
      violates: [optout-without-effect]          # the rules that find something, these and no others
      not_observed: [optout-without-effect]      # rules that come to NOT_OBSERVED: they saw all they need, and nothing

A value in a fact meets an expected one that is equal; a mapping that has its keys, each met; a list that has one for each of its.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from harness.bundle import BundleReader, open_bundle
from harness.device.adb import AdbDevice
from harness.errors import UsageError
from harness.lab.apps.editions import Edition, app_file_of, build_edition, editions
from harness.model import FOUND, VerdictWord
from harness.resources import resource
from harness.rules.analysis import analyse
from harness.suite.rig import DeviceRig
from harness.suite.run import RunOutcome, plan_run, run_plan
from tests.lab.whole import Bench, bench

PROFILE = Path(__file__).with_name("edition_limits.yaml")
APPS = tuple(sorted(p.parent.name for p in resource("lab", "apps").glob("*/editions")))
_EXPECTS = {"scenario", "facts", "no_facts", "opens", "violates", "not_observed"}


@dataclass(frozen=True)
class EditionRun:
    """`seconds`: from the run's order to its sealed bundle."""

    edition: Edition
    outcome: RunOutcome
    reader: BundleReader
    seconds: float

    @property
    def facts(self) -> list[dict[str, Any]]:
        return [{"type": fact.type, **fact.data} for fact in self.reader.facts()]

    @property
    def opened(self) -> list[str]:
        return [str(step.opens) for step in self.reader.steps() if step.opens]

    def driving(self) -> float:
        """Seconds between the scenario's first step and its last."""
        steps = list(self.reader.steps())
        return (steps[-1].host_ns - steps[0].host_ns) / 1e9 if steps else 0.0

    def mismatches(self) -> list[str]:
        """What came otherwise than expected, in words."""
        expect = self.edition.expect
        if set(expect) - _EXPECTS:
            raise UsageError(f"The edition {self.edition.name} expects what is not known: {sorted(set(expect) - _EXPECTS)}.", "",
                             f"Its keys are {', '.join(sorted(_EXPECTS))}.")  # fmt: skip
        wrong = [] if self.outcome.complete else [f"the bundle is not complete: {self.outcome.reason}"]
        wanted = "done" if expect.get("scenario", "reached") == "reached" else "not_reached"
        came = self.outcome.scenarios[self.edition.scenario]
        if came != wanted:
            wrong.append(f"{self.edition.scenario} is {came}, not {wanted}: {self.gaps()}")
        wrong += [f"{one} is {self.outcome.scenarios[one]}, not done: {self.gaps()}" for one in self.edition.also
                  if self.outcome.scenarios[one] != "done"]
        facts = self.facts
        for fact in expect.get("facts", ()):
            if not any(meets(one, fact) for one in facts):
                wrong.append(f"no fact meets {fact}; of its type there are {[f for f in facts if f['type'] == fact['type']]}")
        wrong += [f"a fact meets {fact}: {one}" for fact in expect.get("no_facts", ()) for one in facts if meets(one, fact)]
        if "opens" in expect and expect["opens"] != self.opened:
            wrong.append(f"opened were {self.opened}, not {expect['opens']}")
        return wrong + judged(self.outcome.bundle, expect)

    def gaps(self) -> list[str]:
        return [f"{gap.kind}: {gap.detail}" for gap in self.reader.gaps() if gap.kind != "unhooked"]


def judged(bundle: Path, expect: Mapping[str, Any]) -> list[str]:
    """What today's rules decide of a bundle otherwise than its edition expects, in words."""
    if not {"violates", "not_observed"} & set(expect):
        return []
    verdicts = analyse(bundle).verdicts
    found = {one.rule: one.reason for one in verdicts if one.verdict in FOUND}
    came = {one.rule: f"{one.verdict}: {one.reason}" for one in verdicts}
    silent = {one.rule for one in verdicts if one.verdict == VerdictWord.NOT_OBSERVED}
    wanted = set(expect.get("violates", found))
    wrong = [f"{rule} found nothing; {came.get(rule, 'there is no such rule')}" for rule in sorted(wanted - set(found))]
    wrong += [f"{rule} found what is not expected: {found[rule]}" for rule in sorted(set(found) - wanted)]
    return wrong + [f"{rule} is not NOT_OBSERVED; {came.get(rule, 'there is no such rule')}"
                    for rule in expect.get("not_observed", ()) if rule not in silent]


def meets(value: Any, expected: Any) -> bool:
    if isinstance(expected, Mapping):
        return isinstance(value, Mapping) and all(key in value and meets(value[key], one) for key, one in expected.items())
    if isinstance(expected, list):
        return isinstance(value, list) and all(any(meets(one, wanted) for one in value) for wanted in expected)
    return bool(value == expected)


def all_editions() -> list[Edition]:
    return [one for app in APPS for one in editions(app)]


def driven_always(app: str) -> list[Edition]:
    """Those that every run of the test suite drives: what each scenario is there to find. The others take too long for that;
    docs/editions.md has what came of all of them."""
    return [one for one in editions(app) if one.always]


class EditionBench:
    """One lab device on which edition after edition is driven, as `harness run` does it, in this process."""

    def __init__(self, bench: Bench, out: Path) -> None:
        self._bench = bench
        self._out = out

    def run(self, edition: Edition) -> EditionRun:
        begun = time.monotonic()
        host, port = self._bench.internet.address
        plan = plan_run(
            apk=build_edition(edition), out=self._out, scenarios=[edition.scenario, *edition.also],
            profile=str(self._profile(edition)),
            app_file=app_file_of(edition) or None,
        )  # fmt: skip
        rig = DeviceRig(AdbDevice.open(self._bench.serial), resolve={"*.example": f"{host}:{port}"},
                        upstream_ca=self._bench.internet.ca_pem)  # fmt: skip
        outcome = run_plan(plan, rig)
        return EditionRun(edition, outcome, open_bundle(outcome.bundle), time.monotonic() - begun)

    def _profile(self, edition: Edition) -> Path:
        if not edition.limits:
            return PROFILE
        file = self._out / f"{edition.app}-{edition.name}-limits.yaml"
        file.write_text(yaml.safe_dump(yaml.safe_load(PROFILE.read_text("utf-8")) | edition.limits, allow_unicode=True), "utf-8")
        return file


@contextmanager
def edition_bench(state: Path, out: Path) -> Iterator[EditionBench]:
    with bench(state) as lab:
        yield EditionBench(lab, out)
