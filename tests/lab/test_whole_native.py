"""An app whose native code reads an identifier through Java, on a contained device under hooks."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.bundle import open_bundle
from harness.tables.attribution import attribute
from tests.lab import native_app
from tests.lab.whole import Bench, bench, harness, only_bundle

pytestmark = [pytest.mark.lab, pytest.mark.skipif(not native_app.can_compile(), reason=native_app.WITHOUT)]


@pytest.fixture(scope="module")
def device(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    with bench(tmp_path_factory.mktemp("state")) as made:
        yield made


def test_what_native_code_calls_in_java_is_seen_with_the_native_method_as_its_caller(device: Bench, tmp_path: Path) -> None:
    apk = native_app.with_libraries(tmp_path)
    ended = harness(*device.run_words(apk, tmp_path / "runs"))
    found = only_bundle(tmp_path / "runs")
    assert found is not None, ended.err
    run = open_bundle(found)
    calls = [call for call in run.calls() if call.method == "android.provider.Settings$Secure.getString"]
    [read] = [call for call in calls if call.arguments[-1] == "android_id"]
    assert read.value and read.process == native_app.PACKAGE
    stacks = {stack.id: stack.frames for stack in run.stacks()}
    caller = attribute(stacks[read.stack or ""], package=native_app.PACKAGE, method=read.method, sdks=())
    assert (caller.origin, caller.frame.partition("(")[0]) == ("app", "example.nativecode.MainActivity.androidId")
    [by_thread] = [call for call in calls if call.arguments[-1] == "bluetooth_address"]
    caller = attribute(stacks[by_thread.stack or ""], package=native_app.PACKAGE, method=by_thread.method, sdks=())
    assert caller.origin == "unresolved", "what no Java method called is nobody's, and not the framework's"
    gaps = [(gap.kind.value, gap.subject) for gap in run.gaps()]
    assert ("native_code", "libprobe.so") in gaps
    assert not [gap for gap in gaps if gap[0] == "code_not_run"], "the one method that no library has is caught by the app"
    log = device.shell("logcat", "-d", "-s", "Probe")
    assert f"androidId={read.value}" in log and "written=4 4" in log and "beside=0 6" in log


def test_the_device_says_whose_code_the_process_runs(device: Bench, tmp_path: Path) -> None:
    package = device.shell("dumpsys", "package", native_app.PACKAGE)
    assert "primaryCpuAbi=arm64-v8a" in package
