"""What a column of a table is: its type, what it means, and how what is in it is masked."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Type(StrEnum):
    STRING = "string"
    INTEGER = "integer"
    BOOLEAN = "boolean"
    DATETIME = "datetime"    # given as ns since 1970, UTC
    JSON = "json"            # a list or a mapping, as JSON text


class Way(StrEnum):
    """How a cell is masked; the words are the methods of `Masker`."""

    PLAIN = "plain"          # ids, words of the harness: shown
    TEXT = "text"
    LOOSE = "loose"
    WIRE = "wire"
    URL = "url"
    VALUE = "value"
    RETURNED = "returned"    # by the row's kind
    ARGUMENTS = "arguments"  # each by the row's kind


@dataclass(frozen=True)
class Column:
    name: str
    type: Type
    about: str
    way: Way = Way.PLAIN


def columns(text: str) -> tuple[Column, ...]:
    """Lines of `name type [way]: about`."""
    found = []
    for line in filter(str.strip, text.splitlines()):
        head, _, about = line.strip().partition(": ")
        words = head.split()
        found.append(Column(words[0], Type(words[1]), about, Way(words[2]) if len(words) > 2 else Way.PLAIN))
    return tuple(found)
