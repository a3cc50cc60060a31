"""Small pieces of traffic for the tests of what reads it."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

from mitmproxy.flow import Flow
from mitmproxy.io import FlowWriter
from mitmproxy.test import tflow
from mitmproxy.websocket import WebSocketMessage
from wsproto.frame_protocol import Opcode

from harness.matching import Known
from harness.traffic.exchange import Exchange
from harness.traffic.findings import Examined, examine, search_for
from harness.traffic.reading import read_exchanges

IMEI = "860461037294518"
URL = "https://track.adnimbus.example/e"


def entry(url: str = URL, **request: Any) -> dict[str, Any]:
    return {"startedDateTime": "2025-01-01T00:00:00Z", "request": {"method": "POST", "url": url, **request}}


def har(*entries: Any) -> str:
    return json.dumps({"log": {"version": "1.2", "entries": list(entries)}}, ensure_ascii=False)


def written(folder: Path, content: str | bytes, name: str = "traffic.har") -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
    return path


def read(folder: Path, *entries: Any) -> list[Exchange]:
    return list(read_exchanges(written(folder, har(*entries))))


def looked(exchanges: list[Exchange], **values: str) -> list[Examined]:
    knowns = [Known(name=name, value=value, field=name) for name, value in (values or {"imei": IMEI}).items()]
    return list(examine(exchanges, search_for(knowns)))


def told(examined: Examined) -> list[str]:
    """Its blind spots, each as `where: why`."""
    return [f"{spot.where}: {spot.why}" for spot in examined.blind]


def flows() -> bytes:
    """A file of mitmproxy's: a request with a body; a WebSocket with a message each way; a connection that is not HTTP."""
    request = tflow.tflow()
    request.request.url = URL
    request.request.headers["X-Name"] = "上海"
    request.request.content = json.dumps({"imei": IMEI}).encode()
    socket = tflow.twebsocketflow(messages=False)
    assert socket.websocket is not None
    socket.websocket.messages = [
        WebSocketMessage(Opcode.TEXT, True, f'{{"imei":"{IMEI}"}}'.encode()),
        WebSocketMessage(Opcode.BINARY, False, b"from the server"),
        WebSocketMessage(Opcode.BINARY, True, b"\x00\x01"),
    ]
    return packed(request, socket, tflow.ttcpflow())


def packed(*given: Flow) -> bytes:
    """A file of mitmproxy's."""
    file = io.BytesIO()
    writer = FlowWriter(file)
    for flow in given:
        writer.add(flow)
    return file.getvalue()
