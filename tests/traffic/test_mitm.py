"""What mitmproxy wrote is read: requests, WebSocket messages of the app, and as much of a damaged file as there is."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from harness.errors import UsageError
from harness.traffic.exchange import Exchange
from harness.traffic.reading import read_exchanges
from tests.decoding.mutations import mutated
from tests.traffic.messages import IMEI, URL, flows, looked, told, written

WHOLE = flows()


def read(folder: Path, content: bytes) -> list[Exchange]:
    return list(read_exchanges(written(folder, content, "flows")))


def test_requests_and_messages_of_the_app(tmp_path: Path) -> None:
    exchanges = read(tmp_path, WHOLE)
    assert [(e.index, e.method) for e in exchanges] == [(0, "GET"), (1, "GET"), (2, "WEBSOCKET"), (3, "WEBSOCKET")]
    assert exchanges[0].url == URL
    assert ("X-Name", "上海") in exchanges[0].headers
    assert [e.body for e in exchanges[2:]] == [f'{{"imei":"{IMEI}"}}'.encode(), b"\x00\x01"]
    assert [[hit.where for hit in one.hits] for one in looked(exchanges)] == [["body $.imei"], [], ["body $.imei"], []]


@pytest.mark.parametrize("part", [0.5, 0.7, 0.9])
def test_a_file_that_is_cut_is_read_as_far_as_it_goes(tmp_path: Path, part: float) -> None:
    examined = looked(read(tmp_path, WHOLE[: int(len(WHOLE) * part)]))
    assert [hit.where for hit in examined[0].hits] == ["body $.imei"]
    assert told(examined[-1])[0].startswith("request: the file ends inside a flow")
    assert [e.exchange.index for e in examined] == list(range(len(examined)))


def test_a_file_without_one_whole_flow_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="damaged"):
        read(tmp_path, WHOLE[: len(WHOLE) // 4])


def test_other_bytes_behind_the_flows_are_told(tmp_path: Path) -> None:
    *whole, last = looked(read(tmp_path, WHOLE + b"5:hello;"))
    assert len(whole) == 4
    assert told(last)[0].startswith("request: the file ends inside a flow")


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(random=st.randoms(use_true_random=False))
def test_a_damaged_file_is_read_or_refused(tmp_path: Path, random: Random) -> None:
    try:
        exchanges = read(tmp_path, mutated(WHOLE, random))
    except UsageError:
        return
    looked(exchanges)
