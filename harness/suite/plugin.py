"""The pytest plugin: `pytest scenarios/ --harness-apk APP.apk --harness-serial SERIAL` runs the suite.

Scenario files are collected whatever their names. All of a session's scenarios go into one bundle; then each
rule's verdicts are a test of their own: VIOLATION fails, INCONCLUSIVE is skipped with its reason. What a scenario
did not reach is a skip, trouble with the rig an error. pytest's exit status stays pytest's.

Everything heavy is imported where a run needs it: this module is loaded by every pytest of the environment.
"""

from __future__ import annotations

import os
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from harness.errors import HarnessError, UsageError
from harness.suite.scenario import Scenario, declares_scenario

if TYPE_CHECKING:
    from harness.suite.driver import UiDriver
    from harness.suite.session import Order, Session

SESSION: pytest.StashKey[Session] = pytest.StashKey()
OUTCOME: pytest.StashKey[str] = pytest.StashKey()
_FIXTURES = frozenset({"app", "user", "timeline", "android_device"})
_MARKERS = (
    "scenario(id): the scenario a test belongs to, where its file does not say",
    "clause(id, ...): clauses that a test serves",
    "stage(name): the stage that a test is about",
    "only_device(kind): run on this kind of device only: lab, phone, emulator",
    "skip_device(kind): do not run on this kind of device",
)


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("harness", "Android privacy compliance")

    def option(name: str, help: str, default: str | None = None, **more: Any) -> None:
        variable = f"HARNESS_{name.upper().replace('-', '_')}"
        group.addoption(f"--harness-{name}", default=os.environ.get(variable, default), help=f"{help} [${variable}]",
                        **more)

    option("apk", "the APK to test", metavar="FILE")
    option("package", "the package to test, if it is on the device already", metavar="NAME")
    option("serial", "the device", os.environ.get("ANDROID_SERIAL"), metavar="SERIAL")
    option("output", "folder in which the run's own folder is made", "harness-results", metavar="DIR")
    option("observe", "seconds of every observation window", metavar="SECONDS")
    option("profile", "named profile of windows and limits, or a YAML file", "default", metavar="NAME")
    option("app-file", "what is known of the app (docs/app-file.md)", metavar="FILE")
    option("proxy-port", "port of the proxy; 0 lets the system choose", "0", metavar="PORT")
    option("operator", "who runs it, for the bundle", "", metavar="NAME")
    option("fail-on", "what fails a run: violation, candidate, inconclusive or never", "violation",
           choices=("violation", "candidate", "inconclusive", "never"))


def pytest_configure(config: pytest.Config) -> None:
    for marker in _MARKERS:
        config.addinivalue_line("markers", marker)


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Module | None:
    """A scenario is collected whatever its file is called; one that pytest collects by its name is left to it."""
    if file_path.suffix != ".py" or not declares_scenario(file_path):
        return None
    named = any(file_path.match(pattern) for pattern in parent.config.getini("python_files"))
    if named or parent.session.isinitpath(file_path):
        return None
    return pytest.Module.from_parent(parent, path=file_path)


