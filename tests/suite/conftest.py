"""pytest run by a test, in a folder as a tester has it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from suite_door import CONFTEST, SCENARIO
from suite_equipment import APP

import harness.rules.analysis
import harness.suite.devices
import harness.suite.judgement
import harness.suite.run  # noqa: F401 - what pytester unloads after a run it has loaded cannot be loaded again (numpy)


@pytest.fixture
def door(pytester, monkeypatch, tmp_path):
    """A function that runs pytest. `body`: of one scenario's test, or `files`: name -> text; `conftest`: what is added to it;
    `apart`: in a process of its own, as pytest-xdist needs it."""
    here = Path(__file__).parent
    monkeypatch.setenv("HARNESS_STATE", str(tmp_path / "state"))
    monkeypatch.setenv("HARNESS_LEASES", str(tmp_path / "leases"))
    monkeypatch.setenv("PYTHONPATH", f"{here.parents[1]}{os.pathsep}{here}")
    monkeypatch.syspath_prepend(str(here))

    def run(body="", *arguments, failing=(), files=None, conftest="", facts=None, apart=False):
        pytester.makeconftest(CONFTEST.format(failing=tuple(failing), facts=facts or {}) + conftest)
        folder = pytester.path / "scenarios"
        folder.mkdir(exist_ok=True)
        for name, text in (files or {"mine": SCENARIO.format(body=body)}).items():
            (folder / f"{name}.py").write_text(text, encoding="utf-8")
        start = pytester.runpytest_subprocess if apart else pytester.runpytest_inprocess
        return start("-p", "no:cacheprovider", "-rA", "scenarios", f"--harness-package={APP}", "--harness-observe=1", *arguments)

    return run
