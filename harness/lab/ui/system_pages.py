"""The other windows of the system: launcher, recents, crash and ANR dialogs, pages of the settings."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from harness.lab.ui.drawing import ACCENT, ACCENT_TEXT, BACKGROUND, GREY, WHITE, Colour, Style
from harness.lab.ui.nodes import Node
from harness.lab.ui.strings import Texts
from harness.lab.ui.window import Look, OnTap, Part, Row, SystemWindow, around, move_down, stack

LAUNCHER = "com.android.launcher3"
PERMISSION_CONTROLLER = "com.android.permissioncontroller"
SETTINGS = "com.android.settings"
LAUNCHER_ACTIVITY = f"{LAUNCHER}.uioverrides.QuickstepLauncher"
RECENTS_ACTIVITY = f"{LAUNCHER}.RecentsActivity"
PERMISSION_ACTIVITY = f"{PERMISSION_CONTROLLER}.permission.ui.ManagePermissionsActivity"
SETTINGS_ACTIVITY = f"{SETTINGS}.applications.InstalledAppDetails"
_COLUMNS = 4


@dataclass(frozen=True)
class Icon:
    """An entry of the launcher or of recents. `key` is the package, or the task's number."""

    key: str
    label: str


Pick = Callable[[str], Awaitable[None]]


def _colour(key: str) -> Colour:
    """The same colour for the same app, dark enough for white text."""
    digest = hashlib.sha256(key.encode()).digest()
    return digest[0] // 2 + 20, digest[1] // 2 + 20, digest[2] // 2 + 20


def _pick(choose: Pick, key: str) -> OnTap:
    async def pick() -> None:
        await choose(key)

    return pick


