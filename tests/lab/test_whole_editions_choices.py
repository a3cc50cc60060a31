"""Consent, refusal, permissions, functions: driven right where an edition shows it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from harness.lab.apps.editions import Edition
from tests.lab.edition_runs import EditionBench, driven_always, edition_bench

pytestmark = pytest.mark.lab


@pytest.fixture(scope="module")
def driven(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EditionBench]:
    with edition_bench(tmp_path_factory.mktemp("state"), tmp_path_factory.mktemp("editions")) as made:
        yield made


@pytest.mark.parametrize("edition", driven_always("choices"), ids=lambda one: one.name)
def test_an_edition_is_driven_right(driven: EditionBench, edition: Edition) -> None:
    assert driven.run(edition).mismatches() == []
