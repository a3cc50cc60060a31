"""The hook catalogue: which methods are watched, for which kind of personal information, and when.

One YAML file under hooks/catalogue is one unit. Every fault of every file is told at once, by file and hook.
docs/hooks.md says what each key means.
"""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from harness.errors import HarnessError
from harness.resources import resource

# What is watched though it is no personal information: rules on behaviour need it.
BEHAVIOURS = {
    "permission_request": {"zh": "申请权限", "en": "permission request"},
    "self_start": {"zh": "自启动与关联启动", "en": "starting itself or others"},
    "shell_command": {"zh": "执行命令", "en": "shell command"},
}

# Calls of one method from one call site that are kept in a second. More are counted: gap message_lost.
CALLS_PER_SECOND = 200

UNIT_KEYS = {"id", "title", "standard", "doc", "kind", "hooks"}
HOOK_KEYS = {
    "method", "kind", "api", "overloads", "when", "rest", "value", "empty", "permission", "from", "doc",
}
PARTS = ("", "uri", "authority", "action", "actions", "class")

_ID = re.compile(r"[a-z][a-z0-9-]*")
_METHOD = re.compile(r"((?:[\w$]+\.)+[\w$]+)\.([\w$]+|<init>)")
_API = re.compile(r"(\d+)?(\.\.)?(\d+)?")
_WHEN = re.compile(r"arg(\d+)(?:\.(\w+))?")
_VALUE = re.compile(r"return|act|receiver|arg\d+")
_OVERLOAD = re.compile(r"\(([\w$.\[;]+(, [\w$.\[;]+)*)?\)")


