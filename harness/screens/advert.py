"""An advertisement on a screen: whether one is there, and what can be measured of the control that closes it.

Pure functions of a reading and its picture. What is measured says nothing of whether it is enough; that is for a rule.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from harness.screens.hierarchy import Bounds
from harness.screens.phrases import load
from harness.screens.picture import PictureUnreadable, contrast, decode, ground_and_ink
from harness.screens.reading import FoundControl, Reading

CLOSING = ("skip", "close")
FEW = 5
"""Controls beyond which a window that names an offer is a page of a shop, and no advertisement in front of one."""
STATUS_BAR_DP = 24.0
"""Height of the status bar: status_bar_height of the framework's resources on a device without a notch."""


def is_advert(reading: Reading) -> bool:
    """What the recogniser calls one, or a window of few controls that can be skipped or speaks as advertisements do."""
    if reading.kind == "ad_popup":
        return True
    if reading.kind != "other" or len(reading.controls) > FEW:
        return False
    return bool(reading.with_role("skip")) or load().topics["advertisement"].search(reading.text.lower()) is not None


def closing(reading: Reading) -> tuple[FoundControl, ...]:
    """The controls that by their words or ids close or skip it."""
    return reading.with_role(*CLOSING)


@dataclass(frozen=True, kw_only=True)
class Measured:
    """Of a closing control. Lengths in dp, where the density is known; `contrast` of what is written on it to its ground,
    `to_surroundings` of the control to what lies round it, as WCAG 2.2 defines a ratio (1 to 21); None where there is no
    picture that tells. `look_alikes`: other controls of the same meaning on the screen."""

    text: str
    role: str
    bounds: Bounds
    read_from: str
    enabled: bool
    width_dp: float | None
    height_dp: float | None
    to_edge_dp: float | None
    on_screen: bool
    under_status_bar: bool | None
    contrast: float | None
    to_surroundings: float | None
    look_alikes: int

    def as_data(self) -> dict[str, Any]:
        return asdict(self) | {"bounds": list(self.bounds)}


def measure(
    control: FoundControl, reading: Reading, picture: bytes | None, *, size: tuple[int, int] | None, density: int | None
) -> Measured:
    """`size`: of the screen in pixels; `density`: its dots per inch, of which a dp is a 160th."""
    left, top, right, bottom = control.bounds
    inked, apart = _colours(control.bounds, picture)
    width, height = size or (right, bottom)
    edges = (left, top, width - right, height - bottom)

    def dp(pixels: float) -> float | None:
        return round(pixels * 160 / density, 1) if density else None

    return Measured(
        text=control.text, role=control.role, bounds=control.bounds, read_from=control.read_from, enabled=control.enabled,
        width_dp=dp(right - left), height_dp=dp(bottom - top), to_edge_dp=dp(min(edges)) if size else None,
        on_screen=min(edges) >= 0 and right > left and bottom > top,
        under_status_bar=top * 160 / density < STATUS_BAR_DP if density else None,
        contrast=inked, to_surroundings=apart, look_alikes=len(closing(reading)) - 1,
    )  # fmt: skip


def _colours(bounds: Bounds, picture: bytes | None) -> tuple[float | None, float | None]:
    """Contrast of the writing to its ground, and of that ground to the ground round the control."""
    if not picture:
        return None, None
    try:
        seen = decode(picture)
    except PictureUnreadable:
        return None, None
    inside = ground_and_ink(seen.part(bounds))
    if inside is None:
        return 1.0, None
    margin = max(8, (bounds[3] - bounds[1]) // 2)
    left, top, right, bottom = bounds
    beside = [(left - margin, top, left - 2, bottom), (left, bottom + 2, right, bottom + margin)]
    grounds = [found[0] for found in (_ground(seen.part(strip)) for strip in beside) if found is not None]
    apart = max((contrast(inside[0], ground) for ground in grounds), default=None)
    return round(contrast(*inside), 2), None if apart is None else round(apart, 2)


def _ground(part: Any) -> tuple[Any] | None:
    """The commonest colour of a strip, which may have but one."""
    flat = part.reshape(-1, 3)
    if len(flat) < 16:
        return None
    found = ground_and_ink(part)
    return (found[0],) if found is not None else (flat[len(flat) // 2],)
