"""The pytest plugin: `pytest scenarios/ --harness-apk APP.apk --harness-device lab` runs the suite.

Scenario files are collected whatever their names. All of a session's scenarios go into one bundle, with pytest-xdist one
for each worker; then each rule's verdicts are a test of their own, decided once from all of them: VIOLATION fails,
INCONCLUSIVE is skipped with its reason. What a scenario did not reach is a skip, trouble with the rig an error. pytest's
exit status stays pytest's.

Everything heavy is imported where a run needs it: this module is loaded by every pytest of the environment.
"""

from __future__ import annotations

import os
from collections.abc import Generator, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from harness.errors import HarnessError
from harness.suite import plugin_options, workers
from harness.suite.scenario import Scenario, declares_scenario
from harness.suite.verb_fixtures import (  # noqa: F401 - pytest finds them here
    adverts,
    differential,
    manual,
    material,
    outside,
    profiles,
    retest,
    updating,
)

if TYPE_CHECKING:
    from harness.suite.attaching import Evidence
    from harness.suite.driver import UiDriver
    from harness.suite.equipment import Equipment
    from harness.suite.judgement import Judgement
    from harness.suite.pages import Pages
    from harness.suite.seen import Findings, Frame
    from harness.suite.session import Session

SESSION: pytest.StashKey[Session] = pytest.StashKey()
OUTCOME: pytest.StashKey[str] = pytest.StashKey()
GIVEN: pytest.StashKey[bool] = pytest.StashKey()
"""Set where a session was opened by somebody else, who will also close it."""
JUDGEMENT: pytest.StashKey[Judgement] = pytest.StashKey()
CHECKED: pytest.StashKey[bool] = pytest.StashKey()
VERDICTS = "verdicts"
"""The folder in which pytest shows the verdicts: it stands where pytest was called."""
_FIXTURES = frozenset({"app", "user", "timeline", "android_device"})
_MARKERS = (
    "scenario(id): the scenario a test belongs to, where its file does not say",
    "clause(id, ...): clauses that a test serves",
    "stage(name): the stage that a test is about",
    "only_device(kind): run on this kind of device only: lab, phone, emulator",
    "skip_device(kind): do not run on this kind of device",
    "requires_device(kind=, sdk=, root=): skip on a device of another kind, an older API level, or without root",
    "stateful(group): tests of one group share a device's state: "
    "with -n N one worker runs them, in order (--dist loadgroup, or loadfile)",
)


def pytest_addoption(parser: pytest.Parser) -> None:
    plugin_options.add_options(parser)


def pytest_configure(config: pytest.Config) -> None:
    for marker in _MARKERS:
        config.addinivalue_line("markers", marker)
    if plugin_options.asked(config):
        _check(config)


def _check(config: pytest.Config) -> None:
    """What is wrong with the options is told before anything starts, once: where workers do the scenarios, by the controller."""
    if config.stash.get(GIVEN, False) or config.stash.get(CHECKED, False) or workers.is_worker(config) or config.option.help:
        return
    config.stash[CHECKED] = True
    plugin_options.check(config)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_setupnodes(config: pytest.Config, specs: Sequence[object]) -> None:
    plugin_options.check_sharing(config, len(specs))


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Module | None:
    """A scenario is collected whatever its file is called; one that pytest collects by its name is left to it."""
    if file_path.suffix != ".py" or not declares_scenario(file_path):
        return None
    named = any(file_path.match(pattern) for pattern in parent.config.getini("python_files"))
    if named or parent.session.isinitpath(file_path):
        return None
    return pytest.Module.from_parent(parent, path=file_path)


def pytest_itemcollected(item: pytest.Item) -> None:
    """Before xdist looks for groups."""
    marker = item.get_closest_marker("stateful")
    if marker is None:
        return
    group = str(marker.args[0]) if marker.args else item.module.__name__  # type: ignore[attr-defined]
    item.add_marker(pytest.mark.xdist_group(group))


