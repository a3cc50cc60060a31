"""Journals with what is personal taken out, and committed to: docs/evidence.md, "A redacted copy that still verifies".

Sealing puts the hash of each cut journal into the manifest, so that a copy with the cut ones in place of the whole is vouched for
by whoever sealed, not by whoever cut.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterable, Iterator
from typing import Any

from harness.bundle.format import ATTACHMENTS, OBJECTS, PREFIXES, PROXY_JOURNAL, SAMPLE
from harness.bundle.source import Source, lines_of

SEED = "redaction.seed"
"""A file of 64 hex digits and a line feed. Who has it can find a cut value by trying all."""

FACTS = ("data",)
PERSONAL: dict[str, tuple[str, ...]] = {
    "calls.jsonl": ("value", "arguments", "error"),
    "flows.jsonl": ("url", "request", "response"),
    "screens.jsonl": ("controls", "reason"),
    "steps.jsonl": ("target", "control", "detail"),
    "run.jsonl": FACTS,
    PROXY_JOURNAL: FACTS,
}
"""Journal -> the fields of its lines that may hold what belongs to somebody. What they are called by is kept."""
KEPT_FACTS = frozenset({
    "bundle", "end", "recovered", "continues", "app", "tools", "agent", "hook", "process", "clock", "canary", "profile", "proxy",
    "proxy_end", "permissions", "log", "quic_refused", "malformed_dns",
})
"""Types of facts whose `data` says nothing of a person."""
REMOVED = (SEED, "device.log", "proxy.log", f"{OBJECTS}/", f"{ATTACHMENTS}/")
"""What a cut copy lacks altogether; a name that ends in / is a folder."""
REMOVABLE = (*REMOVED, f"{SAMPLE}/")
"""What any copy may lack. A journal is none of it: who takes one away hides what was seen."""
_NOTHING: tuple[object, ...] = (None, "", [], {})


def compact(value: Any) -> bytes:
    """Canonical JSON on one line: equal data, equal bytes."""
    return json.dumps(value, sort_keys=True, ensure_ascii=True, separators=(",", ":")).encode("ascii")


def salt(seed: bytes, journal: str, line: int, field: str) -> bytes:
    return hmac.digest(seed, f"{journal}\0{line}\0{field}".encode(), "sha256")


def commitment(salted: bytes, value: Any) -> str:
    """Hex. Says nothing of the value to anyone who does not know the salt."""
    return hashlib.sha256(salted + compact(value)).hexdigest()


def among(name: str, places: Iterable[str]) -> bool:
    """Whether a file is one of these (REMOVED, REMOVABLE), or in one of their folders."""
    return any(name == one or (one.endswith("/") and name.startswith(one)) for one in places)


def cut(journal: str, lines: Iterable[bytes], seed: bytes) -> Iterator[bytes]:
    """The lines of a journal with commitments in place of what is personal."""
    fields = PERSONAL[journal]
    for number, line in enumerate(lines, 1):
        if not line.endswith(b"\n"):
            line += b"\n"    # a torn line: nothing of it can be told apart
            record: Any = None
        else:
            try:
                record = json.loads(line)
            except (ValueError, RecursionError):
                record = None
        if not isinstance(record, dict):
            yield compact({"redacted": commitment(salt(seed, journal, number, ""), line.decode("latin-1"))}) + b"\n"
            continue
        if fields == FACTS and isinstance(record.get("type"), str) and record["type"] in KEPT_FACTS:
            yield line
            continue
        for field in fields:
            if record.get(field) not in _NOTHING:
                record[field] = {"redacted": commitment(salt(seed, journal, number, field), record[field])}
        yield compact(record) + b"\n"


def cut_journals(source: Source) -> dict[str, tuple[int, str]]:
    """Journal -> size in bytes and SHA-256 of it as it is when cut. Nothing for a bundle without a seed.

    Raises Unreadable.
    """
    if not source.has(SEED):
        return {}
    seed = seed_of(source)
    found = {}
    for journal in PERSONAL:
        if source.has(journal):
            digest, size = hashlib.sha256(), 0
            with source.open(journal) as file:
                for line in cut(journal, lines_of(file), seed):
                    digest.update(line)
                    size += len(line)
            found[journal] = (size, digest.hexdigest())
    return found


def seed_of(source: Source) -> bytes:
    """Raises Unreadable where there is none, ValueError where it is none."""
    with source.open(SEED) as file:
        return bytes.fromhex(file.read(65).decode("ascii").strip())


assert PERSONAL.keys() <= PREFIXES.keys()
