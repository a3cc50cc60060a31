"""Screens of a run as small pictures: the touched control framed, texts that are personal painted over."""

from __future__ import annotations

import base64
import io
import re
from collections.abc import Sequence
from typing import Any

from lxml import etree
from PIL import Image, ImageDraw, UnidentifiedImageError

from harness.bundle import BundleReader
from harness.render.masking import Masker

Box = tuple[int, int, int, int]

THUMBNAIL = 360  # pixels across
SMALL = 220
_BOUNDS = re.compile(r"\[(-?\d+),(-?\d+)\]\[(-?\d+),(-?\d+)\]")
MOST_BYTES = 1 << 23  # of a hierarchy
_TEXTS = ("text", "content-desc", "hint")
_MOST_PIXELS = 40_000_000


def drawn(png: bytes, framed: Sequence[Box], covered: Sequence[Box], width: int = THUMBNAIL) -> tuple[str, int, int]:
    """A picture as a data URI (JPEG) and its size in pixels; "" for what is no picture."""
    try:
        with Image.open(io.BytesIO(png)) as picture:
            if picture.width * picture.height > _MOST_PIXELS:
                return "", 0, 0
            shown = picture.convert("RGB")
    except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError):
        return "", 0, 0
    pen = ImageDraw.Draw(shown)
    for box in covered:
        if box[2] > box[0] and box[3] > box[1]:
            pen.rectangle(box, fill=(96, 104, 118))
    for left, top, right, bottom in framed:
        if right > left and bottom > top:
            pen.rectangle((left, top, right, bottom), outline=(200, 16, 46), width=max(4, shown.width // 110))
    shown.thumbnail((width, width * 3))
    out = io.BytesIO()
    shown.save(out, "JPEG", quality=72 if width > SMALL else 60)
    return "data:image/jpeg;base64," + base64.b64encode(out.getvalue()).decode(), shown.width, shown.height


def texts_of(hierarchy: bytes) -> list[tuple[str, Box]] | None:
    """(text, bounds) of what a UI hierarchy says is written on the screen; None for what is none, or cannot be read whole, or
    does not say where each text stands."""
    if len(hierarchy) > MOST_BYTES:
        return None
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(hierarchy, parser)
    except (etree.XMLSyntaxError, ValueError):
        return None
    found = []
    for node in root.iter(etree.Element):
        texts = [text for name in _TEXTS if (text := node.get(name))]
        bounds = _BOUNDS.match(node.get("bounds") or "")
        if texts and bounds is None:
            return None
        if bounds is not None:
            box = (int(bounds[1]), int(bounds[2]), int(bounds[3]), int(bounds[4]))
            found += [(text, box) for text in texts]
    return found


class Pictures:
    """The pictures of a bundle, each drawn once."""

    def __init__(self, bundle: BundleReader, mask: Masker) -> None:
        self._bundle, self._mask = bundle, mask
        self._drawn: dict[tuple[Any, ...], tuple[str, int, int]] = {}
        self._spots: dict[str, list[Box] | None] = {}

    def of(self, screen: dict[str, Any], framed: Sequence[Box] = (), width: int = THUMBNAIL) -> tuple[str, int, int, int]:
        """Data URI, width, height, and how many texts are painted over; "" where there is no picture, or it is withheld."""
        name = screen["screenshot"]
        if not name or not self._bundle.has_object(name):
            return "", 0, 0, 0
        spots = self._covered(screen)
        if spots is None:
            return "", 0, 0, 0
        key = (name, *framed, width)
        if key not in self._drawn:
            self._drawn[key] = drawn(self._bundle.object(name), framed, spots, width)
        return *self._drawn[key], len(spots)

    def withheld(self, screen: dict[str, Any]) -> bool:
        """Whether it has a picture that is not shown: what is written on it cannot be told, and so not be painted over."""
        return bool(screen["screenshot"]) and self._covered(screen) is None

    def _covered(self, screen: dict[str, Any]) -> list[Box] | None:
        name = screen["hierarchy"] or ""
        key = f"{screen['event_id']}{name}"
        if key not in self._spots:
            there = self._texts(name) if self._mask.on else []
            controls = [(control.text, control.bounds) for control in screen["controls"]]
            self._spots[key] = None if there is None else list(dict.fromkeys(self._mask.spots([*controls, *there])))
        return self._spots[key]

    def _texts(self, hierarchy: str) -> list[tuple[str, Box]] | None:
        if not hierarchy or not self._bundle.has_object(hierarchy):
            return None
        return texts_of(self._bundle.object(hierarchy, MOST_BYTES + 1))
