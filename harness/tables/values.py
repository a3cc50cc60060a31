"""Follows each value from the call that read it to the request that carried it.

A value is searched as it is, in other spellings (case, separators), and hashed; the message is
unwrapped first (`decode`). Only values that were really read in this run are searched, so a hit
means: this text, which the app got from that call, left in this request.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import ahocorasick_rs

from harness.tables.decode import Text, as_text, content, unwrap
from harness.tables.kinds import known_kinds

CONTEXT = 80  # characters kept on either side of a hit
# A single name of these in a request is as often that of a browser or a service as a list of what is installed.
LISTS = frozenset({"installed_apps", "running_apps"})
MIN_LENGTH = 6  # shorter texts meet by chance
# Kinds that say nothing of a person or device on their own, or that every request holds.
NOT_FOLLOWED = frozenset(
    {
        "permission_request",
        "device_model",
        "os_version",
        "device_info_other",
        "app_info",
        "network_type",
        "sensors",
        "nfc",
        "region",
        "carrier",
    }
)
_COORDINATE = re.compile(r"-?\d{1,3}\.\d{3,}")


@dataclass(frozen=True, kw_only=True)
class Needle:
    """One spelling of a value. `variant`: raw, upper, no-separators, md5, ... `pair`: the second coordinate."""

    text: str
    value: str
    kind: str
    variant: str
    calls: tuple[str, ...]
    pair: str | None = None


@dataclass(frozen=True, kw_only=True)
class Sighting:
    """A value found in a flow. `where`: url, header NAME, body. `before`, `after`: what stands round it there, decoded."""

    flow: str
    kind: str
    value: str
    variant: str
    where: str
    encodings: tuple[str, ...]
    matched: str
    calls: tuple[str, ...]
    before: str = ""
    after: str = ""


def texts(value: Any, depth: int = 0) -> Iterator[str]:
    """The texts inside a recorded value: leaves of lists and objects that can be followed."""
    if isinstance(value, str):
        if MIN_LENGTH <= len(value) <= 4096:
            yield value
    elif isinstance(value, bool) or value is None:
        return
    elif isinstance(value, int):
        if abs(value) >= 10 ** (MIN_LENGTH + 1):
            yield str(value)
    elif depth < 6:
        inner: Iterable[Any] = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
        for item in inner:
            yield from texts(item, depth + 1)


def coordinates(value: Any, depth: int = 0) -> Iterator[tuple[float, float]]:
    """(latitude, longitude) pairs inside a recorded value."""
    if isinstance(value, dict):
        lat = value.get("latitude", value.get("lat"))
        lon = value.get("longitude", value.get("lon", value.get("lng")))
        if isinstance(lat, int | float) and isinstance(lon, int | float) and (lat or lon):
            yield float(lat), float(lon)
        if depth < 6:
            for inner in value.values():
                yield from coordinates(inner, depth + 1)
    elif isinstance(value, list) and depth < 6:
        for inner in value:
            yield from coordinates(inner, depth + 1)


def spellings(value: str) -> Iterator[tuple[str, str]]:
    """(variant, text): how a value is written on the wire, hashes of the usual spellings included."""
    plain = {"raw": value}
    for name, text in (
        ("upper", value.upper()),
        ("lower", value.lower()),
        ("dashes", value.replace(":", "-")),
        ("dashes-upper", value.upper().replace(":", "-")),
        ("no-separators", re.sub(r"[:\-. ]", "", value)),
        ("no-separators-upper", re.sub(r"[:\-. ]", "", value).upper()),
        ("no-separators-lower", re.sub(r"[:\-. ]", "", value).lower()),
    ):
        if len(text) >= MIN_LENGTH and text not in plain.values():
            plain[name] = text
    if re.fullmatch(r"\+?86\d{11}", value):
        plain["national"] = value.lstrip("+")[2:]
    yield from plain.items()
    for name, text in plain.items():
        raw = text.encode()
        for algorithm in ("md5", "sha1", "sha256"):
            digest = hashlib.new(algorithm, raw, usedforsecurity=False).hexdigest()
            label = algorithm if name == "raw" else f"{algorithm}({name})"
            yield label, digest
            yield f"{label}-upper", digest.upper()
            if algorithm == "md5":
                yield f"{label}-16", digest[8:24]


def _place(number: float) -> str:
    """A coordinate cut to three decimals (about 100 m), as it stands at the start of its longer spellings."""
    whole, _, decimals = f"{number:.7f}".partition(".")
    return f"{whole}.{decimals[:3]}"


def says_only_itself(value: Any, package: str) -> bool:
    """Whether a recorded list of apps or processes holds nothing but the app's own name: no information on others."""
    if isinstance(value, dict) and value.get("more"):
        return False    # what was not recorded is not known
    found = list(_leaves(value.get("items", []) if isinstance(value, dict) else value))
    return bool(found) and all(_is_own(text, package) for text in found)


