"""gRPC over HTTP/2 with TLS, message by message in both directions at once; the framing is written here."""

from __future__ import annotations

import socket
import ssl
import struct
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import h2.config
import h2.connection
import h2.events
import traffic_clients as clients

TYPE = "application/grpc+proto"


def framed(message: bytes) -> bytes:
    return b"\0" + struct.pack("!I", len(message)) + message


def _events(connection: h2.connection.H2Connection, stream: ssl.SSLSocket) -> Iterator[Any]:
    stream.sendall(connection.data_to_send())
    while data := stream.recv(65536):
        yield from connection.receive_data(data)
        stream.sendall(connection.data_to_send())


def answer_each(context: ssl.SSLContext) -> Callable[[socket.socket], None]:
    """A server that answers each piece of a call with the same in upper case, and ends it with trailers."""
    context.set_alpn_protocols(["h2"])

    def handle(plain: socket.socket) -> None:
        with context.wrap_socket(plain, server_side=True) as stream:
            connection = h2.connection.H2Connection(h2.config.H2Configuration(client_side=False))
            connection.initiate_connection()
            for event in _events(connection, stream):
                if isinstance(event, h2.events.RequestReceived):
                    connection.send_headers(event.stream_id, [(":status", "200"), ("content-type", TYPE)])
                elif isinstance(event, h2.events.DataReceived):
                    connection.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
                    connection.send_data(event.stream_id, event.data.upper())
                elif isinstance(event, h2.events.StreamEnded):
                    connection.send_headers(
                        event.stream_id, [("grpc-status", "0"), ("grpc-message", "fine")], end_stream=True)

    return handle


def call(proxy: clients.Address, host: str, path: str, ca: Path, messages: list[bytes]) -> tuple[list[bytes], dict[bytes, bytes]]:
    """Sends each message when the one before was answered; the answers and the trailers."""
    with clients.secure(clients.tunnel(proxy, host, 443), host, ca, "h2") as stream:
        connection = h2.connection.H2Connection()
        connection.initiate_connection()
        connection.send_headers(1, [
            (":method", "POST"), (":scheme", "https"), (":authority", host), (":path", path), ("content-type", TYPE),
            ("te", "trailers")])
        waiting = list(messages)
        connection.send_data(1, framed(waiting.pop(0)))
        answers, trailers, heard = [], {}, b""
        for event in _events(connection, stream):
            if isinstance(event, h2.events.DataReceived):
                heard += event.data
                if len(heard) >= 5 and len(heard) == 5 + struct.unpack("!I", heard[1:5])[0]:
                    answers.append(heard[5:])
                    heard = b""
                    if waiting:
                        connection.send_data(1, framed(waiting.pop(0)))
                    else:
                        connection.end_stream(1)
                    stream.sendall(connection.data_to_send())
            elif isinstance(event, h2.events.TrailersReceived):
                trailers = dict(event.headers)
            elif isinstance(event, h2.events.StreamEnded):
                return answers, trailers
        raise AssertionError("the call was not ended")
