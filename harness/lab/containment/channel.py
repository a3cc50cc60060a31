"""The daemon's side of the init's socket: orders and answers with descriptors, and events."""

from __future__ import annotations

import asyncio
import json
import os
import socket
from collections.abc import Callable, Sequence
from typing import Any

_MESSAGE = 1 << 20
_MAX_FDS = 16


class OrderRefused(Exception):
    """The init answered with an error. `number`: the errno, where it was one."""

    def __init__(self, text: str, number: int | None) -> None:
        super().__init__(text)
        self.number = number


class Channel:
    """Orders may overlap; answers are matched by number. `closed` is called once, when the init is gone."""

    def __init__(self, sock: socket.socket, on_event: Callable[[dict[str, Any]], None], on_closed: Callable[[], None]) -> None:
        self._socket = sock
        self._on_event = on_event
        self._on_closed = on_closed
        self._next = 1
        self._waiting: dict[int, asyncio.Future[tuple[dict[str, Any], list[int]]]] = {}
        self._open = True
        sock.setblocking(False)
        asyncio.get_running_loop().add_reader(sock, self._take)

    async def order(self, op: str, fds: Sequence[int] = (), **arguments: Any) -> tuple[dict[str, Any], list[int]]:
        """Sends an order and waits for its answer; the descriptors that come with it are the caller's to close."""
        future: asyncio.Future[tuple[dict[str, Any], list[int]]] = asyncio.get_running_loop().create_future()
        number = self.tell(op, fds, future, **arguments)
        try:
            return await future
        finally:
            self._waiting.pop(number, None)

    def tell(
        self,
        op: str,
        fds: Sequence[int] = (),
        future: asyncio.Future[tuple[dict[str, Any], list[int]]] | None = None,
        **arguments: Any,
    ) -> int:
        """Sends an order without waiting."""
        if not self._open:
            raise OrderRefused("the device's init is gone", None)
        number = self._next
        self._next += 1
        if future:
            self._waiting[number] = future
        try:
            socket.send_fds(self._socket, [json.dumps({"id": number, "op": op, **arguments}).encode()], list(fds))
        except OSError as error:
            self._waiting.pop(number, None)
            raise OrderRefused(f"the device's init does not take orders: {error.strerror}", error.errno) from error
        return number

    def close(self) -> None:
        if not self._open:
            return
        self._open = False
        asyncio.get_running_loop().remove_reader(self._socket)
        self._socket.close()
        for future in self._waiting.values():
            if not future.done():
                future.set_exception(OrderRefused("the device's init is gone", None))
        self._on_closed()

    def _take(self) -> None:
        try:
            raw, fds, _flags, _address = socket.recv_fds(self._socket, _MESSAGE, _MAX_FDS)
        except BlockingIOError:
            return
        except OSError:
            raw, fds = b"", []
        if not raw:
            self.close()
            return
        message = json.loads(raw)
        if "event" in message:
            self._on_event(message)
            return
        future = self._waiting.pop(message["id"], None)
        if future is None or future.done():
            for fd in fds:
                os.close(fd)
        elif "error" in message:
            future.set_exception(OrderRefused(message["error"], message.get("errno")))
        else:
            future.set_result((message, fds))
