"""Imports point one way, and no file outgrows its reader."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "harness"

BASE = {"errors", "resources", "resource_table", "__init__"}
LEFT = {"model", "bundle"}
READING = {"decoding", "matching"}
# room -> rooms it may import; docs/architecture.md prints the same column
MAY_IMPORT: dict[str, set[str]] = {
    "errors": set(),
    "resources": set(),
    "resource_table": set(),
    "__init__": set(),
    "model": set(),
    "lab": BASE,
    "bundle": BASE | {"model"},
    "device": BASE | LEFT,
    "capture": BASE | LEFT,
    "clauses": BASE,
    "decoding": BASE,
    "matching": BASE | {"decoding"},
    "traffic": BASE | READING,
    "screens": BASE,
    "policy": BASE,
    "tables": BASE | LEFT | READING | {"traffic", "screens", "policy"},
    "rules": BASE | LEFT | {"tables", "clauses", "policy"},
    "render": BASE | LEFT | {"matching", "tables", "rules", "clauses"},
    "suite": BASE | LEFT | {"device", "capture", "screens", "policy", "tables", "rules", "render", "clauses"},
    "doctor": BASE | LEFT | {"device", "screens", "tables", "suite"},
    "cli": BASE | LEFT | READING
    | {"device", "capture", "screens", "policy", "tables", "rules", "render", "suite", "doctor", "lab", "traffic", "clauses"},
}
MODULES = sorted(PACKAGE.rglob("*.py"))


def room(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imported_rooms(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import; name the whole path"
            names = [node.module or ""]
            if node.module == "harness":
                names = [f"harness.{alias.name}" for alias in node.names]
        for name in names:
            parts = name.split(".")
            if parts[0] == "harness" and len(parts) > 1:
                found.add(parts[1] if parts[1] != "__version__" else "__init__")
    return found


def test_every_room_is_in_the_plan() -> None:
    assert {room(p) for p in MODULES} <= set(MAY_IMPORT)


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_imports_point_one_way(path: Path) -> None:
    here = room(path)
    astray = imported_rooms(path) - MAY_IMPORT[here] - {here}
    assert not astray, f"harness/{path.relative_to(PACKAGE)} imports {sorted(astray)}"


def test_the_check_sees_an_import_that_points_back(tmp_path: Path) -> None:
    bad = tmp_path / "bad.py"
    bad.write_text("def f():\n    from harness.cli.main import main\n    import harness.lab.daemon\n")
    assert imported_rooms(bad) == {"cli", "lab"}


def test_no_file_outgrows_its_reader() -> None:
    sources = [
        p
        for folder in ("harness", "hooks", "lab", "scenarios", "tests", "reports", "benchmarks")
        for p in (ROOT / folder).rglob("*")
        if p.suffix in {".py", ".java", ".ts", ".js"} and "node_modules" not in p.parts
    ]
    long = {str(p.relative_to(ROOT)): n for p in sources if (n := len(p.read_text("utf-8").splitlines())) > 500}
    assert not long
