"""The labelled screens of tests/screens/labelled, and how much of them is read right.

NAME.xml is a dump, NAME.json its labels: kind, package, controls with role and bounds. Where two labels are fair the second
stands in `kind_also` and `also`. Words and weights may be made with `train` in sight, never with `check`.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from harness.screens.reading import FoundControl, Reading
from harness.screens.recogniser import recognise

FOLDER = Path(__file__).parent / "labelled"
ROLES = ("agree", "refuse", "exit")
_UNASKED = ("system_permission", "other")
"""Kinds on whose screens nothing of the app's asks for consent: their roles are another matter."""


@dataclass
class Tally:
    """Right, missed and wrong, by label."""

    right: Counter[str] = field(default_factory=Counter)
    missed: Counter[str] = field(default_factory=Counter)
    wrong: Counter[str] = field(default_factory=Counter)

    def count(self, wanted: str, got: str) -> None:
        if wanted == got:
            self.right[wanted] += 1
        else:
            self.missed[wanted] += 1
            self.wrong[got] += 1

    def f1(self, label: str) -> float:
        both = 2 * self.right[label]
        whole = both + self.missed[label] + self.wrong[label]
        return both / whole if whole else 0.0

    @property
    def macro_f1(self) -> float:
        labels = set(self.right) | set(self.missed)
        return sum(map(self.f1, labels)) / len(labels)


@dataclass
class Measured:
    screens: int
    kinds: Tally
    roles: Tally
    mistakes: list[str]


def measure(half: str, writer: str = "") -> Measured:
    """`half`: train or check. `writer`: only screens whose names begin so."""
    found = Measured(0, Tally(), Tally(), [])
    for path in sorted((FOLDER / half).glob(f"{writer}*.xml")):
        label = json.loads(path.with_suffix(".json").read_text("utf-8"))
        reading = recognise(path.read_text("utf-8"), label["package"])
        found.screens += 1
        kind = label["kind"] if reading.kind in _also(label, "kind_also") else reading.kind
        found.kinds.count(label["kind"], kind)
        if kind != label["kind"]:
            found.mistakes.append(f"{path.stem}: {label['kind']} read as {kind} ({reading.reason})")
        if label["kind"] not in _UNASKED:
            _roles(path.stem, label, reading, found)
    return found


def _also(label: dict[str, Any], key: str) -> list[str]:
    also = label.get(key) or []
    return [also] if isinstance(also, str) else also


def _roles(name: str, label: dict[str, Any], reading: Reading, found: Measured) -> None:
    taken: set[int] = set()
    for control in label["controls"]:
        at = _match(control, reading.controls, taken)
        taken |= {at} if at is not None else set()
        role = reading.controls[at].role if at is not None else "none"
        wanted = control["role"]
        role = wanted if role in _also(control, "also") else role
        if wanted in ROLES or role in ROLES:
            found.roles.count(wanted, role)
            if wanted != role:
                found.mistakes.append(f"{name}: {control['text'][:40]!r} is {wanted}, read as {role}")


def _match(label: dict[str, Any], controls: tuple[FoundControl, ...], taken: set[int]) -> int | None:
    """The control that a label means: of the same place, else one over it that says the same."""
    free = [i for i in range(len(controls)) if i not in taken]
    places = [tuple(label["bounds"]), tuple(label.get("click_bounds") or ())]
    same = [i for i in free if controls[i].bounds in places]
    text = label["text"].strip()
    over = [
        i for i in free
        if _overlap(label["bounds"], controls[i].bounds) > 0.6
        and (not text or text[:6] in controls[i].text or (controls[i].text and controls[i].text[:6] in text))
    ]  # fmt: skip
    return next(iter(same or over), None)


def _overlap(a: Any, b: Any) -> float:
    width, height = min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])
    smaller = min((x[2] - x[0]) * (x[3] - x[1]) for x in (a, b))
    return max(0, width) * max(0, height) / max(1, smaller)


def told(name: str, found: Measured) -> str:
    """The figures, on two lines."""
    right = sum(found.kinds.right.values())
    return (
        f"{name}: {right} of {found.screens} kinds right, macro F1 {found.kinds.macro_f1:.3f}; "
        + f"roles' macro F1 {sum(map(found.roles.f1, ROLES)) / len(ROLES):.3f}: "
        + ", ".join(f"{role} {found.roles.f1(role):.3f}" for role in ROLES)
        + "\n  " + ", ".join(f"{kind} {found.kinds.f1(kind):.2f}" for kind in sorted(found.kinds.right))
    )  # fmt: skip
