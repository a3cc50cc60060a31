"""Follows each value from the call that read it to the request that carried it.

Only values that were really read in this run are looked for, so a hit means: this text, which the app got from that
call, left in this request. How they are found, in which spellings and hashes, and when a short one counts: docs/decoding.md.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from harness.decoding import Budget, Opaque, Tree, Trouble, unwrap
from harness.matching import Hit, Known, Search, field_of
from harness.tables.ciphers import Handed, Left, OutputSearch
from harness.tables.kinds import known_kinds
from harness.traffic.exchange import parts

# A single name of these in a request is as often that of a browser or a service as a list of what is installed.
LISTS = frozenset({"installed_apps", "running_apps"})
PLACES = frozenset({"location_precise", "location_coarse", "location_unspecified", "track"})
# What systems say in place of a value: every device has it, so it says nothing of this one.
PLACEHOLDERS = frozenset(
    {
        "02:00:00:00:00:00",
        "00:00:00:00:00:00",
        "ff:ff:ff:ff:ff:ff",
        "000000000000000",
        "00000000-0000-0000-0000-000000000000",
        "0000000000000000",
        "9774d56d682e549c",
        "unknown",
        "<unknown ssid>",
        "0.0.0.0",
        "127.0.0.1",
    }
)
SHORTEST = 4  # characters; a shorter text says too little even under a fitting name
_SMALLEST = 10**7  # numbers below are counts, sizes and flags
_NEAR = 512  # bytes between the two coordinates of one place
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


@dataclass(frozen=True, kw_only=True)
class Sighting:
    """A value found in a flow. `where`: the part of the request and the path in it, as `body > gzip $.device.imei`.
    `before`, `after`: what stands round it there, decoded. `key`: the name of its field. `weight`: bits that speak for it."""

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
    key: str = ""
    weight: float = 0.0
    via: tuple[str, ...] = ()  # the calls that encrypted or hashed it, where what left is their output


@dataclass(frozen=True)
class Dark:
    """What of a request's content could not be looked into: troubles with a format, opaque bytes, or a budget used up."""

    troubles: tuple[Trouble, ...] = ()
    opaque: tuple[Opaque, ...] = ()
    spent: str = ""


def texts(value: Any, name: str, depth: int = 0) -> Iterator[tuple[str, str]]:
    """(name, text) of what can be followed inside a recorded value: leaves of lists and objects, by the name they have there."""
    if isinstance(value, str):
        if SHORTEST <= len(value) <= 4096:
            yield name, value
    elif isinstance(value, bool) or value is None:
        return
    elif isinstance(value, int):
        if abs(value) >= _SMALLEST:
            yield name, str(value)
    elif depth < 6:
        if isinstance(value, dict):
            for key, inner in value.items():
                yield from texts(inner, str(key), depth + 1)
        elif isinstance(value, list):
            for inner in value:
                yield from texts(inner, name, depth + 1)


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


def says_only_itself(value: Any, package: str) -> bool:
    """Whether a recorded list of apps or processes holds nothing but the app's own name: no information on others."""
    if isinstance(value, dict) and value.get("more"):
        return False  # what was not recorded is not known
    found = list(_leaves(value.get("items", []) if isinstance(value, dict) else value))
    return bool(found) and all(_is_own(text, package) for text in found)


def _leaves(value: Any) -> Iterator[str]:
    for item in value if isinstance(value, list) else [value]:
        if isinstance(item, str):
            yield item


def _is_own(text: str, package: str) -> bool:
    return text == package or text.startswith(f"{package}:")


def knowns(reads: Iterable[Mapping[str, Any]], package: str = "") -> list[Known]:
    """From calls with outcome `value` (event_id, kind, value), the values to look for, equal ones joined. The app's own
    `package`, which every SDK sends to say where it is, is none."""
    calls: dict[tuple[str, str, str], list[str]] = {}
    for read in reads:
        kind = read["kind"]
        if kind in NOT_FOLLOWED or kind not in known_kinds():  # a behaviour's value is no information
            continue
        for lat, lon in coordinates(read["value"]):
            for axis, degrees in (("latitude", lat), ("longitude", lon)):
                calls.setdefault((kind, axis, f"{degrees:.7f}".rstrip("0")), []).append(read["event_id"])
        for name, text in texts(read["value"], kind):
            if text.lower() in PLACEHOLDERS or (package and _is_own(text, package)):
                continue
            calls.setdefault((kind, name, text), []).append(read["event_id"])
    return [
        Known(
            name=name if kind in PLACES else kind,
            value=value,
            field=_field(kind, name, value),
            kind=kind,
            calls=tuple(dict.fromkeys(ids)),
        )
        for (kind, name, value), ids in calls.items()
    ]


def _field(kind: str, name: str, value: str) -> str:
    return field_of(kind, value) if name == kind else field_of(name, value) or field_of(kind, value)


# Kinds that are not followed and say where the person is at home, and so how telephone numbers are dialled.
_OF_HOME = {"region": "country", "carrier": "carrier"}


def home(reads: Iterable[Mapping[str, Any]]) -> list[Known]:
    """What calls with outcome `value` told of the device's country and carrier."""
    found: dict[tuple[str, str], None] = {}
    for read in reads:
        if read["kind"] in _OF_HOME:
            found |= dict.fromkeys((read["kind"], text) for text in _leaves(read["value"]))
    return [Known(name=kind, value=text, field=field_of(_OF_HOME[kind], text), kind=kind) for kind, text in found if text]


