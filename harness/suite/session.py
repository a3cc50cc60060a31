"""One run on one device: bundle, captures and driver, opened together and sealed together.

Both doors, `harness run` and pytest, run their scenarios in such a session. However it ends, what was
journalled is kept, and the bundle says whether it is whole.
"""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any

from harness.bundle import Bundle
from harness.capture.clock import Offset, jumped
from harness.capture.screen import ScreenCapture
from harness.device.apk import ApkFacts
from harness.device.proven import proven
from harness.errors import HarnessError
from harness.model import Fact, Gap, GapKind
from harness.screens.reading import Reading
from harness.screens.recogniser import recognise
from harness.suite.advertising import Advertising
from harness.suite.app import App, Timeline
from harness.suite.app_file import dialogs_of, functions_of, pages_of
from harness.suite.driver import UiDriver
from harness.suite.equipment import Equipment
from harness.suite.explorer import Explorer
from harness.suite.functions import Functions
from harness.suite.limits import Limits, load_limits
from harness.suite.material import material_of
from harness.suite.outside import Outside
from harness.suite.pages import Pages
from harness.suite.resuming import CONTINUES, Earlier
from harness.suite.steps import Steps


@dataclass(frozen=True, kw_only=True)
class Order:
    """What is to be run. `apk` is None where the app is on the device already. `app_facts`: what was read from
    the APK; `app_file`: the mapping of the tester's file; `continues`: the run that was broken off and goes on in this one."""

    package: str
    out: Path
    apk: Path | None = None
    app_facts: ApkFacts | None = None
    app_file: Mapping[str, Any] | None = None
    limits: Limits = field(default_factory=load_limits)
    command_line: Sequence[str] = ()
    operator: str = ""
    case: Mapping[str, Any] = field(default_factory=dict)
    continues: Earlier | None = None


