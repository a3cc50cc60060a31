"""The tunnel's name server: what it answers, and what it says of answers that are not the world's."""

from __future__ import annotations

import ipaddress
import socket
import time
from typing import Any

import pytest
from mitmproxy import dns
from mitmproxy.net.dns import response_codes, types

from harness.capture import proxy_names
from harness.capture.names import Names
from harness.capture.proxy_names import answer
from harness.capture.resolving import ResolvingLoop, Routes


def question(name: str, kind: int = types.A) -> dns.Message:
    return dns.Message(
        timestamp=time.time(), id=1, query=True, op_code=0, authoritative_answer=False, truncation=False,
        recursion_desired=True, recursion_available=False, reserved=0, response_code=0,
        questions=[dns.Question(name, kind, 1)], answers=[], authorities=[], additionals=[])


def ask(query: dns.Message, routes: Routes, found: Any) -> tuple[dns.Message, str | None]:
    """`found`: what the system's resolver gives: addresses, or an error."""

    class System(ResolvingLoop):
        def _getaddrinfo_debug(self, *_: Any) -> Any:
            raise AssertionError

        async def run_in_executor(self, *_: Any) -> Any:  # type: ignore[override]
            if isinstance(found, BaseException):
                raise found
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 0)) for address in found]

    loop = System(routes)
    try:
        return loop.run_until_complete(answer(query, routes, Names()))
    finally:
        loop.close()


def addresses(message: dns.Message) -> list[str]:
    return [str(record) for record in message.answers]


def test_addresses_are_those_of_the_machines_resolver_without_the_refused_ones() -> None:
    message, note = ask(question("shop.example"), Routes(), ["93.184.216.34", "192.168.1.1", "127.0.0.1"])
    assert (addresses(message), note) == (["93.184.216.34"], None)
    message, note = ask(question("router.lan"), Routes(), ["192.168.1.1"])
    assert addresses(message) == [] and "private network" in (note or "")
    message, _ = ask(question("router.lan"), Routes(reach_private=True), ["192.168.1.1"])
    assert addresses(message) == ["192.168.1.1"]


@pytest.mark.parametrize(("error", "code"), [
    (socket.gaierror(socket.EAI_NONAME, "no"), response_codes.NXDOMAIN),
    (socket.gaierror(socket.EAI_AGAIN, "later"), response_codes.SERVFAIL),
    (UnicodeError("label too long"), response_codes.SERVFAIL),
])
def test_a_name_that_is_not_found_is_answered_so(error: Exception, code: int) -> None:
    message, _ = ask(question("none.example"), Routes(), error)
    assert (message.response_code, addresses(message)) == (code, [])


def test_what_is_no_address_is_answered_empty_so_that_no_record_leads_to_quic_or_hidden_names() -> None:
    for kind in (types.HTTPS, types.TXT, types.SRV):
        message, note = ask(question("shop.example", kind), Routes(), AssertionError("was looked up"))
        assert (message.response_code, addresses(message)) == (0, [])
        assert "empty" in (note or "")


def test_no_ipv6_address_is_told_where_the_machine_has_no_way_to_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proxy_names, "reaches_ipv6", lambda: False)
    message, note = ask(question("shop.example", types.AAAA), Routes(), AssertionError("was looked up"))
    assert addresses(message) == [] and "no IPv6" in (note or "")


def test_a_routed_name_has_the_same_address_each_time_whatever_its_port() -> None:
    routes, names = Routes.parse({"push.example:5222": "127.0.0.1:1", "*.shop.example": "127.0.0.1:2"}), Names()
    loop = ResolvingLoop(routes)
    given = [
        addresses(loop.run_until_complete(answer(question(name), routes, names))[0])[0]
        for name in ("push.example", "API.shop.example", "push.example")]
    loop.close()
    assert given[0] == given[2] != given[1]
    assert all(ipaddress.ip_address(address) in ipaddress.ip_network("198.18.0.0/15") for address in given)
    assert (names.routed(given[1]), names.of(given[0]), names.routed("198.18.0.99")) == ("api.shop.example", "push.example", None)


def test_names_are_forgotten_before_they_fill_the_memory_and_addresses_run_out_in_order() -> None:
    names = Names()
    for number in range(70_000):
        names.learn(f"n{number}.example", str(ipaddress.IPv4Address(number)))
    assert names.of("0.0.0.0") is None
    assert names.of(str(ipaddress.IPv4Address(69_999))) == "n69999.example"
    assert len({names.give(f"r{number}.example") for number in range(131_071)}) == 131_071
    assert names.give("one-too-many.example") is None
