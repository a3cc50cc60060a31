"""Fuzzing by hand: `python -m tests.decoding.campaign --minutes 20`. Random messages, wrapped in each other and damaged, are
taken apart and searched, each in a process that dies where it takes too long or too much; what raises, hangs, crashes or
breaks its budget is written down with the number that makes it again.

A case is made of its number alone. `--keep FOLDER` keeps small malformed messages, one for each trouble or result that there
was none of yet.
"""

from __future__ import annotations

import argparse
import base64
import json
import os
import resource
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from random import Random

from harness.decoding import Budget, Tree, unwrap
from harness.matching import Hit, Known, Search, field_of
from tests.decoding.encoders import ALL, OF_TEXT
from tests.decoding.mutations import TELLING, mutated

SECONDS = 6  # of a process's own time for one case
MEMORY = 3 << 30
BATCH = 400
LARGEST_KEPT = 4000
MOST_KEPT = 200
LIMITS = {"depth": 8, "layers": 300, "bytes": 4 << 20}

KNOWNS = [
    Known(name=name, value=value, field=field_of(name, value))
    for name, value in {
        "imei": "860461037294518", "android_id": "9774d56d682e549c", "mac": "02:1a:7d:da:71:13", "latitude": "31.230416",
        "longitude": "-121.473701", "city": "上海", "model": "SM-A525F", "phone": "+8613800138000", "birthday": "1990-05-17",
        "oaid": "1fe9a970-efbb-29e0-0bdf-f5dbbf751ab5", "language": "zh", "screen": "1080x2400", "ip": "192.168.31.17",
        "ssid": "Nordwind-5G", "email": "wang.er@example.com", "boot": "1716123456789", "package": "com.example.shop",
        "half": "\ud83d half", "number": "11", "battery": "87",
    }.items()
]  # fmt: skip
"""One of each sort; the value called half is no text that UTF-8 can say."""

_CANARY = json.dumps({
    "device": {"imei": "860461037294518", "aid": "9774d56d682e549c", "mac": "021A7DDA7113", "m": "SM-A525F",
               "l": [1, 2, {"a b": "c"}]},
    "geo": {"lat": 31.230416, "lng": -121.473701}, "city": "上海", "h": "a3d0b8a2f28bbd6d0d7b8a41d9b1d6c0",
}, ensure_ascii=False).encode()  # fmt: skip
_PAYLOADS = (
    _CANARY, b"imei=860461037294518&lat=31.230416&ua=a%20b+c&x=%7B%22q%22%3A1%7D", b"", b"a", b"\x00" * 64, b"11" * 300,
    "北京市朝阳区 860461037294518".encode("gb18030"), b"\xff\xfe" + "imei 860461037294518".encode("utf-16-le"),
    b"<r a='1'><imei>860461037294518</imei>&lt;&#x4e0a;</r>", b'{"a":"' + b'\\"' * 50, bytes(range(256)),
)  # fmt: skip


@dataclass(frozen=True)
class Case:
    """`steps`: the payload's number (behind the last of them: random bytes, then signs again and again), then the encoders, `!`
    behind those whose output was damaged."""

    data: bytes
    steps: tuple[str, ...]


