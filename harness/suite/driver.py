"""Acts on the screen as a user would: agree, refuse and follow where that leads, answer the system's dialogs.

What a control does is first guessed from its words; what it did is told from the screen after the tap. Every
tap is a step with the control it hit; every screen that comes up is journalled.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar, Protocol, TypeAlias

from harness.capture.screen import ScreenCapture, Seen, as_control
from harness.errors import HarnessError
from harness.model import GapKind, Stage
from harness.screens.reading import NOTICE_KINDS, FoundControl, Reading
from harness.suite import agreeing, declining, refusing
from harness.suite.limits import Limits
from harness.suite.prompts import Prompts
from harness.suite.refusing import Dismissal, Refusal
from harness.suite.steps import Steps

Sight: TypeAlias = Seen[Reading]

_BEFORE = frozenset({
    "system_crash", "ad_popup", "update_prompt", "rating_prompt", "youth_mode", "marketing_push_prompt", "cookie_banner",
})  # fmt: skip
"""Kinds of screens that may stand before a notice and are declined; a hang is waited for."""
_ANSWERS = {
    "allow": ("allow_foreground", "allow", "allow_once", "allow_selected"),
    "once": ("allow_once", "allow_foreground", "allow", "allow_selected"),
    "deny": ("deny",),
    "deny_forever": ("deny",),
}
"""Roles of the system's buttons for each answer, the best first."""


class NotReached(HarnessError):
    """What the scenario needed did not come up. The run goes on; what depends on it is INCONCLUSIVE."""

    exit_status = 3


class Hands(Protocol):
    """What touches the device."""

    def tap(self, x: int, y: int) -> None: ...

    def swipe(self, x: int, y: int, x2: int, y2: int, seconds: float) -> None: ...

    def press(self, key: str) -> None:
        """`key`: back, home, recent, ... as uiautomator2 names them."""

    def type(self, text: str) -> None:
        """Puts the text into the field that has the focus, in the place of what is in it."""

    def long_tap(self, x: int, y: int, seconds: float) -> None: ...


def swipe_through(hands: Hands, reading: Reading, direction: str = "down") -> None:
    """Draws a finger over most of what the controls of a page take up; `down` shows what stands below."""
    boxes = [c.bounds for c in (*reading.controls, *reading.fields)] or [(0, 0, 1000, 1600)]
    left, right = min(b[0] for b in boxes), max(b[2] for b in boxes)
    top, bottom = min(b[1] for b in boxes), max(b[3] for b in boxes)
    x = (left + right) // 2
    upper, lower = top + (bottom - top) // 5, bottom - (bottom - top) // 5
    if lower - upper < 200:
        upper, lower = max(20, upper - 400), lower + 100
    begin, end = (lower, upper) if direction == "down" else (upper, lower)
    hands.swipe(x, begin, x, end, 0.3)


class Life(Protocol):
    """Whether the app's processes are there."""

    def is_running(self) -> bool: ...


@dataclass(frozen=True)
class PolicyNotice:
    """A notice that asks for consent to a policy, as it stands on the screen."""

    kinds: ClassVar[tuple[str, ...]] = NOTICE_KINDS
    name: ClassVar[str] = "privacy notice"
    opens: ClassVar[Stage] = Stage.AFTER_AGREE
    seen: Sight


@dataclass(frozen=True)
class PermissionDialog:
    """The system's own question for a permission."""

    kinds: ClassVar[tuple[str, ...]] = ("system_permission",)
    name: ClassVar[str] = "permission dialog"
    opens: ClassVar[Stage] = Stage.AFTER_PERMISSION_DENIAL
    seen: Sight


Expected: TypeAlias = type[PolicyNotice] | type[PermissionDialog]


