"""Drawing for the system's own windows: Pillow, and one font that has Latin and Chinese.

The font is Android's own NotoSansCJK-Regular.ttc, out of Robolectric's native runtime. Without it
Pillow's built-in font is used, which has no Chinese: question marks stand in for it on the picture (the hierarchy
is complete in any case).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from harness.lab.ui.nodes import Bounds

_FONT_FILE = "NotoSansCJK-Regular.ttc"
_SIMPLIFIED_CHINESE = 2  # the face of the collection; 0 JP, 1 KR, 3 TC

Colour = tuple[int, int, int]
WHITE: Colour = (255, 255, 255)
BLACK: Colour = (27, 27, 31)
GREY: Colour = (70, 71, 79)
ACCENT: Colour = (215, 227, 255)
ACCENT_TEXT: Colour = (4, 30, 73)
BACKGROUND: Colour = (250, 249, 253)

_Font = ImageFont.FreeTypeFont | ImageFont.ImageFont


def find_font(folder: Path | None) -> Path | None:
    """The font in a folder of Android's fonts; None where it is not there."""
    if folder is None:
        return None
    path = folder / _FONT_FILE
    return path if path.is_file() else None


@dataclass(frozen=True)
class Style:
    """How a part of a window looks. Sizes in dp; `fill` None is see-through."""

    fill: Colour | None = None
    radius: float = 0
    colour: Colour = BLACK
    size: float = 16
    align: str = "left"
    padding: float = 0


class Pen:
    """Measures and draws text at a screen density. `font`: path of a TrueType file or collection, or None."""

    def __init__(self, font: Path | None, scale: float) -> None:
        self._path = font
        self.scale = scale
        self._font = lru_cache(maxsize=32)(self._load)

    def px(self, dp: float) -> int:
        """dp in pixels."""
        return round(dp * self.scale)

    @cached_property
    def has_chinese(self) -> bool:
        """Whether the picture can show Chinese."""
        return self._path is not None

    def _load(self, size: float) -> _Font:
        if self._path is None:
            return ImageFont.load_default(self.px(size))
        index = _SIMPLIFIED_CHINESE if self._path.suffix == ".ttc" else 0
        return ImageFont.truetype(str(self._path), self.px(size), index=index)

    def width(self, text: str, size: float) -> int:
        """In pixels."""
        return int(self._font(size).getlength(self._drawable(text))) + 1

    def line_height(self, size: float) -> int:
        """In pixels."""
        return round(self.px(size) * 1.4)

    def wrap(self, text: str, size: float, width: int) -> list[str]:
        """Lines no wider than `width` pixels; broken at spaces, and anywhere in Chinese."""
        lines: list[str] = []
        for paragraph in text.split("\n"):
            line = ""
            for word in _words(paragraph):
                if line and self.width(line + word.rstrip(), size) > width:
                    lines.append(line.rstrip())
                    line = word.lstrip()
                else:
                    line += word
            lines.append(line.rstrip())
        return lines

    def fit(self, text: str, size: float, width: int) -> str:
        """One line, cut with an ellipsis."""
        if self.width(text, size) <= width:
            return text
        while text and self.width(text + "…", size) > width:
            text = text[:-1]
        return text + "…"

    def height(self, text: str, size: float, width: int) -> int:
        """Of the wrapped text, in pixels."""
        return self.line_height(size) * len(self.wrap(text, size, width))

    def box(self, image: Image.Image, bounds: Bounds, fill: Colour, radius: float = 0) -> None:
        ImageDraw.Draw(image).rounded_rectangle(bounds, self.px(radius), fill=fill)

    def ring(self, image: Image.Image, bounds: Bounds, colour: Colour, filled: bool) -> None:
        """A radio button."""
        draw = ImageDraw.Draw(image)
        draw.ellipse(bounds, outline=colour, width=max(2, self.px(2)))
        if filled:
            inset = self.px(5)
            left, top, right, bottom = bounds
            draw.ellipse((left + inset, top + inset, right - inset, bottom - inset), fill=colour)

    def text(self, image: Image.Image, bounds: Bounds, text: str, style: Style) -> None:
        """Wrapped, and placed in the middle of the height."""
        left, top, right, bottom = bounds
        inset = self.px(style.padding)
        width = right - left - 2 * inset
        lines = self.wrap(text, style.size, width)
        step = self.line_height(style.size)
        at = top + max(0, (bottom - top - step * len(lines)) // 2)
        draw = ImageDraw.Draw(image)
        for line in lines:
            free = width - self.width(line, style.size)
            shift = max(0, free // 2) if style.align == "center" else 0
            draw.text(
                (left + inset + shift, at + step // 2),
                self._drawable(line),
                fill=style.colour,
                font=self._font(style.size),
                anchor="lm" if self._path is not None else None,
            )
            at += step

    def _drawable(self, text: str) -> str:
        """Pillow's built-in font knows Latin only."""
        if self._path is not None:
            return text
        return "".join(one if ord(one) < 256 else "?" for one in text)


def _words(text: str) -> list[str]:
    """Pieces between which a line may break."""
    pieces: list[str] = []
    for one in text:
        if ord(one) >= 0x2E80 or not pieces or pieces[-1].endswith(" ") or ord(pieces[-1][-1]) >= 0x2E80:
            pieces.append(one)
        else:
            pieces[-1] += one
    return pieces


def dim(image: Image.Image, amount: float) -> Image.Image:
    """The picture darkened: 0 not at all, 1 black."""
    return Image.blend(image, Image.new("RGB", image.size, (0, 0, 0)), amount)
