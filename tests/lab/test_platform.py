"""What apps of all ages take for granted of Android, with the APK of tests/lab/platform (target API 27) in a real app process."""

from __future__ import annotations

import asyncio
import base64
import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from harness.lab.apps.builder import build_source
from harness.lab.apps.sources import AppSource
from tests.lab.old_resources import with_old_resources
from tests.lab.small_daemon import SmallDaemon, walk

pytestmark = pytest.mark.lab

FOLDER = Path(__file__).parent / "platform"
PACKAGE = "example.platform"
WIFI = {"wifi": {"ssid": "lab-net", "bssid": "02:aa:bb:cc:dd:ee", "mac": "02:11:22:33:44:55", "ip": "10.1.2.3", "dns": []}}
LAST = ("client=", "renderer drew", "posted", "direct=")


@pytest.fixture(scope="module")
def apk() -> Path:
    return build_source(
        AppSource(
            name="platform", folder=FOLDER, package=PACKAGE, label="platform", version_code=1, version_name="1.0", code=(FOLDER,)
        )
    )


class Seen:
    """What the app said, what the proxy heard, what the system was told and what was on the screen."""

    said: list[str]
    heard: list[bytes]
    events: list[tuple[str, dict[str, object]]]
    picture: Image.Image
    after: list[str]


@pytest.fixture(scope="module")
def seen(apk: Path, tmp_path_factory: pytest.TempPathFactory) -> Seen:
    seen = Seen()
    seen.heard = []

    async def proxy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.heard.append(await reader.readline())
        writer.write(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n")
        await writer.drain()
        writer.close()

    async def main() -> None:
        server = await asyncio.start_server(proxy, "127.0.0.1", 0)
        daemon = SmallDaemon(apk, PACKAGE, tmp_path_factory.mktemp("platform"))
        await daemon.start(profile=WIFI, proxy={"host": "127.0.0.1", "port": server.sockets[0].getsockname()[1]})
        try:
            await daemon.launch(".MainActivity")
            await daemon.until(lambda: all(any(line.startswith(word) for line in daemon.said) for word in LAST))
            while True:
                shot = await daemon.call("screenshot")
                seen.picture = Image.open(io.BytesIO(base64.b64decode(shot["png"]))).convert("RGB")
                if any(found == (255, 0, 0) for _, found in seen.picture.getcolors(1 << 24) or []):
                    break
            seen.said = list(daemon.said)
            await daemon.call("lifecycle", token="a1", state="destroyed")
            await daemon.hear("destroyed")
            seen.events = daemon.events
        finally:
            await daemon.stop()
            server.close()

    asyncio.run(asyncio.wait_for(main(), 120))
    return seen


@pytest.mark.parametrize(
    "line",
    [
        "machine=Dalvik 2.1.0 The Android Project",
        "temporary=true",
        "slept=true",
        "systemLoader=35",
        "time=2024-07-03 05:46 2024-01-11 14:06",
        "network=WIFI",
        "providers=example.platform.second;example.platform.other",
        "tinted=true",
        "spinner=nothing yet",
        "albums=2",
    ],
)
def test_the_platform_answers_as_a_phones(seen: Seen, line: str) -> None:
    assert line in seen.said


def test_apaches_client_is_there_for_old_targets_and_goes_through_the_proxy(seen: Seen) -> None:
    assert {"http=204", "client=204", "main=This thread forbids HTTP requests"} <= set(seen.said)
    asked = [line for line in seen.heard if line]  # the one of the main thread connects and is refused before it asks
    assert asked == [b"GET http://old.example/page HTTP/1.1\r\n", b"GET http://old.example/client HTTP/1.1\r\n"]


def test_an_app_is_told_of_a_missing_library_if_it_is_prepared_and_goes_on_if_not(seen: Seen) -> None:
    assert {"prepared=told", "unprepared=went on", "native=told", "direct=went on"} <= set(seen.said)
    told = [str(fields["library"]) for name, fields in seen.events if name == "native"]
    assert [name for name in told if name in ("prepared", "unprepared")] == ["prepared", "unprepared"]
    assert any("libdirect.so" in name for name in told), "a library named by its path is told of too"


def test_a_surface_comes_is_drawn_on_and_goes_with_its_view(seen: Seen) -> None:
    words = [line for line in seen.said if line.startswith(("created", "changed", "posted"))]
    assert words == ["created true", "changed 400x300", "posted"]
    red = sum(count for count, colour in seen.picture.getcolors(1 << 24) or [] if colour == (255, 0, 0))
    assert red == 400 * 300


def test_a_renderer_runs_and_that_nothing_of_it_is_seen_is_told_once(seen: Seen) -> None:
    words = [line for line in seen.said if line.startswith("renderer")]
    assert words == ["renderer created OpenGL ES-CM 1.1", "renderer changed 400x300", "renderer drew"]
    told = [fields for name, fields in seen.events if name == "unimplemented" and "OpenGL" in str(fields["method"])]
    assert len(told) == 1


def test_shaders_are_taken_for_compiled_and_names_are_given_through_buffers_too(seen: Seen) -> None:
    assert "shaders 1 1 true" in seen.said


def test_resources_of_2013_are_read(apk: Path, tmp_path: Path) -> None:
    """aapt wrote the head of a package in 284 bytes then, not 288."""
    old = with_old_resources(apk, tmp_path / "old.apk")

    async def main() -> None:
        daemon = SmallDaemon(old, PACKAGE, tmp_path)
        await daemon.start(profile=WIFI)
        try:
            await daemon.launch(".MainActivity")
            [window] = await daemon.windows()
            texts = [node.get("text") for node in walk(window["root"])]
            assert "Platform of old" in texts
        finally:
            await daemon.stop()

    asyncio.run(asyncio.wait_for(main(), 120))


class LateDaemon(SmallDaemon):
    """Starts nothing before what asked for it was drawn: what is paused before is paused by the app's own process."""

    async def _open(self, fields: Mapping[str, Any]) -> None:
        await self.until(lambda: any(name == "drawn" for name, _ in self.events))
        await super()._open(fields)


def test_an_activity_that_starts_another_while_it_is_made_is_paused_before_it_is_measured(apk: Path, tmp_path: Path) -> None:
    async def main() -> list[str]:
        daemon = LateDaemon(apk, PACKAGE, tmp_path)
        await daemon.start(profile=WIFI)
        try:
            await daemon.launch(".FrontDoor")
            await daemon.until(lambda: "behind" in daemon.said)
            return list(daemon.said)
        finally:
            await daemon.stop()

    said = asyncio.run(asyncio.wait_for(main(), 120))
    assert "measured while paused" in said[: said.index("behind")]
    assert "measured while resumed" not in said
