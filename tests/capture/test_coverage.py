"""Nothing that a public tool hooks is missing without a stated reason, and the page in docs says so."""

from __future__ import annotations

from pathlib import Path

from harness.capture.catalogue import load_catalogue
from harness.capture.coverage import Reason, Tool, idle, left_out, names, page, read_reasons, read_tools, reason_for, unexplained

PAGE = Path(__file__).resolve().parents[2] / "docs" / "hook-coverage.md"
THEIRS = [Tool("one", False, frozenset({"a.B.c", "a.B.d"})), Tool("two", True, frozenset({"a.B.c", "native:open"}))]


def test_what_a_peer_hooks_is_hooked_or_has_its_reason() -> None:
    assert unexplained(names(load_catalogue()), read_tools(), read_reasons()) == []


def test_every_reason_leaves_something_out() -> None:
    assert idle(names(load_catalogue()), read_tools(), read_reasons()) == []


def test_the_page_in_docs_is_the_one_that_is_made() -> None:
    """harness hooks --coverage > docs/hook-coverage.md"""
    assert PAGE.read_text("utf-8") == page(load_catalogue())


def test_a_method_without_a_reason_is_told() -> None:
    assert left_out(["a.B.c"], THEIRS) == ["a.B.d", "native:open"]
    assert unexplained(["a.B.c"], THEIRS, []) == ["a.B.d"], "what an optional tool alone hooks needs none"
    assert unexplained(["a.B.c"], THEIRS, [Reason(("a.*",), "why")]) == []


def test_the_first_reason_counts_and_one_that_never_does_is_idle() -> None:
    reasons = [Reason(("a.B.d",), "first"), Reason(("a.*", "native:*"), "second")]
    assert reason_for("a.B.d", reasons) == "first"
    assert reason_for("native:open", reasons) == "second"
    assert idle(["a.B.c"], THEIRS, reasons) == ["a.*"]


def test_names_with_dollars_and_brackets_are_plain_text() -> None:
    assert Reason(("a.B$C.<init>",), "").covers("a.B$C.<init>")
    assert Reason(("a.[b]",), "").covers("a.[b]")
