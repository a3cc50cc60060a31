"""Mobile networks: a carrier by its names, and by the numbers that SIM cards have for it (hooks/carriers.yaml)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import yaml

from harness.resources import resource

_NO_NAME = re.compile(r"[\W_]+")


@dataclass(frozen=True)
class Carrier:
    """`mnc`: as assigned, two or three digits each."""

    mcc: str
    mnc: tuple[str, ...]
    names: tuple[str, ...]


@cache
def carriers() -> Sequence[Carrier]:
    told = yaml.safe_load(resource("hooks", "carriers.yaml").read_text("utf-8"))
    return [Carrier(str(c["mcc"]), tuple(c["mnc"]), tuple(c["names"])) for c in told]


@cache
def _by_name() -> Mapping[str, Sequence[Carrier]]:
    found: dict[str, list[Carrier]] = {}
    for carrier in carriers():
        for name in dict.fromkeys(map(_bare, carrier.names)):
            found.setdefault(name, []).append(carrier)
    return found


@cache
def _by_number() -> Mapping[str, Sequence[Carrier]]:
    found: dict[str, list[Carrier]] = {}
    for carrier in carriers():
        for mnc in carrier.mnc:
            found.setdefault(carrier.mcc + mnc, []).append(carrier)
    return found


def named(name: str) -> Sequence[Carrier]:
    """The carriers of that name, of several countries where several have one: Vodafone."""
    return _by_name().get(_bare(name), ())


def numbered(number: str) -> Sequence[Carrier]:
    """`number`: MCC and MNC behind each other."""
    return _by_number().get(number, ())


def _bare(name: str) -> str:
    return _NO_NAME.sub("", name).lower()
