"""Trains the learned part of the screen recogniser: harness/screens/learned/kinds.tsv and roles.tsv.

    python -m benchmarks.screens_train               # from everything labelled, but for the half `check`
    python -m benchmarks.screens_train --leave c     # writes nothing: trained without this writer, measured on what it wrote

Multinomial logistic regression in plain numpy. Every screen is seen as it is and then with a part of its topics, roles and
letters taken away at random, the points of the rules counted again from what is left: the rules were made with these screens
in sight, and would else be believed more than they deserve on others.
"""

from __future__ import annotations

import argparse
import json
import random
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks import screens_wording
from harness.screens import features, learned, weighing
from harness.screens.controls import survey
from harness.screens.hierarchy import windows
from harness.screens.learned import Model
from harness.screens.phrases import Phrases, fold, languages_of, load
from harness.screens.reading import FoundControl
from tests.screens import labels

TAKEN_AWAY, LETTERS_AWAY, TIMES = 0.25, 0.3, 5
BALANCE = 0.5
"""0: each case is worth the same; 1: each label."""
SCALE = {"T": 0.5, "P": 0.3, "M": 0.15, "r": 0.3, "s": 0.4, "t": 0.15, "p": 0.15, "c": 0.3,
         "R": 0.5, "k": 0.3, "kR": 0.4, "g": 0.3, "o": 0.3, "k0": 0.3}  # fmt: skip
"""How much a feature may weigh: the smaller, the more of it the penalty keeps down."""
KEPT = {"kinds": 4200, "roles": 2500}
FOLDER = Path(learned.__file__).parent


@dataclass(frozen=True)
class Case:
    name: str
    label: str
    features: dict[str, float]


def screens() -> Iterable[tuple[str, str, dict]]:
    """Name, dump and labels of what may be learned from."""
    for path in sorted((labels.FOLDER / "train").glob("*.xml")):
        yield path.stem, path.read_text("utf-8"), json.loads(path.with_suffix(".json").read_text("utf-8"))
    for path in sorted((labels.FOLDER.parent / "fixtures").glob("*.xml")):
        yield f"f_{path.stem}", path.read_text("utf-8"), json.loads(path.with_suffix(".json").read_text("utf-8"))
    yield from screens_wording.screens()


def surfaces(xml: str, label: dict) -> Iterable[tuple]:
    """The windows of the app; where nothing special is shown, also those of others, which look like apps' own."""
    system = load()
    not_apps = system.permission_packages | system.crash_packages | system.decoration
    for window in windows(xml):
        if window.package != label["package"] and (label["kind"] != "other" or window.package in not_apps):
            continue
        phrases = load(languages_of(fold(" ".join(node.label for node in window.walk() if node.label))))
        yield survey(window, phrases), phrases


def kinds() -> list[Case]:
    found = []
    for name, xml, label in screens():
        if label["kind"].startswith("system_"):
            continue
        for surface, phrases in surfaces(xml, label):
            found.append(Case(name, label["kind"], weighing.features_of(surface, phrases)))
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
    for name, value in whole.items():
        sort, _, rest = name.partition(":")
        if sort == "T" and rest.partition("@")[0] in gone:
            continue
        if sort in ("r", "R", "kR") and chance.random() < TAKEN_AWAY:
            continue
        if sort in ("t", "p", "c", "g") and chance.random() < LETTERS_AWAY:
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
    return Case(case.name, case.label, kept)


def train(cases: Sequence[Case], keep: int, rounds: int = 250) -> Model:
    """Twice: with everything that stands in two cases, then with the `keep` features that weighed most."""
    chance, phrases = random.Random(7), load()
    many = [*cases, *(lessened(case, chance, phrases) for _ in range(TIMES) for case in cases)]
    counted = Counter(name for case in cases for name in case.features)
    names = sorted(name for name, count in counted.items() if count >= 2)
    first = fit(many, names, rounds // 2)
    letters = [n for n in names if n[:2] in ("t:", "p:", "c:", "g:")]
    others = [n for n in names if n[:2] not in ("t:", "p:", "c:", "g:")]
    letters.sort(key=lambda n: -max(map(abs, first.weights[n])))
    return fit(many, sorted(others + letters[: max(0, keep - len(others))]), rounds)


def fit(cases: Sequence[Case], names: Sequence[str], rounds: int) -> Model:
    """Accelerated gradient descent on the mean loss, rare labels worth more, with a penalty on large weights."""
    classes = sorted({case.label for case in cases})
    at = {name: i for i, name in enumerate(["", *names])}
    scale = np.array([1.0, *(SCALE[name.partition(":")[0]] for name in names)], dtype=np.float32)
    seen = np.zeros((len(cases), len(at)), dtype=np.float32)
    seen[:, 0] = 1
    wanted = np.zeros((len(cases), len(classes)), dtype=np.float32)
    for row, case in enumerate(cases):
        wanted[row, classes.index(case.label)] = 1
        for name, value in case.features.items():
            if name in at:
                seen[row, at[name]] = value
    seen *= scale
    worth = wanted @ (wanted.sum(axis=0) ** -BALANCE)
    worth = (worth / worth.sum())[:, None]
    penalty = 1.0 / len(cases)
    towards = np.ones(len(at), dtype=np.float32)
    for _ in range(12):
        towards = seen.T @ (worth * (seen @ towards)[:, None]).ravel()
        size = float(np.linalg.norm(towards))
        towards /= size
    step = 1.0 / (0.5 * size + penalty)
    weights = np.zeros((len(at), len(classes)), dtype=np.float32)
    ahead, pace = weights.copy(), 1.0
    for _ in range(rounds):
        points = seen @ ahead
        odds = np.exp(points - points.max(axis=1, keepdims=True))
        odds /= odds.sum(axis=1, keepdims=True)
        new = ahead - step * (seen.T @ (worth * (odds - wanted)) + penalty * ahead)
        quicker = (1 + (1 + 4 * pace * pace) ** 0.5) / 2
        ahead, weights, pace = new + (pace - 1) / quicker * (new - weights), new, quicker
    rows = (np.round(100 * weights * scale[:, None]) / 100).tolist()
    return Model(tuple(classes), {name: rows[row] for name, row in at.items()})


def write(name: str, model: Model) -> None:
    lines = ["\t".join(model.labels)]
    for feature, weights in sorted(model.weights.items()):
        row = [round(100 * weight) for weight in weights]
        if feature == "" or any(row):
            lines.append(f"{feature}\t{' '.join(map(str, row))}")
    (FOLDER / f"{name}.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--leave", help="the first letter of the screens to leave out and to measure")
    parser.add_argument("--show", action="store_true", help="print the mistakes")
    asked = parser.parse_args()

    def learn(name: str, cases: Sequence[Case]) -> Model:
        return train([case for case in cases if not asked.leave or not case.name.startswith(asked.leave)], KEPT[name])

    models = {"kinds": learn("kinds", kinds()), "roles": learn("roles", roles())}
    if not asked.leave:
        for name, model in models.items():
            write(name, model)
        return
    weighing.load_model = models.__getitem__  # type: ignore[assignment]
    found = labels.measure("train", asked.leave)
    print(labels.told(f"{asked.leave}, left out", found))
    if asked.show:
        print("\n".join(f"  {line}" for line in found.mistakes))


if __name__ == "__main__":
    main()
