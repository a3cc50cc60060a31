"""The app under test as scenarios handle it: install, launch, restart, leave, come back; and time that passes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

from harness.device.device import Shell
from harness.errors import RigError
from harness.model import GapKind, Stage
from harness.suite.driver import Sight, UiDriver
from harness.suite.walk import Walk


class Granted(Protocol):
    """The state of one permission."""

    @property
    def name(self) -> str: ...
    @property
    def granted(self) -> bool: ...
    @property
    def runtime(self) -> bool: ...


class Phone(Protocol):
    """What is asked of a device beyond its screen. Each raises RigError where the device does not do it."""

    def install(self, apk: Path) -> None: ...

    def packages(self) -> list[str]: ...

    def uninstall(self, package: str) -> None: ...

    def clear(self, package: str) -> None: ...

    def launch(self, package: str) -> None: ...

    def stop(self, package: str) -> None: ...

    def pids(self, package: str) -> list[int]:
        """Of all processes of the package, those with a name of their own (":push") included."""

    def density(self) -> int | None:
        """Of the screen, in dots per inch; None where it cannot be told."""

    def permissions(self, package: str) -> Sequence[Granted]:
        """Of those that the app asks for, as the system keeps them."""

    def revoke(self, package: str, permission: str) -> None:
        """Takes a permission back, as the user may in the system's settings."""

    def processes(self) -> list[tuple[int, str]]:
        """Pid and name of every process."""

    def shell(self, *words: str, seconds: float = 30.0) -> Shell: ...


class Hooked(Protocol):
    """The hooks in the app's processes (harness.capture.hooks.HookCapture)."""

    def stopping(self) -> AbstractContextManager[None]:
        """Around what ends the app's processes: what they hold is fetched first, and their end is no loss."""

    def leaving_alone(self) -> AbstractContextManager[None]:
        """Meanwhile, processes that start run without hooks."""

    def prove(self, where: str) -> None:
        """Journals of every living process whether its hooks work now."""

    def holding(self) -> bool:
        """Whether a process of the app stands still until its hooks are in."""


class Walking(Protocol):
    """Walks through the app and tells what it did (harness.suite.explorer)."""

    def __call__(self, app: App, answer: str) -> Walk: ...


