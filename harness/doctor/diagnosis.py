"""Finds the checks, makes them in an order in which each comes after what it needs, and mends what may be mended."""

from __future__ import annotations

import importlib
import pkgutil
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from graphlib import TopologicalSorter

import harness.doctor.checks
from harness.device.device import quote
from harness.device.lease import lease
from harness.device.restore_file import RestoreFile
from harness.doctor.check import Answer, Check, Fine, Mend, NotLooked, Problem, Weight
from harness.doctor.rig import Rig
from harness.errors import HarnessError, UsageError
from harness.resources import state_dir

SETTLE_SECONDS = 3.0
"""How long what was mended may take to show."""


@dataclass(frozen=True, kw_only=True)
class Said:
    """What a check came to. `ok` is None where nothing can be said; `detail` tells why, or what was seen. `mended`: `--fix` did
    something and the check was made again."""

    id: str
    title: str
    ok: bool | None
    weight: Weight
    detail: str
    problem: str
    why: str
    fix: str
    mended: bool = False


@cache
def all_checks() -> tuple[Check, ...]:
    """Every check in the folder, each after those that it needs. A file without one, one that is named otherwise, needs that
    there are not: an error that names the file."""
    found: dict[str, Check] = {}
    for module in pkgutil.iter_modules(harness.doctor.checks.__path__):
        place = f"harness/doctor/checks/{module.name}.py"
        check = getattr(importlib.import_module(f"harness.doctor.checks.{module.name}"), "check", None)
        if not isinstance(check, Check):
            raise TypeError(f"{place}: it has no `check`")
        if check.id != module.name.replace("_", "-"):
            raise ValueError(f"{place} holds the check {check.id!r}: file and id must agree")
        found[check.id] = check
    for one in found.values():
        if unknown := set(one.needs) - set(found):
            raise ValueError(f"{one.id} needs {', '.join(sorted(unknown))}, which no check has as its id")
    order = TopologicalSorter({one.id: sorted(one.needs) for one in found.values()})
    return tuple(found[name] for name in order.static_order())


def selected(ids: Iterable[str]) -> tuple[Check, ...]:
    """Those named, with what they need; all where none is. Raises UsageError."""
    checks = {one.id: one for one in all_checks()}
    wanted: set[str] = set()
    todo = list(ids)
    if not todo:
        return tuple(checks.values())
    while todo:
        name = todo.pop()
        if name not in checks:
            raise UsageError(f"There is no check {name}.", "", f"There are: {', '.join(sorted(checks))}.")
        if name not in wanted:
            wanted.add(name)
            todo += checks[name].needs
    return tuple(one for one in checks.values() if one.id in wanted)


def diagnose(
    rig: Rig, checks: Iterable[Check], *, fix: bool = False, say: Callable[[str], None] = lambda text: None
) -> Iterator[Said]:
    """Makes each check. Nothing that goes wrong in one ends the others."""
    failed: set[str] = set()
    for check in checks:
        say(check.title)
        answer = _answer(rig, check, failed)
        mended = False
        if fix and isinstance(answer, Problem) and answer.mend is not None:
            mended, answer = _mend(rig, check, answer, answer.mend, failed)
        if _bars(check, answer, failed):
            failed.add(check.id)
        yield _said(check, answer, mended)


def _mend(rig: Rig, check: Check, problem: Problem, mend: Mend, failed: set[str]) -> tuple[bool, Answer]:
    """Whether it was done, and what the check says then. The device may take its time, to light the screen, say."""
    try:
        apply(rig, mend)
    except HarnessError as error:
        rig.forget()
        what = f"{problem.what} It could not be mended: {_in_words(error)}"
        return False, replace(problem, what=what, fix=" ".join(filter(None, (problem.fix or _words(mend), error.fix))))
    until = time.monotonic() + SETTLE_SECONDS
    while True:
        rig.forget()
        answer = _answer(rig, check, failed)
        if not isinstance(answer, Problem) or time.monotonic() > until:
            return True, answer
        time.sleep(0.2)


def _bars(check: Check, answer: Answer, failed: set[str]) -> bool:
    """Whether those that need this one can say nothing. A note keeps nobody, nor does what a device does not tell."""
    if isinstance(answer, Problem):
        return (answer.weight or check.weight) is not Weight.NOTE
    return isinstance(answer, NotLooked) and bool(failed.intersection(check.needs))


def _in_words(error: HarnessError) -> str:
    return " ".join(filter(None, (error.what, error.why)))


def _answer(rig: Rig, check: Check, failed: set[str]) -> Answer:
    if missing := [name for name in check.needs if name in failed]:
        return NotLooked(f"it needs what did not hold: {', '.join(missing)}")
    try:
        if check.sdk and rig.facts.sdk < check.sdk:
            return NotLooked(f"Android has it from API level {check.sdk} on")
        if check.canary and not rig.may_run_canary:
            return NotLooked("the canary app was not run")
        return check(rig)
    except HarnessError as error:
        return Problem(_in_words(error), error.fix)


def _said(check: Check, answer: Answer, mended: bool) -> Said:
    problem, fix, detail, weight = "", "", "", check.weight
    if isinstance(answer, Problem):
        problem, fix, weight = answer.what, answer.fix or _words(answer.mend), answer.weight or check.weight
    else:
        detail = answer.seen if isinstance(answer, Fine) else answer.why
    ok = None if isinstance(answer, NotLooked) else isinstance(answer, Fine)
    return Said(id=check.id, title=check.title, ok=ok, weight=weight, detail=detail, problem=problem,
                why=check.why if ok is False else "", fix=fix, mended=mended)


def _words(mend: Mend | None) -> str:
    """The commands that do what `mend` does."""
    if mend is None:
        return ""
    lines = [["settings", "delete", space, key] if value is None else ["settings", "put", space, key, value]
             for space, key, value in mend.settings]
    return "; ".join(f"adb shell {quote(words)}" for words in (*lines, *mend.commands))


# -- what --fix changed ------------------------------------------------------------------------


def changes_of(serial: str) -> RestoreFile:
    """What `--fix` changed on a device and `--restore` puts back. Apart from a run's own changes, which each run takes back."""
    return RestoreFile.of(serial, state_dir("doctor"))


def apply(rig: Rig, mend: Mend) -> None:
    """Does it while nobody else has the device; what was there before is on the disk first. Raises RigError."""
    kept = changes_of(rig.serial)
    with lease(rig.serial):
        for space, key, value in mend.settings:
            before = rig.device.get_setting(space, key)
            kept.add({"act": "setting", "namespace": space, "key": key, "value": before})
            try:
                rig.device.put_setting(space, key, value)
            except HarnessError:      # some makers let adb write settings only once their owner has said so
                if rig.device.get_setting(space, key) == before:
                    kept.drop_last()
                raise
        for words in mend.commands:
            rig.device.shell(*words)
