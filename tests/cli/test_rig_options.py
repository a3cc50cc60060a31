"""The options of `harness run` that the rig is built with get to it."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import adbutils
import pytest

from harness.capture import catalogue
from harness.capture.catalogue import CatalogueError, load_catalogue
from harness.capture.proxy_settings import Way
from harness.cli.main import build
from harness.device.adb import AdbDevice
from harness.errors import UsageError
from harness.suite import devices, rig


class Reached(Exception):
    pass


@pytest.mark.parametrize(("words", "setting", "asked"), [
    ([], "reach_private", None), (["--reach-private"], "reach_private", True), (["--no-reach-private"], "reach_private", False),
    ([], "keep_responses", 1 << 20), (["--keep-responses", "none"], "keep_responses", 0),
    (["--keep-responses", "all"], "keep_responses", None), (["--keep-responses", "7"], "keep_responses", 7),
    ([], "way", Way.PROXY), (["--capture", "wireguard"], "way", Way.WIREGUARD), (["--capture", "both"], "way", Way.BOTH),
    ([], "read_quic", False), (["--read-quic"], "read_quic", True),
    (["--wireguard-endpoint", "192.0.2.7"], "wireguard_endpoint", "192.0.2.7"),
    (["--wireguard-endpoint", "[2001:db8::7]"], "wireguard_endpoint", "2001:db8::7"),
    ([], "spawn_gating", True), (["--no-spawn-gating"], "spawn_gating", False),
    ([], "frida_server", None), (["--frida-server", __file__], "frida_server", Path(__file__)),
    ([], "frida_name", ""), (["--frida-name", "random"], "frida_name", "random"),
    ([], "frida_port", 27042), (["--frida-port", "31000"], "frida_port", 31000), (["--frida-port", "random"], "frida_port", 0),
])
def test_the_option_gets_to_the_rig(monkeypatch: pytest.MonkeyPatch, words: list[str], setting: str, asked: object) -> None:
    def made(device: object, **settings: Any) -> None:
        assert (settings[setting], type(settings[setting])) == (asked, type(asked))
        raise Reached

    monkeypatch.setattr(adbutils, "AdbClient", lambda: None)    # nothing is asked of adb
    monkeypatch.setattr(devices, "choose", lambda client, serial: serial)
    monkeypatch.setattr(AdbDevice, "open", lambda serial: None)
    monkeypatch.setattr(rig, "DeviceRig", made)
    with pytest.raises(Reached):
        build()(["run", "com.example.shop", "--device", "A1", *words], standalone_mode=False)


@pytest.mark.parametrize("size", ["-1", "1M", "some"])
def test_a_size_that_is_none_is_wrong_use(size: str) -> None:
    with pytest.raises(UsageError, match="is no number of bytes"):
        build()(["run", "com.example.shop", "--keep-responses", size], standalone_mode=False)


@pytest.mark.parametrize(("words", "said"), [
    (["--frida-server", "/nope/frida-server"], "There is no file /nope/frida-server"),
    (["--frida-name", "../sh"], "cannot be the name of frida-server"), (["--frida-name", "a b"], "cannot be the name"),
    (["--frida-name", "-rf"], "cannot be the name"), (["--frida-port", "0"], "is no port of frida-server"),
    (["--frida-port", "65536"], "is no port"), (["--frida-port", "any"], "is no port"),
])
def test_a_frida_server_that_cannot_be_meant_is_wrong_use(words: list[str], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        build()(["run", "com.example.shop", *words], standalone_mode=False)


def test_an_endpoint_that_is_no_address_is_wrong_use() -> None:
    with pytest.raises(UsageError, match="is no IP address"):
        build()(["run", "com.example.shop", "--wireguard-endpoint", "my-laptop"], standalone_mode=False)


def test_a_catalogue_that_the_framework_does_not_bear_out_is_told_before_anything_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = load_catalogue()
    wrong = dataclasses.replace(whole.hooks[0], method="getFooBar")
    monkeypatch.setattr(catalogue, "load_catalogue", lambda: dataclasses.replace(whole, hooks=(wrong, *whole.hooks[1:])))
    monkeypatch.setattr(adbutils, "AdbClient", None)    # nothing is asked of adb
    with pytest.raises(CatalogueError, match="itself declares no getFooBar"):
        build()(["run", "com.example.shop", "--device", "A1"], standalone_mode=False)
