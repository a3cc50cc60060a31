"""What the picture tells where the hierarchy is silent: Flutter, games, pages, views that draw themselves.

Lines of the picture become nodes of the window they lie in, so that the same phrases weigh them; each control that came
from there says so. Where the hierarchy has words they stand, and the picture is not asked.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from harness.screens.controls import Surface, role_of
from harness.screens.hierarchy import Bounds, Node
from harness.screens.phrases import Length, Phrases, caption, fold
from harness.screens.reading import FoundControl, Note, Reading

if TYPE_CHECKING:
    from harness.screens.ocr import Line, Ocr
    from harness.screens.picture import Picture

CANVASES = ("SurfaceView", "TextureView", "FlutterView", "WebView", "UnityPlayer", "UnityView", "X5WebView", "UCWebView",
            "Cocos2dxGLSurfaceView", "WebKitView", "RenderView", "canvas", "Canvas")
"""Ends of class names of views whose content has no nodes, or has them only where accessibility was asked for."""
FEW = 24
"""Letters up to which a region counts as silent: a logo, a count-down and "skip" are no notice."""
_DRAWN = 0.1             # share of the window that a leaf without words must have, in a window with hardly any
_CANVAS = 0.3            # the same for a canvas in a window that has words elsewhere
_UNNAMED = 6             # pictures of buttons that are read at most
_BOX_AS_LETTER = re.compile(r"^[□■☐☑☒✅✓✔√口◻▢○●◯]\s*(?=\S{4})")    # what a box is taken for before its text
_GLUED = re.compile(r"^I(?=(?:agree|accept|disagree|consent|understand|decline|refuse|acknowledge|do|have)\b)", re.IGNORECASE)
_BARE = Length(han=12, other=36)
_PUNCTUATED = re.compile(r"[,:;。.!?]\s*\S")
_TAKEN = "read from the picture"
_BLACK = Note("picture_black", "every pixel is black, as of a window with FLAG_SECURE")

Weigh = Callable[[Sequence[Node]], Reading]


@dataclass
class _Marks:
    """Which controls came from the picture: by bounds and text, the confidence, and whether a node takes their taps."""

    sure: dict[tuple[Bounds, str], float] = field(default_factory=dict)
    taken: dict[tuple[Bounds, str], bool] = field(default_factory=dict)
    unknown: set[Bounds] = field(default_factory=set)       # boxes whose state the picture does not show

    def add(self, node: Node, sure: float, taken: bool) -> None:
        self.sure[node.bounds, node.text[:200]] = sure
        self.taken[node.bounds, node.text[:200]] = taken

    def told(self, control: FoundControl) -> FoundControl:
        key = (control.bounds, control.text)
        if key not in self.sure:
            return control
        why = f"{control.why}; " if control.why else ""
        return replace(control, read_from="picture", tappable=self.taken[key],
                       checked=None if control.bounds in self.unknown else control.checked,
                       why=f"{why}{_TAKEN}, confidence {self.sure[key]:.2f}")


def asks_for_picture(window: Node, surface: Surface, phrases: Phrases) -> bool:
    """Whether the hierarchy of an app's window leaves open what a picture could tell."""
    if silent_region(window) is not None:
        return True
    if not any(phrases.topics[topic].search(surface.body) for topic in ("PRIVACY_DOCUMENT", "asks_consent")):
        return False
    return any(c.role == "checkbox" and c.checked is None for c in surface.controls) or bool(_unnamed(window))


def silent_region(window: Node) -> Bounds | None:
    """The part of a window that shows something and has no words, or hardly any."""
    if window.area == 0:
        return None
    said: list[tuple[int, Node]] = []
    leaves: list[Node] = []
    for node in window.walk():
        if node.label:
            said.append((len(node.label.replace(" ", "")), node))
        elif not node.children and node.area:
            leaves.append(node)
    letters = sum(count for count, _ in said)
    if letters <= FEW:
        wordless = any(leaf.area >= _DRAWN * window.area for leaf in leaves)
        return window.bounds if wordless else None
    for leaf in leaves:
        if leaf.area < _CANVAS * window.area or not leaf.cls.endswith(CANVASES):
            continue
        if sum(count for count, node in said if _inside(node.bounds, leaf.bounds)) <= FEW:
            return leaf.bounds
    return None


