"""What all tests share."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# A busy machine decides no test.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")


@pytest.fixture(autouse=True)
def _own_state(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test touches the user's keys, restore files or running devices."""
    monkeypatch.setenv("HARNESS_STATE", str(_state(tmp_path_factory)))
    monkeypatch.delenv("ANDROID_SERIAL", raising=False)


def _state(factory: pytest.TempPathFactory) -> Path:
    path = factory.getbasetemp() / "harness-state"
    path.mkdir(exist_ok=True)
    return path