def _is_scenario(item: pytest.Item) -> bool:
    """A test of a module that is a scenario, and that uses our fixtures. Others may have fixtures of the same names."""
    declared = getattr(getattr(item, "module", None), "scenario", None)
    return isinstance(declared, Scenario) and bool(_FIXTURES & set(getattr(item, "fixturenames", ())))


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(session: pytest.Session, config: pytest.Config, items: list[pytest.Item]) -> None:
    workers.warn_of_lost_groups(config, items)
    if config.stash.get(GIVEN, False) or not any(_is_scenario(item) for item in items):
        return
    if workers.is_worker(config):
        config.workeroutput["harness"] = True  # type: ignore[attr-defined]
        return
    _check(config)
    _check_scenarios(session, items)
    from harness.suite.judgement import Judgement

    config.stash[JUDGEMENT] = Judgement(lambda: _sealed(config))
    items.extend(_verdicts(session))


def _check_scenarios(session: pytest.Session, items: list[pytest.Item]) -> None:
    """Raises pytest.UsageError where a scenario names what there is not, or nobody could name an app."""
    from harness.suite.scenario import check

    for module, path in {item.module: item.path for item in items if _is_scenario(item)}.items():  # type: ignore[attr-defined]
        try:
            check(path, module.scenario)
        except HarnessError as error:
            raise pytest.UsageError(plugin_options.told(error)) from None
    config = session.config
    ours = [item for item in items if _is_scenario(item)]
    named = config.getoption("harness_apk") or config.getoption("harness_package")
    if not named and not config.option.collectonly and not all(
            _overridden(item, "app_args") or _overridden(item, "harness_session") for item in ours):
        raise plugin_options.no_app()


def _overridden(item: pytest.Item, fixture: str) -> bool:
    """Whether a conftest.py, or a test file, has a fixture of this name, too. pytest tells that in private; where it does not,
    it may be so."""
    manager = getattr(item.session, "_fixturemanager", None)
    return manager is None or len(manager.getfixturedefs(fixture, item) or ()) != 1


def _verdicts(session: pytest.Session) -> list[pytest.Item]:
    fail_on = session.config.getoption("harness_fail_on")
    if fail_on == "never":
        return []
    from harness.suite.verdict_items import verdict_items

    # As pytest shows a node id: relative to where it was called, whatever its root folder is.
    at = os.path.relpath(Path(session.config.invocation_params.dir) / VERDICTS, session.config.rootpath)
    return list(verdict_items(session, fail_on, session.config.stash[JUDGEMENT], f"{Path(at).as_posix()}::"))


def _is_verdict(item: pytest.Item) -> bool:
    return hasattr(item, "judgement")


def _sealed(config: pytest.Config) -> Path | None:
    session = config.stash.get(SESSION, None)
    if session is None:
        return None
    session.close()
    return session.bundle.path


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    workers.tell_worker(node)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any, error: object) -> None:
    """A worker has ended. One that had scenarios to run makes this run one to be judged; one that died tells nothing, but
    its bundle does."""
    config: pytest.Config = node.config
    folder = workers.run_folder(config)
    told = getattr(node, "workeroutput", None) or {}
    if folder is not None and JUDGEMENT not in config.stash and (told.get("harness") or folder.is_dir()):
        from harness.suite.judgement import Judgement, of_workers

        config.stash[JUDGEMENT] = Judgement(lambda: of_workers(folder))


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> Generator[None, object, object]:
    """Where workers did the scenarios, the verdicts are decided here, once, when all of them have ended."""
    result = yield
    config = session.config
    if workers.is_controller(config) and JUDGEMENT in config.stash:
        _check(config)
        items = _verdicts(session)
        session.testscollected += len(items)
        reporter = config.pluginmanager.getplugin("terminalreporter")
        if reporter is not None and config.option.verbose < 1:
            reporter.write_line("")     # what xdist has written is a whole line
        for item, following in zip(items, [*items[1:], None], strict=False):
            config.hook.pytest_runtest_protocol(item=item, nextitem=following)
    return result


