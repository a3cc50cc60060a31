"""Damaged and hostile files that an installer reads, and what app processes say too much of."""

from __future__ import annotations

import asyncio
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from apk_factory import encode_manifest, key, make_apk, manifest
from device_bench import Bench
from example_shop import SHOP, launched

from harness import resource_table
from harness.errors import BadApk
from harness.lab.appprocess import AppProcessError
from harness.lab.apps.archive import pack
from harness.lab.apps.signature import sign
from harness.lab.system import app_speech, logs
from harness.lab.system.apk import read_apk
from harness.lab.system.install_errors import InstallFailed
from harness.lab.system.loaded_code import LoadedCode
from harness.lab.system.logs import LogBuffer
from harness.lab.system.manifest import BadManifest, decode_xml
from harness.resource_table import DamagedTable, read_string_pool, read_table


def pool(strings: bytes, offsets: list[int]) -> bytes:
    """A string pool of UTF-16 with these offsets."""
    start = 28 + 4 * len(offsets)
    size = start + len(strings)
    head = struct.pack("<HHIIIIII", 1, 28, size, len(offsets), 0, 0, start, 0)
    return head + struct.pack(f"<{len(offsets)}I", *offsets) + strings


def test_a_resource_table_whose_chunks_lie_about_their_size_is_not_installed(tmp_path: Path) -> None:
    table = struct.pack("<HHII", 2, 12, 1 << 20, 1) + bytes(200)
    with pytest.raises(DamagedTable):
        read_table(table)
    inner = struct.pack("<HHII", 2, 12, 212, 1) + struct.pack("<HHI", 1, 28, 0x7FFFFFFF) + bytes(192)
    with pytest.raises(DamagedTable):
        read_table(inner)
    with zipfile.ZipFile(make_apk(tmp_path / "a.apk")) as archive:
        entries = {name: archive.read(name) for name in archive.namelist()}
    (tmp_path / "b.apk").write_bytes(sign(pack(entries | {"resources.arsc": inner}), key()))
    with pytest.raises(InstallFailed, match="INSTALL_FAILED_INVALID_APK: Failed to load APK"):
        read_apk(tmp_path / "b.apk")


def test_strings_that_lie_over_each_other_are_read_once_or_refused() -> None:
    text = struct.pack("<H", 1000) + "x".encode("utf-16-le") * 1000
    assert read_string_pool(pool(text, [0] * 5000), 0) == ["x" * 1000] * 5000, "one text that many share is no more than one"
    overlapping = struct.pack("<H", 2000) * 4000
    with pytest.raises(ValueError, match="more than its bytes"):
        read_string_pool(pool(overlapping, list(range(0, 2000, 2))), 0)


def test_a_table_of_more_entries_than_any_app_has_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resource_table, "_MAX_ENTRIES", 3)
    table = resource_table.ResourceTable()
    header = struct.pack("<HHI", 0x0201, 20 + 64, 0) + struct.pack("<BBHII", 1, 0, 0, 4, 84 + 16) + struct.pack("<I", 64)
    header += bytes(60)
    data = bytearray(header + struct.pack("<4I", 0, 0, 0, 0) + struct.pack("<HHIHBBI", 8, 0, 0, 8, 0, 3, 0))
    struct.pack_into("<I", data, 4, len(data))
    with pytest.raises(ValueError, match="more than 3 entries"):
        resource_table._read_type(bytes(data), 0, 0x7F, [], [], [], table)


def test_a_manifest_of_strings_without_end_is_refused_before_they_are_made() -> None:
    plain = bytearray(encode_manifest(manifest()))
    assert decode_xml(bytes(plain)).first("application") is not None
    text = struct.pack("<HH", 0x8000, 0xFFFF) + b"x\0" * 0xFFFF
    bomb = struct.pack("<HHI", 3, 8, 0) + pool(text, [0] * 2000)
    with pytest.raises(BadManifest, match="characters"):
        decode_xml(bomb)


def test_an_entry_that_is_encrypted_is_a_failed_install(tmp_path: Path) -> None:
    data = bytearray(make_apk(tmp_path / "a.apk").read_bytes())
    at = data.index(b"PK\x01\x02")
    while at >= 0:
        data[at + 8] |= 1
        at = data.find(b"PK\x01\x02", at + 4)
    (tmp_path / "b.apk").write_bytes(data)
    with pytest.raises(InstallFailed, match="INSTALL_PARSE_FAILED_NOT_APK"):
        read_apk(tmp_path / "b.apk")


def test_the_log_is_bounded_in_lines_and_in_characters(monkeypatch: pytest.MonkeyPatch) -> None:
    log = LogBuffer()
    for number in range(logs.CAPACITY + 10):
        log.write("tag", str(number))
    assert len(log.lines()) == logs.CAPACITY
    monkeypatch.setattr(logs, "MOST_CHARACTERS", 100_000)
    for _ in range(100):
        log.write("tag", "x" * 10_000)
    assert sum(len(line.text) for line in log.lines()) <= 100_000
    assert log.lines()[-1].text == "x" * logs.MAX_TEXT


def test_a_process_has_so_much_time_of_translating_and_no_more(tmp_path: Path) -> None:
    clock = [0.0]

    def bomb(file: Path) -> Path:
        clock[0] += 70
        raise BadApk("The code cannot be translated.", "It takes more than a translation may.", "")

    class Seer:
        async def show(self, path: str) -> None:
            raise AssertionError("nothing is shown")

    code = LoadedCode(bomb, tmp_path, str, now=lambda: clock[0])
    process, other = Seer(), Seer()
    for _ in range(2):
        with pytest.raises(AppProcessError, match="takes more than"):
            asyncio.run(code.show(process, b"dex\n"))  # type: ignore[arg-type]
    with pytest.raises(AppProcessError, match="140 s were spent"):
        asyncio.run(code.show(process, b"dex\n"))  # type: ignore[arg-type]
    with pytest.raises(AppProcessError, match="takes more than"):
        asyncio.run(code.show(other, b"dex\n"))  # type: ignore[arg-type]


def test_requests_that_pile_up_are_refused_and_the_app_is_served_again_when_they_are_done(on_device: Callable[..., None]) -> None:
    async def work(made: Bench) -> None:
        app = await launched(made)
        held = made.server.activities._lock
        await held.acquire()
        try:
            answers = [await app.ask("move_to_back", token=app.token) for _ in range(app_speech._MAX_BESIDE + 5)]
        finally:
            held.release()
        assert [one for one in answers if "error" in one] == answers[app_speech._MAX_BESIDE :]
        await made.settled()
        assert "error" not in await app.ask("move_to_back", token=next(iter(app.activities)))

    on_device(work)


def test_what_a_process_says_of_its_services_and_in_toasts_is_bounded(on_device: Callable[..., None]) -> None:
    async def work(made: Bench) -> None:
        app = await launched(made)
        for number in range(app_speech._MAX_SERVICES + 10):
            app.event("service", component=f"{SHOP}/{number}." + "x" * 2000, state="created")
        app.event("toast", text="x" * 1_000_000, duration=1)
        await made.until(lambda: made.server.screen.last_toast is not None)
        [process] = made.server.processes.of_package(SHOP)
        assert len(process.services) == app_speech._MAX_SERVICES
        assert max(len(one) for one in process.services) <= app_speech._MAX_FIELD
        toast = made.server.screen.last_toast
        assert toast is not None and len(toast.text) == logs.MAX_TEXT

    on_device(work)
