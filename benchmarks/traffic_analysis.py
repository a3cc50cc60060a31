"""What analysing traffic costs: `python -m benchmarks.traffic_analysis`. Ratios within one run; decides nothing.

Ordinary requests and large bodies are made in memory (traffic_workloads.py), taken apart, searched for 500 known values in all
their spellings and hashes, and asked for what stays dark: all that `harness traffic` does but for reading the file. Beside it
stands what Hyperscan, or else ripgrep, takes to search the very same decoded bytes for the very same spellings, without hashes,
without weighing, and without having to decode anything. Either is used where it is there: the Python package `hyperscan`, `rg`
in the path. Time is this process's processor time (ripgrep's: its own), the least of the rounds.
"""

from __future__ import annotations

import argparse
import gc
import json
import resource
import shutil
import subprocess
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.traffic_workloads import flows, known_values, large
from harness.decoding import Budget, unwrap
from harness.matching import Known, Search
from harness.matching.raw_forms import raw_forms
from harness.matching.spellings import of_field, short_base64, spellings
from harness.traffic.exchange import Exchange
from harness.traffic.findings import blind_spots

PACKAGE = "com.example.shop"
SIZES = {"json": 20.0, "ndjson": 20.0, "form": 20.0, "protobuf": 5.0, "random": 5.0}  # MB
AIM_MB_PER_SECOND, AIM_FLOWS_SECONDS, AIM_RATIO = 40.0, 20.0, 5.0


@dataclass
class Measured:
    """`bytes`: of all layers together. `spent`: messages whose budget ended. `plain_seconds`: of the plain search; None where
    there is none."""

    name: str
    messages: int
    bytes: int
    layers: int
    hits: int
    spent: int
    decoding: float
    searching: float
    plain_seconds: float | None = None

    @property
    def seconds(self) -> float:
        return self.decoding + self.searching

    @property
    def rate(self) -> float:
        return self.bytes / self.seconds / 1e6

    @property
    def ratio(self) -> float | None:
        return self.seconds / self.plain_seconds if self.plain_seconds else None


def roomy() -> Budget:
    """So that a body of 20 MB is looked at to its end: what is measured is the rate, and not where the budget ends."""
    return Budget(part=1 << 30, layers=1 << 20, bytes=1 << 30, seconds=3600)


def analysed(
    name: str, exchanges: Sequence[Exchange], search: Search, budget: Callable[[], Budget], rounds: int, plain: Plain | None
) -> Measured:
    best: Measured | None = None
    for _ in range(rounds):
        one = Measured(name, len(exchanges), 0, 0, 0, 0, 0.0, 0.0)
        for exchange in exchanges:
            begun = time.process_time()
            tree = exchange.taken_apart(budget())
            decoded = time.process_time()
            one.hits += len(search.hits(tree))
            list(blind_spots(exchange, tree))
            one.searching += time.process_time() - decoded
            one.decoding += decoded - begun
            one.bytes += sum(len(layer.data) for layer in tree.layers)
            one.layers += len(tree.layers)
            one.spent += bool(tree.spent)
            if plain is not None:
                plain.take(layer.data for layer in tree.layers)
        one.plain_seconds = plain.seconds() if plain is not None else None
        if best is None or one.seconds < best.seconds:
            least = min((m.plain_seconds for m in (best, one) if m and m.plain_seconds), default=None)
            best = one
            best.plain_seconds = least
        del tree
        gc.collect()
    assert best is not None
    return best


class Plain:
    """A search for the same byte strings and nothing else."""

    name = ""

    def take(self, layers: Iterable[bytes]) -> None:
        raise NotImplementedError

    def seconds(self) -> float:
        """What all that was taken since the last question cost to search."""
        raise NotImplementedError


class WithHyperscan(Plain):
    def __init__(self, patterns: Sequence[bytes]) -> None:
        import hyperscan  # type: ignore[import-not-found,unused-ignore]

        self.name = f"Hyperscan {hyperscan.__version__}"
        self._database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
        # Literals of other patterns' bytes are escaped; letters in either case, and every end of a match is told.
        self._database.compile(
            expressions=[b"".join(b"\\x%02x" % byte for byte in pattern) for pattern in patterns],
            ids=list(range(len(patterns))),
            elements=len(patterns),
            flags=hyperscan.HS_FLAG_CASELESS,
        )
        self._scratch = hyperscan.Scratch(self._database)
        self._database.scratch = self._scratch
        self._took = 0.0

    def take(self, layers: Iterable[bytes]) -> None:
        begun = time.process_time()
        for data in layers:
            self._database.scan(data, match_event_handler=_seen)
        self._took += time.process_time() - begun

    def seconds(self) -> float:
        took, self._took = self._took, 0.0
        return took


def _seen(identity: int, start: int, end: int, flags: int, context: object) -> bool | None:
    return None


class WithRipgrep(Plain):
    def __init__(self, patterns: Sequence[bytes]) -> None:
        self.name = "ripgrep"
        self._kept = tempfile.TemporaryDirectory(prefix="traffic-analysis-")
        self._folder = Path(self._kept.name)
        # One pattern a line: what holds line ends or is no UTF-8 cannot be asked for in this way.
        lines = [p for p in patterns if b"\n" not in p and b"\r" not in p and _utf8(p)]
        (self._folder / "patterns").write_bytes(b"\n".join(lines) + b"\n")

    def take(self, layers: Iterable[bytes]) -> None:
        with (self._folder / "data").open("ab") as file:
            file.writelines(data + b"\n" for data in layers)

    def seconds(self) -> float:
        command = ["rg", "-a", "-F", "-i", "-j1", "--count-matches", "-f", "patterns", "data"]
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(command, cwd=self._folder, check=False, stdout=subprocess.DEVNULL)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        (self._folder / "data").unlink()
        return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def _utf8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def patterns_of(knowns: Sequence[Known]) -> list[bytes]:
    """Every spelling of every value, as text and as bytes."""
    found: dict[bytes, None] = {}
    for known in knowns:
        texts = list(spellings(known.value))
        texts += [text for spelled in list(texts) for _, text in short_base64(spelled)]
        texts += [text for _, text, _ in of_field(known.field, known.value)]
        found |= dict.fromkeys(text.encode() for text in texts if len(text) >= 2)
        found |= dict.fromkeys(raw for _, raw in raw_forms(known.value) if len(raw) >= 4)
    return list(found)


