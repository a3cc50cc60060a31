"""The uiautomator server that uiautomator2's client talks to: HTTP, JSON-RPC, one connection at a time each.

Routes and error shape: com.wetest.uia2.stub.AutomatorHttpServer and Stub of u2.jar 3.7.1 (NanoHTTPD, jsonrpc4j).
"""

from __future__ import annotations

import asyncio
import io
import json
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

from harness.lab.ui.automator_finder import UiObjectNotFound
from harness.lab.ui.automator_service import AutomatorService, UnknownMethod
from harness.lab.ui.selector import BadSelector

if TYPE_CHECKING:
    from harness.lab.system.server import SystemServer

_MAX_BODY = 8 << 20
_MAX_HEADER = 64 << 10
_JSON = "application/json"

# jsonrpc4j's codes; the client looks at the message
_NOT_FOUND_CODE, _ERROR_CODE, _UNKNOWN_METHOD, _PARSE_ERROR = -32002, -32001, -32601, -32700


class AutomatorServer:
    """Answers HTTP connections. Several may be open at once; calls run on the daemon's loop."""

    def __init__(self, server: SystemServer) -> None:
        self._service = AutomatorService(server)
        self._screen = server.screen

    async def clear_focused(self) -> None:
        """Empties the focused field."""
        await self._service.clear_input_text()

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, kept alive as the client asks for."""
        try:
            while await self._serve_one(reader, writer):
                pass
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            return  # the peer went away, or sent what is no HTTP
        finally:
            writer.close()

    async def _serve_one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = await reader.readuntil(b"\r\n\r\n")
        lines = head.decode("latin-1").split("\r\n")
        method, _, rest = lines[0].partition(" ")
        target = rest.rpartition(" ")[0]
        headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])}
        length = headers.get("content-length", "0")
        size = int(length) if length.isdigit() else 0
        if size > _MAX_BODY or len(head) > _MAX_HEADER:
            await _send(writer, 400, "text/plain", b"too large", close=True)
            return False
        body = await reader.readexactly(size)
        keep = headers.get("connection", "keep-alive").lower() != "close"
        status, kind, content = await self._route(method, target, body)
        await _send(writer, status, kind, content, close=not keep)
        return keep

    async def _route(self, method: str, target: str, body: bytes) -> tuple[int, str, bytes]:
        parts = urlsplit(target)
        if parts.path == "/ping":
            return 200, "text/html", b"pong"
        if parts.path == "/stop":
            return 200, "text/html", b"Server stopped!!!"
        if parts.path == "/screenshot/0":
            query = parse_qs(parts.query)
            image = await self._screen.picture()
            scale = float(query.get("scale", ["1"])[0])
            if 0 < scale < 1:
                image = image.resize((max(1, round(image.width * scale)), max(1, round(image.height * scale))))
            out = io.BytesIO()
            image.save(out, "PNG")
            return 200, "image/png", out.getvalue()
        if parts.path == "/jsonrpc/0" and method == "POST":
            return 200, _JSON, json.dumps(await self._answer(body), ensure_ascii=False).encode()
        return 404, "text/plain", b"Not Found!!!"

    async def _answer(self, body: bytes) -> dict[str, Any]:
        try:
            request = json.loads(body)
        except ValueError:
            return _error(None, _PARSE_ERROR, "JSON parse error", "")
        if not isinstance(request, dict) or not isinstance(request.get("method"), str):
            return _error(None, -32600, "Invalid Request", "")
        number = request.get("id")
        parameters = request.get("params") or []
        if isinstance(parameters, dict):
            parameters = list(parameters.values())
        try:
            result = await self._service.call(request["method"], parameters)
        except UiObjectNotFound as fault:
            name = "androidx.test.uiautomator.UiObjectNotFoundException"
            return _error(number, _NOT_FOUND_CODE, f"{name}: {fault}", name)
        except UnknownMethod as fault:
            return _error(number, _UNKNOWN_METHOD, str(fault), "")
        except (BadSelector, ValueError, TypeError) as fault:
            return _error(number, _ERROR_CODE, f"java.lang.IllegalArgumentException: {fault}", "")
        return {"jsonrpc": "2.0", "id": number, "result": result}


def _error(number: object, code: int, message: str, data: str) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": number, "error": {"code": code, "message": message, "data": data}}


async def _send(writer: asyncio.StreamWriter, status: int, kind: str, content: bytes, *, close: bool) -> None:
    reason = {200: "OK", 400: "Bad Request", 404: "Not Found"}[status]
    head = [
        f"HTTP/1.1 {status} {reason}",
        f"Content-Type: {kind}",
        f"Content-Length: {len(content)}",
        f"Connection: {'close' if close else 'keep-alive'}",
    ]
    writer.write("\r\n".join(head).encode() + b"\r\n\r\n" + content)
    await writer.drain()
