"""One cell of a table: of its column's type, masked, and for spreadsheets harmless."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

from harness.render.columns import Column, Type, Way
from harness.render.forms import iso, visible
from harness.render.masking import WHOLE, Masker

LONGEST = 32_767
"""Characters that a spreadsheet's cell can hold; what is longer is cut off in CSV, and marked. Parquet has it whole."""
_CUT = " …[cut: {} characters; whole in Parquet]"
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")  # also in full width


def cell(mask: Masker, column: Column, value: Any, kind: str = "") -> Any:
    """text for string and JSON, int for integer and datetime (ns), bool, or None. `kind`: of the row's call.

    A text has no half of a surrogate pair, which neither Parquet nor CSV can carry: it stands as its escape.
    """
    if value is None:
        return None
    if column.type is Type.BOOLEAN:
        return bool(value)
    if column.type in {Type.INTEGER, Type.DATETIME}:
        return int(value) if isinstance(value, int | float) and -(2**63) <= int(value) < 2**63 else None
    text = str(value) if column.type is Type.STRING else _json(value)
    if mask.on and column.way is not Way.PLAIN and text:
        return _masked(mask, column, value, text, kind)
    return whole(text)


def _masked(mask: Masker, column: Column, value: Any, text: str, kind: str) -> str:
    if column.way is Way.RETURNED:
        return mask.returned(kind, value, WHOLE)
    if column.way is Way.ARGUMENTS:
        return _json([mask.argument(kind, one, WHOLE) for one in value]) if isinstance(value, list) else mask.loose(text, WHOLE)
    if column.type is Type.JSON and isinstance(value, list):
        return _json([getattr(mask, column.way)(one, WHOLE) for one in value])
    done: str = getattr(mask, column.way)(text, WHOLE)
    return done


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=_plain)


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return dataclasses.asdict(value)
    return sorted(map(str, value)) if isinstance(value, set | frozenset) else str(value)


def whole(text: str) -> str:
    """The text, as UTF-8 can carry it."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return "".join(f"\\u{ord(sign):04x}" if "\ud800" <= sign <= "\udfff" else sign for sign in text)
    return text


def for_csv(column: Column, value: Any) -> str:
    """A cell of a CSV file. A text that a spreadsheet would take for a formula gets an apostrophe; what a reader would not see
    stands as its escape; a datetime is ISO 8601; None is empty."""
    if value is None:
        return ""
    if column.type is Type.DATETIME:
        return iso(value, 9) or ""
    if column.type is Type.BOOLEAN:
        return "true" if value else "false"
    if column.type is Type.INTEGER:
        return str(value)
    text = visible(str(value))
    if len(text) > LONGEST:
        mark = _CUT.format(len(text))
        text = text[:LONGEST - len(mark) - 1] + mark
    return f"'{text}" if text.lstrip(" ").startswith(_FORMULA) else text
