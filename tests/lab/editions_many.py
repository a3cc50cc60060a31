"""Drives editions many times over, to find what fails once in a while.

    python -m tests.lab.editions_many [--runs 20] [--app NAME] [--only EDITION ...] [--out FOLDER] [--page]

Prints each run with its seconds, and for each edition how many of its runs came out as expected. `--page` writes docs/editions.md
from all editions. Exit status 1 where one did not come out as expected.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
from pathlib import Path

from harness.errors import HarnessError
from harness.lab.apps.editions import Edition
from tests.lab.edition_runs import all_editions, edition_bench

PAGE = Path(__file__).resolve().parents[2] / "docs" / "editions.md"
_HEAD = """# Editions of the example apps

Made by `python -m tests.lab.editions_many --runs {runs} --page`: each edition (lab/apps/APP/editions) was driven on a lab device
by the scenario that it is there for, with windows of about a second, and what came of it compared with what it expects. Those
marked * are driven by every run of the test suite. Seconds are the median of one run's driving.

| app | edition | scenario | what it does | as expected | seconds |
|---|---|---|---|---|---|
"""


def page(right: dict[tuple[str, str], int], driving: dict[tuple[str, str], list[float]], chosen: list[Edition], runs: int) -> str:
    rows = []
    for one in chosen:
        key = (one.app, one.name)
        seconds = f"{statistics.median(driving[key]):.0f}" if driving[key] else ""
        name = f"{one.name} *" if one.always else one.name
        rows.append(f"| {one.app} | {name} | {one.scenario} | {one.doc} | {right[key]} of {runs} | {seconds} |")
    return _HEAD.format(runs=runs) + "\n".join(rows) + "\n"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=1)
    parser.add_argument("--app", default="")
    parser.add_argument("--only", nargs="*", default=[])
    parser.add_argument("--out", type=Path, default=None)
    parser.add_argument("--page", action="store_true")
    asked = parser.parse_args()
    chosen = [e for e in all_editions() if asked.app in ("", e.app) and (not asked.only or e.name in asked.only)]
    if not chosen:
        parser.error("no edition has that name")
    if asked.page and (asked.app or asked.only):
        parser.error("the page is made of all editions")
    out = asked.out or Path(tempfile.mkdtemp(prefix="editions-"))
    print(f"{len(chosen)} editions, {asked.runs} runs each; bundles in {out}", flush=True)
    right = {(one.app, one.name): 0 for one in chosen}
    driving: dict[tuple[str, str], list[float]] = {key: [] for key in right}
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
                driving[one.app, one.name].append(run.driving())
                print(f"{number} {one.app}/{one.name}: {run.seconds:.1f} s, driving {run.driving():.1f} s, "
                      f"{'as expected' if not wrong else f'OTHERWISE, {run.outcome.bundle}'}", flush=True)  # fmt: skip
                for line in wrong:
                    print(f"    {line}", flush=True)
    for (app, name), count in right.items():
        print(f"{app}/{name}: {count} of {asked.runs}")
    if asked.page:
        PAGE.write_text(page(right, driving, chosen, asked.runs), "utf-8")
        print(f"written: {PAGE}")
    return 0 if all(count == asked.runs for count in right.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