def plain_search(patterns: Sequence[bytes], wanted: str) -> Plain | None:
    """`wanted`: hyperscan, ripgrep, or "" for the first of them that is there."""
    if wanted != "ripgrep":
        try:
            return WithHyperscan(patterns)
        except ImportError:
            pass
    return WithRipgrep(patterns) if wanted != "hyperscan" and shutil.which("rg") else None


def building(knowns: Sequence[Known]) -> dict[str, float]:
    """What a `Search` takes to be made, with its hashes, which it makes when it first needs them."""

    def made() -> Search:
        search = Search(knowns, (PACKAGE,))
        search.hits(unwrap([("body", b"d41d8cd98f00b204e9800998ecf8427e")]))
        return search

    made()  # what is loaded once for all
    begun = time.process_time()
    made()
    seconds = time.process_time() - begun
    gc.collect()
    tracemalloc.start()
    kept = made()
    held = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    del kept
    return {"seconds": seconds, "mb": held / 1e6}


def peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def report(found: Sequence[Measured], build: dict[str, float], patterns: int, plain: Plain | None) -> dict[str, Any]:
    rows = [asdict(one) | {"rate": one.rate, "ratio": one.ratio} for one in found]
    bodies = [one for one in found if one.name != "flows"]
    told: dict[str, Any] = {"workloads": rows, "build": build, "patterns": patterns, "peak_mb": peak_mb()}
    told["plain"] = plain.name if plain else None
    if bodies:
        told["overall_mb_per_second"] = sum(m.bytes for m in bodies) / sum(m.seconds for m in bodies) / 1e6
    ordinary = next((one for one in found if one.name == "flows"), None)
    if ordinary:
        told["seconds_for_10000_flows"] = ordinary.seconds / ordinary.messages * 10_000
    return told


def show(told: dict[str, Any]) -> None:
    widths = {"MB decoded": 11, "layers": 9, "hits": 7, "decode s": 10, "search s": 10, "MB/s": 8, "of aim": 8, "plain x": 9}
    print(" " * 10 + "".join(title.rjust(width) for title, width in widths.items()))
    for row in told["workloads"]:
        ratio = f"{row['ratio']:9.1f}" if row["ratio"] else f"{'-':>9}"
        print(
            f"{row['name']:10}{row['bytes'] / 1e6:11.1f}{row['layers']:9}{row['hits']:7}{row['decoding']:10.2f}"
            f"{row['searching']:10.2f}{row['rate']:8.1f}{row['rate'] / AIM_MB_PER_SECOND:8.2f}{ratio}"
            + (f"  {row['spent']} not to the end" if row["spent"] else "")
        )
    if "overall_mb_per_second" in told:
        rate = told["overall_mb_per_second"]
        print(f"large bodies together {rate:.1f} MB/s, {rate / AIM_MB_PER_SECOND:.2f} of the aim")
    if "seconds_for_10000_flows" in told:
        seconds = told["seconds_for_10000_flows"]
        print(f"10000 ordinary requests {seconds:.1f} s, {seconds / AIM_FLOWS_SECONDS:.2f} of the aim")
    build = told["build"]
    print(f"making the search {build['seconds']:.2f} s, {build['mb']:.1f} MB; most memory at once {told['peak_mb']:.0f} MB")
    if told["plain"]:
        print(f"plain x: times what {told['plain']} takes for {told['patterns']} patterns; aim {AIM_RATIO:.0f}")
    else:
        print("Neither Hyperscan nor ripgrep is installed: there is nothing to compare with.")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--flows", type=int, default=10_000)
    options.add_argument("--values", type=int, default=500)
    options.add_argument("--rounds", type=int, default=3)
    for name, size in SIZES.items():
        options.add_argument(f"--{name}-mb", type=float, default=size, metavar="MB", help=f"size of the {name} body; 0: none")
    options.add_argument("--plain", choices=("hyperscan", "ripgrep"), default="", help="what to compare with")
    options.add_argument("--json", action="store_true", dest="as_json")
    chosen = options.parse_args()
    if chosen.rounds < 1 or not 0 < chosen.values <= 500:
        options.error("at least one round, and 1 to 500 values")

    knowns = known_values(chosen.values)
    build = building(knowns)
    patterns = patterns_of(knowns)
    plain = plain_search(patterns, chosen.plain)
    search = Search(knowns, (PACKAGE,))
    for exchange in flows(50, knowns):
        search.hits(exchange.taken_apart())
    found: list[Measured] = []
    if chosen.flows:
        ordinary = list(flows(chosen.flows, knowns))
        found.append(analysed("flows", ordinary, search, Budget, chosen.rounds, plain))
        del ordinary
    for name in SIZES:
        if size := getattr(chosen, f"{name}_mb"):
            body = Exchange(index=0, method="POST", url="https://log.example/up", body=large(name, int(size * 1e6), knowns))
            found.append(analysed(name, [body], search, roomy, chosen.rounds, plain))
    told = report(found, build, len(patterns), plain)
    if chosen.as_json:
        print(json.dumps(told))
    else:
        show(told)


if __name__ == "__main__":
    main()
