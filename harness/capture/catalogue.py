"""The hook catalogue: which methods are watched, for which kind of personal information, and when.

One YAML file under hooks/catalogue is one unit. Every fault of every file is told at once, by file, line and field
(harness.capture.catalogue_check). docs/hooks.md says what each key means.
"""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import yaml

from harness.capture import catalogue_check as check
from harness.errors import HarnessError
from harness.resources import framework_packages, resource

# What is watched though it is no personal information: rules on behaviour need it, or a reviewer does.
BEHAVIOURS = {
    "permission_request": {"zh": "申请权限", "en": "permission request"},
    "permission_check": {"zh": "检查权限", "en": "permission check"},
    "component_start": {"zh": "启动组件", "en": "starting a component"},
    "self_start": {"zh": "自启动与关联启动", "en": "starting itself or others"},
    "data_change": {"zh": "写入或删除用户数据", "en": "writing or deleting the user's data"},
    "acting_for_user": {"zh": "代替用户操作", "en": "acting in the user's place"},
    "biometric_prompt": {"zh": "生物识别验证", "en": "prompt for face or finger"},
    "shell_command": {"zh": "执行命令", "en": "shell command"},
    "code_loading": {"zh": "动态加载代码", "en": "loading code"},
    "crypto": {"zh": "加密与压缩", "en": "encryption, hashing or compression"},
    "socket": {"zh": "网络连接", "en": "network connection"},
    "http_request": {"zh": "发起网络请求", "en": "asking for a request"},
    "http_write": {"zh": "写出网络请求", "en": "writing a request"},
    "webview": {"zh": "网页视图", "en": "web view"},
    "service_lookup": {"zh": "绕过管理类查找系统服务", "en": "system service looked up past its manager"},
    "anti_analysis": {"zh": "检测运行环境", "en": "looking for an analyst's tools"},
}

# Calls of one method from one call site that are kept in a second. More are counted: gap message_lost.
CALLS_PER_SECOND = 200
# Where an app's own libraries lie, those inside its APK included: not those of other packages, such as an updated WebView.
OWN_LIBRARIES = r"^/data/(app/([^/]+/)?{package}-|app/{package}/|(data|user/[0-9]+|user_de/[0-9]+)/{package}/)"


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
    """`part` of argument `arg` (counted from 0) matches one of `patterns`, or none where `negated`.

    `arg` is None for the object that the method is called on.
    """

    arg: int | None
    part: str
    patterns: tuple[str, ...]
    negated: bool = False


@dataclass(frozen=True)
class Hook:
    """One method watched for one kind.

    `api`: framework levels where it must exist; None where it is optional. `narrow`: why it names fewer than have it.
    `direct`: calls that the framework makes are passed over. `off`: why the agent is not told of it.
    `origin`: framework, vendor (in the framework of some makers only), app, or native: a function of the C library, whose
    `class_name` is the library. `line`: where it stands in its file.
    """

    unit: str
    kind: str
    class_name: str
    method: str
    value: str = "return"
    overloads: tuple[str, ...] | None = None
    api: tuple[int, int | None] | None = None
    when: tuple[Condition, ...] = ()
    rest: bool = False
    direct: bool = False
    empty: tuple[str | int, ...] = ()
    permission: str | None = None
    origin: str = "framework"
    narrow: str = ""
    off: str = ""
    file: str = ""
    line: int = 0

    @property
    def name(self) -> str:
        return f"{self.class_name}.{self.method}"

    @property
    def place(self) -> str:
        return f"{self.file}:{self.line}"

    @property
    def where(self) -> str:
        """How a fault of this hook begins."""
        return f"{self.place}: hook {self.name}:"

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
    line: int = 1
    standard: str = ""
    doc: str = ""