def case(number: int) -> Case:
    random = Random(number)
    chosen = random.randrange(len(_PAYLOADS) + 2)
    if chosen < len(_PAYLOADS):
        data = _PAYLOADS[chosen]
    elif chosen == len(_PAYLOADS):
        data = random.randbytes(random.randint(1, 600))
    else:
        pattern = b"".join(random.choices(TELLING, k=random.randint(1, 4)))
        data = pattern * random.choice((3, 30, 300, 30_000 // len(pattern)))
    steps = [str(chosen)]
    for _ in range(random.choice((0, 1, 1, 2, 2, 3, 4))):
        name = random.choice([*ALL, *OF_TEXT])
        try:
            data = (ALL | OF_TEXT)[name](data)
        except ValueError:  # it wraps text, and this is none
            continue
        damaged = random.random() < 0.5
        steps.append(name + "!" * damaged)
        if damaged:
            data = mutated(data, random)
        if len(data) > 200_000:
            break
    return Case(data if len(steps) > 1 else mutated(data, random), tuple(steps))


def taken_apart(data: bytes, search: Search) -> tuple[Tree, list[Hit]]:
    """Raises AssertionError where a bound is broken, whatever the product raises where it raises."""
    budget = Budget(**LIMITS, seconds=SECONDS / 2)
    tree = unwrap([("url", b"https://a.example/?q=1"), ("headers", b"X-A: b"), ("body", data)], budget=budget)
    assert len(tree.layers) <= LIMITS["layers"] + 3, "more layers than the budget has"
    assert sum(len(layer.data) for layer in tree.layers) <= LIMITS["bytes"], "more bytes than the budget has"
    assert max((layer.depth for layer in tree.layers), default=0) <= LIMITS["depth"], "deeper than the budget"
    assert tree.spent != "time", "it took all its time"
    for opaque in tree.opaque():
        assert opaque.size > 0 and opaque.where
    hits = search.hits(tree)
    for hit in hits:
        assert 0 <= hit.start < hit.end <= len(hit.layer.data), "a hit outside its layer"
        assert isinstance(f"{hit.where}{hit.matched()}{hit.around()}{hit.encodings}", str)
    return tree, hits


def signature(tree: Tree, steps: tuple[str, ...]) -> str:
    """What is new about a case: its troubles, else the decoders that made something of its outermost layer."""
    told = sorted({(t.decoder, t.why.partition(":")[0]) for t in tree.troubles})
    body = next((layer for layer in tree.layers if layer.root == "body" and layer.parent is None), None)
    outer = sorted({layer.decoder for layer in tree.layers if layer.parent is body and body is not None})
    return json.dumps([told, tree.spent, outer if not told else steps[-1]])


def work(first: int, keep: Path | None) -> None:
    """A child's: one batch. Each number is on stdout before its case begins; the last tells the parent where it died."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    search = Search(KNOWNS, ("com.example.shop",))
    for number in range(first, first + BATCH):
        print(number, flush=True)
        signal.setitimer(signal.ITIMER_PROF, SECONDS)  # nothing catches the signal: it ends the process, in C as well
        made = case(number)
        try:
            tree, _ = taken_apart(made.data, search)
        except Exception:  # noqa: BLE001 - whatever it is, it is what is looked for
            print("raised", json.dumps(traceback.format_exc()), flush=True)
            continue
        if keep is not None and 0 < len(made.data) < LARGEST_KEPT and any("!" in step for step in made.steps):
            print("kept", json.dumps([signature(tree, made.steps), len(made.data)]), flush=True)
    signal.setitimer(signal.ITIMER_PROF, 0)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=5)
    parser.add_argument("--first", type=int, default=0, help="number of the first case")
    parser.add_argument("--faults", type=Path, default=Path("campaign.jsonl"), help="what went wrong, one a line")
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--batch", type=int, help="(a child's)")
    parser.add_argument("--again", type=Path, help="a folder that was kept: write its index anew")
    parser.add_argument("--show", type=int, help="print the case of this number")
    options = parser.parse_args()
    if options.show is not None:
        print(case(options.show))
    elif options.again is not None:
        again(options.again)
    elif options.batch is not None:
        work(options.batch, options.keep)
    else:
        campaign(options)


def campaign(options: argparse.Namespace) -> None:
    run = faults = 0
    kept: dict[str, tuple[int, int]] = {}  # signature -> (size, number)
    begun = time.monotonic()
    at = options.first
    while time.monotonic() < begun + 60 * options.minutes:
        words = [sys.executable, "-m", "tests.decoding.campaign", "--batch", str(at)]
        words += ["--keep", str(options.keep)] if options.keep else []
        child = subprocess.run(words, capture_output=True, text=True, check=False, preexec_fn=lambda: os.nice(10))
        last = at - 1
        for line in child.stdout.splitlines():
            head, _, rest = line.partition(" ")
            if head == "raised":
                faults += _tell(options.faults, last, json.loads(rest))
            elif head == "kept":
                mark, size = json.loads(rest)
                kept[mark] = min(kept.get(mark, (size, last)), (size, last))
            else:
                last = int(head)
                run += 1
        if child.returncode:
            why = signal.Signals(-child.returncode).name if child.returncode < 0 else child.stderr[-2000:]
            faults += _tell(options.faults, last, f"the process ended: {why}")
        at = last + 1
        print(f"\r{run} cases, {faults} faults, {len(kept)} kinds of result", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    if options.keep:
        order = sorted(kept, key=kept.__getitem__)  # the smallest first
        troubled = [kept[mark][1] for mark in order if json.loads(mark)[0]]
        read = [kept[mark][1] for mark in order if not json.loads(mark)[0]]
        store(options.keep, troubled, read)


def _tell(path: Path, number: int, why: str) -> int:
    made = case(number)
    told = {"number": number, "steps": made.steps, "why": why, "data": base64.b64encode(made.data[:100_000]).decode()}
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(told, ensure_ascii=False) + "\n")
    return 1


def store(folder: Path, *groups: list[int]) -> None:
    """Writes cases as files, as many of each group, with an index of what each is and gives."""
    folder.mkdir(parents=True, exist_ok=True)
    index = {}
    met: list[dict[str, object]] = []
    for place, group in enumerate(groups, start=1):
        for number in group:
            made = case(number)
            given = result(made.data)
            if given not in met and len(index) < MOST_KEPT * place // len(groups):
                met.append(given)
                (folder / f"{number}.bin").write_bytes(made.data)
                index[f"{number}.bin"] = {"steps": list(made.steps), **given}
    write_index(folder, index)


def again(folder: Path) -> None:
    """Writes the index anew: what each file gives now."""
    index = json.loads((folder / "index.json").read_text("utf-8"))
    write_index(folder, {n: {"steps": e["steps"], **result((folder / n).read_bytes())} for n, e in index.items()})


def write_index(folder: Path, index: Mapping[str, object]) -> None:
    (folder / "index.json").write_text(json.dumps(index, ensure_ascii=False, indent=1) + "\n", "utf-8")


def result(data: bytes) -> dict[str, object]:
    """What a message gives: its troubles, each with the first words of its reason, and its layers by their encodings."""
    tree = unwrap([("body", data)], budget=Budget(**LIMITS, seconds=SECONDS))
    return {
        "troubles": sorted({f"{t.decoder}: {t.why.partition(':')[0]}" for t in tree.troubles}),
        "spent": tree.spent,
        "layers": sorted({" > ".join(layer.encodings) for layer in tree.layers if layer.parent is not None}),
    }


if __name__ == "__main__":
    main()
