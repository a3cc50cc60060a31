"""`harness checklist`: what a person has to decide about a bundle, and what was answered."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from harness.cli.options import Json, ReportLanguage
from harness.cli.output import emit, err, out, printable

if TYPE_CHECKING:
    from harness.bundle.checklist import Answer
    from harness.rules.checklist import Row


class Word(StrEnum):
    """harness.bundle.checklist.Answered, for the command line."""

    MET = "met"
    NOT_MET = "not_met"
    NOT_APPLICABLE = "not_applicable"
    OPEN = "open"


_SAID = {"met": "met", "not_met": "NOT met", "not_applicable": "not applicable", "open": "open"}
_LETTERS = {"m": Word.MET, "n": Word.NOT_MET, "a": Word.NOT_APPLICABLE}
_CUT = 110


def register(app: typer.Typer) -> None:
    @app.command("checklist")
    def command(
        bundle: Annotated[Path, typer.Argument(help="A bundle's folder; a zip or a redacted copy to look at only.")],
        clause: Annotated[str | None, typer.Option("--clause", help="Show this row whole; its id may be cut short.")] = None,
        answer: Annotated[str | None, typer.Option("--answer", help="Answer this row: needs --verdict.")] = None,
        verdict: Annotated[Word | None, typer.Option("--verdict", help="With --answer: what is said of it.")] = None,
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
        from harness.rules.checklist import rows

        _check_options(answer=answer, verdict=verdict, text=text, attach=attach or (), keep=keep, ask=ask, json=json,
                       ways=(answer, write, read, ask or None, clause))
        broken = _broken(bundle)
        listed = rows(bundle, all_modes=everything)
        appended: list[Answer] = []
        if answer is not None:
            assert verdict is not None
            appended = [_append(bundle, answer, verdict, text, attach or (), keep=keep, by=by)]
        elif read is not None:
            appended = _import(bundle, read, by)
        elif write is not None:
            _export(bundle, write, listed, str(lang))
        elif ask:
            appended = _ask(bundle, listed, by, str(lang))
        if appended:
            listed = rows(bundle, all_modes=everything)
        if json:
            emit(as_json(bundle, listed if clause is None else [_row_of(listed, clause)], appended, broken))
        elif clause is not None:
            _show_whole(_row_of(listed, clause))
        elif appended:
            for one in appended:
                out.print(printable(f"entry {one.entry}: {one.clause}: {_SAID[one.verdict]}, by {one.by or '?'}{_files(one)}"))
        elif write is None and read is None and not ask:
            _show(listed, str(lang))
        if broken:
            err.print(printable(f"The chain of custody does not hold, so no answer counts: {broken}."), style="bold red")
        return int(bool(broken))


def _check_options(
    *, answer: str | None, verdict: Word | None, text: str, attach: Sequence[Path], keep: bool, ask: bool, json: bool,
    ways: Sequence[object],
) -> None:
    from harness.errors import UsageError

    if sum(way is not None for way in ways) > 1:
        raise UsageError("One thing at a time.", "--clause, --answer, --ask, --export and --import each go alone.", "")
    if answer is None and (verdict or text or attach or keep):
        raise UsageError("There is no row to answer.", "--verdict, --text, --attach and --keep go with --answer.",
                         "Name the clause: --answer CLAUSE.")
    if answer is not None and verdict is None:
        raise UsageError("There is no verdict.", f"It can be {', '.join(Word)}.", "Say --verdict met, for one.")
    if ask and json:
        raise UsageError("--ask and --json do not go together.", "One is for a person, one for a script.", "Use --answer.")


def _broken(bundle: Path) -> str:
    """What does not hold of the chain, "" where all does, or where there is none. Raises UsageError for what is no bundle."""
    from harness.bundle.checklist import answers
    from harness.bundle.custody import BrokenChain
    from harness.bundle.source import Unreadable, source_of
    from harness.errors import UsageError

    source = source_of(bundle)
    if not source.has("run.jsonl"):
        raise UsageError(f"{bundle} is no bundle.", "It has no run.jsonl.", "Name the folder of a run.")
    try:
        answers(source)
    except (BrokenChain, Unreadable) as bad:
        return f"{getattr(bad, 'file', '')} {bad}".strip()
    return ""


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
    bundle: Path, named: str, verdict: Word, text: str, attach: Sequence[Path], *, keep: bool, by: str
) -> Answer:
    from harness.bundle.checklist import Answered, answer
    from harness.cli.rules import whole_id
    from harness.rules.checklist import answerable, rows

    clause = answerable(whole_id(named)).id
    _sealed(bundle)
    before = next((row.answer for row in rows(bundle, all_modes=True) if row.clause.id == clause and not row.of), None)
    kept = before.files if before is not None and keep else ()
    made = answer(bundle, clause, Answered(verdict), text, attach=attach, keep=kept, by=by)
    if before is not None:
        left = "" if keep or not before.files else "; its files stay, too, but are no longer the answer's (--keep)"
        err.print(printable(f"It replaces entry {before.entry} ({_SAID[before.verdict]}, by {before.by or '?'}), which stays"
                            f"{left}."))
    return made


def _manifest(bundle: Path) -> str:
    """Raises UsageError for a bundle that is not sealed."""
    from harness.bundle.format import MANIFEST
    from harness.bundle.manifest import measure
    from harness.bundle.source import source_of
    from harness.errors import UsageError

    source = source_of(bundle)
    if not source.has(MANIFEST):
        raise UsageError(f"{bundle} is not sealed.", "A form names the manifest of its bundle.",
                         "`harness analyze` closes a killed run.")
    return measure(source, MANIFEST)[0]


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


def _import(bundle: Path, path: Path, by: str) -> list[Answer]:
    from harness.bundle.checklist import answer
    from harness.rules.checklist import rows
    from harness.rules.checklist_form import read_form

    listed = rows(bundle, all_modes=True)
    named, filled = read_form(path, listed, _manifest(bundle))
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
        out.print(printable(row.clause.zh if language == "zh" else row.clause.en))
        out.print(printable(f"  wanted: {' '.join(row.clause.observable.split())}"))
        said = _line("verdict: [m]et, [n]ot met, not [a]pplicable, [q]uit, Enter leaves it open: ").lower()[:1]
        while said and said not in (*_LETTERS, "q"):
            said = _line("m, n, a, q or Enter: ").lower()[:1]
        if said == "q":
            break
        if said:
            one = _asked(bundle, row, _LETTERS[said], by)
            appended += [one] if one else []
    return appended


def _asked(bundle: Path, row: Row, verdict: Word, by: str) -> Answer | None:
    from harness.bundle.checklist import Answered, answer
    from harness.errors import UsageError

    text, files = _line("why, in a line: "), []
    while (named := _line("a file to attach, Enter for none: ")):
        files.append(Path(named).expanduser())
    try:
        return answer(bundle, row.clause.id, Answered(verdict), text, attach=files, by=by)
    except UsageError as bad:
        err.print(printable(f"Not answered: {bad.what} {bad.why}"), style="bold red")
        return None


def _line(prompt: str) -> str:
    """"" at the end of the input; a `q` where a verdict was asked for."""
    out.print(prompt, end="")
    try:
        return input().strip()
    except EOFError:
        out.print()
        return "q" if prompt.startswith(("verdict", "m, n")) else ""


def _show(rows: Sequence[Row], language: str) -> None:
    counts = Counter(str(row.verdict) for row in rows)
    out.print("  ".join(f"{_SAID[word]}: {counts[word]}" for word in _SAID), style="bold")
    for row in rows:
        text = row.clause.zh if language == "zh" else row.clause.en
        out.print(printable(f"{_SAID[row.verdict]:<15} {row.clause.id}  {_cut(text)}"))
        if row.answer:
            asks = f" (asked as {row.of})" if row.of else ""
            said = "(its words are not in this copy)" if row.answer.text is None else _cut(row.answer.text)
            out.print(printable(f"{'':<15} entry {row.answer.entry}, {row.answer.at}, {row.answer.by or '?'}{asks}: {said}"
                                f"{_files(row.answer)}{f'; replaces {len(row.earlier)}' if row.earlier else ''}"))
        elif row.attached:
            out.print(printable(f"{'':<15} attached in the run: {', '.join(one.name for one in row.attached)}"))


def _show_whole(row: Row) -> None:
    clause = row.clause
    out.print(printable(f"{clause.id}  ({clause.force}, {clause.source})"), style="bold")
    for text in (clause.zh, clause.en, f"wanted: {' '.join(clause.observable.split())}"):
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


def _cut(text: str) -> str:
    said = " ".join(text.split())
    return said if len(said) <= _CUT else said[: _CUT - 1] + "…"


def _files(one: Answer) -> str:
    return f" [{len(one.files)} file{'s' if len(one.files) > 1 else ''}]" if one.files else ""


def as_json(bundle: Path, rows: Sequence[Row], appended: Sequence[Answer], broken: str) -> dict[str, Any]:
    """The result of `checklist --json`; docs/json.md is its reference."""
    counts = Counter(str(row.verdict) for row in rows)
    return {
        "bundle": str(bundle), "broken": broken, "counts": {str(word): counts[str(word)] for word in Word},
        "appended": [one.entry for one in appended], "rows": [_row(row) for row in rows],
    }


def _row(row: Row) -> dict[str, Any]:
    clause = row.clause
    return {
        "clause": clause.id, "mode": clause.mode, "force": clause.force, "source": clause.source,
        "duty_holder": clause.duty_holder, "zh": clause.zh, "en": clause.en, "wanted": " ".join(clause.observable.split()),
        "rules": list(row.rules), "verdict": str(row.verdict), "answered_as": row.of,
        "answer": _answer(row.answer) if row.answer else None, "earlier": [_answer(one) for one in row.earlier],
        "attached": [vars(one) for one in row.attached],
    }  # fmt: skip


def _answer(one: Answer) -> dict[str, Any]:
    files = [{"path": f.path, "name": f.name, "bytes": f.size, "sha256": f.sha256, "there": f.there} for f in one.files]
    return {"entry": one.entry, "clause": one.clause, "verdict": str(one.verdict), "text": one.text, "by": one.by, "at": one.at,
            "fingerprint": one.fingerprint, "files": files}
