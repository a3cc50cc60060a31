"""Screens and tick boxes, drawn four times larger and reduced, so that edges are blended as on a phone."""

from __future__ import annotations

import io
from dataclasses import dataclass, field

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from harness.screens.ocr import Line
from harness.screens.picture import Picture

THEMES = {      # ground, outline, colour of what is ticked, mark upon that
    "light": ((255, 255, 255), (140, 140, 140), (22, 119, 255), (255, 255, 255)),
    "dark": ((18, 18, 20), (170, 170, 170), (138, 180, 248), (20, 20, 20)),
    "green card": ((240, 248, 240), (120, 140, 120), (7, 193, 96), (255, 255, 255)),
    "sepia": ((250, 240, 220), (160, 130, 90), (200, 80, 40), (255, 255, 255)),
    "grey": ((140, 140, 140), (230, 230, 230), (255, 214, 0), (0, 0, 0)),
    "blue": ((30, 60, 140), (220, 225, 240), (255, 255, 255), (30, 60, 140)),
    "pale": ((255, 255, 255), (204, 204, 204), (255, 80, 0), (255, 255, 255)),
}
MARKS = {"empty": "empty", "white": "empty", "hook": "ticked", "filled hook": "ticked", "dot": "ticked", "filled": "ticked"}


def tick(shape: str, mark: str, size: int, theme: str, *, margin: int = 6, jpeg: int | None = None) -> np.ndarray:
    ground, line, accent, on = THEMES[theme]
    n, m, thick = size * 4, margin * 4, round(max(1.2, size / 14) * 4)
    image = Image.new("RGB", (n + 2 * m, n + 2 * m), ground)
    draw = ImageDraw.Draw(image)
    box = (m, m, m + n - 1, m + n - 1)

    def outline(colour, fill=None):
        if shape == "round":
            draw.ellipse(box, outline=colour, width=thick, fill=fill)
        else:
            draw.rounded_rectangle(box, n * 0.12, outline=colour, width=thick, fill=fill)

    hook = [(m + n * 0.24, m + n * 0.52), (m + n * 0.43, m + n * 0.7), (m + n * 0.77, m + n * 0.3)]
    if mark == "empty":
        outline(line)
    elif mark == "white":
        outline(line, (255, 255, 255))
    elif mark == "hook":
        outline(accent)
        draw.line(hook, fill=accent, width=round(n * 0.1), joint="curve")
    elif mark == "filled hook":
        outline(accent, accent)
        draw.line(hook, fill=on, width=round(n * 0.1), joint="curve")
    elif mark == "dot":
        outline(accent)
        draw.ellipse((m + n * 0.27, m + n * 0.27, m + n * 0.73, m + n * 0.73), fill=accent)
    elif mark == "filled":
        outline(accent, accent)
    elif mark == "hook alone":
        draw.line(hook, fill=accent, width=round(n * 0.1), joint="curve")
    elif mark == "dash":
        outline(accent, accent)
        draw.line([(m + n * 0.2, m + n * 0.5), (m + n * 0.8, m + n * 0.5)], fill=on, width=round(n * 0.1))
    image = image.resize((image.width // 4, image.height // 4), Image.Resampling.LANCZOS)
    if jpeg:
        out = io.BytesIO()
        image.save(out, "JPEG", quality=jpeg)
        image = Image.open(io.BytesIO(out.getvalue())).convert("RGB")
    return np.asarray(image)


@dataclass
class Sheet:
    """A screen to draw on; `picture` and `lines` are what a camera and a perfect reader would tell of it."""

    width: int = 1080
    height: int = 1920
    ground: tuple[int, int, int] = (255, 255, 255)
    lines: list[Line] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.image = Image.new("RGB", (self.width, self.height), self.ground)
        self.draw = ImageDraw.Draw(self.image)

    def text(self, said: str, x: int, y: int, colour=(40, 40, 40), size: int = 40, *, as_read: str | None = None):
        """Writes `said` in the font that comes with Pillow (Latin letters); the reader reads `as_read`."""
        font = ImageFont.load_default(size)
        left, top, right, bottom = (round(v) for v in self.draw.textbbox((x, y), said, font=font))
        self.draw.text((x, y), said, font=font, fill=colour)
        self.lines.append(Line(as_read or said, (left - 3, top - 3, right + 3, bottom + 3), 0.98))
        return (left, top, right, bottom)

    def button(self, said: str, bounds, fill=None, outline=None, colour=(255, 255, 255), as_read: str | None = None):
        self.draw.rounded_rectangle(bounds, 24, fill=fill, outline=outline, width=3)
        wide = ImageFont.load_default(40).getlength(said)
        x, y = round((bounds[0] + bounds[2] - wide) / 2), (bounds[1] + bounds[3]) // 2 - 26
        return self.text(said, x, y, colour, as_read=as_read)

    @property
    def picture(self) -> Picture:
        return Picture(np.asarray(self.image, dtype=np.uint8))

    @property
    def png(self) -> bytes:
        out = io.BytesIO()
        self.image.save(out, "PNG")
        return out.getvalue()


@dataclass
class Reader:
    """An engine that reads what a Sheet says, as far as it lies on the picture it is given. `asked`: how often."""

    sheet: Sheet
    asked: int = 0

    def lines(self, picture: Picture) -> tuple[Line, ...]:
        self.asked += 1
        whole = (picture.width, picture.height) == (self.sheet.width, self.sheet.height)
        if whole:
            return tuple(sorted(self.sheet.lines, key=lambda line: (line.bounds[1], line.bounds[0])))
        where = _place(self.sheet.picture, picture)
        return tuple(
            Line(line.text, tuple(v - where[i % 2] for i, v in enumerate(line.bounds)), line.confidence)  # type: ignore[arg-type]
            for line in self.sheet.lines
            if where[0] <= line.bounds[0] and line.bounds[2] <= where[0] + picture.width
            and where[1] <= line.bounds[1] and line.bounds[3] <= where[1] + picture.height
        )


def _place(whole: Picture, part: Picture) -> tuple[int, int]:
    """Where a part was cut from."""
    import cv2

    found = cv2.matchTemplate(whole.pixels, part.pixels, cv2.TM_SQDIFF)
    x, y = cv2.minMaxLoc(found)[2]
    return int(x), int(y)


def node(text: str = "", bounds=(0, 0, 1080, 1920), *inside: str, cls: str = "android.widget.TextView",
         package: str = "com.example.app", **attributes: object) -> str:
    from xml.sax.saxutils import quoteattr

    values = {"text": text, "class": cls, "package": package, "bounds": "[{},{}][{},{}]".format(*bounds)}
    for name, value in attributes.items():
        values[name.replace("_", "-")] = str(value).lower() if isinstance(value, bool) else str(value)
    return f"<node {' '.join(f'{k}={quoteattr(v)}' for k, v in values.items())}>{''.join(inside)}</node>"


def dump(*nodes: str) -> str:
    return f'<hierarchy rotation="0">{"".join(nodes)}</hierarchy>'
