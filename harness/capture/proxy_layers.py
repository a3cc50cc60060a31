"""Layers of ours in mitmproxy's stack: DNS that tells what it could not read, and QUIC that is refused."""

from __future__ import annotations

import struct
from collections.abc import Callable

from mitmproxy import dns
from mitmproxy.connection import Client, Server
from mitmproxy.proxy import commands, events, layer
from mitmproxy.proxy.context import Context
from mitmproxy.proxy.layers.dns import DNSLayer
from mitmproxy.proxy.layers.quic import quic_parse_client_hello_from_datagrams

NotDns = Callable[[Client, Server, str], None]
Refused = Callable[[Client, Server, str | None], None]

_HEADER = struct.Struct("!HHHHHH")
_UNREADABLE = (struct.error, ValueError, IndexError, RecursionError, OverflowError)
_NO_HELLO = (ValueError, AssertionError, EOFError, LookupError, OverflowError, TypeError)
"""What the parser of QUIC's greetings raises for bytes that are none; it says ValueError and means more."""
_GREETING_DATAGRAMS = 4
_GREETING_SECONDS = 0.2
_QUIC_VERSIONS = {0x00000001, 0x6B3343CF, 0x709A50C4, 0x51303433, 0x51303436, 0x51303530}    # v1, v2, Google's
_RESERVED_VERSION = 0x1A2A3A4A    # RFC 9000, 15: no client takes it


def is_question(data: bytes, protocol: str) -> bool:
    """Whether this begins as a DNS question does."""
    if protocol == "tcp":
        data = data[2:]
    if len(data) < _HEADER.size:
        return False
    _, flags, questions, *_ = _HEADER.unpack_from(data)
    if flags & 0x8000 or not 0 < questions < 5:
        return False
    if protocol == "udp":
        try:
            dns.Message.unpack(data)
        except _UNREADABLE:
            return False
    return True


def is_quic_greeting(data: bytes) -> bool:
    """Whether this is a first packet of QUIC: a long header of a version that is in use."""
    return len(data) >= 18 and bool(data[0] & 0x80) and int.from_bytes(data[1:5], "big") in _QUIC_VERSIONS


class RecordedDns(DNSLayer):
    """mitmproxy closes a connection that carries something else than DNS without a word; here it is told."""

    def __init__(self, context: Context, not_dns: NotDns) -> None:
        super().__init__(context)
        self._not_dns = not_dns

    def unpack_message(self, data: bytes, from_client: bool) -> list[dns.Message]:
        try:
            return super().unpack_message(data, from_client)
        except _UNREADABLE as bad:
            self._not_dns(self.context.client, self.context.server, str(bad))
            raise struct.error(str(bad)) from bad

    def handle_request(self, flow: dns.DNSFlow, msg: dns.Message) -> layer.CommandGenerator[None]:
        """mitmproxy gives a second question of the same number the answer of the first."""
        if getattr(flow, "request", None) is not None:
            flow = self.flows[msg.id] = dns.DNSFlow(self.context.client, self.context.server, live=True)
        yield from super().handle_request(flow, msg)

    def handle_response(self, flow: dns.DNSFlow, msg: dns.Message) -> layer.CommandGenerator[None]:
        if getattr(flow, "request", None) is None:
            self._not_dns(self.context.client, self.context.server, "an answer that nobody asked for")
            return
        yield from super().handle_response(flow, msg)


class RefusedQuic(layer.Layer):
    """Tells an app that no version of QUIC is spoken here (RFC 9000, 6), which makes it take TCP at once and not only
    after a time-out. The greeting is read for the host's name first, which may take more than one datagram."""

    def __init__(self, context: Context, refused: Refused) -> None:
        super().__init__(context)
        self._refused = refused
        self._greeting: list[bytes] = []
        self._told = False

    def _handle_event(self, event: events.Event) -> layer.CommandGenerator[None]:
        if isinstance(event, events.DataReceived) and event.connection is self.context.client:
            if self._told:
                yield from self._answer(event.data)
                return
            self._greeting.append(event.data)
            name, whole = greeting_name(self._greeting)
            if whole or len(self._greeting) >= _GREETING_DATAGRAMS:
                yield from self._refuse(name)
            elif len(self._greeting) == 1:
                yield commands.RequestWakeup(_GREETING_SECONDS)
        elif isinstance(event, events.Wakeup | events.ConnectionClosed) and not self._told and self._greeting:
            yield from self._refuse(None)

    def _refuse(self, name: str | None) -> layer.CommandGenerator[None]:
        self._told = True
        self._refused(self.context.client, self.context.server, name)
        first, self._greeting = self._greeting[0], []
        yield from self._answer(first)

    def _answer(self, greeting: bytes) -> layer.CommandGenerator[None]:
        packet = no_version(greeting)
        if packet is not None:
            yield commands.SendData(self.context.client, packet)


def greeting_name(datagrams: list[bytes]) -> tuple[str | None, bool]:
    """The host's name in a QUIC greeting, and whether there is nothing more to wait for."""
    try:
        hello = quic_parse_client_hello_from_datagrams(datagrams)
    except _NO_HELLO:
        return None, True
    return (None, False) if hello is None else (hello.sni, True)


def no_version(greeting: bytes) -> bytes | None:
    """A version negotiation packet (RFC 8999, 6) in answer to a long header; None for anything else."""
    if len(greeting) < 7 or not greeting[0] & 0x80:
        return None
    at = 6 + greeting[5]
    if len(greeting) <= at or len(greeting) < at + 1 + greeting[at]:
        return None
    theirs, ours = greeting[6:at], greeting[at + 1 : at + 1 + greeting[at]]
    return b"".join((
        b"\x80\0\0\0\0", bytes([len(ours)]), ours, bytes([len(theirs)]), theirs, _RESERVED_VERSION.to_bytes(4, "big")))
