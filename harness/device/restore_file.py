"""What undoes what was done to a device, written down before it is done, so that a kill leaves nothing behind."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from harness.errors import RigError
from harness.resources import as_file_name, state_dir


class RestoreFile:
    """The acts that undo what was done to one device. Each is on the disk before the change it undoes."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @classmethod
    def of(cls, serial: str, folder: Path | None = None) -> RestoreFile:
        folder = state_dir("restore") if folder is None else folder
        return cls(folder / f"{as_file_name(serial)}.json")

    def acts(self) -> list[dict[str, Any]]:
        if not self.path.exists():
            return []
        try:
            return list(json.loads(self.path.read_text(encoding="utf-8"))["undo"])
        except (ValueError, KeyError, TypeError) as error:
            raise RigError(
                f"The restore file {self.path} cannot be read.",
                str(error),
                "Set the device's proxy back by hand (settings put global http_proxy :0), then remove the file.",
            ) from error

    def add(self, act: dict[str, Any]) -> None:
        self._write([*self.acts(), act])

    def drop_last(self) -> None:
        acts = self.acts()[:-1]
        if acts:
            self._write(acts)
        else:
            self.path.unlink(missing_ok=True)

    def forget(self) -> None:
        """For a device that is gone for good, and all that was changed on it with it."""
        self.path.unlink(missing_ok=True)

    def _write(self, acts: list[dict[str, Any]]) -> None:
        part = self.path.with_suffix(f".{os.getpid()}")
        with part.open("w", encoding="utf-8") as file:
            json.dump({"undo": acts}, file, indent=1)
            file.flush()
            os.fsync(file.fileno())
        part.replace(self.path)
