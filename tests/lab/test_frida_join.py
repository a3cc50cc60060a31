"""The door to the portal: who may pass, and under which name."""

from __future__ import annotations

import asyncio
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.lab.frida_join import Identity, NotFrida, admit, binary_frame, read_frame, rename, take_message

TOKEN = "0123456789abcdef"


def pad(data: bytes, size: int) -> bytes:
    return data.ljust((len(data) + size - 1) // size * size, b"\0")


def string(data: bytes, text: str, order: str) -> bytes:
    raw = text.encode()
    return pad(data, 4) + struct.pack(f"{order}I", len(raw)) + raw + b"\0"


def message(member: str, body: bytes, order: str = "<") -> bytes:
    """A method call as GDBus writes it: path, interface, member, signature."""
    fields = b""
    for code, signature, text in ((1, b"o", "/re/frida/PortalSession"), (2, b"s", "re.frida.PortalSession17"), (3, b"s", member)):
        fields = string(pad(fields, 8) + bytes([code, 1]) + signature + b"\0", text, order)
    fields = pad(fields, 8) + b"\x08\x01g\x00" + b"\x01s\x00"
    flag = b"l" if order == "<" else b"B"
    head = flag + b"\x01\x00\x01" + struct.pack(f"{order}III", len(body), 1, len(fields)) + fields
    return pad(head, 8) + body


def join_body(identifier: str, name: str, pid: int, rest: bytes, order: str = "<") -> bytes:
    """(ssua{sv}) with one dictionary entry of opaque bytes, and what follows it."""
    body = string(string(b"", identifier, order), name, order)
    body = pad(body, 4) + struct.pack(f"{order}II", pid, len(rest))
    return pad(body, 8) + rest


@given(
    st.text(max_size=40), st.text(max_size=40), st.integers(0, 2**32 - 1), st.binary(max_size=64),
    st.text(max_size=60), st.sampled_from("<>"),
)  # fmt: skip
def test_join_gets_the_identity_and_keeps_all_else(old: str, name: str, pid: int, rest: bytes, new: str, order: str) -> None:
    taken = take_message(message("Join", join_body(old, name, pid, rest, order), order))
    assert taken is not None
    assert rename(taken[0], Identity(7, new)) == message("Join", join_body(new, new, 7, rest, order), order)


@given(st.integers(0, 200), st.binary(max_size=8))
def test_a_message_is_taken_when_it_is_whole(cut: int, after: bytes) -> None:
    raw = message("Authenticate", string(b"", TOKEN, "<"))
    cut = min(cut, len(raw) - 1)
    assert take_message(raw[:cut]) is None
    taken = take_message(raw + after)
    assert taken is not None
    assert (taken[0].member, taken[0].first_string(), taken[1]) == ("Authenticate", TOKEN, after)


@given(st.binary(min_size=16, max_size=200))
def test_other_bytes_are_refused_or_wait(raw: bytes) -> None:
    try:
        take_message(raw)
    except NotFrida:
        return


class Portal:
    """Stands where the portal's cluster endpoint would, and keeps what it is told."""

    def __init__(self) -> None:
        self.heard = b""
        self.closed = asyncio.Event()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(4096):
            self.heard += data
        writer.close()
        self.closed.set()


async def through_the_door(sent: bytes) -> Portal:
    portal = Portal()
    tokens = {TOKEN: Identity(4711, "com.example.shop:push")}
    server = await asyncio.start_server(portal.serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    door = await asyncio.start_server(
        lambda reader, writer: admit(reader, writer, lambda token: tokens.pop(token, None), port), "127.0.0.1", 0
    )
    _reader, writer = await asyncio.open_connection("127.0.0.1", door.sockets[0].getsockname()[1])
    writer.write(sent)
    writer.write_eof()
    await portal.closed.wait()
    writer.close()
    server.close()
    door.close()
    return portal


REQUEST = b"GET /ws HTTP/1.1\r\nHost: x\r\n\r\n"
AUTHENTICATE = message("Authenticate", string(b"", TOKEN, "<"))
JOIN = message("Join", join_body("/system/java/bin/java", "java", 20000, b"12345678"))


def test_an_agent_with_its_token_joins_under_the_name_it_was_given() -> None:
    portal = asyncio.run(through_the_door(REQUEST + binary_frame(AUTHENTICATE) + binary_frame(JOIN) + b"anything"))
    renamed = message("Join", join_body("com.example.shop:push", "com.example.shop:push", 4711, b"12345678"))
    assert portal.heard == REQUEST + binary_frame(AUTHENTICATE) + binary_frame(renamed) + b"anything"


def test_a_join_split_over_frames_is_put_together() -> None:
    frames = binary_frame(AUTHENTICATE + JOIN[:30]) + binary_frame(JOIN[30:])
    assert asyncio.run(through_the_door(REQUEST + frames)).heard.count(b"com.example.shop:push") == 2


@pytest.mark.parametrize(
    "sent",
    [
        b"\x00" * 64,
        b"GET / HTTP/1.1\r\n\r\n",
        REQUEST + binary_frame(JOIN),
        REQUEST + binary_frame(message("Authenticate", string(b"", "guessed", "<"))) + binary_frame(JOIN),
        REQUEST + b"\x82\x05hello",
        REQUEST + binary_frame(b"GET it" * 10),
        REQUEST + b"\x82\xff" + b"\xff" * 8 + b"\0" * 20,
    ],
    ids=["noise", "a browser", "no token", "a guess", "no mask", "no D-Bus", "a huge frame"],
)
def test_a_stranger_is_shut_out_and_the_portal_hears_no_join(sent: bytes) -> None:
    assert b"Join" not in asyncio.run(through_the_door(sent)).heard


@given(st.binary(max_size=70000))
def test_a_frame_read_back_is_what_was_written(payload: bytes) -> None:
    async def read() -> bytes:
        reader = asyncio.StreamReader()
        reader.feed_data(binary_frame(payload))
        return (await read_frame(reader))[1]

    assert asyncio.run(read()) == payload
