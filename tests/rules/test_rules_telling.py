"""What findings share."""

from __future__ import annotations

import pytest

from harness.rules.telling import earliest_stage


@pytest.mark.parametrize(("bases", "first"), [
    (["after_agree", "before_consent", "after_refusal"], "before_consent"),
    (["background", "after_refusal"], "after_refusal"),
    (["after_agree"], "after_agree"),
    (["after_agree", ""], ""),
])  # fmt: skip
def test_the_stage_of_a_finding_is_the_one_that_a_run_comes_to_first_whatever_was_run_first(bases: list[str], first: str) -> None:
    assert earliest_stage(bases) == first
