"""What a walk through an app did."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class Walk:
    """What a walk did. `left_out`: texts of controls that were not tapped, and why the walk ended."""

    taps: int = 0
    screens: set[str] = field(default_factory=set)
    prompts: list[str] = field(default_factory=list)        # permission groups asked for, in order
    notices: int = 0            # that came again though they were refused
    avoided: list[str] = field(default_factory=list)
    unreached: list[str] = field(default_factory=list)      # functions of the app file that were not found
    ended: str = ""
