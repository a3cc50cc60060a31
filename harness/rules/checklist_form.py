"""The checklist as a form (YAML) that a person fills in, elsewhere and at leisure, and that is then read back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from harness.bundle.checklist import Answer, File
from harness.bundle.objects import hash_file
from harness.errors import UsageError
from harness.model import Answered
from harness.rules.checklist import Row, answerable

_HEAD = """\
# Checklist of one bundle. Fill in `verdict`, `text` and `attach`, then: harness checklist BUNDLE --import THIS-FILE
# 一个证据包的检查表。填写 verdict、text、attach 后运行:harness checklist 证据包 --import 本文件
#   verdict: met 符合 | not_met 不符合 | not_applicable 不适用 | open 未答
#   text:    why; a verdict needs a text or a file 理由;结论须有文字或附件
#   attach:  files, named from where this form lies 附件,相对本文件所在目录
#   attached: files of the answer that is there; a line that is taken out goes no longer with it 已有附件;删去的行不再属于新的回答
# Rows that are as they were are left alone; each other one is appended, signed, and never edited. Leave `entry` as it is: it says
# which answer the row showed. 未改动的行不会写入;其余各行签名追加,永不修改。entry 请勿改动。
"""
_KEYS = frozenset({"bundle", "manifest_sha256", "by", "answers"})
_ROW = frozenset({"clause", "asks", "wanted", "entry", "verdict", "text", "attach", "attached"})


@dataclass(frozen=True, kw_only=True)
class Filled:
    """A row as it was filled in. `entry`: the answer that the form showed, 0 for none."""

    clause: str
    verdict: Answered
    text: str
    attach: tuple[Path, ...] = ()
    keep: tuple[File, ...] = ()
    entry: int = 0


def form(rows: Sequence[Row], bundle: str, manifest_sha256: str, *, language: str = "en") -> str:
    """The form as text. `bundle`: its name, for people; `manifest_sha256`: what the form is for."""
    data = {"bundle": bundle, "manifest_sha256": manifest_sha256, "by": "", "answers": [_row(row, language) for row in rows]}
    return _HEAD + yaml.safe_dump(data, allow_unicode=True, sort_keys=False, width=120)


def _row(row: Row, language: str) -> dict[str, Any]:
    made: dict[str, Any] = {
        "clause": row.clause.id, "asks": row.clause.said(language), "wanted": row.clause.wanted,
        "entry": row.answer.entry if row.answer else 0,
        "verdict": str(row.verdict), "text": (row.answer.text or "") if row.answer else "", "attach": [],
    }  # fmt: skip
    if row.answer and row.answer.files:
        made["attached"] = [{"name": file.name, "sha256": file.sha256} for file in row.answer.files]
    return made


def read_form(path: Path, rows: Sequence[Row], manifest_sha256: str) -> tuple[str, list[Filled]]:
    """Who fills it in, "" where the form does not say, and the rows that are not as they stand. Raises UsageError, which names
    the row, for anything that is not as a form has it, a file that is not there, or a form of another bundle."""
    data = _loaded(path)
    if data.get("manifest_sha256") != manifest_sha256:
        raise UsageError(f"{path} is a form of another bundle: {data.get('bundle')!r}.",
                         f"Its manifest_sha256 is not {manifest_sha256}.", "Export a form of this bundle with --export.")
    if not isinstance(data.get("answers"), list) or not isinstance(data.get("by", ""), str):
        raise _wrong(path, "`answers` is no list, or `by` no text", "")
    there = {row.clause.id: row for row in rows}
    filled, seen = [], set()
    for number, entry in enumerate(data["answers"], 1):
        one = _filled(path, number, entry, there)
        if one.clause in seen:
            raise _wrong(path, f"answer {number}: {one.clause} stands twice", "One row, one answer.")
        seen.add(one.clause)
        row = there[one.clause]
        given = {said.entry: said for said in (*row.earlier, row.answer) if said}
        if _same(one, row.answer) or _same(one, given.get(one.entry)):
            continue
        if one.entry != (row.answer.entry if row.answer else 0):
            raise _wrong(path, f"answer {number}: {one.clause} was answered since the form was written",
                         f"By entry {row.answer.entry if row.answer else 0}; the form shows entry {one.entry}.")
        filled.append(one)
    return data.get("by", "").strip(), filled


def _loaded(path: Path) -> Mapping[str, Any]:
    try:
        data = yaml.safe_load(path.read_text("utf-8"))
    except OSError as bad:
        raise UsageError(f"{path} cannot be read.", str(bad.strerror), "Name the form that --export wrote.") from bad
    except (yaml.YAMLError, UnicodeDecodeError) as bad:
        raise _wrong(path, "it is no YAML", str(bad)) from bad
    if not isinstance(data, dict) or set(data) - _KEYS:
        raise _wrong(path, "it is no form", f"Its keys must be {', '.join(sorted(_KEYS))}.")
    return data


def _filled(path: Path, number: int, entry: Any, there: Mapping[str, Row]) -> Filled:
    where = f"answer {number}"
    if not isinstance(entry, dict) or not isinstance(entry.get("clause"), str):
        raise _wrong(path, f"{where} is no row", "A row has `clause`, `verdict`, `text` and `attach`.")
    clause = entry["clause"]
    where = f"{where} ({clause})"
    if unknown := sorted(map(str, set(entry) - _ROW)):
        raise _wrong(path, f"{where}: unknown key {unknown[0]!r}", "A misspelt key would be lost in silence.")
    answerable(clause)
    if clause not in there:
        raise _wrong(path, f"{where} is no row of this bundle", "")
    words = [str(one) for one in Answered]
    if entry.get("verdict") not in words:
        raise _wrong(path, f"{where}: `verdict` is {entry.get('verdict')!r}", f"It can be {', '.join(words)}.")
    text, attach = entry.get("text") or "", entry.get("attach") or []
    entry_before = entry.get("entry", 0)
    if not isinstance(text, str) or not isinstance(attach, list) or not all(isinstance(one, str) for one in attach):
        raise _wrong(path, f"{where}: `text` is no text, or `attach` no list of files", "")
    if type(entry_before) is not int:
        raise _wrong(path, f"{where}: `entry` is no number", "It is left as it was written.")
    files = tuple(path.parent / one for one in attach)
    if lacking := [one for one in files if not one.is_file()]:
        raise _wrong(path, f"{where}: {lacking[0]} is not there", "Files are named from where the form lies.")
    if entry["verdict"] != Answered.OPEN and not text.strip() and not files and not entry.get("attached"):
        raise _wrong(path, f"{where}: there is no reason for the verdict", "An answer has a text, or a file, or both.")
    return Filled(clause=clause, verdict=Answered(entry["verdict"]), text=text, attach=files, entry=entry_before,
                  keep=_kept(path, where, entry.get("attached") or [], there[clause]))


def _kept(path: Path, where: str, listed: Any, row: Row) -> tuple[File, ...]:
    known = {file.sha256: file for one in (*row.earlier, row.answer) if one for file in one.files}
    try:
        return tuple(known[one["sha256"]] for one in listed)
    except (KeyError, TypeError) as bad:
        raise _wrong(path, f"{where}: `attached` names a file that this row has not", "New files go under `attach`.") from bad


def _same(one: Filled, said: Answer | None) -> bool:
    """Whether that is the answer; None: that there is none."""
    if said is None:
        return one.verdict is Answered.OPEN and not one.text.strip() and not one.attach
    files = {file.sha256 for file in one.keep} | {hash_file(path) for path in one.attach}
    return ((one.verdict, one.text.strip(), files)
            == (said.verdict, (said.text or "").strip(), {file.sha256 for file in said.files}))


def _wrong(path: Path, what: str, why: str) -> UsageError:
    return UsageError(f"{path}: {what}.", why, "`harness checklist BUNDLE --export FORM.yaml` writes a form as it must be.")