@pytest.hookimpl(optionalhook=True, tryfirst=True)
def pytest_xdist_auto_num_workers(config: pytest.Config) -> int | None:
    """`-n auto` where an app is to be tested: as many as there are devices to be had."""
    if not (config.getoption("harness_apk") or config.getoption("harness_package")):
        return None
    from harness.suite.devices import count

    return count(config.getoption("harness_device"))


def scenario_of(item: pytest.Item) -> str:
    marker = item.get_closest_marker("scenario")
    if marker is not None and marker.args:
        return str(marker.args[0])
    declared = getattr(getattr(item, "module", None), "scenario", None)
    return declared.id if isinstance(declared, Scenario) else item.name


def _clauses(item: pytest.Item) -> list[str]:
    declared = getattr(getattr(item, "module", None), "scenario", None)
    named = [str(clause) for marker in item.iter_markers("clause") for clause in marker.args]
    return list(dict.fromkeys([*named, *(declared.clauses if isinstance(declared, Scenario) else ())]))


def _say(config: pytest.Config, text: str) -> None:
    reporter = config.pluginmanager.getplugin("terminalreporter")
    if reporter is not None and not workers.is_worker(config):
        reporter.ensure_newline()
        reporter.write_line(f"harness: {text}")


@pytest.fixture(scope="session")
def android_device_args(request: pytest.FixtureRequest) -> dict[str, Any]:
    """Which device, and how its rig is set up: override it in a conftest.py, taking this one and giving another mapping."""
    return plugin_options.device_args_of(request.config)


@pytest.fixture(scope="session")
def app_args(request: pytest.FixtureRequest) -> dict[str, Any]:
    """Which app, and how it is tested: override it in a conftest.py, taking this one and giving another mapping."""
    return plugin_options.app_args_of(request.config)


@pytest.fixture(scope="session")
def harness_equipment(request: pytest.FixtureRequest, android_device_args: dict[str, Any]) -> Iterator[Equipment]:
    """A device with its captures, this process's own until the session ends."""
    from harness.suite.devices import AUTO, LAB, device_for, one_for_all
    from harness.suite.rig import equip

    args = dict(android_device_args)
    rig_args = plugin_options.rig_args(args)
    word, count = args.get("device") or None, workers.count_of(request.config)
    if count > 1 and word not in (None, LAB, AUTO):
        raise one_for_all(str(word), count)
    lab = [*(["--profile", str(args["lab_profile"])] if args.get("lab_profile") else []),
           *(["--trust-apk"] if args.get("trust_apk") else [])]
    wait = plugin_options.number(args.get("wait") or 0, "--harness-wait")
    with device_for(AUTO if word is None and count > 1 else word, wait=wait, say=lambda text: _say(request.config, text),
                    lab_options=lab) as serial:
        yield equip(serial, **rig_args)


@pytest.fixture(scope="session")
def harness_clock() -> dict[str, Any]:
    """How the session tells time: nothing but the real one, save in tests of the harness."""
    return {}


@pytest.fixture(scope="session")
def harness_session(request: pytest.FixtureRequest) -> Iterator[Session]:
    """The run that all scenarios of this pytest session, or worker, share."""
    config = request.config
    given = config.stash.get(SESSION, None)
    if given is not None:
        yield given
        return
    from harness.suite.session import Session

    # What is wrong with the call is told before a device is looked for.
    order = plugin_options.order_of(config, request.getfixturevalue("app_args"), workers.run_folder(config))
    progress = (lambda line: _say(config, line)) if config.option.verbose > 1 else (lambda line: None)
    session = Session(order, request.getfixturevalue("harness_equipment"), progress=progress,
                      **request.getfixturevalue("harness_clock"))
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
    from harness.suite.device_markers import skip_on_wrong_device

    item, name = request.node, scenario_of(request.node)
    device = harness_session.equipment.device_facts()
    item.user_properties += [
        ("scenario", name), ("clauses", ", ".join(_clauses(item))), ("device", str(device.get("serial", ""))),
        ("bundle", str(harness_session.bundle.path.resolve()))]
    skip_on_wrong_device(item, device)
    harness_session.begin(name, test=item.nodeid)
    yield name
    harness_session.end(name, item.stash.get(OUTCOME, "interrupted"))
    if not item.config.stash.get(GIVEN, False):
        from harness.suite.seen import Seen, finding_properties

        item.user_properties += finding_properties(Seen(harness_session, name))


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
def functions(harness_scenario: str, harness_session: Session) -> Any:
    """The functions of the app file: use_all(answer), use(function, answer)."""
    return harness_session.uses


