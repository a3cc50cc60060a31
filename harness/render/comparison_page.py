"""Two runs compared, as one self-contained HTML page: no script, no request, nothing from the app unescaped (docs/compare.md)."""

from __future__ import annotations

import base64
import datetime
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from markupsafe import Markup

from harness import __version__
from harness.clauses import catalogue
from harness.errors import UsageError
from harness.render.forms import moment, texts
from harness.render.html import templates
from harness.resources import resource
from harness.rules.changes import Change, ClauseChange, FindingChange, cited
from harness.rules.compared import Compared
from harness.rules.differing import Lists, TextOf
from harness.rules.engine import select
from harness.rules.sensitive import name as name_of

SHOWN = 200    # rows of a list, sentences of a text: the rest is counted
_COLUMNS = {
    "permissions": ("name",), "sdks": ("name", "company"), "hosts": ("host", "party", "relation", "senders"),
    "recipients": ("party", "kinds", "hosts"), "kinds_read": ("kind", "callers"), "kinds_sent": ("kind", "party", "stages"),
    "scenarios": ("id",),
}  # fmt: skip
_KINDS = frozenset({"kind", "kinds"})


@dataclass(frozen=True, kw_only=True)
class Row:
    """A line of a list of differences: which side has it, in a word of the page, and its cells."""

    side: str
    head: str
    cells: list[str]


def write(made: Compared, path: Path, *, language: str = "zh") -> None:
    """Raises UsageError where the file cannot be written."""
    text = page(made, language=language)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    except OSError as error:
        raise UsageError(f"The page cannot be written to {path}.", str(error.strerror), "Name another file.") from error


