"""Labelled screens are read as labelled: what is reached on either half is not lost again (benchmarks/screens_recall.py)."""

from __future__ import annotations

import pytest

from tests.screens.labels import ROLES, measure


@pytest.mark.parametrize(("half", "kinds", "roles"), [("train", 0.97, 0.95), ("check", 0.88, 0.95)])
def test_what_is_reached_is_kept(half: str, kinds: float, roles: float) -> None:
    found = measure(half)
    assert found.screens >= 150
    assert found.kinds.macro_f1 >= kinds, found.mistakes
    for role in ROLES:
        assert found.roles.f1(role) >= roles, found.mistakes
