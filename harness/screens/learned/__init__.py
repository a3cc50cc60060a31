"""A linear model over named features: what a screen is, what a control does (docs/screens.md, "The learned part").

The weights are data, kinds.tsv and roles.tsv beside this file, made by benchmarks/screens_train.py: the first line names the
labels, each further line a feature and its weight for each label, in hundredths. `""` is the bias. A feature that stands
nowhere weighs nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from math import exp
from pathlib import Path

_UNSPACED = "\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff"
_RUN = re.compile(rf"[{_UNSPACED}]+|[^\W\d_{_UNSPACED}]+")
_FIRST = re.compile(rf"[{_UNSPACED}]")
_HEAD, _TAIL = 1000, 500


@dataclass(frozen=True)
class Judgement:
    """`likely`: each label with its probability, the likeliest first. `why`: the features that spoke most for the first."""

    likely: tuple[tuple[str, float], ...]
    why: tuple[str, ...]

    @property
    def label(self) -> str:
        return self.likely[0][0]

    @property
    def sure(self) -> float:
        return self.likely[0][1]

    def of(self, label: str) -> float:
        return next((p for name, p in self.likely if name == label), 0.0)


@dataclass(frozen=True, eq=False)
class Model:
    """`weights`: of each feature, one for each label."""

    labels: tuple[str, ...]
    weights: Mapping[str, Sequence[float]]

    def judge(self, features: Mapping[str, float]) -> Judgement:
        """Every label with its probability: the softmax of the sum of what the features weigh."""
        known = [(name, self.weights[name], value) for name, value in features.items() if name in self.weights]
        points = list(self.weights[""])
        for _, row, value in known:
            for i, weight in enumerate(row):
                points[i] += weight * value
        highest = max(points)
        odds = [exp(point - highest) for point in points]
        whole = sum(odds)
        order = sorted(range(len(odds)), key=lambda i: -odds[i])
        first, speaks = order[0], []
        for name, row, value in known:
            said = value * (row[first] - sum(row) / len(row))
            if said > 0:
                speaks.append((said, name))
        speaks.sort(key=lambda one: (-one[0], one[1]))
        likely = tuple((self.labels[i], odds[i] / whole) for i in order)
        return Judgement(likely, tuple(name for _, name in speaks[:6]))


@cache
def load(name: str) -> Model:
    """The model kinds or roles. Raises ValueError where the file is wrong: that is a bug, not input."""
    lines = (Path(__file__).parent / f"{name}.tsv").read_text(encoding="utf-8").split("\n")
    rows = (line.split("\t") for line in lines[1:] if line)
    return Model(tuple(lines[0].split("\t")), {name: [int(w) / 100 for w in told.split(" ")] for name, told in rows})


def ends(text: str) -> str:
    """A text of at most 1,501 characters, a longer one cut out of its middle: it says at its ends what it is and what it asks."""
    return text if len(text) <= _HEAD + _TAIL else f"{text[:_HEAD]}\n{text[-_TAIL:]}"


def grams(text: str) -> set[str]:
    """What a folded text is made of: one to three characters in a row where words are not spaced, else words, and four or five
    letters of them with `^` and `$` for their ends."""
    return set(_grams(ends(text)))


def _grams(text: str) -> Iterator[str]:
    runs = _RUN.findall(text)
    yield from (f"{a} {b}" for a, b in pairwise(runs) if not (_FIRST.match(a) or _FIRST.match(b)))
    for run in set(runs):
        if _FIRST.match(run):
            for length in (1, 2, 3):
                yield from (run[i : i + length] for i in range(len(run) - length + 1))
            continue
        yield run
        whole = f"^{run}$"
        for length in (4, 5):
            yield from (whole[i : i + length] for i in range(len(whole) - length + 1))
