"""Trains the learned part of the screen recogniser: harness/screens/learned/kinds.tsv and roles.tsv.

    python -m benchmarks.screens_train               # from everything labelled, but for the half `check`
    python -m benchmarks.screens_train --leave cdefg # writes nothing: trained without each writer, measured on what it wrote

Multinomial logistic regression in plain numpy, by Adam on small batches. Every screen is seen as it is, or with a part of its
topics, roles and letters taken away at random, the points of the rules counted again from what is left: the rules were made
with these screens in sight, and would else be believed more than they deserve on others.
"""

from __future__ import annotations

import argparse
import json
import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

import numpy as np

from benchmarks import screens_wording
from harness.screens import features, learned, weighing
from harness.screens.controls import in_front, panel_of, survey
from harness.screens.hierarchy import windows
from harness.screens.learned import Model
from harness.screens.phrases import Phrases, fold, languages_of, load
from harness.screens.reading import FoundControl
from tests.screens import labels

TAKEN_AWAY, LETTERS_AWAY, TIMES = 0.25, 0.3, 4
BALANCE = 0.5
"""0: each case is worth the same; 1: each label."""
ALSO = 0.3
"""What a second fair kind is worth beside the first."""
SCALE = {"T": 0.5, "P": 0.5, "M": 0.3, "r": 0.5, "s": 0.5, "t": 0.3, "p": 0.3, "c": 0.4, "A": 0.4, "A!": 0.4, "X": 0.25, "w": 0.4,
         "R": 0.5, "k": 0.3, "kR": 0.4, "g": 0.4, "kg": 0.25, "o": 0.3, "k0": 0.3, "i": 0.3, "q": 0.4, "ko": 0.3}  # fmt: skip
"""How much a feature may weigh: the smaller, the slower it learns."""
EPOCHS, BATCH, PACE, PENALTY = 25, 256, 0.02, 0.01
BAGS = 4
"""Models of which the mean is taken, each from another order and other forms of the cases: of linear ones it is one again."""
LEAST, WRITERS = 3, 2
"""Cases in which a feature stands at least, and how many writers have it: what one alone writes tells of no other."""
KEPT = {"kinds": 7500, "roles": 5000}
LETTERS = ("t", "p", "c", "g", "w", "kg", "X")
FOLDER = Path(learned.__file__).parent


@dataclass(frozen=True)
class Case:
    name: str
    label: str
    features: dict[str, float]
    also: tuple[str, ...] = ()


def screens() -> Iterable[tuple[str, str, dict]]:
    """Name, dump and labels of what may be learned from."""
    for path in sorted((labels.FOLDER / "train").glob("*.xml")):
        yield path.stem, path.read_text("utf-8"), json.loads(path.with_suffix(".json").read_text("utf-8"))
    for path in sorted((labels.FOLDER.parent / "fixtures").glob("*.xml")):
        yield f"_{path.stem}", path.read_text("utf-8"), json.loads(path.with_suffix(".json").read_text("utf-8"))
    yield from screens_wording.screens()


def surfaces(xml: str, label: dict) -> Iterable[tuple]:
    """The windows of the app; where nothing special is shown, also those of others, which look like apps' own."""
    system = load()
    not_apps = system.permission_packages | system.crash_packages | system.decoration
    for window in windows(xml):
        if window.package != label["package"] and (label["kind"] != "other" or window.package in not_apps):
            continue
        phrases = load(languages_of(fold(" ".join(node.label for node in window.walk() if node.label))))
        front = in_front(window)
        yield survey(window, phrases, front), phrases
        panel = panel_of(window, front)
        if panel is not None:
            yield survey(window, phrases, panel), phrases


def kinds() -> list[Case]:
    found = []
    for name, xml, label in screens():
        if label["kind"].startswith("system_"):
            continue
        for surface, phrases in surfaces(xml, label):
            also = tuple(k for k in labels._also(label, "kind_also") if k != label["kind"] and not k.startswith("system_"))
            found.append(Case(name, label["kind"], weighing.features_of(surface, phrases), also))
    return found


