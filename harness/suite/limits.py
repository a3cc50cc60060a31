"""How long the suite waits and how much it taps: a named profile, data that every run records."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from harness.errors import UsageError

_FOLDER = Path(__file__).parent / "profiles"
_AT_LEAST_ONE = frozenset({"second_chances", "dialogs", "launches", "rounds", "policy_text", "rights_days", "minor"})
"""Counts without which a scenario would do nothing."""
_MOST = 366 * 24 * 3600
"""A year, in seconds: more is no wait; of a count, more is no limit."""


@dataclass(frozen=True, kw_only=True)
class Limits:
    """See profiles/default.yaml for units and sources."""

    name: str
    source: str
    observe: float
    background: float
    draw: float
    notice: float
    settle: float
    enable: float
    second_chances: int
    second: float
    dialogs: int
    settings_trips: int
    returns: int
    notice_swipes: int
    login_taps: int
    taps: int
    depth: int
    walk: float
    restarts: int
    dismiss: float
    idle: float
    crawl_taps: int
    crawl_depth: int
    crawl: float
    policy_text: int
    rights_days: int
    minor: int
    launches: int
    reboot: float
    rounds: int
    reprompt: float
    advert: float
    splash: float
    pace: float
    close: float
    shake_small: float
    shake_large: float
    wake: float
    boot: float
    points: int

    def observing(self, seconds: float | None) -> Limits:
        """The same with all observation windows of this length."""
        if seconds is None:
            return self
        if not 0 <= seconds <= _MOST:       # no `nan` either
            raise UsageError(
                "An observation window cannot be shorter than 0 seconds, nor longer than a year.", f"--observe {seconds:g}",
                "Give 0 or more.")
        return dataclasses.replace(
            self, observe=seconds, background=seconds, idle=seconds, dismiss=seconds, second=seconds, wake=seconds)


def load_limits(name: str = "default") -> Limits:
    """A shipped profile by name, or a file with some of the same keys; the others are those of the default. Raises
    UsageError, with file, line and key for a value that cannot be meant."""
    path = Path(name) if name.endswith((".yaml", ".yml")) else _FOLDER / f"{name}.yaml"
    if not path.is_file():
        known = ", ".join(sorted(p.stem for p in _FOLDER.glob("*.yaml")))
        raise UsageError(f"There is no profile {name!r}.", f"Known: {known}.", "Name one of these or a YAML file.")
    default, _ = _read(_FOLDER / "default.yaml")
    data, lines = _read(path)
    values = {**default, "source": "", "name": path.stem, **data}
    kinds = {field.name: str(field.type) for field in dataclasses.fields(Limits)}
    for key, value in values.items():
        wrong = _wrong(key, value, kinds)
        if wrong:
            line = f", line {lines[key]}" if key in lines else ""
            raise UsageError(f"The profile {path} cannot be used{line}: {wrong[0]}.", wrong[1],
                             f"It may have the keys {', '.join(kinds)}." if key not in kinds else f"Correct {key}.")
    return Limits(**values)


def _read(path: Path) -> tuple[dict[Any, Any], Mapping[Any, int]]:
    """The mapping of a file, and the line of each of its keys."""
    try:
        reader = yaml.SafeLoader(path.read_text(encoding="utf-8"))
        node = reader.get_single_node()
        data: Any = {} if node is None else reader.construct_document(node)
    except (OSError, TypeError, ValueError, yaml.YAMLError) as bad:     # a UnicodeDecodeError is a ValueError
        raise UsageError(f"The profile {path} cannot be read.", str(bad), "Name a YAML file.") from bad
    if not isinstance(data, dict):
        raise UsageError(f"The profile {path} holds no mapping.", f"It is {data!r}.", "Write lines such as observe: 5.")
    pairs = node.value if isinstance(node, yaml.MappingNode) else ()
    return data, {key.value: key.start_mark.line + 1 for key, _ in pairs if isinstance(key, yaml.ScalarNode)}


def _wrong(key: Any, value: Any, kinds: Mapping[str, str]) -> tuple[str, str] | None:
    """What is wrong with a value, and what it is; None where nothing is."""
    kind, why = kinds.get(key), f"It is {value!r}."
    if kind is None:
        return f"there is no key {key!r}", ""
    if kind == "str":
        return None if isinstance(value, str) and (value or key != "name") else (f"`{key}` is no text", why)
    least = 1 if key in _AT_LEAST_ONE else 0
    if kind == "int":
        fits, what = type(value) is int, f"`{key}` is no whole number"
    else:
        fits = type(value) is int or (type(value) is float and math.isfinite(value))
        what = f"`{key}` is no number"
    if not fits:
        return what, why
    return None if least <= value <= _MOST else (f"`{key}` is not between {least} and {_MOST}", why)