@pytest.fixture
def pages(harness_scenario: str, harness_session: Session) -> Pages:
    """The app's pages with a task: withdraw, delete_account, personalisation_off, enter_age, ..., entries."""
    return harness_session.pages()


@pytest.fixture
def ui(harness_session: Session) -> Any:
    """The connected uiautomator2 device. What is done with it directly is not journalled."""
    return harness_session.equipment.ui


@pytest.fixture
def evidence(request: pytest.FixtureRequest, harness_scenario: str, harness_session: Session) -> Evidence:
    """Keeps files and texts with the test: attach(content, name)."""
    from harness.suite.attaching import Evidence

    return Evidence(harness_session, request.node.nodeid, harness_scenario)


@pytest.fixture
def calls(harness_scenario: str, harness_session: Session) -> Frame:
    """calls(stage=None): the hooked calls of this test up to now, as a pandas frame."""
    from harness.suite.seen import Frame, Seen

    return Frame(Seen(harness_session, harness_scenario), "calls")


@pytest.fixture
def flows(harness_scenario: str, harness_session: Session) -> Frame:
    """flows(stage=None): the network exchanges of this test up to now, as a pandas frame."""
    from harness.suite.seen import Frame, Seen

    return Frame(Seen(harness_session, harness_scenario), "flows")


@pytest.fixture
def findings(request: pytest.FixtureRequest, harness_scenario: str, harness_session: Session) -> Findings:
    """findings(): what the rules find in this test up to now; findings.assert_none(clause=..., stage=...)."""
    from harness.suite.seen import Findings, Seen

    given = request.config.stash.get(GIVEN, False)
    return Findings(
        Seen(harness_session, harness_scenario), "violation" if given else request.config.getoption("harness_fail_on"),
        plugin_options.again(request.config, request.node.nodeid))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    error = call.excinfo.value if call.excinfo is not None else None
    ours = "harness_scenario" in getattr(item, "fixturenames", ())
    unreached = isinstance(error, HarnessError) and _is_unreached(error)
    if isinstance(error, HarnessError) and not unreached and (ours or _is_verdict(item)):
        if call.when == "call":
            report.when = "setup"       # the rig's failure, not the app's: an error, in every report pytest makes
        report.longrepr = plugin_options.words(error)
    if not ours:
        return report
    if call.when == "teardown":
        from harness.suite import html_extras

        html_extras.add(item, report, item.config.stash.get(SESSION, None))
    if call.when != "call":
        return report
    item.stash[OUTCOME] = "done" if report.passed else "failed"
    if unreached:
        item.stash[OUTCOME] = "not_reached"
        report.outcome = "skipped"
        report.longrepr = (str(item.path), item.reportinfo()[1] or 0, f"not reached: {error.what}")  # type: ignore[union-attr]
    elif isinstance(error, pytest.skip.Exception):
        item.stash[OUTCOME] = "not_reached"
    elif isinstance(error, HarnessError) and report.when == "setup":
        session = item.config.stash.get(SESSION, None)
        if session is not None:
            session.breaks(error)
    return report


def _is_unreached(error: HarnessError) -> bool:
    from harness.suite.driver import NotReached

    return isinstance(error, NotReached)


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    judgement = config.stash.get(JUDGEMENT, None)
    if judgement is None or config.option.collectonly:
        return
    from harness.suite import summary

    try:
        analysis = judgement.analysis()
    except HarnessError as error:
        terminalreporter.section("privacy verdicts")
        terminalreporter.write_line(f"none: {error}")
        return
    summary.show(analysis, terminalreporter.write_line, terminalreporter.section)
