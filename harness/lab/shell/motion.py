"""Pictures one after the other as an MP4 file (ISO/IEC 14496-12 and -14), each frame a JPEG of its own.

A phone's encoder makes H.264. Players that go by the file's own description show either: the sample entry is mp4v with object
type 0x6C, "visual ISO/IEC 10918-1", which is JPEG.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass

_TIMESCALE = 1000  # units of a second: durations are milliseconds
_JPEG = 0x6C
_VISUAL = 0x04 << 2 | 1
_UNITY = struct.pack(">9i", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)


@dataclass(frozen=True)
class Frame:
    """`jpeg` is shown for `ms` milliseconds."""

    jpeg: bytes
    ms: int


def write_mp4(frames: Sequence[Frame], width: int, height: int) -> bytes:
    """The file; at least one frame, together less than 4 GiB, all of `width` x `height` pixels."""
    kind = _box("ftyp", b"isom" + bytes(4) + b"isommp42")
    data = _box("mdat", b"".join(frame.jpeg for frame in frames))
    duration = sum(frame.ms for frame in frames)
    track = _box("trak", _track_header(duration, width, height), _media(frames, duration, width, height, len(kind) + 8))
    return kind + data + _box("moov", _movie_header(duration), track)


def _box(name: str, *parts: bytes) -> bytes:
    content = b"".join(parts)
    return struct.pack(">I4s", len(content) + 8, name.encode()) + content


def _full(name: str, *parts: bytes, flags: int = 0) -> bytes:
    return _box(name, struct.pack(">I", flags), *parts)


def _movie_header(duration: int) -> bytes:
    times = struct.pack(">4I", 0, 0, _TIMESCALE, duration)
    return _full("mvhd", times, struct.pack(">IH", 0x10000, 0x100), bytes(10), _UNITY, bytes(24), struct.pack(">I", 2))


def _track_header(duration: int, width: int, height: int) -> bytes:
    times = struct.pack(">5I", 0, 0, 1, 0, duration)
    return _full("tkhd", times, bytes(16), _UNITY, struct.pack(">2I", width << 16, height << 16), flags=3)


def _media(frames: Sequence[Frame], duration: int, width: int, height: int, begins: int) -> bytes:
    header = _full("mdhd", struct.pack(">4I2H", 0, 0, _TIMESCALE, duration, 0x55C4, 0))  # language "und"
    handler = _full("hdlr", bytes(4), b"vide", bytes(12), b"\0")
    here = _box("dinf", _full("dref", struct.pack(">I", 1), _full("url ", flags=1)))
    samples = _box(
        "stbl",
        _full("stsd", struct.pack(">I", 1), _sample_entry(width, height)),
        _full("stts", struct.pack(">I", len(frames)), *(struct.pack(">2I", 1, frame.ms) for frame in frames)),
        _full("stsc", struct.pack(">4I", 1, 1, len(frames), 1)),
        _full("stsz", struct.pack(">2I", 0, len(frames)), *(struct.pack(">I", len(frame.jpeg)) for frame in frames)),
        _full("stco", struct.pack(">2I", 1, begins)),
    )
    return _box("mdia", header, handler, _box("minf", _full("vmhd", bytes(8), flags=1), here, samples))


def _sample_entry(width: int, height: int) -> bytes:
    config = _described(4, struct.pack(">2B", _JPEG, _VISUAL) + bytes(11))
    stream = _full("esds", _described(3, struct.pack(">HB", 1, 0) + config + _described(6, b"\x02")))
    visual = struct.pack(">6xH16x2H3IH32sHh", 1, width, height, 0x480000, 0x480000, 0, 1, b"", 24, -1)
    return _box("mp4v", visual, stream)


def _described(tag: int, content: bytes) -> bytes:
    return bytes((tag, len(content))) + content
