"""Whose host it is, by hooks/sdks: the entry with the longest domain that the host lies under."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import yaml

from harness.resources import resource
from harness.tables.attribution import Sdk
from harness.tables.domains import domain_over, owned


@cache
def shared_domains() -> Mapping[str, str]:
    """Domains under which many have hosts -> why (hooks/shared-domains.yaml)."""
    told: dict[str, str] = yaml.safe_load(resource("hooks", "shared-domains.yaml").read_text("utf-8"))
    return told


@dataclass(frozen=True)
class Sibling:
    """Whose a host is by its neighbours: `host` is one that the catalogue has under the same registrable `domain`."""

    company: str
    domain: str
    host: str


class HostCatalogue:
    """The hosts of SDKs, services and companies. A question costs as much as its host is long, however many there are."""

    def __init__(self, sdks: Iterable[Sdk]) -> None:
        self._owners: dict[str, list[Sdk]] = {}
        for sdk in sdks:
            for host in sdk.hosts:
                self._owners.setdefault(host, []).append(sdk)
        self._families: dict[str, dict[str, str]] = {}  # registrable domain -> company -> one of its hosts there
        for host, entries in self._owners.items():
            for sdk in entries:
                self._families.setdefault(owned(host), {}).setdefault(sdk.company or sdk.name, host)

    def owners(self, host: str) -> Sequence[Sdk]:
        """The entries with the longest domain over `host`, in the order they came in; mostly one, and none where nobody
        knows it. An app file may name a domain that hooks/sdks has too."""
        return self._owners.get(domain_over(host, self._owners), ())

    def sibling(self, host: str) -> Sibling | None:
        """Of a host that no entry is over: the one company that the catalogue has hosts of under its registrable domain. None
        where there are several, or where customers have hosts there. It says nothing of the SDK."""
        domain = owned(host)
        family = self._families.get(domain, {}) if domain and domain not in shared_domains() else {}
        if len(family) != 1 or self.owners(host):
            return None
        [(company, known)] = family.items()
        return Sibling(company, domain, known)
