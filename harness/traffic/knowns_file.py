"""`--knowns FILE`: what is known of the device and its user, as JSON: name -> value, or a list of values, or an object of
such."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from harness.decoding import as_bytes
from harness.errors import UsageError
from harness.matching import Known, Search, field_of, genders
from harness.matching.lexicon import fields
from harness.matching.normalised import normalised
from harness.matching.short_values import ONE_DIGIT

_DEEPEST = 8


@dataclass
class KnownsFile:
    """`knowns`: what can be searched for; `unsearched`: what stands in the file besides, each with the reason; `twice`: names
    that stand more than once in one object, of which all values are known."""

    knowns: list[Known] = field(default_factory=list)
    unsearched: list[str] = field(default_factory=list)
    twice: list[str] = field(default_factory=list)


def read_knowns(path: Path) -> list[Known]:
    """Raises UsageError where the file is no such JSON."""
    return read_knowns_file(path).knowns


def read_knowns_file(path: Path) -> KnownsFile:
    """Raises UsageError where the file is no such JSON."""
    found = KnownsFile()
    try:
        # A number keeps its digits as they stand: one of 20 is an ICCID, and no float.
        tree = json.loads(
            path.read_bytes(),
            parse_int=str,
            parse_float=str,
            parse_constant=lambda _: None,
            object_pairs_hook=lambda pairs: _object(pairs, found.twice),
        )
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
    for name, value in tree.items():
        for text in _texts(name, value, 0, found.unsearched):
            of = _field(name, text)
            found.knowns.append(Known(name=name, value=text, field=of, kind=fields()[of].kind if of else ""))
    return found


def searched(path: Path) -> KnownsFile:
    """As `read_knowns_file`, without what no search finds. Raises UsageError where nothing is left to look for."""
    found = read_knowns_file(path)
    useful = []
    for known in found.knowns:
        if why := _why_not(known):
            found.unsearched.append(f"{known.name} {json.dumps(known.value, ensure_ascii=False)}: {why}")
        if why in ("", _BY_HASH, _LONG):
            useful.append(known)
    if not useful:
        told = f"Not searched: {'; '.join(found.unsearched[:5])}." if found.unsearched else "It is empty."
        raise UsageError(f"{path} holds no value that can be searched for.", told, _SHAPE)
    return KnownsFile(useful, found.unsearched, found.twice)


_SHAPE = 'Write {"imei": "490154203237518", "city": "Shanghai", "mac": ["02:00:00:11:22:33"]}.'
_BY_HASH = "one character stands everywhere; only its hash under a name for it is looked for"

_LONG = "it is longer than 4096 bytes; only its hashes are looked for"


_PACKAGE = re.compile(r"[a-z]\w*(?:\.[A-Za-z_]\w*){1,7}")
_APP = re.compile(r"app_?\d{0,3}", re.IGNORECASE)


def _field(name: str, text: str) -> str:
    """As the lexicon has it; a package is an app's that is installed where the name says no more of it than `app_2`."""
    of = field_of(name, text)
    numbered = _APP.fullmatch(name) is not None and name.lower() != "app"
    return "installed_apps" if numbered and _PACKAGE.fullmatch(text) else of


def _why_not(known: Known) -> str:
    if not Search([known]).knowns:
        return "a word for yes or no stands everywhere"
    if len(as_bytes(known.value)) > 4096:
        return _LONG
    if len(known.value.strip()) > 1 or (known.value.strip().isdigit() and known.field in ONE_DIGIT):
        return ""
    if known.field == "gender" and genders.of(known.value):
        return ""
    return _BY_HASH if next(normalised(known), None) else "one character stands everywhere"


def _object(pairs: list[tuple[str, Any]], told: list[str]) -> dict[str, Any]:
    """Of names that stand twice all values: JSON leaves open which of them counts."""
    of: dict[str, list[Any]] = {}
    for name, value in pairs:
        of.setdefault(name, []).append(value)
    told += [name for name, values in of.items() if len(values) > 1]
    return {name: values if len(values) > 1 else values[0] for name, values in of.items()}


def _texts(name: str, value: Any, depth: int, unsearched: list[str]) -> Iterator[str]:
    if isinstance(value, str) and value.strip():
        yield value
    elif isinstance(value, list | dict) and value:
        if depth > _DEEPEST:
            unsearched.append(f"{name}: it nests deeper than {_DEEPEST + 1} levels")
            return
        for item in value if isinstance(value, list) else value.values():
            yield from _texts(name, item, depth + 1, unsearched)
    else:
        what = "true or false" if isinstance(value, bool) else "no value" if value is None else "empty"
        unsearched.append(f"{name}: it is {what}")
