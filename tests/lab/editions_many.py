"""Drives editions many times over, to find what fails once in a while.

    python -m tests.lab.editions_many [--runs 20] [--app NAME] [--only EDITION ...] [--out FOLDER]

Prints each run with its seconds, and for each edition how many of its runs came out as expected. Exit status 1 where one did not.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from harness.errors import HarnessError
from tests.lab.edition_runs import all_editions, edition_bench


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=1)
    parser.add_argument("--app", default="")
    parser.add_argument("--only", nargs="*", default=[])
    parser.add_argument("--out", type=Path, default=None)
    asked = parser.parse_args()
    chosen = [e for e in all_editions() if asked.app in ("", e.app) and (not asked.only or e.name in asked.only)]
    if not chosen:
        parser.error("no edition has that name")
    out = asked.out or Path(tempfile.mkdtemp(prefix="editions-"))
    print(f"{len(chosen)} editions, {asked.runs} runs each; bundles in {out}", flush=True)
    right = {(one.app, one.name): 0 for one in chosen}
    with tempfile.TemporaryDirectory() as state, edition_bench(Path(state), out) as bench:
        for number in range(1, asked.runs + 1):
            for one in chosen:
                try:
                    run = bench.run(one)
                except HarnessError as error:
                    print(f"{number} {one.app}/{one.name}: FAILED {error}", flush=True)
                    continue
                wrong = run.mismatches()
                right[one.app, one.name] += not wrong
                print(f"{number} {one.app}/{one.name}: {run.seconds:.1f} s, driving {run.driving():.1f} s, "
                      f"{'as expected' if not wrong else f'OTHERWISE, {run.outcome.bundle}'}", flush=True)  # fmt: skip
                for line in wrong:
                    print(f"    {line}", flush=True)
    for (app, name), count in right.items():
        print(f"{app}/{name}: {count} of {asked.runs}")
    return 0 if all(count == asked.runs for count in right.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
