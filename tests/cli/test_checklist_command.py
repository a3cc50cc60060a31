"""`harness checklist` at the command line: rows, answers, forms, and what is refused."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
import yaml

from harness.bundle import Bundle, verify
from harness.bundle.checklist import Answer, answer, answers
from harness.bundle.export import export
from harness.bundle.source import Source
from harness.clauses import catalogue
from harness.errors import UsageError
from harness.model import Answered, Fact
from harness.rules.checklist import checklist_of
from tests.cli.command_line import say, violating_run
from tests.cli.test_json import fits

MANUAL = [one.id for one in catalogue().values() if one.mode == "manual"]
CLAUSE = "interim-02-scope"


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    return violating_run(tmp_path)


@pytest.fixture
def letter(tmp_path: Path) -> Path:
    path = tmp_path / "letter.pdf"
    path.write_bytes(b"%PDF a letter")
    return path


def fill(path: Path, **changed: Any) -> None:
    """Fills in the row of CLAUSE."""
    data = yaml.safe_load(path.read_text("utf-8"))
    (row,) = [one for one in data["answers"] if one["clause"] == CLAUSE]
    row.update(changed)
    path.write_text(yaml.safe_dump(data, allow_unicode=True), "utf-8")


def test_every_clause_that_a_person_decides_is_a_row_and_open(bundle: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = say(capsys, "checklist", bundle, "--json")
    fits("checklist", said.json)
    assert [row["clause"] for row in said.json["rows"]] == MANUAL
    assert said.json["counts"] == {"met": 0, "not_met": 0, "not_applicable": 0, "open": len(MANUAL)}
    assert (said.status, said.json["appended"], said.json["broken"]) == (0, [], "")
    every = say(capsys, "checklist", bundle, "--all", "--json").json["rows"]
    assert {row["mode"] for row in every} == {"manual", "out"} and len(every) > len(MANUAL)
    assert f"open: {len(MANUAL)}" in say(capsys, "checklist", bundle).out


def test_an_answer_shows_in_the_list_and_in_the_document(bundle: Path, letter: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = say(capsys, "checklist", bundle, "--answer", "interim-02", "--verdict", "not_met", "--text", "不在境内\n第二行",
               "--attach", letter, "--by", "李检", "--json").json
    fits("checklist", said)
    (row,) = [one for one in said["rows"] if one["clause"] == CLAUSE]
    assert (row["verdict"], row["answer"]["text"], row["answer"]["by"]) == ("not_met", "不在境内\n第二行", "李检")
    assert [file["name"] for file in row["answer"]["files"]] == ["letter.pdf"] and said["appended"] == [2]
    shown = say(capsys, "checklist", bundle).out
    assert "NOT met: 1" in shown and "李检" in shown and "[1 file]" in shown
    whole = say(capsys, "checklist", bundle, "--clause", CLAUSE).out
    assert "  不在境内\n  第二行\n" in whole and "letter.pdf" in whole
    assert str(verify(bundle).status) == "intact"


def test_a_later_answer_replaces_and_says_so(bundle: Path, letter: Path, capsys: pytest.CaptureFixture[str]) -> None:
    say(capsys, "checklist", bundle, "--answer", CLAUSE, "--verdict", "not_met", "--attach", letter)
    said = say(capsys, "checklist", bundle, "--answer", CLAUSE, "--verdict", "met", "--text", "seen", "--keep")
    assert "It replaces entry 2 (NOT met" in said.err
    (row,) = [one for one in checklist_of(bundle).rows if one.clause.id == CLAUSE]
    assert row.answer is not None and (row.answer.verdict, len(row.answer.files), len(row.earlier)) == ("met", 1, 1)
    again = say(capsys, "checklist", bundle, "--answer", CLAUSE, "--verdict", "open")
    assert "its files stay" in again.err
    (row,) = [one for one in checklist_of(bundle).rows if one.clause.id == CLAUSE]
    assert not row.answered and len(row.earlier) == 2


def test_an_answer_counts_for_a_clause_that_asks_the_same(bundle: Path) -> None:
    repeats = next(one for one in catalogue().values() if one.mode == "manual" and one.same_as)
    asked = repeats.same_as[0]
    answer(bundle, asked, Answered.MET, "seen")
    (row,) = [one for one in checklist_of(bundle).rows if one.clause.id == repeats.id]
    assert row.answered and row.of == asked


def test_what_was_attached_in_the_run_is_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made = Bundle.create(tmp_path, "example.shop")
    name = made.put_object(b"a letter")
    made.append(Fact(host_ns=1, type="checklist", data={"clause": CLAUSE, "state": "attached", "name": "a.txt", "object": name}))
    made.append(Fact(host_ns=1, type="checklist", data={"clause": MANUAL[1], "state": "to_attach", "name": None, "object": None}))
    made.seal(True)
    said = say(capsys, "checklist", made.path, "--json").json["rows"]
    assert {row["clause"]: row["attached"] for row in said if row["attached"]} == {CLAUSE: [{"name": "a.txt", "sha256": name}]}
    assert "attached in the run: a.txt" in say(capsys, "checklist", made.path).out


def test_a_form_is_filled_in_and_read_back_once(
    bundle: Path, letter: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    form = tmp_path / "form.yaml"
    say(capsys, "checklist", bundle, "--export", form, "--lang", "zh")
    data = yaml.safe_load(form.read_text("utf-8"))
    assert [row["clause"] for row in data["answers"]] == MANUAL
    assert data["answers"][0]["asks"] == catalogue()[MANUAL[0]].zh
    assert "Nothing in the form differs" in say(capsys, "checklist", bundle, "--import", form).err
    fill(form, verdict="met", text="seen", attach=["letter.pdf"])
    said = say(capsys, "checklist", bundle, "--import", form, "--by", "A. Tester", "--json").json
    fits("checklist", said)
    assert said["appended"] == [2]
    assert say(capsys, "checklist", bundle, "--import", form, "--json").json["appended"] == []
    again = tmp_path / "again.yaml"
    say(capsys, "checklist", bundle, "--export", again)
    fill(again, text="seen twice")
    say(capsys, "checklist", bundle, "--import", again)
    (row,) = [one for one in checklist_of(bundle).rows if one.clause.id == CLAUSE]
    assert row.answer is not None and row.answer.text == "seen twice" and [f.name for f in row.answer.files] == ["letter.pdf"]


def test_a_form_from_before_an_answer_takes_nothing_back(
    bundle: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    form = tmp_path / "form.yaml"
    say(capsys, "checklist", bundle, "--export", form)
    say(capsys, "checklist", bundle, "--answer", CLAUSE, "--verdict", "met", "--text", "in the meantime")
    assert "Nothing in the form differs" in say(capsys, "checklist", bundle, "--import", form).err
    fill(form, verdict="not_met", text="other")
    with pytest.raises(UsageError, match="was answered since"):
        say(capsys, "checklist", bundle, "--import", form)
    (row,) = [one for one in checklist_of(bundle).rows if one.clause.id == CLAUSE]
    assert row.answer is not None and row.answer.text == "in the meantime"


BAD_ROWS: dict[str, tuple[dict[str, Any], str]] = {
    "a verdict that there is not": ({"verdict": "fine", "text": "x"}, "`verdict` is 'fine'"),
    "no reason": ({"verdict": "met"}, "no reason for the verdict"),
    "a file that is not there": ({"verdict": "met", "attach": ["nothing.pdf"]}, "is not there"),
    "a misspelt key": ({"verdict": "met", "text": "x", "atach": ["letter.pdf"]}, "unknown key 'atach'"),
    "a clause that a rule decides": ({"clause": "sz-guide-04f-no-processing-before-consent"}, "no row of the checklist"),
    "a clause that there is not": ({"clause": "nothing"}, "nothing"),
    "an attachment that was never there": ({"verdict": "met", "text": "x", "attached": [{"sha256": "0" * 64}]}, "has not"),
    "a list for a text": ({"verdict": "met", "text": ["x"]}, "`text` is no text"),
}


@pytest.mark.parametrize("why", BAD_ROWS)
def test_nothing_of_a_form_is_appended_where_it_has(
    why: str, bundle: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    form = tmp_path / "form.yaml"
    say(capsys, "checklist", bundle, "--export", form)
    data = yaml.safe_load(form.read_text("utf-8"))
    data["answers"][0].update(verdict="met", text="a good row before it")
    form.write_text(yaml.safe_dump(data, allow_unicode=True), "utf-8")
    changed, words = BAD_ROWS[why]
    data["answers"][3].update(changed)
    form.write_text(yaml.safe_dump(data, allow_unicode=True), "utf-8")
    with pytest.raises(UsageError) as refused:
        say(capsys, "checklist", bundle, "--import", form)
    assert words in refused.value.what
    assert len(verify(bundle).custody) == 1


def test_a_form_of_another_bundle_is_refused(bundle: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    form = tmp_path / "form.yaml"
    say(capsys, "checklist", violating_run(tmp_path / "other"), "--export", form)
    with pytest.raises(UsageError, match="another bundle"):
        say(capsys, "checklist", bundle, "--import", form)
    form.write_text("- a list\n")
    with pytest.raises(UsageError, match="no form"):
        say(capsys, "checklist", bundle, "--import", form)
    form.write_text("a: [1\n")
    with pytest.raises(UsageError, match="no YAML"):
        say(capsys, "checklist", bundle, "--import", form)


def test_a_form_is_written_over_nothing_and_not_into_the_bundle(
    bundle: Path, letter: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(UsageError, match="there already"):
        say(capsys, "checklist", bundle, "--export", letter)
    with pytest.raises(UsageError, match="lies in the bundle"):
        say(capsys, "checklist", bundle, "--export", bundle / "form.yaml")


def test_the_open_rows_are_asked_for_one_by_one(
    bundle: Path, letter: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(f"m\nseen\n{letter}\n\n\nx\nn\n\n\nq\n"))
    said = say(capsys, "checklist", bundle, "--ask", "--by", "A. Tester")
    assert MANUAL[0] in said.out and f"1 of {len(MANUAL)}" in said.out
    assert "Not answered: There is no reason" in said.err
    answered = [row for row in checklist_of(bundle).rows if row.answered]
    assert [(row.clause.id, row.answer.text if row.answer else "") for row in answered] == [(MANUAL[0], "seen")]


ENDS = {
    "at a verdict": ("", "", 0), "at a verdict asked for again": ("x\n", "", 0),
    "at the reason": ("m\n", f"the input ended in the answer to {MANUAL[0]}", 0),
    "at a file": ("m\nseen\n", f"the input ended in the answer to {MANUAL[0]}", 0),
    "after an answer": ("m\nseen\n\n", "", 1),
}


@pytest.mark.parametrize("where", ENDS)
def test_where_the_input_ends_nothing_more_is_asked_and_half_an_answer_is_none(
    where: str, bundle: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    lines, told, answered = ENDS[where]
    monkeypatch.setattr("sys.stdin", io.StringIO(lines))
    said = say(capsys, "checklist", bundle, "--ask")
    assert said.status == 0 and told in said.err and ("Not answered" in said.err) is bool(told)
    assert said.out.count(f" of {len(MANUAL)}  ") == 1 + answered
    assert len(verify(bundle).custody) == 1 + answered


def test_the_chain_is_read_once_to_list_the_rows(
    bundle: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[Source] = []

    def counted(source: Source) -> list[Answer]:
        read.append(source)
        return answers(source)

    monkeypatch.setattr("harness.rules.checklist.answers", counted)
    say(capsys, "checklist", bundle)
    assert len(read) == 1


@pytest.mark.parametrize(("words", "match"), [
    (["--verdict", "met"], "no row to answer"),
    (["--answer", CLAUSE], "no verdict"),
    (["--answer", CLAUSE, "--verdict", "met", "--export", "x.yaml"], "One thing at a time"),
    (["--ask", "--json"], "do not go together"),
    (["--answer", "sz-guide-04f", "--verdict", "met", "--text", "x"], "no row of the checklist"),
    (["--answer", "nothing", "--verdict", "met", "--text", "x"], "no clause"),
    (["--answer", CLAUSE, "--verdict", "met"], "no reason"),
])
def test_wrong_use_is_refused(words: list[str], match: str, bundle: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(UsageError, match=match):
        say(capsys, "checklist", bundle, *words)
    assert len(verify(bundle).custody) == 1


def test_zips_are_looked_at_and_take_no_answer(bundle: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    say(capsys, "checklist", bundle, "--answer", CLAUSE, "--verdict", "met", "--text", "a secret")
    for name, redact in (("whole.zip", False), ("cut.zip", True)):
        export(bundle, tmp_path / name, redact=redact)
        said = say(capsys, "checklist", tmp_path / name, "--json").json
        fits("checklist", said)
        assert said["counts"]["met"] == 1
        with pytest.raises(UsageError, match="takes no answers"):
            say(capsys, "checklist", tmp_path / name, "--answer", CLAUSE, "--verdict", "met", "--text", "x")
    assert "its words are not in this copy" in say(capsys, "checklist", tmp_path / "cut.zip").out


def test_an_altered_bundle_takes_no_answer_and_a_broken_chain_vouches_for_none(
    bundle: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    say(capsys, "checklist", bundle, "--answer", CLAUSE, "--verdict", "met", "--text", "x")
    (bundle / "steps.jsonl").write_text("")
    with pytest.raises(UsageError, match="it is altered"):
        say(capsys, "checklist", bundle, "--answer", CLAUSE, "--verdict", "met", "--text", "x")
    (bundle / "custody.sig").unlink()
    said = say(capsys, "checklist", bundle, "--json")
    assert said.status == 1 and said.json["counts"]["open"] == len(MANUAL) and "is missing" in said.json["broken"]
    fits("checklist", said.json)


def test_hostile_words_stay_on_their_lines(bundle: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    evil = tmp_path / "x\x1b[2J\nmet: 99.txt"
    evil.write_text("x")
    say(capsys, "checklist", bundle, "--answer", CLAUSE, "--verdict", "met", "--attach", evil, "--text",
        "\x1b]0;a\x07 \u202e\nmet: 99")
    for words in ([], ["--clause", CLAUSE]):
        shown = say(capsys, "checklist", bundle, *words).out
        assert "\x1b" not in shown and "\x07" not in shown and "\u202e" not in shown and "\nmet: 99" not in shown
