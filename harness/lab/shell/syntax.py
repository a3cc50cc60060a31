"""The parts of a parsed command line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True)
class Text:
    """Literal characters; quoted ones are neither split nor matched against file names."""

    text: str
    quoted: bool


@dataclass(frozen=True)
class Parameter:
    """$NAME and ${NAME:-word}. `operator` is "", "#length", ":-", "-", ":=", "=", ":+", "+", "#", "##", "%", "%%"."""

    name: str
    quoted: bool
    operator: str = ""
    operand: Word | None = None


@dataclass(frozen=True)
class Substitution:
    """$(script) and `script`."""

    script: str
    quoted: bool


@dataclass(frozen=True)
class Arithmetic:
    """$((expression))."""

    expression: str


Part: TypeAlias = Text | Parameter | Substitution | Arithmetic


@dataclass(frozen=True)
class Word:
    parts: tuple[Part, ...]

    def literal(self) -> str | None:
        """The word's text where it is wholly unquoted and literal: keywords, names."""
        if all(isinstance(part, Text) and not part.quoted for part in self.parts):
            return "".join(part.text for part in self.parts if isinstance(part, Text))
        return None


@dataclass(frozen=True)
class Redirect:
    """`descriptor` `operator` `target`: "<", ">", ">>", "<>", ">&", "<&" or "<<" (target: the document)."""

    descriptor: int
    operator: str
    target: Word


@dataclass(frozen=True)
class Simple:
    assignments: tuple[tuple[str, Word], ...]
    words: tuple[Word, ...]


@dataclass(frozen=True)
class Group:
    """{ list; } or, in a copy of the shell, ( list )."""

    body: Sequence
    subshell: bool


@dataclass(frozen=True)
class If:
    branches: tuple[tuple[Sequence, Sequence], ...]
    otherwise: Sequence | None


@dataclass(frozen=True)
class While:
    condition: Sequence
    body: Sequence
    until: bool


@dataclass(frozen=True)
class For:
    name: str
    words: tuple[Word, ...] | None
    body: Sequence


@dataclass(frozen=True)
class Case:
    subject: Word
    arms: tuple[tuple[tuple[Word, ...], Sequence], ...]


@dataclass(frozen=True)
class Function:
    name: str
    body: Command


Body: TypeAlias = Simple | Group | If | While | For | Case | Function


@dataclass(frozen=True)
class Command:
    body: Body
    redirects: tuple[Redirect, ...] = ()


@dataclass(frozen=True)
class Pipeline:
    commands: tuple[Command, ...]
    negated: bool


@dataclass(frozen=True)
class AndOr:
    """`rest`: ("&&" or "||", pipeline) in order. `background`: ended by "&"; `source` is its text for ps."""

    first: Pipeline
    rest: tuple[tuple[str, Pipeline], ...]
    background: bool = False


@dataclass(frozen=True)
class Sequence:
    items: tuple[AndOr, ...]


class ShellSyntaxError(Exception):
    """The command line cannot be read; the text is sh's message without its prefix."""
