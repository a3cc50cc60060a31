"""A linear model over named features: what a screen is, what a control does (docs/screens.md, "The learned part").

The weights are data, kinds.tsv and roles.tsv beside this file, made by benchmarks/screens_train.py: the first line names the labels, each
further line a feature and its weight for each label, in hundredths. `""` is the bias. A feature that stands nowhere weighs nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

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
    labels: tuple[str, ...]
    at: Mapping[str, int]
    weights: np.ndarray

    def judge(self, features: Mapping[str, float]) -> Judgement:
        known = [(name, self.at[name], value) for name, value in features.items() if name in self.at]
        rows = self.weights[[at for _, at, _ in known]] * np.array([[value] for _, _, value in known] or np.zeros((0, 1)))
        points = rows.sum(axis=0) + self.weights[self.at[""]]
        odds = np.exp(points - points.max())
        odds /= odds.sum()
        order = sorted(range(len(self.labels)), key=lambda i: -odds[i])
        speaks = rows[:, order[0]] - rows.mean(axis=1)
        most = sorted(range(len(known)), key=lambda i: -speaks[i])[:6]
        return Judgement(
            tuple((self.labels[i], float(odds[i])) for i in order), tuple(known[i][0] for i in most if speaks[i] > 0)
        )  # fmt: skip


@cache
def load(name: str) -> Model:
    """The model kinds or roles. Raises ValueError where the file is wrong: that is a bug, not input."""
    lines = (Path(__file__).parent / f"{name}.tsv").read_text(encoding="utf-8").split("\n")
    rows = [line.split("\t") for line in lines[1:] if line]
    weights = np.array([[int(w) for w in row[1].split(" ")] for row in rows], dtype=np.float64) / 100
    return Model(tuple(lines[0].split("\t")), {row[0]: i for i, row in enumerate(rows)}, weights)


def ends(text: str) -> str:
    """A text of at most 1,501 characters, a longer one cut out of its middle: it says at its ends what it is and what it asks."""
    return text if len(text) <= _HEAD + _TAIL else f"{text[:_HEAD]}\n{text[-_TAIL:]}"


def grams(text: str) -> set[str]:
    """What a folded text is made of: one to three characters in a row where words are not spaced, else words, and four or five
    letters of them with `^` and `$` for their ends."""
    return set(_grams(ends(text)))


def _grams(text: str) -> Iterator[str]:
    for run in set(_RUN.findall(text)):
        if _FIRST.match(run):
            for length in (1, 2, 3):
                yield from (run[i : i + length] for i in range(len(run) - length + 1))
            continue
        yield run
        whole = f"^{run}$"
        for length in (4, 5):
            yield from (whole[i : i + length] for i in range(len(whole) - length + 1))
