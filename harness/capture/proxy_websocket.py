"""WebSocket messages in bounded memory.

mitmproxy gathers a message until it is whole, and copies what it has with every piece. Here a message is gathered up to a limit;
one that grows beyond it passes in pieces (as fragments: RFC 6455, 5.4), and goes to the disk while it does.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import wsproto.events as ws
from mitmproxy import http
from mitmproxy.proxy import commands, events, layer
from mitmproxy.proxy.context import Context
from mitmproxy.proxy.layers import websocket

from harness.capture.proxy_bodies import StreamedBody
from harness.capture.proxy_journal import Recorder

Piece = ws.TextMessage | ws.BytesMessage
GATHERED = 1 << 20
"""Bytes up to which a message is held until it is whole; 1 MiB, as for bodies."""


@dataclass
class _Message:
    """One message on its way. `frames`: the pieces of each frame so far; `body`: where they went once it is a long one."""

    begun_ns: int
    is_text: bool
    frames: list[list[bytes | str]] = field(default_factory=lambda: [[]])
    size: int = 0
    body: StreamedBody | None = None


def bytes_of(piece: bytes | str) -> bytes:
    return piece.encode() if isinstance(piece, str) else bytes(piece)


def _event(is_text: bool, pieces: list[bytes | str], *, frame_finished: bool, message_finished: bool) -> Piece:
    if is_text:
        return ws.TextMessage("".join(map(str, pieces)), frame_finished=frame_finished, message_finished=message_finished)
    return ws.BytesMessage(b"".join(map(bytes_of, pieces)), frame_finished=frame_finished, message_finished=message_finished)


class PassingWebsocket(websocket.WebsocketLayer):
    """mitmproxy's layer, which is shown short messages whole and no long ones."""

    recorder: Recorder

    def __init__(self, context: Context, flow: http.HTTPFlow) -> None:
        super().__init__(context, flow)
        self._going: dict[bool, _Message] = {}             # from the app or not -> its message so far
        self._outgoing: list[commands.Command] = []

    def start(self, event: events.Event) -> layer.CommandGenerator[None]:
        yield from super().start(event)
        for from_client, source in ((True, self.client_ws), (False, self.server_ws)):
            source.events = self._watched(from_client, source.events)

    _handle_event = start

    def relay_messages(self, event: events.Event) -> layer.CommandGenerator[None]:
        """The other layer's commands, each after what was to be sent before it."""
        relayed = super().relay_messages(event)
        reply = None
        while True:
            try:
                command = relayed.send(reply)
            except StopIteration:
                break
            yield from self._send()
            if isinstance(command, websocket.WebsocketEndHook):
                for from_client in list(self._going):
                    self._cut(from_client)
            reply = yield command
        yield from self._send()

    def _send(self) -> layer.CommandGenerator[None]:
        while self._outgoing:
            yield self._outgoing.pop(0)

    def _watched(self, from_client: bool, given: Any) -> Any:
        def watched() -> Iterator[ws.Event]:
            for event in given():
                if not isinstance(event, ws.TextMessage | ws.BytesMessage):
                    yield event
                    continue
                try:
                    yield from self._take(from_client, event)
                except BaseException as bad:
                    self.recorder.ledger.guard(bad)
                    raise

        return watched

    def _take(self, from_client: bool, event: Piece) -> Iterator[Piece]:
        message = self._going.get(from_client)
        if message is None:
            message = self._going[from_client] = _Message(time.time_ns(), isinstance(event.data, str))
        message.size += len(event.data)
        message.frames[-1].append(event.data)
        if message.body is None and message.size > GATHERED:
            message.body = self.recorder.long_message_begins(self.flow, from_client)
        if message.body is not None:
            self._pass(from_client, message, finished=event.message_finished)
        elif event.message_finished:
            *first, last = message.frames
            for frame in first:
                yield _event(message.is_text, frame, frame_finished=True, message_finished=False)
            yield _event(message.is_text, last, frame_finished=True, message_finished=True)
        elif event.frame_finished:
            message.frames.append([])
        if event.message_finished:
            del self._going[from_client]

    def _pass(self, from_client: bool, message: _Message, *, finished: bool) -> None:
        """What was gathered goes to the disk, then on; the line is in the journal before the last of it goes on."""
        assert message.body is not None
        there = self.server_ws if from_client else self.client_ws
        pieces = [piece for frame in message.frames for piece in frame]
        message.frames = [[]]
        for piece in pieces:
            message.body(bytes_of(piece))
        if finished:
            self.recorder.long_message_ends(self.flow, from_client, message.is_text, message.begun_ns, message.body)
        whole = _event(message.is_text, pieces, frame_finished=finished, message_finished=finished)
        self._outgoing.append(there.send2(whole))

    def _cut(self, from_client: bool) -> None:
        """A message that its sender did not end."""
        message = self._going.pop(from_client)
        try:
            body = message.body or self.recorder.long_message_begins(self.flow, from_client)
            for frame in message.frames:
                for piece in frame:
                    body(bytes_of(piece))
            self.recorder.long_message_ends(
                self.flow, from_client, message.is_text, message.begun_ns, body, complete=False)
        except BaseException as bad:
            self.recorder.ledger.guard(bad)
            raise


def install(recorder: Recorder) -> None:
    """mitmproxy makes its layer by this name and has no hook to give it another."""

    class RecordedWebsocket(PassingWebsocket):
        pass

    RecordedWebsocket.recorder = recorder
    websocket.WebsocketLayer = RecordedWebsocket  # type: ignore[misc]
