from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def own_state(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keys of the tests, not the rig's."""
    folder = tmp_path_factory.mktemp("state")
    monkeypatch.setenv("HARNESS_STATE", str(folder))
    return folder
