"""Captures that nobody here made: the properties that their owners' own tool lists are found, and nothing else is.

tests/traffic/reporthar/README.md says where they are from.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from harness.traffic.findings import examine, search_for
from harness.traffic.har_reader import read_har
from harness.traffic.knowns_file import read_knowns

FOLDER = Path(__file__).parent / "reporthar"


@pytest.mark.parametrize("run", ["first", "second"])
def test_what_the_owners_list_is_found(run: str) -> None:
    search = search_for(read_knowns(FOLDER / run / "knowns.json"))
    truth = json.loads((FOLDER / run / "truth.json").read_text())
    wanted, possible = ({(int(i), name) for i, told in truth.items() for name in told[key]} for key in ("has", "may"))
    found = {
        (one.exchange.index, hit.known.name)
        for one in examine(read_har(FOLDER / run / "capture.har"), search)
        for hit in one.hits
    }
    assert found <= wanted | possible
    assert len(found & wanted) >= 0.99 * len(wanted), sorted(wanted - found)
