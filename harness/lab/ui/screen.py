"""What is on the screen and who gets the touch: the app in front, the system's windows over it."""

from __future__ import annotations

import asyncio
import base64
import binascii
import io
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from PIL import Image, UnidentifiedImageError

from harness.lab.appprocess import AppProcessError, ProcessGone
from harness.lab.system.activities import Activities
from harness.lab.system.logs import LogBuffer
from harness.lab.system.processes import Processes, RunningProcess
from harness.lab.ui.nodes import BadHierarchy, Bounds, Node, contains, read_bounds, read_node
from harness.lab.ui.system_pages import Launcher
from harness.lab.ui.window import Look, SystemWindow

_ANSWER_S = 0.2  # after so long the touch that an app has taken is answered, as by a phone, whatever is still to come of it
LONG_PRESS_MS = 500
KEY_HOME, KEY_BACK, KEY_POWER, KEY_APP_SWITCH, KEY_SLEEP, KEY_WAKEUP = 3, 4, 26, 187, 223, 224
_TOAST_NS = 3_500_000_000  # NotificationManagerService.LONG_DELAY, the longest a toast is shown
_STATUS_BAR_DP = 24  # a swipe that begins there opens the shade
_MAX_PIXELS = 40_000_000
_STARTING = "SplashScreen"


@dataclass(frozen=True)
class AppWindow:
    """A window of the app in front. `kind`: activity, dialog, popup, toast, or starting."""

    kind: str
    title: str
    bounds: Bounds
    focused: bool
    root: Node


@dataclass(frozen=True)
class Focus:
    """What has the focus, as `dumpsys window` says it: package and activity class, or a window's title."""

    package: str
    activity: str
    title: str


@dataclass(frozen=True)
class Toast:
    """The last toast."""

    text: str
    package: str
    shown_ns: int


