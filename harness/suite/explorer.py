"""A walk through an app that nobody described: taps what can be tapped, nearest first, within limits.

It never taps what avoid.yaml names, never leaves the app for long, and always ends: taps, depth and
time are bounded, and no control is tapped twice.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path

import yaml

from harness.model import GapKind, Stage
from harness.screens.phrases import fold
from harness.screens.reading import FoundControl
from harness.suite import ways
from harness.suite.app import App
from harness.suite.app_file import Function
from harness.suite.declining import Rationales
from harness.suite.driver import PolicyNotice, Sight, UiDriver
from harness.suite.walk import Walk

_DIGITS = re.compile(r"\d+")
_LEAVE = ("policy_consent", "policy_second_chance", "system_permission", "system_crash")
_IN_THE_WAY = ("ad_popup", "update_prompt", "rating_prompt", "youth_mode", "marketing_push_prompt", "cookie_banner",
               "settings_redirect")


@cache
def _avoided() -> tuple[re.Pattern[str], ...]:
    data = yaml.safe_load((Path(__file__).parent / "avoid.yaml").read_text(encoding="utf-8"))
    return tuple(re.compile(pattern) for pattern in data["patterns"])


def is_avoided(text: str) -> bool:
    folded = fold(text)
    return any(pattern.search(folded) for pattern in _avoided())


def key_of(control: FoundControl, activity: str | None) -> str:
    """The same for the same control when it is met again; figures in it may have changed."""
    what = _DIGITS.sub("#", fold(control.text)) or str(control.bounds)
    return f"{activity}|{control.resource_id}|{what}"


class Explorer:
    """Walks through the app. `answer`: what the system's dialogs get, "allow" or "deny"."""

    def __init__(
        self,
        user: UiDriver,
        app: App,
        answer: str,
        monotonic: Callable[[], float],
        functions: Sequence[Function] = (),
    ) -> None:
        self._user = user
        self._app = app
        self._answer = answer
        self._monotonic = monotonic
        self._functions = functions
        self._done: set[str] = set()
        self._rationales = Rationales(user)
        self._until = 0.0
        self._first_page = ""
        self.walk = Walk()

    def explore(self) -> Walk:
        """Uses the described functions first, then whatever can be tapped, breadth first."""
        limits = self._user.limits
        self._until = self._monotonic() + limits.walk
        home = self._settled(self._user.look())
        self._first_page = self._place(home) if home is not None else ""
        for function in self._functions:
            if home is not None:
                self._use(function, home)
                home = self._home()
        paths: deque[tuple[FoundControl, ...]] = deque([()])
        while paths and home is not None and self._may_go_on():
            path = paths.popleft()
            here = self._go(path)
            while here is not None and self._may_go_on():
                control = self._next(here)
                if control is None:
                    break
                here_key = self._place(here)
                after = self._tap(control, here)
                if after is None:
                    break
                if self._place(after) == here_key:
                    here = after
                    continue
                if len(path) < limits.depth and self._is_ours(after):
                    paths.append((*path, control))
                here = self._return_to(here_key, path)
        self.walk.ended = self.walk.ended or ("nothing left to tap" if self._may_go_on() else self._why_over())
        self._user.steps.fact("walk", scenario=self._user.steps.scenario, answer=self._answer, taps=self.walk.taps,
                              screens=len(self.walk.screens), prompts=self.walk.prompts, notices=self.walk.notices,
                              avoided=sorted(set(self.walk.avoided))[:50], unreached=self.walk.unreached,
                              ended=self.walk.ended)
        return self.walk

    def _may_go_on(self) -> bool:
        return self.walk.taps < self._user.limits.taps and self._monotonic() < self._until

    def _why_over(self) -> str:
        return "limit of taps" if self.walk.taps >= self._user.limits.taps else "limit of time"

    def _use(self, function: Function, here: Sight | None) -> None:
        """Follows the described way: each entry is the text or id of the control to tap."""
        for words in function.open:
            control = None
            if here is not None:
                control, here = ways.find(self._user, here, words)
            if here is None or control is None:
                self.walk.unreached.append(function.name)
                self._user.steps.gap(
                    GapKind.NOT_REACHED, f"The function {function.name!r} was not reached: no {words!r} on the screen.",
                    subject=f"function {self._user.steps.scenario}")
                break
            here = self._tap(control, here)

    def _next(self, seen: Sight) -> FoundControl | None:
        for control in seen.reading.controls:
            key = key_of(control, seen.event.activity)
            if key in self._done or not control.enabled or not control.tappable:
                continue
            if control.role == "exit":
                continue
            if is_avoided(control.text) or is_avoided(control.resource_id.rpartition("/")[2].replace("_", " ")):
                self._done.add(key)
                self.walk.avoided.append(control.text or control.resource_id)
                continue
            return control
        return None

    def _tap(self, control: FoundControl, seen: Sight) -> Sight | None:
        """Taps, and deals with what came up. None where the app is gone for good."""
        self._done.add(key_of(control, seen.event.activity))
        self.walk.taps += 1
        after = self._user.tap(control, seen, detail={"purpose": "use"})
        return self._settled(after)

    def _settled(self, seen: Sight | None) -> Sight | None:
        """The first screen that is the app's own page, after dialogs were answered and strays brought back."""
        relaunched = 0
        for _ in range(self._user.limits.dialogs):
            if self._app.notice_end("during a walk") or seen is None or not self._app.is_running():
                if relaunched or not self._may_go_on():
                    self.walk.ended = "the app ended"
                    return None
                relaunched += 1
                seen = self._app.launch()
                continue
            kind = seen.reading.kind
            if kind == "system_permission":
                seen = self._answered(seen)
            elif kind in ("policy_consent", "policy_second_chance"):
                seen = self._notice(seen)
            elif kind == "permission_rationale":
                seen = self._rationales.answer(seen)
            elif kind in _IN_THE_WAY or kind == "system_crash":
                seen = self._user.dismiss(seen)
            elif not self._is_ours(seen):
                seen = self._bring_back(seen)
            else:
                self.walk.screens.add(self._place(seen))
                return seen
        self.walk.ended = "dialogs without end"
        return None

    def _answered(self, seen: Sight) -> Sight | None:
        group = seen.reading.permission or "unknown"
        self.walk.prompts.append(group)
        return self._user.answer(seen, self._answer)

    def _notice(self, seen: Sight) -> Sight | None:
        """Agrees, unless the user has refused: then it is refused again."""
        if self._user.steps.base is not Stage.AFTER_REFUSAL:
            return self._user.agree(PolicyNotice(seen))
        self.walk.notices += 1
        if self._user.refuse(PolicyNotice(seen)).outcome in ("asks_again", "no_effect"):
            self.walk.ended = "a notice without end"
            return None
        return self._user.look()

    def _bring_back(self, seen: Sight) -> Sight | None:
        after = self._user.back(seen)
        if after is not None and (self._is_ours(after) or after.reading.kind in _LEAVE):
            return after
        return self._app.come_back()

    def _is_ours(self, seen: Sight) -> bool:
        return seen.reading.package == self._app.package

    def _place(self, seen: Sight) -> str:
        """What makes two screens the same page: the activity and the ids and captions on it, without figures."""
        parts = sorted({key_of(c, "") for c in seen.reading.controls if c.text or c.resource_id})
        return f"{seen.event.activity}|{'|'.join(parts)}"

    def _return_to(self, place: str, path: tuple[FoundControl, ...]) -> Sight | None:
        after = self._settled(self._user.back())
        if after is not None and self._place(after) == place:
            return after
        return self._go(path)

    def _go(self, path: tuple[FoundControl, ...]) -> Sight | None:
        """From the app's first page along the controls that lead there; None where that is not possible again."""
        here = self._home() if path else self._settled(self._user.look())
        for control in path:
            if here is None or not self._may_go_on():
                return None
            again = next((c for c in here.reading.controls if key_of(c, "") == key_of(control, "")), None)
            if again is None:
                return None
            here = self._tap(again, here)
        return here

    def _home(self) -> Sight | None:
        """Back to the first page: back until it shows, or until the app is left, and then in again."""
        seen = self._settled(self._user.look())
        for _ in range(self._user.limits.depth + 2):
            if seen is None or self._place(seen) == self._first_page:
                return seen
            after = self._user.back(seen)
            left = after is not None and not self._is_ours(after) and after.reading.kind not in _LEAVE
            seen = self._settled(self._app.come_back() if left else after)
        return seen