class UiDriver:
    """The user of the scenarios."""

    def __init__(
        self,
        capture: ScreenCapture[Reading],
        steps: Steps,
        hands: Hands,
        life: Life,
        package: str,
        limits: Limits,
        monotonic: Callable[[], float],
        prompts: Prompts | None = None,
    ) -> None:
        self.prompts = prompts or Prompts(steps, package)
        capture.told = self.prompts.see
        self.capture = capture
        self.steps = steps
        self.hands = hands
        self.package = package
        self.limits = limits
        self.came_from: str | None = None
        """The package that was in front before the app was launched: where its end leads back to."""
        self.density: int | None = None
        """Dots per inch of the screen, where the device tells."""
        self._life = life
        self._monotonic = monotonic

    def look(self) -> Sight | None:
        """The screen as it is now, at rest."""
        return self.capture.take(self.limits.settle)

    def expect(self, what: Expected, timeout: float | None = None) -> PolicyNotice | PermissionDialog:
        """Waits until it is on the screen. What the system asks before is denied, and what else wants an answer is declined
        once, so that the notice can show.

        Raises NotReached, with the gap that says so, where it does not come.
        """
        until = self._monotonic() + (self.limits.notice if timeout is None else timeout)
        began = self.steps.clock()
        seen = self.look()
        declined: set[str] = set()
        while True:
            if seen is not None and seen.reading.kind in what.kinds:
                return what(seen)
            if seen is not None and seen.reading.kind == "system_permission":
                seen = self.answer(seen, "deny")
                continue
            if seen is not None and seen.reading.kind == "system_crash" and not seen.reading.with_role("later"):
                self.dismiss(seen)
                raise self.not_reached(what, "the app crashed", began)
            if seen is not None and seen.reading.kind in _BEFORE and seen.fingerprint not in declined:
                declined.add(seen.fingerprint)
                seen = self.dismiss(seen)
                continue
            left = until - self._monotonic()
            if left <= 0:
                raise self.not_reached(what, "it did not come up", began)
            if not self._life.is_running():
                raise self.not_reached(what, "the app has no process any more", began)
            self.capture.watch(min(left, 1.0), stop=lambda s: s.reading.kind != "other")
            seen = self.capture.last

    def find(self, what: Expected) -> PolicyNotice | PermissionDialog | None:
        """As `expect`, but an app that shows nothing of the kind and still runs is gone on with: None, with the gap
        that says so, and from then on the stage consent_unresolved."""
        try:
            return self.expect(what)
        except NotReached:
            if not self._life.is_running():
                raise
        with self.steps.act("note", f"no {what.name}: going on without", opens=Stage.CONSENT_UNRESOLVED):
            pass
        return None

    def not_reached(self, what: Expected, why: str, began: int) -> NotReached:
        """The error for what did not come up, with its gap and its step written."""
        detail = f"No {what.name} was reached in scenario {self.steps.scenario}: {why}."
        if self.capture.last is not None:
            shown = self.capture.last.event
            detail += f" The last screen was {shown.id}, its picture {shown.screenshot}."
        self.steps.gap(GapKind.NOT_REACHED, detail, subject=f"{what.opens} {self.steps.scenario}", from_ns=began)
        with self.steps.act("expect", what.name) as act:
            act.outcome = "not_reached"
        return NotReached(
            detail, "The app may show none, show it elsewhere, or draw it so that its hierarchy says nothing.",
            "Look at the last screen of the scenario; an app file can name the way to the notice.")

    def agree(self, notice: PolicyNotice) -> Sight | None:
        """Agrees, ticking what must be ticked first, and to further notices that follow (harness.suite.agreeing). The screen
        after it.

        The first agreeing tap opens the stage after_agree. Raises NotReached where the notice stays, and without a tap where
        the control to agree stays disabled.
        """
        return agreeing.agree(self, notice.seen)

    def wait_until(
        self, seen: Sight, done: Callable[[Sight], bool], seconds: float, meanwhile: Callable[[Sight], None] = lambda seen: None
    ) -> Sight | None:
        """Looks on until `done` says so of a screen, for that long at most. `meanwhile` is done before each look. The screen as
        it is then."""
        until = self._monotonic() + seconds
        current: Sight | None = seen
        while current is not None and not done(current) and self._monotonic() < until:
            meanwhile(current)
            before = current.fingerprint
            self.capture.watch(1.0, stop=lambda s, b=before: s.fingerprint != b)    # type: ignore[misc]
            current = self.capture.last
        return current

    def scroll(self, seen: Sight, direction: str = "down") -> Sight | None:
        """Moves what the page shows on, by most of its height; `down` shows what stands below. The screen after it, the
        same where the page is at its end."""
        with self.steps.act("swipe", "up" if direction == "down" else "down", screen=seen.event.id):
            swipe_through(self.hands, seen.reading, direction)
        return self.capture.take_other_than(seen.fingerprint, min(1.0, self.limits.settle))

    def tap_at(self, x: int, y: int, seen: Sight, what: str, *, detail: dict[str, object] | None = None) -> Sight | None:
        """Taps a place that is no control: beside a dialog, beside a close button. The screen after it."""
        with self.steps.act("tap", what, screen=seen.event.id, detail={"x": x, "y": y, **(detail or {})}):
            self.hands.tap(x, y)
        return self.capture.take_other_than(seen.fingerprint, self.limits.settle)

    def type(self, field: FoundControl, text: str, seen: Sight, *, secret: str = "") -> Sight | None:
        """Writes into a field. `secret`: what the journal has in the place of the text."""
        here = self.tap(field, seen, patience=1.0) or seen
        said = secret or text
        with self.steps.act("type", field.text or field.resource_id, control=as_control(field), screen=here.event.id,
                            detail={"text": said}):
            self.hands.type(text)
        return self.capture.take_other_than(here.fingerprint, min(2.0, self.limits.settle))

    def scroll_text(self, seen: Sight) -> None:
        """Moves the text of a notice on, above the controls that answer it."""
        tops = [c.bounds[1] for c in seen.reading.controls if c.role in ("agree", "refuse")]
        lefts = [c.bounds[0] for c in seen.reading.controls] or [0]
        rights = [c.bounds[2] for c in seen.reading.controls] or [1000]
        x, bottom = (min(lefts) + max(rights)) // 2, max(40, min(tops, default=1200) - 60)
        with self.steps.act("swipe", "up", screen=seen.event.id):
            self.hands.swipe(x, bottom, x, max(20, bottom // 3), 0.2)

    def refuse(self, notice: PolicyNotice, by: str | Sequence[str] = ()) -> Refusal:
        """Refuses the notice and every one that asks again, to the end (harness.suite.refusing). `by`: the text or id of the
        control to tap; of several, one for each notice in a row, "" for the one that the driver chooses by itself.

        Raises NotReached where the notice has no control of that name.
        """
        return refusing.refuse(self, notice, (by,) if isinstance(by, str) else tuple(by))

    def dismiss_notice(self, notice: PolicyNotice, how: str) -> Dismissal:
        """Leaves the notice without an answer: `back`, a tap `outside` of it, or `wait` (harness.suite.refusing)."""
        return refusing.dismiss_notice(self, notice, how)

    def is_running(self) -> bool:
        """Whether the app has a process."""
        return self._life.is_running()

    def is_in_front(self, seen: Sight | None) -> bool:
        """Whether the app runs and this screen is its own, or a question of the system to it."""
        if not self._life.is_running():
            return False
        if seen is None:
            return True
        return seen.reading.package == self.package or seen.reading.kind == "system_permission"

    def answer(self, seen: Sight, how: str) -> Sight | None:
        """Answers one dialog of the system: `allow`, `once`, `deny`, or `deny_forever` (and does not want to be asked again,
        where the dialog offers that). The screen after it.

        A denial opens after_permission_denial where the user had agreed before, or no notice asked for that; elsewhere
        the stricter stage goes on.
        """
        denies = how in ("deny", "deny_forever")
        choices = seen.reading.with_role(*_ANSWERS[how])
        if not choices:
            return self.back(seen)
        agreed = self.steps.base in (Stage.AFTER_AGREE, Stage.AFTER_PERMISSION_DENIAL, Stage.CONSENT_UNRESOLVED)
        opens = Stage.AFTER_PERMISSION_DENIAL if denies and agreed else None
        detail: dict[str, object] = {"answers": seen.event.id, "permission": seen.reading.permission}
        chosen = choices[0]
        if denies:
            self.prompts.refuse(seen.reading)
        if how == "deny_forever":
            chosen, seen, detail["forever"] = self._forever(choices, seen)
        return self.tap(chosen, seen, opens=opens, detail=detail)

    def _forever(self, choices: Sequence[FoundControl], seen: Sight) -> tuple[FoundControl, Sight, bool]:
        """The denial that is not asked about again: a button of its own, or a box that is ticked first."""
        own = [c for c in choices if "dont_ask_again" in c.resource_id]
        if own:
            return own[0], seen, True
        boxes = [c for c in seen.reading.with_role("checkbox") if c.checked is False]
        if not boxes:
            return choices[0], seen, False
        after = self.tap(boxes[0], seen, patience=1.0)
        again = after.reading.with_role("deny") if after is not None else ()
        return (again[0], after, True) if again and after is not None else (choices[0], seen, False)

    def answer_all(self, how: str, seen: Sight | None = None) -> list[Sight]:
        """Answers the system's dialogs until none is left, and none has come for the profile's `second` after an answer: some
        apps ask for the next a moment later. The screens that were answered, in order."""
        answered: list[Sight] = []
        current = seen if seen is not None else self.look()
        while current is not None and current.reading.kind == "system_permission":
            if len(answered) >= self.limits.dialogs:
                self.steps.gap(
                    GapKind.NOT_REACHED,
                    f"{len(answered)} dialogs of the system came in a row; the rest was left unanswered.")
                break
            answered.append(current)
            current = self.answer(current, how)
            if current is not None and current.reading.kind == "other" and self._life.is_running():
                self.capture.watch(self.limits.second, stop=lambda s: s.reading.kind != "other")
                current = self.capture.last
        return answered

    def dismiss(self, seen: Sight) -> Sight | None:
        """Gets a dialog that no scenario asked for out of the way, politely (harness.suite.declining): close, later, refuse,
        else back."""
        return declining.politely(self, seen, seen.reading.kind)

    def tap(
        self,
        control: FoundControl,
        seen: Sight,
        *,
        opens: Stage | None = None,
        detail: dict[str, object] | None = None,
        patience: float | None = None,
    ) -> Sight | None:
        """Taps the middle of a control; the screen after it, at rest."""
        x, y = control.centre
        with self.steps.act("tap", control.text or control.resource_id or control.role,
                            control=as_control(control), screen=seen.event.id, opens=opens, detail=detail):
            self.hands.tap(x, y)
        return self.capture.take_other_than(seen.fingerprint, self.limits.settle if patience is None else patience)

    def back(self, seen: Sight | None = None) -> Sight | None:
        """Presses back; the screen after it, at rest."""
        before = seen if seen is not None else self.look()
        with self.steps.act("back", screen=before.event.id if before else None):
            self.hands.press("back")
        if before is None:
            return self.look()
        return self.capture.take_other_than(before.fingerprint, self.limits.settle)

    def with_limits(self, **changes: float) -> UiDriver:
        """The same user with other limits, for one scenario's own needs."""
        made = UiDriver(self.capture, self.steps, self.hands, self._life, self.package,
                        replace(self.limits, **changes), self._monotonic, self.prompts)  # type: ignore[arg-type]
        made.density, made.came_from = self.density, self.came_from
        return made
