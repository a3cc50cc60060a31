"""A node of the view hierarchy, from an app's `dump` or of a system window."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

MAX_NODES = 20_000
MAX_DEPTH = 400
MAX_TEXT = 100_000  # characters of one attribute

Bounds = tuple[int, int, int, int]  # left, top, right, bottom in pixels


class BadHierarchy(ValueError):
    """What an app sent as its hierarchy is none."""


@dataclass(eq=False)
class Node:
    """One accessibility node; names as in uiautomator's XML. `index` is its place among its parent's children."""

    class_name: str = "android.view.View"
    package: str = ""
    text: str = ""
    content_desc: str = ""
    resource_id: str = ""
    hint: str = ""
    bounds: Bounds = (0, 0, 0, 0)
    checkable: bool = False
    checked: bool = False
    clickable: bool = False
    enabled: bool = True
    focusable: bool = False
    focused: bool = False
    scrollable: bool = False
    long_clickable: bool = False
    password: bool = False
    selected: bool = False
    visible: bool = True
    children: list[Node] = field(default_factory=list)
    parent: Node | None = None
    index: int = 0

    def walk(self) -> Iterator[Node]:
        """This node and all below it, depth first, in drawing order."""
        yield self
        for child in self.children:
            yield from child.walk()

    def link(self) -> Node:
        """Sets parents and indices below this node."""
        for index, child in enumerate(self.children):
            child.parent = self
            child.index = index
            child.link()
        return self

    def visible_bounds(self, width: int, height: int) -> Bounds:
        """What of it is on the screen and inside the scrollable views around it (AccessibilityNodeInfoHelper)."""
        box = intersect(self.bounds, (0, 0, width, height))
        above = self.parent
        while above is not None:
            if above.scrollable:
                box = intersect(box, above.bounds)
            above = above.parent
        return box

    @property
    def center(self) -> tuple[int, int]:
        left, top, right, bottom = self.bounds
        return (left + right) // 2, (top + bottom) // 2


def intersect(one: Bounds, other: Bounds) -> Bounds:
    """The common part; where there is none, `one` as it is, as uiautomator does."""
    left, top = max(one[0], other[0]), max(one[1], other[1])
    right, bottom = min(one[2], other[2]), min(one[3], other[3])
    return (left, top, right, bottom) if left < right and top < bottom else one


def contains(box: Bounds, x: float, y: float) -> bool:
    """Right and bottom are outside, as in android.graphics.Rect."""
    return box[0] <= x < box[2] and box[1] <= y < box[3]


_TEXTS = {
    "class": "class_name",
    "text": "text",
    "content_desc": "content_desc",
    "resource_id": "resource_id",
    "hint": "hint",
}
_FLAGS = (
    "checkable",
    "checked",
    "clickable",
    "enabled",
    "focusable",
    "focused",
    "scrollable",
    "long_clickable",
    "password",
    "selected",
    "visible",
)


def read_node(fields: Mapping[str, Any], package: str) -> Node:
    """From the protocol's NODE. Every node is the sender's: `package` overrides what it claims. Raises BadHierarchy."""
    budget = [MAX_NODES]
    return _read(fields, package, 0, budget).link()


def _read(fields: Mapping[str, Any], package: str, depth: int, budget: list[int]) -> Node:
    budget[0] -= 1
    if budget[0] < 0 or depth > MAX_DEPTH:
        raise BadHierarchy(f"more than {MAX_NODES} nodes or deeper than {MAX_DEPTH}")
    if not isinstance(fields, dict):
        raise BadHierarchy("a node is no object")
    node = Node(package=package)
    for name, attribute in _TEXTS.items():
        value = fields.get(name)
        if value is not None:
            if not isinstance(value, str):
                raise BadHierarchy(f"{name} is no text")
            setattr(node, attribute, value[:MAX_TEXT])
    for name in _FLAGS:
        setattr(node, name, bool(fields.get(name, False)))
    node.bounds = read_bounds(fields.get("bounds"))
    children = fields.get("children") or []
    if not isinstance(children, list):
        raise BadHierarchy("children is no list")
    node.children = [_read(child, package, depth + 1, budget) for child in children]
    return node


def read_bounds(value: object) -> Bounds:
    """[l, t, r, b]; raises BadHierarchy."""
    if value is None:
        return (0, 0, 0, 0)
    if not isinstance(value, list) or len(value) != 4 or not all(isinstance(one, int | float) for one in value):
        raise BadHierarchy("bounds are not four numbers")
    left, top, right, bottom = (max(-(10**6), min(10**6, int(one))) for one in value)
    return left, top, right, bottom