def roles() -> list[Case]:
    """Controls with the roles that the labels have; the rules' roles as the reading of the labelled kind gives them."""
    found = []
    for name, xml, label in screens():
        if label["kind"].startswith("system_"):
            continue
        for surface, phrases in surfaces(xml, label):
            controls = weighing.by_rules(label["kind"], surface, phrases)
            for control, role in labelled(label, controls):
                if control.role not in ("checkbox", "link_policy") and role not in ("none", "checkbox"):
                    role = "other" if role == "link_policy" else role
                    made = features.of_control(control, controls, label["kind"], surface.prose)
                    found.append(Case(name, role, made))
    return found


def labelled(label: dict, controls: Sequence[FoundControl]) -> Iterable[tuple[FoundControl, str]]:
    if "controls" not in label:
        yield from ((c, label["roles"][c.text]) for c in controls if c.text in label["roles"])
        return
    taken: set[int] = set()
    for one in label["controls"]:
        at = labels._match(one, tuple(controls), taken)
        if at is None:
            continue
        taken.add(at)
        rule = controls[at].role
        yield controls[at], rule if rule in labels._also(one, "also") else one["role"]


def lessened(case: Case, chance: random.Random, phrases: Phrases) -> Case:
    """The case with words taken away, and what the rules would have made of the rest."""
    whole = case.features
    topics = sorted({name[2:].partition("@")[0] for name in whole if name.startswith("T:")})
    gone = {topic for topic in topics if chance.random() < TAKEN_AWAY}
    kept: dict[str, float] = {}
    free = chance.random() < 0.15
    for name, value in sorted(whole.items()):    # in one order: else chance falls otherwise in each process
        sort, _, rest = name.partition(":")
        if sort == "T" and rest.partition("@")[0] in gone:
            continue
        if sort == "X" and rest.partition(" ")[0] in gone:
            continue
        if sort in ("r", "R", "kR", "A", "A!", "q") and chance.random() < TAKEN_AWAY:
            continue
        if sort in ("t", "p", "c", "g", "w", "kg") and chance.random() < LETTERS_AWAY:
            continue
        if sort == "M" and free:
            continue
        kept[name] = value
    for kind in phrases.kinds:
        lost = sum(
            worth for place, told in kind.points.items() for topic, worth in told.items()
            if topic in gone and f"T:{topic}@{place}" in whole
        )  # fmt: skip
        if lost and f"P:{kind.name}" in whole:
            kept[f"P:{kind.name}"] = max(-1.0, min(2.0, whole[f"P:{kind.name}"] - lost / kind.enough))
    return Case(case.name, case.label, kept, case.also)


def train(cases: Sequence[Case], keep: int) -> Model:
    """With everything that stands in some cases, then with the `keep` features that weighed most, of which the mean of some."""
    chance, phrases = random.Random(7), load()
    many = [*cases, *(lessened(case, chance, phrases) for _ in range(TIMES) for case in cases)]
    counted = Counter(name for case in cases for name in case.features)
    writers: dict[str, set[str]] = defaultdict(set)
    for case in cases:
        for name in case.features:
            writers[name].add(case.name[0])
    names = sorted(name for name, count in counted.items() if count >= LEAST and len(writers[name]) >= WRITERS)
    if len(names) > keep:
        first = fit(Rows(many, names), many, len(cases))
        letters = [n for n in names if n.partition(":")[0] in LETTERS]
        others = [n for n in names if n.partition(":")[0] not in LETTERS]
        letters.sort(key=lambda n: (-max(map(abs, first.weights[n])), n))
        names = sorted(others + letters[: max(0, keep - len(others))])
    rows = Rows(many, names)
    fitted = [fit(rows, many, len(cases), seed) for seed in range(BAGS)]
    mean = {name: np.mean([one.weights[name] for one in fitted], axis=0).round(2).tolist() for name in fitted[0].weights}
    return Model(fitted[0].labels, mean)


