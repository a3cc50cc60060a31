"""Two bundles compared, whole: both judged, what changed and what differs; as JSON (docs/json.md, "compare")."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.bundle import Verification
from harness.errors import UsageError
from harness.model import Verdict
from harness.policy.records import changes_as_json
from harness.rules import changes, differing
from harness.rules.analysis import Analysis, analyse
from harness.rules.changes import Change, Changes, FindingChange
from harness.rules.differing import Differences, Lists, Remark
from harness.rules.engine import all_rules
from harness.tables import AppFacts


@dataclass(frozen=True, kw_only=True)
class Compared:
    """`integrity`: what `verify` said of each before it was judged, OLD first; the worst, where a run is in several bundles."""

    old: Analysis
    new: Analysis
    integrity: tuple[Verification, Verification]
    changes: Changes
    differences: Differences

    @property
    def same_file(self) -> bool:
        """Whether both runs are of one APK: nothing can have been fixed then."""
        return differing.same_file(self.old, self.new)


def compare_bundles(
    old: Path, new: Path, integrity: tuple[Verification, Verification], *, app: AppFacts | None = None,
    profile: str | None = None, other_app: bool = False,
) -> Compared:
    """Judges both and compares. `app`, `profile`: for both, else each by its own. Raises UsageError for bundles of two apps, save
    with `other_app`; else as `analyse`."""
    both = [analyse(path, app=app, profile=profile) for path in (old, new)]
    packages = [one.run.package for one in both]
    if packages[0] != packages[1] and not other_app:
        raise UsageError(
            f"These are bundles of two apps: {packages[0] or 'one without a name'} and {packages[1] or 'one without a name'}.",
            "A finding of one app is neither fixed nor new in another.",
            "Name two bundles of one app; --other-app compares them all the same, where it is one app under two names.")
    different = differing.differences(*both)
    if _one_bundle(both[0], both[1], integrity):
        different.remarks.insert(0, Remark(kind="one_bundle", text="OLD and NEW are one bundle: nothing can differ.",
                                           text_zh="“旧”与“新”是同一个证据包,不可能有差异。"))
    changed = changes.compare(*both)
    if not changed.any_compared:
        different.remarks.insert(0, Remark(
            kind="nothing_compared",
            text="No clause could be compared: there is none of which both runs could say something. That is not to say that "
                 "nothing changed.",
            text_zh="没有任何条款可以比较:两次运行没有一条都能给出结论的条款。这并不表示没有变化。"))
    return Compared(old=both[0], new=both[1], integrity=integrity, changes=changed, differences=different)


def _one_bundle(old: Analysis, new: Analysis, integrity: tuple[Verification, Verification]) -> bool:
    """Whether both were sealed with one manifest. A run that goes on from the other has it beside its own."""
    manifests = {one.manifest_sha256 for one in integrity}
    return len(manifests) == 1 and manifests != {""} and len(old.bundles) == len(new.bundles)


def as_json(made: Compared) -> dict[str, Any]:
    titles = {rule.id: (rule.title, rule.title_zh) for rule in all_rules()}
    different = made.differences
    return {
        "runs": {"old": _run(made.old, made.integrity[0]), "new": _run(made.new, made.integrity[1])},
        "same_file": made.same_file,
        **{str(change): [_finding(one, titles) for one in made.changes.of(change)] for change in Change},
        "clauses": [
            {"clause": one.clause, "change": one.change and str(one.change), "old": str(one.old), "new": str(one.new),
             "findings": {str(change): one.counts.get(change, 0) for change in Change}, "open_rules": list(one.open_rules)}
            for one in made.changes.clauses
        ],
        "differences": {
            "app": [{"name": name, "old": pair[0], "new": pair[1]} for name, pair in different.app.items()],
            "permissions": None if different.permissions is None else _lists(different.permissions),
            **{name: _lists(getattr(different, name))
               for name in ("sdks", "hosts", "recipients", "kinds_read", "kinds_sent", "scenarios")},
            "texts": [{"page": one.page, "old": one.old, "new": one.new, "changes": one.changes and changes_as_json(one.changes)}
                      for one in different.texts],
        },
        "remarks": [vars(remark) for remark in different.remarks],
    }  # fmt: skip


def _run(analysis: Analysis, integrity: Verification) -> dict[str, Any]:
    run = analysis.run
    app, device = run.fact("app"), run.fact("device")
    one = len(analysis.bundles) == 1
    return {
        "bundle": str(analysis.bundle), "bundles": [str(bundle) for bundle in analysis.bundles],
        "app": {key: app.get(key) for key in ("package", "version", "version_code", "sha256")},
        "device": {key: device.get(key) for key in ("serial", "kind", "model", "release")},
        "begun_ns": next((fact.host_ns for fact in run.facts), None), "complete": run.complete, "profile": analysis.readings.name,
        "scenarios": list(run.scenarios), "integrity": str(integrity.status),
        "manifest_sha256": integrity.manifest_sha256 if one else "",
        "signer": integrity.signer.fingerprint if one and integrity.signer else None,
    }  # fmt: skip


def _finding(one: FindingChange, titles: dict[str, tuple[str, str]]) -> dict[str, Any]:
    shown = one.shown
    title, title_zh = titles[shown.rule]
    return {
        "key": one.key, "rule": shown.rule, "title": title, "title_zh": title_zh,
        "clauses": list(dict.fromkeys(clause for verdict in (*one.new, *one.old) for clause in verdict.clauses)),
        "item": shown.item, "caller": shown.caller, "party": shown.party, "stage": str(shown.stage),
        "old": _verdicts(one.old), "new": _verdicts(one.new),
        "other_could_show": None if one.old and one.new else not one.lacks,
        "why": [{"text": lack.text, "text_zh": lack.text_zh, "gaps": list(lack.gaps)} for lack in one.lacks],
    }  # fmt: skip


def _verdicts(found: Sequence[Verdict]) -> dict[str, Any] | None:
    """Those of one key as one: the worst word, all evidence."""
    if not found:
        return None
    return {"verdict": str(found[0].verdict), "grade": str(found[0].grade) if found[0].grade else None,
            "evidence": changes.cited(found), "reason": found[0].reason,
            "reason_zh": found[0].reason_zh}


def _lists(lists: Lists) -> dict[str, Any]:
    return {"added": lists.added, "removed": lists.removed, "both": lists.both}