def completed(
    shown: Sequence[Node], reading: Reading, package: str | None, picture: bytes | Picture, ocr: Ocr | None,
    phrases: Phrases, weigh: Weigh,
) -> Reading:
    """The reading of a hierarchy that asks for a picture, with what the picture tells. `shown`: its windows."""
    from harness.screens.ocr import engine
    from harness.screens.picture import PictureUnreadable, decode, fitted

    if isinstance(picture, bytes):
        try:
            picture = decode(picture)
        except PictureUnreadable as bad:
            return _without(reading, Note("picture_unreadable", str(bad)))
    if picture.is_black:
        return _without(reading, _BLACK)
    fitting, note = fitted(picture, [window.bounds for window in shown])
    if fitting is None:
        assert note is not None
        return _without(reading, note)
    notes = [note] if note is not None else []
    marks = _Marks()
    found = 0
    for window in shown:
        if package is not None and window.package != package:
            continue
        found += _enrich(window, _elsewhere(window, shown, package), fitting, ocr or engine(), phrases, marks)
    again = weigh(shown)
    controls = tuple(_with_state(marks.told(c), fitting) for c in again.controls)
    from_picture = found > 0 and (not again.controls or any(c.read_from == "picture" for c in controls) or again.kind == "other")
    if not found and any(silent_region(w) for w in shown):
        notes.append(Note("drawn_without_words", "a part of the screen has no words in the hierarchy, and none were read there"))
    reason = f"{again.reason}; {_TAKEN}" if from_picture else again.reason
    return replace(again, controls=controls, reason=reason, read_from="picture" if from_picture else "hierarchy",
                   wants_picture=False, notes=(*reading_notes(reading), *notes))


def note_of(picture: bytes | Picture, tops: list[Bounds]) -> Note | None:
    """What must be known of a picture that is not read, but measured: None where it fits as it is."""
    from harness.screens.picture import PictureUnreadable, decode, fitted

    try:
        seen = decode(picture) if isinstance(picture, bytes) else picture
    except PictureUnreadable as bad:
        return Note("picture_unreadable", str(bad))
    return _BLACK if seen.is_black else fitted(seen, tops)[1]


def reading_notes(reading: Reading) -> tuple[Note, ...]:
    """The notes of the reading without a picture that hold with one."""
    return tuple(note for note in reading.notes if note.kind != "words_missing")


def _without(reading: Reading, note: Note) -> Reading:
    return replace(reading, notes=(*reading.notes, note))


def _elsewhere(window: Node, shown: Sequence[Node], package: str | None) -> list[Bounds]:
    """Bounds of other windows that lie over this one: their words are not its own."""
    return [
        other.bounds for other in shown
        if other is not window and ((package is not None and other.package != package) or other.area < window.area)
    ]


def _enrich(
    window: Node, elsewhere: Sequence[Bounds], picture: Picture, ocr: Ocr, phrases: Phrases, marks: _Marks
) -> int:
    """Adds to the window what the picture says there. How many lines that were."""
    taps = [node.bounds for node in window.walk() if node.clickable or node.checkable]
    found = 0
    region = silent_region(window)
    unnamed = [] if region is not None else _unnamed(window)
    if region is not None:
        lines = [line for line in _lines_in(region, picture, ocr) if not _covered(line.bounds, elsewhere)]
        found += len(lines)
        for node, sure in _nodes_of(lines, region, picture, window.package, phrases, marks):
            node.parent = window
            window.children.append(node)
            marks.add(node, sure, any(_inside(node.bounds, tap) for tap in taps))
    for node in unnamed:
        lines = _lines_in(node.bounds, picture, ocr)
        if lines:
            found += 1
            node.text = " ".join(line.text for line in lines)
            marks.add(node, min(line.confidence for line in lines), True)
    return found


def _unnamed(window: Node) -> list[Node]:
    """Controls that are pictures of buttons: no text, no description, and the shape of a button."""
    def like_a_button(node: Node) -> bool:
        return (node.clickable and not node.checkable and not node.children and not node.label
                and node.height >= 24 and 1.4 * node.height <= node.width <= 14 * node.height
                and node.area <= 0.2 * window.area)

    return [node for node in window.walk() if like_a_button(node)][:_UNNAMED]


def _lines_in(region: Bounds, picture: Picture, ocr: Ocr) -> list[Line]:
    from harness.screens.picture import Picture as Part

    clipped = picture.clip(region)
    if clipped == (0, 0, picture.width, picture.height):
        return list(ocr.lines(picture))
    pixels = picture.part(region)
    if not pixels.size:
        return []
    return [replace(line, bounds=_moved(line.bounds, clipped[0], clipped[1])) for line in ocr.lines(Part(pixels))]


