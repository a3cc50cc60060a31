"""A shell on a device without apps."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "adbd"))

from memory_device import MemoryDevice

from harness.lab.adbd.ownership import SHELL, Credentials
from harness.lab.shell.call import ShellCommand
from harness.lab.shell.catalogue import load_commands
from harness.lab.shell.pipes import Collected, Pipe
from harness.lab.shell.session import Session, SessionRequest

COMMANDS = load_commands()


@dataclass(frozen=True)
class Result:
    status: int
    out: str
    err: str


@dataclass
class LabShell:
    device: MemoryDevice
    commands: dict[str, ShellCommand] = field(default_factory=lambda: dict(COMMANDS))

    def __call__(self, script: str, *, stdin: bytes = b"", who: Credentials = SHELL, seconds: float = 20) -> Result:
        return asyncio.run(self._run(script, stdin, who, seconds))

    async def _run(self, script: str, stdin: bytes, who: Credentials, seconds: float) -> Result:
        out, err, pipe = Collected(), Collected(), Pipe()
        session = Session(self.device, who, self.commands, lambda reason: self.device.reboots.append(reason))
        running = asyncio.ensure_future(session.run(SessionRequest(script, pipe, out, err, terminal=False)))
        if stdin:
            await pipe.write(stdin)
        pipe.close()
        async with asyncio.timeout(seconds):
            status = await running
        await self.device.processes.stop()
        return Result(status, out.data.decode(errors="surrogateescape"), err.data.decode(errors="surrogateescape"))


@pytest.fixture
def device(tmp_path: Path) -> MemoryDevice:
    return MemoryDevice(tmp_path / "root", tmp_path / "state")


@pytest.fixture
def sh(device: MemoryDevice) -> LabShell:
    return LabShell(device)


@pytest.fixture
def out(sh: LabShell) -> Callable[[str], str]:
    """The output of a script that must succeed."""

    def run(script: str, **options: object) -> str:
        result = sh(script, **options)  # type: ignore[arg-type]
        assert (result.status, result.err) == (0, ""), result
        return result.out

    return run
