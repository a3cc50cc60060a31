"""Trains the learned part of the reader of policies: harness/policy/learned/kinds.tsv.

    python -m benchmarks.policy_train FOLDER            # from the half `train` of FOLDER (policy_recall) and what was written
    python -m benchmarks.policy_train FOLDER --leave    # writes nothing: trained without some policies, measured on these
    python -m benchmarks.policy_train FOLDER --leave --bare    # the same without what was written for it

A case is a mention of a kind. In a real policy it declares where the kind does and the quote of the facts stands there; where the
policy does not declare the kind at all, it does not; what is between is left to the model of the round before. What was written
for it, policy_wording_zh.txt and policy_wording_en.txt, has signs for kinds, for which their words are drawn: {+} is declared,
{-} and {!} are not, a comma makes a listing.

Logistic regression in plain numpy, by Adam on small batches. Features are taken away at random while it learns, the rules'
own verdict most: the rules were made with these policies in sight, and would else be believed more than they deserve on others.
"""

from __future__ import annotations

import argparse
import json
import random
import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np

from benchmarks.policy_recall import SUFFIXES, Figures, measure_one
from harness.policy import files, learned
from harness.policy.blocks import Document
from harness.policy.candidates import Candidate, candidates
from harness.policy.evidence import features
from harness.policy.reading import declared
from harness.policy.sdks import read_sdks
from harness.policy.statements import statements
from harness.policy.words import read

AWAY = {
    "v": 0.35, "k": 0.2, "r": 0.15, "w": 0.15, "s": 0.1, "c": 0.1, "t": 0.3, "b": 0.25, "a": 0.25, "n": 0.3, "l": 0.25, "h": 0.3,
}  # fmt: skip
"""How often a feature is taken away while the model learns, by its sort."""
SCALE = {
    "v": 0.6, "k": 0.35, "r": 0.5, "w": 0.4, "s": 0.4, "c": 0.4, "t": 0.3, "b": 0.3, "a": 0.3, "n": 0.15, "l": 0.2, "h": 0.2,
}  # fmt: skip
"""How much a feature may weigh: the smaller, the slower it learns."""
EPOCHS, BATCH, PACE, PENALTY, BAGS = 12, 256, 0.02, 0.004, 3
LEAST, POLICIES = 3, 2
"""Cases in which a feature stands at least, and policies: what one alone writes tells of no other."""
KEPT = 24000
UNSURE = 0.4
"""What a case that the model of the round before has labelled is worth."""
DRAWS = 5
FOLDS = 10
SAME = {
    "baby_en": "baby_cn", "applock_zh": "applock", "whirlpoolsvc": "whirlpool", "vike": "dingdinglock", "diary": "ailiao",
    "tingshu": "ailiao", "racefit": "ailiao", "tim": "qq", "verysync": "filterbox",
}  # fmt: skip
"""Policies of one author, or made from one pattern: they are left out together."""
WORDING = Path(__file__).parent
_SLOT = re.compile(r"\{([+!-])(,?)(?::([^}]*))?\}")
_TAG = re.compile(r"<[^>]{0,200}>|&nbsp;")
_NOT_READ = re.compile(r"[\s*\\]")


@dataclass(frozen=True)
class Case:
    """`label`: 1 where the mention declares, 0 where not, None where nobody says."""

    policy: str
    kind: str
    label: float | None
    features: Collection[str]


@dataclass(frozen=True)
class Linear:
    names: Sequence[str]
    weights: np.ndarray
    bias: float

    def points(self, rows: Iterable[Collection[str]]) -> np.ndarray:
        known = dict(zip(self.names, self.weights.tolist(), strict=True))
        return np.array([self.bias + sum(known.get(f, 0.0) for f in row) for row in rows])

    def rounded(self) -> dict[str, int]:
        told = zip(self.names, np.round(100 * self.weights).astype(int).tolist(), strict=True)
        return {"": round(100 * self.bias)} | {name: weight for name, weight in told if weight}


def policies(folder: Path, names: Iterable[str]) -> Iterator[tuple[str, Document, dict[str, Any]]]:
    for name in names:
        file = next(folder / (name + s) for s in SUFFIXES if (folder / (name + s)).exists())
        facts = json.loads((folder / f"{name}.facts.json").read_text("utf-8"))
        yield name, files.read_file(file.read_bytes(), file.name)[0], facts


def _mentions(document: Document) -> Iterator[Candidate]:
    said = statements(document)
    yield from candidates(document, said, read_sdks(document, said)[1])


def _bare(text: str) -> tuple[str, list[int]]:
    """A text without tags, white space and emphasis, and where each of its characters stood."""
    kept, places, at = [], [], 0
    while at < len(text):
        tag = _TAG.match(text, at)
        if tag:
            at = tag.end()
            continue
        if not _NOT_READ.match(text[at]):
            kept.append(text[at].lower())
            places.append(at)
        at += 1
    return "".join(kept), places


