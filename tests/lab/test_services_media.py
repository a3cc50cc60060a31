"""Media players play on the clock for as long as what they play lasts."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.lab.service_bench import ServiceBench, service_bench

pytestmark = pytest.mark.lab


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServiceBench]:
    with service_bench(tmp_path_factory.mktemp("state")) as made:
        yield made


def test_a_sound_of_the_apps_own_plays_as_long_as_it_lasts(lab: ServiceBench) -> None:
    lab.forget()
    lab.in_front("play")
    said = lab.hear("played in time true")
    assert said[:2] == ["length 750", "playing true"]


def test_a_file_that_is_not_there_cannot_be_played(lab: ServiceBench) -> None:
    lab.forget()
    lab.in_front("playNothing")
    lab.wait_for("logcat -d -s Services:I", "playNothing threw java.io.FileNotFoundException")
