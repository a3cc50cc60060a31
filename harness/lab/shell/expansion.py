"""Turns words into arguments: parameters, command substitution, arithmetic, splitting, file names."""

from __future__ import annotations

import ast
import fnmatch
import operator
import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from harness.lab.adbd.files import resolve
from harness.lab.shell.syntax import Arithmetic, Parameter, Substitution, Text, Word

if TYPE_CHECKING:
    from harness.lab.shell.interpreter import Shell

_GLOB = re.compile(r"[*?\[]")
MAX_FIELDS = 100_000


class ExpansionFailed(Exception):
    """The text is sh's message."""


Field = list[tuple[str, bool]]
"""One argument in the making: pieces and whether each was quoted."""


async def expand_words(shell: Shell, words: tuple[Word, ...]) -> list[str]:
    """All arguments of a command. Raises ExpansionFailed."""
    arguments: list[str] = []
    for word in words:
        for field in await _fields(shell, word):
            arguments.extend(_file_names(shell, field))
    return arguments


async def expand_text(shell: Shell, word: Word) -> str:
    """One string, neither split nor matched: assignments, redirections, here-documents."""
    return "".join([text for part in word.parts for text in [await _value(shell, part)]])


async def expand_pattern(shell: Shell, word: Word) -> str:
    """As `expand_text`, with what was quoted escaped for fnmatch."""
    pieces = []
    for part in word.parts:
        text = await _value(shell, part)
        quoted = getattr(part, "quoted", False)
        pieces.append(_escape(text) if quoted else text)
    return "".join(pieces)


async def _fields(shell: Shell, word: Word) -> list[Field]:
    fields: list[Field] = []
    current: Field | None = None
    for part in word.parts:
        if isinstance(part, Parameter) and part.name == "@" and part.quoted and not part.operator:
            for index, argument in enumerate(shell.arguments):
                if index:
                    fields.append(current or [])
                    current = None
                current = [*(current or []), (argument, True)]
            continue
        text = await _value(shell, part)
        if isinstance(part, Text) or getattr(part, "quoted", False):
            current = [*(current or []), (text, getattr(part, "quoted", False))]
            continue
        pieces = re.split(r"[ \t\n]+", text)
        for index, piece in enumerate(pieces):
            if index and current is not None:
                fields.append(current)
                current = None
            if piece:
                current = [*(current or []), (piece, False)]
        if len(fields) > MAX_FIELDS:
            raise ExpansionFailed("argument list too long")
    if current is not None:
        fields.append(current)
    return [_tilde(shell, field) for field in fields]


def _tilde(shell: Shell, field: Field) -> Field:
    text, quoted = field[0] if field else ("", True)
    if not quoted and (text == "~" or text.startswith("~/")):
        return [(shell.variables.get("HOME", "/") + text[1:], True), *field[1:]]
    return field


async def _value(shell: Shell, part: object) -> str:
    if isinstance(part, Text):
        return part.text
    if isinstance(part, Parameter):
        return await _parameter(shell, part)
    if isinstance(part, Substitution):
        return await shell.substitute(part.script)
    if isinstance(part, Arithmetic):
        return str(evaluate(_named_values(shell, part.expression)))
    raise TypeError(part)


async def _parameter(shell: Shell, part: Parameter) -> str:
    value = shell.parameter(part.name)
    if not part.operator:
        return value or ""
    if part.operator == "#length":
        return str(len(value or ""))
    test_empty = part.operator.startswith(":")
    kind = part.operator.removeprefix(":")
    missing = value is None or (test_empty and not value)
    if kind in ("#", "##", "%", "%%"):
        return _cut(value or "", kind, await expand_pattern(shell, part.operand or Word(())))
    if kind == "+":
        return "" if missing else await expand_text(shell, part.operand or Word(()))
    if not missing:
        return value or ""
    word = await expand_text(shell, part.operand or Word(()))
    if kind == "=":
        shell.variables[part.name] = word
    elif kind == "?":
        raise ExpansionFailed(f"{part.name}: {word or 'parameter null or not set'}")
    return word


def _cut(value: str, kind: str, pattern: str) -> str:
    """${NAME#pattern} and its three sisters."""
    lengths = range(len(value) + 1) if len(kind) == 1 else range(len(value), -1, -1)
    for length in lengths:
        piece = value[:length] if kind[0] == "#" else value[len(value) - length :]
        if fnmatch.fnmatchcase(piece, pattern):
            return value[length:] if kind[0] == "#" else value[: len(value) - length]
    return value


