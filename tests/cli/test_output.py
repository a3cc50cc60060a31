"""What a bundle, an app or a device says reaches no terminal as a command: controls are spelt out, lines stay lines."""

from __future__ import annotations

import io
import json
import logging
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from rich.table import Table

from harness.bundle import Bundle
from harness.cli import output
from harness.cli.comparison import Comparison
from harness.cli.editions import EditionRun, Judged, show
from harness.cli.options import ReportLanguage
from harness.cli.output import SafeConsole, VisibleFormatter, cell, emit, fail, printable, show_bug, visible
from harness.cli.run import progress_lines
from harness.errors import HarnessError
from harness.model import Control, Stage
from harness.render import html
from harness.rules.analysis import analyse
from harness.suite.steps import Steps
from tests.cli.command_line import ROOT, say, violating_run
from tests.rules.test_rules import write_bundle

FEIGNED = "x\x1b[2J\rharness: all is well\nNo violation."
SPELT = r"x\x1b[2J\rharness: all is well\nNo violation."


def harmless(text: str) -> None:
    """No control but line ends; and no line that the text feigned."""
    assert [c for c in text if not c.isprintable() and c != "\n"] == []
    assert not [line for line in text.splitlines() if line.startswith(("harness: all is well", "No violation."))]


def console(**options: object) -> tuple[SafeConsole, io.StringIO]:
    file = io.StringIO()
    return SafeConsole(file=file, width=300, **options), file


# -- the console ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("char", ["\x1b", "\r", "\x07", "\x08", "\x0b", "\x7f", "\x9b", "\u202e", "\u2028", "\t"])
def test_no_control_character_passes_the_console(char: str) -> None:
    to, file = console()
    table = Table("head")
    table.add_row(f"cell{char}[2J")
    to.print(f"text{char}[2J")
    to.print(table)
    to.print(cell(f"one\n{char}"))
    harmless(file.getvalue())
    assert "text" + char.encode("unicode_escape").decode() + "[2J" in file.getvalue()


def test_the_console_s_own_styles_still_work() -> None:
    to, file = console(force_terminal=True, color_system="standard")
    to.print("loud\x1b[2J", style="bold red")
    assert file.getvalue() == "\x1b[1;31mloud\\x1b[2J\x1b[0m\n"


def test_markup_and_emoji_of_others_stay_text() -> None:
    to, file = console()
    table = Table("head", box=None)
    table.add_row("[red]byte[/red] :bomb:")
    to.print("[link=x]here[/link] :bomb:")
    to.print(table)
    assert file.getvalue().count(":bomb:") == 2
    assert "[link=x]here[/link]" in file.getvalue() and "[red]byte[/red]" in file.getvalue()


def test_lines_of_our_own_stay_lines() -> None:
    assert visible("a\nb\x1b") == "a\nb\\x1b"
    assert printable("a\nb\x1b") == "a\\nb\\x1b"


def test_json_on_a_terminal_has_no_control_either(capsys: pytest.CaptureFixture[str]) -> None:
    data = {"detail": FEIGNED + "\x7f\x9b\u202e\U000e0001 手机"}
    emit(data)
    printed = capsys.readouterr().out
    harmless(printed)
    assert "手机" in printed
    assert json.loads(printed) == data


def test_an_error_s_later_lines_cannot_pass_for_ours(capsys: pytest.CaptureFixture[str]) -> None:
    status = fail(HarnessError(FEIGNED, f"why {FEIGNED}", "fix\r\nit"))
    printed = capsys.readouterr().err
    harmless(printed)
    assert status == 2
    assert printed.count("No violation.") == 2


def test_log_lines_and_bugs_are_spelt_out_too(capsys: pytest.CaptureFixture[str]) -> None:
    record = logging.LogRecord("uiautomator2", logging.WARNING, "", 0, "device said %s", (FEIGNED,), None)
    assert "\x1b" not in VisibleFormatter(logging.BASIC_FORMAT).format(record)
    try:
        raise ValueError("bug \x1b[2J")
    except ValueError:
        kind, error, where = sys.exc_info()
        assert kind is not None and error is not None
        show_bug(kind, error, where)
    printed = capsys.readouterr().err
    assert "\x1b" not in printed
    assert "ValueError: bug \\x1b[2J" in printed


