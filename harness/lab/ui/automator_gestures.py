"""Touch for the uiautomator server: clicks, swipes, drags, scrolling."""

from __future__ import annotations

import itertools
from typing import Any

from harness.lab.ui.automator_finder import Finder, UiObjectNotFound, related, with_instance
from harness.lab.ui.hierarchy import write_hierarchy
from harness.lab.ui.nodes import Node
from harness.lab.ui.screen import LONG_PRESS_MS, Screen
from harness.lab.ui.selector import find_nodes

_STEP_MS = 5  # UiDevice: each swipe step takes 5 ms
_SCROLL_STEPS = 55
_FLING_STEPS = 5
_DEAD_ZONE = 0.1  # UiScrollable.DEFAULT_SWIPE_DEADZONE_PCT
_MAX_SWIPES = 30
_FINGER = 20  # UiObject.FINGER_TOUCH_HALF_WIDTH, pixels


def _duration(steps: Any) -> int:
    return max(1, int(steps)) * _STEP_MS


class Gestures:
    """One finger, or two."""

    def __init__(self, screen: Screen, finder: Finder) -> None:
        self._screen = screen
        self._finder = finder
        self._touch: tuple[float, float] | None = None

    async def click(self, *arguments: Any) -> bool:
        if len(arguments) >= 2 and isinstance(arguments[0], int | float):
            ms = int(arguments[2]) if len(arguments) > 2 else 0
            await self._screen.tap(arguments[0], arguments[1], ms)
            return True
        x, y = self._corner(await self._finder.find(arguments[0]), arguments[1] if len(arguments) > 1 else "center")
        await self._screen.tap(x, y)
        return True

    def _corner(self, node: Node, corner: str) -> tuple[int, int]:
        left, top, right, bottom = self._finder.bounds(node)
        if corner.lower() in ("tl", "topleft"):
            return left + 5, top + 5
        if corner.lower() in ("br", "bottomright"):
            return right - 5, bottom - 5
        return self._finder.center(node)

    async def long_click(self, wanted: Any, corner: str = "center") -> bool:
        x, y = self._corner(await self._finder.find(wanted), corner)
        await self._screen.tap(x, y, LONG_PRESS_MS + 200)
        return True

    async def click_and_wait(self, wanted: Any, timeout_ms: int) -> bool:
        before = self._screen.focus
        await self.click(wanted)

        async def another() -> bool:
            return self._screen.focus != before

        return await self._finder.wait(another, timeout_ms)

    async def swipe(self, *arguments: Any) -> bool:
        if len(arguments) == 5:
            x, y, x2, y2, steps = arguments
            await self._screen.swipe(x, y, x2, y2, max(1, int(steps)) * _STEP_MS)
            return True
        direction = str(arguments[1]).lower()
        steps = int(arguments[-1])
        left, top, right, bottom = self._finder.bounds(await self._finder.find(arguments[0]))
        x, y = (left + right) // 2, (top + bottom) // 2
        ends = {"u": (x, top + 5), "d": (x, bottom - 5), "l": (left + 5, y), "r": (right - 5, y)}
        starts = {"u": (x, bottom - 5), "d": (x, top + 5), "l": (right - 5, y), "r": (left + 5, y)}
        end, start = ends.get(direction[:1]), starts.get(direction[:1])
        if end is None or start is None:
            return False
        return await self._screen.swipe(*start, *end, steps * _STEP_MS)

    async def swipe_points(self, points: list[float], steps: int) -> bool:
        """Segment after segment; `steps` for each."""
        pairs = [(points[i], points[i + 1]) for i in range(0, len(points) - 1, 2)]
        for (x, y), (x2, y2) in itertools.pairwise(pairs):
            await self._screen.swipe(x, y, x2, y2, max(1, int(steps)) * _STEP_MS)
        return len(pairs) > 1

    async def drag(self, x: float, y: float, x2: float, y2: float, steps: int) -> bool:
        return await self._screen.swipe(x, y, x2, y2, LONG_PRESS_MS + int(steps) * _STEP_MS)

    async def drag_to(self, wanted: Any, *arguments: Any) -> bool:
        x, y = self._finder.center(await self._finder.find(wanted))
        if len(arguments) == 3:
            return await self.drag(x, y, *arguments)
        x2, y2 = self._finder.center(await self._finder.find(arguments[0]))
        return await self.drag(x, y, x2, y2, arguments[1])

    async def inject(self, action: int, x: float, y: float, _meta: int = 0) -> bool:
        """A finger down (0), moved (2), up (1): carried out as one gesture when it goes up."""
        if action == 0:
            self._touch = (x, y)
        elif action == 1 and self._touch is not None:
            start, self._touch = self._touch, None
            if abs(start[0] - x) + abs(start[1] - y) < 10:
                await self._screen.tap(x, y)
            else:
                await self._screen.swipe(*start, x, y, 100)
        return True

    # --- two fingers (UiObject.pinchOut, pinchIn, performTwoPointerGesture)

    async def pinch_out(self, wanted: Any, percent: int, steps: int) -> bool:
        return await self._pinch(wanted, percent, steps, out=True)

    async def pinch_in(self, wanted: Any, percent: int, steps: int) -> bool:
        return await self._pinch(wanted, percent, steps, out=False)

    async def _pinch(self, wanted: Any, percent: int, steps: int, *, out: bool) -> bool:
        """Sideways from its middle, by that share of its width."""
        left, top, right, bottom = self._finder.bounds(await self._finder.find(wanted))
        if right - left <= 2 * _FINGER:
            raise ValueError("Object width is too small for operation")
        x, y = (left + right) // 2, (top + bottom) // 2
        far = (right - left) // 2 * min(max(percent, 0), 100) // 100
        start, end = (_FINGER, far) if out else (far, _FINGER)
        return await self._screen.pinch((x - start, y, x - end, y), (x + start, y, x + end, y), _duration(steps))

    async def gesture(self, wanted: Any, *arguments: Any) -> bool:
        """Two starts, two ends, steps."""
        await self._finder.find(wanted)
        *points, steps = arguments
        x, y, x3, y3, x2, y2, x4, y4 = (float(point[axis]) for point in points for axis in ("x", "y"))
        return await self._screen.pinch((x, y, x2, y2), (x3, y3, x4, y4), _duration(steps))

    # --- scrolling

    async def _scroll(self, wanted: Any, vertical: bool, steps: int, *, forward: bool) -> bool:
        """One swipe over most of it; True if what is shown has changed."""
        left, top, right, bottom = self._finder.bounds(await self._finder.find(wanted))
        if vertical:
            dead, x = int((bottom - top) * _DEAD_ZONE), (left + right) // 2
            points = (x, bottom - dead, x, top + dead)
        else:
            dead, y = int((right - left) * _DEAD_ZONE), (top + bottom) // 2
            points = (right - dead, y, left + dead, y)
        if not forward:
            points = (points[2], points[3], points[0], points[1])
        before = await self._snapshot()
        await self._screen.swipe(*points, max(1, steps) * _STEP_MS)
        return await self._snapshot() != before

    async def _snapshot(self) -> str:
        return write_hierarchy(await self._screen.roots(), self._screen.look.display, max_depth=100)

    async def scroll_forward(self, wanted: Any, vertical: bool, steps: int = _SCROLL_STEPS) -> bool:
        return await self._scroll(wanted, vertical, steps, forward=True)

    async def scroll_backward(self, wanted: Any, vertical: bool, steps: int = _SCROLL_STEPS) -> bool:
        return await self._scroll(wanted, vertical, steps, forward=False)

    async def fling_forward(self, wanted: Any, vertical: bool) -> bool:
        return await self._scroll(wanted, vertical, _FLING_STEPS, forward=True)

    async def fling_backward(self, wanted: Any, vertical: bool) -> bool:
        return await self._scroll(wanted, vertical, _FLING_STEPS, forward=False)

    async def _to_edge(self, wanted: Any, vertical: bool, swipes: int, steps: int, *, forward: bool) -> bool:
        for _ in range(max(0, swipes)):
            if not await self._scroll(wanted, vertical, steps, forward=forward):
                return True
        return False

    async def scroll_to_beginning(
        self, wanted: Any, vertical: bool, swipes: int = _MAX_SWIPES, steps: int = _SCROLL_STEPS
    ) -> bool:
        return await self._to_edge(wanted, vertical, swipes, steps, forward=False)

    async def scroll_to_end(self, wanted: Any, vertical: bool, swipes: int = _MAX_SWIPES, steps: int = _SCROLL_STEPS) -> bool:
        return await self._to_edge(wanted, vertical, swipes, steps, forward=True)

    async def fling_to_beginning(self, wanted: Any, vertical: bool, swipes: int = _MAX_SWIPES) -> bool:
        return await self._to_edge(wanted, vertical, swipes, _FLING_STEPS, forward=False)

    async def fling_to_end(self, wanted: Any, vertical: bool, swipes: int = _MAX_SWIPES) -> bool:
        return await self._to_edge(wanted, vertical, swipes, _FLING_STEPS, forward=True)

    async def scroll_to(self, wanted: Any, target: dict[str, Any], vertical: bool = True) -> bool:
        """From the beginning until the target is there (UiScrollable.scrollIntoView)."""
        if await self._finder.exist(target):
            return True
        await self.scroll_to_beginning(wanted, vertical)
        for _ in range(_MAX_SWIPES):
            if await self._finder.exist(target):
                return True
            if not await self.scroll_forward(wanted, vertical):
                break
        return await self._finder.exist(target)

    async def child_by_text(self, parent: Any, child: dict[str, Any], text: str, scroll: bool = True) -> str:
        return await self._child_by("text", parent, child, text, scroll)

    async def child_by_description(self, parent: Any, child: dict[str, Any], text: str, scroll: bool = True) -> str:
        return await self._child_by("content_desc", parent, child, text, scroll)

    async def _child_by(self, attribute: str, parent: Any, child: dict[str, Any], text: str, scroll: bool) -> str:
        """The child matching the pattern that holds the text somewhere below it (UiCollection.getChildByText)."""
        selector = related(self._finder.selector(parent), "child", child)

        async def search() -> int | None:
            for index, node in enumerate(find_nodes(await self._screen.roots(), selector)):
                if any(getattr(one, attribute) == text for one in node.walk()):
                    return index
            return None

        index = await search()
        if index is None and scroll and (await self._finder.find(parent)).scrollable:
            await self.scroll_to_beginning(parent, True)
            index = await search()
            for _ in range(_MAX_SWIPES):
                if index is not None or not await self.scroll_forward(parent, True):
                    break
                index = await search()
            index = await search() if index is None else index
        if index is None:
            raise UiObjectNotFound(f'for {attribute}= "{text}"')
        return self._finder.keep(with_instance(selector, index))
