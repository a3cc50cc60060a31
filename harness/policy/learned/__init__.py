"""A linear model over named features: whether a mention of a kind declares that the app collects it (docs/policy.md).

The weights are data, kinds.tsv beside this file, made by benchmarks/policy_train.py: each line a feature and its weight in
hundredths. `""` is the bias. A feature that stands nowhere weighs nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path


@cache
def weights() -> Mapping[str, int]:
    """Raises ValueError where the file is wrong: that is a bug, not input."""
    lines = (Path(__file__).parent / "kinds.tsv").read_text(encoding="utf-8").split("\n")
    return {name: int(weight) for name, weight in (line.split("\t") for line in lines if line)}


def points(features: Iterable[str]) -> float:
    """What the features weigh together: the logarithm of the odds, above 0 where it is likelier than not."""
    known = weights()
    return (known.get("", 0) + sum(known.get(name, 0) for name in features)) / 100
