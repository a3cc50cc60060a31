"""How well screens are read: macro F1 of kinds, F1 of the roles that consent hangs on, over the labelled screens.

    python -m benchmarks.screens_recall [--show]

Words and weights are made with the half `train` in sight; the figure of `check` is the one to be believed. `--show`
prints the mistakes in `train`.
"""

from __future__ import annotations

import sys

from tests.screens.labels import ROLES, measure


def main() -> None:
    for half in ("train", "check"):
        found = measure(half)
        right = sum(found.kinds.right.values())
        print(f"{half}: {right} of {found.screens} kinds right, macro F1 {found.kinds.macro_f1:.3f}; "
              + ", ".join(f"{role} F1 {found.roles.f1(role):.3f}" for role in ROLES))  # fmt: skip
        print("  " + ", ".join(f"{kind} {found.kinds.f1(kind):.2f}" for kind in sorted(found.kinds.right)))
        if half == "train" and "--show" in sys.argv:
            print("\n".join(f"  {line}" for line in found.mistakes))


if __name__ == "__main__":
    main()
