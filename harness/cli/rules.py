"""`harness rules` and `harness clauses`: what is decided, and by what."""

from __future__ import annotations

from typing import Any

import typer
from rich.table import Table

from harness.cli.options import Json
from harness.cli.output import emit, out


def _need(need: object) -> str:
    fields = ", ".join(
        ",".join(sorted(v)) if isinstance(v, frozenset) else str(v) for v in getattr(need, "__dict__", {}).values()
    )
    return type(need).__name__.lower() + (f"({fields})" if fields else "")


def clause_list() -> list[dict[str, Any]]:
    """Each clause of the catalogue with what decides it: a rule's id, "checklist", or null where nothing does yet."""
    import yaml

    from harness.resources import resource
    from harness.rules.engine import all_rules

    decided = {clause: rule.id for rule in all_rules() for clause in rule.clauses}
    entries: list[dict[str, Any]] = yaml.safe_load(resource("clauses", "clauses.yaml").read_text("utf-8"))
    return [
        {
            "id": e["id"],
            "decided_by": decided.get(e["id"]) or ("checklist" if e["mode"] == "manual" else None),
            "mode": e["mode"],
            "force": e["force"],
            "source": e["source"],
            "zh": e["zh"],
            "en": e["en"],
        }
        for e in entries
    ]


def register(app: typer.Typer) -> None:
    @app.command("rules")
    def rules(json: Json = False) -> int:
        """List the rules, the clauses they serve and what they need."""
        from harness.rules.engine import all_rules

        rows = [
            {
                "id": r.id,
                "title": r.title,
                "clauses": list(r.clauses),
                "scenarios": list(r.scenarios),
                "needs": [_need(n) for n in r.needs],
            }
            for r in all_rules()
        ]
        if json:
            emit(rows)
            return 0
        table = Table("rule", "title", "clauses", "scenarios", box=None, header_style="bold")
        for row in rows:
            table.add_row(str(row["id"]), str(row["title"]), "\n".join(row["clauses"]), "\n".join(row["scenarios"]))
        out.print(table)
        return 0

    @app.command("clauses")
    def clauses(json: Json = False) -> int:
        """List the clauses of the regulations, and what decides each."""
        rows = clause_list()
        if json:
            emit(rows)
            return 0
        table = Table("clause", "legal force", "decided by", "what it asks", box=None, header_style="bold")
        for row in rows:
            table.add_row(row["id"], row["force"], row["decided_by"] or "not decided yet", row["en"])
        out.print(table)
        return 0
