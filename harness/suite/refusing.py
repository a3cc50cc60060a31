"""Saying no to a notice: refusing it to the end, and trying to get rid of it without an answer."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PIL import Image

from harness.capture.screen import as_control
from harness.model import GapKind, Stage
from harness.screens.controls import role_of
from harness.screens.hierarchy import Bounds, HierarchyUnreadable, windows
from harness.screens.phrases import fold, load
from harness.screens.reading import FoundControl
from harness.suite.steps import Act

if TYPE_CHECKING:
    from harness.suite.driver import PolicyNotice, Sight, UiDriver

REFUSING = ("refuse", "limited_mode", "exit", "close", "later", "skip")
"""Roles of the control that refuses, the best first."""
_TRIES = 2
"""Taps on a control that refuses before it is said to have no effect."""
_STEADY = 40
"""Controls of a page at most that are asked whether one of them speaks of a limited mode."""
HOWS = ("wait", "outside", "back")
"""Ways to leave a notice unanswered, those first that change least."""


@dataclass(frozen=True)
class Refusal:
    """Where a refusal led: `continues` in the app, `limited` (the app says that it goes on in a mode of less), `asks_again`
    without end, `exits`, or `no_effect` (nothing was refused: the control did nothing, or stayed disabled).

    `levels`: the kinds of the notices that were refused, one after the other. `shows`: the kind of the screen at its end.
    """

    outcome: str
    levels: tuple[str, ...]
    shows: str = ""


@dataclass(frozen=True)
class Dismissal:
    """What came of leaving a notice unanswered: it `stays`, is `gone`, or the app `exits`."""

    how: str
    outcome: str
    seen: Sight | None


def refuse(user: UiDriver, notice: PolicyNotice, by: Sequence[str] = ()) -> Refusal:
    """Refuses, and every notice that asks again, until the app goes on, ends, or asks without end. `by`: the control to tap on
    each notice, by its text or id; "" or none: the one that refuses best.

    The step "refuse" at the end has the outcome and opens the stage after_refusal, unless that is the stage already: it
    reaches back to the last refusing tap, since only what follows tells which tap was the last. A refusal without effect
    opens none: a gap says so. Raises NotReached where a control of `by` is not there.
    """
    seen: Sight | None = notice.seen
    levels: list[str] = []
    texts: list[str] = []
    shown: set[str] = set()
    outcome, crashed, taps = "asks_again", False, 0
    begun = user.steps.clock()
    last_screen = notice.seen.event.id
    answered: FoundControl | None = None
    user.prompts.following = True
    try:
        while True:
            if seen is not None and seen.reading.kind == "system_crash":
                crashed, seen = True, user.dismiss(seen)
            if seen is None or not seen.reading.is_notice:
                outcome = _end_of(user, answered, seen)
                break
            if seen.fingerprint in shown or len(levels) >= user.limits.second_chances:
                break
            shown.add(seen.fingerprint)
            named = by[len(levels)] if len(levels) < len(by) else ""
            ready = user.wait_until(seen, _can_be_tapped(named), user.limits.enable)
            if ready is None or not ready.reading.is_notice:
                seen = ready
                continue
            seen = ready
            shown.add(seen.fingerprint)
            levels.append(seen.reading.kind)
            begun, last_screen = user.steps.clock(), seen.event.id
            answered = _refusing(user, seen, named)
            if _is_disabled(answered):
                outcome = "no_effect"
                break
            texts.append(answered.text if answered is not None else "back")
            seen, had_effect, tried = _answered(user, answered, seen)
            taps += tried
            if not had_effect:
                outcome = "no_effect"
                break
            seen = _after_all(user, seen)
    finally:
        user.prompts.following = False
    refused = outcome != "no_effect"
    if refused:
        user.prompts.refuse(notice.seen.reading)
    else:
        _tell_no_effect(user, answered, last_screen)
    act = Act(outcome=outcome, detail={"levels": levels, "by": texts[-1] if texts else "back"})
    opens = Stage.AFTER_REFUSAL if refused and user.steps.base is not Stage.AFTER_REFUSAL else None
    step = user.steps.write(
        "refuse", texts[-1] if texts else "back", begun, act, control=as_control(answered) if answered else None,
        screen=last_screen, opens=opens)
    shows = seen.reading.kind if seen is not None else ""
    user.steps.fact(
        "refusal", notice=notice.seen.event.id, step=step.id, outcome=outcome, levels=len(levels), kinds=levels, by=texts,
        taps=taps, crashed=crashed, shows=shows, screen=seen.event.id if seen is not None else None)
    return Refusal(outcome, tuple(levels), shows)


def _end_of(user: UiDriver, answered: FoundControl | None, seen: Sight | None) -> str:
    if not user.is_in_front(seen):
        return "exits"
    if answered is not None and answered.role == "limited_mode":
        return "limited"
    phrases = load()
    lines = seen.reading.text.splitlines()[:_STEADY] if seen is not None else []
    return "limited" if any(role_of(line, phrases)[0] == "limited_mode" for line in lines) else "continues"


def _after_all(user: UiDriver, seen: Sight | None) -> Sight | None:
    """The screen once another notice has had the time to come, or the app to end: some ask a moment later."""
    if seen is None or seen.reading.kind != "other" or not user.is_in_front(seen):
        return seen
    user.capture.watch(user.limits.second, stop=lambda s: s.reading.kind != "other")
    return user.look()


def _choice(seen: Sight, named: str) -> FoundControl | None:
    """The control to refuse by: that of the name, else the one that refuses best."""
    if named:
        wanted = [c for c in seen.reading.controls if fold(c.text) == fold(named) or c.resource_id.rpartition("/")[2] == named]
        wanted += [c for c in seen.reading.controls if fold(named) in fold(c.text)]
        return next(iter(wanted), None)
    return next(iter(seen.reading.with_role(*REFUSING)), None)


def _can_be_tapped(named: str) -> Callable[[Sight], bool]:
    return lambda seen: not _is_disabled(_choice(seen, named))


def _is_disabled(control: FoundControl | None) -> bool:
    return control is not None and not control.enabled


def _refusing(user: UiDriver, seen: Sight, named: str) -> FoundControl | None:
    found = _choice(seen, named)
    if found is not None and not found.enabled and not named:
        found = next((c for c in seen.reading.with_role(*REFUSING) if c.enabled), found)
    if found is None and named:
        from harness.suite.driver import PolicyNotice

        raise user.not_reached(PolicyNotice, f"the notice has no control {named!r} to refuse by", user.steps.clock())
    if found is None:
        user.steps.gap(
            GapKind.NOT_REACHED, f"Screen {seen.event.id} has no control that refuses; the back key was pressed instead.",
            subject=user.steps.scenario)
    return found


def _answered(user: UiDriver, control: FoundControl | None, seen: Sight) -> tuple[Sight | None, bool, int]:
    """Taps, or presses back, and once more where the very same screen stayed and no other came between. The screen after it,
    whether anything came of it, and how many taps that took."""
    for taps in range(1, _TRIES + 1):
        after = user.tap(control, seen) if control is not None else user.back(seen)
        if after is None or after.fingerprint != seen.fingerprint or user.capture.moved or not user.is_running():
            return after, True, taps
    return after, False, _TRIES


def _tell_no_effect(user: UiDriver, control: FoundControl | None, screen: str) -> None:
    """The gap of a refusal that did nothing: what follows a refusal was not seen."""
    what = repr(control.text or control.resource_id or control.role) if control is not None else "the back key"
    if control is not None and not control.enabled:
        why = f"stayed disabled for {user.limits.enable:g} seconds and was not tapped"
        zh = f"在 {user.limits.enable:g} 秒内始终不可点击,未予点击"
    else:
        why = f"had no effect, {_TRIES} times: the notice stayed as it was"
        zh = f"点击 {_TRIES} 次均无反应,弹窗未变"
    user.steps.gap(
        GapKind.NOT_REACHED, f"On screen {screen} the control that refuses, {what}, {why}; nothing was refused.",
        subject=f"{Stage.AFTER_REFUSAL} {user.steps.scenario}",
        detail_zh=f"画面 {screen} 上的拒绝控件({what if control is not None else '返回键'}){zh};用户的拒绝未能生效。")


def dismiss_notice(user: UiDriver, notice: PolicyNotice, how: str) -> Dismissal:
    """Leaves the notice without an answer: `back`, a tap `outside` of it, or `wait`. The stage stays what it is, since
    nothing was answered."""
    before = notice.seen
    detail: dict[str, object] = {}
    if how == "wait":
        user.capture.watch(user.limits.dismiss, stop=lambda s: s.fingerprint != before.fingerprint)
        seen = user.look()
    elif how == "outside":
        x, y, beside = outside_of(before)
        detail = {"x": x, "y": y, "beside": beside}
        seen = user.tap_at(x, y, before, "outside of the notice", detail={"purpose": "dismiss", "beside": beside})
    else:
        seen = user.back(before)
    if seen is not None and not seen.reading.is_notice:
        seen = _after_all(user, seen)
    if seen is not None and seen.reading.is_notice:
        outcome = "stays"
    else:
        outcome = "gone" if user.is_in_front(seen) else "exits"
    if how != "wait" and outcome != "stays":
        user.prompts.refuse(before.reading)
    user.steps.fact(
        "dismissal", notice=before.event.id, how=how, outcome=outcome, shows=seen.reading.kind if seen is not None else "",
        same=seen is not None and seen.fingerprint == before.fingerprint, screen=seen.event.id if seen is not None else None,
        seconds=user.limits.dismiss if how == "wait" else None, **detail)
    return Dismissal(how, outcome, seen)


def outside_of(seen: Sight) -> tuple[int, int, bool]:
    """A place beside the notice, and whether it is beside it: a notice that fills the screen has nothing beside it, and
    then the place is one where no control stands."""
    box = _notice_box(seen)
    width, height = screen_size(seen, box)
    rooms = {
        (width // 2, (max(box[1], 0) + height // 20) // 2 + height // 40): box[1] - height // 20,
        (width // 2, (min(box[3], height) + height * 19 // 20) // 2): height * 19 // 20 - box[3],
        (max(box[0], 0) // 2, height // 2): box[0],
        ((min(box[2], width) + width) // 2, height // 2): width - box[2],
    }
    (x, y), room = max(rooms.items(), key=lambda entry: entry[1])
    if room >= height // 40:
        return x, y, True
    controls = [c.bounds for c in (*seen.reading.controls, *seen.reading.fields)]
    for share in (0.08, 0.12, 0.16, 0.3, 0.5, 0.92):
        y = int(height * share)
        if not any(b[0] <= width // 2 <= b[2] and b[1] <= y <= b[3] for b in controls):
            return width // 2, y, False
    return width // 2, int(height * 0.08), False


def _notice_box(seen: Sight) -> Bounds:
    """What the notice covers: its text and its controls, and its window where that is smaller than the screen."""
    boxes = [c.bounds for c in seen.reading.controls]
    try:
        tops = [t for t in windows(seen.xml) if t.package == seen.reading.package]
    except HierarchyUnreadable:
        tops = []
    holding = [t for t in tops if all(_holds(t.bounds, box) for box in boxes)]
    if holding and boxes:
        nodes = [n for n in min(holding, key=lambda t: t.area).walk() if all(_holds(n.bounds, box) for box in boxes)]
        words = [n.bounds for n in min(nodes, key=lambda n: n.area).walk() if n.label and n.area] if nodes else []
        boxes += words
        boxes += [n.bounds for n in nodes if all(_holds(n.bounds, box) for box in boxes) and n.parent is None and len(tops) > 1]
    if not boxes:
        return (0, 0, 0, 0)
    return (min(b[0] for b in boxes), min(b[1] for b in boxes), max(b[2] for b in boxes), max(b[3] for b in boxes))


def _holds(outer: Bounds, inner: Bounds) -> bool:
    return outer[0] <= inner[0] and outer[1] <= inner[1] and outer[2] >= inner[2] and outer[3] >= inner[3]


def screen_size(seen: Sight, box: Bounds = (0, 0, 0, 0)) -> tuple[int, int]:
    """Width and height, from the picture, else from the windows and `box`; 0 where nothing tells."""
    if seen.picture is not None:
        try:
            with Image.open(io.BytesIO(seen.picture)) as image:
                return image.size
        except OSError:
            pass
    try:
        tops = windows(seen.xml)
    except HierarchyUnreadable:
        tops = []
    return (max([t.bounds[2] for t in tops] + [box[2]]), max([t.bounds[3] for t in tops] + [box[3]]))
