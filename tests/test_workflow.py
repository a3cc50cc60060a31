"""The workflow for real Android: its linter has nothing to say, and each command of ours in it is one that README.md shows."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.main import get_command

from harness.cli.main import build

ROOT = Path(__file__).resolve().parents[1]
WORKFLOW = ROOT / ".github/workflows/real-android.yml"
SCRIPT = ROOT / ".github/on-emulator.sh"


def commands(text: str) -> list[list[str]]:
    """Words after `.venv/bin/` of each command of ours."""
    return [shlex.split(found) for found in re.findall(r"\.venv/bin/((?:harness|pytest) [^|>#&\n]*)", text)]


SHOWN = commands((ROOT / "README.md").read_text("utf-8"))
USED = commands(SCRIPT.read_text("utf-8"))


def verbs(words: list[str]) -> list[str]:
    """`harness lab app X --to Y` -> harness, lab, app."""
    found: list[str] = words[:1]
    here: Any = get_command(build())
    for word in words[1:] if words[0] == "harness" else ():
        here = getattr(here, "commands", {}).get(word)
        if here is None:
            break
        found.append(word)
    return found


def test_the_script_uses_what_the_readme_shows() -> None:
    assert len(USED) >= 5
    assert [verbs(words) for words in USED if verbs(words) not in [verbs(one) for one in SHOWN]] == []


def test_each_option_in_the_script_is_one_of_its_command() -> None:
    for words in USED:
        if words[0] == "harness":
            command: Any = get_command(build())
            for verb in verbs(words)[1:]:
                command = command.commands[verb]
            known = {option for parameter in command.params for option in parameter.opts}
            assert {word for word in words if word.startswith("-")} <= known, words


def test_the_suite_s_options_are_the_plugin_s() -> None:
    asked = [sys.executable, "-m", "pytest", "scenarios", "--help"]
    told = subprocess.run(asked, check=True, capture_output=True, text=True, cwd=ROOT)
    (words,) = [words for words in USED if words[0] == "pytest"]
    given = [word for word in words if word.startswith("--")]
    assert len(given) >= 3
    assert [word for word in given if not re.search(rf"(?:^|[ ,]){word}\b", told.stdout, re.MULTILINE)] == []


def test_the_levels_are_those_that_are_promised() -> None:
    said = yaml.safe_load(WORKFLOW.read_text("utf-8"))
    job = said["jobs"]["emulator"]
    assert "[26, 29, 31, 33, 34, 35, 36]" in job["strategy"]["matrix"]["api"]
    (runner,) = [step for step in job["steps"] if str(step.get("uses", "")).startswith("reactivecircus/android-emulator-runner")]
    assert runner["with"]["script"] == "bash .github/on-emulator.sh"
    assert (runner["with"]["arch"], runner["with"]["target"]) == ("x86_64", "google_apis")


def test_udp_is_shut_before_doctor_has_to_be_green() -> None:
    """Otherwise the check `quic` limits, which --fix does not mend, and each emulator would fail."""
    text = SCRIPT.read_text("utf-8")
    for tables in ("iptables", "ip6tables"):
        assert 0 < text.index(f"adb shell {tables} -I OUTPUT -p udp --dport 443 -j REJECT\n") < text.index("harness doctor")


def test_the_script_is_one() -> None:
    subprocess.run(["bash", "-n", str(SCRIPT)], check=True)


@pytest.mark.skipif(shutil.which("actionlint") is None, reason="actionlint is not installed (go install "
                    "github.com/rhysd/actionlint/cmd/actionlint@v1.7.12)")
def test_actionlint_has_nothing_to_say() -> None:
    done = subprocess.run(["actionlint", "-no-color", str(WORKFLOW)], capture_output=True, text=True, check=False, cwd=ROOT)
    assert (done.returncode, done.stdout) == (0, "")
