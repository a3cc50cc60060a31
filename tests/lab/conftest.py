"""The device of the tests of the lab's services, one for each module."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.lab.service_bench import ServiceBench, service_bench


@pytest.fixture(scope="module")
def device(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServiceBench]:
    """A module that names its SEED knows the device's profile."""
    with service_bench(tmp_path_factory.mktemp("state"), seed=getattr(request.module, "SEED", None)) as made:
        yield made
