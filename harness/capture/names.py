"""Which name an address stands for: the one that the app was told it by DNS.

In a tunnel an app connects to addresses. A host that is reached by a route of ours (`--resolve`) need not exist in the
world's DNS, so it is given an address of the network that is set apart for measurements (198.18.0.0/15, RFC 2544).
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, field

_FIRST = int(ipaddress.IPv4Address("198.18.0.1"))
_LAST = int(ipaddress.IPv4Address("198.19.255.254"))
_KEPT = 1 << 16


@dataclass
class Names:
    """`of` gives the name that was told last: hosts share addresses, so for what carries no name it is likely, not sure."""

    _told: dict[str, str] = field(default_factory=dict)
    _given: dict[str, str] = field(default_factory=dict)     # name -> our address for it
    _routed: dict[str, str] = field(default_factory=dict)    # our address -> name

    def learn(self, name: str, address: str) -> None:
        """The oldest are forgotten beyond 65536, so that no app makes the proxy grow by asking."""
        self._told.pop(address, None)
        self._told[address] = name
        if len(self._told) > _KEPT:
            del self._told[next(iter(self._told))]

    def of(self, address: str) -> str | None:
        return self._routed.get(address) or self._told.get(address)

    def routed(self, address: str) -> str | None:
        """The name that an address of ours stands for; None where it is none of ours."""
        return self._routed.get(address)

    def give(self, name: str) -> str | None:
        """An address of ours for a name, always the same; None once there are no more."""
        if name not in self._given:
            number = _FIRST + len(self._given)
            if number > _LAST:
                return None
            address = str(ipaddress.IPv4Address(number))
            self._given[name] = address
            self._routed[address] = name
        return self._given[name]
