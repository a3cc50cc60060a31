"""Figures of a benchmark, told as ratios to the first ones recorded on the same machine and to what is aimed at."""

from __future__ import annotations

import json
from collections.abc import Mapping

from harness.resources import state_dir


def tell(name: str, found: Mapping[str, float], aims: Mapping[str, float]) -> None:
    """Prints one line a figure; records them where none were before (`benchmarks/NAME.json` in the state folder)."""
    record = state_dir("benchmarks") / f"{name}.json"
    first = json.loads(record.read_text()) if record.exists() else {}
    if not first:
        record.write_text(json.dumps(found))
    for key, value in found.items():
        ratio = f"{value / first[key]:5.2f} of the first" if key in first else "recorded as the first"
        aim = f"{value / aims[key]:5.2f} of the aim" if key in aims else ""
        print(f"{key:16} {value:8.2f}  {ratio}  {aim}".rstrip())