@dataclass(frozen=True)
class Catalogue:
    """`hooks` in order of file and place; a hook's place is its number in the agent's records."""

    units: tuple[Unit, ...]
    hooks: tuple[Hook, ...]
    version: str
    kinds: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    @cached_property
    def by_method(self) -> Mapping[str, list[tuple[int, Hook]]]:
        """The hooks of each method with their places, methods in order."""
        found: dict[str, list[tuple[int, Hook]]] = defaultdict(list)
        for index, hook in enumerate(self.hooks):
            found[hook.name].append((index, hook))
        return dict(found)

    def methods(self) -> list[str]:
        """Each method once, in order."""
        return list(self.by_method)

    def plan(self, package: str) -> dict[str, Any]:
        """What the agent is told: one entry for each method, with every kind it is watched for.

        An entry's `index` is its place in `methods()`. What is off is left out.
        """
        hooks = [
            self._entry(place, told, package)
            for place, group in enumerate(self.by_method.values())
            if (told := [i for i, hook in group if not hook.off])
        ]
        return {
            "hooks": hooks,
            "perSecond": CALLS_PER_SECOND,
            "frameworkPackages": sorted(framework_packages()),
            "ownLibraries": OWN_LIBRARIES.replace("{package}", re.escape(package)),
        }

    def _entry(self, place: int, group: list[int], package: str) -> dict[str, Any]:
        first = self.hooks[group[0]]
        overloads = [self.hooks[i].overloads for i in group]
        ordered = sorted(group, key=lambda i: self.hooks[i].rest)
        return {
            "index": place,
            "className": first.class_name,
            "method": first.method,
            # A vendor's classes lie where the framework's do.
            "origin": "framework" if first.origin == "vendor" else first.origin,
            "overloads": None if None in overloads else sorted({o for some in overloads if some for o in some}),
            "candidates": [_candidate(i, self.hooks[i], package) for i in ordered],
        }


def _candidate(index: int, hook: Hook, package: str) -> dict[str, Any]:
    place, _, part = hook.value.removeprefix("arg").partition(".")
    value: str | int | dict[str, int] = int(place) if hook.value.startswith("arg") else hook.value
    if part:
        value = {part: int(place)}
    conditions = [
        {
            "arg": "receiver" if c.arg is None else c.arg,
            "part": c.part,
            "not": c.negated,
            "patterns": [package if p == "$package" else p for p in c.patterns],
        }
        for c in hook.when
    ]
    return {
        "index": index,
        "kind": hook.kind,
        "value": value,
        "empty": list(hook.empty),
        "direct": hook.direct,
        "personal": hook.kind not in BEHAVIOURS,
        "when": conditions,
    }


def load_kinds(file: Path | None = None) -> dict[str, dict[str, Any]]:
    """Every kind of hooks/kinds.yaml and every behaviour, by id."""
    groups = yaml.safe_load((file or resource("hooks", "kinds.yaml")).read_text(encoding="utf-8"))
    kinds: dict[str, dict[str, Any]] = {}
    for members in groups.values():
        kinds.update(members)
    return {**kinds, **BEHAVIOURS}


def load_catalogue(folder: Path | None = None, kinds: Mapping[str, Mapping[str, Any]] | None = None) -> Catalogue:
    """The whole catalogue, or `CatalogueError` with every fault found. The shipped one is read once."""
    if folder is None and kinds is None:
        return _shipped()
    return _load(folder or resource("hooks", "catalogue"), load_kinds() if kinds is None else kinds)


@cache
def _shipped() -> Catalogue:
    return _load(resource("hooks", "catalogue"), load_kinds())


