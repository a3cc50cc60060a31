"""Asking for help, or for a light command, loads none of the libraries that only a run or an analysis needs."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from harness import __version__
from harness.cli.main import build
from tests.cli.command_line import ROOT, violating_run

HEAVY = {
    "pandas", "numpy", "pyarrow", "pytest", "frida", "mitmproxy", "uiautomator2", "adbutils", "requests", "jinja2", "tldextract",
    "typst", "fontTools",
}
TELL = f"import sys; print('loaded:', *sorted({HEAVY!r} & set(sys.modules)), file=sys.stderr)\n"
ORDER = ["demo", "run", "analyze", "report", "compare", "lists", "checklist", "verify", "export", "custody", "timestamp", "keys",
         "doctor", "selftest", "lab", "scenarios", "record", "rules", "clauses", "hooks", "screen", "policy", "traffic"]


def fresh(code: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Python code in a process of its own, where nothing was imported before."""
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
    )  # fmt: skip
    assert "Traceback" not in done.stderr, done.stderr
    assert done.returncode == 0, done.stderr
    return done


def command(*words: str, status: int = 0) -> str:
    """The code that runs the command and goes on when it has ended."""
    return f"""
import sys
from harness.cli.main import main
sys.argv = ['harness', *{words!r}]
try:
    main()
except SystemExit as end:
    assert end.code == {status}
"""


def loaded(done: subprocess.CompletedProcess[str]) -> list[str]:
    return done.stderr.splitlines()[-1].split()[1:]


def test_the_check_sees_a_heavy_import() -> None:
    assert loaded(fresh("import harness.tables\n" + TELL)) == ["numpy", "pandas", "pyarrow", "requests", "tldextract"]


def test_a_run_that_cannot_be_is_refused_before_what_captures_and_what_analyses_is_loaded(tmp_path: Path) -> None:
    (tmp_path / "bad.apk").write_text("no archive")
    done = fresh(command("run", str(tmp_path / "bad.apk"), "--device", "127.0.0.1:1", status=2) + TELL)
    assert "bad.apk is not an APK" in done.stderr
    assert loaded(done) == ["adbutils", "pytest", "requests", "uiautomator2"]


def test_the_version_is_told() -> None:
    done = fresh(command("--version") + TELL)
    assert done.stdout == f"privacy-harness {__version__}\n"
    assert loaded(done) == []


def test_the_whole_command_line_is_built_without_heavy_imports() -> None:
    """`get_command` also resolves the annotations of every command's parameters."""
    code = "import harness.cli.main as m; from typer.main import get_command; print(len(get_command(m.build()).commands))\n"
    done = fresh(code + TELL)
    assert done.stdout.strip() == str(len(ORDER))
    assert loaded(done) == []


@pytest.mark.parametrize("words", [["--help"], ["run", "--help"], ["hooks"], ["screen", "tests/screens/fixtures/launcher.xml"]],
                         ids=" ".join)
def test_a_light_command_stays_light(words: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    done = fresh(command(*words) + TELL)
    assert done.stdout.strip()
    assert loaded(done) == []


def test_a_bundle_is_verified_without_heavy_imports(tmp_path: Path) -> None:
    bundle = violating_run(tmp_path)
    done = fresh(command("verify", str(bundle)) + TELL)
    assert done.stdout.startswith("intact: ")
    assert loaded(done) == []


def test_no_library_turns_on_debug_lines() -> None:
    """apkInspector asks for them when it is imported, which is only when an APK is read."""
    code = command("lab", "--help") + "import logging, harness.device.manifest\nprint(logging.getLogger().level)"
    assert fresh(code).stdout.splitlines()[-1] == "30"


def commands(group: Any, *before: str) -> list[tuple[list[str], Any]]:
    found = []
    for name, command in group.commands.items():
        found.append(([*before, name], command))
        if hasattr(command, "commands"):
            found += commands(command, *before, name)
    return found


@pytest.mark.parametrize("words", [[], ["lab"]], ids=["harness", "harness lab"])
def test_no_summary_is_cut(words: list[str]) -> None:
    shown = fresh(command(*words, "--help"), COLUMNS="80").stdout.partition("Commands:\n")[2].splitlines()
    assert shown
    assert [line for line in shown if line.rstrip().endswith("...") or len(line) > 80] == []


@pytest.mark.parametrize(("words", "described"), [pytest.param(w, c, id=" ".join(w)) for w, c in commands(get_command(build()))])
def test_each_command_has_a_summary_of_one_short_sentence(words: list[str], described: Any) -> None:
    summary = described.get_short_help_str(limit=200)
    assert summary[0].isupper() and summary.endswith(".")
    assert len(summary) <= 60, summary


def test_a_bug_is_shown_and_is_no_violation() -> None:
    """Exit status 1 says that an app was found to violate."""
    code = """
import harness.cli.rules, sys
from harness.cli import main as cli
def build():
    def broken(**options):
        raise TypeError("a bug \\x1b[2J")
    return broken
cli.build = build
sys.argv = ["harness", "rules"]
cli.main()
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False,
                          env={**os.environ, "PYTHONPATH": str(ROOT)})
    assert done.returncode == 2
    assert "Traceback" in done.stderr and "TypeError: a bug \\x1b[2J" in done.stderr
    assert done.stderr.splitlines()[-1] == "harness: this is a bug of the harness, no verdict (exit status 2)."


def test_commands_come_in_the_order_in_which_one_meets_them() -> None:
    shown = fresh(command("--help"), COLUMNS="80").stdout.partition("Commands:\n")[2].partition("\n\n")[0]
    assert [line.split()[0] for line in shown.splitlines()] == ORDER
