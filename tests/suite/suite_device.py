"""A device that is a small state machine: screens as XML, taps that lead from one to the next, a clock of its own.

It knows nothing of the suite: it answers dumps, taps, keys and launches as a device would.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from xml.sax.saxutils import quoteattr

from harness.device.device import Shell

APP = "com.example.fixture"
LAUNCHER = "com.android.launcher3"
CONTROLLER = "com.android.permissioncontroller"


@dataclass
class Clock:
    """Host time in ns that passes only when somebody sleeps or the device does something."""

    now_ns: int = 1_700_000_000_000_000_000

    def time_ns(self) -> int:
        self.now_ns += 1_000
        return self.now_ns

    def monotonic(self) -> float:
        return self.now_ns / 1e9

    def sleep(self, seconds: float) -> None:
        self.now_ns += int(seconds * 1e9)


@dataclass
class Page:
    """One screen. `buttons`: caption -> name of the next page, or what to call; `body`: texts to read; `anywhere`:
    what a tap beside them does."""

    body: tuple[str, ...] = ()
    buttons: dict[str, str | Callable[[FakeDevice], None]] = field(default_factory=dict)
    package: str = APP
    activity: str = ".Main"
    back: str | None = None
    boxes: dict[str, bool] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)
    anywhere: str | Callable[[FakeDevice], None] | None = None
    disabled: Callable[[FakeDevice, str], bool] = lambda device, caption: False


@dataclass(frozen=True)
class Grant:
    """A runtime permission as the system keeps it."""

    name: str
    granted: bool
    runtime: bool = True


def launcher() -> Page:
    return Page(buttons={"Harbor": "!launch"}, package=LAUNCHER, activity=".Launcher")


def permission(message: str, *, fixed: bool = False, then: str | Callable[[FakeDevice], None]) -> Page:
    deny = "permission_deny_and_dont_ask_again_button" if fixed else "permission_deny_button"
    return Page(
        body=(message,), package=CONTROLLER, activity=".GrantPermissionsActivity",
        buttons={"While using the app": then, "Don’t allow": then},
        ids={"While using the app": f"{CONTROLLER}:id/permission_allow_foreground_only_button",
             "Don’t allow": f"{CONTROLLER}:id/{deny}", message: f"{CONTROLLER}:id/permission_message"})


class FakeDevice:
    """Implements what the suite asks of screen, hands and phone."""

    def __init__(self, clock: Clock, pages: dict[str, Page], start: str | Callable[[FakeDevice], None]) -> None:
        self.clock = clock
        self.pages = {"home": launcher(), **pages}
        self.start = start
        self.shown = "home"
        self.running = False
        self.installed = True
        self.ticked: dict[str, bool] = {}
        self.log: list[str] = []
        self.later: list[tuple[int, Callable[[FakeDevice], None]]] = []
        self.resume: str | None = None
        self.dump_failure: Callable[[], str | None] = lambda: None
        self.launches = 0
        self._pids = itertools.count(100)
        self.pid = 0
        self.grants: dict[str, bool] = {}
        self.others: set[str] = set()
        self.said: dict[str, str | Callable[[FakeDevice], str]] = {}

    # screen
    def hierarchy(self) -> str:
        from harness.capture.screen import ScreenUnreadable

        self.clock.sleep(0.05)
        self._run_due()
        failure = self.dump_failure()
        if failure is not None:
            raise ScreenUnreadable("The device gave no hierarchy.", failure)
        return self.xml()

    def xml(self) -> str:
        page = self.pages[self.shown]
        nodes = [self._node("TextView", text, page, i, clickable=False) for i, text in enumerate(page.body)]
        for i, (text, on) in enumerate(page.boxes.items(), start=len(nodes)):
            nodes.append(self._node("CheckBox", text, page, i, checked=self.ticked.get(text, on)))
        nodes += [self._node("Button", text, page, i) for i, text in enumerate(page.buttons, start=len(nodes))]
        return (f'<hierarchy rotation="0"><node class="android.widget.FrameLayout" package="{page.package}" '
                f'bounds="[0,0][1080,2340]">{"".join(nodes)}</node></hierarchy>')

    def _node(
        self, cls: str, text: str, page: Page, row: int, clickable: bool = True, checked: bool | None = None
    ) -> str:
        top = 100 + row * 100
        box = f' checkable="true" checked="{str(checked).lower()}"' if checked is not None else ""
        enabled = str(not page.disabled(self, text)).lower()
        return (f'<node class="android.widget.{cls}" package="{page.package}" text={quoteattr(text)} '
                f'resource-id={quoteattr(page.ids.get(text, ""))} clickable="{str(clickable).lower()}"{box} '
                f'enabled="{enabled}" bounds="[50,{top}][1030,{top + 90}]"/>')

    def picture(self) -> bytes | None:
        return b"\x89PNG picture of " + self.shown.encode()

    def front(self) -> tuple[str | None, str | None]:
        page = self.pages[self.shown]
        return page.package, page.activity

    # hands
    def tap(self, x: int, y: int) -> None:
        self.clock.sleep(0.06)
        page = self.pages[self.shown]
        if page.anywhere is not None and not self._on_button(page, x, y):
            self.log.append(f"tap beside {x},{y}")
            self.follow(page.anywhere)
            return
        row = (y - 100) // 100 - len(page.body)
        if 0 <= row < len(page.boxes):
            text = list(page.boxes)[row]
            self.ticked[text] = not self.ticked.get(text, page.boxes[text])
            self.log.append(f"tick {text}")
            return
        row -= len(page.boxes)
        if not 0 <= row < len(page.buttons):
            self.log.append("tap nothing")
            return
        caption = list(page.buttons)[row]
        self.log.append(f"tap {caption}")
        if not page.disabled(self, caption):
            self.follow(page.buttons[caption])

    @staticmethod
    def _on_button(page: Page, x: int, y: int) -> bool:
        first = len(page.body)
        row = (y - 100) // 100
        return 50 <= x <= 1030 and first <= row < first + len(page.boxes) + len(page.buttons) and (y - 100) % 100 <= 90

    def follow(self, what: str | Callable[[FakeDevice], None]) -> None:
        if callable(what):
            what(self)
        elif what == "!launch":
            self.launch(APP)
        elif what == "!exit":
            self.running, self.shown, self.resume = False, "home", None
        elif what != "!stay":
            self.shown = what

    def swipe(self, x: int, y: int, x2: int, y2: int, seconds: float) -> None:
        self.log.append("swipe")

    def press(self, key: str) -> None:
        self.clock.sleep(0.06)
        self.log.append(f"press {key}")
        page = self.pages[self.shown]
        if key == "home":
            if page.package == APP:
                self.resume = self.shown
            self.shown = "home"
        elif page.back is not None:
            self.follow(page.back)
        elif self.shown != "home" and page.package == APP:
            self.resume, self.shown = None, "home"

    # phone
    def install(self, apk: Path) -> None:
        self.installed = True
        self.log.append("install")

    def uninstall(self, package: str) -> None:
        self.stop(package)
        self.installed = False
        self.log.append("uninstall")

    def packages(self) -> list[str]:
        return [APP, *sorted(self.others)] if self.installed else sorted(self.others)

    def processes(self) -> list[tuple[int, str]]:
        self._run_due()
        return [(self.pid, APP)] if self.running else []

    def shell(self, *words: str, seconds: float = 30.0) -> Shell:
        """What `said` has for the longest beginning of the command; nothing and status 0 else."""
        self.clock.sleep(0.02)
        line = " ".join(words)
        self.log.append(f"$ {line}")
        for begin in sorted(self.said, key=len, reverse=True):
            if line.startswith(begin):
                answer = self.said[begin]
                return Shell(0, answer(self) if callable(answer) else answer)
        return Shell(0, f"{self.clock.now_ns / 1e9:.3f}\n" if words[0] == "date" else "")

    def clear(self, package: str) -> None:
        self.stop(package)
        self.ticked.clear()
        self.log.append("clear")

    def launch(self, package: str) -> None:
        self.clock.sleep(0.5)
        self.launches += 1
        self.log.append("launch")
        if self.running and self.resume is not None:
            self.shown, self.resume = self.resume, None
            return
        if not self.running:
            self.pid = next(self._pids)
        self.running = True
        self.follow(self.start)

    def stop(self, package: str) -> None:
        self.running, self.resume = False, None
        if self.pages[self.shown].package != LAUNCHER:
            self.shown = "home"
        self.log.append("stop")

    def pids(self, package: str) -> list[int]:
        self._run_due()
        return [self.pid] if self.running else []

    def density(self) -> int | None:
        return 320

    def permissions(self, package: str) -> list[Grant]:
        return [Grant(name, granted) for name, granted in self.grants.items()]

    def revoke(self, package: str, permission: str) -> None:
        self.log.append(f"revoke {permission}")
        self.grants[permission] = False
        self.stop(package)

    def after(self, seconds: float, what: Callable[[FakeDevice], None]) -> None:
        """Does something when that much time has passed, as an app does by itself."""
        self.later.append((self.clock.now_ns + int(seconds * 1e9), what))

    def _run_due(self) -> None:
        due = [what for at, what in self.later if at <= self.clock.now_ns]
        self.later = [(at, what) for at, what in self.later if at > self.clock.now_ns]
        for what in due:
            what(self)