def _load(folder: Path, kinds: Mapping[str, Mapping[str, Any]]) -> Catalogue:
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
        unit, lines, faults = check.read(data)
    except check.NotYaml as error:
        problems.append(f"{path.name}:{error.line}: not YAML: {error}")
        return

    def tell(fault: check.Fault, *above: str | int, whose: str = "") -> None:
        at = (*above, *fault.path)
        while at not in lines:
            at = at[:-1]
        problems.append(f"{path.name}:{lines[at]}: {whose}{fault.text}")

    for fault in faults:
        tell(fault)
    if not isinstance(unit, dict):
        problems.append(f"{path.name}:1: a mapping is wanted at the top")
        return
    told = list(check.unit_faults(unit))
    for fault in told:
        tell(fault)
    if told:
        return
    units.append(
        Unit(
            id=unit["id"],
            title=unit["title"],
            file=path.name,
            line=lines[("id",)],
            standard=unit.get("standard", ""),
            doc=unit.get("doc", ""),
        )
    )
    for place, entry in enumerate(unit["hooks"]):
        if not isinstance(entry, dict):
            tell(check.Fault((), f"hook {place + 1}: a mapping is wanted"), "hooks", place)
            continue
        merged = {"kind": unit.get("kind"), **entry}
        told = list(check.hook_faults(merged, kinds, BEHAVIOURS))
        for fault in told:
            tell(fault, "hooks", place, whose=f"hook {entry.get('method', f'number {place + 1}')}: ")
        if not told:
            hooks.append(_hook(unit["id"], merged, path.name, lines[("hooks", place)]))


def _hook(unit: str, entry: dict[str, Any], file: str, line: int) -> Hook:
    found = check.METHOD.fullmatch(entry["method"])
    assert found is not None
    conditions = []
    for key, wanted in entry.get("when", {}).items():
        place = check.WHEN.fullmatch(key)
        assert place is not None
        part = place.group(2) or ""
        conditions.append(
            Condition(
                arg=None if place.group(1) == "receiver" else int(place.group(1)[3:]),
                part="" if part in ("uri", "path") else part,
                patterns=tuple(check.patterns(wanted)),
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
        api=check.levels_of(str(entry["api"])) if "api" in entry else None,
        when=tuple(conditions),
        rest=bool(entry.get("rest")),
        direct=bool(entry.get("direct")),
        empty=tuple(entry.get("empty", ())),
        permission=entry.get("permission"),
        origin=entry.get("from", "framework"),
        narrow=entry.get("narrow", ""),
        off=entry.get("off", ""),
        file=file,
        line=line,
    )


def _clashes(units: list[Unit], hooks: list[Hook]) -> Iterator[str]:
    """Units of one id; hooks of one method of which it is not clear which takes a call."""
    first: dict[str, Unit] = {}
    for unit in units:
        if first.setdefault(unit.id, unit) is not unit:
            yield f"{unit.file}:{unit.line}: id: {unit.id!r} is that of {first[unit.id].file} already"
    by_method: dict[str, list[Hook]] = defaultdict(list)
    for hook in hooks:
        by_method[hook.name].append(hook)
    for group in by_method.values():
        yield from _group_clashes(group)


def _group_clashes(group: list[Hook]) -> Iterator[str]:
    one = group[0]
    for hook in group[1:]:
        if hook.origin != one.origin:
            yield f"{hook.where} from: {hook.origin} here, {one.origin} in {one.place}"
        if set(hook.overloads or ()) != set(one.overloads or ()):
            yield f"{hook.where} overloads: not the same as in {one.place}; the hooks of one method share them"
    always = [hook for hook in group if not hook.when]
    if len(always) > 1:
        yield f"{always[1].where} when: without one it takes every call, as does {always[0].place}"
    elif always and len(group) > 1 and not always[0].rest:
        yield f"{always[0].where} rest: it takes every call; write rest: true where it is to take what others leave"
    for i, first in enumerate(group):
        for second in group[i + 1 :]:
            yield from _shared_patterns(first, second)


def _shared_patterns(one: Hook, two: Hook) -> Iterator[str]:
    if len(one.when) != 1 or len(two.when) != 1:
        return
    a, b = one.when[0], two.when[0]
    both = set(a.patterns) & set(b.patterns)
    if (a.arg, a.part, a.negated) == (b.arg, b.part, b.negated) and both:
        yield f"{two.where} when: {', '.join(sorted(both))} is taken by {one.place} already"
