"""How much of the rules their fixtures hold fast: `python -m benchmarks.mutation [RULE | FILE ...]`.

    --survivors       print the mutants that no fixture noticed
    --every N         only each Nth mutant of a file
    --helpers         instead of the rules the modules that they share
    --out FILE        write all that was found as JSON, to be gone on with: files that it has and that are unchanged, with their
                      fixtures, are not done again

One place of a rule's file is changed at a time (`benchmarks.mutants`: mutmut's operators) and the rule's own fixtures
(tests/rules/RULE/) are judged with what came out, by the very comparison that tests/rules/test_rules.py makes. A mutant is killed
where a fixture no longer holds, where the file cannot be loaded or its declaration names what there is not
(tests/rules/test_declared_names.py), or where it does not end.

mutmut and cosmic-ray start or fork a pytest for each mutant, and every fixture makes a bundle and its tables anew. Here each
file has one forked process; the tables of its fixtures are made once, and a mutant costs milliseconds. For a shared module, all
that imports it is loaded anew, and those fixtures are judged in which the changed function ran.
"""

from __future__ import annotations

import argparse
import ast
import hashlib
import importlib
import json
import os
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import CodeType, ModuleType, SimpleNamespace
from typing import Any

import yaml

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests" / "rules"))

import test_declared_names
import test_rules

from benchmarks.mutants import Mutant, mutants
from harness.model import Gap
from harness.rules import analysis, engine
from harness.tables import Tables, load_run

ROOT = Path(__file__).resolve().parent.parent
RULES = ROOT / "harness" / "rules"
NOT_JUDGING = {"__init__", "analysis", "pages", "readings"}
"""Files beside the rules that no fixture is about: they have tests of their own."""
SECONDS = 5.0


@dataclass
class Case:
    """A fixture with its tables, and the gaps that these had before anything was judged."""

    path: Path
    expect: list[dict[str, Any]]
    run: Tables
    gaps: list[Gap]
    rule: str
    ran: set[tuple[str, int]] = field(default_factory=set)

    def holds(self, loaded: dict[str, Any]) -> bool:
        self.run.gaps[:] = self.gaps
        judge = sys.modules["harness.rules.engine"].judge
        verdicts = judge(self.run, [loaded[self.rule]], analysis.recorded(self.run))
        try:
            test_rules.check(self.run, verdicts, self.expect)
        except AssertionError:
            return False
        return True


