"""Nodes from strangers, the XML, and selectors."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from harness.lab.ui.hierarchy import Display, write_hierarchy
from harness.lab.ui.nodes import MAX_DEPTH, BadHierarchy, Node, read_node
from harness.lab.ui.selector import BadSelector, find_nodes

DISPLAY = Display(822, 1462, 320)
TEXT, CONTAINS, MATCHES, CLICKABLE, CLASS, INSTANCE = 0x01, 0x02, 0x04, 0x1000, 0x10, 0x01000000


def tree() -> Node:
    rows = [Node("Row", text=f"row {i}", bounds=(0, 100 * i, 822, 100 * i + 100), clickable=i % 2 == 0) for i in range(4)]
    rows.append(Node("Row", text="hidden", visible=False))
    items = Node("List", bounds=(0, 0, 822, 250), scrollable=True, children=rows)
    return Node("Root", bounds=(0, 0, 822, 1462), children=[items, Node("Label", text="Row 1 more")]).link()


def find(**selector: Any) -> list[str]:
    return [node.text or node.class_name for node in find_nodes([tree()], selector)]


@given(st.text())
def test_any_text_survives_as_xml(text: str) -> None:
    xml = write_hierarchy([Node(text=text).link()], DISPLAY)
    (node,) = etree.fromstring(xml.encode("utf-8", "replace"))
    shown = node.get("text")
    assert len(shown) == len(text)
    assert all(a == b or b == "." for a, b in zip(text, shown, strict=True))


def test_what_scrolled_out_is_cut_to_what_shows() -> None:
    xml = etree.fromstring(write_hierarchy([tree()], DISPLAY).encode())
    bounds = {one.get("text"): one.get("bounds") for one in xml.iter("node") if one.get("text")}
    assert bounds["row 2"] == "[0,200][822,250]"
    assert bounds["row 3"] == "[0,300][822,400]"  # wholly outside: left as it is, as uiautomator does
    assert "hidden" not in bounds


def test_depth_is_limited() -> None:
    xml = etree.fromstring(write_hierarchy([tree()], DISPLAY, max_depth=2).encode())
    assert [one.get("class") for one in xml.iter("node")] == ["Root", "List", "Label"]


def test_compressed_leaves_out_plain_layouts() -> None:
    inner = Node("Plain", children=[Node("Button", text="ok", clickable=True)])
    xml = etree.fromstring(write_hierarchy([Node("Root", children=[inner]).link()], DISPLAY, compressed=True).encode())
    assert [one.get("class") for one in xml.iter("node")] == ["Root", "Button"]


def test_text_selectors() -> None:
    assert find(mask=TEXT, text="row 1") == ["row 1"]
    assert find(mask=CONTAINS, textContains="ROW 1") == ["row 1", "Row 1 more"]
    assert find(mask=MATCHES, textMatches="row [12]") == ["row 1", "row 2"]
    assert find(mask=TEXT | CLICKABLE, text="row 1", clickable=True) == []
    assert find(mask=CLICKABLE, clickable=True) == ["row 0", "row 2"]


def test_invisible_nodes_are_not_found() -> None:
    assert find(mask=TEXT, text="hidden") == []


def test_instances_count_over_all_matches() -> None:
    assert find(mask=CLASS | INSTANCE, className="Row", instance=2) == ["row 2"]
    assert find(mask=CLASS | INSTANCE, className="Row", instance=9) == []


def test_children_and_siblings() -> None:
    child = {"mask": TEXT, "text": "row 3"}
    assert find(mask=CLASS, className="List", childOrSibling=["child"], childOrSiblingSelector=[child]) == ["row 3"]
    sibling = {"mask": CLASS, "className": "Label"}
    assert find(mask=CLASS, className="List", childOrSibling=["sibling"], childOrSiblingSelector=[sibling]) == ["Row 1 more"]


def test_a_bad_pattern_is_an_error_not_an_empty_answer() -> None:
    with pytest.raises(BadSelector):
        find(mask=MATCHES, textMatches="row [")


@pytest.mark.parametrize(
    "fields",
    [
        {"bounds": "everywhere"},
        {"bounds": [1, 2, 3]},
        {"text": 5},
        {"children": "none"},
        {"children": [3]},
        {"class": ["x"]},
    ],
)
def test_what_an_app_sends_is_checked(fields: dict[str, Any]) -> None:
    with pytest.raises(BadHierarchy):
        read_node(fields, "com.example.app")


def test_an_app_cannot_claim_another_package() -> None:
    node = read_node({"package": "com.android.permissioncontroller", "children": [{"package": "android"}]}, "com.example.app")
    assert {one.package for one in node.walk()} == {"com.example.app"}


def test_a_hierarchy_without_end_is_refused() -> None:
    fields: dict[str, Any] = {}
    for _ in range(MAX_DEPTH + 5):
        fields = {"children": [fields]}
    with pytest.raises(BadHierarchy):
        read_node(fields, "com.example.app")
    with pytest.raises(BadHierarchy):
        read_node({"children": [{}] * 30_000}, "com.example.app")
