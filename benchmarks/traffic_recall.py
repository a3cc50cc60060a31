"""How much of what a corpus of traffic holds is found: recall and precision of `harness traffic`.

    python -m benchmarks.traffic_recall FOLDER [--show]

FOLDER has NAME.har, NAME.knowns.json and NAME.labels.json: a list of {"index", "name", "value"} with one entry for each
request and known value that is in it ("soft": true for what every request has, such as the model), and hosts.json:
{host: company or null}. A value that is a list, as of installed apps, is found where two thirds of its items were found in
that request; its items are not beyond it. `--show` prints what was missed and what was found beyond that.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

Pair = tuple[str, int, str, str]


def found_in(har: Path, knowns: Path) -> list[dict[str, Any]]:
    command = [sys.executable, "-m", "harness.cli.main", "traffic", str(har), "--knowns", str(knowns), "--json"]
    rows: list[dict[str, Any]] = json.loads(subprocess.run(command, capture_output=True, check=True, text=True).stdout)
    return rows


def main() -> None:
    folder, show = Path(sys.argv[1]), "--show" in sys.argv
    labels: dict[Pair, dict[str, Any]] = {}
    hits: dict[Pair, dict[str, Any]] = {}
    for har in sorted(folder.glob("*.har")):
        for label in json.loads(har.with_suffix(".labels.json").read_text("utf-8")):
            labels[har.stem, int(label["index"]), label["name"], str(label["value"])] = label
        for row in found_in(har, har.with_suffix(".knowns.json")):
            hits[har.stem, int(row["index"]), row["type"], str(row["value"])] = row
    _count_lists(labels, hits)
    hard = {pair for pair, label in labels.items() if not label.get("soft")}
    for title, wanted in (("all", set(labels)), ("without what every request has", hard)):
        both = wanted & set(hits)
        beyond = set(hits) - set(labels)
        if title != "all":
            soft = {pair[2] for pair in set(labels) - hard}
            beyond = {pair for pair in beyond if pair[2] not in soft}
        print(f"{title}: {len(both)} of {len(wanted)} found, recall {len(both) / len(wanted):.1%}; "
              f"{len(beyond)} beyond, precision {len(both) / max(1, len(both) + len(beyond)):.1%}")  # fmt: skip
    _recipients(folder, hits)
    if show:
        for title, pairs, about in (
            ("missed", set(labels) - set(hits), labels),
            ("beyond", set(hits) - set(labels), hits),
        ):
            print(f"-- {title}: {dict(Counter(pair[2] for pair in pairs))}")
            for pair in sorted(pairs):
                one = about[pair]
                told = one.get("how") or f"{one.get('where')} {one.get('encodings')} {one.get('variant')} {one.get('matched')}"
                print(*pair, "|", told)


def _count_lists(labels: dict[Pair, dict[str, Any]], hits: dict[Pair, dict[str, Any]]) -> None:
    """Puts one hit in the place of those of the items of each list that is labelled, where there are enough of them."""
    for pair, label in labels.items():
        if not isinstance(label["value"], list):
            continue
        items = [hits.pop((*pair[:3], str(item)), None) for item in dict.fromkeys(map(str, label["value"]))]
        found = [hit for hit in items if hit is not None]
        if items and 3 * len(found) >= 2 * len(items):
            hits[pair] = found[0]


def _recipients(folder: Path, hits: dict[Pair, dict[str, Any]]) -> None:
    """Of the hosts that the corpus names the company of, how many are named (whatever the name: printed to be read)."""
    hosts = json.loads((folder / "hosts.json").read_text("utf-8")) if (folder / "hosts.json").exists() else {}
    named = {row["host"]: row["company"] for row in hits.values()}
    asked = sorted(host for host, company in hosts.items() if company and host in named)
    if asked:
        told = [host for host in asked if named[host]]
        print(f"recipients: {len(told)} of {len(asked)} hosts with a hit are named")
        for host in asked:
            print(f"  {'' if named[host] else 'NOT '}{host}: {named[host]} / {hosts[host]}")


if __name__ == "__main__":
    main()
