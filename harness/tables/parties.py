"""Whose host is it: first party, a named third party, or unknown. Unknown stays unknown."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from harness.tables.app_shape import KEYS, RECIPIENT_KEYS, Shape
from harness.tables.domains import domain_over, registrable
from harness.tables.recipients import HostCatalogue


@dataclass(frozen=True, kw_only=True)
class Recipient:
    """A recipient that the app's policy names, with the kinds of personal information it says it gets."""

    name: str
    domains: tuple[str, ...] = ()
    packages: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class AppFacts:
    """What the tester (or the app's own texts) says about the app: `--app FILE`. `known`: whether there was any; `carrier`:
    whether it is a telecommunications carrier's own app."""

    known: bool = False
    first_party: tuple[str, ...] = ()
    recipients: tuple[Recipient, ...] = ()
    functions: tuple[dict[str, Any], ...] = field(default=())
    carrier: bool = False

    @classmethod
    def of(cls, data: dict[str, Any] | None, *, where: str = "The app file in the bundle", strict: bool = False) -> AppFacts:
        """From the mapping of an app file; docs/app-file.md. `where`, `strict`: see `app_shape.Shape`.

        Raises UsageError, which names the key and what is wanted, on a wrong shape.
        """
        if not data:
            return cls()
        shape = Shape(where, strict)
        shape.keys(data, KEYS)
        listed = shape.entries(data, "recipients", "recipients", "[{name: Maps, domains: [maps.example]}]")
        return cls(
            known=True,
            first_party=shape.domains(data, "first_party", "first_party"),
            recipients=tuple(_recipient(shape, entry, f"recipients[{i}]") for i, entry in enumerate(listed)),
            functions=tuple(shape.entries(data, "functions", "functions", "[{name: Stores, open: [Stores]}]")),
            carrier=shape.truth(data, "carrier"),
        )

    def recipient(self, host: str) -> Recipient | None:
        """The recipient with the longest domain over `host`; of two with the same one, the first."""
        named = {domain: recipient for recipient in reversed(self.recipients) for domain in recipient.domains}
        return named.get(domain_over(host, named))


def _recipient(shape: Shape, entry: Any, key: str) -> Recipient:
    if not isinstance(entry, dict):
        raise shape.wrong(key, "is no mapping", f"It is {entry!r}.", "Write {name: Maps, domains: [maps.example]}.")
    shape.keys(entry, RECIPIENT_KEYS, key)
    return Recipient(
        name=shape.name(entry, f"{key}.name"),
        domains=shape.domains(entry, "domains", f"{key}.domains"),
        packages=shape.packages(entry, "packages", f"{key}.packages"),
        kinds=shape.kinds(entry, "kinds", f"{key}.kinds"),
    )


@dataclass(frozen=True, kw_only=True)
class Party:
    """`relation`: first, third or unknown. `basis`: how that is known."""

    relation: str
    name: str
    basis: str


def party_of(host: str, *, package: str, facts: AppFacts, hosts: HostCatalogue) -> Party:
    """First party by the app file, else by the package name reversed; third party by the policy or hooks/sdks.

    An SDK with code that apps carry is a third party whatever the app is called. Of a service or a company of which
    only hosts are known, the app may be its own: the package name has precedence. Last, a host is whose its siblings are.
    """
    domain = registrable(host)
    if domain_over(host, facts.first_party):
        return Party(relation="first", name=domain, basis="app file")
    if recipient := facts.recipient(host):
        return Party(relation="third", name=recipient.name, basis="policy names it")
    reverse = package.lower().split(".")
    own = len(reverse) >= 2 and domain == ".".join(reversed(reverse[:2]))
    for sdk in hosts.owners(host):
        if sdk.packages or not own:
            return Party(relation="third", name=sdk.company or sdk.name, basis=f"host catalogue: {sdk.name}")
    if own:
        return Party(relation="first", name=domain, basis="package name")
    if sibling := hosts.sibling(host):
        return Party(
            relation="third", name=sibling.company, basis=f"under {sibling.domain}, as {sibling.host} of the host catalogue"
        )
    if facts.known and facts.first_party:
        return Party(relation="third", name=domain, basis="none of the first party's domains")
    return Party(relation="unknown", name=domain, basis="")