def _escape(text: str) -> str:
    return re.sub(r"([*?\[])", r"[\1]", text)


def _file_names(shell: Shell, field: Field) -> list[str]:
    """The names that match, in order; the pattern itself where none does."""
    plain = "".join(text for text, _ in field)
    if not any(not quoted and _GLOB.search(text) for text, quoted in field):
        return [plain]
    pattern = "".join(_escape(text) if quoted else text for text, quoted in field)
    return _match(shell, pattern) or [plain]


def _match(shell: Shell, pattern: str) -> list[str]:
    found = ["/"] if pattern.startswith("/") else [""]
    for piece in pattern.strip("/").split("/"):
        if not _GLOB.search(piece):
            found = [base + piece + "/" for base in found]
            continue
        following = []
        for base in found:
            try:
                names = shell.files.list(resolve(shell.cwd, base or "."))
            except OSError:
                continue
            following += [
                base + name + "/"
                for name in names
                if fnmatch.fnmatchcase(name, piece) and (not name.startswith(".") or piece.startswith("."))
            ]
        found = following
        if len(found) > MAX_FIELDS:
            raise ExpansionFailed("argument list too long")
    paths = [path.removesuffix("/") or "/" for path in found]
    return [path for path in paths if shell.exists(path)]


# arithmetic: Python's grammar reads C's expressions of integers well enough, node by node

_BINARY: dict[type, Callable[[int, int], int]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul,
    ast.BitAnd: operator.and_, ast.BitOr: operator.or_, ast.BitXor: operator.xor,
    ast.LShift: lambda a, b: a << (b & 63), ast.RShift: lambda a, b: a >> (b & 63),
    ast.Div: lambda a, b: int(a / b), ast.Mod: lambda a, b: a - b * int(a / b),
}  # fmt: skip
_COMPARE: dict[type, Callable[[int, int], bool]] = {
    ast.Eq: operator.eq, ast.NotEq: operator.ne, ast.Lt: operator.lt, ast.LtE: operator.le,
    ast.Gt: operator.gt, ast.GtE: operator.ge,
}  # fmt: skip


_NAMED = re.compile(r"\$\{?([A-Za-z_][A-Za-z0-9_]*|[0-9?#$])\}?|\b([A-Za-z_][A-Za-z0-9_]*)")


def _named_values(shell: Shell, expression: str) -> str:
    def value(match: re.Match[str]) -> str:
        found = shell.parameter(match.group(1) or match.group(2)) or "0"
        return found if re.fullmatch(r"-?[0-9]+", found) else "0"

    return _NAMED.sub(value, expression)


def evaluate(expression: str) -> int:
    """An integer expression, 64 bits. Raises ExpansionFailed."""
    text = expression.replace("&&", " and ").replace("||", " or ").strip() or "0"
    text = re.sub(r"!(?!=)", " not ", text)
    if len(text) > 1000:
        raise ExpansionFailed(f"{expression[:20]}...: expression too long")
    try:
        return _wrap(_node(ast.parse(text, mode="eval").body))
    except ZeroDivisionError:
        raise ExpansionFailed(f"{expression}: zero divisor") from None
    except (SyntaxError, ValueError, RecursionError, OverflowError):
        raise ExpansionFailed(f"{expression}: unexpected expression") from None


def _wrap(number: int) -> int:
    return (number + 2**63) % 2**64 - 2**63


def _node(node: ast.expr) -> int:
    if isinstance(node, ast.Constant) and isinstance(node.value, int):
        return _wrap(node.value)
    if isinstance(node, ast.BinOp) and type(node.op) in _BINARY:
        return _wrap(_BINARY[type(node.op)](_node(node.left), _node(node.right)))
    if isinstance(node, ast.UnaryOp):
        value = _node(node.operand)
        return {ast.USub: -value, ast.Not: int(not value), ast.Invert: ~value}.get(type(node.op), value)
    if isinstance(node, ast.Compare) and len(node.ops) == 1 and type(node.ops[0]) in _COMPARE:
        return int(_COMPARE[type(node.ops[0])](_node(node.left), _node(node.comparators[0])))
    if isinstance(node, ast.BoolOp):
        values = [_node(one) for one in node.values]
        return int(all(values) if isinstance(node.op, ast.And) else any(values))
    raise ValueError(ast.dump(node))
