"""Tasks and the activities in them: what is in front of what. Plain state, no process is touched here.

After ActivityTaskManagerService and ActivityStarter (Android 15), as far as one user on one display needs.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field

from harness.lab.system import intents
from harness.lab.system.binders import Parcel
from harness.lab.system.facts import Component
from harness.lab.system.intents import Intent

HOME_AFFINITY = "com.android.launcher3"


@dataclass(eq=False)
class Activity:
    """An activity record.

    `state`: initializing, starting (the app takes long over it), resumed, paused, stopped, lost (its process
    ended, it comes back when its turn comes), finishing.

    `saved`: what it wrote in onSaveInstanceState when it was stopped last.

    `declared` is what the intent named, `target` the class that runs (an alias's activity). `covered`: paused
    below a dialog of the system. `drawn`: its first frame since it was last brought to the front is on the screen.
    """

    token: str
    declared: Component
    target: Component
    intent: Intent
    task: Task
    caller_token: str | None = None
    caller_package: str = ""
    request_code: int = -1
    state: str = "initializing"
    covered: bool = False
    drawn: bool = False
    saved: Parcel | None = None

    @property
    def package(self) -> str:
        return self.target.package

    @property
    def component(self) -> str:
        """package/class as dumpsys shows it: the activity that was named."""
        return self.declared.component

    @property
    def alive(self) -> bool:
        """Exists in a process."""
        return self.state in ("resumed", "paused", "stopped")

    @property
    def coming(self) -> bool:
        """Has its place in front, and no frame of it is on the screen yet."""
        return self.state in ("initializing", "starting") or (self.state == "resumed" and not self.drawn)


@dataclass(eq=False)
class Task:
    """A stack of activities, the last in front. The home task has none.

    `base`: the component of the launch that made the task. It outlives its activity: a launch of the same
    component brings the task to the front and starts nothing (AOSP: ActivityStarter, START_TASK_TO_FRONT).
    """

    id: int
    affinity: str
    base: str = ""
    activities: list[Activity] = field(default_factory=list)

    @property
    def is_home(self) -> bool:
        return self.affinity == HOME_AFFINITY

    @property
    def top(self) -> Activity | None:
        return self.activities[-1] if self.activities else None

    @property
    def root(self) -> Activity | None:
        return self.activities[0] if self.activities else None


@dataclass(frozen=True)
class Placement:
    """Where a start leads. `deliver`: the activity exists and gets onNewIntent; else it is new.

    `only_front`: the task is brought to the front and nothing starts. `finish`: activities that go.
    """

    activity: Activity | None
    task: Task
    deliver: bool = False
    only_front: bool = False
    finish: tuple[Activity, ...] = ()


class Tasks:
    """All tasks in the order in which they lie, the last in front. There is always the home task."""

    def __init__(self) -> None:
        self._ids = itertools.count(1)
        self._tokens = itertools.count(1)
        self.home = Task(next(self._ids), HOME_AFFINITY)
        self.order: list[Task] = [self.home]

    @property
    def front(self) -> Task:
        return self.order[-1]

    @property
    def top(self) -> Activity | None:
        """The activity in front; None when home is."""
        return self.front.top

    @property
    def resumed(self) -> Activity | None:
        """The one activity that is resumed, or paused below a dialog of the system, wherever it lies."""
        return next((one for one in self.activities() if one.state == "resumed" or one.covered), None)

    def activities(self) -> list[Activity]:
        """All records, those in front last."""
        return [one for task in self.order for one in task.activities]

    def find(self, token: object) -> Activity | None:
        """By token."""
        return next((one for one in self.activities() if one.token == token), None)

    def own_token(self, token: object, package: str, process: str) -> str | None:
        """The token, if it is one of an activity that runs in that process; None otherwise."""
        activity = self.find(token)
        if activity is None or (activity.package, activity.target.process) != (package, process):
            return None
        return activity.token

    def recent(self) -> list[Task]:
        """Tasks for the recents screen, latest first."""
        return [
            task
            for task in reversed(self.order)
            if not task.is_home and task.root and not task.root.declared.exclude_from_recents
        ]

    def bring_to_front(self, task: Task) -> None:
        self.order.remove(task)
        self.order.append(task)

    def send_to_back(self, task: Task) -> None:
        """Behind everything but what has never been seen; home comes before it."""
        self.order.remove(task)
        self.order.insert(0, task)

    def remove(self, activity: Activity) -> None:
        """Takes the activity out; a task that is then empty goes too."""
        task = activity.task
        if activity in task.activities:
            task.activities.remove(activity)
        if not task.activities and not task.is_home and task in self.order:
            self.order.remove(task)

    def place(self, declared: Component, target: Component, intent: Intent, caller: Activity | None) -> Placement:
        """Finds or makes the place for a start, by launch mode and flags. Changes the order, starts nothing."""
        mode = target.launch_mode
        new_task = bool(intent.flags & intents.FLAG_ACTIVITY_NEW_TASK)
        single = mode in ("singleTask", "singleInstance", "singleInstancePerTask")
        if caller is None or caller.task.is_home or single or new_task or caller.target.launch_mode == "singleInstance":
            return self._place_in_own_task(declared, target, intent)
        task = caller.task
        self.bring_to_front(task)
        return self._place_in(task, declared, target, intent, clear_task=False)

    def _place_in_own_task(self, declared: Component, target: Component, intent: Intent) -> Placement:
        task = next((one for one in reversed(self.order) if self._is_home_of(one, target)), None)
        clear_task = bool(intent.flags & intents.FLAG_ACTIVITY_CLEAR_TASK)
        if task is None:
            task = Task(next(self._ids), target.affinity or target.package, str(declared.component))
            self.order.append(task)
            return Placement(None, task)
        self.bring_to_front(task)
        root = task.root
        is_launch = intent.action == intents.ACTION_MAIN and intents.CATEGORY_LAUNCHER in intent.categories
        clears = clear_task or bool(intent.flags & intents.FLAG_ACTIVITY_CLEAR_TOP) or target.launch_mode != "standard"
        if is_launch and root and str(declared.component) == task.base and not clears:
            return Placement(task.top, task, only_front=True)
        return self._place_in(task, declared, target, intent, clear_task=clear_task)

    @staticmethod
    def _is_home_of(task: Task, target: Component) -> bool:
        if task.is_home or not task.root:
            return False
        if target.launch_mode == "singleInstance" or task.root.target.launch_mode == "singleInstance":
            return task.root.target.component == target.component
        return task.affinity == (target.affinity or target.package)

    def _place_in(self, task: Task, declared: Component, target: Component, intent: Intent, *, clear_task: bool) -> Placement:
        if clear_task:
            gone = tuple(task.activities)
            return Placement(None, task, finish=gone)
        top = task.top
        single_top = target.launch_mode == "singleTop" or bool(intent.flags & intents.FLAG_ACTIVITY_SINGLE_TOP)
        clear_top = bool(intent.flags & intents.FLAG_ACTIVITY_CLEAR_TOP)
        single = target.launch_mode in ("singleTask", "singleInstance", "singleInstancePerTask")
        existing = next((one for one in reversed(task.activities) if one.target.component == target.component), None)
        if existing is not None and (single or clear_top):
            above = tuple(task.activities[task.activities.index(existing) + 1 :])
            if not single and not single_top:
                return Placement(None, task, finish=(existing, *above))
            return Placement(existing, task, deliver=True, finish=above)
        if existing is not None and intent.flags & intents.FLAG_ACTIVITY_REORDER_TO_FRONT:
            task.activities.remove(existing)
            task.activities.append(existing)
            return Placement(existing, task, deliver=True)
        if top is not None and single_top and top.target.component == target.component:
            return Placement(top, task, deliver=True)
        return Placement(None, task)

    def push(
        self,
        task: Task,
        declared: Component,
        target: Component,
        intent: Intent,
        *,
        caller: Activity | None,
        caller_package: str,
        request_code: int,
    ) -> Activity:
        """A new record on top of the task."""
        if task not in self.order:
            self.order.append(task)
        record = Activity(
            token=f"{next(self._tokens):x}",
            declared=declared,
            target=target,
            intent=intent.with_component(declared.component),
            task=task,
            caller_token=caller.token if caller else None,
            caller_package=caller_package,
            request_code=request_code,
        )
        task.activities.append(record)
        return record
