"""Texts beside the agreement of a notice that no node takes taps for: a refusal may be one of them, drawn as a link.

What a button of the same words would be is told as for a button, by the rules and the learned part; what neither
can tell is counted, so that nobody says that a notice has no refusal where a text may be one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from harness.screens.features import of_control
from harness.screens.learned import load as load_model
from harness.screens.reading import FoundControl

ROLES = frozenset({"refuse", "exit", "limited_mode", "later", "skip"})
_ANSWERED = ("refuse", "exit", "limited_mode")
_NEAR = 2.0            # heights of the agreement within which a text is beside it
_FAR = 0.9             # probability from which on the learned part's word is taken for a text that the rules know nothing of
_FAIR = 0.5            # the same where the rules have weak words for it


def answers_of(
    controls: tuple[FoundControl, ...], bare: Sequence[FoundControl], kind: str, prose: str
) -> tuple[tuple[FoundControl, ...], tuple[str, ...]]:
    """The controls of a notice with those of the bare texts that answer it, and the texts below or beside its agreement of which
    nobody can tell. `bare`: with the roles that the rules have. Nothing where a control refuses, or none agrees."""
    agree = next((c for c in controls if c.role == "agree"), None)
    if agree is None or any(c.role in _ANSWERED for c in controls):
        return controls, ()
    found: list[FoundControl] = []
    left: list[str] = []
    taken = {c.bounds for c in controls}
    for text in bare:
        if text.bounds in taken or not _is_near(text, agree) or (text.role == "other" and text.why):
            continue
        told = _told(text, controls, kind, prose)
        if told is not None and told.role not in {c.role for c in found}:
            found.append(told)
        elif told is None and text.role in ("other", *ROLES) and _is_beside(text, agree):
            left.append(text.text)
    return (*controls, *found), () if any(c.role in _ANSWERED for c in found) else tuple(left)


def _told(text: FoundControl, controls: tuple[FoundControl, ...], kind: str, prose: str) -> FoundControl | None:
    """The text with its role, where it answers."""
    if text.role in ROLES and not text.weak:
        return text
    as_button = replace(text, tappable=True, why="")    # the learned part has seen hardly any text that answers
    judged = load_model("roles").judge(of_control(as_button, (*controls, as_button), kind, prose))
    if judged.label not in ROLES or judged.sure < (_FAIR if text.role in ROLES else _FAR):
        return None
    if judged.label == text.role:
        return text
    most = "; ".join(name.partition(":")[2] for name in judged.why[:3])
    return replace(text, role=judged.label, weak=True, why=f"weighed most: {most} (a text without a clickable node)")


def _is_near(text: FoundControl, agree: FoundControl) -> bool:
    height = max(1, agree.bounds[3] - agree.bounds[1])
    return max(text.bounds[1] - agree.bounds[3], agree.bounds[1] - text.bounds[3]) <= _NEAR * height


def _is_beside(text: FoundControl, agree: FoundControl) -> bool:
    """Not above it, where the text of the notice ends."""
    return (text.bounds[1] + text.bounds[3]) // 2 > agree.bounds[1]
