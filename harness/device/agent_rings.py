"""The journals that hook agents keep in the app's own folder: where they lie, fetched and removed as root."""

from __future__ import annotations

import secrets

from harness.device.device import Device, quote
from harness.device.staging import STAGING
from harness.errors import RigError


class AgentRings:
    """docs/hook-journal.md says what they are. Every method but `path` raises RigError where the device does not do it."""

    def __init__(self, device: Device) -> None:
        self._device = device

    def path(self, package: str, pid: int) -> str:
        """In the folder that the app may write to under every Android version; hidden from a plain `ls`."""
        return f"/data/data/{package}/.hooks-{pid}"

    def fetch(self, path: str) -> bytes:
        copy = f"{STAGING}/hooks-{secrets.token_hex(4)}"
        script = f"cp {quote([path])} {copy} && chmod 644 {copy}"
        try:
            said = self._device.root_shell(script)
            if said.status != 0:
                raise RigError(f"{path} cannot be read.", (said.error or said.output).strip(), "")
            return self._device.pull(copy)
        finally:
            self._device.root_shell(f"rm -f {copy}")

    def remove(self, path: str) -> None:
        said = self._device.root_shell(f"rm -f {quote([path])}")
        if said.status != 0:
            raise RigError(f"{path} cannot be removed.", (said.error or said.output).strip(), "")
