"""One app, one device, some scenarios, one sealed bundle: what `harness run` and `harness demo` call.

The scenarios run through pytest inside this process, with the plugin and nothing else of the tester's set-up,
so that a scenario is the same through both doors.
"""

from __future__ import annotations

import os
import shlex
import sys
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from harness.device.apk import read_apk
from harness.device.package_name import FORM, is_package
from harness.errors import HarnessError, UsageError
from harness.suite import plugin
from harness.suite.driver import NotReached
from harness.suite.equipment import Equipment
from harness.suite.limits import Limits, load_limits
from harness.suite.resuming import read_earlier
from harness.suite.scenario import QUICK, ScenarioFile, of_suite, select
from harness.suite.session import Order, Session


@dataclass(frozen=True, kw_only=True)
class RunOutcome:
    """How a run ended. `scenarios`: id -> done, not_reached, failed, interrupted, not_run. `error`: what broke the
    rig; the bundle is sealed all the same, as not complete."""

    bundle: Path
    complete: bool
    scenarios: Mapping[str, str]
    reason: str = ""
    interrupted: bool = False
    error: HarnessError | None = None


class ScenarioBug(HarnessError):
    """A scenario raised what is no verdict and none of our errors: a bug of the scenario, or of what it called."""

    @classmethod
    def of(cls, error: BaseException, files: Sequence[ScenarioFile], bundle: Path) -> ScenarioBug:
        """Told with the frames of the scenario alone, and the last one where that is another's; the bundle has all of them."""
        own = {str(file.path.resolve()): file.scenario.id for file in files}
        frames = traceback.extract_tb(error.__traceback__)
        mine = [frame for frame in frames if str(Path(frame.filename).resolve()) in own]
        named = own[str(Path(mine[-1].filename).resolve())] if mine else ""
        shown = [*mine, *([frames[-1]] if frames and frames[-1] not in mine else [])]
        why = "".join(f"\n{frame.filename}, line {frame.lineno}, in {frame.name}: {frame.line}" for frame in shown)
        raised = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
        return cls(
            f"{f'The scenario {named}' if named else 'A scenario'} failed with {raised}", f"It was raised at:{why}",
            f"Correct it. The bundle is {bundle}: it is sealed, as not complete, and has the whole traceback; "
            f"`harness analyze {shlex.quote(str(bundle))}` judges what was seen until then.")


@dataclass
class Given:
    """Lends an open session to the plugin, and keeps what pytest says of its tests."""

    session: Session
    bugs: list[BaseException] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)

    @pytest.hookimpl(tryfirst=True)
    def pytest_configure(self, config: pytest.Config) -> None:
        """Before the plugin looks at its options, which are none of this run's."""
        config.stash[plugin.GIVEN] = True
        config.stash[plugin.SESSION] = self.session

    def pytest_exception_interact(self, call: pytest.CallInfo[Any], report: Any) -> None:
        """What a scenario raised that is none of ours: its own assertion, or a bug."""
        error = call.excinfo.value if call.excinfo is not None else None
        if isinstance(report, pytest.CollectReport):
            self.refused.append(str(report.longrepr))
        elif isinstance(error, NotReached):
            return
        elif isinstance(error, HarnessError):
            self.session.breaks(error)
        elif error is not None:
            text = "".join(traceback.format_exception(error))
            self.session.steps.fact("scenario_error", scenario=self.session.steps.scenario,
                                    error=f"{type(error).__name__}: {error}",
                                    traceback=self.session.bundle.put_object(text.encode("utf-8", "replace")))
            if not isinstance(error, AssertionError | pytest.fail.Exception):
                self.bugs.append(error)


def run_session(session: Session, scenarios: Sequence[ScenarioFile]) -> RunOutcome:
    """Opens the session, runs the scenarios in this order, seals.

    Raises UsageError and RigError where the run could not even be set up (the bundle is sealed all the same), and
    ScenarioBug for what a scenario raised that is a bug, after sealing. Any other exception is a bug of the harness; a note
    on it says where the bundle is.
    """
    try:
        return _run_session(session, scenarios)
    except Exception as bug:
        if not isinstance(bug, HarnessError) and session.closed:
            bug.add_note(f"The bundle is {session.bundle.path}: it is sealed, as not complete; `harness analyze` judges it.")
        raise


