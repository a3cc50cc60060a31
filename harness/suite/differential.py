"""The same done with the app watched from inside and left alone, in turns: what happens in one only.

Watched means with hooks in its processes. The proxy stays in both, since without it there would be nothing to compare, and so
does the device. What differs may have other reasons; that it is the instrumentation a person has to say.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from typing import Any

from harness.suite.app import App
from harness.suite.driver import UiDriver

ORDER = (True, False, False, True)
"""Whether each turn is watched: first and last are, so that what comes with time is on both sides."""


@dataclass
class Turn:
    """`seen`: what is compared, each in a form that is the same whenever the same happened."""

    watched: bool
    began: int
    ended: int = 0
    seen: set[str] = field(default_factory=set)


class Differential:
    """`flows`: the exchanges of the scenario up to now, as rows with t, method, host and url."""

    def __init__(self, app: App, user: UiDriver, flows: Callable[[], list[dict[str, Any]]]) -> None:
        self._app = app
        self._user = user
        self._flows = flows
        self.turns: list[Turn] = []

    def each(self) -> Iterator[bool]:
        """For each turn whether it is watched; what is done until the next belongs to it. The fact `differential` at the end."""
        self.turns = []
        for watched in ORDER:
            with self._turn(watched):
                yield watched
        self.tell()

    @contextmanager
    def _turn(self, watched: bool) -> Iterator[None]:
        self._app.kill()
        turn = Turn(watched, self._user.steps.clock())
        self.turns.append(turn)
        detail = {"watched": watched}
        with nullcontext() if watched else self._app.hooked.leaving_alone():
            with self._user.steps.act("note", "with hooks" if watched else "without hooks", detail=detail):
                pass
            yield
            seen = self._user.look()
            turn.seen.add("process: runs" if self._app.is_running() else "process: ended")
            if seen is not None:
                turn.seen.add(_screen(seen.event.package, seen.event.activity, seen.event.kind))
            self._app.kill()
        turn.ended = self._user.steps.clock()

    def tell(self) -> None:
        """Compares: what every turn of one side has, and none of the other."""
        for row in self._flows():
            for turn in self.turns:
                if turn.began <= int(row["t"]) <= turn.ended:
                    turn.seen.add(_flow(row))
        watched = [turn.seen for turn in self.turns if turn.watched]
        alone = [turn.seen for turn in self.turns if not turn.watched]
        only = {"watched_only": _only(watched, alone), "alone_only": _only(alone, watched)}
        both = _always([*watched, *alone])
        other = _ever([*watched, *alone]) - both - only["watched_only"] - only["alone_only"]
        self._user.steps.fact(
            "differential", scenario=self._user.steps.scenario, turns=[turn.watched for turn in self.turns],
            **{name: sorted(found) for name, found in only.items()}, both=sorted(both), now_and_then=sorted(other))


def _always(turns: list[set[str]]) -> set[str]:
    return {one for one in _ever(turns) if all(one in turn for turn in turns)}


def _ever(turns: list[set[str]]) -> set[str]:
    return {one for turn in turns for one in turn}


def _only(one: list[set[str]], other: list[set[str]]) -> set[str]:
    """What every turn of `one` has, and none of `other`."""
    return _always(one) - _ever(other)


def _screen(package: str | None, activity: str | None, kind: str) -> str:
    return f"screen: {package}/{activity} {kind}"


def _flow(row: dict[str, Any]) -> str:
    """Without what differs each time: a query's values."""
    path, _, query = str(row.get("url") or "").partition("?")
    names = ",".join(sorted({part.partition("=")[0] for part in query.split("&") if part}))
    return f"flow: {row.get('method') or row.get('protocol')} {path or row.get('host')}" + (f" ?{names}" if names else "")
