"""What the real framework declares at each API level, and what of the hook catalogue is not so.

The facts come from Robolectric's android-all jars, which are AOSP's own framework, and are kept as a compact index,
hooks/framework-index.txt. The core library (java.*, javax.*) is not in those jars: on Android it is OpenJDK's, so its
classes are looked up in the JDK that the lab runs on, public and protected methods only, and its levels are not checked.
"""

from __future__ import annotations

import difflib
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from harness.capture.catalogue import Catalogue, Hook
from harness.capture.class_file import BadClassFile, read_methods
from harness.capture.jdk_image import opened
from harness.errors import HarnessError

LEVELS = range(26, 37)
INDEX_FILE = "framework-index.txt"
PACKAGES_FILE = "framework-packages.txt"
RENEW = "harness hooks --verify --write-index"

_HEAD = """\
# What the framework declares, read from android-all for API levels 26 to 36: made by `harness hooks --verify --write-index`.
# class NAME LEVELS, or `core` (java.*, from the JDK of the lab), or `absent` (a maker's or an app's class).
# A method below it: name, parameter types, levels; `abstract` LEVELS where it has no body there; `void` where it gives nothing.
"""
_PACKAGES_HEAD = """\
# Packages of the framework under android and com.android, Android 8.0 to 16 (org.robolectric:android-all, hooks/frameworks.json).
# A class of another package there is not the framework's, whatever it calls itself. Renewed by: harness hooks --verify --write-index
"""  # noqa: E501
_CORE = re.compile(r"javax?\.")
_LINE = re.compile(r" (\S+) (\(.*\))(?: (\d\S*))?(?: abstract (\S+))?( void)?")
_WANTED_TYPES = {
    "action": {"android.content.Intent"},
    "package": {"android.content.Intent"},
    "actions": {"android.content.IntentFilter"},
    "authority": {"android.net.Uri", "java.lang.String"},
    "request": {"[B"},
}

Levels = frozenset[int]


class BadIndex(HarnessError):
    """The compact index, or a jar, cannot be read."""

    def __init__(self, what: str, why: str) -> None:
        super().__init__(what, why, f"Make the index again: {RENEW}")


@dataclass(frozen=True)
class Declared:
    """One method of one signature. `levels` is empty for a class of the core library."""

    levels: Levels
    abstract: Levels = frozenset()
    is_void: bool = False


@dataclass
class ClassFacts:
    """`core`: it is the core library's. Neither core nor at any level: the framework has no such class."""

    levels: set[int] = field(default_factory=set)
    core: bool = False
    methods: dict[str, dict[str, Declared]] = field(default_factory=dict)

    @property
    def known(self) -> bool:
        return self.core or bool(self.levels)

    def add(self, level: int | None, data: bytes) -> None:
        """Takes in what the class file of one level, or of the JDK, declares."""
        if level is None:
            self.core = True
        else:
            self.levels.add(level)
        here = frozenset(() if level is None else (level,))
        for method in read_methods(data):
            if level is None and not method.is_api:
                continue
            if method.name == "<clinit>" or method.name.startswith(("lambda$", "access$", "-")):
                continue
            signatures = self.methods.setdefault(method.name, {})
            before = signatures.get(method.signature, Declared(frozenset(), is_void=True))
            signatures[method.signature] = Declared(
                before.levels | here,
                before.abstract | (here if method.is_abstract else frozenset()),
                before.is_void and method.is_void,
            )


Index = dict[str, ClassFacts]


