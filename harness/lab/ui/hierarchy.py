"""The hierarchy as XML, attribute for attribute as uiautomator2's server 3.7.1 writes it.

Names and order: com.wetest.uia2.stub.AccessibilityNodeInfoDumper in its u2.jar.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from xml.sax.saxutils import escape

from harness.lab.ui.nodes import Node

_NAF_EXCLUDED = ("GridView", "GridLayout", "ListView", "TableLayout")


@dataclass(frozen=True)
class Display:
    """Size in pixels, density in dpi, rotation 0 to 3."""

    width: int
    height: int
    density: int
    rotation: int = 0

    @property
    def scale(self) -> float:
        """Pixels per dp."""
        return self.density / 160


def write_hierarchy(roots: Iterable[Node], display: Display, *, max_depth: int = 50, compressed: bool = False) -> str:
    """One <hierarchy> with the windows' roots. `compressed` leaves out what only lays other views out."""
    out = ["<?xml version='1.0' encoding='UTF-8' standalone='yes' ?>\r\n"]
    out.append(f'<hierarchy rotation="{display.rotation}">')
    for index, root in enumerate(roots):
        _write(root, index, display, 0, max_depth, compressed, out)
    out.append("</hierarchy>")
    return "".join(out)


def _write(node: Node, index: int, display: Display, depth: int, max_depth: int, compressed: bool, out: list[str]) -> None:
    if depth >= max_depth:
        return
    children = node.children
    if compressed:
        children = [kept for child in children for kept in _important(child)]
    out.append("<node")
    if _is_naf(node):
        out.append(' NAF="true"')
    for name, value in _attributes(node, index, display):
        out.append(f' {name}="{value}"')
    shown = [(place, child) for place, child in enumerate(children) if child.visible]
    if not shown or depth + 1 >= max_depth:
        out.append(" />")
        return
    out.append(">")
    for place, child in shown:
        _write(child, place, display, depth + 1, max_depth, compressed, out)
    out.append("</node>")


def _attributes(node: Node, index: int, display: Display) -> list[tuple[str, str]]:
    left, top, right, bottom = node.visible_bounds(display.width, display.height)
    return [
        ("index", str(index)),
        ("text", _text(node.text)),
        ("resource-id", _text(node.resource_id)),
        ("class", _text(node.class_name)),
        ("package", _text(node.package)),
        ("content-desc", _text(node.content_desc)),
        ("checkable", _flag(node.checkable)),
        ("checked", _flag(node.checked)),
        ("clickable", _flag(node.clickable)),
        ("enabled", _flag(node.enabled)),
        ("focusable", _flag(node.focusable)),
        ("focused", _flag(node.focused)),
        ("scrollable", _flag(node.scrollable)),
        ("long-clickable", _flag(node.long_clickable)),
        ("password", _flag(node.password)),
        ("selected", _flag(node.selected)),
        ("visible-to-user", _flag(node.visible)),
        ("bounds", f"[{left},{top}][{right},{bottom}]"),
        ("drawing-order", str(node.index)),
        ("hint", _text(node.hint)),
        ("display-id", "0"),
    ]


def _flag(value: bool) -> str:
    return "true" if value else "false"


def _text(value: str) -> str:
    """Attribute text; characters that XML 1.0 does not have become a full stop, as in the original."""
    return escape(
        "".join(one if _is_xml(one) else "." for one in value),
        {'"': "&quot;", "\n": "&#10;", "\r": "&#13;", "\t": "&#9;"},
    )


def _is_xml(one: str) -> bool:
    code = ord(one)
    return code in (0x9, 0xA, 0xD) or 0x20 <= code <= 0xD7FF or 0xE000 <= code <= 0xFFFD or 0x10000 <= code <= 0x10FFFF


def _is_naf(node: Node) -> bool:
    """Not accessibility friendly: something to click that says nothing."""
    if node.class_name.endswith(_NAF_EXCLUDED):
        return False
    if not node.clickable or not node.enabled or node.content_desc or node.text:
        return False
    return not any(child.text or child.content_desc for child in node.walk())


def _important(node: Node) -> list[Node]:
    """The node, or in its place its important descendants (View.isImportantForAccessibility)."""
    plain = not (
        node.text
        or node.content_desc
        or node.clickable
        or node.long_clickable
        or node.focusable
        or node.checkable
        or node.scrollable
    )
    if plain and node.children:
        return [kept for child in node.children for kept in _important(child)]
    return [node]
