"""The words that policies are read by, as YAML."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import yaml

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@cache
def read(name: str) -> dict[str, Any]:
    """A file of this folder, by its name without .yaml."""
    data = yaml.load((Path(__file__).parent / f"{name}.yaml").read_bytes(), Loader=_LOADER)
    assert isinstance(data, dict)
    return data