def page(made: Compared, *, language: str = "zh") -> str:
    """`language`: zh or en."""
    view = _View(made, language)
    style = resource("reports", "compare.css").read_text("utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return templates().get_template("compare.html.j2").render(
        v=view.parts(), t=view.t, style=Markup(style),
        policy=f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'")


class _View:
    """What the page says, in the order in which it says it; all of it plain text."""

    def __init__(self, made: Compared, language: str) -> None:
        self.made, self.language = made, language
        self.zh = language == "zh"
        self.t: Mapping[str, Any] = texts(f"compare-{language}")
        self.words: Mapping[str, Any] = texts(language)
        self.heads: Mapping[str, str] = self.t["heads_same_file" if made.same_file else "heads"]
        same = made.same_file
        self.names = [self.t["same_old" if same else "old"], self.t["same_new" if same else "new"]]

    def parts(self) -> dict[str, Any]:
        return {
            "language": self.language, "package": self.made.new.run.package, "names": self.names, "runs": _runs(self),
            "remarks": [self.said(one.text, one.text_zh) for one in self.made.differences.remarks], "groups": _groups(self),
            "clause_counts": _clause_counts(self), "changed_clauses": _clause_rows(self, changed=True),
            "other_clauses": _clause_rows(self, changed=False), "lists": _lists(self),
            "texts": [_text(self, one) for one in self.made.differences.texts],
            "made": datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%d %H:%M:%S UTC"), "software": __version__,
        }  # fmt: skip

    def said(self, text: str, text_zh: str) -> str:
        return text_zh if self.zh and text_zh else text

    def joined(self, values: Sequence[object]) -> str:
        return ("、" if self.zh else ", ").join(map(str, values))

    def word(self, verdict: object) -> str:
        return str(self.words["words"].get(str(verdict), verdict))

    def clause(self, clause: str) -> dict[str, str]:
        entry = catalogue()[clause]
        return {"id": clause, "source": entry.source, "force": self.words["force"][entry.force],
                "text": entry.said(self.language),
                "wording": self.t["quoted" if self.zh and entry.quoted else "paraphrase"]}


def _runs(view: _View) -> list[dict[str, Any]]:
    t, rows = view.t, []
    both = list(zip((view.made.old, view.made.new), view.made.integrity, strict=True))
    facts = [(one.run.fact("app"), one.run.fact("device")) for one, _ in both]

    def row(name: str, cells: Sequence[object], *, mono: bool = False) -> None:
        rows.append({"name": t[name], "cells": [str(cell or t["unknown"]) for cell in cells], "mono": mono})

    row("package", [one.run.package for one, _ in both])
    row("version", [f"{app.get('version') or t['unknown']} ({app.get('version_code') or t['unknown']})" for app, _ in facts])
    row("sha256", [app.get("sha256") for app, _ in facts], mono=True)
    row("device", [" ".join(str(d[k]) for k in ("kind", "model", "serial") if d.get(k)) for _, d in facts])
    row("begun", [moment(next((fact.host_ns for fact in one.run.facts), 0), view.language) for one, _ in both])
    row("scenarios", [view.joined(one.run.scenarios) for one, _ in both])
    row("profile", [one.readings.name for one, _ in both])
    row("integrity", [view.words["integrity_words"][str(checked.status)] for _, checked in both])
    several = [t["several"] % len(one.bundles) if len(one.bundles) > 1 else "" for one, _ in both]
    row("manifest", [many or checked.manifest_sha256 or t["none"] for many, (_, checked) in zip(several, both, strict=True)],
        mono=True)
    row("signer", [many or (checked.signer.fingerprint if checked.signer else t["none"])
                   for many, (_, checked) in zip(several, both, strict=True)], mono=True)
    return rows


def _groups(view: _View) -> list[dict[str, Any]]:
    return [{"change": str(change), "head": view.heads[change], "about": "" if view.made.same_file else view.t["about"][change],
             "findings": [_finding(view, one) for one in view.made.changes.of(change)]} for change in Change]


def _finding(view: _View, one: FindingChange) -> dict[str, Any]:
    t, shown = view.t, one.shown
    (rule,) = select([shown.rule])
    words = [view.word(found[0].verdict) if found else "–" for found in (one.old, one.new)]
    facts = [("item", name_of(shown.item, view.language)), ("caller", shown.caller),
             ("stage", view.words["stages"].get(str(shown.stage), str(shown.stage))), ("party", shown.party)]
    why_head = ""
    if one.change is Change.UNOBSERVABLE:
        why_head = t["not_reached"]
    elif one.change is Change.NEW:
        why_head = t["not_before"] if one.lacks else t["could_before"]
    elif one.change is Change.FIXED:
        why_head = t["could_now"]
    return {
        "title": view.said(rule.title, rule.title_zh), "reason": view.said(shown.reason, shown.reason_zh),
        "words": f"{words[0]} → {words[1]}", "facts": [(t[name], value) for name, value in facts if value],
        "why_head": why_head, "why": [{"text": view.said(lack.text, lack.text_zh), "gaps": lack.gaps} for lack in one.lacks],
        "clauses": [view.clause(clause) for clause in shown.clauses], "key": one.key,
        "evidence": [(view.names[at], cited(found)) for at, found in enumerate((one.old, one.new)) if found],
    }  # fmt: skip


def _clause_rows(view: _View, *, changed: bool) -> list[dict[str, Any]]:
    def row(one: ClauseChange) -> dict[str, Any]:
        return {"change": str(one.change or ""), "head": view.heads[one.change] if one.change else "",
                "clause": view.clause(one.clause), "old": view.word(one.old), "new": view.word(one.new),
                "open_rules": one.open_rules}

    return [row(one) for one in view.made.changes.clauses if (one.change is not None) is changed]


def _clause_counts(view: _View) -> str:
    all_of = view.made.changes.clauses
    return str(view.t["counts"] % (len(all_of), sum(one.change is not None for one in all_of)))


def _lists(view: _View) -> list[dict[str, Any]]:
    different, t = view.made.differences, view.t
    found: list[dict[str, Any]] = []
    if different.app:
        rows = [Row(side="", head=name, cells=[_plain(old), _plain(new)]) for name, (old, new) in different.app.items()]
        found.append({"name": t["app"], "rows": rows, "both": 0, "unknown": "", "columns": view.names})
    for name, columns in _COLUMNS.items():
        lists: Lists | None = getattr(different, name)
        titled = {"name": t["scenarios_list" if name == "scenarios" else name], "unknown": "",
                  "columns": [t["columns"][column] for column in columns]}
        if lists is None:
            found.append({**titled, "rows": [], "both": 0, "unknown": t["permissions_unknown"]})
        else:
            found.append({**titled, "rows": _sides(view, lists, columns), "both": lists.both})
    return found


def _sides(view: _View, lists: Lists, columns: Sequence[str]) -> list[Row]:
    rows = []
    for side, listed in (("added", lists.added), ("removed", lists.removed)):
        head = view.t["only_new" if side == "added" else "only_old"]
        rows += [Row(side=side, head=head, cells=[_cell(view, column, row[column]) for column in columns])
                 for row in listed[:SHOWN]]
        if len(listed) > SHOWN:
            rows.append(Row(side=side, head=head, cells=[view.t["more"] % (len(listed) - SHOWN)]))
    return rows


def _cell(view: _View, column: str, value: object) -> str:
    values = value if isinstance(value, list) else [value]
    if column in _KINDS:
        values = [name_of(str(one), view.language) for one in values]
    elif column == "relation":
        values = [view.t["relations"].get(str(one), one) for one in values]
    elif column == "stages":
        values = [view.words["stages"].get(str(one), one) for one in values]
    return view.joined(values)


def _plain(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else "–" if value is None else str(value)


def _text(view: _View, one: TextOf) -> dict[str, Any]:
    ids = [(name, i) for name, i in zip(view.names, (one.old, one.new), strict=True) if i]
    made: dict[str, Any] = {
        "name": view.t["pages"][one.page], "evidence": ids, "rows": [], "added": [], "removed": [], "said": ""}
    if one.changes is None:
        return made | {"said": view.t["text_one"] % ids[0][0]}
    if not one.changes.any:
        return made | {"said": view.t["text_same"]}
    return made | {"rows": _text_rows(view, one), "added": _few(view, one.changes.text_added),
                   "removed": _few(view, one.changes.text_removed)}


def _few(view: _View, sentences: Sequence[str]) -> list[str]:
    more = [view.t["more"] % (len(sentences) - SHOWN)] if len(sentences) > SHOWN else []
    return [*sentences[:SHOWN], *more]


def _text_rows(view: _View, one: TextOf) -> list[Row]:
    t, changes = view.t, one.changes
    assert changes is not None
    rows: list[Row] = []

    def only(side: str, title: str, values: Sequence[str], *, kinds: bool) -> None:
        rows.extend(Row(side=side, head=t["only_new" if side == "added" else "only_old"],
                        cells=[title, name_of(value, view.language) if kinds else value, ""]) for value in values)

    def changed(title: str, old: str, new: str) -> None:
        rows.append(Row(side="", head="~", cells=[title, old or "–", new or "–"]))

    for name, title in t["text_names"].items():
        for side in ("added", "removed"):
            only(side, title, getattr(changes, f"{name}_{side}"), kinds=name in ("kinds", "denials"))
    for sdk in changes.sdks_changed:
        only("added", t["sdk_changed"] % sdk.name, sdk.kinds_added, kinds=True)
        only("removed", t["sdk_changed"] % sdk.name, sdk.kinds_removed, kinds=True)
        for pair in filter(None, (sdk.company, sdk.purpose)):
            changed(t["sdk_changed"] % sdk.name, *pair)
    for right, old, new in changes.paths:
        changed(t["right_way"] % right, old, new)
    for name, old, new in changes.values:
        changed(t["text_values"].get(name, name), old, new)
    return rows