class App:
    """The app under test. `apk` is None where it was on the device already: it is then cleared, not installed."""

    def __init__(
        self,
        phone: Phone,
        package: str,
        apk: Path | None,
        user: UiDriver,
        hooked: Hooked,
        walking: Walking,
        monotonic: Callable[[], float],
    ) -> None:
        self.package = package
        self._phone = phone
        self._apk = apk
        self._user = user
        self._hooked = hooked
        self._walking = walking
        self._monotonic = monotonic
        self._steps = user.steps
        self._installed = False
        self._launched = False
        self._ran = False
        self._had_process = False
        self._waits_since = 0.0

    @property
    def hooked(self) -> Hooked:
        return self._hooked

    @property
    def phone(self) -> Phone:
        """The device, for questions."""
        return self._phone

    def install_fresh(self) -> None:
        """The app as a user gets it: no data, no permission granted, no process."""
        self.kill()
        if self._apk is None or self._installed:
            with self._steps.act("clear", self.package), self._hooked.stopping():
                self._phone.clear(self.package)
            return
        with self._steps.act("install", self._apk.name):
            with self._hooked.stopping():
                if self.package in self._phone.packages():
                    self._phone.uninstall(self.package)
            self._phone.install(self._apk)
        self._installed = True

    def launch(self) -> Sight | None:
        """Starts the app from its launcher entry and waits for its first window.

        An app that crashes at start or never draws leaves a gap; the scenario goes on and sees what there is.
        """
        if self.start() and self._wait_for_window() is None:
            self._tell_no_window(self._why_no_window())
        return self._user.look()

    def start(self) -> bool:
        """As `launch`, for who looks at the first window without waiting for it to come to rest. Whether it started."""
        refused = ""
        self._ran = self._had_process = False
        front = self._user.capture.front()
        self._user.came_from = front if front != self.package else self._user.came_from
        with self._steps.act("launch", self.package) as act:
            try:
                self._phone.launch(self.package)
            except RigError as error:
                self._phone.pids(self.package)      # raises where it is the device that is gone
                refused = str(error)
                act.outcome, act.detail["error"] = "failed", refused
        self._launched = not refused
        self._waits_since = self._monotonic()
        if refused:
            self._tell_no_window(f"{self.package} did not start: {refused}")
        return not refused

    def _wait_for_window(self) -> Sight | None:
        while True:
            seen = self._user.look()
            if seen is not None and self.has_drawn(seen):
                return seen
            if self.gives_up():
                return None
            self._user.capture.watch(0.5, stop=self.has_drawn)

    def has_drawn(self, seen: Sight) -> bool:
        """Whether this is the first window that is drawn, or one after it. One of the app's name counts once it has content and
        the app a process: until then it is the starting window, a bare frame which the system draws in the app's place."""
        mine = seen.reading.package == self.package and seen.nodes > 1
        return seen.reading.kind != "other" or (mine and self.is_running())

    def gives_up(self) -> bool:
        """Whether its first window is to be waited for no longer: the app has ended since its start, or had its time.

        That begins anew when the app has got its process, and again when that may run, its hooks being in: what device and
        harness take before is not the app's."""
        running = self.is_running()
        if self._ran and not running:
            return True
        if self._ran != self._had_process or self._hooked.holding():
            self._had_process, self._waits_since = self._ran, self._monotonic()
        return self._monotonic() - self._waits_since >= self._user.limits.draw

    def _why_no_window(self) -> str:
        if self.is_running():
            return f"{self.package} drew no window with content within {self._user.limits.draw:g} s of its start"
        if self._ran:
            return f"{self.package} ended before it had drawn a window"
        return f"{self.package} had no process within {self._user.limits.draw:g} s of its launch"

    def _tell_no_window(self, why: str) -> None:
        self._steps.fact("process", package=self.package, state="not drawn", why=why)
        self._steps.gap(GapKind.NOT_REACHED, why, subject=f"launch {self._steps.scenario}")

    def kill(self) -> None:
        """Ends every process of the app, after the hooks have handed over what they hold."""
        if not self.is_running():
            return
        with self._steps.act("kill", self.package), self._hooked.stopping():
            self._phone.stop(self.package)
        self._launched = False

    def update(self, apk: Path) -> None:
        """A later version over the one that is installed: its data and permissions stay, its processes end."""
        with self._steps.act("update", apk.name), self._hooked.stopping():
            self._phone.install(apk)
        self._launched = False

    def restart(self) -> Sight | None:
        self.kill()
        return self.launch()

    def home(self) -> None:
        """Leaves the app for the launcher; the stage background begins."""
        with self._steps.act("home", opens=Stage.BACKGROUND):
            self._user.hands.press("home")

    def come_back(self) -> Sight | None:
        """To the front again, as from the launcher; the stage before the background goes on."""
        with self._steps.act("return", self.package):
            self._phone.launch(self.package)
        self._launched = True
        return self._user.look()

    def back_in(self, seen: Sight | None = None) -> Sight | None:
        """Back from another app's screen, and to the front as from the launcher where that leads elsewhere."""
        after = self._user.back(seen)
        return after if after is not None and after.reading.package == self.package else self.come_back()

    def explore(self, answer: str = "allow") -> Walk:
        """Uses the app: its described functions, then what can be tapped, within the limits. `answer`: what the
        system's dialogs get, "allow" or "deny"."""
        return self._walking(self, answer)

    def permissions(self) -> dict[str, bool]:
        """The app's runtime permissions, and whether each is granted."""
        return {p.name: p.granted for p in self._phone.permissions(self.package) if p.runtime}

    def compare_permissions(self, before: Mapping[str, bool]) -> dict[str, bool]:
        """The permissions as they are now; those that are not as before are told by a fact, since nobody granted them."""
        now = self.permissions()
        changed = sorted(name for name in now.keys() | before.keys() if now.get(name) != before.get(name))
        step = self._steps.last
        self._steps.fact("permission_change", changed=changed, now={name: now.get(name) for name in changed},
                         step=step.id if step else None)
        return now

    def revoke(self, permission: str) -> None:
        """Takes a permission back as the user does in the settings, while the app is away or runs. The system may end the
        app's processes with it, which is no loss."""
        with self._steps.act("revoke", permission) as act, self._hooked.stopping():
            before = self.permissions().get(permission)
            self._phone.revoke(self.package, permission)
            after = self.permissions().get(permission)
            act.detail |= {"before": before, "after": after}
        ended = not self.is_running()
        if ended:
            self._launched = False
        self._steps.fact(
            "outside", scenario=self._steps.scenario, act="revoke", target=permission, outcome="done",
            before={"granted": before}, after={"granted": after}, ended=ended)

    def revoke_all(self) -> list[str]:
        """Takes back each runtime permission that is granted. Their names."""
        held = [name for name, granted in self.permissions().items() if granted]
        for name in held:
            self.revoke(name)
        return held

    def is_running(self) -> bool:
        running = bool(self._phone.pids(self.package))
        self._ran = self._ran or running
        return running

    def notice_end(self, where: str) -> bool:
        """Whether the app has ended though nobody ended it; told once. Whether calls were lost with it is for
        the hooks to say. An app that never had a process since its launch has not ended."""
        if not self._launched or self.is_running() or not self._ran:
            return False
        self._launched = False
        why = f"{self.package} ended by itself {where} in scenario {self._steps.scenario}"
        self._steps.fact("process", package=self.package, state="ended", why=why)
        self._steps.gap(GapKind.NOT_REACHED, f"{why}; what it would have done then was not seen.")
        return True

    def has_exited(self) -> None:
        """The app ended as an answer to the user, which is no loss."""
        self._launched = False


class Timeline:
    """Time that passes while the suite only looks."""

    def __init__(self, app: App, user: UiDriver) -> None:
        self._app = app
        self._user = user

    def observe(self, seconds: float | None = None) -> list[Sight]:
        """Watches for that long (the profile's window by default). The new states of the screen meanwhile."""
        return self._watch("observe", self._user.limits.observe if seconds is None else seconds)

    def background(self, seconds: float | None = None) -> list[Sight]:
        """Goes home and watches from there."""
        self._app.home()
        return self._watch("observe", self._user.limits.background if seconds is None else seconds)

    def idle(self, seconds: float | None = None) -> None:
        """Lets that long pass (the profile's idle window) without a look, as with the screen off, which shows nothing."""
        window = self._user.limits.idle if seconds is None else seconds
        with self._user.steps.act("observe", f"{window:g} s without a look", detail={"seconds": window}):
            self._user.capture.rest(window)
        self._app.notice_end(f"while {window:g} s passed without a look")

    def _watch(self, action: str, seconds: float) -> list[Sight]:
        if seconds < 0:
            raise RigError("A window cannot be shorter than 0 seconds.", f"asked for {seconds:g}")
        with self._user.steps.act(action, f"{seconds:g} s", detail={"seconds": seconds}) as act:
            seen = self._user.capture.watch(seconds)
            act.detail["screens"] = [s.event.id for s in seen]
        self._app.notice_end(f"while it was observed for {seconds:g} s")
        return seen
