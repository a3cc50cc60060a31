"""Screens whose hierarchy does not tell what they show, read by their picture: once for what is shown.

Ordinary screens take no picture at a look. Where the recogniser asks for one, it is taken, reduced to a sketch and compared:
words are read once it rests (or has moved for a while without end), and again only when it has changed. Such a screen can
change without its hierarchy, so its fingerprint is made of what was read.
"""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from PIL import Image, ImageChops, UnidentifiedImageError

ENDLESS = 1.5
"""Seconds of movement after which a picture is read though it moves on."""
_SKETCH = (72, 128)
_STATUS_BAR = 5         # rows of a sketch at the top: a clock is no change
_SAME = 8               # of 255: what a cell may differ by, as a blinking caret's does
_DIGITS = re.compile(r"\d+")


class Said(Protocol):
    """What of a control makes a screen another one."""

    @property
    def text(self) -> str: ...
    @property
    def role(self) -> str: ...
    @property
    def bounds(self) -> tuple[int, int, int, int]: ...
    @property
    def checked(self) -> bool | None: ...


class Asking(Protocol):
    """A reading that may ask for a picture."""

    @property
    def kind(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def wants_picture(self) -> bool: ...


A = TypeVar("A", bound=Asking)


@dataclass(frozen=True)
class Glimpse(Generic[A]):
    """A reading with the fingerprint of what it saw, and the picture it read, None where none was."""

    reading: A
    fingerprint: str
    picture: bytes | None = None


@dataclass(frozen=True)
class _Done(Generic[A]):
    xml: str
    after: str | None
    sketch: Image.Image | None
    glimpse: Glimpse[A]


class Glance(Generic[A]):
    """`picture` takes a screenshot; `recognise` reads a hierarchy with it; `controls` are those of a reading."""

    def __init__(
        self, picture: Callable[[], bytes | None], recognise: Callable[[str, bytes], A],
        controls: Callable[[A], list[Said]], monotonic: Callable[[], float],
    ) -> None:
        self._picture = picture
        self._recognise = recognise
        self._controls = controls
        self._monotonic = monotonic
        self._done: _Done[A] | None = None
        self._moving: tuple[str, Image.Image | None] | None = None
        self._moving_since = 0.0

    def read(self, xml: str, bare: A, fingerprint: str, after: str | None) -> Glimpse[A]:
        """What a screen shows whose hierarchy gave the reading `bare`. `after`: the last step that acted on the device."""
        done = self._done if self._done is not None and self._done.xml == xml else None
        if done is not None and bare.kind != "other" and done.after == after:
            return done.glimpse         # the hierarchy tells what it is: only a detail was asked for, and is known
        picture = self._picture()
        if picture is None:
            return Glimpse(bare, fingerprint)
        sketch = _sketch(picture)
        if done is not None and _alike(sketch, done.sketch):
            return done.glimpse
        if not self._rests(xml, sketch):
            moved = sketch.tobytes() if sketch is not None else b""
            return Glimpse(bare, hashlib.sha256(fingerprint.encode() + moved).hexdigest())
        reading = self._recognise(xml, picture)
        glimpse = Glimpse(reading, self._fingerprint(reading, fingerprint), picture)
        self._done = _Done(xml, after, sketch, glimpse)
        return glimpse

    def _rests(self, xml: str, sketch: Image.Image | None) -> bool:
        now, before = self._monotonic(), self._moving
        self._moving = (xml, sketch)
        if before is None or before[0] != xml:
            self._moving_since = now
            return False
        if _alike(sketch, before[1]) or now - self._moving_since >= ENDLESS:
            self._moving_since = now
            return True
        return False

    def _fingerprint(self, reading: A, fingerprint: str) -> str:
        digest = hashlib.sha256(f"{fingerprint}\x1f{reading.kind}\x1f{_DIGITS.sub('#', reading.text)}".encode("utf-8", "replace"))
        for control in self._controls(reading):
            place = [side // 16 for side in control.bounds]
            told = f"\x1e{_DIGITS.sub('#', control.text)}\x1f{control.role}\x1f{place}\x1f{control.checked}"
            digest.update(told.encode("utf-8", "replace"))
        return digest.hexdigest()


def _sketch(picture: bytes) -> Image.Image | None:
    """The picture in grey and small, without the status bar; None where it cannot be decoded."""
    try:
        with Image.open(io.BytesIO(picture)) as image:
            image.draft("L", (image.width // 2, image.height // 2))
            grey = image.convert("L").resize(_SKETCH, Image.Resampling.BOX)
    except (UnidentifiedImageError, OSError):
        return None
    return grey.crop((0, _STATUS_BAR, *_SKETCH))


def _alike(one: Image.Image | None, other: Image.Image | None) -> bool:
    if one is None or other is None:
        return one is other
    highest = ImageChops.difference(one, other).getextrema()[1]
    return isinstance(highest, int | float) and highest <= _SAME
