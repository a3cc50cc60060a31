"""Finds nodes by a UiSelector as uiautomator2 sends it (com.wetest.uia2.stub.Selector, mask bits of its client)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from harness.lab.ui.nodes import Node

MASK_INSTANCE = 0x01000000
_MASK_INDEX = 0x800000


def _text_contains(actual: str, wanted: Any) -> bool:
    return str(wanted).lower() in actual.lower()


def _text_starts(actual: str, wanted: Any) -> bool:
    return actual.lower().startswith(str(wanted).lower())


def _equals(actual: Any, wanted: Any) -> bool:
    return bool(actual == wanted)


def _full_match(actual: str, wanted: Any) -> bool:
    try:
        return re.fullmatch(str(wanted), actual, re.DOTALL) is not None
    except re.error as fault:
        raise BadSelector(f"java.util.regex.PatternSyntaxException: {fault}: {wanted}") from fault


# UiSelector compares texts given by text() and description() exactly, contains and startsWith without case
_CRITERIA: tuple[tuple[int, str, str, Callable[[Any, Any], bool]], ...] = (
    (0x01, "text", "text", _equals),
    (0x02, "textContains", "text", _text_contains),
    (0x04, "textMatches", "text", _full_match),
    (0x08, "textStartsWith", "text", _text_starts),
    (0x10, "className", "class_name", _equals),
    (0x20, "classNameMatches", "class_name", _full_match),
    (0x40, "description", "content_desc", _equals),
    (0x80, "descriptionContains", "content_desc", _text_contains),
    (0x0100, "descriptionMatches", "content_desc", _full_match),
    (0x0200, "descriptionStartsWith", "content_desc", _text_starts),
    (0x0400, "checkable", "checkable", _equals),
    (0x0800, "checked", "checked", _equals),
    (0x1000, "clickable", "clickable", _equals),
    (0x2000, "longClickable", "long_clickable", _equals),
    (0x4000, "scrollable", "scrollable", _equals),
    (0x8000, "enabled", "enabled", _equals),
    (0x010000, "focusable", "focusable", _equals),
    (0x020000, "focused", "focused", _equals),
    (0x040000, "selected", "selected", _equals),
    (0x080000, "packageName", "package", _equals),
    (0x100000, "packageNameMatches", "package", _full_match),
    (0x200000, "resourceId", "resource_id", _equals),
    (0x400000, "resourceIdMatches", "resource_id", _full_match),
    (_MASK_INDEX, "index", "index", _equals),
)


class BadSelector(ValueError):
    """The selector is not one."""


def find_nodes(roots: Iterable[Node], selector: Mapping[str, Any]) -> list[Node]:
    """Every visible node that the selector means, in the order of the hierarchy."""
    if not isinstance(selector, dict):
        raise BadSelector("the selector is no object")
    candidates = [node for root in roots for node in _shown(root)]
    found = _matching(candidates, selector)
    relations = selector.get("childOrSibling") or []
    inner = selector.get("childOrSiblingSelector") or []
    for relation, sub in zip(relations, inner, strict=True):
        near: list[Node] = []
        for node in found:
            if relation == "child":
                near.extend(one for child in node.children for one in _shown(child))
            else:
                siblings = node.parent.children if node.parent else []
                near.extend(one for sibling in siblings for one in _shown(sibling))
        found = _matching(list(dict.fromkeys(near)), sub)
    return found


def find_first(roots: Iterable[Node], selector: Mapping[str, Any]) -> Node | None:
    """The node the selector means, by its `instance`; the first without one."""
    found = find_nodes(roots, selector)
    return found[0] if found else None


def _shown(node: Node) -> list[Node]:
    """The node and what is below it, invisible parts left out."""
    if not node.visible:
        return []
    return [node] + [one for child in node.children for one in _shown(child)]


def _matching(candidates: list[Node], selector: Mapping[str, Any]) -> list[Node]:
    mask = selector.get("mask", 0)
    if not isinstance(mask, int):
        raise BadSelector("the selector's mask is no number")
    checks = [(attribute, selector.get(name), test) for bit, name, attribute, test in _CRITERIA if mask & bit]
    found = [node for node in candidates if all(test(getattr(node, name), want) for name, want, test in checks)]
    if mask & MASK_INSTANCE:
        number = selector.get("instance", 0)
        return found[number : number + 1] if isinstance(number, int) and number >= 0 else []
    return found
