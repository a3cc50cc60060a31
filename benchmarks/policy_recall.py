"""How well policies are read, against facts that a person wrote down for each.

    python -m benchmarks.policy_recall FOLDER [--split FILE] [--half NAME] [--show]

FOLDER holds NAME.html, .md, .txt or .pdf, beside it NAME.facts.json (`kinds`: [{kind, denied, quote}], `sdks`: [{name,
aliases, company, kinds}], `rights`: {right: whether it is stated}, dates, terms), and a split, split.json or what --split
says: {train: [NAME], check3: [NAME], ...}. The words are made with `train` in sight; believe the figures of the others. `--show`
prints the mistakes in `train` and refuses for the others.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from harness.policy import RIGHTS, Declared, from_bytes
from harness.policy.known import names_in
from harness.policy.naming import identity

SUFFIXES = (".html", ".md", ".txt", ".pdf", ".htm")


@dataclass
class Count:
    """Hits, false findings and misses of one thing that is measured."""

    hits: int = 0
    false: int = 0
    missed: int = 0

    def add(self, found: set[Any], wanted: set[Any]) -> None:
        self.hits += len(found & wanted)
        self.false += len(found - wanted)
        self.missed += len(wanted - found)

    def told(self, name: str) -> str:
        precision = self.hits / (self.hits + self.false) if self.hits + self.false else 1.0
        recall = self.hits / (self.hits + self.missed) if self.hits + self.missed else 1.0
        f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
        counted = f"({self.hits} hit, {self.false} false, {self.missed} missed)"
        return f"{name:28} precision {precision:.3f}  recall {recall:.3f}  F1 {f1:.3f}  {counted}"


@dataclass
class Figures:
    kinds: Count = field(default_factory=Count)
    denials: Count = field(default_factory=Count)
    names: Count = field(default_factory=Count)
    sdk_kinds: Count = field(default_factory=Count)
    rights: Count = field(default_factory=Count)
    denied_taken: int = 0
    denied: int = 0
    single: dict[str, list[int]] = field(default_factory=dict)
    mistakes: list[str] = field(default_factory=list)

    def told(self) -> str:
        lines = [
            self.kinds.told("the app's kinds"),
            self.names.told("SDK names"),
            self.sdk_kinds.told("kinds of each SDK"),
            self.rights.told("rights"),
            self.denials.told("denials"),
            f"denied kinds taken as declared: {self.denied_taken} of {self.denied}",
        ]
        lines += [f"{name:28} {right} of {of} right" for name, (right, of) in sorted(self.single.items())]
        return "\n".join(lines)


def _keys(names: list[str]) -> set[str]:
    return {key for name in names for key in (identity(name), *names_in(name))}


def _paired(read: Declared, facts: list[dict[str, Any]]) -> list[tuple[int | None, int | None]]:
    """Which SDK read is which of the facts, one to one; None where one has no partner."""
    left = [(n, _keys(list(sdk.names))) for n, sdk in enumerate(read.sdks)]
    pairs: list[tuple[int | None, int | None]] = []
    for number, fact in enumerate(facts):
        wanted = _keys([fact["name"], *fact.get("aliases", ())])
        match = next((n for n, keys in left if keys & wanted), None)
        if match is not None:
            left = [(n, keys) for n, keys in left if n != match]
        pairs.append((match, number))
    return pairs + [(n, None) for n, _ in left]


def measure(folder: Path, names: list[str]) -> Figures:
    figures = Figures()
    for name in names:
        file = next((folder / (name + s) for s in SUFFIXES if (folder / (name + s)).exists()), None)
        if file is None or not (folder / f"{name}.facts.json").exists():
            figures.mistakes.append(f"{name}: no policy or no facts")
            continue
        facts = json.loads((folder / f"{name}.facts.json").read_text("utf-8"))
        measure_one(figures, name, from_bytes(file.read_bytes(), name=file.name), facts)
    return figures


def measure_one(figures: Figures, name: str, read: Declared, facts: dict[str, Any]) -> None:
    declared = {k.kind for k in read.kinds if not k.denied}
    wanted = {k["kind"] for k in facts["kinds"] if not k["denied"]}
    denied = {k["kind"] for k in facts["kinds"] if k["denied"]}
    figures.kinds.add(declared, wanted)
    figures.denials.add({k.kind for k in read.kinds if k.denied}, denied)
    figures.denied += len(denied - wanted)
    figures.denied_taken += len(declared & (denied - wanted))
    quotes = {(k.kind, k.denied): k.passage.text for k in read.kinds}
    told = {(k["kind"], k["denied"]): k.get("quote", "") for k in facts["kinds"]}
    figures.mistakes += [
        f"{name}: false {k}{' DENIED' if k in denied else ''} | {quotes[k, False][:150]!r}" for k in sorted(declared - wanted)
    ]
    figures.mistakes += [f"{name}: missed {k} | {told[k, False][:150]!r}" for k in sorted(wanted - declared)]
    figures.mistakes += [f"{name}: denial missed {k} | {told[k, True][:150]!r}" for k in sorted(denied) if not read.denies(k)]
    figures.mistakes += [
        f"{name}: denial false {k.kind} | {k.passage.text[:150]!r}" for k in read.kinds if k.denied and k.kind not in denied
    ]
    for mine, theirs in _paired(read, facts["sdks"]):
        sdk = read.sdks[mine] if mine is not None else None
        fact = facts["sdks"][theirs] if theirs is not None else None
        label = fact["name"] if fact else sdk.name if sdk else ""
        figures.names.add({label} if sdk else set(), {label} if fact else set())
        figures.sdk_kinds.add(
            {(label, k) for k in sdk.kinds} if sdk else set(), {(label, k) for k in fact["kinds"]} if fact else set()
        )
        if sdk is None:
            figures.mistakes.append(f"{name}: SDK missed {label!r} | {(fact or {}).get('quote', '')[:120]!r}")
        elif fact is None:
            figures.mistakes.append(f"{name}: SDK false {label!r} | {sdk.passage.text[:120]!r}")
        elif set(sdk.kinds) != set(fact["kinds"]):
            figures.mistakes.append(
                f"{name}: SDK {label!r} false {sorted(set(sdk.kinds) - set(fact['kinds']))} "
                f"missed {sorted(set(fact['kinds']) - set(sdk.kinds))} | {sdk.passages[0].text[:200]!r}"
            )
    stated = {r for r in RIGHTS if read.rights[r].stated}
    wanted_rights = {r for r in RIGHTS if facts["rights"].get(r)}
    figures.rights.add(stated, wanted_rights)
    for right in sorted(stated ^ wanted_rights):
        quote = read.rights[right].passage
        figures.mistakes.append(
            f"{name}: right {'false' if right in stated else 'missed'} {right} | {(quote.text if quote else '')[:150]!r}"
        )
    _single(figures, name, read, facts)


def _single(figures: Figures, name: str, read: Declared, facts: dict[str, Any]) -> None:
    days = read.reply_days and {"number": read.reply_days.number, "working": read.reply_days.working}
    found = {
        "reply_days": days,
        "update_date": read.update_date and read.update_date.isoformat(),
        "effective_date": read.effective_date and read.effective_date.isoformat(),
        "minors": read.minors.stated,
        "retention": read.retention.stated,
        "personalisation_optout": read.personalisation_optout.stated,
    }
    for key, value in found.items():
        if key in facts:
            tally = figures.single.setdefault(key, [0, 0])
            tally[0] += value == facts[key]
            tally[1] += 1
            if value != facts[key]:
                figures.mistakes.append(f"{name}: {key} {value!r}, should be {facts[key]!r}")


def main() -> None:
    parser = argparse.ArgumentParser(description="How well policies are read.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--half", default="train", help="which of the lists of --split")
    parser.add_argument("--split", default="split.json", help="the file beside the policies that tells the halves apart")
    parser.add_argument("--show", action="store_true", help="print the mistakes in train")
    asked = parser.parse_args()
    if asked.show and asked.half != "train":
        parser.error("--show prints mistakes, and those of the other half are not to be seen")
    names = json.loads((asked.folder / asked.split).read_text("utf-8"))[asked.half]
    figures = measure(asked.folder, names)
    if asked.show:
        print("\n".join(figures.mistakes))
    print(f"{asked.half}: {len(names)} policies\n{figures.told()}")


if __name__ == "__main__":
    main()