def real(name: str, document: Document, facts: Mapping[str, Any]) -> list[Case]:
    text, places = _bare(document.text)
    quoted: dict[str, list[tuple[int, int]]] = defaultdict(list)
    known = {k["kind"] for k in facts["kinds"] if not k["denied"]}
    for said in facts["kinds"]:
        quote = "".join(_bare(said["quote"])[0])[:44]
        at = -1 if said["denied"] or not quote else text.find(quote)
        while at >= 0:
            span = document.span(places[at], places[at + len(quote) - 1])
            quoted[said["kind"]].append((span[0], span[1] + 1))
            at = text.find(quote, at + 1)
    found = []
    for one in _mentions(document):
        kind, statement = one.mention.kind, one.statement
        there = any(a < statement.end and statement.start < b for a, b in quoted[kind])
        label = 0.0 if kind not in known else 1.0 if there and one.verdict != "denied" else None
        found.append(Case(name, kind, label, features(document, one)))
    return found


def _groups(language: str) -> Iterator[tuple[list[str], list[str]]]:
    """The headings under which each group of what was written may stand, and its lines."""
    for group in re.split(r"^# ", (WORDING / f"policy_wording_{language}.txt").read_text("utf-8"), flags=re.M)[1:]:
        heads, _, lines = group.partition("\n")
        yield heads.split(" / "), [line for line in lines.split("\n") if line.strip()]


def _words(chinese: bool) -> list[list[str]]:
    """The words of each kind in one language."""
    found = []
    for kind, terms in read("kinds").items():
        said = [t for t in map(str, terms) if bool(re.search("[\u4e00-\u9fff]", t)) == chinese or (chinese and len(t) < 6)]
        said = [t for t in said if len(t) > (1 if chinese else 3)]
        if said and kind != "none":
            found.append(said)
    return found


def filled(
    lines: Sequence[str], kinds: list[list[str]], chance: random.Random, chinese: bool
) -> tuple[str, list[tuple[int, int, str]]]:
    """A text in which words stand for the signs, and where they stand."""
    text, slots = "", []
    for line in lines:
        passed = 0
        for sign in _SLOT.finditer(line):
            text += line[passed : sign.start()]
            passed = sign.end()
            count = chance.choice((2, 3, 3, 4, 6)) if sign[2] else 1
            for number in range(count):
                last = number == count - 1
                if number and chinese:
                    text += chance.choice(("、", "和", "及", "以及", "、") if last else "、、、,，")
                elif number:
                    text += chance.choice((", ", " and ", ", and ", " or ")) if last else ", "
                word = sign[3] or chance.choice(chance.choice(kinds))
                slots.append((len(text), len(text) + len(word), sign[1]))
                text += word
            if chinese and sign[2] and chance.random() < 0.25:
                text += chance.choice(("等", "等信息", "信息", "等数据"))
            elif chinese and not sign[2] and chance.random() < 0.1:
                text += "信息"
        text += line[passed:] + ("\n" if line.startswith(("|", "* ")) else "\n\n")
    return text, slots


def written() -> list[Case]:
    """The cases of what was written for it. Their kinds are drawn at random, so that they say nothing of these."""
    found = []
    for language in ("zh", "en"):
        kinds = _words(language == "zh")
        for number, (heads, lines) in enumerate(_groups(language)):
            chance = random.Random(f"{language}{number}")
            for draw in range(DRAWS):
                head = chance.choice(heads)
                text, slots = filled([*([f"# {head}"] if head != "-" else []), *lines], kinds, chance, language == "zh")
                document = files.document(text, "text/markdown")
                said = statements(document)
                for one in candidates(document, said, ()):
                    a, b = document.folded.back(one.mention.start), document.folded.back(one.mention.end - 1) + 1
                    sign = next((s for x, y, s in slots if (x <= a and b <= y + 2) or (a <= x and y <= b)), "")
                    if sign:
                        kept = {f for f in features(document, one) if not f.startswith(("k:", "t:"))}
                        found.append(Case(f"{language}{number}", f"{draw} {one.mention.start}", float(sign == "+"), kept))
    return found


