"""How long the suite waits and how much it taps: a named profile, data that every run records."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from harness.errors import UsageError

_FOLDER = Path(__file__).parent / "profiles"


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
        if seconds < 0:
            raise UsageError(
                "An observation window cannot be shorter than 0 seconds.", f"--observe {seconds:g}", "Give 0 or more."
            )
        return dataclasses.replace(
            self, observe=seconds, background=seconds, idle=seconds, dismiss=seconds, second=seconds, wake=seconds)


def load_limits(name: str = "default") -> Limits:
    """A shipped profile by name, or a file with some of the same keys; the others are those of the default. Raises
    UsageError."""
    path = Path(name) if name.endswith((".yaml", ".yml")) else _FOLDER / f"{name}.yaml"
    if not path.is_file():
        known = ", ".join(sorted(p.stem for p in _FOLDER.glob("*.yaml")))
        raise UsageError(f"There is no profile {name!r}.", f"Known: {known}.", "Name one of these or a YAML file.")
    try:
        data: Any = yaml.safe_load(path.read_text(encoding="utf-8"))
        default: Any = yaml.safe_load((_FOLDER / "default.yaml").read_text(encoding="utf-8"))
        return Limits(**{**default, "source": "", **data, "name": data.get("name", path.stem)})
    except (TypeError, AttributeError, yaml.YAMLError, UnicodeDecodeError) as bad:
        keys = ", ".join(field.name for field in dataclasses.fields(Limits))
        raise UsageError(f"The profile {path} cannot be used.", str(bad), f"It may have the keys {keys}.") from bad
