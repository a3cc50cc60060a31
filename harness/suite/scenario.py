"""Scenarios as units: one pytest file each, found by walking the folder, told apart by their ids."""

from __future__ import annotations

import importlib.util
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass, fields
from difflib import get_close_matches
from pathlib import Path
from types import ModuleType

from harness.errors import HarnessError, NothingSelected
from harness.resources import resource

_ID = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")
QUICK = "quick"
"""The suite that runs where nothing is named."""
_DECLARES = re.compile(r"^scenario\s*=\s*Scenario\(", re.MULTILINE)


class BrokenScenario(HarnessError):
    """A scenario file that cannot be used. None is left out in silence."""


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """What a scenario file says of itself, as its module-level `scenario`.

    `clauses`: stems of ids in clauses/ that it serves. `opens`: stages it is there to reach. `windows`: keys of the profile
    for how long it looks on. `needs`: keys of the app file that it goes by; with `?` it can look for the way itself.
    `suites`: those that it is part of; `quick` is what runs where nothing is named.
    """

    id: str
    title: str
    title_zh: str
    clauses: tuple[str, ...] = ()
    opens: tuple[str, ...] = ()
    windows: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    suites: tuple[str, ...] = (QUICK, "full")


@dataclass(frozen=True, kw_only=True)
class ScenarioFile:
    scenario: Scenario
    path: Path
    doc: str


def shipped() -> Path:
    return resource("scenarios")


def declares_scenario(path: Path) -> bool:
    """Whether a Python file says that it is a scenario, told without running it."""
    try:
        return bool(_DECLARES.search(path.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError):
        return False


def find(folders: Sequence[Path] = ()) -> dict[str, ScenarioFile]:
    """All scenarios of the shipped folder and those given, by id, in the order of the ids.

    Raises BrokenScenario for a file that cannot be imported, has no `scenario`, no test, or an id that
    another file has.
    """
    found: dict[str, ScenarioFile] = {}
    for folder in (shipped(), *folders):
        for path in sorted(folder.rglob("*.py")):
            if path.name in ("conftest.py", "__init__.py"):
                continue
            read = read_scenario(path)
            other = found.get(read.scenario.id)
            if other is not None and other.path != read.path:
                raise BrokenScenario(
                    f"Two scenarios have the id {read.scenario.id!r}.", f"{other.path} and {path}.",
                    "Rename one of them.")
            found[read.scenario.id] = read
    return dict(sorted(found.items()))


def select(names: Sequence[str], folders: Sequence[Path] = ()) -> list[ScenarioFile]:
    """The scenarios of these ids in this order; all of them where none is named. Raises NothingSelected."""
    found = find(folders)
    unknown = [name for name in names if name not in found]
    if unknown:
        raise NothingSelected(f"There is no scenario {unknown[0]!r}.", "", f"There are: {', '.join(found)}.")
    return [found[name] for name in dict.fromkeys(names)] if names else list(found.values())


def of_suite(suite: str = QUICK, folders: Sequence[Path] = ()) -> list[ScenarioFile]:
    """The scenarios of a suite in the order of their ids. Raises NothingSelected."""
    found = find(folders)
    chosen = [file for file in found.values() if suite in file.scenario.suites]
    if not chosen:
        suites = sorted({name for file in found.values() for name in file.scenario.suites})
        raise NothingSelected(f"There is no suite {suite!r}.", "", f"There are: {', '.join(suites)}.")
    return chosen


def read_scenario(path: Path) -> ScenarioFile:
    module = _import(path)
    scenario = getattr(module, "scenario", None)
    if not isinstance(scenario, Scenario):
        raise BrokenScenario(f"{path} is no scenario.", "It has no module-level `scenario = Scenario(...)`.",
                             "Add one, or move the file out of the folder of scenarios.")
    if not _ID.fullmatch(scenario.id):
        raise BrokenScenario(f"{path}: {scenario.id!r} is no id.", "An id is words in small letters with hyphens.", "")
    check(path, scenario)
    if not any(name.startswith("test_") and callable(value) for name, value in vars(module).items()):
        raise BrokenScenario(f"{path} has no test.", "What a scenario does stands in a function test_....", "")
    return ScenarioFile(scenario=scenario, path=path, doc=(module.__doc__ or "").strip())


def check(path: Path, scenario: Scenario) -> None:
    """Fields of names hold names, of things that there are: a text in place of a tuple would be taken for its letters. Raises
    BrokenScenario."""
    from harness.clauses import catalogue
    from harness.suite.limits import Limits

    for field in ("clauses", "opens", "windows", "needs", "suites"):
        value = getattr(scenario, field)
        if not isinstance(value, tuple) or not all(isinstance(one, str) and one for one in value):
            raise BrokenScenario(f"{path}: `{field}` is no tuple of names.", f"It is {value!r}.", f'Write {field}=("name",).')
    known = {f.name for f in fields(Limits) if f.type in ("float", float)}
    if unknown := [name for name in scenario.windows if name not in known]:
        raise BrokenScenario(f"{path}: {unknown[0]!r} is no window.", "", f"Times of the profile: {', '.join(sorted(known))}.")
    if absent := [clause for clause in scenario.clauses if clause not in catalogue()]:
        near = get_close_matches(absent[0], catalogue(), n=1)
        raise BrokenScenario(f"{path}: there is no clause {absent[0]!r}.", f"The scenario {scenario.id!r} names it.",
                             (f"Is {near[0]} meant? " if near else "") + "`harness clauses` lists them.")


def _import(path: Path) -> ModuleType:
    name = f"harness_scenario_{re.sub(r'[^A-Za-z0-9]', '_', str(path.resolve()))}"
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    written, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    try:
        spec.loader.exec_module(module)
    except Exception as bad:
        why = f"{type(bad).__name__}: {bad}"
        raise BrokenScenario(f"{path} cannot be imported.", why, "Correct the file.") from bad
    finally:
        sys.dont_write_bytecode = written
    return module
