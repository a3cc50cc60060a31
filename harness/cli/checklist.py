"""`harness checklist`: what a person has to decide about a bundle, and what was answered."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from harness.cli.options import Json, ReportLanguage
from harness.cli.output import cut, emit, err, out, printable
from harness.model import Answered

if TYPE_CHECKING:
    from harness.bundle.checklist import Answer
    from harness.rules.checklist import Row


_SAID = {"met": "met", "not_met": "NOT met", "not_applicable": "not applicable", "open": "open"}
_LETTERS = {"m": Answered.MET, "n": Answered.NOT_MET, "a": Answered.NOT_APPLICABLE}
_CUT = 110


def register(app: typer.Typer) -> None:
    @app.command("checklist")
    def command(
        bundle: Annotated[Path, typer.Argument(help="A bundle's folder; a zip or a redacted copy to look at only.")],
        clause: Annotated[str | None, typer.Option("--clause", help="Show this row whole; its id may be cut short.")] = None,
        answer: Annotated[str | None, typer.Option("--answer", help="Answer this row: needs --verdict.")] = None,
        verdict: Annotated[Answered | None, typer.Option("--verdict", help="With --answer: what is said of it.")] = None,
        text: Annotated[str, typer.Option("--text", help="With --answer: why.")] = "",
        attach: Annotated[list[Path] | None, typer.Option("--attach", help="With --answer: a file (repeatable).")] = None,
        keep: Annotated[bool, typer.Option("--keep", help="With --answer: with the files of the answer before.")] = False,
        ask: Annotated[bool, typer.Option("--ask", help="Go through the open rows and ask for each.")] = False,
        write: Annotated[Path | None, typer.Option("--export", help="Write the rows as a form (YAML) to fill in.")] = None,
        read: Annotated[Path | None, typer.Option("--import", help="Append what was filled in in such a form.")] = None,
        by: Annotated[str, typer.Option("--by", help="Who answers; else HARNESS_OPERATOR, else the login name.")] = "",
        everything: Annotated[bool, typer.Option("--all", help="Also the clauses that concern no app.")] = False,
        lang: Annotated[ReportLanguage, typer.Option("--lang", help="Language of the clauses.")] = ReportLanguage.EN,
        json: Json = False,
    ) -> int:
        """List what a person has to decide, and answer it.

        Each answer (verdict, text, files) is signed and appended to the bundle's chain of custody; its files are copied into the
        bundle. A later answer replaces an earlier one, and both stay. Without options the rows are listed with their answers.
        Exit status: 0 done, 1 the chain of custody does not hold, so that no answer counts, 2 wrong use.
        """
        from harness.rules.checklist import checklist_of

        _check_options(answer=answer, verdict=verdict, text=text, attach=attach or (), keep=keep, ask=ask, json=json,
                       ways=(answer, write, read, ask or None, clause))
        checklist = checklist_of(bundle)
        listed = checklist.rows if everything else checklist.of_apps
        appended: list[Answer] = []
        if answer is not None:
            assert verdict is not None
            appended = [_append(bundle, checklist.rows, answer, verdict, text, attach or (), keep=keep, by=by)]
        elif read is not None:
            appended = _import(bundle, checklist.rows, read, by)
        elif write is not None:
            _export(bundle, write, listed, str(lang))
        elif ask:
            appended = _ask(bundle, listed, by, str(lang))
        if appended:
            checklist = checklist_of(bundle)
            listed = checklist.rows if everything else checklist.of_apps
        if json:
            emit(as_json(bundle, listed if clause is None else [_row_of(listed, clause)], appended, checklist.broken))
        elif clause is not None:
            _show_whole(_row_of(listed, clause))
        elif appended:
            for one in appended:
                out.print(printable(f"entry {one.entry}: {one.clause}: {_SAID[one.verdict]}, by {one.by or '?'}{_files(one)}"))
        elif write is None and read is None and not ask:
            _show(listed, str(lang))
        if checklist.broken:
            broken = f"The chain of custody does not hold, so no answer counts: {checklist.broken}."
            err.print(printable(broken), style="bold red")
        return int(bool(checklist.broken))


def _check_options(
    *, answer: str | None, verdict: Answered | None, text: str, attach: Sequence[Path], keep: bool, ask: bool, json: bool,
    ways: Sequence[object],
) -> None:
    from harness.errors import UsageError

    if sum(way is not None for way in ways) > 1:
        raise UsageError("One thing at a time.", "--clause, --answer, --ask, --export and --import each go alone.", "")
    if answer is None and (verdict or text or attach or keep):
        raise UsageError("There is no row to answer.", "--verdict, --text, --attach and --keep go with --answer.",
                         "Name the clause: --answer CLAUSE.")
    if answer is not None and verdict is None:
        raise UsageError("There is no verdict.", f"It can be {', '.join(Answered)}.", "Say --verdict met, for one.")
    if ask and json:
        raise UsageError("--ask and --json do not go together.", "One is for a person, one for a script.", "Use --answer.")


def _row_of(rows: Sequence[Row], clause: str) -> Row:
    from harness.cli.rules import whole_id
    from harness.errors import UsageError

    named = whole_id(clause)
    found = next((row for row in rows if row.clause.id == named), None)
    if found is None:
        from harness.rules.checklist import answerable

        answerable(named)
        raise UsageError(f"{named} concerns no app.", "It is listed with --all.", "Add --all.")
    return found


def _sealed(bundle: Path) -> None:
    """Raises UsageError for a bundle that an answer would add nothing to."""
    from harness.bundle import Status, verify
    from harness.errors import UsageError

    if not bundle.is_dir():
        return    # the answer itself is refused, with what to do
    found = verify(bundle, report=False)
    if found.status in (Status.ALTERED, Status.UNVERIFIABLE):
        first = found.differences[0]
        raise UsageError(f"{bundle} takes no answers: it is {found.status}.", f"{first.file} {first.what}.",
                         "`harness verify` names all that differs; let `harness analyze` close a killed run.")


def _append(
    bundle: Path, rows: Sequence[Row], named: str, verdict: Answered, text: str, attach: Sequence[Path], *, keep: bool, by: str
) -> Answer:
    from harness.bundle.checklist import answer
    from harness.cli.rules import whole_id
    from harness.rules.checklist import answerable

    clause = answerable(whole_id(named)).id
    _sealed(bundle)
    before = next((row.answer for row in rows if row.clause.id == clause and not row.of), None)
    kept = before.files if before is not None and keep else ()
    made = answer(bundle, clause, verdict, text, attach=attach, keep=kept, by=by)
    if before is not None:
        left = "" if keep or not before.files else "; its files stay, too, but are no longer the answer's (--keep)"
        err.print(printable(f"It replaces entry {before.entry} ({_SAID[before.verdict]}, by {before.by or '?'}), which stays"
                            f"{left}."))
    return made


def _manifest(bundle: Path) -> str:
    """Raises UsageError for a bundle that is not sealed."""
    from harness.bundle.format import MANIFEST
    from harness.bundle.manifest import manifest_sha256
    from harness.bundle.source import source_of
    from harness.errors import UsageError

    source = source_of(bundle)
    if not source.has(MANIFEST):
        raise UsageError(f"{bundle} is not sealed.", "A form names the manifest of its bundle.",
                         "`harness analyze` closes a killed run.")
    return manifest_sha256(source)


def _export(bundle: Path, path: Path, rows: Sequence[Row], language: str) -> None:
    from harness.errors import UsageError
    from harness.rules.checklist_form import form

    text = form(rows, bundle.resolve().name, _manifest(bundle), language=language)
    if bundle.is_dir() and path.resolve().is_relative_to(bundle.resolve()):
        raise UsageError(f"{path} lies in the bundle.", "That would alter what the bundle holds.", "Name a file elsewhere.")
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError as bad:
        raise UsageError(f"{path} is there already.", "It may be filled in.", "Name another file.") from bad
    except OSError as bad:
        raise UsageError(f"{path} cannot be written.", str(bad.strerror), "Name another file.") from bad
    err.print(printable(f"written: {path} ({len(rows)} rows)"))


def _import(bundle: Path, rows: Sequence[Row], path: Path, by: str) -> list[Answer]:
    from harness.bundle.checklist import answer
    from harness.rules.checklist_form import read_form

    named, filled = read_form(path, rows, _manifest(bundle))
    if not filled:
        err.print("Nothing in the form differs from the bundle: nothing is appended.")
        return []
    _sealed(bundle)
    return [answer(bundle, one.clause, one.verdict, one.text, attach=one.attach, keep=one.keep, by=by or named) for one in filled]


def _ask(bundle: Path, rows: Sequence[Row], by: str, language: str) -> list[Answer]:
    """Asks for each open row on the terminal, until the input ends."""
    _sealed(bundle)
    appended: list[Answer] = []
    left = [row for row in rows if not row.answered]
    for number, row in enumerate(left, 1):
        out.print(printable(f"\n{number} of {len(left)}  {row.clause.id}  ({row.clause.force})".strip()))
        out.print(printable(row.clause.said(language)))
        out.print(printable(f"  wanted: {row.clause.wanted}"))
        said = _line("verdict: [m]et, [n]ot met, not [a]pplicable, [q]uit, Enter leaves it open: ")
        while said and said.lower()[0] not in (*_LETTERS, "q"):
            said = _line("m, n, a, q or Enter: ")
        if said is None or said.lower().startswith("q"):
            break
        if not said:
            continue
        words = _words()
        if words is None:
            err.print(printable(f"Not answered: the input ended in the answer to {row.clause.id}."), style="bold red")
            break
        one = _answered(bundle, row, _LETTERS[said.lower()[0]], *words, by)
        appended += [one] if one else []
    return appended


def _words() -> tuple[str, list[Path]] | None:
    """What a person says and attaches; None where the input ended before it was said."""
    text, files = _line("why, in a line: "), []
    named = "" if text is None else _line("a file to attach, Enter for none: ")
    while named:
        files.append(Path(named).expanduser())
        named = _line("a file to attach, Enter for none: ")
    return None if text is None or named is None else (text, files)


def _answered(bundle: Path, row: Row, verdict: Answered, text: str, files: Sequence[Path], by: str) -> Answer | None:
    from harness.bundle.checklist import answer
    from harness.errors import UsageError

    try:
        return answer(bundle, row.clause.id, verdict, text, attach=files, by=by)
    except UsageError as bad:
        err.print(printable(f"Not answered: {bad.what} {bad.why}"), style="bold red")
        return None


def _line(prompt: str) -> str | None:
    """None at the end of the input (Ctrl-D)."""
    out.print(prompt, end="")
    try:
        return input().strip()
    except EOFError:
        out.print()
        return None


def _show(rows: Sequence[Row], language: str) -> None:
    counts = Counter(str(row.verdict) for row in rows)
    out.print("  ".join(f"{_SAID[word]}: {counts[word]}" for word in _SAID), style="bold")
    for row in rows:
        text = row.clause.said(language)
        out.print(printable(f"{_SAID[row.verdict]:<15} {row.clause.id}  {cut(text, _CUT)}"))
        if row.answer:
            asks = f" (asked as {row.of})" if row.of else ""
            said = "(its words are not in this copy)" if row.answer.text is None else cut(row.answer.text, _CUT)
            out.print(printable(f"{'':<15} entry {row.answer.entry}, {row.answer.at}, {row.answer.by or '?'}{asks}: {said}"
                                f"{_files(row.answer)}{f'; replaces {len(row.earlier)}' if row.earlier else ''}"))
        elif row.attached:
            out.print(printable(f"{'':<15} attached in the run: {', '.join(one.name for one in row.attached)}"))


def _show_whole(row: Row) -> None:
    clause = row.clause
    out.print(printable(f"{clause.id}  ({clause.force}, {clause.source})"), style="bold")
    for text in (clause.zh, clause.en, f"wanted: {clause.wanted}"):
        out.print(printable(text))
    for rule in row.rules:
        out.print(printable(f"a part of it is decided by rule {rule}"))
    for one in row.attached:
        out.print(printable(f"attached in the run: {one.name} ({one.sha256})"))
    for said in (*row.earlier, *([row.answer] if row.answer else [])):
        out.print()
        out.print(printable(f"entry {said.entry}: {_SAID[said.verdict]}  {said.at}  {said.by or '?'}"
                            f"{'' if said is row.answer else '  (replaced)'}{f'  as {row.of}' if row.of else ''}"))
        for line in ("(its words are not in this copy)" if said.text is None else said.text).strip().split("\n"):
            out.print(printable(f"  {line}"))
        for file in said.files:
            lacks = "" if file.there else "  (not in this copy)"
            out.print(printable(f"  {file.name or '?'}  {file.size:,} bytes  {file.path}{lacks}"))
    if row.answer is None:
        out.print(f"\nopen: harness checklist BUNDLE --answer {clause.id} --verdict met --text WHY --attach FILE")


def _files(one: Answer) -> str:
    return f" [{len(one.files)} file{'s' if len(one.files) > 1 else ''}]" if one.files else ""


def as_json(bundle: Path, rows: Sequence[Row], appended: Sequence[Answer], broken: str) -> dict[str, Any]:
    """The result of `checklist --json`; docs/json.md is its reference."""
    counts = Counter(str(row.verdict) for row in rows)
    return {
        "bundle": str(bundle), "broken": broken, "counts": {str(word): counts[str(word)] for word in Answered},
        "appended": [one.entry for one in appended], "rows": [_row(row) for row in rows],
    }


def _row(row: Row) -> dict[str, Any]:
    clause = row.clause
    return {
        "clause": clause.id, "mode": clause.mode, "force": clause.force, "source": clause.source,
        "duty_holder": clause.duty_holder, "zh": clause.zh, "en": clause.en, "wanted": clause.wanted,
        "rules": list(row.rules), "verdict": str(row.verdict), "answered_as": row.of,
        "answer": _answer(row.answer) if row.answer else None, "earlier": [_answer(one) for one in row.earlier],
        "attached": [vars(one) for one in row.attached],
    }  # fmt: skip


def _answer(one: Answer) -> dict[str, Any]:
    files = [{"path": f.path, "name": f.name, "bytes": f.size, "sha256": f.sha256, "there": f.there} for f in one.files]
    return {"entry": one.entry, "clause": one.clause, "verdict": str(one.verdict), "text": one.text, "by": one.by, "at": one.at,
            "fingerprint": one.fingerprint, "files": files}
