"""A uiautomator hierarchy as data: windows, nodes, what can be pressed and what it says.

The XML comes from a device that runs foreign code, so the parser resolves no entity, loads no DTD, opens
no connection and stops at libxml2's ordinary limits of depth and size.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

Bounds = tuple[int, int, int, int]

MAX_NODES = 100_000
MAX_UNPLACED = 0.1
"""Share of the nodes that say something or take a tap whose bounds may be unreadable: of more, what is left is another screen."""
_DECLARED = re.compile(rb"""^\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([\w.:-]{1,40})["']""")
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF32_LE, "utf-32-le"), (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"),
    ("<?".encode("utf-16-le"), "utf-16-le"), ("<?".encode("utf-16-be"), "utf-16-be"),
    ("<h".encode("utf-16-le"), "utf-16-le"), ("<h".encode("utf-16-be"), "utf-16-be"),
)  # fmt: skip
_MARKED = (codecs.BOM_UTF8, codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_SPOILT = 0.1          # share of the letters beyond ASCII that may be no UTF-8 in a dump of a device that writes some emoji wrong
_BOUNDS = re.compile(r"\[(-?\d{1,7}),(-?\d{1,7})\]\[(-?\d{1,7}),(-?\d{1,7})\]")
_ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ILLEGAL_REFERENCE = re.compile(
    r"&#(?:x0*(?:[0-8bce-f]|1[0-9a-f])|0*(?:[0-8]|1[124-9]|2\d|3[01]));", re.IGNORECASE
)


class HierarchyUnreadable(ValueError):
    """The text is no hierarchy: broken XML, too deep, too large, of an encoding that it does not have, or with too few bounds."""


@dataclass(slots=True)
class Node:
    """One accessibility node. `bounds`: left, top, right, bottom in pixels."""

    cls: str
    package: str
    text: str
    description: str
    hint: str
    resource_id: str
    bounds: Bounds
    checkable: bool
    checked: bool
    clickable: bool
    enabled: bool
    focusable: bool
    focused: bool
    scrollable: bool
    password: bool
    selected: bool
    placed: bool = True    # whether its bounds could be read
    parent: Node | None = None
    children: list[Node] = field(default_factory=list)

    @property
    def label(self) -> str:
        return self.text or self.description

    @property
    def short_id(self) -> str:
        return self.resource_id.rpartition("/")[2]

    @property
    def width(self) -> int:
        return self.bounds[2] - self.bounds[0]

    @property
    def height(self) -> int:
        return self.bounds[3] - self.bounds[1]

    @property
    def area(self) -> int:
        return max(0, self.width) * max(0, self.height)

    def walk(self) -> Iterator[Node]:
        """This node and all below it, parents first, in drawing order."""
        stack = [self]
        while stack:
            node = stack.pop()
            yield node
            stack.extend(reversed(node.children))

    def pressable(self) -> Node | None:
        """The node that takes a tap on this one: itself or the nearest clickable node above."""
        node: Node | None = self
        while node is not None:
            if node.clickable or node.checkable:
                return node
            node = node.parent
        return None

    def spoken(self, limit: int = 400) -> str:
        """The node's own label, or the labels below it that belong to no other pressable node."""
        if self.label:
            return self.label[:limit]
        parts: list[str] = []
        stack = list(reversed(self.children))
        while stack and sum(map(len, parts)) < limit:
            node = stack.pop()
            if node.clickable or node.checkable:
                continue
            if node.label:
                parts.append(node.label)
            stack.extend(reversed(node.children))
        return " ".join(parts)[:limit]


def windows(xml: str) -> list[Node]:
    """The windows of a dump, in the order in which they stand there.

    Raises HierarchyUnreadable. A dump without any window gives an empty list: an empty screen is a
    fact about the screen, broken XML one about the rig.
    """
    root = _parse(xml)
    if root.tag not in ("hierarchy", "node"):
        raise HierarchyUnreadable(f"the root element is <{str(root.tag)[:40]}>, not <hierarchy>")
    count = 0
    tops: list[Node] = []
    pending: list[tuple[etree._Element, Node | None]] = [(root, None)]
    while pending:
        element, parent = pending.pop()
        node: Node | None = None
        if element.tag != "hierarchy":
            if not isinstance(element.tag, str):
                continue
            count += 1
            if count > MAX_NODES:
                raise HierarchyUnreadable(f"more than {MAX_NODES} nodes")
            node = _node(element, parent)
            if parent is None:
                tops.append(node)
            else:
                parent.children.append(node)
        pending.extend((child, node) for child in reversed(element))
    lost, telling = unplaced(tops)
    if lost > MAX_UNPLACED * telling:
        raise HierarchyUnreadable(f"the bounds of {lost} of {telling} nodes that say something or take a tap cannot be read")
    return tops


def unplaced(tops: list[Node]) -> tuple[int, int]:
    """How many of the nodes that say something or take a tap have bounds that cannot be read, and how many such there are."""
    telling = [n for top in tops for n in top.walk() if n.label or n.clickable or n.checkable]
    return sum(not n.placed for n in telling), len(telling)


def decoded(dump: bytes) -> str:
    """The text of a dump in the encoding that its first bytes or its declaration name, UTF-8 where they name none.

    Raises HierarchyUnreadable, with the name of the encoding, where it is unknown or the bytes are not of it.
    """
    mark, name = next(((mark, name) for mark, name in _MARKS if dump.startswith(mark)), (b"", ""))
    if not name:
        declared = _DECLARED.match(dump[:400])
        name = declared[1].decode("ascii").lower() if declared else "utf-8"
    try:
        name = codecs.lookup({"gb2312": "gb18030", "gbk": "gb18030"}.get(name, name)).name
        return (dump[len(mark):] if mark in _MARKED else dump).decode(name)
    except UnicodeDecodeError as error:
        if name != "utf-8":
            raise HierarchyUnreadable(f"the bytes are not of the encoding {name} that the dump names: {error}"[:200]) from error
    except (LookupError, ValueError) as error:
        raise HierarchyUnreadable(f"the dump names the encoding {name}, which is not known") from error
    text = _paired(dump)
    spoilt, foreign = text.count("\ufffd"), sum(ch > "\x7f" for ch in text)
    if spoilt > _SPOILT * foreign:
        raise HierarchyUnreadable(f"the dump is not of the encoding utf-8: {spoilt} bytes are not")
    return text


def _paired(dump: bytes) -> str:
    """UTF-8 in which a letter may stand as two surrogates, as Java writes it; what else is wrong replaced."""
    try:
        return dump.decode("utf-8", "surrogatepass").encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    except UnicodeDecodeError:
        return dump.decode("utf-8", "replace")


def texts_of(xml: str, package: str | None = None) -> list[str]:
    """What the windows of a package say, or all windows, as it is written, one entry for each text. Nothing where the dump
    cannot be read."""
    try:
        tops = windows(xml)
    except HierarchyUnreadable:
        return []
    mine = (top for top in tops if package in (None, top.package))
    return [node.label.strip() for top in mine for node in top.walk() if node.label.strip()]


def _parse(xml: str) -> etree._Element:
    text = xml.strip().lstrip("\ufeff")
    if not text:
        raise HierarchyUnreadable("the dump is empty")
    try:
        return _strict(text)
    except etree.XMLSyntaxError as first:
        cleaned = _ILLEGAL_REFERENCE.sub("", _ILLEGAL.sub("", text))
        if cleaned == text:
            raise HierarchyUnreadable(str(first)) from first
        try:
            return _strict(cleaned)
        except etree.XMLSyntaxError as second:
            raise HierarchyUnreadable(str(second)) from second


def _strict(text: str) -> etree._Element:
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False,
        huge_tree=False, recover=False, remove_comments=True, remove_pis=True, encoding="utf-8",
    )
    return etree.fromstring(text.encode("utf-8", "replace"), parser)


def _node(element: etree._Element, parent: Node | None) -> Node:
    get = element.get

    def true(name: str) -> bool:
        return get(name) == "true"

    bounds = _bounds(get("bounds") or "")
    return Node(
        cls=get("class") or str(element.tag),
        package=get("package") or "",
        text=get("text") or "",
        description=get("content-desc") or "",
        hint=get("hint") or "",
        resource_id=get("resource-id") or "",
        bounds=bounds or (0, 0, 0, 0),
        checkable=true("checkable"),
        checked=true("checked"),
        clickable=true("clickable"),
        enabled=get("enabled") != "false",
        focusable=true("focusable"),
        focused=true("focused"),
        scrollable=true("scrollable"),
        password=true("password"),
        selected=true("selected"),
        placed=bounds is not None,
        parent=parent,
    )


def _bounds(text: str) -> Bounds | None:
    match = _BOUNDS.fullmatch(text.strip())
    if match is None:
        return None
    left, top, right, bottom = (int(part) for part in match.groups())
    return (left, top, right, bottom)
