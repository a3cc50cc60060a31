"""What the last self-test of a rig showed. It is kept by the device's serial, so that later runs can say what they are worth."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from harness.resources import as_file_name, state_dir


@dataclass(frozen=True, kw_only=True)
class Proven:
    """`at`: UTC, ISO 8601. `reads`: planted reads that the app made; `recorded`: of these, those that the hooks saw; `routes`: of
    each route, (recorded, made). `missed`: ids of reads that were made and not recorded. `tls`: whether a request over TLS was
    read. `ended`: whether the app came to its end, so that no read is left out. `bundle`: the evidence of it, `manifest`: SHA-256
    of its manifest. `fingerprint`, `frida`, `harness`: what it was made with."""

    at: str
    serial: str
    fingerprint: str
    frida: str
    harness: str
    reads: int
    recorded: int
    tls: bool
    missed: tuple[str, ...] = ()
    routes: dict[str, tuple[int, int]] = field(default_factory=dict)
    ended: bool = True
    bundle: str = ""
    manifest: str = ""

    def changed(self, *, fingerprint: str, frida: str, harness: str) -> list[str]:
        """What of the rig is another since, in words."""
        now = {"fingerprint": fingerprint, "frida": frida, "harness": harness}
        return [f"{name} was {getattr(self, name)}" for name, value in now.items() if getattr(self, name) != value]

    def keep(self) -> Path:
        path = _path(self.serial)
        part = path.with_suffix(".part")
        part.write_text(json.dumps(asdict(self), indent=1), encoding="utf-8")
        part.replace(path)
        return path


def proven(serial: str) -> Proven | None:
    """None where no self-test of it is known, or what is kept cannot be read."""
    try:
        data: dict[str, Any] = json.loads(_path(serial).read_text("utf-8"))
        routes = {str(route): (int(seen), int(made)) for route, (seen, made) in data.pop("routes").items()}
        return Proven(**data | {"missed": tuple(data["missed"]), "routes": routes})
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def forget(serial: str) -> None:
    """For a device that is gone for good: another may get its serial."""
    _path(serial).unlink(missing_ok=True)


def _path(serial: str) -> Path:
    return state_dir("selftest") / f"{as_file_name(serial)}.json"
