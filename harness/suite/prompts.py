"""Questions that nobody asked for: a permission, a notice, an advertisement that comes up unprompted.

Who asked is told by the step before. A tap on a control of the app's page asked for what comes next, unless that
comes up later, while the user only looks. A launch, a return, the app's own time, and the answer to a notice asked for
nothing. What follows on a dialog that the user had asked for was asked for with it, except the same question once more.
"""

from __future__ import annotations

from dataclasses import dataclass

from harness.capture.screen import Seen
from harness.model import Step
from harness.screens.reading import NOTICE_KINDS, Reading
from harness.suite import purposes
from harness.suite.steps import Steps

QUESTIONS = frozenset({
    "policy_consent", "system_permission", "permission_rationale", "settings_redirect", "cookie_banner", "youth_mode",
    "update_prompt", "rating_prompt", "marketing_push_prompt", "ad_popup",
})  # fmt: skip
"""Kinds of screens that want something of the user. A second chance is part of the refusal that it follows."""
AUTHORISING = frozenset({"system_permission", "permission_rationale", "settings_redirect", "marketing_push_prompt"})
"""Kinds that ask the user to authorise something: their words are kept."""
_BY_HAND = frozenset({"tap", "long_tap", "type", "swipe"})
_STARTS = frozenset({"launch", "return"})


@dataclass(frozen=True)
class Refused:
    """A question that the user said no to: when, and how often the app had been launched by then."""

    at_ns: int
    launches: int
    times: int = 1


def question(reading: Reading) -> str:
    """What is asked, the same for a notice whatever its words: `policy`, a permission group, or the kind."""
    if reading.kind in NOTICE_KINDS:
        return "policy"
    return reading.permission or reading.kind


class Prompts:
    """Tells of each screen as it is journalled; the fact `prompt` for what nobody asked for."""

    def __init__(self, steps: Steps, package: str = "") -> None:
        self._steps = steps
        self._package = package
        self._page = ""
        self._scenario = ""
        self._asked: dict[str, bool] = {}
        self._kinds: dict[str, str] = {}
        self._refused: dict[str, Refused] = {}
        self._fresh: set[str] = set()
        self._rested = ""
        self._row = 0
        self._started = ""
        self.following = False
        """While a refusal is followed to its end: what asks again then belongs to it."""

    def see(self, seen: Seen[Reading]) -> None:
        self._begin()
        kind, before = seen.reading.kind, self._steps.acted
        asked = self._is_asked(seen, before)
        self._asked[seen.event.id], self._kinds[seen.event.id] = asked, kind
        if kind == "other":
            self._rested = before.id if before is not None else ""
            self._row = 0
        if kind in AUTHORISING:
            self._steps.fact("question", kind=kind, permission=seen.reading.permission, screen=seen.event.id,
                             step=before.id if before else None, asked=asked, **purposes.asked(seen, self._page, self._package))
        elif seen.reading.package == self._package:
            self._page = seen.reading.text
        if kind not in QUESTIONS or asked or self.following:
            return
        what = question(seen.reading)
        refused = self._refused.get(what)
        fresh = before is None or (before.action in _STARTS and self._started != before.id)
        self._started = before.id if before is not None else ""
        self._row = 1 if fresh else self._row + 1
        self._steps.fact(
            "prompt", kind=kind, permission=seen.reading.permission, screen=seen.event.id, step=before.id if before else None,
            after=self._steps.doing if self._steps.doing == "observe" else before.action if before else "",
            row=self._row, again=refused is not None, refusals=refused.times if refused else 0,
            launches_since=self._steps.launches - refused.launches if refused else None,
            seconds_since=round((seen.event.host_ns - refused.at_ns) / 1e9, 1) if refused else None,
        )

    def refuse(self, reading: Reading) -> None:
        """The user has said no to what this screen asks."""
        self._begin()
        what = question(reading)
        before = self._refused.get(what)
        self._refused[what] = Refused(self._steps.clock(), self._steps.launches, before.times + 1 if before else 1)
        self._fresh.add(what)

    def _begin(self) -> None:
        if self._scenario != self._steps.scenario:
            self._scenario = self._steps.scenario
            self._page = ""
            for kept in (self._asked, self._kinds, self._refused, self._fresh):
                kept.clear()

    def _is_asked(self, seen: Seen[Reading], before: Step | None) -> bool:
        if before is None or before.action not in _BY_HAND:
            return False
        if self._steps.doing == "observe" and self._rested == before.id:
            return False
        origin = self._kinds.get(before.screen or "", "other")
        if origin == "other" or origin == "login":
            self._fresh.clear()
            return True
        if origin in NOTICE_KINDS:
            return False
        return self._asked.get(before.screen or "", False) and question(seen.reading) not in self._fresh
