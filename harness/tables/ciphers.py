"""What was handed to a cipher or a hash, and came out: joined to the request in which that output left.

A body that nobody can read is proven to hold a value where the bytes that it is made of came out of a hooked call, and the
value went into it. Calls on one object are joined to streams: `update` after `update`, `doFinal` or `digest` ends it, `reset` and
`init` begin anew. In a bundle that does not say which object was called, by thread and class.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import ahocorasick_rs

from harness.decoding import Layer, path_of

LEAST = 12  # bytes of an output that is looked for: fewer meet by chance
_PREFIX = 48  # bytes of it that are searched; the rest is compared. A multiple of three, so that base64 of it is whole
_ENCRYPTS = (1, 3)  # Cipher.ENCRYPT_MODE, WRAP_MODE
_CIPHER, _MAC, _DIGEST = "javax.crypto.Cipher", "javax.crypto.Mac", "java.security.MessageDigest"
_NAMES = {_CIPHER: "cipher", _MAC: "mac", _DIGEST: "digest"}


@dataclass(frozen=True)
class Piece:
    """Bytes as the agent recorded them: `data` may be their beginning only, `size` is what they were."""

    data: bytes
    size: int
    sha256: str = ""

    @property
    def whole(self) -> bool:
        return len(self.data) == self.size


@dataclass(frozen=True)
class Handed:
    """What went into one stream and what came out. `calls`: their event ids; `t`: of the last, ns. `by`: cipher, mac or
    digest."""

    by: str
    plain: Piece
    output: Piece
    calls: tuple[str, ...]
    t: int
    process: tuple[int, int]


@dataclass
class _Stream:
    plain: bytearray = field(default_factory=bytearray)
    output: bytearray = field(default_factory=bytearray)
    plain_size: int = 0
    output_size: int = 0
    output_sums: list[str] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)

    def take(self, plain: Piece | None, output: Piece | None, call: str) -> None:
        # What follows a piece that was cut cannot be put behind it.
        if plain is not None:
            if len(self.plain) == self.plain_size:
                self.plain += plain.data
            self.plain_size += plain.size
        if output is not None:
            if len(self.output) == self.output_size:
                self.output += output.data
            self.output_size += output.size
            self.output_sums.append(output.sha256)
        self.calls.append(call)

    def output_piece(self) -> Piece:
        return Piece(bytes(self.output), self.output_size, self.output_sums[0] if len(self.output_sums) == 1 else "")


def piece_of(value: Any) -> Piece | None:
    """Bytes from what a record holds: hexadecimal digits, or an object with the first of them. None where it is none."""
    if isinstance(value, str):
        try:
            return Piece(bytes.fromhex(value), len(value) // 2)
        except ValueError:
            return None
    if isinstance(value, dict) and isinstance(value.get("hex"), str):
        try:
            data = bytes.fromhex(value["hex"])
        except ValueError:
            return None
        return Piece(data, int(value.get("length", len(data))), str(value.get("sha256", "")))
    return None


def _part(arguments: Sequence[Any], at: int) -> Piece | None:
    """The bytes of an argument, cut by the offset and length behind it where there are two numbers."""
    if at >= len(arguments):
        return None
    if isinstance(arguments[at], int) and not isinstance(arguments[at], bool):
        return Piece(bytes([arguments[at] & 0xFF]), 1)  # update(byte)
    whole = piece_of(arguments[at])
    numbers = [a for a in arguments[at + 1 : at + 3] if isinstance(a, int) and not isinstance(a, bool)]
    if whole is None or len(numbers) < 2:
        return whole
    start, length = numbers
    return Piece(whole.data[start : start + length], length)


def handed_over(calls: Iterable[Mapping[str, Any]]) -> list[Handed]:
    """From rows of hooked calls in the order in which they happened (event_id, pid, tid, t, method, arguments, value,
    outcome, object)."""
    streams: dict[tuple[int, str, int, str], _Stream] = {}
    decrypts: dict[tuple[int, str, int, str], bool] = {}
    found: list[Handed] = []
    for call in calls:
        owner, _, name = call["method"].rpartition(".")
        if owner not in _NAMES or call["outcome"] not in ("value", "empty"):
            continue
        thread = (int(call["pid"]), int(call["tid"]))
        arguments = call["arguments"] or []
        number = call.get("object")
        same = (thread[0], "object", number, owner) if isinstance(number, int) else (thread[0], "thread", thread[1], owner)
        if name in ("init", "reset"):
            if owner == _CIPHER:
                mode = arguments[0] if arguments and isinstance(arguments[0], int) else 1
                decrypts[same] = mode not in _ENCRYPTS
            streams.pop(same, None)
            continue
        if decrypts.get(same):
            continue
        stream = streams.setdefault(same, _Stream())
        output = piece_of(call["value"]) or _written(arguments, call["value"])
        if name == "update":
            stream.take(_part(arguments, 0), output if owner == _CIPHER else None, call["event_id"])
        elif name in ("doFinal", "digest"):
            # With an output as its only array, what it takes is none of the input: doFinal(out, offset).
            writes = isinstance(call["value"], int)
            stream.take(
                None if writes and sum(piece_of(a) is not None for a in arguments) < 2 else _part(arguments, 0),
                output,
                call["event_id"],
            )
            del streams[same]
            made = Handed(
                by=_NAMES[owner],
                plain=Piece(bytes(stream.plain), stream.plain_size),
                output=stream.output_piece(),
                calls=tuple(stream.calls),
                t=int(call["t"]),
                process=thread,
            )
            if len(made.output.data) >= LEAST and made.plain.size:
                found.append(made)
    return found


def _written(arguments: Sequence[Any], count: Any) -> Piece | None:
    """What a call wrote into an array of the caller's: the last array of its arguments, `count` bytes from the offset behind
    it."""
    if not isinstance(count, int) or isinstance(count, bool) or count <= 0:
        return None
    arrays = [i for i, a in enumerate(arguments) if piece_of(a) is not None]
    if not arrays:
        return None
    at = arrays[-1]
    offset = arguments[at + 1] if at + 1 < len(arguments) and isinstance(arguments[at + 1], int) else 0
    whole = piece_of(arguments[at])
    assert whole is not None
    return Piece(whole.data[offset : offset + count], count)


@dataclass(frozen=True)
class Left:
    """An output that stands in a layer: from `start` to `end`, whole as far as it was recorded."""

    handed: Handed
    layer: Layer
    start: int
    end: int

    @property
    def where(self) -> str:
        return path_of(self.layer, self.start)


class OutputSearch:
    """Looks for all outputs at once: as they are, in hexadecimal digits, and in base64 that begins with them."""

    def __init__(self, handed: Sequence[Handed]) -> None:
        self._forms: list[list[tuple[Handed, str]]] = []
        patterns: dict[bytes, int] = {}
        for one in handed:
            prefix = one.output.data[:_PREFIX]
            whole = prefix[: len(prefix) // 3 * 3]
            for form, pattern in (
                ("raw", prefix),
                ("hex", prefix.hex().encode()),
                ("HEX", prefix.hex().upper().encode()),
                ("base64", base64.b64encode(whole)),
                ("base64url", base64.urlsafe_b64encode(whole)),
            ):
                at = patterns.setdefault(pattern, len(self._forms))
                if at == len(self._forms):
                    self._forms.append([])
                self._forms[at].append((one, form))
        self._automaton = ahocorasick_rs.BytesAhoCorasick(list(patterns)) if patterns else None

    def left(self, layers: Iterable[Layer]) -> Iterator[Left]:
        """Each output once for a layer that it stands in."""
        if self._automaton is None:
            return
        for layer in layers:
            seen: set[int] = set()
            for index, start, _ in self._automaton.find_matches_as_indexes(layer.data, overlapping=True):
                for handed, form in self._forms[index]:
                    end = _end(layer.data, start, handed.output, form)
                    if end and id(handed) not in seen:
                        seen.add(id(handed))
                        yield Left(handed, layer, start, end)


def _end(data: bytes, start: int, output: Piece, form: str) -> int:
    """Where the output ends in the data; 0 where it is not all there."""
    if form == "raw":
        wanted = output.data
    elif form in ("hex", "HEX"):
        wanted = output.data.hex().encode()
        wanted = wanted.upper() if form == "HEX" else wanted
    else:
        encode = base64.b64encode if form == "base64" else base64.urlsafe_b64encode
        wanted = encode(output.data).rstrip(b"=")
        if not output.whole:
            wanted = wanted[: len(output.data) // 3 * 4]
    if not data.startswith(wanted, start):
        return 0
    # Of base64 in lines, and of digits that stand for more than was recorded, what they stand for is a layer of its own.
    if output.whole:
        return start + len(wanted)
    if form != "raw":
        return 0
    whole = data[start : start + output.size]
    if output.sha256 and len(whole) == output.size and hashlib.sha256(whole).hexdigest() != output.sha256:
        return 0
    return start + len(whole)
