"""screenrecord: a video that other players read, of what the screen showed."""

from __future__ import annotations

import io
import re
import struct
from collections.abc import Callable, Iterator
from typing import Any

from PIL import Image

from harness.lab.shell.motion import Frame, write_mp4

Sh = Callable[..., Any]


def _boxes(data: bytes) -> Iterator[tuple[str, bytes]]:
    at = 0
    while at < len(data):
        size, name = struct.unpack_from(">I4s", data, at)
        yield name.decode(), data[at + 8 : at + size]
        at += size


def _inside(data: bytes, *path: str) -> bytes:
    for name in path:
        data = dict(_boxes(data))[name]
    return data


def _jpeg(colour: str) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), colour).save(out, "JPEG")
    return out.getvalue()


def test_every_frame_is_found_where_the_tables_say() -> None:
    frames = [Frame(_jpeg("red"), 400), Frame(_jpeg("lime"), 100), Frame(_jpeg("blue"), 1000)]
    video = write_mp4(frames, 40, 30)
    assert [name for name, _ in _boxes(video)] == ["ftyp", "mdat", "moov"]
    samples = _inside(video, "moov", "trak", "mdia", "minf", "stbl")
    table = dict(_boxes(samples))
    (at,) = struct.unpack_from(">I", table["stco"], 8)
    durations = struct.unpack_from(">6I", table["stts"], 8)[1::2]
    for size, duration, frame in zip(struct.unpack_from(">3I", table["stsz"], 12), durations, frames, strict=True):
        assert video[at : at + size] == frame.jpeg and duration == frame.ms
        at += size
    assert struct.unpack_from(">2I", _inside(video, "moov", "mvhd"), 12) == (1000, 1500)


def test_what_is_on_the_screen_is_recorded(sh: Sh) -> None:
    assert sh("screenrecord --time-limit 1 /sdcard/screen.mp4").status == 0
    assert re.match(r"\d+ /sdcard/screen.mp4", sh("wc -c /sdcard/screen.mp4").out)
    assert int(sh("wc -c /sdcard/screen.mp4").out.split()[0]) > 1000


def test_an_interrupted_recording_is_whole(sh: Sh) -> None:
    said = sh("screenrecord /sdcard/a.mp4 & PID=$!; sleep 1; kill -INT $PID; wait; tail -c +5 /sdcard/a.mp4 | head -c 4")
    assert said.out == "ftyp", said.err


def test_it_wants_a_file_and_a_time_that_a_phone_takes(sh: Sh) -> None:
    assert sh("screenrecord").err == "Must specify output file (see --help).\n"
    assert "outside acceptable range" in sh("screenrecord --time-limit 181 /sdcard/a.mp4").err