class Rows:
    """The features of all cases, scaled, of each row the columns and what stands there."""

    def __init__(self, cases: Sequence[Case], names: Sequence[str]) -> None:
        self.names = names
        at = {name: i for i, name in enumerate(names)}
        self.scale = scale = np.array([SCALE[name.partition(":")[0]] for name in names], dtype=np.float32)
        known = [[(at[name], value) for name, value in case.features.items() if name in at] for case in cases]
        self.columns = [np.array([column for column, _ in row], dtype=np.int32) for row in known]
        self.values = [np.array([value for _, value in row], dtype=np.float32) * scale[c] for row, c in zip(
            known, self.columns, strict=True)]

    def picked(self, rows: Iterable[int]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Of all that stands in these rows: in the how many of them, in which column, what."""
        order = list(rows)
        counts = [len(self.columns[row]) for row in order]
        return (np.repeat(np.arange(len(order)), counts), np.concatenate([self.columns[row] for row in order]),
                np.concatenate([self.values[row] for row in order]))  # fmt: skip


def summed(where: np.ndarray, told: np.ndarray, height: int) -> np.ndarray:
    """The rows of `told` that go to one row of the sum."""
    return np.stack([np.bincount(where, column, height) for column in told.T], axis=1).astype(np.float32)


def fit(rows: Rows, cases: Sequence[Case], whole: int, seed: int = 0) -> Model:
    """Adam on batches, rare labels worth more, the weights drawn towards nothing. The first `whole` cases are as they are, all
    further ones these again with something taken away; each round sees each case in one of its forms."""
    names, scale = rows.names, rows.scale
    classes = sorted({label for case in cases for label in (case.label, *case.also)})
    wanted = np.zeros((whole, len(classes)), dtype=np.float32)
    for row, case in enumerate(cases[:whole]):
        wanted[row, classes.index(case.label)] = 1 - ALSO * bool(case.also)
        for label in case.also:
            wanted[row, classes.index(label)] += ALSO / len(case.also)
    worth = wanted @ (wanted.sum(axis=0) ** -BALANCE)
    worth /= worth.mean()
    chance = np.random.default_rng(seed)
    weights, bias = np.zeros((len(names), len(classes)), dtype=np.float32), np.zeros(len(classes), dtype=np.float32)
    moved = [(np.zeros_like(one), np.zeros_like(one)) for one in (weights, bias)]
    steps, step = EPOCHS * -(-whole // BATCH), 0
    for _ in range(EPOCHS):
        order, form = chance.permutation(whole), chance.integers(0, len(cases) // whole, whole)
        for start in range(0, whole, BATCH):
            batch = order[start : start + BATCH]
            where, columns, values = rows.picked(batch + form[batch] * whole)
            points = summed(where, weights[columns] * values[:, None], len(batch)) + bias
            odds = np.exp(points - points.max(axis=1, keepdims=True))
            odds /= odds.sum(axis=1, keepdims=True)
            off = (odds - wanted[batch]) * worth[batch][:, None] / len(batch)
            slopes = summed(columns, off[where] * values[:, None], len(names))
            step += 1
            pace = PACE * (1 - step / (steps + 1))
            for one, slope, (mean, square) in zip((weights, bias), (slopes, off.sum(axis=0)), moved, strict=True):
                mean += 0.1 * (slope - mean)
                square += 0.01 * (slope * slope - square)
                one -= pace * (mean / (1 - 0.9**step)) / (np.sqrt(square / (1 - 0.99**step)) + 1e-6)
            weights *= 1 - pace * PENALTY
    told = (np.round(100 * weights * scale[:, None]) / 100).tolist()
    return Model(tuple(classes), {"": (np.round(100 * bias) / 100).tolist()} | dict(zip(names, told, strict=True)))


def write(name: str, model: Model) -> None:
    lines = ["\t".join(model.labels)]
    for feature, weights in sorted(model.weights.items()):
        row = [round(100 * weight) for weight in weights]
        if feature == "" or any(row):
            lines.append(f"{feature}\t{' '.join(map(str, row))}")
    (FOLDER / f"{name}.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--leave", default="", help="the first letters of the screens to leave out in turn and to measure")
    parser.add_argument("--show", action="store_true", help="print the mistakes")
    asked = parser.parse_args()
    cases = {"kinds": kinds(), "roles": roles()}
    if not asked.leave:
        for name, known in cases.items():
            write(name, train(known, KEPT[name]))
        return
    for writer in asked.leave:
        models = {name: train([c for c in known if not c.name.startswith(writer)], KEPT[name]) for name, known in cases.items()}
        with patch.object(weighing, "load_model", models.__getitem__):
            found = labels.measure("train", writer)
        print(labels.told(f"{writer}, left out", found), flush=True)
        if asked.show:
            print("\n".join(f"  {line}" for line in found.mistakes))


if __name__ == "__main__":
    main()
