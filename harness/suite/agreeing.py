"""Saying yes to a notice: the boxes it needs ticked, its count-down waited for, its end scrolled to, then agreed."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from harness.model import Stage
from harness.screens.dark_words import items_in, stands_alone
from harness.screens.reading import FoundControl

if TYPE_CHECKING:
    from harness.suite.driver import Sight, UiDriver

_Belongs = Callable[[str, str], bool]
_GROUPS: tuple[tuple[str, _Belongs], ...] = (
    ("document", lambda text, among: not stands_alone(text, among)),
    ("other", lambda text, among: stands_alone(text, among) and not items_in(text, among)),
    ("item", lambda text, among: stands_alone(text, among) and bool(items_in(text, among))),
)
"""Boxes by what they say, among the words of their screen, those first that agreeing means: a document or all that is said
above; anything else; an item that wants a consent of its own (marketing, ...)."""


def agree(user: UiDriver, notice: Sight) -> Sight | None:
    """Agrees, and to further notices that follow. The screen after it. Raises NotReached where the notice stays, or where the
    control to agree stays disabled: that one is not tapped, and opens no stage."""
    from harness.suite.driver import PolicyNotice

    seen: Sight | None = notice
    tried: set[str] = set()
    for _ in range(user.limits.second_chances + 1):
        if seen is None or not seen.reading.is_notice:
            return seen
        began = user.steps.clock()
        seen = _ready(user, seen, kept=seen.fingerprint in tried)
        if seen is None or not seen.reading.is_notice:
            return seen
        choices = seen.reading.with_role("agree")
        if choices and not choices[0].enabled:
            why = f"the control to agree stayed disabled for {user.limits.enable:g} seconds, and was not tapped"
            raise user.not_reached(PolicyNotice, why, began)
        if not choices:
            choices = seen.reading.with_role("later", "close")     # "look again" leads back to the first notice
        if not choices:
            break
        tried.add(seen.fingerprint)
        seen = user.tap(choices[0], seen, opens=Stage.AFTER_AGREE if choices[0].role == "agree" else None)
    raise user.not_reached(PolicyNotice, "the notice stayed, or offered nothing to agree with", user.steps.clock())


def _ready(user: UiDriver, seen: Sight, *, kept: bool) -> Sight | None:
    """The notice once it can be agreed to, as far as it comes to that. `kept`: a tap on the control to agree kept it."""
    current: Sight | None = seen
    for name, belongs in _GROUPS:
        current, ticked = _tick(user, current, name, belongs, kept=kept)
        if current is None or not current.reading.is_notice or (kept and not ticked):
            continue        # what was kept needs one more group
        if name == "document" or ticked:
            seconds = user.limits.enable if name == "document" else user.limits.settle
            current = user.wait_until(current, lambda s: not _is_blocked(s), seconds, lambda s: _scroll(user, s))
        if current is None or not _is_blocked(current):
            break
    return current


def _tick(
    user: UiDriver, seen: Sight | None, name: str, belongs: _Belongs, *, kept: bool
) -> tuple[Sight | None, bool]:
    """Ticks the empty boxes of a group, and those that do not tell their state where agreeing is blocked."""
    done: set[tuple[str, str]] = set()
    while seen is not None and seen.reading.is_notice:
        blocked = kept or _is_blocked(seen)
        among = seen.reading.text
        box = next((b for b in seen.reading.with_role("checkbox") if belongs(b.text, among) and _wants_tick(b, blocked)
                    and (b.text, b.resource_id) not in done), None)
        if box is None:
            break
        done.add((box.text, box.resource_id))
        detail: dict[str, object] = {"box": name}
        if name != "document":
            detail["why"] = "a tap on the control to agree kept the notice" if kept else "the control to agree stayed disabled"
        seen = user.tap(box, seen, patience=1.0, detail=detail)
    return seen, bool(done)


def _wants_tick(box: FoundControl, blocked: bool) -> bool:
    return box.checked is False or (box.checked is None and blocked)


def _is_blocked(seen: Sight) -> bool:
    agree = seen.reading.with_role("agree")
    return seen.reading.is_notice and bool(agree) and not agree[0].enabled


def _scroll(user: UiDriver, seen: Sight) -> None:
    """To the end of the text, unless the control counts down."""
    text = seen.reading.with_role("agree")[0].text
    if "sec" not in text.lower() and not any(ch.isdigit() for ch in text):
        user.scroll_text(seen)
