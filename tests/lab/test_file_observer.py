"""FileObserver tells what happens to files, that one is closed after writing included: SDKs send what they have written then."""

from __future__ import annotations

import asyncio
from itertools import groupby
from pathlib import Path

import pytest

from harness.lab.apps import apps, build_source
from tests.lab.small_daemon import SmallDaemon

CREATE, MODIFY, CLOSE_WRITE, MOVED_FROM, MOVED_TO, DELETE, IGNORED = 0x100, 2, 8, 0x40, 0x80, 0x200, 0x8000


@pytest.mark.lab
def test_an_observer_is_told_as_by_inotify(tmp_path: Path) -> None:
    [source] = [one for one in apps(Path(__file__).parent) if one.name == "watching"]
    apk = build_source(source)

    async def main() -> list[str]:
        daemon = SmallDaemon(apk, source.package, tmp_path)
        await daemon.start()
        try:
            await daemon.launch(".MainActivity")
            await daemon.hear("end")
        finally:
            await daemon.stop()
        return daemon.said

    said = asyncio.run(asyncio.wait_for(main(), 120))
    # The kernel tells equal events in a row once where nobody has read the first yet.
    assert [line for line, _ in groupby(line for line in said if line.startswith("folder"))] == [
        f"folder {CREATE} letter", f"folder {MODIFY} letter", f"folder {CLOSE_WRITE} letter",
        f"folder {MODIFY} letter", f"folder {CLOSE_WRITE} letter",
        f"folder {MOVED_FROM} letter", f"folder {MOVED_TO} sent", f"folder {DELETE} sent",
    ]  # fmt: skip
    assert [line for line in said if line.startswith("file")] == [f"file {CLOSE_WRITE} null", f"file {IGNORED} null"]
