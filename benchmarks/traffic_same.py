"""Whether a change of decoding or matching left every result as it was.

    python -m benchmarks.traffic_same record FILE [FOLDER...]
    python -m benchmarks.traffic_same compare FILE OTHER

Recorded are, message by message, all layers, hits (each field of them) and blind spots of: the captures of tests/traffic, those
of each FOLDER (NAME.har beside NAME.knowns.json), `traffic_analysis`'s ordinary requests and large bodies, of all sizes, and
messages as tests/decoding/campaign.py damages them and as test_rows.py mixes them. `compare` prints what differs, and ends with
1 where anything does.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.traffic_analysis import PACKAGE, roomy
from benchmarks.traffic_workloads import flows, known_values, large
from harness.decoding import Budget, Tree
from harness.matching import Hit, Search
from harness.traffic.exchange import Exchange
from harness.traffic.findings import blind_spots, search_for
from harness.traffic.har_reader import read_har
from harness.traffic.knowns_file import read_knowns
from tests.decoding import campaign, test_rows

TRAFFIC = Path(__file__).resolve().parent.parent / "tests" / "traffic"
FLOWS, CASES, MIXED = 4000, 6000, 2000
SIZES = (700, 1500, 2500, 4000, 7000, 12_000, 20_000, 40_000, 90_000, 150_000, 700_000)  # bytes of bodies
LARGE = {"json": 6_000_000, "ndjson": 6_000_000, "form": 6_000_000, "protobuf": 2_000_000, "random": 3_000_000}


def messages(folders: list[Path]) -> Iterator[tuple[str, Exchange, Search, Budget]]:
    captures = [(TRAFFIC / "reporthar" / run / "capture.har", "knowns.json") for run in ("first", "second")]
    captures += [(har, f"{har.stem}.knowns.json") for folder in folders for har in sorted(folder.glob("*.har"))]
    for har, knowns in captures:
        search = search_for(read_knowns(har.parent / knowns))
        for exchange in read_har(har):
            yield f"{har} {exchange.index}", exchange, search, Budget()
    values = known_values(500)
    search = Search(values, (PACKAGE,))
    for exchange in flows(FLOWS, values):
        yield f"flow {exchange.index}", exchange, search, Budget()
    for name, size in LARGE.items():
        for wanted in (*SIZES, size):
            body = Exchange(index=0, method="POST", url="https://log.example/up", body=large(name, wanted, values))
            yield f"{name} {wanted}", body, search, roomy()
    search = Search(campaign.KNOWNS, (PACKAGE,))
    for number in range(CASES):
        body = Exchange(index=number, url="https://a.example/?q=1", headers=[("X-A", "b")], body=campaign.case(number).data)
        yield f"case {number}", body, search, Budget(**campaign.LIMITS)
    for seed in range(MIXED):
        mixed = test_rows.mixed(seed, SIZES[seed % 6])
        body = Exchange(index=seed, url="https://a.example/?q=1", body=mixed)
        yield f"mixed {seed}", body, search, Budget()


def told(exchange: Exchange, tree: Tree, hits: list[Hit]) -> dict[str, Any]:
    layers = hashlib.sha256()
    for layer in tree.layers:
        found = layer.found
        about = (layer.root, layer.decoder, layer.depth, layer.text, layer.explained)
        place = (found.start, found.end, found.path, found.key, found.fields)
        layers.update(repr((about, place)).encode() + hashlib.sha256(layer.data).digest())
    return {
        "layers": f"{len(tree.layers)} {layers.hexdigest()}",
        "hits": [
            [h.known.name, h.known.value, h.variant, h.start, h.end, h.key, h.weight, h.where, h.encodings, h.matched()]
            for h in hits
        ],
        "blind": [[one.where, one.why] for one in blind_spots(exchange, tree)],
    }


def record(file: Path, folders: list[Path]) -> None:
    with file.open("w", encoding="utf-8") as out:
        for name, exchange, search, budget in messages(folders):
            tree = exchange.taken_apart(budget)
            row = told(exchange, tree, search.hits(tree))
            out.write(json.dumps([name, row], ensure_ascii=True) + "\n")


def compare(one: Path, other: Path) -> int:
    first, second = (dict(map(json.loads, file.read_text("utf-8").splitlines())) for file in (one, other))
    differing = [name for name in first | second if first.get(name) != second.get(name)]
    for name in differing[:20]:
        before, after = first.get(name, {}), second.get(name, {})
        print(f"{name}: {', '.join(part for part in before | after if before.get(part) != after.get(part))}")
        for part in ("hits", "blind"):
            lost = [row for row in before.get(part, ()) if row not in after.get(part, ())]
            new = [row for row in after.get(part, ()) if row not in before.get(part, ())]
            print(*(f"  - {row}" for row in lost[:5]), *(f"  + {row}" for row in new[:5]), sep="\n")
    hits = sum(len(row["hits"]) for row in first.values())
    print(f"{len(first)} messages with {hits} hits: {len(differing) or 'none'} differ")
    return bool(differing)


def main() -> None:
    match sys.argv[1:]:
        case ["record", file, *folders]:
            record(Path(file), list(map(Path, folders)))
        case ["compare", one, other]:
            sys.exit(compare(Path(one), Path(other)))
        case _:
            sys.exit(__doc__)


if __name__ == "__main__":
    main()
