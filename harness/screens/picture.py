"""A screenshot as data: decoded once, fitted to the hierarchy, looked into by the pixel."""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from harness.screens.hierarchy import Bounds
from harness.screens.reading import Note

Pixels = NDArray[np.uint8]

MAX_PIXELS = 40_000_000
"""A phone's screen has 2 to 6 million; a file that claims more than this is not decoded."""
BLACK = 2
"""The brightest channel of a picture that counts as black: what a window with FLAG_SECURE gives."""
_SAME_RATIO = 0.02


class PictureUnreadable(ValueError):
    """The bytes are no picture, a damaged one, or one of more than MAX_PIXELS."""


@dataclass(frozen=True, eq=False)
class Picture:
    """`pixels`: rows, columns, red green blue, 0 to 255."""

    pixels: Pixels

    @property
    def width(self) -> int:
        return int(self.pixels.shape[1])

    @property
    def height(self) -> int:
        return int(self.pixels.shape[0])

    @cached_property
    def digest(self) -> str:
        """SHA-256 of size and pixels: the same picture coded twice has one."""
        return hashlib.sha256(repr(self.pixels.shape).encode() + self.pixels.tobytes()).hexdigest()

    @cached_property
    def is_black(self) -> bool:
        return int(self.pixels.max(initial=0)) <= BLACK

    def part(self, bounds: Bounds, margin: int = 0) -> Pixels:
        """What lies within, as far as it is on the picture; without a pixel where nothing is."""
        left, top, right, bottom = self.clip((
            bounds[0] - margin, bounds[1] - margin, bounds[2] + margin, bounds[3] + margin))
        return self.pixels[top:bottom, left:right]

    def clip(self, bounds: Bounds) -> Bounds:
        left, top = max(0, min(bounds[0], self.width)), max(0, min(bounds[1], self.height))
        return (left, top, max(left, min(bounds[2], self.width)), max(top, min(bounds[3], self.height)))


def decode(data: bytes) -> Picture:
    """PNG, JPEG or WebP. Raises PictureUnreadable."""
    try:
        with Image.open(io.BytesIO(data), formats=("PNG", "JPEG", "WEBP")) as image:
            if image.width * image.height > MAX_PIXELS:
                raise PictureUnreadable(f"{image.width} by {image.height} pixels are no screenshot")
            return Picture(np.asarray(image.convert("RGB"), dtype=np.uint8))
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as bad:
        raise PictureUnreadable("not PNG, JPEG or WebP, or damaged" if isinstance(bad, OSError) else str(bad)) from bad


def fitted(picture: Picture, windows: list[Bounds]) -> tuple[Picture | None, Note | None]:
    """The picture in the hierarchy's pixels, with a note where that is not plain; None where it belongs to another screen.

    A hierarchy tells the size of the screen only where one of its windows begins at its corner: of a dialog alone it
    can only be seen whether it fits in.
    """
    right, bottom = max((b[2] for b in windows), default=0), max((b[3] for b in windows), default=0)
    size = f"picture {picture.width}x{picture.height}, hierarchy {right}x{bottom}"
    if right <= 0 or bottom <= 0:
        return None, Note("picture_other_size", f"the hierarchy has no bounds; {size}")
    if picture.width == right and picture.height >= bottom:
        return picture, None            # a window that ends above the navigation bar
    if any(b[0] <= 0 and b[1] <= 0 for b in windows):
        across, down = picture.width / right, picture.height / bottom
        if abs(across / down - 1) <= _SAME_RATIO:
            image = Image.fromarray(picture.pixels).resize((right, bottom), Image.Resampling.LANCZOS)
            return Picture(np.asarray(image, dtype=np.uint8)), Note("picture_scaled", size)
        return None, Note("picture_other_size", size)
    if right <= picture.width and bottom <= picture.height:
        return picture, Note("picture_size_unproven", f"no window of the hierarchy begins at the screen's corner; {size}")
    return None, Note("picture_other_size", size)


def crop(picture: Picture, bounds: Bounds, margin: int = 0) -> bytes:
    """That part as PNG, for evidence; b"" where nothing of it is on the picture."""
    part = picture.part(bounds, margin)
    if not part.size:
        return b""
    out = io.BytesIO()
    Image.fromarray(part).save(out, "PNG", optimize=True)
    return out.getvalue()


def luminance(colour: Any) -> float:
    """Relative luminance of a colour (0 to 255 each), as WCAG 2.2 defines it."""
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in (float(v) / 255 for v in colour)]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: Any, other: Any) -> float:
    """Contrast ratio of two colours, 1 to 21, as WCAG 2.2 defines it."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def ground_and_ink(part: Pixels) -> tuple[NDArray[np.float64], NDArray[np.float64]] | None:
    """Colours of the ground and of what is written on it, of a text's crop. None where it has but one colour.

    The ground is the colour most pixels have. Edges of letters are blended, so the ink is what lies farthest from the
    ground: the median of the tenth that does.
    """
    flat = part.reshape(-1, 3)
    if len(flat) < 16:
        return None
    keys = (flat >> 4).astype(np.uint32) @ np.array([256, 16, 1], dtype=np.uint32)
    commonest = np.bincount(keys, minlength=4096).argmax()
    ground = np.median(flat[keys == commonest], axis=0)
    distance = np.abs(flat.astype(np.int16) - ground).max(axis=1)
    farthest = distance.max()
    if farthest < 8:
        return None
    inked = flat[distance >= max(8.0, 0.25 * farthest)]
    far = np.abs(inked.astype(np.int16) - ground).max(axis=1)
    ink = np.median(inked[far >= np.quantile(far, 0.9)], axis=0)
    return ground, ink
