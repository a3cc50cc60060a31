"""The SDKs of hooks/sdks: their names, companies, packages and hosts, for what a policy may call them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import yaml

from harness.policy.folding import fold
from harness.policy.words import compiled, read
from harness.resources import resource

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_GENERIC = compiled("known", "generic")
PACKAGE = re.compile(r"(?<![\w.])[a-z][a-z0-9_]{1,40}(?:\.[a-z0-9_]{1,40}){1,6}\.?\*?(?![\w.])")
_BRACKETS = re.compile(r"\(([^()]{1,60})\)?")


@dataclass(frozen=True, kw_only=True)
class KnownSdk:
    name: str
    company: str
    names: tuple[str, ...]
    packages: tuple[str, ...]
    hosts: tuple[str, ...]
    is_company: bool
    is_library: bool = False


@cache
def known_sdks() -> tuple[KnownSdk, ...]:
    """The catalogue, with the further names of words/aliases.yaml."""
    further: dict[str, list[str]] = read("aliases")["sdks"]
    found = []
    for path in sorted(resource("hooks", "sdks").glob("*.yaml")):
        data: dict[str, Any] = yaml.load(path.read_bytes(), Loader=_LOADER)
        for entry in data["sdks"]:
            names = [entry["name"], entry.get("zh", ""), entry.get("en", ""), *further.get(entry["name"], ())]
            found.append(KnownSdk(
                name=entry["name"], company=entry.get("company", ""), names=tuple(dict.fromkeys(n for n in names if n)),
                packages=tuple(entry.get("packages", ())), hosts=tuple(entry.get("hosts", ())),
                is_company=path.stem == "companies",
                is_library=data.get("transparent") is True or path.stem in ("ui_framework", "storage", "network_library"),
            ))  # fmt: skip
    return tuple(found)


def bare(name: str) -> str:
    """A name without what names differ in: the word SDK, the platform, signs and spaces."""
    return _GENERIC.sub("", PACKAGE.sub("", fold(name)))


_TRAILING = compiled("known", "trailing")


def _shorter(name: str) -> Iterator[str]:
    """The name, and what is left of it when words that say what it is are taken from its end."""
    yield name
    while (shorter := _TRAILING.sub("", name)) != name and len(shorter) > 1:
        yield shorter
        name = shorter


def names_in(name: str) -> tuple[str, ...]:
    """A name as written, the name without its brackets, and what stands in them, each bare."""
    said = fold(name)
    inside = [m[1] for m in _BRACKETS.finditer(said)]
    found = [bare(said), bare(_BRACKETS.sub("", said)), *(bare(part) for i in inside for part in re.split(r"[/、,;]", i))]
    parts = [bare(p) for p in re.split(r"[/、|]", _BRACKETS.sub("", said))]
    return tuple(dict.fromkeys(n for n in (*found, *parts) if len(n) > 1))


@cache
def by_name() -> dict[str, KnownSdk]:
    """A bare name -> the SDK; a service's before a company's of the same name."""
    found: dict[str, KnownSdk] = {}
    for sdk in sorted(known_sdks(), key=lambda s: s.is_company):
        for name in sdk.names:
            found.setdefault(bare(name), sdk)
    return found


@cache
def _services() -> frozenset[str]:
    return frozenset(map(bare, read("aliases")["also"]))


def is_service(name: str) -> bool:
    """Whether a name is one of those that words/aliases.yaml adds to hooks/sdks, for they are services and no SDKs."""
    return any(one in _services() for one in names_in(name))


def known_of(name: str) -> KnownSdk | None:
    """The SDK that a policy's name means; a whole company is none."""
    table = by_name()
    for one in names_in(name):
        for spelled in _shorter(one):
            sdk = table.get(spelled)
            if sdk is not None and not sdk.is_company:
                return sdk
    return None
