"""Native code for ARM in an app process: JNI in all its ways, the C library, and how such code ends (docs/lab-native.md)."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.lab import native_app
from tests.lab.native_app import ABIS, PACKAGE
from tests.lab.small_daemon import LAUNCHER, SmallDaemon

pytestmark = [pytest.mark.lab, pytest.mark.skipif(not native_app.can_compile(), reason=native_app.WITHOUT)]

JOINED = "true -2 A -3 4 -5 1.5 -2.25 w 6 7 8.5"
SAID = {
    "taken": "1 -2 65 -3 4 1099511627776 1.50 -2.250 wörd -8589934592 8.5",
    "results": "1.5 0.5 2199023255552 true -100",
    "given0": JOINED, "given1": JOINED, "given2": JOINED,
    "computed": "0.375",
    "names": "child-c parent-c 1 1",
    "fields": "2 3 4.5 5.25 -7 set 1099511627776",
    "mirrored": "\ude00\ud83d中ña",
    "same": "true",
    "summed": "33 [-1, -2, -30]",
    "copied": "[0, 0, 2, 3, 4, 5]",
    "short": "ArrayIndexOutOfBoundsException: offset=1 length=4 array.length=3",
    "wrapped": "true",
    "filled": "3 7 12 7 -1",
    "ofC": "16 20 21",
    "painted": "3x2 12 1 ffff0000 0",
    "caught": "by Java",
    "throwing": "IllegalStateException: by C",
    "absent": 'NoSuchMethodError: no static method "Lexample/nativecode/MainActivity;.nowhere()V"',
    "factorial": "120",
    "framed": "true",
    "threaded": "106",
    "after": "0 1",
    "reader": "0 by Java",
    "model": "LAB-1",
    "written": "4 4",
    "opened": "42 -1",
    "forked": "1",
    "table": "1001",
    "beside": "0 6",
    "nowhere": "UnsatisfiedLinkError: No implementation found for int example.nativecode.MainActivity.nowhere()",
    "apart": "ClassNotFoundException: com.github.unidbg.Probe",
    "hidden": "ClassNotFoundException: lab.emulator.Machine",
}  # fmt: skip
PROFILE = {"properties": {"ro.product.model": "LAB-1"}}


@pytest.fixture(scope="module")
def libraries(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return native_app.libraries(tmp_path_factory.mktemp("libraries"))


async def _done(folder: Path, libraries: Path, abi: str) -> SmallDaemon:
    """When all was called, and the process is gone."""
    daemon = await _started(folder, libraries, abi)
    try:
        await daemon.launch(".MainActivity")
        await daemon.hear("done")
    finally:
        await daemon.stop()
    return daemon


async def _started(folder: Path, libraries: Path, abi: str) -> SmallDaemon:
    daemon = SmallDaemon(native_app.built(), PACKAGE, folder)
    await daemon.start(libraries=str(libraries), abi=abi, profile=PROFILE)
    return daemon


@pytest.fixture(scope="module", params=ABIS)
def seen(request: pytest.FixtureRequest, libraries: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> SmallDaemon:
    return asyncio.run(_done(tmp_path_factory.mktemp("app"), libraries[request.param], request.param))


@pytest.mark.parametrize("name", SAID)
def test_what_native_code_does_with_java_is_what_it_does_on_a_phone(seen: SmallDaemon, name: str) -> None:
    assert f"{name}={SAID[name]}" in seen.said


def test_the_log_of_c_is_the_log_of_the_app(seen: SmallDaemon) -> None:
    assert "logged by C: LAB-1 7" in seen.said


def test_that_it_ran_and_what_it_was_refused_is_told(seen: SmallDaemon) -> None:
    [ran] = [fields for name, fields in seen.events if name == "emulated"]
    assert ran["library"] == "libprobe.so" and ran["abi"] in ABIS
    refused = [fields["method"] for name, fields in seen.events if name == "unimplemented"]
    assert refused == ["dlopen of libnowhere.so", "system call fork"]
    assert not [fields for name, fields in seen.events if name == "native"]


@pytest.mark.parametrize(("how", "words", "where"), [
    ("null", "Fatal signal 11 (SIGSEGV), code 1 (SEGV_MAPERR)", "crashed"), ("abort", "Fatal signal 6 (SIGABRT)", "crashed"),
    ("closed", "Fatal signal 11 (SIGSEGV), code 2 (SEGV_ACCERR)", "overwritten"),
    ("misled", "Fatal signal 11 (SIGSEGV), code 1 (SEGV_MAPERR)", "misled"),
])
@pytest.mark.parametrize("abi", ABIS)
def test_a_crash_of_native_code_ends_the_process_as_a_signal_does(
    libraries: dict[str, Path], tmp_path: Path, abi: str, how: str, words: str, where: str
) -> None:
    async def main() -> list[tuple[str, dict[str, object]]]:
        daemon = await _started(tmp_path, libraries[abi], abi)
        await daemon.call("release")
        intent = {**LAUNCHER, "component": f"{PACKAGE}/.MainActivity", "extras": {"crash": how}}
        launch = asyncio.ensure_future(daemon.call("launch", token="a1", intent=intent, request_code=-1, root=True))
        await asyncio.wait([launch])
        await daemon.stop()
        assert launch.exception() is not None, "the process was gone before it answered"
        return daemon.events

    events = asyncio.run(main())
    [crash] = [fields for name, fields in events if name == "crash"]
    assert words in str(crash["stack"]) and f"MainActivity.{where}" in str(crash["stack"])


def test_a_library_for_another_processor_is_refused_and_told(libraries: dict[str, Path], tmp_path: Path) -> None:
    daemon = asyncio.run(_done(tmp_path, libraries["armeabi-v7a"], "arm64-v8a"))
    [refused] = [fields for name, fields in daemon.events if name == "native"]
    assert refused == {"library": "libprobe.so", "error": "is 32-bit instead of 64-bit"}
    assert not [fields for name, fields in daemon.events if name == "emulated"]
    assert any(line.startswith("table=UnsatisfiedLinkError: No implementation found for int ") for line in daemon.said)
