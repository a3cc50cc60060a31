"""`harness compare`: what changed between two runs of an app."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from harness.cli.options import AppFile, Json, Language, ReportLanguage, read_app_file
from harness.cli.output import cell, emit, err, first_two, out, printable

if TYPE_CHECKING:
    from harness.bundle import Verification
    from harness.rules.changes import Change
    from harness.rules.compared import Compared
    from harness.rules.differing import Lists

_HEADS = {"still": "still there", "new": "new", "unobservable": "no longer observable", "fixed": "fixed"}
_OF_ONE_FILE = {"still": "in both runs", "new": "only in the second run", "unobservable": "not observable in the second run",
                "fixed": "only in the first run"}
_STYLES = {"still": "bold red", "new": "bold magenta", "unobservable": "yellow", "fixed": "green"}
_SHOWN = 12    # rows of a list and sentences of a text; --json has all


def register(app: typer.Typer) -> None:
    @app.command("compare")
    def compare(
        old: Annotated[Path, typer.Argument(help="The bundle of the earlier version, or of the first device: folder or zip.")],
        new: Annotated[Path, typer.Argument(help="That of the later version, or of the second device.")],
        page: Annotated[Path | None, typer.Option("--html", help="Write it as one HTML page into this file, too.")] = None,
        lang: Language = ReportLanguage.ZH,
        app_file: AppFile = None,
        profile: Annotated[str | None, typer.Option(
            "--profile", help="Whose thresholds decide for both. Without it those of each run.")] = None,
        other_app: Annotated[bool, typer.Option(
            "--other-app", help="Compare bundles of two packages: one app under two names.")] = False,
        json: Json = False,
    ) -> int:
        """Say what changed between two runs.

        Each finding and each clause is fixed, still there, new, or no longer observable: where the new run did not reach what
        would show it, nothing counts as fixed. Differences in SDKs, hosts, recipients, kinds, permissions and texts come with it.
        Exit status: 0 all is fixed, 1 a violation is still there or new, 5 nothing could be compared, 3 otherwise,
        2 two apps, or no bundles.
        """
        from harness.cli.analyze import close_killed, note_opened
        from harness.rules.compared import as_json, compare_bundles
        from harness.tables import AppFacts

        about = AppFacts.of(read_app_file(app_file)) if app_file else None
        if page is not None:
            _outside(page, old, new)
        for bundle in (old, new):
            close_killed(bundle)
        integrity = (_checked(old, "OLD"), _checked(new, "NEW"))
        for bundle in (old, new):
            note_opened(bundle, "compare")
        made = compare_bundles(old, new, integrity, app=about, profile=profile, other_app=other_app)
        if page is not None:
            from harness.render.comparison_page import write

            write(made, page, language=lang)
            err.print(printable(f"written: {page}"))
        if json:
            emit(as_json(made))
        else:
            show(made)
        return made.changes.exit_status


def _checked(bundle: Path, which: str) -> Verification:
    """Raises UsageError for one that was altered; what is less than intact is told on stderr."""
    from harness.bundle import Status
    from harness.cli.verify import check_all
    from harness.errors import UsageError

    result = check_all(bundle)
    if result.status is Status.ALTERED:
        first = result.differences[0]
        raise UsageError(f"{bundle} is not compared: it was altered.", f"{first.file} {first.what}.",
                         "`harness verify` names all that differs. Ask for another copy.")
    if result.status is Status.INCOMPLETE:
        err.print(printable(f"{which} is incomplete: what it lacks proves nothing. {bundle}"), style="bold yellow")
    return result


def _outside(page: Path, *bundles: Path) -> None:
    from harness.errors import UsageError

    for bundle in bundles:
        if bundle.is_dir() and page.resolve().is_relative_to(bundle.resolve()):
            raise UsageError(f"The page cannot be written to {page}.", "It lies in a bundle, and is of two.",
                             "Name another file.")


def show(made: Compared) -> None:
    """A comparison on the terminal. Names and texts come from an app, so each stays on its line."""
    from harness.rules.changes import Change

    for which, one, checked in zip(("OLD", "NEW"), (made.old, made.new), made.integrity, strict=True):
        app, device = one.run.fact("app"), one.run.fact("device")
        out.print(printable(f"{which}  {one.run.package} {app.get('version') or '?'} ({app.get('version_code') or '?'})  on "
                            f"{device.get('kind') or '?'} {device.get('model') or ''}  {checked.status}  {one.bundle}"))
    for remark in made.differences.remarks:
        out.print(printable(f"note: {remark.text}"), style="yellow")
    heads = _OF_ONE_FILE if made.same_file else _HEADS
    for change in Change:
        _show_findings(made, change, heads)
    _show_clauses(made, heads)
    _show_differences(made)


def _show_findings(made: Compared, change: Change, heads: dict[str, str]) -> None:
    from rich.table import Table

    from harness.rules.changes import cited
    from harness.rules.sensitive import name

    rows = made.changes.of(change)
    out.print()
    out.print(f"{heads[change]}: {len(rows)}", style=_STYLES[change])
    if not rows:
        return
    table = Table("was", "is", "rule", "item", "by", "stage", "to", "evidence", box=None, header_style="bold", pad_edge=False)
    for one in rows:
        shown = one.shown
        where = f"{'NEW' if one.new else 'OLD'} {first_two(cited(one.new or one.old))}"
        words = [str(found[0].verdict) if found else "" for found in (one.old, one.new)]
        told = [*words, shown.rule, name(shown.item) if shown.item else "", shown.caller, shown.stage, shown.party, where]
        table.add_row(*map(cell, told))
    out.print(table)
    for one in rows:
        for lack in one.lacks:
            what = "not reached" if change == "unobservable" else "the other run could not have shown it"
            out.print(printable(f"  {one.shown.rule} {one.shown.item}: {what}: {lack.text}"))


def _show_clauses(made: Compared, heads: dict[str, str]) -> None:
    out.print()
    changed = [one for one in made.changes.clauses if one.change is not None]
    out.print(f"clauses: {len(changed)} of {len(made.changes.clauses)} had findings in one run or both", style="bold")
    for one in changed:
        assert one.change is not None
        open_rules = f"; left open by {', '.join(one.open_rules)}" if one.open_rules else ""
        out.print(printable(f"  {heads[one.change]:<21} {one.clause}: {one.old} -> {one.new}{open_rules}"))


def _show_differences(made: Compared) -> None:
    different = made.differences
    out.print()
    lists = [different.sdks, different.hosts, different.recipients, different.kinds_read, different.kinds_sent]
    texts = [text for text in different.texts if text.changes is None or text.changes.any]
    if not (different.app or different.permissions is None or texts
            or any(one.added or one.removed for one in [*lists, different.permissions])):
        out.print("no differences in permissions, SDKs, hosts, recipients, kinds and texts", style="bold")
        return
    out.print("differences (what was seen; a thing that is missing was not seen in the scenarios that were run)", style="bold")
    for name, pair in different.app.items():
        out.print(printable(f"~ {name}: {pair[0]} -> {pair[1]}"))
    if different.permissions is None:
        out.print("permissions: not known, a bundle has no APK")
    else:
        _show_lists("declared permission", different.permissions, ("name",))
    _show_lists("SDK", different.sdks, ("name", "company"))
    _show_lists("host", different.hosts, ("host", "party", "relation"))
    _show_lists("recipient", different.recipients, ("party", "kinds"))
    _show_lists("kind read", different.kinds_read, ("kind", "callers"))
    _show_lists("kind sent", different.kinds_sent, ("kind", "party"))
    for text in different.texts:
        if text.changes is None:
            out.print(printable(f"{text.page}: read to its end in {'OLD' if text.old else 'NEW'} only, so not compared"))
        else:
            from harness.cli.policy import show_changes

            out.print(printable(f"{text.page}:"))
            show_changes(text.changes)


def _show_lists(what: str, lists: Lists, names: Sequence[str]) -> None:
    for sign, rows in (("+", lists.added), ("-", lists.removed)):
        for row in rows[:_SHOWN]:
            out.print(printable(f"{sign} {what}: {'  '.join(filter(None, (_said(row[name]) for name in names)))}"))
        if len(rows) > _SHOWN:
            out.print(f"{sign} and {len(rows) - _SHOWN} more (--json has them all)")


def _said(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
