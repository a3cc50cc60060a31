"""gRPC and gRPC-Web: messages behind their length."""

from __future__ import annotations

from collections.abc import Iterable

from harness.decoding.budget import Budget
from harness.decoding.decoder import Decoder
from harness.decoding.layer import Found, Layer


def find(layer: Layer, budget: Budget) -> Iterable[Found]:
    data, at, found = layer.data, 0, []
    while at + 5 <= len(data):
        flag, size = data[at], int.from_bytes(data[at + 1 : at + 5], "big")
        if flag & 0x7E or at + 5 + size > len(data):
            return
        if size:
            found.append(Found(data[at + 5 : at + 5 + size], at + 5, at + 5 + size))
        at += 5 + size
    if at == len(data):
        yield from found


decoder = Decoder(
    id="grpc",
    title="gRPC messages",
    title_zh="gRPC 消息帧",
    of="binary",
    find=find,
    firsts=b"\x00\x01\x80\x81",
    source="github.com/grpc/grpc: doc/PROTOCOL-HTTP2.md, doc/PROTOCOL-WEB.md",
    order=15,
    claims=True,
)