def make_index(names: Iterable[str], jars: Iterable[tuple[int, Path]], java_home: Path) -> tuple[Index, set[str]]:
    """The facts of the classes of these names, and the packages that the framework has under android and com.android.

    `jars` is gone through once, so that each may be fetched when its turn comes.
    """
    index: Index = {name: ClassFacts() for name in sorted(set(names))}
    packages: set[str] = set()
    for level, jar in jars:
        try:
            with zipfile.ZipFile(jar) as archive:
                inside = {entry for entry in archive.namelist() if entry.endswith(".class")}
                packages.update(entry.rpartition("/")[0] for entry in inside if entry.startswith(("android/", "com/android/")))
                for name, facts in index.items():
                    entry = f"{name.replace('.', '/')}.class"
                    if entry in inside:
                        facts.add(level, archive.read(entry))
        except (zipfile.BadZipFile, BadClassFile) as bad:
            raise BadIndex(f"The framework of API level {level} cannot be read.", f"{jar.name}: {bad}") from bad
    with opened(java_home) as image:
        for name, facts in index.items():
            data = image.class_file(name) if _CORE.match(name) and not facts.levels else None
            if data is not None:
                facts.add(None, data)
    return index, {package.replace("/", ".") for package in packages if "/" in package}


def write_packages(packages: Iterable[str]) -> str:
    """The packages as text, one a line."""
    return _PACKAGES_HEAD + "".join(f"{package}\n" for package in sorted(packages))


def folded(levels: Iterable[int]) -> str:
    """{26, 27, 28, 30} -> `26-28,30`."""
    runs: list[list[int]] = []
    for level in sorted(levels):
        if runs and runs[-1][-1] == level - 1:
            runs[-1].append(level)
        else:
            runs.append([level])
    return ",".join(f"{run[0]}-{run[-1]}" if len(run) > 1 else str(run[0]) for run in runs)


def unfolded(text: str) -> Levels:
    """The opposite of `folded`. Raises ValueError."""
    found: set[int] = set()
    for run in text.split(","):
        low, _, high = run.partition("-")
        found.update(range(int(low), int(high or low) + 1))
    return frozenset(found)


def write_index(index: Index) -> str:
    """The index as text: sorted, a line a method, so that a change of one shows as one line."""
    lines = [_HEAD.rstrip()]
    for name, facts in sorted(index.items()):
        lines.append(f"class {name} {'core' if facts.core else folded(facts.levels) or 'absent'}")
        for method, signatures in sorted(facts.methods.items()):
            for signature, declared in sorted(signatures.items()):
                line = f" {method} {signature}"
                line += f" {folded(declared.levels)}" if declared.levels else ""
                line += f" abstract {folded(declared.abstract)}" if declared.abstract else ""
                lines.append(f"{line} void" if declared.is_void else line)
    return "\n".join(lines) + "\n"


def read_index(text: str) -> Index:
    """What `write_index` wrote. Raises BadIndex."""
    index: Index = {}
    facts = ClassFacts()
    for number, line in enumerate(text.splitlines(), start=1):
        if not line or line.startswith("#"):
            continue
        try:
            if line.startswith("class "):
                _, name, levels = line.split(" ")
                core = levels == "core"
                facts = ClassFacts(set() if core or levels == "absent" else set(unfolded(levels)), core)
                index[name] = facts
                continue
            found = _LINE.fullmatch(line)
            if found is None:
                raise ValueError("neither a class nor a method")
            method, signature, at, abstract, void = found.groups()
            declared = Declared(unfolded(at) if at else frozenset(), unfolded(abstract) if abstract else frozenset(), bool(void))
            facts.methods.setdefault(method, {})[signature] = declared
        except ValueError as bad:
            raise BadIndex("The framework's index cannot be read.", f"{INDEX_FILE}:{number}: {bad}") from bad
    return index


def class_names(catalogue: Catalogue) -> list[str]:
    """Every class that the catalogue names, once, sorted."""
    return sorted({hook.class_name for hook in catalogue.hooks if hook.origin != "native"})


def problems(catalogue: Catalogue, index: Index, levels: Iterable[int] = LEVELS) -> list[str]:
    """What the catalogue claims and the framework does not bear out, one line each: file, line, hook, field."""
    known = frozenset(levels)
    of_java = (hook for hook in catalogue.hooks if hook.origin != "native")
    return [f"{hook.where} {said}" for hook in of_java for said in _problems(hook, index, known)]