class Screen:
    """The device's display. `launcher` makes the launcher's window; `recents` shows the recents screen."""

    def __init__(
        self,
        look: Look,
        activities: Activities,
        processes: Processes,
        logs: LogBuffer,
        *,
        launcher: Callable[[int], Launcher],
        recents: Callable[[], Awaitable[None]],
        now_ns: Callable[[], int] = time.monotonic_ns,
    ) -> None:
        self.look = look
        self._activities = activities
        self._processes = processes
        self._logs = logs
        self._make_launcher = launcher
        self._recents = recents
        self._now_ns = now_ns
        self._stack: list[SystemWindow] = []
        self._launcher_page = 0
        self._toast: Toast | None = None
        self.open_shade: Callable[[], None] = lambda: None
        self.switched: Callable[[bool], None] = lambda _on: None
        self._on = True
        self._expected: set[asyncio.Task[Any]] = set()
        self._settled_by = 0.0
        self.auto_rotate = True

    # --- windows of the system

    def show(self, window: SystemWindow) -> None:
        """On top of everything."""
        self._stack.append(window)

    def close(self, window: SystemWindow) -> None:
        """No fault if it is closed already."""
        if window in self._stack:
            self._stack.remove(window)
            window.closed()

    @property
    def on(self) -> bool:
        """Whether the display is on; `switched` is called when that changes."""
        return self._on

    @on.setter
    def on(self, on: bool) -> None:
        changed, self._on = self._on != on, on
        if changed:
            self.switched(on)

    @property
    def system_windows(self) -> list[SystemWindow]:
        """Those that are visible now, the top one last: a task's windows only while it is in front."""
        front = self._activities.tasks.front.id
        return [one for one in self._stack if one.task in (0, front)]

    @property
    def all_system_windows(self) -> list[SystemWindow]:
        """Visible or not."""
        return list(self._stack)

    def launcher(self) -> Launcher:
        """The launcher as it is now."""
        window = self._make_launcher(self._launcher_page)
        self._launcher_page = window.page
        return window

    @property
    def focus(self) -> Focus:
        """What has the focus now."""
        windows = self.system_windows
        if windows:
            top = windows[-1]
            return Focus(top.package, top.activity, top.title)
        activity = self._activities.top
        if activity is not None:
            return Focus(activity.package, activity.declared.name, activity.component)
        home = self.launcher()
        return Focus(home.package, home.activity, home.title)

    @property
    def current_package(self) -> str:
        return self.focus.package

    # --- what is seen

    def _app(self) -> RunningProcess | None:
        top = self._activities.top
        if top is None or not top.alive:
            return None
        return self._processes.find(top.package, top.target.process)

    async def app_windows(self) -> list[AppWindow]:
        """Windows of the activity in front, lowest first; a starting window while it is not up."""
        top = self._activities.top
        if top is None:
            return []
        process = self._app()
        if process is not None:
            try:
                answer = await self._processes.call(process, "dump", within=self._processes.patience.dump)
                found = self._read_windows(answer, top.package, top.token)
            except (ProcessGone, AppProcessError) as fault:
                self._logs.system("WindowManager", f"no hierarchy from {process.name}: {fault}", priority="W")
            except BadHierarchy as fault:
                self._logs.system("LabDevice", f"{process.name} sent no hierarchy: {fault}", priority="W")
            else:
                if found:
                    return found
        display = self.look.display
        whole = (0, 0, display.width, display.height)
        root = Node("android.widget.FrameLayout", top.package, bounds=whole)
        return [AppWindow("starting", f"{_STARTING} {top.package}", whole, False, root)]

    def _read_windows(self, answer: Mapping[str, Any], package: str, token: str) -> list[AppWindow]:
        windows = answer.get("windows")
        if not isinstance(windows, list):
            raise BadHierarchy("no list of windows")
        found = []
        for one in windows:
            if not isinstance(one, dict):
                raise BadHierarchy("a window is no object")
            if one.get("token") not in (None, token):
                continue
            found.append(
                AppWindow(
                    kind=str(one.get("type", "activity")),
                    title=str(one.get("title", "")),
                    bounds=read_bounds(one.get("bounds")),
                    focused=bool(one.get("focused", False)),
                    root=read_node(one.get("root") or {}, package),
                )
            )
        return found

    async def roots(self, *, active_only: bool = False) -> list[Node]:
        """The roots that uiautomator sees, the active window's first.

        A window that takes all touches hides those below, as in Android's list of interactive windows.
        Toasts are none of it.
        """
        await self._settle()
        windows = self.system_windows
        if windows:
            return [windows[-1].root]
        app = await self.app_windows()
        if not app:
            return [self.launcher().root]
        seen = []
        for window in reversed(app):
            if window.kind == "toast":
                continue
            seen.append(window)
            if window.kind != "popup" or window.focused:
                break
        if active_only:
            seen = seen[:1]
        return [one.root for one in sorted(seen, key=lambda one: not one.focused)]

    async def picture(self) -> Image.Image:
        """The screen, RGB."""
        await self._settle()
        image = await self._below()
        if not self.on:
            return Image.new("RGB", image.size)
        for window in self.system_windows:
            image = window.paint(image)
        return image

    async def _below(self) -> Image.Image:
        display = self.look.display
        blank = Image.new("RGB", (display.width, display.height), (255, 255, 255))
        if self._activities.top is None:
            return self.launcher().paint(blank)
        process = self._app()
        if process is None:
            return blank
        try:
            answer = await self._processes.call(process, "screenshot", within=self._processes.patience.dump)
            return _read_picture(answer, (display.width, display.height))
        except (ProcessGone, AppProcessError, BadHierarchy) as fault:
            self._logs.system("WindowManager", f"no picture from {process.name}: {fault}", priority="W")
            return blank

    async def png(self) -> bytes:
        """The screen as PNG."""
        out = io.BytesIO()
        (await self.picture()).save(out, "PNG")
        return out.getvalue()

    # --- touch

    async def tap(self, x: float, y: float, ms: int = 0) -> bool:
        """A tap, or a long press from 500 ms on. True if somebody took it."""
        if not self.on:
            return False
        await self._settle()
        windows = self.system_windows
        if windows:
            return await windows[-1].tap(x, y)
        if self._activities.top is None:
            return await self.launcher().tap(x, y)
        kind = "long_press" if ms >= LONG_PRESS_MS else "tap"
        more = {"ms": ms} if ms else {}
        return await self._input(kind=kind, x=x, y=y, **more)

    def expect(self, change: asyncio.Task[Any]) -> None:
        """An app has asked for something else in front: what is seen next is what comes of it."""
        self._expected.add(change)
        change.add_done_callback(self._expected.discard)

    async def _settle(self, by: float | None = None) -> None:
        """Until what the last touch or key has brought to the front is drawn: a phone's is before a client asks again.

        `by`: but no longer, in the loop's time. The app has asked for all of it before it answered the touch.
        """
        by = self._settled_by if by is None else by
        while self._expected or ((top := self._activities.top) is not None and top.coming):
            if asyncio.get_running_loop().time() >= by:
                return
            await asyncio.sleep(0.02)

    async def swipe(self, x: float, y: float, x2: float, y2: float, ms: int = 300) -> bool:
        """A finger from one point to another. On the launcher: another page."""
        if not self.on:
            return False
        await self._settle()
        windows = self.system_windows
        if windows:
            return await windows[-1].swipe(x, y, x2, y2)
        if y < self.look.pen.px(_STATUS_BAR_DP) and y2 - y > abs(x2 - x):
            self.open_shade()
            return True
        if self._activities.top is None:
            step = 1 if (y2 < y or x2 < x) else -1
            before = self.launcher().page
            self._launcher_page = max(0, before + step)
            return self.launcher().page != before
        return await self._input(kind="swipe", x=x, y=y, x2=x2, y2=y2, ms=max(1, ms))

    async def pinch(self, first: tuple[float, float, float, float], second: tuple[float, float, float, float], ms: int) -> bool:
        """Two fingers, each from x, y to x, y. Only apps take them."""
        await self._settle()
        if not self.on or self.system_windows or self._activities.top is None:
            return False
        (x, y, x2, y2), (x3, y3, x4, y4) = first, second
        return await self._input(kind="pinch", x=x, y=y, x2=x2, y2=y2, x3=x3, y3=y3, x4=x4, y4=y4, ms=max(1, ms))

    async def key(self, code: int, meta: int = 0, *, long: bool = False) -> bool:
        """A key. Home, back, recents, power are the system's."""
        if code in (KEY_WAKEUP, KEY_SLEEP, KEY_POWER):
            self.on = {KEY_WAKEUP: True, KEY_SLEEP: False}.get(code, not self.on)
            return True
        if code == KEY_HOME:
            for window in [one for one in self._stack if not one.task]:
                if window.activity or window.transient:
                    self.close(window)
            self._launcher_page = 0
            await self._activities.go_home()
            return True
        if code == KEY_APP_SWITCH:
            await self._recents()
            return True
        await self._settle()
        windows = self.system_windows
        if windows:
            if code == KEY_BACK:
                await windows[-1].back()
            return code == KEY_BACK
        if self._activities.top is None:
            return False
        more = {"ms": LONG_PRESS_MS} if long else {}
        return await self._input(kind="key", code=code, meta=meta, **more)

    async def text(self, text: str) -> bool:
        """Typed into the focused field."""
        await self._settle()
        if not self.on or self.system_windows or self._activities.top is None:
            return False
        return await self._input(kind="text", text=text)

    async def set_text(self, node: Node, text: str) -> bool:
        """Replaces a field's text: AccessibilityNodeInfo.ACTION_SET_TEXT in the app."""
        x, y = node.center
        return await self._input(kind="set_text", x=x, y=y, text=text)

    async def _input(self, **arguments: Any) -> bool:
        process = self._app()
        if process is None:
            return False
        loop = asyncio.get_running_loop()
        began = loop.time()
        try:
            answer = await self._processes.call(process, "input", within=self._processes.patience.input, **arguments)
        except (ProcessGone, AppProcessError) as fault:
            self._logs.system("InputDispatcher", f"input to {process.name}: {fault}", priority="W")
            return False
        self._settled_by = loop.time() + self._processes.patience.settle
        await self._settle(began + _ANSWER_S)
        return bool(answer.get("handled"))

    # --- toast

    def note_toast(self, text: str, package: str) -> None:
        """An app shows a toast."""
        self._toast = Toast(text, package, self._now_ns())

    @property
    def last_toast(self) -> Toast | None:
        """The last toast, also when it is gone from the screen; until cleared."""
        return self._toast

    def clear_toast(self) -> None:
        self._toast = None

    def touches_system(self, x: float, y: float) -> bool:
        """Whether a system window lies there."""
        return any(contains(one.whole, x, y) for one in self.system_windows)


def _read_picture(answer: Mapping[str, Any], size: tuple[int, int]) -> Image.Image:
    """The app's picture, which must be the display's size. Raises BadHierarchy."""
    try:
        data = base64.b64decode(str(answer.get("png", "")), validate=True)
        with Image.open(io.BytesIO(data), formats=("PNG",)) as image:
            if image.width * image.height > _MAX_PIXELS:
                raise BadHierarchy(f"a picture of {image.width} x {image.height}")
            picture = image.convert("RGB")
    except (binascii.Error, UnidentifiedImageError, OSError, SyntaxError) as fault:
        raise BadHierarchy(f"no PNG: {fault}") from fault
    return picture if picture.size == size else picture.resize(size)
