"""What left the device: each value by who sent it to whom, with the read it came from and where in the request it stood."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import pandas as pd

from harness.matching.digests import is_hash
from harness.tables.kinds import sensitive_kinds

SHARED = (
    "kind", "also", "value", "sensitive", "read_by", "readers", "sender", "host", "party", "relation", "where", "encodings",
    "variant", "stage", "scenario", "encrypted", "count", "first_ns", "last_ns", "flows", "calls",
)  # fmt: skip
"""also: the other kinds that the same text in the same place was read as; read_by: the call that first gave it to the app,
"" where none had by then; encrypted: whether it went over TLS."""


def shared(sightings: Iterable[Mapping[str, Any]], flows: Mapping[str, Mapping[str, Any]]) -> pd.DataFrame:
    """One row for each value, sender, host, stage and form, in the order in which they first left; `flows` by event id."""
    found: dict[tuple[Any, ...], dict[str, Any]] = {}
    sensitive = sensitive_kinds()
    for one, also in _in_one_place(sorted(sightings, key=lambda s: (s["t"], s["flow"]))):
        flow = flows[one["flow"]]
        tls = over_tls(flow)
        form = (tuple(one["encodings"]), one["variant"], tls)
        key = (one["kind"], *also, one["value"], one["sender"], one["host"], one["stage"], *form)
        row = found.get(key)
        if row is None:
            row = found[key] = {
                "kind": one["kind"],
                "also": also,
                "value": one["value"],
                "sensitive": not sensitive.isdisjoint((one["kind"], *also)),
                "read_by": next(iter(one["calls"]), "") if one["read_before"] else "",
                "readers": list(one["readers"]),
                "sender": one["sender"],
                "host": one["host"],
                "party": one["party"],
                "relation": one["relation"],
                "where": one["where"],
                "encodings": list(one["encodings"]),
                "variant": one["variant"],
                "stage": one["stage"],
                "scenario": one["scenario"],
                "encrypted": tls,
                "count": 0,
                "first_ns": one["t"],
                "last_ns": one["t"],
                "flows": {},
                "calls": {},
            }
        row["last_ns"] = one["t"]
        row["flows"][one["flow"]] = None    # a mapping: each once, in their order; a value may have been read ten thousand times
        row["calls"] |= dict.fromkeys((*one["calls"], *one["via"]))
    for row in found.values():
        row |= {"count": len(row["flows"]), "flows": list(row["flows"]), "calls": list(row["calls"])}
    return pd.DataFrame(list(found.values()), columns=list(SHARED), dtype=object)


def over_tls(flow: Mapping[str, Any]) -> bool:
    return flow["protocol"] not in ("http", "tcp", "udp", "dns") and not str(flow["url"] or "").startswith(("http:", "ws:"))


def hashed_as(variant: str) -> bool:
    """Whether a value went as a hash, and not in its own letters or another spelling."""
    return is_hash(variant)


def _in_one_place(sightings: Iterable[Mapping[str, Any]]) -> Iterator[tuple[Mapping[str, Any], list[str]]]:
    """Each text once for the place where it stands, with the further kinds that it is known as: an Android ID that was also
    read from a file is one text that left, not two."""
    places: dict[tuple[Any, ...], tuple[dict[str, Any], list[str]]] = {}
    for one in sightings:
        key = (one["flow"], one["where"], one["value"], one["sender"], tuple(one["encodings"]), one["variant"])
        first, also = places.setdefault(key, (dict(one), []))
        if one["kind"] != first["kind"]:
            first["calls"] = list(dict.fromkeys((*first["calls"], *one["calls"])))
            first["readers"] = list(dict.fromkeys((*first["readers"], *one["readers"])))
            if one["kind"] not in also:
                also.append(one["kind"])
    yield from places.values()