def _problems(hook: Hook, index: Mapping[str, ClassFacts], known: Levels) -> Iterator[str]:
    facts = index.get(hook.class_name)
    if facts is None:
        yield f"method: {hook.class_name} is not in the index; make it again: {RENEW}"
    elif hook.origin != "framework":
        if facts.known and not (facts.core and hook.origin == "vendor"):  # the insides of one VM's core library
            yield f"from: {hook.class_name} is the framework's own, at {folded(facts.levels) or 'every level'}"
    elif not facts.known:
        yield f"method: the framework has no class {hook.class_name}; a maker's needs from: vendor, an app's from: app"
    elif hook.method not in facts.methods:
        near = difflib.get_close_matches(hook.method, facts.methods, 1)
        meant = f"; is {near[0]} meant?" if near else ""
        yield f"method: {hook.class_name} itself declares no {hook.method}{meant}"
    else:
        signatures = facts.methods[hook.method]
        chosen = {s: d for s, d in signatures.items() if hook.overloads is None or s in hook.overloads}
        unknown = [overload for overload in hook.overloads or () if overload not in signatures]
        for overload in unknown:
            yield f"overloads: there is no {hook.method}{overload}; there are {' '.join(signatures)}"
        if unknown:
            return
        if not facts.core:
            yield from _level_problems(hook, facts, chosen, known)
        elif hook.api is None:
            yield "api: is missing; what every level has is written 1.."
        yield from _argument_problems(hook, chosen)
        if hook.value == "return" and chosen and all(d.is_void for d in chosen.values()):
            yield f"value: {hook.method} gives nothing back"


def _level_problems(hook: Hook, facts: ClassFacts, chosen: Mapping[str, Declared], known: Levels) -> Iterator[str]:
    have: set[int] = set().union(*(d.levels for d in chosen.values()))
    if hook.api is None:
        yield f"api: is missing; the framework has it at {folded(have & known)}"
        return
    claimed = {level for level in known if hook.required(level)}
    if not claimed:
        yield f"api: {hook.levels} is outside {folded(known)}, where it could be checked"
    if claimed - facts.levels:
        yield f"api: {hook.levels} holds {folded(claimed - facts.levels)}, where there is no {hook.class_name}"
    if lacking := (claimed & facts.levels) - have:
        there = folded(have & known)
        yield f"api: {hook.levels} holds {folded(lacking)}, where the class does not declare it; it does at {there}"
    left_out = (have & known) - claimed
    if left_out and not hook.narrow:
        yield f"api: {hook.levels} leaves out {folded(left_out)}, where it is too; widen it, or say why in narrow"
    if hook.narrow and not left_out:
        yield "narrow: api leaves no level out"
    for signature, declared in chosen.items():
        if declared.abstract & claimed:
            yield f"overloads: {signature} has no body at {folded(declared.abstract & claimed)} and cannot be hooked"
        if hook.overloads is not None and claimed and not declared.levels & claimed:
            yield f"overloads: {signature} is there at {folded(declared.levels)}, at no level of {hook.levels}"


def _argument_problems(hook: Hook, chosen: Mapping[str, Declared]) -> Iterator[str]:
    if not chosen:
        return
    types = [signature[1:-1].split(", ") if signature != "()" else [] for signature in chosen]
    most = max(len(t) for t in types)
    if hook.value.startswith("arg") and int(hook.value[3:].partition(".")[0]) >= most:
        yield f"value: no overload has an {hook.value}; the longest takes {most}"
    for condition in hook.when:
        if condition.arg is None:
            continue
        if condition.arg >= most:
            yield f"when: no overload has an arg{condition.arg}; the longest takes {most}"
            continue
        wanted = _WANTED_TYPES.get(condition.part)
        found = {t[condition.arg] for t in types if len(t) > condition.arg}
        if wanted is not None and not wanted & found:
            are = " or ".join(sorted(found))
            yield f"when: arg{condition.arg}.{condition.part} wants {' or '.join(sorted(wanted))}; arg{condition.arg} is {are}"
