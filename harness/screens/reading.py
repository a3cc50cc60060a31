"""What the recogniser says of a screen, and the controls it found there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from harness.screens.hierarchy import Bounds

NOTICE_KINDS = ("policy_consent", "policy_second_chance")


@dataclass(frozen=True, slots=True)
class Note:
    """What must be known of how a screen was read. `kind`, open: picture_scaled, picture_size_unproven,
    picture_other_size, picture_black, picture_unreadable (those three: the picture was not used), words_missing (a part of
    the screen has no words in the hierarchy, and no picture told them), drawn_without_words (its picture has none either),
    bounds_unreadable (nodes without a place: a control may be among them that is not listed)."""

    kind: str
    detail: str


@dataclass(frozen=True, kw_only=True)
class FoundControl:
    """A control of a screen. `bounds`: left, top, right, bottom in pixels.

    `checked`: state of a checkbox; None for other controls and where a custom-drawn box does not tell.
    `why`: the words or the id that gave the role. `tappable`: a node that takes taps; false for text whose
    link has no node of its own, and for what was read from the picture, so that a tap in its middle is the best that
    can be done. `read_from`: "hierarchy" or "picture"; a box may have its text from one and its state from the other.
    """

    text: str
    role: str
    bounds: Bounds
    resource_id: str = ""
    package: str = ""
    checked: bool | None = None
    enabled: bool = True
    tappable: bool = True
    weak: bool = False
    why: str = ""
    read_from: str = "hierarchy"

    @property
    def centre(self) -> tuple[int, int]:
        left, top, right, bottom = self.bounds
        return ((left + right) // 2, (top + bottom) // 2)


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What a screen is. `readable` is false where the hierarchy could not be parsed: then nothing is known, and "other" is not
    a statement about the app. `fields`: what can be written in, with role "input". `permission`: a group of
    android.Manifest.permission_group. `text`: what the window says, one line for each text. `wants_picture`: the hierarchy
    leaves open what only the picture could tell, and no usable picture was given. `scrolls`: a part of the window says that
    it has more than it shows. `bare_texts`: short texts beside a notice's agreement that nobody can tell whether they answer it,
    where nothing else refuses."""

    kind: str
    reason: str
    controls: tuple[FoundControl, ...] = ()
    fields: tuple[FoundControl, ...] = ()
    permission: str | None = None
    package: str | None = None
    readable: bool = True
    text: str = ""
    read_from: str = "hierarchy"
    wants_picture: bool = False
    scrolls: bool = False
    bare_texts: tuple[str, ...] = ()
    notes: tuple[Note, ...] = ()

    def with_role(self, *roles: str) -> tuple[FoundControl, ...]:
        """The controls of these roles, in the order of the roles, enabled ones first."""
        found = [c for role in roles for c in self.controls if c.role == role]
        return tuple(sorted(found, key=lambda c: (roles.index(c.role), not c.enabled, not c.tappable)))

    @property
    def is_notice(self) -> bool:
        return self.kind in NOTICE_KINDS

    @property
    def words(self) -> str:
        return "\n".join(c.text for c in self.controls if c.text)


def as_json(reading: Reading) -> dict[str, Any]:
    """The form of `harness screen --json` and of the fixtures' expectations."""
    return {
        "kind": reading.kind,
        "reason": reading.reason,
        "permission": reading.permission,
        "read_from": reading.read_from,
        "notes": [{"kind": note.kind, "detail": note.detail} for note in reading.notes],
        "buttons": [
            {"text": c.text, "role": c.role, "bounds": list(c.bounds), "why": c.why, "read_from": c.read_from}
            for c in reading.controls
            if c.role != "checkbox"
        ],
        "checkboxes": [
            {"text": c.text, "checked": c.checked, "bounds": list(c.bounds), "why": c.why, "read_from": c.read_from}
            for c in reading.controls
            if c.role == "checkbox"
        ],
    }
