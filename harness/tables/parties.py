"""Whose host is it: first party, a named third party, or unknown. Unknown stays unknown."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import tldextract

from harness.errors import UsageError
from harness.tables.attribution import Sdk


@dataclass(frozen=True, kw_only=True)
class Recipient:
    """A recipient that the app's policy names, with the kinds of personal information it says it gets."""

    name: str
    domains: tuple[str, ...] = ()
    packages: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class AppFacts:
    """What the tester (or the app's own texts) says about the app: `--app FILE`. `known`: whether there was any."""

    known: bool = False
    first_party: tuple[str, ...] = ()
    recipients: tuple[Recipient, ...] = ()
    functions: tuple[dict[str, Any], ...] = field(default=())

    @classmethod
    def of(cls, data: dict[str, Any] | None) -> AppFacts:
        """From the mapping of an app file; docs/app-file.md. Raises UsageError on a wrong shape."""
        if not data:
            return cls()
        for key in ("first_party", "recipients", "functions"):
            if not isinstance(data.get(key, []), list):
                raise UsageError(
                    "The app file cannot be read.", f"`{key}` is no list.", "docs/app-file.md shows its shape."
                )
        try:
            return cls(
                known=True,
                first_party=tuple(str(d).lower() for d in data.get("first_party", ())),
                recipients=tuple(
                    Recipient(
                        name=str(r["name"]),
                        domains=tuple(r.get("domains", ())),
                        packages=tuple(r.get("packages", ())),
                        kinds=tuple(r.get("kinds", ())),
                    )
                    for r in data.get("recipients", ())
                ),
                functions=tuple(data.get("functions", ())),
            )
        except (KeyError, TypeError, AttributeError) as error:
            raise UsageError(
                "The app file cannot be read.",
                f"It lacks or misplaces {error}.",
                "docs/app-file.md shows its shape.",
            ) from error


@dataclass(frozen=True, kw_only=True)
class Party:
    """`relation`: first, third or unknown. `basis`: how that is known."""

    relation: str
    name: str
    basis: str


@cache
def _extractor() -> tldextract.TLDExtract:
    return tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None, fallback_to_snapshot=True)


def registrable(host: str) -> str:
    """The registrable domain by the Public Suffix List that tldextract ships; an address stays itself.

    A reserved top level such as .example (RFC 2606) is taken as a suffix of one label.
    """
    host = host.rstrip(".").lower()
    try:
        return str(ipaddress.ip_address(host.strip("[]")))
    except ValueError:
        pass
    parts = _extractor()(host)
    if parts.suffix:
        return f"{parts.domain}.{parts.suffix}" if parts.domain else parts.suffix
    return ".".join(host.split(".")[-2:])


def _under(host: str, domain: str) -> bool:
    domain = domain.lower().lstrip("*.")
    return host == domain or host.endswith("." + domain)


def party_of(host: str, *, package: str, facts: AppFacts, sdks: Sequence[Sdk]) -> Party:
    """First party by the app file, else by the package name reversed; third party by the policy or hooks/sdks."""
    host = host.rstrip(".").lower()
    domain = registrable(host)
    for mine in facts.first_party:
        if _under(host, mine):
            return Party(relation="first", name=domain, basis="app file")
    for recipient in facts.recipients:
        if any(_under(host, d) for d in recipient.domains):
            return Party(relation="third", name=recipient.name, basis="policy names it")
    for sdk in sdks:
        if any(_under(host, d) for d in sdk.hosts):
            return Party(relation="third", name=sdk.company or sdk.name, basis=f"host catalogue: {sdk.name}")
    reverse = package.lower().split(".")
    if len(reverse) >= 2 and domain == ".".join(reversed(reverse[:2])):
        return Party(relation="first", name=domain, basis="package name")
    if facts.known and facts.first_party:
        return Party(relation="third", name=domain, basis="none of the first party's domains")
    return Party(relation="unknown", name=domain, basis="")
