"""`--knowns FILE`: what is known of the device and its user, as JSON: name -> value, or a list of values, or an object of
such."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from harness.errors import UsageError
from harness.matching import Known, field_of
from harness.matching.lexicon import fields

_DEEPEST = 8


def read_knowns(path: Path) -> list[Known]:
    """Raises UsageError where the file is no such JSON."""
    try:
        # A number keeps its digits as they stand: one of 20 is an ICCID, and no float.
        tree = json.loads(path.read_bytes(), parse_int=str, parse_float=str, parse_constant=str)
    except OSError as error:
        raise UsageError(f"{path} cannot be read.", str(error.strerror), _SHAPE) from error
    except json.JSONDecodeError as bad:
        raise UsageError(
            f"{path} cannot be read.", f"It is no JSON: {bad.msg} (line {bad.lineno}, column {bad.colno}).", _SHAPE
        ) from bad
    except (ValueError, RecursionError) as bad:
        raise UsageError(f"{path} cannot be read.", f"It is no JSON: {bad}.", _SHAPE) from bad
    if not isinstance(tree, dict):
        sort = "a list" if isinstance(tree, list) else "a single value"
        raise UsageError(f"{path} holds no values.", f"It is {sort} at its top; an object is wanted.", _SHAPE)
    return list(_knowns(tree))


_SHAPE = 'Write {"imei": "490154203237518", "city": "Shanghai", "mac": ["02:00:00:11:22:33"]}.'


def _knowns(tree: dict[str, Any]) -> Iterator[Known]:
    for name, value in tree.items():
        for text in _texts(value, 0):
            field = _field(name, text)
            yield Known(name=name, value=text, field=field, kind=fields()[field].kind if field else "")


_PACKAGE = re.compile(r"[a-z]\w*(?:\.[A-Za-z_]\w*){1,7}")
_APP = re.compile(r"app_?\d{0,3}", re.IGNORECASE)


def _field(name: str, text: str) -> str:
    """As the lexicon has it; a package is an app's that is installed where the name says no more of it than `app_2`."""
    field = field_of(name, text)
    numbered = _APP.fullmatch(name) is not None and name.lower() != "app"
    return "installed_apps" if numbered and _PACKAGE.fullmatch(text) else field


def _texts(value: Any, depth: int) -> Iterator[str]:
    if isinstance(value, str):
        if value.strip():
            yield value
    elif depth > _DEEPEST:
        return
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item, depth + 1)
    elif isinstance(value, dict):
        for item in value.values():
            yield from _texts(item, depth + 1)
