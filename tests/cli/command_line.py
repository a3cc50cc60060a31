"""The command line inside the process of the tests, for commands that need no device."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from harness.cli.main import build
from tests.rules.test_rules import write_bundle

ROOT = Path(__file__).resolve().parents[2]
_FIXTURE = ROOT / "tests" / "rules" / "collection-before-consent" / "fires-read-and-sent.yaml"


@dataclass(frozen=True)
class Said:
    status: int
    out: str
    err: str = ""

    @property
    def json(self) -> Any:
        return json.loads(self.out)


def say(capsys: pytest.CaptureFixture[str], *words: object) -> Said:
    """What a command prints, and its exit status."""
    capsys.readouterr()
    status = build()([str(word) for word in words], standalone_mode=False)
    printed = capsys.readouterr()
    return Said(status, printed.out, printed.err)


def violating_run(folder: Path) -> Path:
    """A sealed bundle with a violation."""
    return write_bundle(folder, yaml.safe_load(_FIXTURE.read_text("utf-8")))
