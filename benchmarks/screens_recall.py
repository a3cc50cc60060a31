"""How well screens are read: macro F1 of kinds, F1 of the roles that consent hangs on, over the labelled screens.

    python -m benchmarks.screens_recall [--show]

Words and weights are made with the half `train` in sight; believe the figure of `check`, and that of a writer left
out of the training (benchmarks/screens_train.py). `--show` prints the mistakes in `train`.
"""

from __future__ import annotations

import sys

from tests.screens.labels import measure, told


def main() -> None:
    for half in ("train", "check"):
        found = measure(half)
        print(told(half, found))
        if half == "train" and "--show" in sys.argv:
            print("\n".join(f"  {line}" for line in found.mistakes))


if __name__ == "__main__":
    main()
