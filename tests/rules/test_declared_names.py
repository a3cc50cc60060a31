"""What a rule declares that it needs exists under that name: a scenario misspelt is one that nobody ever runs, and a kind
misspelt one of which no gap is ever told."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from harness.model import Stage
from harness.rules.engine import all_rules
from harness.rules.rule import Boundary, Clock, Hooks, Noted, Rule, Text
from harness.rules.sensitive import kinds

ROOT = Path(__file__).resolve().parents[2]


@cache
def scenarios() -> frozenset[str]:
    return frozenset(path.stem.replace("_", "-") for path in (ROOT / "scenarios").glob("*.py"))


@cache
def facts() -> frozenset[str]:
    """The types of facts that docs/driving.md lists."""
    table = (ROOT / "docs" / "driving.md").read_text("utf-8").partition("| type | data |")[2]
    return frozenset(re.findall(r"^\| (\w+) \|", table, re.M))


@cache
def pages() -> frozenset[str]:
    said: dict[str, Any] = yaml.safe_load((ROOT / "harness" / "suite" / "entries.yaml").read_text("utf-8"))
    return frozenset(said["entries"])


@cache
def watched() -> frozenset[str]:
    """The kinds of personal information, and what else hooks record."""
    said = (path.read_text("utf-8") for path in (ROOT / "hooks" / "catalogue").glob("*.yaml"))
    return frozenset(kinds()) | {kind for text in said for kind in re.findall(r"^ *(?:- )?kind: (\w+)", text, re.M)}


def check(rule: Rule) -> None:
    # Looked up by name, so that what is loaded anew is judged, too.
    assert set(rule.scenarios) <= scenarios() and rule.scenarios
    for need in rule.needs:
        match type(need).__name__:
            case Hooks.__name__:
                assert need.kinds <= watched(), need
            case Clock.__name__:
                assert need.kinds <= watched() and set(need.stages) <= set(Stage), need
            case Boundary.__name__:
                assert need.stage in set(Stage), need
            case Noted.__name__:
                assert set(need.types) <= facts(), need
            case Text.__name__:
                assert set(need.pages) <= pages(), need


@pytest.mark.parametrize("rule", all_rules(), ids=lambda r: r.id)
def test_what_a_rule_declares_exists(rule: Rule) -> None:
    check(rule)
