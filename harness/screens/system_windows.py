"""Windows of the system itself: the permission dialog and the crash dialog, told by their package."""

from __future__ import annotations

from harness.screens.controls import role_of
from harness.screens.hierarchy import Node
from harness.screens.phrases import Phrases, caption, fold
from harness.screens.reading import FoundControl, Reading

_LIKE = {"agree": "allow", "refuse": "deny"}
"""What an answer that has no words of its own here is called on a permission dialog."""
_GRANTS = {"allow", "allow_once", "allow_foreground", "allow_selected"}


def read_permission(window: Node, owner: str, phrases: Phrases) -> Reading:
    """A window of a package that grants permissions. Its settings pages and installers are "other"."""
    controls: list[FoundControl] = []
    for node in window.walk():
        if not (node.clickable or node.checkable) or node.area == 0:
            continue
        text = node.spoken()
        role = phrases.system_ids.get(node.short_id)
        why = f"id {node.short_id}" if role else ""
        if role is None and not phrases.caption.exceeded_by(caption(text)):
            role, why = _by_text(text, phrases)
        if node.checkable and (node.cls.endswith("CheckBox") or "ask" in node.short_id):
            role = "checkbox"
        controls.append(FoundControl(
            text=text[:200], role=role or "other",
            bounds=node.bounds, resource_id=node.resource_id, package=node.package,
            checked=node.checked if node.checkable else None, enabled=node.enabled, why=why,
        ))
    roles = {c.role for c in controls}
    message = _message(window, phrases)
    if not (roles & _GRANTS and "deny" in roles) or len(controls) > 10:
        return Reading(kind="other", reason=f"a window of {owner} that asks for no permission",
                       controls=tuple(controls), package=owner)
    folded = fold(message)
    for pattern in phrases.message_tail:
        match = pattern.search(folded)
        if match:
            folded = match.group(1)
            break
    group = next((name for name, pattern in phrases.groups if pattern.search(folded)), None)
    return Reading(kind="system_permission", reason=f"a window of {owner}: {message[:120]!r}",
                   controls=tuple(controls), permission=group, package=owner)


def _by_text(text: str, phrases: Phrases) -> tuple[str | None, str]:
    said = caption(text)
    for role, pattern in phrases.system_texts:
        match = pattern.search(said)
        if match:
            return role, match.group(0)
    role, weak, words = role_of(text, phrases)
    return (None, "") if weak or role not in _LIKE else (_LIKE[role], words)


def _message(window: Node, phrases: Phrases) -> str:
    """What the dialog says, from the texts with the known ids, else from all that is no button."""
    named = [n.label for n in window.walk() if n.label and n.short_id in phrases.message_ids]
    if named:
        return " ".join(named)
    return " ".join(n.label for n in window.walk() if n.label and n.pressable() is None)


def read_crash(window: Node, owner: str, phrases: Phrases) -> Reading | None:
    """The dialog of an app that crashed or hangs, or None where the window is something else."""
    said = next((n.label for n in window.walk() if n.label and phrases.crash.search(fold(n.label))), None)
    ids = phrases.crash_ids
    if said is None and any(node.short_id in ids for node in window.walk()):
        said = next((n.label for n in window.walk() if n.label), "")
    if said is None:
        return None
    controls = []
    for node in window.walk():
        if not node.clickable or node.area == 0:
            continue
        text = node.spoken()
        told = next((r for pattern, r in phrases.crash_buttons if pattern.search(caption(text))), "other")
        role = ids.get(node.short_id, told)
        controls.append(FoundControl(
            text=text[:200], role=role, bounds=node.bounds, resource_id=node.resource_id,
            package=node.package, enabled=node.enabled,
        ))
    return Reading(kind="system_crash", reason=f"the system says {said[:120]!r}",
                   controls=tuple(controls), package=owner)