def _run_session(session: Session, scenarios: Sequence[ScenarioFile]) -> RunOutcome:
    session.open()
    given = Given(session)
    reason = ""
    try:
        status = _pytest([str(file.path) for file in scenarios], given)
        if status == pytest.ExitCode.INTERRUPTED:
            reason = "The run was interrupted by the user."
        elif given.refused or status in (pytest.ExitCode.INTERNAL_ERROR, pytest.ExitCode.USAGE_ERROR):
            reason = "The scenarios could not be run: " + ("; ".join(given.refused) or f"pytest ended with {status!r}")
        elif given.bugs:
            reason = f"A scenario failed with {type(given.bugs[0]).__name__}: {given.bugs[0]}"
    except KeyboardInterrupt:
        reason = "The run was interrupted by the user."
    except BaseException as error:
        reason = f"The harness failed with {type(error).__name__}: {error}"
        raise
    finally:
        losses = session.close(reason)
    if given.bugs:
        raise ScenarioBug.of(given.bugs[0], scenarios, session.bundle.path) from given.bugs[0]
    if given.refused:
        raise UsageError("The scenarios could not be run.", given.refused[0], f"The bundle is {session.bundle.path}.")
    return RunOutcome(
        bundle=session.bundle.path, complete=not losses, reason=losses, error=session.broken,
        interrupted=session.was_interrupted or "interrupted" in reason,
        scenarios={f.scenario.id: session.outcomes.get(f.scenario.id, "not_run") for f in scenarios})


def _pytest(paths: list[str], given: Given) -> int:
    """pytest with our plugin alone: no configuration, cache, colours or capturing of the place it is run from."""
    arguments = [
        *paths, "-c", os.devnull, "--rootdir", str(Path(paths[0]).parent), "--import-mode=importlib",
        "-p", "no:cacheprovider", "-p", "no:terminal", "-p", "no:faulthandler", "-s",
    ]
    with _alone({Path(path).parent for path in paths}):
        return int(pytest.main(arguments, plugins=[plugin, given]))


@contextmanager
def _alone(folders: set[Path]) -> Iterator[None]:
    loaded = set(sys.modules)
    names = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTEST_ADDOPTS": "", "PYTEST_PLUGINS": ""}
    before = {name: os.environ.get(name) for name in (*names, "PYTEST_CURRENT_TEST")}
    written, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    os.environ.update(names)
    try:
        yield
    finally:
        sys.dont_write_bytecode = written
        for module in set(sys.modules) - loaded:
            if Path(getattr(sys.modules[module], "__file__", None) or "/").parent in folders:
                del sys.modules[module]      # another folder may hold a scenario of the same file name
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What is to be run, checked as far as that needs no device."""

    order: Order
    scenarios: Sequence[ScenarioFile]


def plan_run(
    *,
    apk: Path | None = None,
    package: str = "",
    out: Path,
    scenarios: Sequence[str] = (),
    suite: str = "",
    scenario_folders: Sequence[Path] = (),
    profile: str = "default",
    observe_seconds: float | None = None,
    app_file: Mapping[str, Any] | None = None,
    operator: str = "",
    case: Mapping[str, Any] | None = None,
    command_line: Sequence[str] = (),
    resume: Path | None = None,
) -> Plan:
    """Touches nothing but `resume`. `scenarios`: ids; `suite`: where none is given, `quick` where neither is. `app_file`: the
    mapping in the tester's file. `resume`: a bundle that this run goes on from (`harness.suite.resuming`).

    Raises BadApk, UsageError, NothingSelected.
    """
    if scenarios and suite:
        raise UsageError("Scenarios and a suite are named.", "", "Leave one of the two out: a suite is a set of scenarios.")
    chosen = select(scenarios, scenario_folders) if scenarios else of_suite(suite or QUICK, scenario_folders)
    order = make_order(
        apk=apk, package=package, out=out, limits=load_limits(profile), observe=observe_seconds, app_file=app_file,
        operator=operator, case=case, command_line=command_line)
    if resume is None:
        return Plan(order=order, scenarios=chosen)
    earlier = read_earlier(resume, order)
    return Plan(order=replace(order, continues=earlier), scenarios=earlier.left(chosen))


def run_plan(plan: Plan, equipment: Equipment, progress: Callable[[str], None] = lambda line: None) -> RunOutcome:
    """Tests one app; see `run_session` for what it raises."""
    return run_session(Session(plan.order, equipment, progress=progress), plan.scenarios)


def run_app(*, equipment: Equipment, progress: Callable[[str], None] = lambda line: None, **what: Any) -> RunOutcome:
    """`plan_run` with `what`, then `run_plan`."""
    return run_plan(plan_run(**what), equipment, progress)


def make_order(
    *,
    apk: Path | None,
    package: str,
    out: Path,
    limits: Limits,
    observe: float | None,
    app_file: Mapping[str, Any] | None,
    operator: str,
    command_line: Sequence[str],
    case: Mapping[str, Any] | None = None,
) -> Order:
    """What is to be run, checked as far as that needs no device. Raises BadApk, UsageError."""
    if package and not is_package(package):
        raise UsageError(f"{package} is no name of a package.", FORM, "For example: com.example.shop.")
    facts = read_apk(apk) if apk is not None else None
    named = facts.package if facts is not None else package
    if not named:
        raise UsageError("No app was named.", "Neither an APK nor a package was given.", "Give one of them.")
    if package and package != named:
        raise UsageError(f"{apk} holds {named}, not {package}.", "", "Leave one of the two out.")
    return Order(package=named, out=out, apk=apk, app_facts=facts, app_file=app_file, limits=limits.observing(observe),
                 command_line=tuple(command_line), operator=operator, case=dict(case or {}))
