"""What is looked for in traffic: values that are known, each with its name and kind."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Known:
    """A value of the device or person. `name`: what hits are called (`type`); `field`: what it is in the lexicon's words, ""
    where it has none; `calls`: the events that gave it, where a run did."""

    name: str
    value: str
    field: str = ""
    kind: str = ""
    calls: tuple[str, ...] = ()
