"""The options of `harness run` that the rig is built with get to it."""

from __future__ import annotations

import dataclasses
from typing import Any

import adbutils
import pytest

from harness.capture import catalogue
from harness.capture.catalogue import CatalogueError, load_catalogue
from harness.cli.main import build
from harness.device.adb import AdbDevice
from harness.suite import rig


class Reached(Exception):
    pass


@pytest.mark.parametrize(("words", "setting", "asked"), [
    ([], "reach_private", None), (["--reach-private"], "reach_private", True), (["--no-reach-private"], "reach_private", False),
    ([], "spawn_gating", True), (["--no-spawn-gating"], "spawn_gating", False),
])
def test_the_option_gets_to_the_rig(monkeypatch: pytest.MonkeyPatch, words: list[str], setting: str, asked: bool | None) -> None:
    def made(device: object, **settings: Any) -> None:
        assert settings[setting] is asked
        raise Reached

    monkeypatch.setattr(adbutils, "AdbClient", None)    # nothing is asked of adb
    monkeypatch.setattr(AdbDevice, "open", lambda serial: None)
    monkeypatch.setattr(rig, "DeviceRig", made)
    with pytest.raises(Reached):
        build()(["run", "com.example.shop", "--device", "A1", *words], standalone_mode=False)


def test_a_catalogue_that_the_framework_does_not_bear_out_is_told_before_anything_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = load_catalogue()
    wrong = dataclasses.replace(whole.hooks[0], method="getFooBar")
    monkeypatch.setattr(catalogue, "load_catalogue", lambda: dataclasses.replace(whole, hooks=(wrong, *whole.hooks[1:])))
    monkeypatch.setattr(adbutils, "AdbClient", None)    # nothing is asked of adb
    with pytest.raises(CatalogueError, match="itself declares no getFooBar"):
        build()(["run", "com.example.shop", "--device", "A1"], standalone_mode=False)
