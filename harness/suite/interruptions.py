"""What comes in the way of a scenario: dialogs of the system, of the app and of nobody known, walls that want a login or a proof.

Each is recorded, with its picture, as a fact `interruption`, and tried politely: what declines it is tapped, else back is
pressed. What does not go away ends the scenario as not reached; a crash or a hang is told and answered as a user would.
"""

from __future__ import annotations

from collections.abc import Sequence

from harness.model import GapKind, Stage
from harness.screens.hierarchy import HierarchyUnreadable, windows
from harness.screens.phrases import fold
from harness.suite.app import App
from harness.suite.app_file import KnownDialog
from harness.suite.declining import POLITE, Rationales, politely
from harness.suite.driver import NotReached, PolicyNotice, Sight, UiDriver
from harness.suite.words import says

_DIALOG_IDS = frozenset({"alertTitle", "parentPanel", "button1", "button2", "button3"})
_COVERS = 0.9
"""Share of the screen's height and width from which on a window is a page and no dialog."""


def is_dialog(seen: Sight) -> bool:
    """Whether the app's front window is a dialog by its ids, or smaller than the screen."""
    try:
        tops = windows(seen.xml)
    except HierarchyUnreadable:
        return False
    mine = [t for t in tops if t.package == seen.reading.package]
    if not mine:
        return False
    front = mine[-1]
    if any(n.short_id in _DIALOG_IDS for n in front.walk()):
        return True
    width, height = max(t.bounds[2] for t in tops), max(t.bounds[3] for t in tops)
    return len(tops) > 1 and (front.width < _COVERS * width and front.height < _COVERS * height)


def obstacle(seen: Sight, package: str) -> str:
    """What stands in the way: the kind of the screen, or `captcha`, `anr`, `crash`, `unknown_dialog`; "" for a page
    of the app."""
    kind = seen.reading.kind
    if kind == "system_crash":
        return "anr" if seen.reading.with_role("later") else "crash"
    if kind == "other" and seen.reading.package == package:
        if says(seen, "captcha"):
            return "captcha"
        return "unknown_dialog" if is_dialog(seen) else ""
    return "" if kind == "other" else kind


class Interruptions:
    """Gets past what is in the way. `answer`: what the system's dialogs get (allow, once, deny, deny_forever); `known`: the
    dialogs of the app file. `met`: what was met since it was last emptied."""

    def __init__(self, user: UiDriver, app: App, answer: str, known: Sequence[KnownDialog] = ()) -> None:
        self._user = user
        self._app = app
        self._answer = answer
        self._known = known
        self._rationales = Rationales(user)
        self.met: list[str] = []
        self.denied: list[str] = []

    def past(self, seen: Sight | None) -> Sight | None:
        """The first page of the app's own, None where the app ended. Raises NotReached where something stays in the way.

        Where the app has led back to where the user came from, `met` has `left`, and the app is returned to.
        """
        for _ in range(self._user.limits.dialogs):
            what = obstacle(seen, self._app.package) if seen is not None else ""
            if seen is None or (what not in ("crash", "anr") and not self._app.is_running()):
                return None
            if not what and seen.reading.package == self._app.package:
                return seen
            self.met.append(what or ("left" if seen.reading.package == self._user.came_from else "another_app"))
            seen = self._one(seen, what)
        raise self._stays(seen, "dialogs without end")

    def _one(self, seen: Sight, what: str) -> Sight | None:
        user = self._user
        if what == "system_permission":
            if self._answer.startswith("deny"):
                self.denied.append(seen.reading.permission or "unknown")
            return user.answer(seen, self._answer)
        if seen.reading.is_notice:
            if user.steps.base is Stage.AFTER_REFUSAL:
                user.refuse(PolicyNotice(seen))
                return user.look()
            return user.agree(PolicyNotice(seen))
        if what == "permission_rationale":
            return self._rationales.answer(seen)
        if what == "settings_redirect":
            return through_settings(user, self._app, seen)
        if not what and seen.reading.package == user.came_from:
            return self._app.come_back()
        if not what:
            return self._app.back_in(seen)
        return self._out_of_the_way(seen, what)

    def _out_of_the_way(self, seen: Sight, what: str) -> Sight | None:
        known = next((k for k in self._known if fold(k.text) in fold(seen.reading.text + seen.reading.words)), None)
        after = politely(self._user, seen, what, tap=known.tap if known else "")
        if after is not None and after.fingerprint == seen.fingerprint and what not in ("crash", "anr"):
            raise self._stays(seen, what)
        return after

    def _stays(self, seen: Sight | None, what: str) -> NotReached:
        user = self._user
        shown = f"screen {seen.event.id}, picture {seen.event.screenshot}" if seen is not None else "no screen"
        detail = f"In scenario {user.steps.scenario} the way is barred by {what} ({shown})."
        user.steps.gap(GapKind.NOT_REACHED, detail, subject=f"{what} {user.steps.scenario}")
        return NotReached(detail, "It was tried politely and did not go away.",
                          "Tell the way past it in the app file: dialogs, or pages.login.")


def through_settings(user: UiDriver, app: App, seen: Sight) -> Sight | None:
    """Follows a dialog that sends to the settings, grants nothing there and comes back; again, as often as the dialog comes
    again, up to the profile's limit. Then it is declined. The fact `settings_redirect` says how often it sent, whether
    without end (`loop`), and what declining did."""
    here: Sight | None = seen
    trips = 0
    reached = True
    while here is not None and here.reading.kind == "settings_redirect" and trips < user.limits.settings_trips:
        way = here.reading.with_role("settings")
        if not way:
            break
        trips += 1
        there = user.tap(way[0], here, detail={"purpose": "settings"})
        reached = there is not None and there.reading.package != app.package
        if not reached:
            here = there
            continue
        here = app.back_in(there)
    loop = here is not None and here.reading.kind == "settings_redirect" and trips >= user.limits.settings_trips
    declined = ""
    if here is not None and here.reading.kind == "settings_redirect":
        user.prompts.refuse(here.reading)
        choices = here.reading.with_role(*POLITE, "exit")
        declined = choices[0].text if choices else "back"
        here = user.tap(choices[0], here) if choices else user.back(here)
    outcome = "continues" if user.is_in_front(here) else "exits"
    if outcome == "continues" and here is not None and here.reading.kind == "settings_redirect":
        outcome = "stays"
    user.steps.fact("settings_redirect", screen=seen.event.id, trips=trips, loop=loop, reached=reached, declined=declined,
                    outcome=outcome)
    return here
