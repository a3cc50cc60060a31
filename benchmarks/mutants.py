"""The mutants of a file: every change that mutmut's operators make to it, one at a time, and what is left out and why.

mutmut itself mutates bodies of functions only, through trampolines; a rule is half declaration (clauses, scenarios, needs, the
tables of kinds and words above its functions). So its operators are used and its trampolines are not: each mutant is the
whole file with one place changed.

Left out, as it cannot change what is decided:

- docstrings and annotations;
- texts for people: what is given to `reason`, `title`, `sees`, `cannot_see`, `advice` (and `..._zh`) and as the words of a gap,
  and what is used for nothing else in the file (`Texts` follows names, parameters and functions of the file);
- upper and lower case in an expression that is compiled with re.I;
- arguments of `len` and `isinstance` (as mutmut does), and arguments of `Rule(...)` taken away: the file would not be imported.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import libcst as cst
from libcst.metadata import MetadataWrapper, ParentNodeProvider, PositionProvider
from mutmut.mutation.mutators import mutation_operators

_WORDS = ("reason", "title", "advice", "detail", "why")
TEXT_ARGUMENTS = frozenset({"id", "sees", "cannot_see", *_WORDS, *(f"{one}_zh" for one in _WORDS)})
WORDS_OF_GAPS = {"not_reached": {1}, "add_gap": {1, 3}, "quoted": {1}}
"""Functions of the engine that take a text for people by its place."""
ROOT = Path(__file__).resolve().parent.parent
Span = tuple[tuple[int, int], tuple[int, int]]


@dataclass(frozen=True)
class Mutant:
    line: int
    operator: str
    before: str
    after: str
    source: str

    def __str__(self) -> str:
        was, now = " ".join(self.before.split()), " ".join(self.after.split())
        start = next((i for i, (a, b) in enumerate(zip(was, now, strict=False)) if a != b), min(len(was), len(now)))
        at = max(0, start - 40)
        return f"line {self.line}: {self.operator}: …{was[at:at + 100]}… -> …{now[at:at + 100]}…"


class Texts:
    """Places (line and column, from and to) of a file whose value only people read."""

    def __init__(self, code: str) -> None:
        self._lines = code.splitlines()
        self._tree = ast.parse(code)
        self._parents = {child: node for node in ast.walk(self._tree) for child in ast.iter_child_nodes(node)}
        self._functions = {node.name: node for node in self._tree.body if isinstance(node, ast.FunctionDef)}
        self._imported = _texts_taken(self._tree)
        self._loads: dict[tuple[str, str], list[ast.AST]] = {}
        stored: set[tuple[str, str]] = {("", name) for name in self._functions}
        for node in ast.walk(self._tree):
            if isinstance(node, ast.arg):
                stored.add((self._scope(node), node.arg))
            elif isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
                stored.add((self._scope(node), node.id))
        for node in ast.walk(self._tree):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
                scope = self._scope(node)
                self._loads.setdefault((scope if (scope, node.id) in stored else "", node.id), []).append(node)
        self._names = {one for one in stored if self._loads.get(one)}
        while lost := {one for one in self._names if not all(self._read_by_people(load) for load in self._loads[one])}:
            self._names -= lost
        self.spans = sorted(self._found())

    def _scope(self, node: ast.AST) -> str:
        name = ""
        while node in self._parents:
            node = self._parents[node]
            if isinstance(node, ast.FunctionDef):
                name = node.name
        return name

    def _is_text(self, target: ast.AST) -> bool:
        if isinstance(target, (ast.Tuple, ast.List)):
            return all(self._is_text(one) for one in target.elts)
        return isinstance(target, ast.Name) and (self._scope(target), target.id) in self._names

    def _read_by_people(self, node: ast.AST) -> bool:
        while (parent := self._parents.get(node)) is not None:
            if self._takes_text(parent, node):
                return True
            node = parent
        return False

    def _takes_text(self, parent: ast.AST, node: ast.AST) -> bool:
        """Whether this child of `parent` is only for people."""
        match parent:
            case ast.keyword(arg=name):
                if name in TEXT_ARGUMENTS:
                    return True
                call = self._parents[parent]
                called = self._called(call)
                return called in self._functions and (called, name) in self._names
            case ast.Call(args=given) if node in given:
                at, called = given.index(node), self._called(parent)
                if at in WORDS_OF_GAPS.get(called, ()) or at in self._imported.get(called, ()):
                    return True
                function = self._functions.get(called)
                plain = not any(isinstance(one, ast.Starred) for one in given)
                return (function is not None and plain and at < len(function.args.args)
                        and (called, function.args.args[at].arg) in self._names)
            case ast.Assign(targets=[target], value=value) if node is value:
                return self._is_text(target)
            case ast.Assign(targets=targets) if node in targets:
                return False
            case ast.AnnAssign(target=target, value=value) | ast.AugAssign(target=target, value=value) if node is value:
                return self._is_text(target)
            case ast.NamedExpr(target=target, value=value) if node is value:
                return self._is_text(target)
            case ast.Tuple(elts=elements):
                above = self._parents[parent]
                if isinstance(above, ast.Assign) and above.value is parent and isinstance(above.targets[0], ast.Tuple):
                    at = next(at for at, one in enumerate(elements) if one is node)
                    return self._is_text(above.targets[0].elts[at])
            case ast.FunctionDef(name=name, body=body) if node in body:
                return ("", name) in self._names
        return False

    @staticmethod
    def _called(call: ast.AST) -> str:
        function = call.func if isinstance(call, ast.Call) else None
        return function.id if isinstance(function, ast.Name) else function.attr if isinstance(function, ast.Attribute) else ""

    def _found(self) -> Iterator[Span]:
        for node, parent in self._parents.items():
            if hasattr(node, "lineno") and self._takes_text(parent, node):
                whole = parent if isinstance(parent, (ast.Assign, ast.AnnAssign, ast.AugAssign)) else node
                yield (self._at(whole.lineno, whole.col_offset),
                       self._at(whole.end_lineno or 0, whole.end_col_offset or 0))

    def _at(self, line: int, column: int) -> tuple[int, int]:
        return line, len(self._lines[line - 1].encode()[:column].decode())

    def holds(self, place: tuple[int, int]) -> bool:
        return any(start <= place < end for start, end in self.spans)


def _texts_taken(tree: ast.Module) -> dict[str, set[int]]:
    """Functions imported from other files of the rules, with the places of their parameters that are texts for people."""
    found = {}
    for node in tree.body:
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("harness.rules."):
            path = ROOT.joinpath(*str(node.module).split(".")).with_suffix(".py")
            functions = {one.name: one for one in ast.parse(path.read_text("utf-8")).body if isinstance(one, ast.FunctionDef)}
            for name in (one.name for one in node.names if one.name in functions):
                found[name] = {at for at, arg in enumerate(functions[name].args.args) if arg.arg in TEXT_ARGUMENTS}
    return found


class _Finder(cst.CSTVisitor):
    METADATA_DEPENDENCIES = (PositionProvider, ParentNodeProvider)

    def __init__(self, code: str, module: cst.Module) -> None:
        super().__init__()
        self.code, self.module, self.texts = code, module, Texts(code)
        self.starts = [0]
        for line in code.splitlines(keepends=True):
            self.starts.append(self.starts[-1] + len(line))
        self.found: list[Mutant] = []
        self.left_out = 0

    def place(self, node: cst.CSTNode) -> Span:
        span = self.get_metadata(PositionProvider, node)
        return (span.start.line, span.start.column), (span.end.line, span.end.column)

    def on_visit(self, node: cst.CSTNode) -> bool:
        if isinstance(node, (cst.Annotation, cst.Import, cst.ImportFrom, cst.Decorator)):
            return False
        for kind, operator in mutation_operators:
            if isinstance(node, kind):
                for changed in operator(node):
                    self._add(node, changed, operator.__name__.removeprefix("operator_"))
        return True

    def _add(self, node: cst.CSTNode, changed: cst.CSTNode, operator: str) -> None:
        start, end = self.place(node)
        if self._never_loads(node, operator):
            return
        if self.texts.holds(start) or self._of_text(node, changed) or self._same_in_any_case(node, operator, changed):
            self.left_out += 1
            return
        if getattr(changed, "lpar", None):
            changed = changed.with_changes(lpar=[], rpar=[])
        after = self.module.code_for_node(changed)
        if isinstance(node, cst.UnaryOperation) and isinstance(changed, cst.BaseExpression):
            after = f"({after})"
        first, last = (self.starts[line - 1] + column for line, column in (start, end))
        self.found.append(Mutant(start[0], operator, self.code[first:last], after, self.code[:first] + after + self.code[last:]))

    @staticmethod
    def _never_loads(node: cst.CSTNode, operator: str) -> bool:
        if isinstance(node, cst.Call) and operator == "arg_removal":
            return isinstance(node.func, cst.Name) and node.func.value in {"len", "isinstance", "Rule"}
        target = node.targets[0].target if isinstance(node, cst.Assign) else None
        return isinstance(target, cst.Name) and target.value == "rule"

    def _of_text(self, node: cst.CSTNode, changed: cst.CSTNode) -> bool:
        """An argument that is a text for people was taken away or made None."""
        if not isinstance(node, cst.Call) or not isinstance(changed, cst.Call) or node.func is not changed.func:
            return False
        gone = [arg for arg in node.args if not any(arg is one for one in changed.args)]
        return bool(gone) and all(
            (arg.keyword is not None and arg.keyword.value in TEXT_ARGUMENTS) or self.texts.holds(self.place(arg.value)[0])
            for arg in gone)

    def _same_in_any_case(self, node: cst.CSTNode, operator: str, changed: cst.CSTNode) -> bool:
        if operator != "string" or not isinstance(changed, cst.SimpleString) or not isinstance(node, cst.SimpleString):
            return False
        if changed.value.lower() != node.value.lower():
            return False
        above: cst.CSTNode | None = node
        while above is not None and not isinstance(above, cst.BaseStatement):
            if isinstance(above, cst.Call) and self.module.code_for_node(above.func).startswith("re."):
                return any(self.module.code_for_node(arg.value) in {"re.I", "re.IGNORECASE"} for arg in above.args)
            above = self.get_metadata(ParentNodeProvider, above, None)
        return False


def mutants(code: str) -> tuple[list[Mutant], int]:
    """All mutants of a file, in the order of their places, and how many were left out."""
    wrapper = MetadataWrapper(cst.parse_module(code), unsafe_skip_copy=True)
    finder = _Finder(code, wrapper.module)
    wrapper.visit(finder)
    return finder.found, finder.left_out


