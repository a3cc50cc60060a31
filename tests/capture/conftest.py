"""A bundle, and a proxy that writes into it. A CA is made once for all tests: its key takes a second."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from captured_traffic import Start

from harness.bundle import Bundle
from harness.capture.traffic import TrafficCapture


@pytest.fixture(scope="session")
def ca_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("ca")


@pytest.fixture
def bundle(tmp_path: Path) -> Bundle:
    return Bundle.create(tmp_path, "com.example.shop")


@pytest.fixture
def start(bundle: Bundle, ca_dir: Path) -> Iterator[Start]:
    started: list[TrafficCapture] = []

    def begin(**settings: object) -> TrafficCapture:
        capture = TrafficCapture(bundle, ca_dir=ca_dir, **settings)  # type: ignore[arg-type]
        started.append(capture)
        capture.start()
        return capture

    yield begin
    for capture in started:
        capture.stop()
