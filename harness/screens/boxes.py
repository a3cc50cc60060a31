"""The drawn rectangle round a line of text: a button's fill or outline, a cell between dividers.

From the line outwards, the ground is followed until it ends. Where it ends at one height along the whole line, above and
below, and at one place to either side, a box is drawn there; letters of neighbouring lines end it at many heights.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from harness.screens.hierarchy import Bounds
from harness.screens.picture import Picture, Pixels

_COLUMNS = 24
_ROWS = 9
_STEP = 11         # of a channel between pixels as far apart as
_BLENDED = 3       # the width of a blended edge: an edge, not the noise of JPEG nor a gradient
_DRIFT = 48        # from the ground the walk began on: where a gradient is another colour
_ALIGNED = 0.7     # share of the walks that must end at one place
_ACROSS = 0.93     # share of its width that a divider covers
_HIGHEST, _LOWEST = 5.5, 1.15    # heights of the line


def around(picture: Picture, line: Bounds, within: Bounds) -> Bounds | None:
    """The box round a line, inside `within`; None where none is drawn. All in pixels of the picture."""
    left, top, right, bottom = picture.clip(line)
    limit = picture.clip(within)
    height, width = bottom - top, right - left
    if height < 8 or width < 8 or limit[3] <= limit[1] or limit[2] <= limit[0]:
        return None
    reach = round(_HIGHEST * height)
    columns = np.linspace(left + 1, right - 2, _COLUMNS).astype(int)
    up = _ends(picture.pixels[max(limit[1], top - reach):top, columns][::-1])
    down = _ends(picture.pixels[bottom:min(limit[3], bottom + reach), columns])
    if up is None or down is None:
        return None
    above, below = top - up, bottom + down
    if not _LOWEST * height <= below - above <= _HIGHEST * height:
        return None
    middle = (above + below) / 2
    half = (below - above) * 0.2
    rows = np.linspace(middle - half, middle + half, _ROWS).astype(int)
    slack = max(3, round((below - above) * 0.15))            # ends of a pill are round
    west = _ends(picture.pixels[rows, limit[0]:left].transpose(1, 0, 2)[::-1], slack)
    east = _ends(picture.pixels[rows, right:limit[2]].transpose(1, 0, 2), slack)
    found = (left - west if west is not None else limit[0], above, right + east if east is not None else limit[2], below)
    open_sided = west is None or east is None
    for edge, beyond in ((above, -1), (below, 1)):
        if (open_sided or _sides_go_on(picture.pixels, found, beyond)) and not _reaches(picture.pixels, edge, found):
            return None
    return found


def _ends(walks: Pixels, slack: int = 2) -> int | None:
    """How far the ground goes, in pixels, along walks (step, walk, colour); None where they do not end together."""
    if len(walks) < 2:
        return None
    levels = walks.astype(np.int16)
    changed = np.zeros(levels.shape[:2], dtype=bool)
    for lag in range(1, min(_BLENDED, len(walks) - 1) + 1):
        changed[lag:] |= _apart(levels[lag:], levels[:-lag]) > _STEP
    changed |= _apart(levels, levels[:1]) > _DRIFT
    ended = changed.any(axis=0)
    if ended.mean() < _ALIGNED:
        return None
    ends: NDArray[np.intp] = np.argmax(changed[:, ended], axis=0)
    common = int(np.median(ends))
    together = int((np.abs(ends - common) <= slack).sum())
    return common if together >= _ALIGNED * walks.shape[1] else None


def _apart(one: NDArray[np.int16], other: NDArray[np.int16]) -> NDArray[np.int16]:
    """The most that a channel differs by. (Much faster than `max` along so short an axis.)"""
    differs = np.abs(one - other)
    most: NDArray[np.int16] = np.maximum(np.maximum(differs[..., 0], differs[..., 1]), differs[..., 2])
    return most


def _sides_go_on(pixels: Pixels, box: Bounds, beyond: int) -> bool:
    """Whether both sides run on above (-1) or below (1) the box: then they are those of a card, and what ends there is only
    a part of it, unless a divider does it."""
    left, above, right, below = box
    far = round(0.35 * (below - above))
    first, last = (above - far, above - 4) if beyond < 0 else (below + 4, below + far)
    rows: NDArray[np.int16] = pixels[max(0, first):max(0, last)].astype(np.int16)
    return len(rows) >= 3 and all(_is_edge(rows[:, max(0, x - 4):x + 4]) for x in (left, right))


def _is_edge(band: NDArray[np.int16]) -> bool:
    if band.size == 0 or band.shape[1] < 2:
        return False
    return bool((np.abs(np.diff(band, axis=1)).max(axis=(1, 2)) > _STEP / 2).mean() >= 0.8)


def _reaches(pixels: Pixels, y: int, box: Bounds) -> bool:
    """Whether an edge goes from side to side, as a divider between rows does."""
    columns = np.linspace(box[0] + 4, box[2] - 5, 2 * _COLUMNS).astype(int)
    band = pixels[max(0, y - 3):y + 4, np.clip(columns, 0, pixels.shape[1] - 1)].astype(np.int16)
    return len(band) > 1 and bool((np.abs(np.diff(band, axis=0)).max(axis=(0, 2)) > _STEP / 2).mean() >= _ACROSS)
