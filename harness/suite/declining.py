"""Dialogs that nobody wanted, answered as a user would: declined, and what that did is the fact `interruption`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.screens.phrases import fold

if TYPE_CHECKING:
    from harness.suite.driver import Sight, UiDriver

POLITE = ("close", "skip", "later", "refuse", "limited_mode")
"""Roles of what declines without ending anything, the plainest first."""


class Rationales:
    """The app's own questions before the system's: yes the first time, so that the system's comes, then no."""

    def __init__(self, user: UiDriver) -> None:
        self._user = user
        self._answered: set[str] = set()

    def answer(self, seen: Sight) -> Sight | None:
        again = seen.fingerprint in self._answered
        self._answered.add(seen.fingerprint)
        choices = seen.reading.with_role("agree") if not again else ()
        choices = choices or seen.reading.with_role("refuse", "later", "close") or seen.reading.with_role("agree")
        return self._user.tap(choices[0], seen) if choices else self._user.back(seen)


def politely(user: UiDriver, seen: Sight, what: str, *, tap: str = "") -> Sight | None:
    """Declines what is in the way, in the words that it offers, else by the back key, and tells what came of it by the fact
    `interruption`: `gone`, `stays`, `opens` (what it opened is another page or app than the one it stood on) or `exits`."""
    if what == "system_crash":
        what = "anr" if seen.reading.with_role("later") else "crash"
    roles = {"crash": ("close",), "anr": ("later", "close")}.get(what, (*POLITE, "exit"))
    named = [c for c in seen.reading.controls if tap and fold(tap) in fold(c.text)]
    buttons = [c for c in seen.reading.controls if c.text and c.role not in ("settings", "link_policy", "checkbox")]
    only = buttons if what == "unknown_dialog" and len(buttons) == 1 else []
    choices = named or list(seen.reading.with_role(*roles)) or only
    tried = choices[0].text or choices[0].role if choices else "back"
    user.prompts.refuse(seen.reading)
    after = user.tap(choices[0], seen) if choices else user.back(seen)
    outcome = "gone"
    if not user.is_in_front(after):
        left = after is not None and after.reading.package == user.came_from
        outcome = "exits" if left or not user.is_running() else "opens"
    elif after is not None and after.fingerprint == seen.fingerprint:
        outcome = "stays"
        if choices and what not in ("crash", "anr"):
            tried, after = f"{tried}, back", user.back(seen)
            outcome = "stays" if after is not None and after.fingerprint == seen.fingerprint else "gone"
    elif choices and what == "ad_popup" and choices[0].role == "close" and _elsewhere(seen, after):
        outcome = "opens"
    user.steps.fact(
        "interruption", kind=what, screen=seen.event.id, picture=seen.event.screenshot, tried=tried, outcome=outcome,
        opens=after.event.id if outcome == "opens" and after is not None else None,
        false_close=outcome == "opens" and bool(choices) and choices[0].role == "close")
    if outcome == "opens" and after is not None:
        return user.back(after)
    return after


def _elsewhere(seen: Sight, after: Sight | None) -> bool:
    return after is not None and after.event.activity is not None and after.event.activity != seen.event.activity
