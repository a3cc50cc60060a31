"""screenrecord: what the screen shows, as a video."""

from __future__ import annotations

import asyncio
import io
import time

from PIL import Image

from harness.lab.shell.call import Call, Usage, command
from harness.lab.shell.motion import Frame, write_mp4

LONGEST_S = 180
_FRAME_S = 0.2
_QUALITY = 80
_ROOM = 64 << 20
"""Bytes of pictures after which it ends as if the time were over."""
_WITH_VALUE = ("--size", "--bit-rate", "--display-id", "--bugreport-interval")


@command("screenrecord")
async def record(call: Call) -> int:
    """screenrecord [--time-limit SECONDS] FILE: until then, at most three minutes, or until SIGINT. Motion JPEG in MP4.

    The other options of a phone's are taken and change nothing: the video has the size of the display.
    """
    words, limit = list(call.args), LONGEST_S
    path = ""
    while words:
        word = words.pop(0)
        name, _, value = word.partition("=")
        if name == "--time-limit" or name in _WITH_VALUE:
            value = value or (words.pop(0) if words else "")
            if name == "--time-limit":
                if not value.isascii() or not value.isdigit() or not 0 < int(value) <= LONGEST_S:
                    raise Usage(f"Time limit {value}s outside acceptable range [1,{LONGEST_S}]")
                limit = int(value)
        elif not word.startswith("--"):
            path = word
    if not path:
        raise Usage("Must specify output file (see --help).")
    target = call.path(path)
    call.files.write_bytes(target, b"")  # a file that cannot be written is known before anything is recorded
    film = _Film()
    try:
        await film.shoot(call, limit)
    except asyncio.CancelledError:  # SIGINT: what there is is written
        call.files.write_bytes(target, film.developed())
        raise
    call.files.write_bytes(target, film.developed())
    return 0


class _Film:
    """Pictures that differ, each with the time until the next."""

    def __init__(self) -> None:
        self._pictures: list[tuple[float, bytes]] = []
        self._size = (0, 0)

    async def shoot(self, call: Call, limit: int) -> None:
        end = time.monotonic() + limit
        before, held = b"", 0
        while time.monotonic() < end and held < _ROOM:
            began = time.monotonic()
            png = await call.system.screenshot()
            if png != before:
                jpeg, size = await asyncio.to_thread(_as_jpeg, png)
                if self._size not in ((0, 0), size):
                    return  # the display was turned: a phone's video goes on in the old size, this one ends
                self._size, before = size, png
                self._pictures.append((began, jpeg))
                held += len(jpeg)
            await asyncio.sleep(max(0.0, _FRAME_S - (time.monotonic() - began)))

    def developed(self) -> bytes:
        """The video; empty where not even one picture was taken."""
        if not self._pictures:
            return b""
        ends = [began for began, _ in self._pictures[1:]] + [time.monotonic()]
        frames = [
            Frame(jpeg, max(1, round((end - began) * 1000))) for (began, jpeg), end in zip(self._pictures, ends, strict=True)
        ]
        return write_mp4(frames, *self._size)


def _as_jpeg(png: bytes) -> tuple[bytes, tuple[int, int]]:
    out = io.BytesIO()
    with Image.open(io.BytesIO(png)) as image:
        image.convert("RGB").save(out, "JPEG", quality=_QUALITY)
        return out.getvalue(), image.size
