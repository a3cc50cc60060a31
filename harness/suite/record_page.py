"""The page on which a person sees the device and acts on it, served to this machine alone.

Everything lies below a path that only the printed address has; a request from another page, or under another host name, is
refused.
"""

from __future__ import annotations

import json
import secrets
import threading
from collections.abc import Callable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from harness.errors import HarnessError
from harness.suite.record_desk import Desk, NothingThere
from harness.suite.recording import PLAIN_VERBS

_MOST = 1 << 16
_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy":
        "default-src 'none'; img-src 'self' data:; style-src 'unsafe-inline'; script-src 'self'; connect-src 'self'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


class RecordPage:
    """Serves until `close`. `url` is what to open; `saved` is set when the person says that they are done."""

    def __init__(self, desk: Desk, port: int = 0) -> None:
        self.desk = desk
        self.saved = threading.Event()
        self._token = secrets.token_urlsafe(12)
        page = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            server_version = "harness"
            sys_version = ""
            timeout = 60

            def do_GET(self) -> None:
                page.get(self)

            def do_POST(self) -> None:
                page.post(self)

            def log_message(self, format: str, *words: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), name="record-page", daemon=True)
        self._thread.start()

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self._server.server_address[1]}"

    @property
    def url(self) -> str:
        return f"http://{self.address}/{self._token}/"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    # -- requests

    def get(self, request: BaseHTTPRequestHandler) -> None:
        asked = self._asked(request)
        if asked is None:
            return
        if asked == "":
            self._answer(request, "text/html; charset=utf-8", _file("record_page.html"))
        elif asked == "page.js":
            self._answer(request, "text/javascript; charset=utf-8", _file("record_page.js"))
        elif asked == "state":
            self._json(request, lambda: None)
        elif asked == "picture" and (picture := self.desk.picture) is not None:
            kind = "image/png" if picture.startswith(b"\x89PNG") else "image/jpeg"
            self._answer(request, kind, picture)
        else:
            self._refuse(request, HTTPStatus.NOT_FOUND, "There is no such thing.")

    def post(self, request: BaseHTTPRequestHandler) -> None:
        asked = self._asked(request)
        if asked is None:
            return
        if request.headers.get("Content-Type", "").partition(";")[0] != "application/json":
            self._refuse(request, HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "An act is a JSON object.")
            return
        try:
            length = int(request.headers.get("Content-Length", ""))
            if not 0 <= length <= _MOST:
                raise ValueError
            act = _read_act(json.loads(request.rfile.read(length) or b"{}"))
        except (ValueError, RecursionError):
            request.close_connection = True
            self._refuse(request, HTTPStatus.BAD_REQUEST, "An act is a JSON object with a verb, and what it needs.")
            return
        if asked == "act":
            self._json(request, lambda: self._do(act))
        else:
            self._refuse(request, HTTPStatus.NOT_FOUND, "There is no such thing.")

    def _do(self, act: dict[str, Any]) -> None:
        desk, verb = self.desk, act["verb"]
        if verb == "tap":
            desk.tap(act["x"], act["y"])
        elif verb == "type":
            desk.type(act["x"], act["y"], act["text"])
        elif verb == "look":
            desk.look()
        elif verb == "undo":
            desk.undo()
        elif verb == "save":
            self.saved.set()
        elif verb in PLAIN_VERBS:
            desk.do(verb)
        else:
            known = ("tap", "type", "look", "undo", "save", *PLAIN_VERBS)
            raise NothingThere(f"There is no act {verb!r}.", "", f"There are: {', '.join(known)}.")

    def _asked(self, request: BaseHTTPRequestHandler) -> str | None:
        """What is asked for below the token; None where the request was refused."""
        port = self.address.rpartition(":")[2]
        host, origin = request.headers.get("Host", ""), request.headers.get("Origin")
        at_home = host in (self.address, f"localhost:{port}") and origin in (None, f"http://{host}")
        head, _, rest = request.path.partition("?")[0].removeprefix("/").partition("/")
        if at_home and secrets.compare_digest(head.encode(), self._token.encode()):
            return rest
        request.close_connection = True
        self._refuse(request, HTTPStatus.NOT_FOUND, "Open the address that `harness record` printed.")
        return None

    def _json(self, request: BaseHTTPRequestHandler, act: Callable[[], None]) -> None:
        problem = None
        try:
            act()
        except HarnessError as error:
            problem = {"what": error.what, "why": error.why, "fix": error.fix}
        except Exception as error:  # noqa: BLE001 - whatever the library that drives the device raises
            problem = {"what": "The device did not do it.", "why": f"{type(error).__name__}: {error}".rstrip(": "),
                       "fix": "Look at the screen, then do it again."}
        document = self.desk.state() | {"problem": problem, "saved": self.saved.is_set()}
        self._answer(request, "application/json", json.dumps(document).encode())

    def _answer(
        self, request: BaseHTTPRequestHandler, kind: str, content: bytes, status: HTTPStatus = HTTPStatus.OK
    ) -> None:
        try:
            request.send_response(status)
            request.send_header("Content-Type", kind)
            request.send_header("Content-Length", str(len(content)))
            for name, value in _HEADERS.items():
                request.send_header(name, value)
            request.end_headers()
            request.wfile.write(content)
        except (ConnectionError, TimeoutError):
            request.close_connection = True     # the browser went away

    def _refuse(self, request: BaseHTTPRequestHandler, status: HTTPStatus, why: str) -> None:
        self._answer(request, "text/plain; charset=utf-8", why.encode(), status)


def _read_act(data: Any) -> dict[str, Any]:
    """Raises ValueError for what is no act."""
    if not isinstance(data, dict) or not isinstance(data.get("verb"), str):
        raise ValueError
    for name, kind in (("x", int), ("y", int), ("text", str)):
        if data["verb"] in ("tap", "type") and (name != "text" or data["verb"] == "type") and type(data.get(name)) is not kind:
            raise ValueError
    return data


def _file(name: str) -> bytes:
    return Path(__file__).with_name(name).read_bytes()
