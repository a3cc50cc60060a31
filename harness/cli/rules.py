"""`harness rules` and `harness clauses`: what is decided, by what, and with which numbers."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from rich.table import Table

from harness.cli.options import Json
from harness.cli.output import emit, out, printable


def _need(need: object) -> str:
    fields = ", ".join(
        ",".join(sorted(map(str, v))) if isinstance(v, (frozenset, tuple)) else str(v)
        for v in getattr(need, "__dict__", {}).values() if v is not None
    )
    return type(need).__name__.lower() + (f"({fields})" if fields else "")


def _number(reading: Any) -> dict[str, Any]:
    return {"name": reading.name, "value": reading.value, "unit": reading.unit, "source": reading.source, "law": reading.law}


def whole_id(clause: str) -> str:
    """The clause that is named, by its id or the beginning of one that no other has. Raises UsageError."""
    from harness.clauses import catalogue
    from harness.errors import UsageError

    known = catalogue()
    begins = [one for one in known if one.startswith(clause)]
    if clause in known or len(begins) == 1:
        return clause if clause in known else begins[0]
    near = begins or [one for one in known if clause in one]
    raise UsageError(f"There is no clause {clause!r}.", f"Alike: {', '.join(near)}." if near else "",
                     "`harness clauses` lists them; the beginning of an id is enough where it is of one only.")


def rule_list(clause: str | None = None, profile: str | None = None) -> list[dict[str, Any]]:
    """The rules, or those that serve a clause, each with the numbers of the profile that it decides with.

    Raises UsageError for a profile that there is not."""
    from harness.rules.engine import all_rules, serving
    from harness.rules.readings import DEFAULT, load_readings

    readings = load_readings(profile or DEFAULT)
    return [
        {
            "id": r.id,
            "title": r.title,
            "clauses": serving(r),
            "scenarios": list(r.scenarios),
            "needs": [_need(n) for n in r.needs],
            "readings": [_number(readings.known[name]) for name in r.readings],
        }
        for r in all_rules() if clause is None or clause in serving(r)
    ]  # fmt: skip


def clause_list() -> list[dict[str, Any]]:
    """Each clause of the catalogue with what decides it: the rules, or a row of the checklist."""
    from harness.clauses import catalogue
    from harness.rules.decided import deciding

    return [
        {
            "id": c.id,
            "decided_by": by.first,
            "rules": list(by.rules),
            "mode": c.mode,
            "force": c.force,
            "decidable": c.decidable,
            "source": c.source,
            "same_as": list(c.same_as),
            "zh": c.zh,
            "en": c.en,
        }
        for c, by in ((c, deciding(c)) for c in catalogue().values())
    ]


def _print_clause(clause: str, rows: list[dict[str, Any]]) -> None:
    from harness.clauses import catalogue

    c = catalogue()[clause]
    out.print(printable(f"{c.id}  ({c.force}, {c.source})"))
    for text in (c.zh, c.en):
        out.print(printable(text))
    if c.same_as:
        out.print(printable(f"asks the same as: {', '.join(c.same_as)}"))
    if not rows:
        what = "a row of the checklist" if c.by_hand else "nothing yet"
        out.print(printable(f"decided by: {what}"))
    for row in rows:
        out.print()
        out.print(printable(f"rule {row['id']}: {row['title']}"))
        out.print(printable(f"  scenarios: {', '.join(row['scenarios'])}"))
        out.print(printable(f"  needs: {', '.join(row['needs'])}"))
        for number in row["readings"]:
            basis = "law" if number["law"] else "practice or reading"
            out.print(printable(f"  {number['name']}: {number['value']:g} {number['unit']}  ({basis}; {number['source']})"))


def register(app: typer.Typer) -> None:
    @app.command("rules")
    def rules(
        clause: Annotated[str | None, typer.Option("--clause", help="Only what decides this clause, and its wording.")] = None,
        profile: Annotated[str | None, typer.Option("--profile", help="Whose thresholds: cn-default, or a YAML file.")] = None,
        json: Json = False,
    ) -> int:
        """List the rules, their clauses, needs and thresholds."""
        clause = whole_id(clause) if clause else None
        rows = rule_list(clause, profile)
        if json:
            emit(rows)
        elif clause is not None:
            _print_clause(clause, rows)
        else:
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
            table.add_row(row["id"], row["force"], "\n".join(row["rules"]) or row["decided_by"] or "not decided yet", row["en"])
        out.print(table)
        return 0
