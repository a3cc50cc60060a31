"""Drives editions many times over, to find what fails once in a while.

    python -m tests.lab.editions_many [--runs 20] [--app NAME] [--only EDITION ...] [--scenario ID ...] [--out FOLDER]
    python -m tests.lab.editions_many --page FOLDER ... [--mended APP/EDITION ...]
    python -m tests.lab.editions_many --judge FOLDER ...

Prints each run with its seconds, and for each edition how many of its runs came out as expected. Exit status 1 where one did not.
Each run is a line of FOLDER/runs.jsonl as well, beside its bundle: `--page` writes docs/editions.md from these, of as many
folders as are named, and drives nothing. Of an edition that is
`--mended` the runs after its last one that came out otherwise count. Several may be driven at once, each into its own folder.
`--judge` has today's rules and readers decide anew of each edition's newest bundle, which takes seconds and no device; what had
come out as expected and does no more is printed.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from harness.bundle.signed import now
from harness.errors import HarnessError
from harness.lab.apps.editions import Edition
from tests.lab.edition_runs import EditionBench, all_editions, edition_bench, judged

PAGE = Path(__file__).resolve().parents[2] / "docs" / "editions.md"
RUNS = "runs.jsonl"
_HEAD = """# Editions of the example apps

Made by `python -m tests.lab.editions_many --page` from runs that it drove: each edition (lab/apps/APP/editions) on a lab device,
by the scenario that it is there for, with windows of about a second, and what came of it compared with what the edition expects.
Two to six devices at once shared two processors with other work, for each processor 6 to 20 processes that wanted it. An edition
that came out otherwise begins at none again once the cause is mended. "none yet": not driven in these runs, or not since a mend.
Those marked * are driven by every run of the test suite. Seconds are the median of the driving alone, under that load.

| app | edition | scenario | what it does | as expected | seconds |
|---|---|---|---|---|---|
"""


@dataclass(frozen=True)
class Ran:
    """One run of an edition. `wrong`: what came otherwise than expected; `driving`: seconds from its first step to its last."""

    app: str
    edition: str
    driving: float
    wrong: list[str]
    bundle: str
    ended: str


def page(ran: Iterable[Ran], editions: Sequence[Edition]) -> str:
    of: dict[tuple[str, str], list[Ran]] = {(one.app, one.name): [] for one in editions}
    for run in ran:
        of[run.app, run.edition].append(run)
    rows = []
    for one in editions:
        runs = of[one.app, one.name]
        right = f"{sum(not run.wrong for run in runs)} of {len(runs)}" if runs else "none yet"
        seconds = f"{statistics.median(run.driving for run in runs):.0f}" if runs else ""
        rows.append(f"| {one.app} | {one.name}{' *' if one.always else ''} | {one.scenario} | {one.doc} | {right} | {seconds} |")
    return _HEAD + "\n".join(rows) + "\n"


def recorded(folders: Iterable[Path], mended: Sequence[str] = ()) -> list[Ran]:
    """The runs of all folders, in the order of their ends. `mended`: editions (app/name) of which only the runs after the last
    one that came out otherwise count."""
    ran = [Ran(**json.loads(line)) for folder in folders for line in (folder / RUNS).read_text("utf-8").splitlines()]
    ran.sort(key=lambda run: run.ended)
    last = {f"{run.app}/{run.edition}": n for n, run in enumerate(ran) if run.wrong}
    return [run for n, run in enumerate(ran) if (name := f"{run.app}/{run.edition}") not in mended or n > last.get(name, -1)]


def judge(folders: Iterable[Path], editions: Sequence[Edition]) -> dict[str, list[str]]:
    """app/name -> what comes otherwise by now of the newest run that came out as expected, of each edition that has one."""
    newest: dict[str, Path] = {}
    for _, name, bundle in sorted(
        (ran.ended, f"{ran.app}/{ran.edition}", folder / ran.bundle) for folder in folders for ran in recorded([folder])
        if not ran.wrong
    ):
        if bundle.is_dir():
            newest[name] = bundle
    return {name: judged(newest[name], one.expect) for one in editions if (name := f"{one.app}/{one.name}") in newest}


def drive(bench: EditionBench, one: Edition, out: Path) -> Ran:
    try:
        run = bench.run(one)
    except HarnessError as error:
        ran = Ran(one.app, one.name, 0.0, [f"FAILED {error}"], "", now())
    else:
        ran = Ran(one.app, one.name, round(run.driving(), 1), run.mismatches(), run.outcome.bundle.name, now())
    with (out / RUNS).open("a", encoding="utf-8") as file:
        file.write(json.dumps(asdict(ran), ensure_ascii=False) + "\n")
    return ran


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=1)
    parser.add_argument("--app", default="")
    parser.add_argument("--only", nargs="*", default=[])
    parser.add_argument("--scenario", nargs="*", default=[])
    parser.add_argument("--out", type=Path, default=None)
    parser.add_argument("--page", type=Path, nargs="+", default=[], metavar="FOLDER")
    parser.add_argument("--judge", type=Path, nargs="+", default=[], metavar="FOLDER")
    parser.add_argument("--mended", nargs="+", default=[], metavar="APP/EDITION")
    asked = parser.parse_args()
    if asked.page:
        PAGE.write_text(page(recorded(asked.page, asked.mended), all_editions()), "utf-8")
        print(f"written: {PAGE}")
        return 0
    if asked.judge:
        found = judge(asked.judge, all_editions())
        for name, wrong in found.items():
            print("\n    ".join([f"{name}: OTHERWISE", *wrong]) if wrong else f"{name}: as expected", flush=True)
        print(f"{sum(not wrong for wrong in found.values())} of {len(found)} as expected; {len(all_editions())} editions")
        return 1 if any(found.values()) else 0
    chosen = [
        one for one in all_editions()
        if asked.app in ("", one.app) and (not asked.only or one.name in asked.only)
        and (not asked.scenario or one.scenario in asked.scenario)
    ]  # fmt: skip
    if not chosen:
        parser.error("no edition has that name")
    out = asked.out or Path(tempfile.mkdtemp(prefix="editions-"))
    out.mkdir(parents=True, exist_ok=True)
    print(f"{len(chosen)} editions, {asked.runs} runs each; bundles in {out}", flush=True)
    right = {(one.app, one.name): 0 for one in chosen}
    with tempfile.TemporaryDirectory() as state, edition_bench(Path(state), out) as bench:
        for number in range(1, asked.runs + 1):
            for one in chosen:
                ran = drive(bench, one, out)
                right[one.app, one.name] += not ran.wrong
                said = f"OTHERWISE {ran.bundle}" if ran.wrong else "as expected"
                print(f"{number} {one.app}/{one.name}: driving {ran.driving:.1f} s, {said}", flush=True)
                for line in ran.wrong:
                    print(f"    {line}", flush=True)
    for (app, name), count in right.items():
        print(f"{app}/{name}: {count} of {asked.runs}")
    return 0 if all(count == asked.runs for count in right.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
