"""Dark patterns of a consent notice, measured: what makes agreeing easier than refusing, or hides what is agreed to.

`find` is a pure function of a reading, its hierarchy and its picture. Each record has what was measured, with its unit, the
threshold with its source (dark_patterns.yaml), and where it is to be seen. A record says what is on the screen; whether
that breaks a clause is for a rule to say. What the picture would have to tell is left out where there is none, and
nothing is said to be absent while a part of the screen is unread.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

from harness.screens.controls import role_of
from harness.screens.dark_words import Words, data, documents_in, is_known, spoken, stands_alone, words
from harness.screens.hierarchy import Bounds, HierarchyUnreadable, Node, windows
from harness.screens.phrases import fold, load
from harness.screens.reading import FoundControl, Reading

if TYPE_CHECKING:
    from harness.screens.picture import Picture

IDS = (
    "default_tick", "no_refusal", "exit_only", "refusal_small", "refusal_low_contrast", "refusal_off_screen",
    "refusal_below_fold", "refusal_as_link", "refusal_coloured_as_disabled", "agree_preselected", "bundled_items",
    "agree_by_continuing", "text_cut_off", "policy_link_missing", "countdown_on_refusal",
)
REFUSING = ("refuse", "exit", "limited_mode")
_SENTENCES = re.compile(r"[。;；!！?？\n]|\. ")

Value = float | int | str | bool | list[str]


@dataclass(frozen=True, slots=True)
class Measure:
    value: Value
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Threshold:
    value: float
    unit: str
    source: str


@dataclass(frozen=True, kw_only=True)
class DarkPattern:
    """`measured`: by name; `threshold`: None where nothing is compared; `bounds`: what is meant, in pixels of the hierarchy."""

    id: str
    detail: str
    measured: dict[str, Measure]
    bounds: tuple[Bounds, ...] = ()
    threshold: Threshold | None = None


@dataclass(frozen=True)
class _Notice:
    """One notice with all that is measured on it. `density`: dots per inch, None where it is not known."""

    reading: Reading
    tops: Sequence[Node]
    picture: Picture | None
    density: int | None
    scrolled: Reading | None
    nodes: list[Node] = field(default_factory=list)

    @property
    def words(self) -> Words:
        return words(spoken(self.reading.text))

    @property
    def agree(self) -> FoundControl | None:
        return next(iter(self.reading.with_role("agree")), None)

    @property
    def refusals(self) -> tuple[FoundControl, ...]:
        return self.reading.with_role(*REFUSING)

    @property
    def is_whole(self) -> bool:
        """Whether all of the screen was read, so that what was not found is not there."""
        return not self.reading.wants_picture and all(note.kind != "bounds_unreadable" for note in self.reading.notes)

    @property
    def screen(self) -> Bounds:
        if self.picture is not None:
            return (0, 0, self.picture.width, self.picture.height)
        return (0, 0, max((t.bounds[2] for t in self.tops), default=0), max((t.bounds[3] for t in self.tops), default=0))

    def dp(self, pixels: float) -> float | None:
        return None if self.density is None else round(pixels * 160 / self.density, 1)


def find(
    reading: Reading, hierarchy_xml: str | None = None, picture: Picture | None = None, density: int | None = None,
    scrolled: Reading | None = None,
) -> list[DarkPattern]:
    """The dark patterns of a notice; none of any other screen.

    `picture`: the screenshot, used where it fits the hierarchy. `scrolled`: the same notice scrolled to its end, where
    somebody did that. A hierarchy that cannot be read counts as none: then a reading of the picture alone is measured.
    """
    if not reading.is_notice:
        return []
    try:
        tops = windows(hierarchy_xml) if hierarchy_xml else []
    except HierarchyUnreadable:
        tops = []
    fitting = picture
    if picture is not None:
        from harness.screens.picture import fitted

        fitting = None if picture.is_black else fitted(picture, [t.bounds for t in tops])[0] if tops else picture
    nodes = [node for top in tops for node in top.walk() if reading.package is None or node.package == reading.package]
    notice = _Notice(reading, tops, fitting, density, scrolled, nodes)
    return [pattern for measure in _MEASURES for pattern in measure(notice)]


def as_json(pattern: DarkPattern) -> dict[str, Any]:
    limit = pattern.threshold
    return {
        "id": pattern.id,
        "detail": pattern.detail,
        "measured": {name: {"value": m.value, "unit": m.unit} for name, m in pattern.measured.items()},
        "threshold": None if limit is None else {"value": limit.value, "unit": limit.unit, "source": limit.source},
        "bounds": [list(bounds) for bounds in pattern.bounds],
    }


@cache
def thresholds() -> dict[str, Threshold]:
    return {name: Threshold(t["value"], t["unit"], t["source"]) for name, t in data()["thresholds"].items()}


def _default_tick(notice: _Notice) -> Iterator[DarkPattern]:
    for box in notice.reading.with_role("checkbox"):
        if box.checked:
            yield DarkPattern(
                id="default_tick", detail=f"the box {box.text[:60]!r} is ticked", bounds=(box.bounds,),
                measured={"ticked": Measure(True), "read_from": Measure(box.read_from)})


def _no_refusal(notice: _Notice) -> Iterator[DarkPattern]:
    ways_out = notice.reading.with_role("close", "skip")
    below = notice.scrolled.with_role(*REFUSING) if notice.scrolled is not None else ()
    if notice.refusals or ways_out or below or not notice.is_whole:
        return
    unnamed = sum(1 for c in notice.reading.controls if not c.text and c.role == "other")
    scrollable = any(node.scrollable for node in notice.nodes)
    yield DarkPattern(
        id="no_refusal", detail="no control refuses, leaves or closes",
        bounds=(notice.agree.bounds,) if notice.agree else (),
        measured={"refusals": Measure(0, "controls"), "unnamed_controls": Measure(unnamed, "controls"),
                  "later": Measure(len(notice.reading.with_role("later")), "controls"),
                  "texts": Measure(list(notice.reading.bare_texts)),
                  "scrolled_to_end": Measure(notice.scrolled is not None or not scrollable)})


def _exit_only(notice: _Notice) -> Iterator[DarkPattern]:
    refusals = notice.refusals
    if refusals and all(c.role == "exit" or notice.words.leaves.search(fold(c.text)) for c in refusals):
        yield DarkPattern(
            id="exit_only", detail=f"who refuses leaves the app: {refusals[0].text[:40]!r}",
            bounds=tuple(c.bounds for c in refusals), measured={"refusals": Measure([c.text[:40] for c in refusals])})


def _refusal_small(notice: _Notice) -> Iterator[DarkPattern]:
    agree, refusals = notice.agree, notice.refusals
    if not refusals:
        return
    refusal = max(refusals, key=lambda c: _area(c.bounds))
    bare = refusal.read_from == "picture" and not (
        notice.picture is not None and _is_drawn_as_button(notice.picture, refusal.bounds))
    sides = {"refusal_width": _side(notice, refusal, 0), "refusal_height": _side(notice, refusal, 1),
             "of": Measure("its letters" if bare else "the control")}
    if agree is not None and _area(agree.bounds):
        ratio = round(_area(refusal.bounds) / _area(agree.bounds), 3)
        limit = thresholds()["refusal_area_ratio"]
        if ratio < limit.value:
            yield DarkPattern(
                id="refusal_small", threshold=limit, bounds=(refusal.bounds, agree.bounds),
                detail=f"{refusal.text[:40]!r} has {ratio:.2f} times the area of {agree.text[:40]!r}",
                measured={"area_ratio": Measure(ratio, "of the agreement's area"), **sides})
    shortest = notice.dp(min(refusal.bounds[2] - refusal.bounds[0], refusal.bounds[3] - refusal.bounds[1]))
    limit = thresholds()["target_side"]
    if shortest is not None and shortest < limit.value and not bare:    # how far round letters a tap counts is not seen
        android = thresholds()["target_side_android"]
        yield DarkPattern(
            id="refusal_small", threshold=limit, bounds=(refusal.bounds,),
            detail=f"{refusal.text[:40]!r} is {shortest:.0f} dp on its shorter side",
            measured={"shorter_side": Measure(shortest, "dp"), "below_android": Measure(shortest < android.value), **sides})


def _refusal_contrast(notice: _Notice) -> Iterator[DarkPattern]:
    """Of the refusal that is easiest to read: refusal_low_contrast and refusal_coloured_as_disabled."""
    picture, agree = notice.picture, notice.agree
    if picture is None:
        return
    from harness.screens.picture import contrast, ground_and_ink

    measured = []
    for control in notice.refusals:
        colours = ground_and_ink(picture.part(_text_bounds(picture, control.bounds)))
        if colours is not None:
            measured.append((contrast(*colours), control, colours))
    if not measured:
        return
    ratio, refusal, (ground, ink) = max(measured, key=lambda m: m[0])
    values = {"contrast": Measure(round(ratio, 2), "contrast ratio"), "ground": Measure(_hex(ground)), "ink": Measure(_hex(ink))}
    other = ground_and_ink(picture.part(_text_bounds(picture, agree.bounds))) if agree is not None else None
    if other is not None:
        of_agree = contrast(*other)
        values |= {"agree_contrast": Measure(round(of_agree, 2), "contrast ratio"),
                   "ratio_to_agree": Measure(round(ratio / of_agree, 3), "of the agreement's contrast")}
    text = _text_bounds(picture, refusal.bounds)
    height = notice.dp(text[3] - text[1])
    is_large = height is not None and height >= thresholds()["large_text_height"].value
    limit = thresholds()["large_text_contrast" if is_large else "text_contrast"]
    if height is not None:
        values["text_height"] = Measure(height, "dp")
    as_faint = other is not None and ratio >= thresholds()["contrast_to_agree"].value * contrast(*other)
    if ratio < limit.value and not as_faint:
        yield DarkPattern(
            id="refusal_low_contrast", threshold=limit, bounds=(refusal.bounds,), measured=values,
            detail=f"{refusal.text[:40]!r} has a contrast of {ratio:.1f}:1 to its ground")
    faded = thresholds()["disabled_contrast"]
    chroma = float(ink.max() - ink.min())
    is_grey = ratio <= faded.value and chroma <= thresholds()["grey_chroma"].value
    if refusal.enabled and is_grey and other is not None and contrast(*other) > ratio:
        yield DarkPattern(
            id="refusal_coloured_as_disabled", threshold=faded, bounds=(refusal.bounds,),
            measured=values | {"chroma": Measure(chroma, "of 255")},
            detail=f"{refusal.text[:40]!r} is grey as a disabled control, and enabled")


def _refusal_off_screen(notice: _Notice) -> Iterator[DarkPattern]:
    limit, screen, phrases = thresholds()["off_screen_share"], notice.screen, load()
    shown = {c.bounds for c in notice.refusals}
    for node in notice.nodes:
        if not node.label or node.pressable() is None or role_of(node.label, phrases)[0] not in REFUSING:
            continue
        inside = _area(_common(node.bounds, screen))
        share = round(inside / node.area, 3) if node.area else 0.0
        if share < limit.value:
            yield DarkPattern(
                id="refusal_off_screen", threshold=limit, bounds=(node.bounds,),
                detail=f"{node.label[:40]!r} is on the screen by {share:.0%}",
                measured={"on_screen": Measure(share, "share of its area"), "other_refusals": Measure(
                    len(shown - {node.bounds}), "controls")})


def _refusal_below_fold(notice: _Notice) -> Iterator[DarkPattern]:
    if notice.scrolled is None or notice.refusals or not notice.agree:
        return
    for control in notice.scrolled.with_role(*REFUSING)[:1]:
        yield DarkPattern(
            id="refusal_below_fold", detail=f"{control.text[:40]!r} comes into sight by scrolling only",
            bounds=(control.bounds,), measured={"before_scrolling": Measure(0, "refusals")})


def _refusal_as_link(notice: _Notice) -> Iterator[DarkPattern]:
    agree, refusals, picture = notice.agree, notice.refusals, notice.picture
    if agree is None or not refusals:
        return
    drawn = [picture is not None and _is_drawn_as_button(picture, c.bounds) for c in (agree, *refusals)]
    if picture is not None and drawn[0] and not any(drawn[1:]):
        how = "picture"
    elif picture is None and agree.tappable and not any(c.tappable for c in refusals):
        how = "hierarchy"
    else:
        return
    yield DarkPattern(
        id="refusal_as_link", detail=f"{refusals[0].text[:40]!r} is a bare text, {agree.text[:40]!r} a button",
        bounds=(refusals[0].bounds, agree.bounds), measured={"told_by": Measure(how)})


def _agree_preselected(notice: _Notice) -> Iterator[DarkPattern]:
    agree = notice.agree
    for node in notice.nodes:
        if agree is not None and node.bounds == agree.bounds and (node.focused or node.selected):
            yield DarkPattern(
                id="agree_preselected", detail=f"{agree.text[:40]!r} is chosen beforehand", bounds=(agree.bounds,),
                measured={"focused": Measure(node.focused), "selected": Measure(node.selected)})
            return


def _bundled_items(notice: _Notice) -> Iterator[DarkPattern]:
    """Items of which each wants a consent of its own, in the one act of agreeing. What has a box of its own is not in it."""
    own_words = notice.words
    boxes = notice.reading.with_role("checkbox")
    own = [fold(c.text) for c in boxes if len(boxes) > 1 or (c.checked is False and stands_alone(c.text, notice.reading.text))]
    found: dict[str, str] = {}
    for sentence in _SENTENCES.split(notice.reading.text):
        if not own_words.consents.search(sentence) or own_words.negated.search(sentence):
            continue
        for item, pattern in own_words.items:
            match = pattern.search(sentence)
            if match and item not in found and not any(pattern.search(box) for box in own):
                found[item] = match.group(0)
    if found:
        agree = notice.agree
        yield DarkPattern(
            id="bundled_items", bounds=(agree.bounds,) if agree else (),
            detail=f"one consent covers {', '.join(f'{item} ({said})' for item, said in found.items())}",
            measured={"items": Measure(list(found)), "documents": Measure(_documents(notice), "documents")})


def _documents(notice: _Notice) -> int:
    return len(documents_in(notice.reading.text))


def _agree_by_continuing(notice: _Notice) -> Iterator[DarkPattern]:
    agree = notice.agree
    said = next((m.group(0) for p in notice.words.by_continuing if (m := p.search(notice.reading.text))), None)
    if said is not None:
        yield DarkPattern(
            id="agree_by_continuing", detail=f"the text takes something else for agreement: {said[:80]!r}",
            bounds=(agree.bounds,) if agree else (), measured={"words": Measure(said[:120])})
    elif agree is not None and agree.weak and not notice.refusals and notice.is_whole:
        if notice.reading.with_role("close", "skip", "later"):
            return
        yield DarkPattern(
            id="agree_by_continuing", detail=f"the only answer is a bare {agree.text[:40]!r}", bounds=(agree.bounds,),
            measured={"words": Measure(agree.text[:120]), "texts": Measure(list(notice.reading.bare_texts))})


def _text_cut_off(notice: _Notice) -> Iterator[DarkPattern]:
    """A text that needs more room than it has, at the smallest size that could be read."""
    by_density = thresholds()["legible_side"]
    limit = by_density if notice.density is not None else thresholds()["legible_share"]
    width = notice.screen[2]
    side = by_density.value * notice.density / 160 if notice.density is not None else width / limit.value
    for node in notice.nodes:
        if len(node.label) < 60 or node.area == 0 or node.children:
            continue
        needed = sum(1.0 if ord(ch) > 0x2e7f else 0.5 for ch in node.label) * side * side * 1.15
        if node.area >= needed:
            continue
        region = _scrollable_above(node)
        if region is not None and notice.picture is not None and _has_scroll_bar(notice.picture, region.bounds):
            continue
        yield DarkPattern(
            id="text_cut_off", threshold=limit, bounds=(node.bounds,),
            detail=f"a text of {len(node.label)} characters shows in {node.width} by {node.height} pixels",
            measured={"shown_at_most": Measure(round(node.area / needed, 3), "share of the text"),
                      "characters": Measure(len(node.label), "characters"), "scrollable": Measure(region is not None)})


def _policy_link_missing(notice: _Notice) -> Iterator[DarkPattern]:
    text = notice.reading.text
    links = [c for c in notice.reading.with_role("link_policy") if notice.words.names_policy(fold(c.text))]
    if links or notice.words.names_policy(text) or not notice.is_whole or not is_known(text):
        return
    yield DarkPattern(id="policy_link_missing", detail="no privacy policy is named, and none is linked",
                      measured={"links": Measure(0, "controls"), "named": Measure(False)})


def _countdown_on_refusal(notice: _Notice) -> Iterator[DarkPattern]:
    for control in notice.refusals:
        said = notice.words.countdown.search(fold(control.text))
        waits = not control.enabled and notice.agree is not None and notice.agree.enabled
        if said or waits:
            yield DarkPattern(
                id="countdown_on_refusal", detail=f"{control.text[:40]!r} makes the user wait", bounds=(control.bounds,),
                measured={"words": Measure(said.group(0) if said else ""), "enabled": Measure(control.enabled)})
            return


def _area(bounds: Bounds) -> int:
    return max(0, bounds[2] - bounds[0]) * max(0, bounds[3] - bounds[1])


def _common(one: Bounds, other: Bounds) -> Bounds:
    return (max(one[0], other[0]), max(one[1], other[1]), min(one[2], other[2]), min(one[3], other[3]))


def _side(notice: _Notice, control: FoundControl, axis: int) -> Measure:
    pixels = control.bounds[axis + 2] - control.bounds[axis]
    dp = notice.dp(pixels)
    return Measure(pixels, "px") if dp is None else Measure(dp, "dp")


def _hex(colour: Any) -> str:
    return "#" + "".join(f"{round(float(c)):02x}" for c in colour)


def _scrollable_above(node: Node) -> Node | None:
    above: Node | None = node
    while above is not None and not above.scrollable:
        above = above.parent
    return above


def _text_bounds(picture: Picture, bounds: Bounds) -> Bounds:
    """The letters within a control, without the outline that a button may have."""
    import numpy as np

    left, top, right, bottom = picture.clip(bounds)
    dx, dy = (right - left) // 12, (bottom - top) // 8
    part = picture.pixels[top + dy:bottom - dy, left + dx:right - dx]
    if min(part.shape[:2]) < 4:
        return (left, top, right, bottom)
    ground = np.median(part.reshape(-1, 3), axis=0)
    distance = np.abs(part.astype(np.int16) - ground).max(axis=2)
    inked = distance > max(12.0, 0.3 * float(distance.max()))
    xs, ys = np.flatnonzero(inked.any(axis=0)), np.flatnonzero(inked.any(axis=1))
    if not len(xs) or not len(ys):
        return (left, top, right, bottom)
    return picture.clip((left + dx + int(xs[0]) - 3, top + dy + int(ys[0]) - 3,
                         left + dx + int(xs[-1]) + 4, top + dy + int(ys[-1]) + 4))


def _is_drawn_as_button(picture: Picture, bounds: Bounds) -> bool:
    from harness.screens.boxes import around

    text = _text_bounds(picture, bounds)
    margin = (bounds[3] - bounds[1]) // 2
    near = (bounds[0] - margin, bounds[1] - margin, bounds[2] + margin, bounds[3] + margin)
    drawn = around(picture, text, near)
    return drawn is not None and _area(drawn) <= 2.5 * max(_area(bounds), _area(text))


def _has_scroll_bar(picture: Picture, region: Bounds) -> bool:
    """A thin, even, upright stroke at the region's right edge, shorter than the region."""
    import numpy as np

    strip = picture.part((region[2] - 24, region[1], region[2], region[3])).astype(np.int16)
    if strip.size == 0:
        return False
    apart = np.abs(strip - np.median(strip.reshape(-1, 3), axis=0)).max(axis=2) > 16
    for column in apart.T:
        rows = np.flatnonzero(column)
        if len(rows) and rows[-1] - rows[0] + 1 == len(rows) and 0.05 <= len(rows) / len(column) <= 0.95:
            return True
    return False


_MEASURES: tuple[Callable[[_Notice], Iterator[DarkPattern]], ...] = (
    _default_tick, _no_refusal, _exit_only, _refusal_small, _refusal_contrast, _refusal_off_screen, _refusal_below_fold,
    _refusal_as_link, _agree_preselected, _bundled_items, _agree_by_continuing, _text_cut_off, _policy_link_missing,
    _countdown_on_refusal,
)