class Session:
    """A run that is going on. `open`, then scenarios between `begin` and `end`, then `close` in any case."""

    def __init__(
        self,
        order: Order,
        equipment: Equipment,
        *,
        clock: Callable[[], int] = time.time_ns,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] | None = None,
        progress: Callable[[str], None] = lambda line: None,
    ) -> None:
        self.order = order
        self.equipment = equipment
        self.broken: HarnessError | None = None
        self.outcomes: dict[str, str] = {}
        self.closed = False
        self.incomplete = ""
        self._clock = clock
        self._monotonic = monotonic
        self._progress = progress
        self._stop_asked = threading.Event()
        self._sleep = sleep or self._wait
        self._handler: Any = None
        self._bundle: Bundle | None = None
        self._bugs: list[Exception] = []
        self._started = False
        self._clock_at_start: tuple[float, dict[str, Any]] | None = None
        self.functions = functions_of(order.app_file)
        self.material = material_of(order.app_file)

    @property
    def bundle(self) -> Bundle:
        assert self._bundle is not None, "the session was not opened"
        return self._bundle

    def open(self) -> None:
        """Makes the bundle and sets everything going. Where that fails, what was done until then is sealed."""
        order = self.order
        self._bundle = Bundle.create(order.out, order.package, clock=self._clock)
        self._catch_interrupt()
        try:
            self._open()
        except KeyboardInterrupt:
            self.close("The run was interrupted while it was being set up.")
            raise
        except HarnessError as error:
            self.broken = error
            self.close(f"The run could not be set up: {error}")
            raise
        except Exception as bug:
            self.close(f"The harness failed with {type(bug).__name__}: {bug}")
            raise

    def _open(self) -> None:
        order, equipment = self.order, self.equipment
        self._fact("case", operator=order.operator, command_line=list(order.command_line), **order.case)
        self._fact("profile", **vars(order.limits))
        if order.continues is not None:
            self._fact(CONTINUES, **order.continues.as_fact())
        app: dict[str, Any] = {"package": order.package}
        if order.app_facts is not None:
            app |= order.app_facts.as_data()
        if order.apk is not None:
            app["sha256"] = self.bundle.put_sample(order.apk)
        self._fact("app", **app)
        if order.app_file is not None:
            self._fact("app_file", **{str(key): value for key, value in order.app_file.items()})
        tools = equipment.tool_facts()
        self._fact("tools", **tools)
        if order.app_facts is not None:
            equipment.check_app(order.app_facts)
        if order.continues is not None:
            order.continues.check_device(equipment.device_facts())
        self._started = True
        equipment.start(self.bundle, order.package, self._progress)
        device = equipment.device_facts()
        self._fact("device", **device)
        self._cite_selftest(device, tools)
        self._clock_at_start = (self._monotonic(), equipment.clock_facts())
        self._fact("clock", at="start", **self._clock_at_start[1])
        self._build()
        self._fact("permissions", at="start", table=equipment.permissions(order.package))

    def _cite_selftest(self, device: Mapping[str, Any], tools: Mapping[str, Any]) -> None:
        """What a clean result on this rig is worth, where that was tried (docs/rig.md, "Self-test")."""
        last = proven(self.equipment.serial)
        if last is not None:
            changed = last.changed(fingerprint=str(device.get("fingerprint", "")), frida=str(tools.get("frida", "")),
                                   harness=str(tools.get("harness", "")))
            self._fact("selftest", **asdict(last), changed=changed)

    def _build(self) -> None:
        order, equipment = self.order, self.equipment
        self.capture: ScreenCapture[Reading] = ScreenCapture(
            equipment.screen, self.bundle, recognise, order.package, clock=self._clock, monotonic=self._monotonic,
            sleep=self._sleep)
        self.steps = Steps(self.bundle, self.capture, clock=self._clock, progress=self._progress, before=self._check,
                           prove=lambda where: equipment.hooked.prove(where))

        session = self

        class Life:
            def is_running(self) -> bool:
                return bool(equipment.phone.pids(order.package))

        self.user = UiDriver(self.capture, self.steps, equipment.hands, Life(), order.package, order.limits,
                             self._monotonic)
        self.user.density = equipment.phone.density()
        self.app = App(
            equipment.phone, order.package, order.apk, self.user, equipment.hooked,
            lambda app, answer: Explorer(session.user, app, answer, session._monotonic, session.functions).explore(),
            self._monotonic)
        self.timeline = Timeline(self.app, self.user)
        self.uses = Functions(self.user, self.app, self.functions, dialogs_of(order.app_file))
        self.outside = equipment.outside = Outside(
            equipment, equipment.phone, self.steps, order.package, order.limits, monotonic=self._monotonic, sleep=self._sleep)
        self.adverts = Advertising(self.app, self.user, self.bundle.get_object, self.outside.shake)

    def pages(self) -> Pages:
        """The app's pages as one scenario goes to them, with what the app file says of each."""
        told = self.order.app_file
        return Pages(self.user, self.app, pages_of(told), self._monotonic, self.functions, dialogs_of(told))

    def begin(self, scenario: str, **about: Any) -> None:
        """A scenario begins. Raises what broke the rig before, since nothing can be driven any more."""
        if self.broken is not None:
            raise self.broken
        self.steps.begin(scenario, **about)

    def end(self, scenario: str, outcome: str) -> None:
        """`outcome`: done, not_reached, failed, interrupted."""
        self.outcomes[scenario] = outcome
        self.steps.end(outcome)

    def breaks(self, error: HarnessError) -> None:
        """The rig failed: scenarios that follow are not tried."""
        self.broken = self.broken or error

    @property
    def was_interrupted(self) -> bool:
        return self._stop_asked.is_set()

    def close(self, reason: str = "") -> str:
        """Takes the rig back and seals the bundle; without a reason, and with nothing lost, as complete.

        Gives why it is not complete, "" where it is; a bug in taking back is raised after sealing. May be called
        again.
        """
        if self.closed:
            return self.incomplete
        self.closed = True
        reasons = [reason] if reason else []
        if self._started:
            reasons += self._take_back()
        if self.broken is not None and not reason:
            reasons.insert(0, f"The rig failed: {self.broken}")
        if self.was_interrupted and not reason:
            reasons.insert(0, "The run was interrupted by the user.")
        self._release_interrupt()
        reasons += [f"The harness failed with {type(bug).__name__}: {bug}" for bug in self._bugs]
        self.incomplete = " ".join(reasons)
        self.bundle.seal(complete=not reasons, reason=self.incomplete)
        if self._bugs:
            raise self._bugs[0]
        return self.incomplete

    def _take_back(self) -> list[str]:
        """Last looks, then everything off. A part that fails does not keep the others from being taken back."""
        equipment, failures = self.equipment, []

        def attempt(what: str, act: Callable[[], object]) -> None:
            try:
                act()
            except HarnessError as error:
                failures.append(f"{what}: {error}")
            except Exception as bug:  # noqa: BLE001 - raised by close, once the bundle is sealed
                self._bugs.append(bug)

        if hasattr(self, "capture"):
            attempt("last screen", self.capture.finish)
        package = self.order.package
        attempt("permissions", lambda: self._fact("permissions", at="end", table=equipment.permissions(package)))
        attempt("clock", self._clock_at_end)
        attempt("captures", equipment.check)
        attempt("log", self._keep_log)
        attempt("taking the rig back", lambda: failures.extend(equipment.stop()))
        return failures + equipment.losses()

    def _clock_at_end(self) -> None:
        facts = self.equipment.clock_facts()
        self._fact("clock", at="end", **facts)
        if self._clock_at_start is None:
            return
        begun, before = self._clock_at_start
        start, end = (Offset(f["offset_ns"], f["uncertainty_ns"], f["source"]) for f in (before, facts))
        if jumped(start, end, self._monotonic() - begun):
            self.gap(GapKind.CLOCK_UNCERTAIN, "The device's clock, or this machine's, was set during the run: their distance was "
                     f"{start.offset_ns / 1e6:.1f} ms at its beginning and {end.offset_ns / 1e6:.1f} ms at its end.", "clock")

    def _keep_log(self) -> None:
        self._fact("log", **self.equipment.log())

    def _check(self) -> None:
        if self.was_interrupted:
            raise KeyboardInterrupt
        self.equipment.check()

    def _wait(self, seconds: float) -> None:
        if self._stop_asked.wait(seconds):
            raise KeyboardInterrupt

    def _fact(self, kind: str, /, **data: Any) -> Fact:
        return self.bundle.append(Fact(host_ns=self._clock(), type=kind, data=data))

    def gap(self, kind: GapKind, detail: str, subject: str) -> Gap:
        now = self._clock()
        return self.bundle.append(Gap(host_ns=now, kind=kind, detail=detail, subject=subject, from_ns=now))

    def attach(self, kind: str, /, *, content: bytes, **about: Any) -> Fact:
        """Keeps bytes as an object, and a fact of that type that names it."""
        return self._fact(kind, **about, object=self.bundle.put_object(content))

    def interrupt(self) -> None:
        """Asks the run to end: the step under way is finished, then the bundle is sealed."""
        self._stop_asked.set()

    def _catch_interrupt(self) -> None:
        if threading.current_thread() is not threading.main_thread():
            return

        def on_interrupt(number: int, frame: FrameType | None) -> None:
            if self.was_interrupted:
                raise KeyboardInterrupt
            self._progress("interrupted: finishing the step, then sealing what there is (again to stop at once)")
            self.interrupt()

        self._handler = signal.signal(signal.SIGINT, on_interrupt)

    def _release_interrupt(self) -> None:
        if self._handler is not None:
            signal.signal(signal.SIGINT, self._handler)
            self._handler = None