class Follower:
    """Finds the values of one run in its requests. Made once for a run. `handed`: what its calls encrypted and hashed; `home`:
    what is known and not looked for."""

    def __init__(
        self, found: Sequence[Known], package: str = "", handed: Sequence[Handed] = (), home: Sequence[Known] = ()
    ) -> None:
        self._search = Search(found, (package,) if package else (), home)
        self._outputs = OutputSearch(handed)
        self._inside: dict[Handed, tuple[Hit, ...]] = {}

    def sightings(
        self,
        flow: str,
        url: str,
        headers: Sequence[Sequence[str]],
        body: bytes,
        budget: Budget | None = None,
        look: Callable[[Tree], None] | None = None,
    ) -> tuple[list[Sighting], Dark]:
        """What of the values stands in a request, each once for a part and a spelling; and what could not be looked into.
        `look` is shown the request as it was taken apart."""
        coding = ", ".join(v for n, v, *_ in headers if n.lower() == "content-encoding")
        tree = unwrap(parts(url, headers, body), codings=coding, budget=budget)
        if look is not None:
            look(tree)
        hits = self._search.hits(tree)
        seen = [_sighting(flow, hit) for hit in hits if hit.known.kind not in PLACES]
        seen += [_place(flow, one, other) for one, other in _pairs(hits)]
        told = {(hit.known.kind, hit.known.value, id(hit.layer), hit.start) for hit in hits}
        for left in self._left(tree):
            place = (id(left.layer), left.start)    # a hash that is known without the call that made it is told once
            seen += [one for one in self._through(flow, left, tree) if (one.kind, one.value, *place) not in told]
        return seen, _dark(tree)

    def _left(self, tree: Tree) -> list[Left]:
        """Each output that left, once: where it stands undone the furthest. What holds it is no longer dark."""
        found: dict[Handed, Left] = {}
        for left in self._outputs.left(tree.layers):
            if left.handed.plain.whole and 2 * (left.end - left.start) >= len(left.layer.data):
                left.layer.accounted = True
            old = found.get(left.handed)
            if old is None or left.layer.depth > old.layer.depth:
                found[left.handed] = left
        return list(found.values())

    def _through(self, flow: str, left: Left, tree: Tree) -> list[Sighting]:
        """The values in the plain text whose encrypted or hashed form left: proven by the call that had both."""
        handed = left.handed
        if not handed.plain.whole:
            kept = f"{len(handed.plain.data)} of {handed.plain.size} bytes were recorded"
            why = f"of what {', '.join(handed.calls)} encrypted, {kept}"
            tree.tell(Trouble(left.where, handed.by, why))
        if handed not in self._inside:
            self._inside[handed] = tuple(self._search.hits(unwrap([("plain", handed.plain.data)])))
        hits = self._inside[handed]
        inside = [_sighting(flow, hit) for hit in hits if hit.known.kind not in PLACES]
        inside += [_place(flow, one, other) for one, other in _pairs(hits)]
        return [
            replace(
                sighting,
                where=f"{left.where} > {handed.by} {sighting.where.removeprefix('plain').strip()}".rstrip(),
                encodings=(*left.layer.encodings, handed.by, *sighting.encodings),
                via=handed.calls,
            )
            for sighting in inside
        ]


def _dark(tree: Tree) -> Dark:
    return Dark(tuple(tree.troubles), tuple(tree.opaque()), tree.spent)


def _sighting(flow: str, hit: Hit) -> Sighting:
    before, after = hit.around()
    return Sighting(
        flow=flow,
        kind=hit.known.kind,
        value=hit.known.value,
        variant=hit.variant,
        where=hit.where,
        encodings=hit.encodings,
        matched=hit.matched(),
        calls=hit.known.calls,
        before=before,
        after=after,
        key=hit.key,
        weight=hit.weight,
    )


def _pairs(hits: Sequence[Hit]) -> Iterator[tuple[Hit, Hit]]:
    """Latitudes and longitudes that stand near each other and were read together: half a place is none."""
    done: set[tuple[str, str, str]] = set()
    for one in hits:
        if one.known.kind not in PLACES or one.known.field != "latitude":
            continue
        for other in hits:
            together = set(one.known.calls) & set(other.known.calls)
            if (
                other.known.field != "longitude"
                or other.layer is not one.layer
                or not together
                or abs(one.start - other.start) > _NEAR
            ):
                continue
            place = (one.known.value, other.known.value, one.layer.root)
            if place not in done:
                done.add(place)
                yield one, other


def _place(flow: str, lat: Hit, lon: Hit) -> Sighting:
    first, last = sorted((lat, lon), key=lambda hit: hit.start)
    return Sighting(
        flow=flow,
        kind=lat.known.kind,
        value=f"{lat.known.value},{lon.known.value}",
        variant="coordinates",
        where=lat.where,
        encodings=lat.encodings,
        matched=f"{lat.matched()},{lon.matched()}",
        calls=tuple(c for c in lat.known.calls if c in set(lon.known.calls)),
        before=first.around()[0],
        after=last.around()[1],
        key=lat.key,
        weight=lat.weight + lon.weight,
    )
