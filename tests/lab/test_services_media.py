"""Media players play on the clock for as long as what they play lasts."""

from __future__ import annotations

import pytest

from tests.lab.service_bench import ServiceBench

pytestmark = pytest.mark.lab


def test_a_sound_of_the_apps_own_plays_as_long_as_it_lasts(device: ServiceBench) -> None:
    device.forget()
    device.in_front("play")
    said = device.hear("played in time true")
    assert said[:2] == ["length 750", "playing true"]


def test_a_file_that_is_not_there_cannot_be_played(device: ServiceBench) -> None:
    device.forget()
    device.in_front("playNothing")
    device.wait_for("logcat -d -s Services:I", "playNothing threw java.io.FileNotFoundException")
