"""Every edition of the example apps is driven right by its scenario: what came of it is what it expects."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from harness.lab.apps.editions import Edition
from tests.lab.edition_runs import EditionBench, all_editions, edition_bench, meets

pytestmark = pytest.mark.lab


@pytest.fixture(scope="module")
def driven(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EditionBench]:
    with edition_bench(tmp_path_factory.mktemp("state"), tmp_path_factory.mktemp("editions")) as made:
        yield made


@pytest.mark.parametrize("edition", all_editions(), ids=lambda one: f"{one.app}-{one.name}")
def test_an_edition_is_driven_right(driven: EditionBench, edition: Edition) -> None:
    assert driven.run(edition).mismatches() == []


def test_what_meets_an_expectation() -> None:
    assert meets({"a": 1, "b": {"c": [1, {"d": 2, "e": 3}]}}, {"b": {"c": [{"d": 2}]}})
    assert not meets({"a": 1}, {"a": 2}) and not meets({}, {"a": None}) and not meets({"a": []}, {"a": [1]})