class Launcher(SystemWindow):
    """A grid of the installed apps, in pages."""

    def __init__(self, look: Look, icons: Sequence[Icon], open_app: Pick, page: int = 0) -> None:
        super().__init__(look, LAUNCHER, "Launcher", dimming=1, activity=LAUNCHER_ACTIVITY)
        pen, display = look.pen, look.display
        width, height = display.width // _COLUMNS, pen.px(112)
        per_page = max(1, (display.height - pen.px(48)) // height) * _COLUMNS
        self.pages = max(1, -(-len(icons) // per_page))
        self.page = max(0, min(page, self.pages - 1))
        grid = Node(
            "android.view.ViewGroup",
            LAUNCHER,
            resource_id=f"{LAUNCHER}:id/workspace",
            bounds=self.whole,
            scrollable=self.pages > 1,
        )
        self.parts = [Part(grid, Style(fill=(46, 52, 64)))]
        for place, icon in enumerate(icons[self.page * per_page :][:per_page]):
            left = place % _COLUMNS * width
            top = pen.px(24) + place // _COLUMNS * height
            node = Node(
                "android.widget.TextView",
                LAUNCHER,
                text=icon.label,
                content_desc=icon.label,
                bounds=(left, top, left + width, top + height),
                clickable=True,
                focusable=True,
                long_clickable=True,
            )
            grid.children.append(node)
            self.parts += self._draw(node, icon, open_app)
        self.root = self.frame(grid)

    def _draw(self, node: Node, icon: Icon, open_app: Pick) -> list[Part]:
        pen = self.look.pen
        left, top, right, bottom = node.bounds
        middle, half = (left + right) // 2, pen.px(28)
        picture = Node(bounds=(middle - half, top + pen.px(8), middle + half, top + pen.px(8) + 2 * half))
        name = Node(bounds=(left, top + pen.px(66), right, bottom))
        caption = pen.fit(icon.label, 12, right - left - pen.px(8))
        return [
            Part(
                picture,
                Style(fill=_colour(icon.key), radius=16, colour=WHITE, size=24, align="center"),
                caption=icon.label[:1],
            ),
            Part(name, Style(colour=WHITE, size=12, align="center"), caption=caption),
            Part(node, on_tap=_pick(open_app, icon.key), caption=""),
        ]


class Recents(SystemWindow):
    """The tasks, latest first; tapping one opens it, "clear all" ends them."""

    def __init__(self, look: Look, texts: Texts, tasks: Sequence[Icon], open_task: Pick, clear_all: OnTap, close: OnTap) -> None:
        super().__init__(look, LAUNCHER, "Recents", dimming=1, activity=RECENTS_ACTIVITY)
        self._close = close
        surface = Part(Node("android.widget.FrameLayout", LAUNCHER, bounds=self.whole), Style(fill=(60, 64, 72)))
        rows = []
        for task in tasks[:8]:
            node = Node(
                "android.widget.FrameLayout",
                LAUNCHER,
                content_desc=task.label,
                resource_id=f"{LAUNCHER}:id/task",
                clickable=True,
                focusable=True,
            )
            rows.append(
                Row(
                    Part(node, Style(fill=BACKGROUND, radius=16, size=16, padding=16), caption=task.label,
                         on_tap=_pick(open_task, task.key)), 64, 12)
            )  # fmt: skip
        if not rows:
            text = Node("android.widget.TextView", LAUNCHER, text=texts("no_recents"))
            rows.append(Row(Part(text, Style(colour=WHITE, align="center")), 0, 120))
        else:
            button = Node(
                "android.widget.Button",
                LAUNCHER,
                text=texts("clear_all"),
                resource_id=f"{LAUNCHER}:id/clear_all",
                clickable=True,
                focusable=True,
            )
            rows.append(Row(Part(button, Style(fill=ACCENT, radius=24, align="center"), on_tap=clear_all), 48, 24))
        margin = look.pen.px(32)
        stack(look, rows, margin, look.pen.px(48), look.display.width - 2 * margin)
        self.parts = [surface, *(row.part for row in rows)]
        panel = surface.node
        panel.resource_id = f"{LAUNCHER}:id/overview_panel"
        panel.children = [row.part.node for row in rows]
        self.root = self.frame(panel)

    async def back(self) -> None:
        await self._close()

    async def tap_outside(self, x: float, y: float) -> bool:
        await self._close()
        return True


class ErrorDialog(SystemWindow):
    """ "X has stopped" or "X isn't responding" (AppErrorDialog, AppNotRespondingDialog).

    `actions`: (id without "android:id/", text, what it does) from top to bottom.
    """

    def __init__(self, look: Look, message: str, actions: Sequence[tuple[str, str, OnTap]], package: str) -> None:
        super().__init__(look, "android", f"Application Error: {package}")
        self.app = package
        pen, display = look.pen, look.display
        title = Node("android.widget.TextView", "android", text=message, resource_id="android:id/alertTitle")
        rows = [Row(Part(title, Style(size=20)), 0, 24)]
        for name, text, action in actions:
            node = Node(
                "android.widget.Button",
                "android",
                text=text,
                resource_id=f"android:id/{name}",
                clickable=True,
                focusable=True,
            )
            rows.append(Row(Part(node, Style(size=16, padding=12), on_tap=action), 48, 8))
        margin = pen.px(28)
        bottom = stack(look, rows, 2 * margin, 0, display.width - 4 * margin) + pen.px(16)
        top = (display.height - bottom) // 2
        nodes = [row.part.node for row in rows]
        move_down(nodes, top)
        panel = Node(
            "android.widget.LinearLayout",
            "android",
            resource_id="android:id/parentPanel",
            bounds=(margin, top, display.width - margin, top + bottom),
        )
        heading = Node(
            "android.widget.LinearLayout",
            "android",
            resource_id="android:id/topPanel",
            bounds=title.bounds,
            children=[title],
        )
        buttons = Node("android.widget.LinearLayout", "android", bounds=around(nodes[1:]), children=nodes[1:])
        panel.children = [heading, buttons]
        self.parts = [Part(panel, Style(fill=BACKGROUND, radius=28)), *(row.part for row in rows)]
        self.root = self.frame(panel)


@dataclass(frozen=True)
class Option:
    """A radio button of a permission's page. `name` is the resource id's last part."""

    name: str
    text: str
    chosen: bool


class PermissionPage(SystemWindow):
    """The page of one permission in the settings, where "allow all the time" is.

    Structure: packages/modules/Permission, PermissionController/res/layout/app_permission.xml.
    """

    def __init__(self, look: Look, header: str, options: Sequence[Option], choose: Pick, close: OnTap) -> None:
        super().__init__(look, PERMISSION_CONTROLLER, "AppPermissionActivity", dimming=1, activity=PERMISSION_ACTIVITY)
        self._close = close
        prefix = f"{PERMISSION_CONTROLLER}:id/"
        surface = Part(Node("android.widget.LinearLayout", PERMISSION_CONTROLLER, bounds=self.whole), Style(fill=BACKGROUND))
        heading = Node("android.widget.TextView", PERMISSION_CONTROLLER, text=header, resource_id=prefix + "permission_message")
        rows = [Row(Part(heading, Style(size=18)), 0, 40)]
        for option in options:
            node = Node(
                "android.widget.RadioButton",
                PERMISSION_CONTROLLER,
                text=option.text,
                resource_id=prefix + option.name,
                checkable=True,
                checked=option.chosen,
                clickable=True,
                focusable=True,
            )
            rows.append(Row(Part(node, ring=True, on_tap=_pick(choose, option.name)), 48, 8))
        margin = look.pen.px(24)
        stack(look, rows, margin, look.pen.px(24), look.display.width - 2 * margin)
        self.parts = [surface, *(row.part for row in rows)]
        root = surface.node
        root.resource_id = prefix + "app_permission_root"
        root.children = [row.part.node for row in rows]
        self.root = self.frame(root)

    async def back(self) -> None:
        await self._close()


class SettingsPage(SystemWindow):
    """Stands where an app opens a page of the system settings: a title, a line, and back."""

    def __init__(self, look: Look, title: str, line: str, close: OnTap) -> None:
        super().__init__(look, SETTINGS, "Settings", dimming=1, activity=SETTINGS_ACTIVITY)
        self._close = close
        surface = Part(Node("android.widget.LinearLayout", SETTINGS, bounds=self.whole), Style(fill=BACKGROUND))
        up = Node("android.widget.ImageButton", SETTINGS, content_desc="Navigate up", clickable=True, focusable=True)
        heading = Node("android.widget.TextView", SETTINGS, text=title, resource_id=f"{SETTINGS}:id/entity_header_title")
        text = Node("android.widget.TextView", SETTINGS, text=line, resource_id="android:id/summary")
        rows = [
            Row(Part(up, Style(colour=ACCENT_TEXT, size=20), caption="<", on_tap=close), 40, 16),
            Row(Part(heading, Style(size=22)), 0, 16),
            Row(Part(text, Style(size=14, colour=GREY)), 0, 12),
        ]
        margin = look.pen.px(24)
        stack(look, rows, margin, 0, look.display.width - 2 * margin)
        self.parts = [surface, *(row.part for row in rows)]
        surface.node.children = [row.part.node for row in rows]
        self.root = self.frame(surface.node)

    async def back(self) -> None:
        await self._close()
