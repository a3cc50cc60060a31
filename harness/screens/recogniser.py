"""What a screen is and what its controls do, from a uiautomator hierarchy, and from its picture where that has no words.

`recognise` is a pure function: the same dump and picture give the same reading, whenever a bundle is read again.
Words stand in harness/screens/phrases; here stands how they are weighed. Each label carries the words that
led to it, so that a person can argue with it. A role says what a control's text promises; what a tap on it
really does is judged from behaviour.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from harness.screens.controls import Surface, in_front, panel_of, survey
from harness.screens.hierarchy import HierarchyUnreadable, Node, unplaced, windows
from harness.screens.phrases import Phrases, fold, languages_of, load
from harness.screens.reading import Note, Reading
from harness.screens.seen import asks_for_picture, completed, note_of
from harness.screens.system_windows import read_crash, read_permission
from harness.screens.weighing import weigh_window

if TYPE_CHECKING:
    from harness.screens.ocr import Ocr
    from harness.screens.picture import Picture

_RANK = (
    "system_permission", "system_crash", "policy_second_chance", "policy_consent", "permission_rationale",
    "settings_redirect", "cookie_banner", "youth_mode", "update_prompt", "rating_prompt",
    "marketing_push_prompt", "login", "ad_popup", "other",
)


def recognise(
    hierarchy_xml: str, package: str | None = None, picture: bytes | Picture | None = None, ocr: Ocr | None = None
) -> Reading:
    """Reads a screen. `package`: the app under test; windows of others are not taken for its own. `picture`: its
    screenshot, looked into only where the hierarchy leaves something open (`Reading.wants_picture`), by `ocr`.

    Never raises on any text or picture: what is no hierarchy gives `readable=False`, what is no usable picture a note.
    """
    try:
        found = windows(hierarchy_xml)
    except HierarchyUnreadable as error:
        return Reading(kind="other", reason=f"the hierarchy cannot be read: {error}", readable=False)
    phrases = load()
    shown = [w for w in found if w.package not in phrases.decoration or _is_crash(w, phrases)]
    if not shown:
        return Reading(kind="other", reason="the hierarchy has no window of an app")
    weigh = partial(_weigh, package=package, phrases=phrases)
    reading = weigh(shown)
    if picture is not None and reading.wants_picture:
        reading = completed(shown, reading, package, picture, ocr, phrases, weigh)
    elif picture is not None and (note := note_of(picture, [top.bounds for top in found])) is not None:
        reading = replace(reading, notes=(*reading.notes, note))
    lost, telling = unplaced(found)
    if not lost:
        return reading
    said = f"the bounds of {lost} of {telling} nodes that say something or take a tap cannot be read"
    return replace(reading, notes=(*reading.notes, Note("bounds_unreadable", said)))


def recognise_picture(picture: bytes | Picture, ocr: Ocr | None = None) -> Reading:
    """Reads a screen of which there is a picture only. Raises PictureUnreadable."""
    from harness.screens.picture import decode

    seen = decode(picture) if isinstance(picture, bytes) else picture
    bare = f'<hierarchy><node class="picture" bounds="[0,0][{seen.width},{seen.height}]"/></hierarchy>'
    return recognise(bare, None, seen, ocr)


def _weigh(shown: Sequence[Node], package: str | None, phrases: Phrases) -> Reading:
    readings = [_read(window, package, phrases) for window in shown]
    best = min(range(len(shown)), key=lambda i: (_RANK.index(readings[i].kind), shown[i].area, -i))
    if readings[best].kind != "other":
        return readings[best]
    front = _front(shown, package)
    wants = any(reading.wants_picture for reading in readings)
    return replace(
        readings[front],
        controls=tuple(c for reading in readings for c in reading.controls),
        fields=tuple(f for reading in readings for f in reading.fields),
        wants_picture=wants,
        notes=next((reading.notes for reading in readings if reading.wants_picture), ()),
    )


def _is_crash(window: Node, phrases: Phrases) -> bool:
    return any(
        node.short_id in phrases.crash_ids or (node.label and phrases.crash.search(fold(node.label))) for node in window.walk()
    )


def _front(shown: Sequence[Node], package: str | None) -> int:
    """The window whose reading names a screen of no special kind: focused, else the app's, else the first."""
    for i, window in enumerate(shown):
        if any(node.focused for node in window.walk()):
            return i
    for i, window in enumerate(shown):
        if window.package == package:
            return i
    return 0


def _read(window: Node, package: str | None, phrases: Phrases) -> Reading:
    owner = window.package or next((n.package for n in window.walk() if n.package), "")
    phrases = load(languages_of(fold(" ".join(node.label for node in window.walk() if node.label))))
    if owner in phrases.permission_packages and owner != package:
        return read_permission(window, owner, phrases)
    if owner in phrases.crash_packages and owner != package:
        crash = read_crash(window, owner, phrases)
        if crash is not None:
            return crash
    nodes = in_front(window)
    surface = survey(window, phrases, nodes)
    if owner in phrases.stores and owner != package:
        asked = weigh_window(surface, owner, phrases)
        if asked.kind in ("update_prompt", "rating_prompt"):
            return asked
    if package is not None and owner != package:
        return Reading(kind="other", reason=f"a window of {owner or 'an unnamed package'}, not of the app",
                       controls=surface.controls, fields=surface.fields, package=owner)
    scrolls = any(node.scrollable for node in window.walk())
    reading = replace(weigh_window(surface, owner, phrases), text=surface.body)
    panel = panel_of(window, nodes)
    if panel is not None:
        reading = _of_panel(survey(window, phrases, panel), owner, phrases, reading)
    reading = replace(reading, scrolls=scrolls)
    if not asks_for_picture(window, surface, phrases):
        return reading
    note = Note("words_missing", f"a part of the window of {owner or 'the app'} says in the hierarchy nothing of what it shows")
    reason = note.detail if reading.kind == "other" else reading.reason
    return replace(reading, reason=reason, wants_picture=True, notes=(note,))


def _of_panel(panel: Surface, owner: str, phrases: Phrases, whole: Reading) -> Reading:
    """A panel over a page is what the screen is about, if it is anything; unless the page beneath has the policy it speaks of."""
    reading = replace(weigh_window(panel, owner, phrases), text=panel.body)
    beneath = reading.kind == whole.kind and whole.with_role("link_policy") and not reading.with_role("link_policy")
    return whole if reading.kind == "other" or beneath else reading
