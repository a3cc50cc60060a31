"""Whether a drawn tick box is ticked, from its pixels: `unknown` rather than wrong.

A box is a closed outline or a filled shape, square or round, about as wide as high. It is empty where one even colour lies
within that is no strong colour of its own, ticked where a mark lies within, as a dot or a hook, or where it is filled with
colour. A hook without an outline, a bar for "some of them", a mark as pale as a placeholder: unknown.
"""

from __future__ import annotations

from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from harness.screens.hierarchy import Bounds
from harness.screens.picture import Picture, Pixels, contrast

State = Literal["ticked", "empty", "unknown"]

SMALLEST, LARGEST = 14, 200       # pixels of a side
_SQUARE = (0.75, 1.34)            # width to height
_APART = 24.0                     # of a channel: what differs from the ground
_CLOSED = 0.9                     # share of the rays from the middle that meet the outline
_THICK = 0.2                      # of the side: a thicker outline is a filled shape,
_INSET = 0.14                     # of which this much is left out of the inside
_NONE, _SOME, _MOST = 0.025, 0.06, 0.85     # share of the inside that differs from its ground: up to, from, up to
_COLOURFUL = 45.0                 # difference of the highest and lowest channel
_PALE = 1.5                       # contrast (WCAG) of a mark to what it lies on, below which it may be a placeholder;
_PALER = 0.8                      # or this share of the outline's own

Mask = NDArray[np.bool_]


def state(part: Pixels) -> State:
    """Of a crop with one box in it and two pixels or more of its ground on each side: without them an outline may be taken
    for the ground."""
    return _state(part)[0]


