"""A device whose app processes are FakeApps, run on an event loop of its own."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from fake_app import FakeDevice

from harness.lab.system.processes import Patience
from harness.lab.system.profile import make_profile
from harness.lab.system.server import SystemServer

PATIENCE = Patience(bind=10, gate=10, activity=60, launch=60, input=0.5, dump=5, other=5)


class Bench:
    """The server, the fake apps' maker, and the device's folder."""

    def __init__(self, folder: Path, **options: Any) -> None:
        self.folder = folder
        self.fake = FakeDevice()
        jar = folder / "classes.jar"
        jar.touch()
        self.server = SystemServer(
            data_root=folder / "device",
            profile=options.pop("profile", make_profile("default-zh", 7)),
            spawn=self.fake.spawn,
            translate=lambda apk: jar,
            **{"patience": PATIENCE, "warm_processes": 0, **options},
        )

    async def settled(self) -> None:
        """Until nothing is under way any more: no task of the server's, no line unread."""
        for _ in range(3):
            while pending := [one for one in self.server.processes._tasks if not one.done()]:
                await asyncio.wait(pending, timeout=5)
            await asyncio.sleep(0.02)

    async def until(self, holds: Callable[[], bool]) -> None:
        """Waits for a state that the other end brings about; the limit only ends a test that has failed."""
        async with asyncio.timeout(10):
            while not holds():
                await asyncio.sleep(0.005)


@asynccontextmanager
async def bench(folder: Path, **options: Any) -> AsyncIterator[Bench]:
    made = Bench(folder, **options)
    await made.server.start()
    try:
        yield made
    finally:
        await made.server.stop()
