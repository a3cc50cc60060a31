"""A window of the system's own: nodes for uiautomator, a picture for the screen, and what a tap does."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from PIL import Image

from harness.lab.ui.drawing import Pen, Style, dim
from harness.lab.ui.hierarchy import Display
from harness.lab.ui.nodes import Bounds, Node, contains

OnTap = Callable[[], Awaitable[None]]


@dataclass(eq=False)
class Part:
    """A drawn node. `ring`: a radio button before the text. `caption`: what is drawn instead of the node's text."""

    node: Node
    style: Style = field(default_factory=Style)
    ring: bool = False
    on_tap: OnTap | None = None
    caption: str | None = None


@dataclass
class Look:
    """What every window is drawn with."""

    display: Display
    pen: Pen


@dataclass(eq=False)
class SystemWindow:
    """A window that covers the screen. `dimming`: how dark what lies below gets; 1 hides it.

    `parts` are drawn in order; subclasses fill them and `root`. `activity`: the class that dumpsys names,
    "" for a window that is none. `task`: the task it belongs to and disappears with; 0 for no task's. `transient`: goes
    with the home key.
    """

    look: Look
    package: str = "android"
    title: str = ""
    dimming: float = 0.6
    activity: str = ""
    root: Node = field(default_factory=Node)
    parts: list[Part] = field(default_factory=list)
    task: int = 0
    transient: bool = False

    def frame(self, *children: Node) -> Node:
        """The decor view and android:id/content around the window's own views."""
        whole = self.whole
        content = Node(
            "android.widget.FrameLayout",
            self.package,
            resource_id="android:id/content",
            bounds=whole,
            children=list(children),
        )
        inner = Node("android.widget.LinearLayout", self.package, bounds=whole, children=[content])
        return Node("android.widget.FrameLayout", self.package, bounds=whole, children=[inner]).link()

    @property
    def whole(self) -> Bounds:
        return (0, 0, self.look.display.width, self.look.display.height)

    def paint(self, image: Image.Image) -> Image.Image:
        """The screen with this window on it."""
        if self.dimming:
            image = dim(image, self.dimming)
        pen = self.look.pen
        for part in self.parts:
            bounds = part.node.bounds
            if part.style.fill is not None:
                pen.box(image, bounds, part.style.fill, part.style.radius)
            if part.ring:
                left, top, _, bottom = bounds
                size = pen.px(20)
                at = top + (bottom - top - size) // 2
                pen.ring(image, (left, at, left + size, at + size), part.style.colour, part.node.checked)
                bounds = (left + pen.px(32), bounds[1], bounds[2], bounds[3])
            text = part.node.text if part.caption is None else part.caption
            if text:
                pen.text(image, bounds, text, part.style)
        return image

    async def tap(self, x: float, y: float) -> bool:
        """Presses the topmost part there that can be pressed; False where nothing can."""
        for part in reversed(self.parts):
            if part.on_tap is not None and contains(part.node.bounds, x, y):
                await part.on_tap()
                return True
        return await self.tap_outside(x, y)

    async def tap_outside(self, x: float, y: float) -> bool:
        """A tap beside everything that can be pressed."""
        return False

    async def swipe(self, x: float, y: float, x2: float, y2: float) -> bool:
        """A finger over the window; True if that did something."""
        return False

    async def back(self) -> None:
        """The back key."""

    def closed(self) -> None:
        """It is no longer on the screen, whoever took it away."""


@dataclass
class Row:
    """One line of a column: a part, how high it is (0: as its text needs) and the gap above it, in dp."""

    part: Part
    height: float = 0
    gap: float = 0


def stack(look: Look, rows: list[Row], left: int, top: int, width: int) -> int:
    """Gives each row's node its bounds, one below the other; the bottom edge in pixels."""
    pen = look.pen
    at = top
    for row in rows:
        node, style = row.part.node, row.part.style
        at += pen.px(row.gap)
        height = pen.px(row.height)
        if not height:
            inner = width - 2 * pen.px(style.padding) - (pen.px(32) if row.part.ring else 0)
            height = pen.height(node.text, style.size, inner) + 2 * pen.px(style.padding)
        node.bounds = (left, at, left + width, at + height)
        at += height
    return at


def around(nodes: list[Node]) -> Bounds:
    """The smallest box around them."""
    return (
        min(node.bounds[0] for node in nodes),
        min(node.bounds[1] for node in nodes),
        max(node.bounds[2] for node in nodes),
        max(node.bounds[3] for node in nodes),
    )


def move_down(nodes: list[Node], pixels: int) -> None:
    """Moves what was stacked from the top of the screen to where the window lies."""
    for node in nodes:
        left, top, right, bottom = node.bounds
        node.bounds = (left, top + pixels, right, bottom + pixels)
