"""The functions of the app file, each used: did it work, and with which permissions denied? The fact `function`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from harness.screens.phrases import fold
from harness.suite import ways
from harness.suite.app import App
from harness.suite.app_file import Function, KnownDialog
from harness.suite.driver import NotReached, Sight, UiDriver
from harness.suite.interruptions import Interruptions, is_dialog
from harness.suite.words import says


@dataclass(frozen=True)
class Use:
    """What came of one function. `why`, where it did not work: not_found, unchanged, denied, crash, exits, barred."""

    name: str
    worked: bool
    why: str = ""


class Functions:
    """Uses each function from the app's first page. `answer`: what the system's dialogs get."""

    def __init__(self, user: UiDriver, app: App, functions: Sequence[Function], known: Sequence[KnownDialog] = ()) -> None:
        self._user = user
        self._app = app
        self._functions = functions
        self._known = known
        self._home: tuple[str, str] = ("", "")

    def use_all(self, answer: str) -> list[Use]:
        """Each described function in its order. Where none is described the app is walked through instead, and there is
        nothing to say of any function."""
        if not self._functions:
            self._app.explore(answer="allow" if answer in ("allow", "once") else "deny")
            return []
        return [self.use(function, answer) for function in self._functions]

    def use(self, function: Function, answer: str) -> Use:
        """One function, from the first page: the one that shows where the scenario uses its first function."""
        between = Interruptions(self._user, self._app, answer, self._known)
        begun = self._user.steps.clock()
        start = here = self._first_page(between)
        between.met.clear()
        used = Use(function.name, True)
        for words in function.open:
            control = None
            if here is not None:
                control, here = ways.find(self._user, here, words)
            if control is None or here is None:
                used = Use(function.name, False, "not_found" if here is not None else "exits")
                break
            before, raw = here, self._user.tap(control, here, detail={"purpose": "use", "function": function.name})
            used, here = self._judged(function, before, raw, between, last=words == function.open[-1])
            if not used.worked:
                break
        held = self._app.permissions()
        self._user.steps.fact(
            "function", name=function.name, core=function.core, worked=used.worked, why=used.why, met=list(between.met),
            denied=sorted(set(between.denied)), not_granted=sorted(name for name, granted in held.items() if not granted),
            answer=answer, permissions=list(function.permissions), begun_ns=begun,
            screen=here.event.id if here is not None else None, first_page=start.event.id if start is not None else None)
        return used

    def _judged(
        self, function: Function, before: Sight, raw: Sight | None, between: Interruptions, *, last: bool
    ) -> tuple[Use, Sight | None]:
        refused = raw is not None and is_dialog(raw) and says(raw, "denied")
        try:
            here = between.past(raw)
            refused = refused or ("unknown_dialog" in between.met and bool(between.denied))
        except NotReached:
            return Use(function.name, False, "barred"), self._user.look()
        if "crash" in between.met or "anr" in between.met:
            return Use(function.name, False, "crash"), here
        if here is None or "left" in between.met or not self._app.is_running():
            if not self._app.is_running():
                self._app.has_exited()
            return Use(function.name, False, "exits"), here
        if not last:
            return Use(function.name, True), here
        if function.done:
            shown = fold(function.done) in fold(here.reading.text + here.reading.words)
            return Use(function.name, shown, "" if shown else "denied" if between.denied else "unchanged"), here
        if refused or "settings_redirect" in between.met:
            return Use(function.name, False, "denied"), here
        if here.fingerprint == before.fingerprint:
            return Use(function.name, False, "denied" if between.denied else "unchanged"), here
        return Use(function.name, True), here

    def _first_page(self, between: Interruptions) -> Sight | None:
        scenario, home = self._home
        if scenario != self._user.steps.scenario:
            home = ""
        seen = self._user.look() if self._app.is_running() else self._app.launch()
        seen = between.past(seen)
        for _ in range(self._user.limits.returns):
            if seen is None or not home or seen.fingerprint == home:
                break
            after = self._user.back(seen)
            ours = after is not None and after.reading.package == self._app.package
            seen = between.past(after if ours else self._app.come_back())
        if seen is None or (home and seen.fingerprint != home):
            seen = between.past(self._app.restart())
        if seen is not None:
            self._home = (self._user.steps.scenario, seen.fingerprint)
        return seen