def _nodes_of(
    lines: Sequence[Line], region: Bounds, picture: Picture, package: str, phrases: Phrases, marks: _Marks
) -> Iterable[tuple[Node, float]]:
    """Nodes for lines: tick boxes with their text, buttons, texts with the links in them."""
    from harness.screens import boxes, ticks

    prose: list[Line] = []
    for line in (replace(line, text=_GLUED.sub("I ", _BOX_AS_LETTER.sub("", line.text))) for line in lines):
        folded = fold(line.text)
        if phrases.box_text.search(folded):
            box = ticks.beside(picture, line.bounds, region)
            if box is not None:
                if box[1] == "unknown":
                    marks.unknown.add(box[0])
                yield _node("CheckBox", line.text, box[0], package, checkable=True, checked=box[1] == "ticked"), line.confidence
                yield _node("TextView", line.text, line.bounds, package), line.confidence
                yield from _links(line, package, phrases)
                continue
        if phrases.caption.exceeded_by(caption(line.text)):
            prose.append(line)
            continue
        drawn = boxes.around(picture, line.bounds, region)
        if drawn is not None and sum(_inside(other.bounds, drawn) for other in lines) == 1:
            yield _node("Button", line.text, drawn, package, clickable=True), line.confidence
        elif _is_bare_caption(line.text, phrases) and not any(_runs_on(line, other) for other in lines):
            yield _node("TextView", line.text, line.bounds, package, clickable=True), line.confidence
        else:
            prose.append(line)
    for paragraph in _paragraphs(prose):
        sure = min(line.confidence for line in paragraph)
        yield _node("TextView", _joined(paragraph), _around(paragraph), package), sure
        for line in paragraph:
            yield from _links(line, package, phrases)


def _is_bare_caption(text: str, phrases: Phrases) -> bool:
    """Whether a text without a box round it may be a control: short, no sentence, and with words that do something."""
    said = caption(text)
    return not (_BARE.exceeded_by(said) or _PUNCTUATED.search(said)) and role_of(text, phrases)[0] != "other"


def _links(line: Line, package: str, phrases: Phrases) -> Iterable[tuple[Node, float]]:
    """Names of documents in 《》 within a line: where each stands is told from the widths of what is before it."""
    total = sum(map(_width, line.text))
    start = line.text.find("《")
    while start >= 0 and total:
        end = line.text.find("》", start)
        if end < 0:
            break
        name = line.text[start:end + 1]
        if role_of(name, phrases)[0] == "link_policy":
            left, top, right, bottom = line.bounds
            scale = (right - left) / total
            x = left + scale * sum(map(_width, line.text[:start]))
            place = (round(x), top, round(x + scale * sum(map(_width, name))), bottom)
            yield _node("TextView", name, place, package, clickable=True), line.confidence
        start = line.text.find("《", end)


def _width(character: str) -> float:
    return 1.0 if ord(character) > 0x2e7f else 0.55


def _runs_on(line: Line, other: Line) -> bool:
    """Whether two lines are of one text: one under the other, close, of one size, beginning at one place."""
    if line is other:
        return False
    height = line.bounds[3] - line.bounds[1]
    upper, lower = sorted((line.bounds, other.bounds), key=lambda b: b[1])
    alike = 0.7 <= (other.bounds[3] - other.bounds[1]) / max(1, height) <= 1.4
    return alike and lower[1] - upper[3] <= 0.6 * height and lower[1] > upper[1] and abs(upper[0] - lower[0]) <= 1.2 * height


def _paragraphs(lines: Sequence[Line]) -> list[list[Line]]:
    out: list[list[Line]] = []
    for line in lines:
        if out and _runs_on(out[-1][-1], line):
            out[-1].append(line)
        else:
            out.append([line])
    return out


def _joined(lines: Sequence[Line]) -> str:
    text = lines[0].text
    for line in lines[1:]:
        close = text[-1:] > "\u2e7f" or line.text[:1] > "\u2e7f"
        text += line.text if close else f" {line.text}"
    return text


def _around(lines: Sequence[Line]) -> Bounds:
    return (min(line.bounds[0] for line in lines), min(line.bounds[1] for line in lines),
            max(line.bounds[2] for line in lines), max(line.bounds[3] for line in lines))


def _with_state(control: FoundControl, picture: Picture) -> FoundControl:
    """A box whose node does not tell, with what its pixels tell."""
    if control.role != "checkbox" or control.checked is not None or control.read_from == "picture":
        return control
    from harness.screens.ticks import state_at

    said = state_at(picture, control.bounds)
    if said == "unknown":
        return control
    return replace(control, checked=said == "ticked", why=f"{control.why}; {said} by its picture")


def _node(
    cls: str, text: str, bounds: Bounds, package: str, *, clickable: bool = False, checkable: bool = False, checked: bool = False
) -> Node:
    return Node(
        cls=f"picture.{cls}", package=package, text=text, description="", hint="", resource_id="", bounds=bounds,
        checkable=checkable, checked=checked, clickable=clickable, enabled=True, focusable=False, focused=False,
        scrollable=False, password=False, selected=False,
    )  # fmt: skip


def _covered(bounds: Bounds, elsewhere: Sequence[Bounds]) -> bool:
    x, y = (bounds[0] + bounds[2]) // 2, (bounds[1] + bounds[3]) // 2
    return any(left <= x < right and top <= y < bottom for left, top, right, bottom in elsewhere)


def _inside(bounds: Bounds, outer: Bounds) -> bool:
    return _covered(bounds, [outer])


def _moved(bounds: Bounds, x: int, y: int) -> Bounds:
    return (bounds[0] + x, bounds[1] + y, bounds[2] + x, bounds[3] + y)