def state_at(picture: Picture, bounds: Bounds) -> State:
    """Of a node's bounds: the box may fill them or lie somewhere inside."""
    return state(picture.part(bounds, max(3, (bounds[2] - bounds[0]) // 8)))


def beside(picture: Picture, line: Bounds, limit: Bounds) -> tuple[Bounds, State] | None:
    """The box that belongs to a line of text: the nearest before it, else behind it, else at its head, where the line was
    taken to begin with the box. None where there is none."""
    left, top, right, bottom = picture.clip(line)
    height = bottom - top
    if height < 8:
        return None
    within, ground = picture.clip(limit), _commonest(picture.part(line))
    above, below = max(within[1], top - height // 2), min(within[3], bottom + height // 2)
    before = (max(within[0], left - 4 * height), above, min(right, left + 3), below)
    behind = (max(left, right - 3), above, min(within[2], right + 4 * height), below)
    at_its_head = (max(within[0], left - height // 2), above, min(right, left + round(1.3 * height)), below)
    for strip, nearest in ((before, max), (behind, min), (at_its_head, min)):
        found = _boxes_in(picture.part(strip), ground, height, (top + bottom) / 2 - strip[1])
        if found:
            box = nearest(found)
            placed = (box[0] + strip[0], box[1] + strip[1], box[2] + strip[0], box[3] + strip[1])
            return placed, state(picture.part(placed, 3))
    return None


def _boxes_in(part: Pixels, ground: NDArray[np.float64], height: int, middle: float) -> list[Bounds]:
    """Boxes on the ground that the text has; what touches the strip's upper, lower or left edge goes on beyond it."""
    if min(part.shape[:2]) < SMALLEST:
        return []
    mask = _apart(part, ground)
    boxes: list[Bounds] = []
    for left, top, width, tall in _shapes(mask):
        if not (0.45 * height <= max(width, tall) <= 2.2 * height and _SQUARE[0] <= width / tall <= _SQUARE[1]):
            continue
        if left == 0 or top == 0 or top + tall == len(part):
            continue
        if min(width, tall) < SMALLEST or abs(top + tall / 2 - middle) > 0.6 * height:
            continue
        shape = mask[top:top + tall, left:left + width]
        if _outline(shape) and _state(part[max(0, top - 2):top + tall + 2, max(0, left - 2):left + width + 2])[1]:
            boxes.append((left, top, left + width, top + tall))
    return boxes


def _state(part: Pixels) -> tuple[State, bool]:
    """The state, and whether a box is there at all."""
    if part.ndim != 3 or min(part.shape[:2]) < SMALLEST or max(part.shape[:2]) > 3 * LARGEST:
        return "unknown", False
    frame = np.concatenate([part[0], part[-1], part[:, 0], part[:, -1]])
    ground = np.median(frame, axis=0)
    mask = _apart(part, ground)
    shapes = _shapes(mask)
    if not shapes:
        return "unknown", False
    left, top, width, tall = max(shapes, key=lambda s: s[2] * s[3])
    if not (min(width, tall) >= SMALLEST and max(width, tall) <= LARGEST and _SQUARE[0] <= width / tall <= _SQUARE[1]):
        return "unknown", False
    shape = mask[top:top + tall, left:left + width]
    outline = _outline(shape)
    if outline is None:
        return "unknown", False
    within = _within(shape, outline)
    if within.sum() < 25:
        return "unknown", False
    box = part[top:top + tall, left:left + width]
    return _inside(box, within, ground, np.median(box[shape & ~within], axis=0)), True


def _inside(box: Pixels, within: Mask, ground: NDArray[np.float64], line: NDArray[np.float64]) -> State:
    inside = box[within]
    own = _commonest(inside)
    differs = _apart(box, own, 40.0) & within
    share = float(differs.sum() / within.sum())
    if share <= _NONE:
        return _even(np.median(inside, axis=0), ground)
    if not _SOME <= share <= _MOST:
        return "unknown"
    columns, rows = np.flatnonzero(differs.any(axis=0)), np.flatnonzero(differs.any(axis=1))
    across, down = columns[-1] - columns[0] + 1, rows[-1] - rows[0] + 1
    if across > 2.5 * down or down > 2.5 * across:
        return "unknown"
    mark = np.median(box[differs], axis=0)
    colourless = _chroma(mark) < _COLOURFUL and _chroma(own) < _COLOURFUL
    if colourless and contrast(mark, own) < max(_PALE, _PALER * contrast(line, ground)):
        return "unknown"
    return "ticked"


def _even(colour: NDArray[np.float64], ground: NDArray[np.float64]) -> State:
    """Of a box with one colour inside."""
    if _chroma(colour) - _chroma(ground) >= _COLOURFUL:
        return "ticked"
    if float(np.abs(colour - ground).max()) <= 60:
        return "empty"
    light_or_dark = min(float(colour.min()), 255 - float(colour.max())) <= 40
    return "empty" if _chroma(colour) <= 12 and light_or_dark and _chroma(ground) < _COLOURFUL else "unknown"


def _within(shape: Mask, outline: str) -> Mask:
    """The inside of a shape: what is left without its outline and the pixel in which that is blended."""
    tall, width = shape.shape
    side = min(tall, width)
    walks = (shape[tall // 2], shape[tall // 2][::-1], shape[:, width // 2], shape[:, width // 2][::-1])
    thick = float(np.median([int(np.argmin(walk)) if not walk.all() else side for walk in walks]))
    inset = thick + 1.5 if thick <= _THICK * side else _INSET * side
    x = np.abs(np.arange(width) - (width - 1) / 2)[None, :] / (width / 2 - inset)
    y = np.abs(np.arange(tall) - (tall - 1) / 2)[:, None] / (tall / 2 - inset)
    return np.asarray(np.maximum(x, y) <= 1 if outline == "square" else x * x + y * y <= 1)


def _commonest(part: Pixels) -> NDArray[np.float64]:
    flat = part.reshape(-1, 3)
    keys = (flat >> 4).astype(np.uint32) @ np.array([256, 16, 1], dtype=np.uint32)
    return np.asarray(np.median(flat[keys == np.bincount(keys, minlength=4096).argmax()], axis=0))


def _chroma(colour: NDArray[np.float64]) -> float:
    return float(colour.max() - colour.min())


def _apart(part: Pixels, colour: NDArray[np.float64], least: float = _APART) -> Mask:
    """What differs from a colour: by `least`, or by a third of the most that anything does, whichever is more."""
    distance = np.abs(part.astype(np.int16) - colour).max(axis=2)
    return np.asarray(distance > max(least, distance.max() / 3 if least == _APART else least))


def _shapes(mask: Mask) -> list[tuple[int, int, int, int]]:
    """Connected shapes: left, top, width, height."""
    count, _, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8), connectivity=8)
    return [(int(s[0]), int(s[1]), int(s[2]), int(s[3])) for s in stats[1:count] if s[4] >= 8]


def _outline(shape: Mask) -> Literal["square", "round"] | None:
    """Which outline runs all round: a square's (its corners may be round), a circle's, or none."""
    tall, width = shape.shape
    angles = np.linspace(0, 2 * np.pi, 48, endpoint=False)
    cosines, sines = np.cos(angles), np.sin(angles)
    reaches: tuple[tuple[Literal["square", "round"], NDArray[np.float64]], ...] = (
        ("round", np.ones_like(angles)), ("square", 1 / np.maximum(np.abs(cosines), np.abs(sines))))
    for outline, reach in reaches:
        met = np.zeros(len(angles), dtype=bool)
        for along in np.linspace(0.76, 1.0, 13):
            xs = np.clip(((1 + along * reach * cosines) * (width - 1) / 2).round().astype(int), 0, width - 1)
            ys = np.clip(((1 + along * reach * sines) * (tall - 1) / 2).round().astype(int), 0, tall - 1)
            met |= shape[ys, xs]
        if met.mean() >= _CLOSED:
            return outline
    return None