def _is_scenario(item: pytest.Item) -> bool:
    """A test of a module that is a scenario, and that uses our fixtures. Others may have fixtures of the same names."""
    declared = getattr(getattr(item, "module", None), "scenario", None)
    return isinstance(declared, Scenario) and bool(_FIXTURES & set(getattr(item, "fixturenames", ())))


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(session: pytest.Session, config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.stash.get(GIVEN, False) or config.getoption("harness_fail_on") == "never":
        return
    if any(_is_scenario(item) for item in items):
        from harness.suite.verdict_items import verdict_items

        items.extend(verdict_items(session, config.getoption("harness_fail_on"), lambda: _sealed(config)))


GIVEN: pytest.StashKey[bool] = pytest.StashKey()
"""Set where a session was opened by somebody else, who will also close it."""


def _sealed(config: pytest.Config) -> Path:
    session = config.stash.get(SESSION, None)
    if session is None:
        raise UsageError("No run was made.", "Its device or app could not be had; see the errors of the scenarios.")
    session.close()
    return session.bundle.path


def scenario_of(item: pytest.Item) -> str:
    marker = item.get_closest_marker("scenario")
    if marker is not None and marker.args:
        return str(marker.args[0])
    declared = getattr(getattr(item, "module", None), "scenario", None)
    return declared.id if isinstance(declared, Scenario) else item.name


def order_of(config: pytest.Config) -> Order:
    """What the options ask for. Raises UsageError."""
    from harness.suite.app_file import read_app_file
    from harness.suite.limits import load_limits
    from harness.suite.run import make_order

    apk, observe = config.getoption("harness_apk"), config.getoption("harness_observe")
    try:
        seconds = float(observe) if observe is not None else None
    except ValueError as bad:
        raise UsageError(f"{observe!r} is no number of seconds.", "", "Correct --harness-observe.") from bad
    file = config.getoption("harness_app_file")
    app_file = read_app_file(Path(file)) if file else None
    return make_order(
        apk=Path(apk) if apk else None, package=config.getoption("harness_package") or "",
        out=Path(config.getoption("harness_output")), limits=load_limits(config.getoption("harness_profile")),
        observe=seconds, app_file=app_file, operator=config.getoption("harness_operator") or "",
        command_line=("pytest", *map(str, config.invocation_params.args)))


@pytest.fixture(scope="session")
def harness_session(request: pytest.FixtureRequest) -> Iterator[Session]:
    """The run that all scenarios of this pytest session share."""
    config = request.config
    given = config.stash.get(SESSION, None)
    if given is not None:
        yield given
        return
    from harness.suite.rig import equip
    from harness.suite.session import Session

    order = order_of(config)
    session = Session(order, equip(config.getoption("harness_serial"), int(config.getoption("harness_proxy_port"))))
    session.open()
    config.stash[SESSION] = session
    yield session
    session.close()


@pytest.fixture(scope="session")
def android_device(harness_session: Session) -> Any:
    """The rig's device: serial, ui, screen, hands, phone."""
    return harness_session.equipment


@pytest.fixture(scope="session")
def bundle(harness_session: Session) -> Any:
    """The run's bundle, still being written."""
    return harness_session.bundle


@pytest.fixture
def harness_scenario(request: pytest.FixtureRequest, harness_session: Session) -> Iterator[str]:
    """Begins and ends the scenario around a test; its name."""
    name = scenario_of(request.node)
    _right_device(request.node, harness_session)
    harness_session.begin(name, test=request.node.nodeid)
    yield name
    harness_session.end(name, request.node.stash.get(OUTCOME, "interrupted"))


def _right_device(item: pytest.Item, session: Session) -> None:
    kind = str(session.equipment.device_facts().get("kind", ""))
    only, skip = item.get_closest_marker("only_device"), item.get_closest_marker("skip_device")
    if only is not None and kind not in only.args:
        pytest.skip(f"only for devices of kind {', '.join(map(str, only.args))}; this one is {kind}")
    if skip is not None and kind in skip.args:
        pytest.skip(f"not for devices of kind {kind}")


@pytest.fixture
def app(harness_scenario: str, harness_session: Session) -> Any:
    """The app under test: install_fresh, launch, restart, kill, home, come_back, explore."""
    return harness_session.app


@pytest.fixture
def user(harness_scenario: str, harness_session: Session) -> UiDriver:
    """Acts on the screen: expect, agree, refuse, answer, tap, back."""
    return harness_session.user


@pytest.fixture
def timeline(harness_scenario: str, harness_session: Session) -> Any:
    """Lets time pass and looks on: observe, background."""
    return harness_session.timeline


@pytest.fixture
def ui(harness_session: Session) -> Any:
    """The connected uiautomator2 device. What is done with it directly is not journalled."""
    return harness_session.equipment.ui


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if call.when != "call" or "harness_scenario" not in getattr(item, "fixturenames", ()):
        return report
    from harness.suite.driver import NotReached

    error = call.excinfo.value if call.excinfo is not None else None
    item.stash[OUTCOME] = "done" if report.passed else "failed"
    if isinstance(error, NotReached):
        item.stash[OUTCOME] = "not_reached"
        report.outcome = "skipped"
        report.longrepr = (str(item.path), item.reportinfo()[1] or 0, f"not reached: {error.what}")
    elif isinstance(error, pytest.skip.Exception):
        item.stash[OUTCOME] = "not_reached"
    elif isinstance(error, HarnessError):
        report.when = "setup"       # the rig's failure, not the app's: an error, in every report pytest makes
        report.longrepr = f"{type(error).__name__}: {error.what}\n  why: {error.why}\n  fix: {error.fix}"
        session = item.config.stash.get(SESSION, None)
        if session is not None:
            session.breaks(error)
    return report


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    session = config.stash.get(SESSION, None)
    if session is not None and not config.stash.get(GIVEN, False):
        terminalreporter.write_line(f"bundle: {session.bundle.path}")
