"""What is generated in docs/ is as the rules and clauses of today make it."""

from __future__ import annotations

from pathlib import Path

from harness.rules.pages import pages

DOCS = Path(__file__).resolve().parents[2] / "docs"


def test_the_pages_in_docs_are_those_of_today() -> None:
    made = pages()
    there = {"clauses.md"} | {f"rules/{path.name}" for path in (DOCS / "rules").glob("*.md")}
    assert there == set(made)
    stale = [name for name, text in made.items() if (DOCS / name).read_text("utf-8") != text]
    assert not stale, "python -m harness.rules.pages docs"
