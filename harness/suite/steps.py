"""What a scenario does to the device, journalled step by step, and the stage that this opens.

A step's line is written when the device has answered. A step that opens a stage is announced before as
a Fact of type "intent", so that a bundle whose harness was killed between the two says that the boundary
may have been crossed.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

from harness.errors import HarnessError
from harness.model import Control, Event, Fact, Gap, GapKind, Stage, Step

E = TypeVar("E", bound=Event)


class Journal(Protocol):
    def append(self, event: E) -> E: ...

    def put_object(self, content: bytes) -> str: ...


class Follower(Protocol):
    """Whoever wants to know the last step that acted on the device: the screen capture."""

    after_step: str | None


@dataclass
class Act:
    """A step while it happens: what it turns out to be is known at its end."""

    outcome: str = "done"
    detail: dict[str, Any] = field(default_factory=dict)


PASSIVE = frozenset({"observe", "screen", "wait", "note", "scenario_start", "scenario_end", "process"})
"""Actions that leave the device alone. tables/stages.py reads them the same way."""


class Steps:
    """Journals the steps of one scenario after another."""

    def __init__(
        self,
        bundle: Journal,
        follower: Follower,
        *,
        clock: Callable[[], int] = time.time_ns,
        progress: Callable[[str], None] = lambda line: None,
        before: Callable[[], None] = lambda: None,
        prove: Callable[[str], None] = lambda where: None,
    ) -> None:
        """`before` is called ahead of every step; what it raises keeps the step from being taken. `prove` is called at the
        beginning and the end of each stage: do the hooks still work?"""
        self.bundle = bundle
        self.clock = clock
        self.scenario = ""
        self.base = Stage.BEFORE_CONSENT
        self.last: Step | None = None
        self.acted: Step | None = None
        """The last step that acted on the device."""
        self.doing = ""
        """The action that is under way."""
        self.launches = 0
        """Of the app, in this scenario."""
        self.gaps: list[Gap] = []
        self._follower = follower
        self._progress = progress
        self._before = before
        self._prove = prove

    @contextmanager
    def act(
        self,
        action: str,
        target: str = "",
        *,
        control: Control | None = None,
        screen: str | None = None,
        opens: Stage | None = None,
        detail: dict[str, Any] | None = None,
    ) -> Iterator[Act]:
        """One step. What is raised inside is journalled as its failure and goes on."""
        self._before()
        if opens is not None:
            self._prove(f"before {action} {target}".rstrip())
        act = Act(detail=dict(detail or {}))
        self.doing = action
        begun = self.clock()
        if opens is not None:
            self.bundle.append(Fact(host_ns=begun, type="intent", data={
                "scenario": self.scenario, "action": action, "target": target, "opens": opens.value}))
        try:
            yield act
        except KeyboardInterrupt:
            act.outcome = "interrupted"
            raise
        except BaseException as error:
            act.outcome = "failed"
            act.detail["error"] = str(error) if isinstance(error, HarnessError) else f"{type(error).__name__}: {error}"
            raise
        finally:
            self.doing = ""
            self.write(action, target, begun, act, control=control, screen=screen, opens=opens)

    def write(
        self,
        action: str,
        target: str,
        begun: int,
        act: Act,
        *,
        control: Control | None = None,
        screen: str | None = None,
        opens: Stage | None = None,
    ) -> Step:
        step = self.bundle.append(Step(
            host_ns=begun, end_ns=self.clock(), scenario=self.scenario, action=action, target=target,
            control=control, screen=screen, opens=opens.value if opens is not None else None,
            outcome=act.outcome, detail=act.detail,
        ))
        if opens is not None and opens is not Stage.BACKGROUND:
            self.base = opens
        if action not in PASSIVE:
            self._follower.after_step = step.id
            self.acted = step
        self.launches += action == "launch"
        self.last = step
        words = f"{self.scenario}: {action} {target}".rstrip()
        self._progress(words if act.outcome == "done" else f"{words} ({act.outcome})")
        if opens is not None:
            self._prove(f"after {action} {target}".rstrip())
        return step

    def gap(self, kind: GapKind, detail: str, *, subject: str = "", from_ns: int | None = None, detail_zh: str = "") -> Gap:
        now = self.clock()
        found = self.bundle.append(Gap(
            host_ns=now, kind=kind, detail=detail, subject=subject or self.scenario,
            from_ns=now if from_ns is None else from_ns, to_ns=now, detail_zh=detail_zh,
        ))
        self.gaps.append(found)
        return found

    def fact(self, type: str, **data: Any) -> Fact:
        return self.bundle.append(Fact(host_ns=self.clock(), type=type, data=data))

    def begin(self, scenario: str, **detail: Any) -> None:
        """A scenario begins: whatever was agreed to before does not count any more."""
        self.scenario = scenario
        self.base = Stage.BEFORE_CONSENT
        self.acted, self.launches = None, 0
        with self.act("scenario_start", scenario, detail=detail):
            pass

    def end(self, outcome: str) -> None:
        self._prove(f"at the end of {self.scenario}")
        self.write("scenario_end", self.scenario, self.clock(), Act(outcome=outcome))