def fit(rows: Sequence[Collection[str]], wanted: np.ndarray, worth: np.ndarray, names: Sequence[str], seed: int) -> Linear:
    at = {name: i for i, name in enumerate(names)}
    away = np.array([AWAY[n.partition(":")[0]] for n in names], np.float32)
    scale = np.array([SCALE[n.partition(":")[0]] for n in names], np.float32)
    columns = [np.array(sorted(at[f] for f in row if f in at), np.int32) for row in rows]
    chance = np.random.default_rng(seed)
    weights, bias = np.zeros(len(names), np.float32), 0.0
    mean, square = np.zeros_like(weights), np.zeros_like(weights)
    mean_bias = square_bias = 0.0
    steps, step = EPOCHS * -(-len(rows) // BATCH), 0
    for _ in range(EPOCHS):
        order = chance.permutation(len(rows))
        for start in range(0, len(rows), BATCH):
            batch = order[start : start + BATCH]
            picked = np.concatenate([columns[i] for i in batch])
            where = np.repeat(np.arange(len(batch)), [len(columns[i]) for i in batch])
            value = scale[picked] * (chance.random(len(picked)) > away[picked])
            odds = 1 / (1 + np.exp(-(np.bincount(where, weights[picked] * value, len(batch)) + bias)))
            off = (odds - wanted[batch]) * worth[batch] / len(batch)
            slope, slope_bias = np.bincount(picked, off[where] * value, len(names)), float(off.sum())
            step += 1
            pace, first, second = PACE * (1 - step / (steps + 1)), 1 - 0.9**step, 1 - 0.99**step
            mean += 0.1 * (slope - mean)
            square += 0.01 * (slope * slope - square)
            mean_bias += 0.1 * (slope_bias - mean_bias)
            square_bias += 0.01 * (slope_bias**2 - square_bias)
            weights -= pace * (mean / first) / (np.sqrt(square / second) + 1e-6)
            bias -= pace * (mean_bias / first) / (float(np.sqrt(square_bias / second)) + 1e-6)
            weights *= 1 - pace * PENALTY
    return Linear(names, weights * scale * (1 - away), bias)


def _mean(models: Sequence[Linear]) -> Linear:
    return Linear(models[0].names, np.mean([m.weights for m in models], axis=0), float(np.mean([m.bias for m in models])))


def train(cases: Sequence[Case]) -> Linear:
    """Twice: with what is labelled, then with the rest as the first model labels it."""
    counted: Counter[str] = Counter()
    in_policies: dict[str, set[str]] = defaultdict(set)
    for case in cases:
        counted.update(case.features)
        for name in case.features:
            in_policies[name].add(case.policy)
    names = sorted(n for n, count in counted.items() if count >= LEAST and len(in_policies[n]) >= POLICIES)
    rows = [case.features for case in cases]
    known = np.array([case.label is not None for case in cases])
    wanted = np.array([case.label or 0.0 for case in cases], np.float32)
    often = Counter((case.policy, case.kind, case.label) for case in cases)
    worth = np.array([often[case.policy, case.kind, case.label] ** -0.5 for case in cases], np.float32)
    labelled = np.flatnonzero(known)
    model = _mean([fit([rows[i] for i in labelled], wanted[labelled], worth[labelled], names, seed) for seed in range(BAGS)])
    heavy = dict(zip(names, np.abs(model.weights).tolist(), strict=True))
    names = sorted(sorted(names, key=lambda n: (-heavy[n], n))[:KEPT])
    wanted = np.where(known, wanted, 1 / (1 + np.exp(-model.points(rows)))).astype(np.float32)
    worth = np.where(known, worth, UNSURE * worth).astype(np.float32)
    return _mean([fit(rows, wanted, worth, names, seed) for seed in range(BAGS)])


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--split", default="split.json")
    parser.add_argument("--leave", action="store_true", help="leave out policies in turn, and measure on these")
    parser.add_argument("--bare", action="store_true", help="without what was written for it")
    parser.add_argument("--show", action="store_true", help="print the mistakes")
    asked = parser.parse_args()
    names = json.loads((asked.folder / asked.split).read_text("utf-8"))["train"]
    known = {name: (document, facts, real(name, document, facts)) for name, document, facts in policies(asked.folder, names)}
    more = [] if asked.bare else written()
    if not asked.leave:
        told = train([*(c for _, _, cases in known.values() for c in cases), *more]).rounded()
        lines = "".join(f"{name}\t{weight}\n" for name, weight in sorted(told.items()))
        (Path(learned.__file__).parent / "kinds.tsv").write_text(lines, encoding="utf-8")
        return
    figures = Figures()
    authors = sorted({SAME.get(name, name) for name in names})
    for fold in range(FOLDS):
        left = {name for name in names if SAME.get(name, name) in authors[fold::FOLDS]}
        model = train([*(c for name, (_, _, cases) in known.items() if name not in left for c in cases), *more]).rounded()
        with patch.object(learned, "weights", lambda model=model: model):
            for name in sorted(left):
                measure_one(figures, name, declared(known[name][0]), known[name][1])
    if asked.show:
        print("\n".join(figures.mistakes))
    print(figures.told())


if __name__ == "__main__":
    main()
