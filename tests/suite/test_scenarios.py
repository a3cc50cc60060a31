"""The shipped scenarios name clauses and stages that exist."""

from __future__ import annotations

import pytest

from harness.clauses import catalogue
from harness.model import Stage
from harness.suite.scenario import select

SHIPPED = [file.scenario for file in select([])]


@pytest.mark.parametrize("scenario", SHIPPED, ids=lambda s: s.id)
def test_what_a_scenario_names_exists(scenario) -> None:
    clauses = set(catalogue())
    assert scenario.clauses
    assert set(scenario.clauses) <= clauses
    assert set(scenario.opens) <= {str(stage) for stage in Stage}