# -- what commands print ----------------------------------------------------------------------------------------------


@pytest.fixture
def hostile(tmp_path: Path) -> Path:
    """A bundle whose app put controls into the caller, a gap and a step; INCONCLUSIVE cites the gap."""
    path = ROOT / "tests" / "rules" / "third-party-sharing" / "gap-proxy-died.yaml"
    fixture = yaml.safe_load(path.read_text("utf-8"))
    (gap,) = [e["gap"] for e in fixture["events"] if "gap" in e]
    gap["detail"] = f"proxy {FEIGNED}"
    tap = next(e["step"] for e in fixture["events"] if e.get("step", {}).get("action") == "tap")
    tap["target"] = FEIGNED
    return write_bundle(tmp_path, fixture)


@pytest.mark.parametrize(
    "words", [("analyze", "--rule", "third-party-sharing"), ("analyze", "--json"), ("report",), ("verify",)], ids=" ".join)
def test_a_hostile_bundle(hostile: Path, words: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    said = say(capsys, words[0], hostile, *words[1:])
    harmless(said.out)
    harmless(said.err)
    if "--rule" in words:
        assert SPELT in said.out


def test_rules_whose_scenarios_nobody_ran_are_one_line_save_where_they_are_named(
        tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bundle = violating_run(tmp_path)
    said = say(capsys, "analyze", bundle)
    assert said.status == 1
    [line] = [line for line in said.out.splitlines() if "were not run" in line]
    many = int(line.split()[0])
    assert many > 50 and line == f"{many} rules were not decided: their scenarios were not run."
    assert "None of the scenarios that this rule needs was run" not in said.out
    whole = say(capsys, "analyze", bundle, "--json").json
    unasked = [v for v in whole["verdicts"] if "None of the scenarios that this rule needs was run" in v["reason"]]
    assert len({v["rule"] for v in unasked}) == many
    rule = unasked[0]["rule"]
    named = say(capsys, "analyze", bundle, "--rule", rule)
    assert f"  {rule}: None of the scenarios that this rule needs was run" in named.out and "were not run" not in named.out


def test_a_hostile_bundle_that_was_altered_is_warned_of_harmlessly(hostile: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (hostile / "a\x1b[2J\nintact: b").write_text("")
    said = say(capsys, "analyze", hostile)
    harmless(said.err)
    assert said.err.startswith("altered: ")
    assert not [line for line in said.err.splitlines() if line.startswith("intact")]


def test_a_hostile_edition_of_the_demo(hostile: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = EditionRun("violating", "shop-violating", Path("x.apk"), result={"report": FEIGNED})
    show(Judged(run=run, analysis=analyse(hostile), comparison=Comparison(found=[], missed=[FEIGNED], false_findings=[FEIGNED])))
    harmless(capsys.readouterr().out)


class _Follower:
    after_step: str | None = None


def test_a_caption_that_is_tapped_stays_on_its_progress_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The caption comes from the app's screen, and goes to stderr as the run goes on."""
    bundle = Bundle.at(tmp_path / "run", "example.shop")
    clock: Iterator[int] = iter(range(1, 100))
    steps = Steps(bundle, _Follower(), clock=lambda: next(clock), progress=progress_lines())  # type: ignore[arg-type]
    with steps.act("tap", FEIGNED, control=Control(text=FEIGNED, role="agree"), opens=Stage.AFTER_AGREE):
        pass
    printed = capsys.readouterr().err
    harmless(printed)
    assert printed.splitlines()[-1].endswith(f"tap {SPELT}")
    assert len(printed.splitlines()) == 1


def test_the_languages_of_the_option_are_those_of_the_report() -> None:
    assert tuple(ReportLanguage) == html.LANGUAGES


def test_the_consoles_of_all_commands_are_safe() -> None:
    assert isinstance(output.out, SafeConsole) and isinstance(output.err, SafeConsole)
    for file in sorted((ROOT / "harness" / "cli").glob("*.py")):
        if file.name != "output.py":
            assert "Console(" not in file.read_text("utf-8"), file
            assert not [line for line in file.read_text("utf-8").splitlines() if line.strip().startswith("print(")], file
