"""Finds objects for the uiautomator server: by selector, and by the keys of kept objects."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from harness.lab.ui.nodes import Bounds, Node
from harness.lab.ui.screen import Screen
from harness.lab.ui.selector import MASK_INSTANCE, find_first, find_nodes

_POLL_SECONDS = 0.1


class UiObjectNotFound(Exception):
    """No node for a selector; the text is the selector."""


class Finder:
    """A selector argument may also be the key of a kept object (getUiObject, childByText ...)."""

    def __init__(self, screen: Screen) -> None:
        self._screen = screen
        self._kept: dict[str, Mapping[str, Any]] = {}

    def selector(self, wanted: Any) -> Mapping[str, Any]:
        if isinstance(wanted, str):
            if wanted not in self._kept:
                raise UiObjectNotFound(f"UiObject {wanted} not found!")
            return self._kept[wanted]
        if not isinstance(wanted, dict):
            raise TypeError("no selector")
        return wanted

    async def find(self, wanted: Any) -> Node:
        selector = self.selector(wanted)
        node = find_first(await self._screen.roots(), selector)
        if node is None:
            raise UiObjectNotFound(_describe(selector))
        return node

    def bounds(self, node: Node) -> Bounds:
        display = self._screen.look.display
        return node.visible_bounds(display.width, display.height)

    def center(self, node: Node) -> tuple[int, int]:
        left, top, right, bottom = self.bounds(node)
        return (left + right) // 2, (top + bottom) // 2

    async def exist(self, wanted: Any) -> bool:
        return find_first(await self._screen.roots(), self.selector(wanted)) is not None

    async def wait_for_exists(self, wanted: Any, timeout_ms: int) -> bool:
        return await self.wait(lambda: self.exist(wanted), timeout_ms)

    async def wait_until_gone(self, wanted: Any, timeout_ms: int) -> bool:
        async def gone() -> bool:
            return not await self.exist(wanted)

        return await self.wait(gone, timeout_ms)

    async def wait(self, holds: Callable[[], Awaitable[bool]], timeout_ms: int) -> bool:
        """Looks at once and then again until the time is over."""
        end = asyncio.get_running_loop().time() + timeout_ms / 1000
        while True:
            if await holds():
                return True
            if asyncio.get_running_loop().time() >= end:
                return False
            await asyncio.sleep(_POLL_SECONDS)

    async def object_info(self, wanted: Any) -> dict[str, Any]:
        return self._describe(await self.find(wanted))

    async def all_object_infos(self, wanted: Any) -> list[dict[str, Any]]:
        found = find_nodes(await self._screen.roots(), self.selector(wanted))
        return [self._describe(node) for node in found]

    async def count(self, wanted: Any) -> int:
        return len(find_nodes(await self._screen.roots(), self.selector(wanted)))

    def _describe(self, node: Node) -> dict[str, Any]:
        return {
            "bounds": _rect(node.bounds),
            "visibleBounds": _rect(self.bounds(node)),
            "childCount": len(node.children),
            "className": node.class_name,
            "contentDescription": node.content_desc or None,
            "packageName": node.package,
            "resourceName": node.resource_id or None,
            "text": node.text,
            "checkable": node.checkable,
            "checked": node.checked,
            "clickable": node.clickable,
            "enabled": node.enabled,
            "focusable": node.focusable,
            "focused": node.focused,
            "longClickable": node.long_clickable,
            "scrollable": node.scrollable,
            "selected": node.selected,
        }

    # --- kept objects

    async def keep_object(self, wanted: Any) -> str:
        return self.keep(self.selector(wanted))

    def keep(self, selector: Mapping[str, Any]) -> str:
        key = str(uuid.uuid4())
        self._kept[key] = selector
        return key

    async def kept_objects(self) -> list[str]:
        return list(self._kept)

    async def remove_object(self, key: str) -> None:
        self._kept.pop(key, None)

    async def get_child(self, key: str, child: dict[str, Any]) -> str:
        return self.keep(related(self.selector(key), "child", child))

    async def get_from_parent(self, key: str, sibling: dict[str, Any]) -> str:
        return self.keep(related(self.selector(key), "sibling", sibling))

    async def child_by_instance(self, parent: Any, child: dict[str, Any], number: int) -> str:
        return self.keep(with_instance(related(self.selector(parent), "child", child), number))


def _rect(bounds: Bounds) -> dict[str, int]:
    left, top, right, bottom = bounds
    return {"left": left, "top": top, "right": right, "bottom": bottom}


def _describe(selector: Mapping[str, Any]) -> str:
    """UiSelector.toString, as the exception's message has it."""
    hidden = ("mask", "childOrSibling", "childOrSiblingSelector")
    named = [f"{key.upper()}={value}" for key, value in selector.items() if key not in hidden]
    for relation, inner in zip(selector.get("childOrSibling") or [], selector.get("childOrSiblingSelector") or [], strict=False):
        named.append(f"{'CHILD' if relation == 'child' else 'PARENT'}={_describe(inner)}")
    return f"UiSelector[{', '.join(named)}]"


def related(selector: Mapping[str, Any], relation: str, other: Mapping[str, Any]) -> dict[str, Any]:
    return {
        **selector,
        "childOrSibling": [*(selector.get("childOrSibling") or []), relation],
        "childOrSiblingSelector": [*(selector.get("childOrSiblingSelector") or []), dict(other)],
    }


def with_instance(selector: dict[str, Any], number: int) -> dict[str, Any]:
    """The same, but only the match of that number."""
    inner = list(selector["childOrSiblingSelector"])
    last = dict(inner[-1])
    last["instance"] = number
    last["mask"] = last.get("mask", 0) | MASK_INSTANCE
    return {**selector, "childOrSiblingSelector": [*inner[:-1], last]}
