"""The generated reference: docs/clauses.md, the table of all clauses, and docs/rules/ID.md, a page for each rule.

    python -m harness.rules.pages FOLDER

FOLDER is docs/ of a checkout. A test fails where these are not as this would write them.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

from harness.clauses import catalogue
from harness.rules.decided import deciding
from harness.rules.engine import all_rules, serving
from harness.rules.readings import load_readings, profile_names
from harness.rules.rule import Rule

FORCES = {
    "regulation": "regulation", "notice": "notice of the ministry", "guideline": "guideline, not law",
    "commitment": "commitment, not law", "press": "press report, not law", "draft": "draft, never in force",
}  # fmt: skip


def pages() -> Mapping[str, str]:
    """Path below docs/ -> text."""
    return {"clauses.md": clause_table()} | {f"rules/{rule.id}.md": rule_page(rule) for rule in all_rules()}


def clause_table() -> str:
    known = catalogue()
    lines = [
        "# Clauses and what decides each",
        "",
        "Made by `python -m harness.rules.pages docs`. clauses/README.md explains the fields. A rule's page says what it sees",
        "and what it cannot. *checklist*: a person answers it (`harness checklist BUNDLE`; docs/evidence.md).",
        "",
        f"{len(known)} clauses; decided by rules {sum(1 for c in known.values() if deciding(c).rules)}, by the checklist "
        f"{sum(1 for c in known.values() if deciding(c).first == 'checklist')}, by nothing yet "
        f"{sum(1 for c in known.values() if deciding(c).first is None)}. {len(all_rules())} rules.",
    ]
    for document in dict.fromkeys(c.document for c in known.values()):
        of = [c for c in known.values() if c.document == document]
        lines += ["", f"## {document}", "", f"{of[0].source.split(' ')[0]}: {FORCES[of[0].force]}.", "",
                  "| clause | mode | decided by | asks the same as |", "|---|---|---|---|"]
        for clause in of:
            by = deciding(clause)
            rules = ", ".join(f"[{one}](rules/{one}.md)" for one in by.rules) or by.first or "**nothing yet**"
            lines.append(f"| {clause.id} | {clause.mode} | {rules} | {', '.join(clause.same_as)} |")
    return "\n".join(lines) + "\n"


def rule_page(rule: Rule) -> str:
    known = catalogue()
    lines = [f"# {rule.id}", "", f"{rule.title}. {rule.title_zh}", "",
             f"**Sees.** {rule.sees}", "", f"**Cannot see.** {rule.cannot_see}", "",
             f"**Advice.** {rule.advice} {rule.advice_zh}", "",
             f"**Scenarios**, any of: {', '.join(rule.scenarios)}.", ""]
    lines += ["| clause | force | text |", "|---|---|---|"]
    lines += [f"| {i} | {FORCES[known[i].force]} | {known[i].zh} {known[i].en} |" for i in serving(rule)]
    if rule.readings:
        usual = load_readings()
        lines += ["", "| number | value | basis | source |", "|---|---|---|---|"]
        for name in rule.readings:
            one = usual.known[name]
            basis = "law" if one.law else "practice or reading"
            lines.append(f"| {name} | {one} | {basis} | {one.source} |")
            for profile in profile_names():
                other = load_readings(profile).known[name]
                if other != one:
                    basis = "law" if other.law else "practice or reading"
                    lines.append(f"| {name}, profile {profile} | {other} | {basis} | {other.source} |")
    return "\n".join(lines) + "\n"


def main() -> None:
    folder = Path(sys.argv[1])
    made = pages()
    (folder / "rules").mkdir(parents=True, exist_ok=True)
    for old in (folder / "rules").glob("*.md"):
        if f"rules/{old.name}" not in made:
            old.unlink()
    for name, text in made.items():
        (folder / name).write_text(text, "utf-8")


if __name__ == "__main__":
    main()