def _leaves(value: Any) -> Iterator[str]:
    for item in value if isinstance(value, list) else [value]:
        if isinstance(item, str):
            yield item


def _is_own(text: str, package: str) -> bool:
    return text == package or text.startswith(f"{package}:")


def needles(reads: Iterable[Mapping[str, Any]], package: str = "") -> list[Needle]:
    """From calls with outcome `value` (event_id, kind, value), the texts to search, equal ones joined. The app's own
    `package`, which every SDK sends to say where it is, is none."""
    calls: dict[tuple[str, str], list[str]] = {}
    pairs: dict[tuple[str, str, str], list[str]] = {}
    for read in reads:
        if read["kind"] in NOT_FOLLOWED or read["kind"] not in known_kinds():   # a behaviour's value is no information
            continue
        for lat, lon in coordinates(read["value"]):
            pairs.setdefault((read["kind"], _place(lat), _place(lon)), []).append(read["event_id"])
        for text in texts(read["value"]):
            if package and _is_own(text, package):
                continue
            calls.setdefault((read["kind"], text), []).append(read["event_id"])
    found = [
        Needle(text=text, value=value, kind=kind, variant=variant, calls=tuple(ids))
        for (kind, value), ids in calls.items()
        for variant, text in spellings(value)
    ]
    found += [
        Needle(text=lat, pair=lon, value=f"{lat},{lon}", kind=kind, variant="coordinates", calls=tuple(ids))
        for (kind, lat, lon), ids in pairs.items()
    ]
    return found


@dataclass(frozen=True, kw_only=True)
class Haystack:
    """One part of a request: `where` it is, and its text, unwrapped or not."""

    where: str
    text: Text


def haystacks(url: str | None, headers: Sequence[Sequence[str]], body: bytes | None) -> Iterator[Haystack]:
    """All texts of a request, decoded."""
    for text in unwrap(url or ""):
        yield Haystack(where="url", text=text)
    encoding = next((v for n, v in headers if n.lower() == "content-encoding"), None)
    for name, value in headers:
        for text in unwrap(value):
            yield Haystack(where=f"header {name}", text=text)
    if body:
        data, undone = content(body, encoding)
        for text in unwrap(as_text(data), undone):
            yield Haystack(where="body", text=text)


class Search:
    """All needles at once (Aho-Corasick). Built once per run."""

    def __init__(self, found: Sequence[Needle]) -> None:
        self.needles = list(found)
        self.automaton = ahocorasick_rs.AhoCorasick([n.text for n in found]) if found else None

    def sightings(self, flow: str, parts: Iterable[Haystack]) -> list[Sighting]:
        """Each value once per place and spelling; the shortest chain of decoders wins."""
        if self.automaton is None:
            return []
        best: dict[tuple[str, str, str], Sighting] = {}
        for part in parts:
            text = part.text.text
            for index, start, end in self.automaton.find_matches_as_indexes(text, overlapping=True):
                needle = self.needles[index]
                if not _stands_alone(text, start, end, needle):
                    continue
                if needle.pair is not None and not any(
                    m[0].startswith(needle.pair) for m in _COORDINATE.finditer(text)
                ):
                    continue
                key = (needle.kind, needle.value, part.where)
                hit = Sighting(
                    flow=flow,
                    kind=needle.kind,
                    value=needle.value,
                    variant=needle.variant,
                    where=part.where,
                    encodings=part.text.encodings,
                    matched=text[start:end],
                    before=text[max(0, start - CONTEXT) : start],
                    after=text[end : end + CONTEXT],
                    calls=needle.calls,
                )
                old = best.get(key)
                if old is None or (len(hit.encodings), len(hit.variant)) < (len(old.encodings), len(old.variant)):
                    best[key] = hit
        return list(best.values())


def _stands_alone(text: str, start: int, end: int, needle: Needle) -> bool:
    """A run of letters or digits is a hit only where it is not part of a longer one; other texts always are."""
    if needle.variant == "coordinates":
        return start == 0 or not (text[start - 1].isdigit() or text[start - 1] == ".")
    first, last = text[start], text[end - 1]
    before = text[start - 1] if start else " "
    after = text[end] if end < len(text) else " "
    ascii_word = first.isascii() and first.isalnum() and last.isascii() and last.isalnum()
    if not ascii_word:
        return True
    return not (before.isascii() and before.isalnum()) and not (after.isascii() and after.isalnum())
