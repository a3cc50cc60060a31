"""Limits that the device's log tells of: who may say so, what is made of it, and which verdicts it bears on."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from harness.bundle import Bundle, BundleReader, open_bundle
from harness.capture.catalogue import load_catalogue
from harness.capture.device_limits import MOST_FACTS, MOST_GAPS, Limit, load_forms, read_limits, tell
from harness.model import Call, Fact, GapKind, Outcome

APP, PID, SYSTEM = "com.example.shop", 20001, 1000
S = 1_700_000_000
NATIVE = "com.example.shop: native: library={} error=native code does not run on the lab device pid={} app={}"
CALL = "com.example.shop: unimplemented: method={} asked={} pid=20001 app=com.example.shop"
MAC = "android.net.wifi.WifiManager.getFactoryMacAddresses"


def line(text: str, *, tag: str = "LabDevice", pid: int = SYSTEM, at: float = 0.0) -> bytes:
    """As `logcat -v epoch` writes it."""
    return f"{S + at:>14.3f} {pid:5} {pid:5} W {tag:<8}: {text}\n".encode()


def read(*lines: bytes) -> list[Limit]:
    return read_limits(lines, APP, {PID: APP})


def test_a_library_is_told_once_with_how_often_and_in_which_processes() -> None:
    [told] = read(
        line(NATIVE.format("probe", PID, APP)), line(NATIVE.format("probe", PID, APP), at=2),
        line(NATIVE.format("Can't load library: /data/app/x/lib/libprobe.so", 20002, f"{APP}:push"), at=3))
    assert (told.what, told.subject, told.count, told.own) == ("library", "libprobe.so", 3, False)
    assert (told.first_ns, told.last_ns) == (S * 10**9, (S + 3) * 10**9)
    assert sorted(told.times) == [f"{APP} ({PID})", f"{APP}:push (20002)"]
    assert "does not run" in told.why


def test_a_library_that_the_app_does_not_bring_is_its_own_want() -> None:
    text = f"{APP}: native: library=extra error=the APK has no such library pid={PID} app={APP}"
    assert [(one.subject, one.own) for one in read(line(text))] == [("libextra.so", True)]
    for_another = text.replace("library ", "library for this device's processor ")
    assert [(one.subject, one.own) for one in read(line(for_another))] == [("libextra.so", False)]


def test_native_code_that_ran_is_no_code_that_did_not(tmp_path: Path) -> None:
    text = f"{APP}: emulated: library=libprobe.so abi=arm64-v8a pid={PID} app={APP}"
    assert [(one.what, one.subject, one.own) for one in read(line(text))] == [("native", "libprobe.so", False)]
    [gap] = journalled(tmp_path, line(text)).gaps()
    assert (gap.kind, gap.subject) == (GapKind.NATIVE_CODE, "libprobe.so")
    assert read(line(text, pid=PID)) == []


def test_a_call_that_ends_in_nothing_is_told_with_what_the_app_had_called() -> None:
    told = read(line(CALL.format("android.net.wifi.IWifiManager.getFactoryMacAddresses", MAC)),
                line(CALL.format("system service media_projection", "android.content.Context.getSystemService")))
    assert [(one.what, one.subject, one.asked) for one in told] == [
        ("call", "android.net.wifi.IWifiManager.getFactoryMacAddresses", MAC),
        ("call", "system service media_projection", "android.content.Context.getSystemService")]


def test_the_app_cannot_write_the_system_s_line() -> None:
    assert read(line(NATIVE.format("probe", PID, APP), pid=PID)) == []
    other = "com.example.other: native: library=x pid=20001 app=com.example.shop error=y pid=20009 app=com.example.other"
    assert read(line(other)) == []


def test_a_phone_s_loader_and_the_app_s_own_crash_tell_the_same() -> None:
    told = read(
        line("Load /data/app/~~a==/com.example.shop-b==/lib/arm64/libmain.so using class loader ns clns-4 (caller=/data/x.apk): "
             'error: dlopen failed: cannot locate symbol "foo"', tag="nativeloader", pid=PID),
        line('java.lang.UnsatisfiedLinkError: dlopen failed: library "libmain.so" not found', tag="AndroidRuntime", pid=PID),
        line('Caused by: java.lang.UnsatisfiedLinkError: dalvik.system.PathClassLoader[DexPathList[[zip file "/data/app/x.apk"],'
             'nativeLibraryDirectories=[/data/app/x/lib/arm64]]] couldn\'t find "libother.so"', tag="AndroidRuntime", pid=PID),
        line("java.lang.UnsatisfiedLinkError: No implementation found for long com.example.Codec.open(int) (tried Java_x and y)",
             tag="AndroidRuntime", pid=PID),
        line("java.lang.UnsatisfiedLinkError: 'void com.example.Codec.close(long)'", tag="AndroidRuntime", pid=PID),
        line("Load /data/app/x/lib/arm64/libfine.so using class loader ns clns-4: ok", tag="nativeloader", pid=PID),
    )
    assert [(one.subject, one.count) for one in told] == [
        ("libmain.so", 2), ("libother.so", 1), ("com.example.Codec.open", 1), ("com.example.Codec.close", 1)]
    assert all(one.what == "library" for one in told)


def test_another_app_s_crash_is_not_this_one_s() -> None:
    text = 'java.lang.UnsatisfiedLinkError: dlopen failed: library "libmain.so" not found'
    assert read(line(text, tag="AndroidRuntime", pid=20009)) == []


@given(st.lists(st.one_of(st.binary(max_size=200), st.text(max_size=80).map(lambda t: line(t)),
                          st.text(max_size=40).map(lambda t: line(f"a: native: library={t} error={t} pid={PID} app={APP}")))))
def test_no_line_however_odd_is_an_error(lines: list[bytes]) -> None:
    read(*lines)


def test_each_form_has_a_tag_and_names_what_it_is_about() -> None:
    for form in load_forms():
        assert form.tags
        assert {"library", "ran", "method"} & form.line.groupindex.keys()


def journalled(folder: Path, *lines: bytes, gave: bool = False) -> BundleReader:
    bundle = Bundle.create(folder, APP)
    bundle.append(Fact(host_ns=1, type="process", data={"pid": PID, "process": APP, "state": "hooked"}))
    bundle.append(Fact(host_ns=1, type="clock", data={"offset_ns": 5 * 10**9}))
    hook = next(h for h in load_catalogue().hooks if h.name == MAC)
    outcome = Outcome.VALUE if gave else Outcome.EMPTY
    bundle.append(Call(host_ns=2, device_ns=2, pid=PID, process=APP, tid=1, thread="main", seq=1, hook=hook.unit, kind=hook.kind,
                       method=MAC, outcome=outcome))
    log = folder / "device.log"
    log.write_bytes(b"--------- beginning of main\n" + b"".join(lines))
    tell(bundle, log, APP, load_catalogue())
    return open_bundle(bundle.path)


def test_each_limit_is_a_fact_and_a_gap_in_both_languages(tmp_path: Path) -> None:
    reader = journalled(
        tmp_path, line(CALL.format("android.media.AudioRecord.native_setup", "android.media.AudioRecord.<init>"), at=1),
        line(NATIVE.format("probe", PID, APP), at=2), line(NATIVE.format("probe", PID, APP), at=3))
    assert [(f.data["what"], f.data["subject"], f.data["count"]) for f in reader.facts("limit")] == [
        ("call", "android.media.AudioRecord.native_setup", 1), ("library", "libprobe.so", 2)]
    call, library = reader.gaps()
    assert (call.kind, call.subject) == (GapKind.DEVICE_LIMIT, "android.media.AudioRecord.native_setup")
    assert "android.media.AudioRecord.<init>" in call.detail and f"{APP} ({PID})" in call.detail
    assert (library.kind, library.subject, library.count) == (GapKind.CODE_NOT_RUN, "libprobe.so", 2)
    assert library.from_ns == (S + 2 - 5) * 10**9    # on the host's clock
    for gap in (call, library):
        assert gap.subject in gap.detail_zh and "。" in gap.detail_zh


def test_a_call_that_has_a_hook_and_gave_nothing_names_the_kind_it_would_have_given(tmp_path: Path) -> None:
    told = line(CALL.format("android.net.wifi.IWifiManager.getFactoryMacAddresses", MAC))
    [gap] = journalled(tmp_path / "a", told).gaps()
    kind = next(h.kind for h in load_catalogue().hooks if h.name == MAC)
    assert gap.subject == f"kind:{kind}"
    [gap] = journalled(tmp_path / "b", told, gave=True).gaps()
    assert gap.subject == "android.net.wifi.IWifiManager.getFactoryMacAddresses"


def test_the_app_s_own_want_is_a_fact_and_no_gap(tmp_path: Path) -> None:
    reader = journalled(tmp_path, line(f"{APP}: native: library=extra error=the APK has no such library pid={PID} app={APP}"))
    assert [f.data["own"] for f in reader.facts("limit")] == [True]
    assert reader.gaps() == []


def test_an_app_that_comes_to_a_thousand_limits_does_not_fill_the_bundle(tmp_path: Path) -> None:
    calls = [line(CALL.format(f"android.os.X.m{n}", f"android.os.X.m{n}")) for n in range(1000)]
    reader = journalled(tmp_path, *calls, line(NATIVE.format("probe", PID, APP)))
    facts, gaps = reader.facts("limit"), reader.gaps()
    assert len(facts) == MOST_FACTS + 1
    assert facts[-1].data == {"left_out": 1001 - MOST_FACTS}
    assert len(gaps) == MOST_GAPS
    assert gaps[-1].count == 1001 - (MOST_GAPS - 1)
    assert GapKind.CODE_NOT_RUN in {gap.kind for gap in gaps}    # what bears on verdicts is not among those left out
