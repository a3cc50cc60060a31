"""JSON files in the device's data folder that survive the daemon: written whole, then renamed."""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path
from typing import Any

from harness.errors import HarnessError


class DeviceState:
    """One file of state. `load` gives {} where there is none yet."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def load(self) -> dict[str, Any]:
        """The object last stored. Raises HarnessError when the file is damaged."""
        try:
            text = self.path.read_text(encoding="utf-8")
        except FileNotFoundError:
            return {}
        try:
            content = json.loads(text)
        except ValueError as fault:
            raise HarnessError(
                "The lab device's state cannot be read.",
                f"{self.path.name} is damaged: {fault}",
                "Remove the lab device and start a new one.",
            ) from fault
        if not isinstance(content, dict):
            raise HarnessError("The lab device's state cannot be read.", f"{self.path.name} holds no object")
        return content

    def store(self, content: dict[str, Any]) -> None:
        """Replaces the file; a crash in between leaves the old one."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=self.path.parent, prefix=self.path.name)
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                json.dump(content, file, ensure_ascii=True, indent=1)
            os.replace(name, self.path)
        except BaseException:
            os.unlink(name)
            raise