class CatalogueError(HarnessError):
    """The hook catalogue is wrong; `problems` holds each fault as one line."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__(
            "The hook catalogue has faults.",
            "\n".join(problems),
            "Mend the files named; docs/hooks.md says what each key means.",
        )
        self.problems = problems


@dataclass(frozen=True)
class Condition:
    """`part` of argument `arg` (counted from 0) matches one of `patterns`, or none where `negated`."""

    arg: int
    part: str
    patterns: tuple[str, ...]
    negated: bool = False


@dataclass(frozen=True)
class Hook:
    """One method watched for one kind. `api`: framework levels where it must exist; None where it is optional."""

    unit: str
    kind: str
    class_name: str
    method: str
    value: str = "return"
    overloads: tuple[str, ...] | None = None
    api: tuple[int, int | None] | None = None
    when: tuple[Condition, ...] = ()
    rest: bool = False
    empty: tuple[str | int, ...] = ()
    permission: str | None = None
    origin: str = "framework"

    @property
    def name(self) -> str:
        return f"{self.class_name}.{self.method}"

    def required(self, level: int) -> bool:
        """Whether a device of that API level must have the method."""
        if self.api is None:
            return False
        low, high = self.api
        return low <= level and (high is None or level <= high)

    @property
    def levels(self) -> str:
        if self.api is None:
            return "optional"
        low, high = self.api
        return f"{low}.." if high is None else f"{low}..{high}"


@dataclass(frozen=True)
class Unit:
    id: str
    title: Mapping[str, str]
    file: str
    standard: str = ""
    doc: str = ""


@dataclass(frozen=True)
class Catalogue:
    """`hooks` in order of file and place; a hook's place is its number in the agent's records."""

    units: tuple[Unit, ...]
    hooks: tuple[Hook, ...]
    version: str
    kinds: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def methods(self) -> list[str]:
        """Each method once, in order."""
        return list(dict.fromkeys(hook.name for hook in self.hooks))

    def plan(self, package: str) -> dict[str, Any]:
        """What the agent is told: one entry for each method, with every kind it is watched for."""
        by_method: dict[str, list[int]] = defaultdict(list)
        for index, hook in enumerate(self.hooks):
            by_method[hook.name].append(index)
        hooks = [self._entry(place, group, package) for place, group in enumerate(by_method.values())]
        return {"hooks": hooks, "perSecond": CALLS_PER_SECOND}

    def _entry(self, place: int, group: list[int], package: str) -> dict[str, Any]:
        first = self.hooks[group[0]]
        overloads = [self.hooks[i].overloads for i in group]
        ordered = sorted(group, key=lambda i: self.hooks[i].rest)
        return {
            "index": place,
            "className": first.class_name,
            "method": first.method,
            "origin": first.origin,
            "overloads": None if None in overloads else sorted({o for some in overloads if some for o in some}),
            "candidates": [_candidate(i, self.hooks[i], package) for i in ordered],
        }


def _candidate(index: int, hook: Hook, package: str) -> dict[str, Any]:
    value: str | int = int(hook.value[3:]) if hook.value.startswith("arg") else hook.value
    conditions = [
        {
            "arg": c.arg,
            "part": c.part,
            "not": c.negated,
            "patterns": [package if p == "$package" else p for p in c.patterns],
        }
        for c in hook.when
    ]
    return {"index": index, "kind": hook.kind, "value": value, "empty": list(hook.empty), "when": conditions}


def load_kinds(file: Path | None = None) -> dict[str, dict[str, Any]]:
    """Every kind of hooks/kinds.yaml and every behaviour, by id."""
    groups = yaml.safe_load((file or resource("hooks", "kinds.yaml")).read_text(encoding="utf-8"))
    kinds: dict[str, dict[str, Any]] = {}
    for members in groups.values():
        kinds.update(members)
    return {**kinds, **BEHAVIOURS}


def load_catalogue(folder: Path | None = None, kinds: Mapping[str, Mapping[str, Any]] | None = None) -> Catalogue:
    """The whole catalogue, or `CatalogueError` with every fault found."""
    folder = folder or resource("hooks", "catalogue")
    kinds = load_kinds() if kinds is None else kinds
    problems: list[str] = []
    units: list[Unit] = []
    hooks: list[Hook] = []
    sum_ = hashlib.sha256()
    for path in sorted(folder.glob("*.yaml")):
        data = path.read_bytes()
        sum_.update(f"{path.name}\0{len(data)}\0".encode() + data)
        _read_unit(path, data, kinds, units, hooks, problems)
    if not units and not problems:
        problems.append(f"{folder}: no *.yaml file")
    problems.extend(_clashes(units, hooks))
    if problems:
        raise CatalogueError(problems)
    return Catalogue(units=tuple(units), hooks=tuple(hooks), version=sum_.hexdigest(), kinds=kinds)


def _read_unit(
    path: Path,
    data: bytes,
    kinds: Mapping[str, Any],
    units: list[Unit],
    hooks: list[Hook],
    problems: list[str],
) -> None:
    try:
        unit = yaml.safe_load(data)
    except yaml.YAMLError as error:
        problems.append(f"{path.name}: not YAML: {' '.join(str(error).split())}")
        return
    if not isinstance(unit, dict):
        problems.append(f"{path.name}: a mapping is wanted at the top")
        return
    told = [f"{path.name}: {p}" for p in _unit_problems(unit)]
    problems.extend(told)
    listed = unit.get("hooks")
    if told or not isinstance(listed, list):
        return
    units.append(
        Unit(
            id=unit["id"],
            title=unit["title"],
            file=path.name,
            standard=unit.get("standard", ""),
            doc=unit.get("doc", ""),
        )
    )
    for place, entry in enumerate(listed, start=1):
        if not isinstance(entry, dict):
            problems.append(f"{path.name}: hook {place}: a mapping is wanted")
            continue
        merged = {"kind": unit.get("kind"), **entry}
        told = list(_hook_problems(merged, kinds))
        name = entry.get("method", f"number {place}")
        problems.extend(f"{path.name}: hook {name}: {p}" for p in told)
        if not told:
            hooks.append(_hook(unit["id"], merged))


def _unit_problems(unit: dict[str, Any]) -> Iterator[str]:
    for key in unit.keys() - UNIT_KEYS:
        yield f"unknown key {key!r}; known: {', '.join(sorted(UNIT_KEYS))}"
    if not isinstance(unit.get("id"), str) or not _ID.fullmatch(unit["id"]):
        yield f"id must be small letters, digits and hyphens, not {unit.get('id')!r}"
    title = unit.get("title")
    if not isinstance(title, dict) or set(title) != {"zh", "en"}:
        yield "title must have zh and en"
    if not isinstance(unit.get("hooks"), list) or not unit["hooks"]:
        yield "hooks must be a list with at least one hook"


def _hook_problems(entry: dict[str, Any], kinds: Mapping[str, Any]) -> Iterator[str]:
    for key in entry.keys() - HOOK_KEYS:
        yield f"unknown key {key!r}; known: {', '.join(sorted(HOOK_KEYS))}"
    if not isinstance(entry.get("method"), str) or not _METHOD.fullmatch(entry["method"]):
        yield "method must be package.Class.method, or package.Class.<init>"
    if entry["kind"] not in kinds:
        yield f"kind {entry['kind']!r} is neither in kinds.yaml nor a behaviour ({', '.join(BEHAVIOURS)})"
    if "api" in entry and _api(str(entry["api"])) is None:
        yield f"api must be like 26.., 26..30 or ..30, not {entry['api']!r}"
    if not isinstance(entry.get("value"), str) or not _VALUE.fullmatch(entry["value"]):
        yield f"value must be return, act, receiver or argN, not {entry.get('value')!r}"
    if entry.get("from", "framework") not in ("framework", "app"):
        yield f"from must be framework or app, not {entry['from']!r}"
    for overload in entry.get("overloads", []):
        if not isinstance(overload, str) or not _OVERLOAD.fullmatch(overload):
            yield f"an overload is written like (int, java.lang.String), not {overload!r}"
    if entry.get("rest") and entry.get("when"):
        yield "rest and when exclude each other"
    yield from _when_problems(entry.get("when", {}))


def _when_problems(when: Any) -> Iterator[str]:
    if not isinstance(when, dict):
        yield "when must be a mapping such as {arg1: android_id}"
        return
    for key, wanted in when.items():
        found = _WHEN.fullmatch(str(key))
        if found is None or (found.group(2) or "") not in PARTS:
            yield f"when: {key!r} is not argN or argN.PART with one of {', '.join(p for p in PARTS if p)}"
        if isinstance(wanted, dict) and set(wanted) != {"not"}:
            yield f"when: {key}: only {{not: ...}} is known"
        elif not all(isinstance(p, str) and p for p in _patterns(wanted)):
            yield f"when: {key}: patterns must be texts (write numbers in quotes)"


def _patterns(wanted: Any) -> list[Any]:
    if isinstance(wanted, dict):
        wanted = wanted.get("not", [])
    return wanted if isinstance(wanted, list) else [wanted]


def _api(text: str) -> tuple[int, int | None] | None:
    found = _API.fullmatch(text)
    if found is None or not text or text == "..":
        return None
    low, dots, high = found.groups()
    if dots is None:
        return (int(low), int(low))
    if high is not None and low is not None and int(high) < int(low):
        return None
    return (int(low or 1), int(high) if high else None)


def _hook(unit: str, entry: dict[str, Any]) -> Hook:
    found = _METHOD.fullmatch(entry["method"])
    assert found is not None
    conditions = []
    for key, wanted in entry.get("when", {}).items():
        place = _WHEN.fullmatch(key)
        assert place is not None
        part = place.group(2) or ""
        conditions.append(
            Condition(
                arg=int(place.group(1)),
                part="" if part == "uri" else part,
                patterns=tuple(_patterns(wanted)),
                negated=isinstance(wanted, dict),
            )
        )
    return Hook(
        unit=unit,
        kind=entry["kind"],
        class_name=found.group(1),
        method=found.group(2),
        value=entry["value"],
        overloads=tuple(entry["overloads"]) if "overloads" in entry else None,
        api=_api(str(entry["api"])) if "api" in entry else None,
        when=tuple(conditions),
        rest=bool(entry.get("rest")),
        empty=tuple(entry.get("empty", ())),
        permission=entry.get("permission"),
        origin=entry.get("from", "framework"),
    )


def _clashes(units: list[Unit], hooks: list[Hook]) -> Iterator[str]:
    """Units of one id; hooks of one method of which it is not clear which takes a call."""
    by_id: dict[str, list[str]] = defaultdict(list)
    for unit in units:
        by_id[unit.id].append(unit.file)
    for id_, where in by_id.items():
        if len(where) > 1:
            yield f"unit {id_!r} is in {' and in '.join(where)}"
    by_method: dict[str, list[Hook]] = defaultdict(list)
    for hook in hooks:
        by_method[hook.name].append(hook)
    for name, group in by_method.items():
        if len({hook.origin for hook in group}) > 1:
            yield f"{name}: from framework in one hook and from app in another"
        always = [hook for hook in group if not hook.when]
        if len(always) > 1:
            yield f"{name}: twice without a condition ({' and '.join(h.unit for h in always)})"
        elif always and len(group) > 1 and not always[0].rest:
            yield f"{name}: {always[0].unit} takes every call; write rest: true where it is to take what others leave"
        yield from _shared_patterns(name, group)


def _shared_patterns(name: str, group: list[Hook]) -> Iterator[str]:
    for i, one in enumerate(group):
        for two in group[i + 1 :]:
            if len(one.when) != 1 or len(two.when) != 1:
                continue
            a, b = one.when[0], two.when[0]
            both = set(a.patterns) & set(b.patterns)
            if (a.arg, a.part, a.negated) == (b.arg, b.part, b.negated) and both:
                yield f"{name}: {one.unit} and {two.unit} both take {', '.join(sorted(both))}"