def cases_of(rule: str) -> Iterator[Case]:
    for path in sorted((ROOT / "tests" / "rules" / rule).glob("*.yaml")):
        fixture = yaml.load(path.read_text("utf-8"), getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        with tempfile.TemporaryDirectory() as folder:
            run = load_run(test_rules.write_bundle(Path(folder), fixture)).tables
        yield Case(path, fixture["expect"], run, list(run.gaps), rule)


def module_name(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts)


def rule_id(path: Path) -> str:
    return path.stem.replace("_", "-")


def importers(name: str) -> list[str]:
    """The modules below harness.rules that import this one, directly or not, each after those that it imports."""
    imports: dict[str, set[str]] = {}
    for path in RULES.rglob("*.py"):
        found = imports.setdefault(module_name(path), set())
        for node in ast.parse(path.read_text("utf-8")).body:
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("harness.rules"):
                found |= {str(node.module), *(f"{node.module}.{one.name}" for one in node.names)}
    wanted, order = {name}, []
    while more := {one for one, used in imports.items() if used & wanted} - wanted:
        wanted |= more
    rest = wanted - {name}
    while rest:
        ready = sorted(one for one in rest if not imports[one] & rest)
        order += ready
        rest -= set(ready)
    return order


def load(name: str, code: CodeType) -> ModuleType:
    made = ModuleType(name)
    made.__package__, made.__file__ = name.rpartition(".")[0], code.co_filename
    sys.modules[name] = made
    exec(code, vars(made))
    setattr(sys.modules[made.__package__], name.rpartition(".")[2], made)
    return made


class _TooLong(BaseException):
    pass


def _stop(*_: object) -> None:
    raise _TooLong


class Trial:
    """A file, the modules to be loaded after it, and the fixtures that judge it."""

    def __init__(self, path: Path) -> None:
        self.path, self.name = path, module_name(path)
        own = path.parent != RULES and not path.stem.startswith("_")
        after = [] if own else importers(self.name)
        self.after = [(one, compile(Path(str(sys.modules[one].__file__)).read_text("utf-8"), one, "exec"))
                      for one in after if one in sys.modules]
        self.rules = [self.name] if own else [one for one in after if hasattr(sys.modules.get(one), "rule")]
        self.cases = [case for one in self.rules for case in cases_of(one.rpartition(".")[2].replace("_", "-"))]
        self.shared = not own

    def judged(self, source: str, line: int = 0) -> str:
        """What noticed the mutant: a fixture's name, or what became of it; "" where nothing did."""
        signal.signal(signal.SIGVTALRM, _stop)
        signal.setitimer(signal.ITIMER_VIRTUAL, SECONDS * (1 if not self.shared else 4))
        try:
            load(self.name, compile(source, str(self.path), "exec"))
            for name, code in self.after:
                load(name, code)
            loaded = {}
            for name in self.rules:
                rule = engine.checked(sys.modules[name])
                test_declared_names.check(rule)
                loaded[rule.id] = rule
            for at, case in enumerate(self.cases):
                if self.shared and line and not self._reaches(case, line):
                    continue
                try:
                    held = case.holds(loaded)
                except Exception:  # noqa: BLE001 - a mutant may raise anything
                    held = False
                if not held:
                    self.cases.insert(0, self.cases.pop(at))
                    return f"{case.rule}/{case.path.stem}"
        except _TooLong:
            return "does not end"
        except Exception as error:  # noqa: BLE001 - a mutant may raise anything when it is loaded
            return f"does not load: {type(error).__name__}"
        finally:
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        return ""

    def _reaches(self, case: Case, line: int) -> bool:
        first = max((start for start, end in self.functions if start <= line <= end), default=0)
        return not first or (self.name, first) in case.ran

    def note_what_runs(self) -> None:
        tree = ast.parse(self.path.read_text("utf-8"))
        self.functions = [(min([node.lineno, *(one.lineno for one in node.decorator_list)]), node.end_lineno or 0)
                          for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
        code = compile(self.path.read_text("utf-8"), str(self.path), "exec")
        load(self.name, code)
        for name, each in self.after:
            load(name, each)
        loaded = {engine.checked(sys.modules[name]).id: sys.modules[name].rule for name in self.rules}
        for case in self.cases:
            def seen(frame: Any, event: str, _: object, case: Case = case) -> None:
                if event == "call" and frame.f_code.co_filename == str(self.path):
                    case.ran.add((self.name, frame.f_code.co_firstlineno))
            sys.setprofile(seen)
            case.holds(loaded)
            sys.setprofile(None)


def tried(path: Path, every: int) -> dict[str, Any]:
    """All mutants of a file, one after the other. The file as it is must hold before and after."""
    code = path.read_text("utf-8")
    found, left_out = mutants(code)
    trial = Trial(path)
    if trial.shared:
        trial.note_what_runs()
    if by := trial.judged(code):
        raise SystemExit(f"{path}: as it is, {by} does not hold")
    survivors: list[str] = []
    killers: dict[str, int] = {}
    chosen: list[Mutant] = found[::every]
    for mutant in chosen:
        if by := trial.judged(mutant.source, mutant.line):
            killers[by] = killers.get(by, 0) + 1
        else:
            survivors.append(str(mutant))
    if by := trial.judged(code):
        raise SystemExit(f"{path}: after its mutants, {by} does not hold as it did: a mutant changed the tables")
    return {"mutants": len(chosen), "killed": len(chosen) - len(survivors), "left_out": left_out, "survivors": survivors,
            "killers": killers}


def print_of(path: Path) -> str:
    """A hash of the file and of what judges it."""
    told = hashlib.sha256()
    for one in [path, *sorted((ROOT / "tests" / "rules" / rule_id(path)).glob("*.yaml")), Path(test_rules.__file__),
                Path(test_declared_names.__file__), *sorted(ROOT.glob("benchmarks/muta*.py"))]:
        told.update(one.read_bytes())
    return told.hexdigest()


def in_a_process(path: Path, every: int) -> dict[str, Any]:
    reader, writer = os.pipe()
    child = os.fork()
    if not child:
        os.close(reader)
        with os.fdopen(writer, "w") as out:
            json.dump(tried(path, every), out)
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as told:
        said = told.read()
    _, status = os.waitpid(child, 0)
    if status or not said:
        raise SystemExit(f"{path}: its process ended with {status}")
    return dict(json.loads(said))


def files(names: list[str], helpers: bool) -> list[Path]:
    shared = [path for path in sorted(RULES.rglob("*.py"))
              if path.stem not in NOT_JUDGING and (path.parent == RULES or path.stem.startswith("_"))]
    own = [path for path in sorted(RULES.glob("*/*.py")) if not path.stem.startswith("_")]
    there = {rule_id(path): path for path in [*own, *shared]} | {str(p.relative_to(ROOT)): p for p in [*own, *shared]}
    if unknown := [name for name in names if name not in there]:
        raise SystemExit(f"There is no {unknown[0]}.")
    return [there[name] for name in names] or (shared if helpers else own)


def share(row: dict[str, Any]) -> str:
    return f"{row['killed']:6} of {row['mutants']:6}  {100 * row['killed'] / max(1, row['mutants']):5.1f} %"


def main() -> None:
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("names", nargs="*", help="ids of rules, or files below harness/rules")
    ask.add_argument("--survivors", action="store_true")
    ask.add_argument("--helpers", action="store_true")
    ask.add_argument("--every", type=int, default=1)
    ask.add_argument("--out", type=Path)
    given: SimpleNamespace = ask.parse_args(namespace=SimpleNamespace())
    kept = json.loads(given.out.read_text("utf-8")) if given.out and given.out.exists() else {}
    engine.all_rules()
    importlib.import_module("harness.rules.analysis")
    totals: dict[str, dict[str, int]] = {}
    for path in files(given.names, given.helpers):
        name, begun = str(path.relative_to(RULES)), time.monotonic()
        mark = f"{print_of(path)} {given.every}"
        row = kept.get(name) if kept.get(name, {}).get("of") == mark else None
        if row is None:
            row = kept[name] = in_a_process(path, given.every) | {"of": mark}
            if given.out:
                given.out.write_text(json.dumps(kept, ensure_ascii=False, indent=1), "utf-8")
        print(f"{share(row)}  {name}  ({row['left_out']} left out, {time.monotonic() - begun:.0f} s)", flush=True)
        if given.survivors:
            print("".join(f"    {one}\n" for one in row["survivors"]), end="")
        for subject in (path.parent.name if path.parent != RULES else "shared", "in total"):
            total = totals.setdefault(subject, {"mutants": 0, "killed": 0})
            for key in total:
                total[key] += row[key]
    print()
    for subject, total in totals.items():
        if subject != "in total":
            print(f"{share(total)}  {subject}")
    print(f"{share(totals['in total'])}  in total")


if __name__ == "__main__":
    main()
