"""What `harness lab check` says of an APK: of its manifest, its libraries and its code, and what is no APK for it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from harness.errors import BadApk
from harness.lab.apps.toolchain import compile_java, make_dex
from harness.lab.check import Checked, Need, Severity, check_apk, grouped
from harness.lab.check.survey import survey
from tests.lab.system.apk_factory import Tag, launcher, make_apk, manifest, raw_zip, tag

MAIN = """package com.example.app;

public class Main extends android.app.Activity {
    static native int measure(int value);

    @Override
    protected void onCreate(android.os.Bundle saved) {
        super.onCreate(saved);
        System.loadLibrary("engine");
        System.loadLibrary("elsewhere");
        new android.media.FaceDetector(8, 8, 1).findFaces(null, null);
        new android.webkit.WebView(this).loadUrl("https://shop.example/");
        getSystemService(android.hardware.fingerprint.FingerprintManager.class).isHardwareDetected();
        getSystemService(android.content.ClipboardManager.class).hasPrimaryClip();
        android.os.Trace.beginSection("rightly nothing");
        setContentView(new android.widget.TextView(this));
        %s
    }
}
"""


def of(checked: Checked, id: str) -> list[Need]:
    return [need for need in checked.needs if need.id == id]


def one(checked: Checked, id: str) -> Need:
    [need] = of(checked, id)
    return need


def without_code(folder: Path, *more: Tag, entries: dict[str, bytes] | None = None, **attributes: Any) -> Checked:
    """An app whose manifest says hasCode=false, so that only the manifest and the entries count."""
    root = manifest("com.example.app", launcher(), *more, hasCode=False, **attributes)
    return check_apk(make_apk(folder / "app.apk", root, code=False, entries=entries))


# -- the manifest -----------------------------------------------------------------------------------------------------


def test_an_app_that_asks_for_nothing_special_has_no_needs(tmp_path: Path) -> None:
    assert without_code(tmp_path).needs == ()


@pytest.mark.parametrize(
    ("what", "words"),
    [
        ({"minimum": 36, "target": 36}, "INSTALL_FAILED_OLDER_SDK"),
        ({"more": (tag("meta-data", name="com.android.vending.splits.required", value="true"),)}, "INSTALL_FAILED_MISSING_SPLIT"),
        ({"entries": {"lib/x86/libx.so": b"\x7fELF"}}, "INSTALL_FAILED_NO_MATCHING_ABIS"),
    ],
)
def test_what_is_not_installed_stops(tmp_path: Path, what: dict[str, Any], words: str) -> None:
    checked = without_code(tmp_path, *what.pop("more", ()), **what)
    need = one(checked, "install")
    assert need.severity is Severity.STOPS and checked.stops
    assert words in need.then


def test_one_part_of_a_split_app_stops(tmp_path: Path) -> None:
    root = manifest("com.example.app", launcher(), hasCode=False)
    root.attributes["split"] = "config.zh"
    checked = check_apk(make_apk(tmp_path / "split.apk", root, code=False))
    need = one(checked, "install")
    assert "must include a base package" in need.why and "INSTALL_FAILED_INVALID_APK" in need.then


def test_a_base_and_its_splits_are_one_app(tmp_path: Path) -> None:
    def split(name: str, package: str = "com.example.app", version: int = 1) -> Path:
        root = manifest(package, tag("service", name=".Push", process=":push"), hasCode=False, version=version)
        root.attributes["split"] = name
        return make_apk(tmp_path / f"{package}-{name}-{version}.apk", root, code=False, entries={"lib/arm64-v8a/libx.so": b"x"})

    base, newer = (manifest("com.example.app", launcher(), hasCode=False, version=version) for version in (1, 2))
    base.attributes["isSplitRequired"] = True
    whole, later = (make_apk(tmp_path / f"base{n}.apk", root, code=False) for n, root in enumerate((base, newer)))
    mine, its, other = split("a"), split("a", version=2), split("a", "com.example.other")
    assert grouped([its, mine, whole, other, later]) == [(whole, mine), (other,), (later, its)]
    checked = check_apk(whole, [mine])
    assert not checked.stops and checked.splits == (mine,)
    assert one(checked, "other-process").subjects == ("com.example.app:push",)
    together = check_apk(whole, [its])
    assert "version code 2 inconsistent with 1" in one(together, "install").why and together.stops
    assert "INSTALL_FAILED_MISSING_SPLIT" in one(check_apk(whole), "install").then


def test_an_unsigned_app_stops(tmp_path: Path) -> None:
    root = manifest("com.example.app", launcher(), hasCode=False)
    checked = check_apk(make_apk(tmp_path / "x.apk", root, code=False, signed=False))
    assert "INSTALL_PARSE_FAILED_NO_CERTIFICATES" in one(checked, "install").then


def test_required_features_limit_and_others_are_a_note(tmp_path: Path) -> None:
    features = (
        tag("uses-feature", name="android.hardware.sensor.heartrate"),
        tag("uses-feature", name="android.hardware.wifi"),
        tag("uses-feature", name="android.hardware.usb.host", required=False),
        tag("uses-feature", glEsVersion=0x00030001),
    )
    checked = without_code(tmp_path, top=features)
    required, optional = of(checked, "feature")
    assert (required.severity, required.subjects) == (Severity.LIMITS, ("android.hardware.sensor.heartrate",))
    assert (optional.severity, optional.subjects) == (Severity.NOTE, ("android.hardware.usb.host",))
    assert one(checked, "opengl").what == "OpenGL ES 3.1"


def test_platform_libraries_by_whether_they_are_required(tmp_path: Path) -> None:
    checked = without_code(
        tmp_path, tag("uses-library", name="com.example.vendor"), tag("uses-library", name="com.example.other", required=False),
        tag("uses-native-library", name="libvendor.so"))
    assert {need.subjects[0]: need.severity for need in of(checked, "platform-library")} == {
        "com.example.vendor": Severity.LIMITS, "com.example.other": Severity.NOTE, "libvendor.so": Severity.LIMITS}


def test_processes_users_and_the_rest_of_the_manifest(tmp_path: Path) -> None:
    services = (tag("service", name=".Push", process=":push"), tag("service", name=".Jail", isolatedProcess=True))
    root = manifest("com.example.app", *services, target=22, hasCode=False, testOnly=True)
    root.attributes["sharedUserId"] = "com.example.shared"
    checked = check_apk(make_apk(tmp_path / "app.apk", root, code=False))
    assert {need.id: need.severity for need in checked.needs} == {
        "shared-user": Severity.LIMITS, "isolated-process": Severity.LIMITS, "other-process": Severity.NOTE,
        "test-only": Severity.NOTE, "target-sdk": Severity.NOTE, "no-launcher": Severity.NOTE}
    assert one(checked, "other-process").subjects == ("com.example.app:push",)
    assert not checked.stops


# -- what is no APK ---------------------------------------------------------------------------------------------------


def test_what_is_no_apk_is_an_error_that_says_why(tmp_path: Path) -> None:
    (tmp_path / "text.apk").write_text("no archive")
    (tmp_path / "empty.apk").write_bytes(b"")
    raw_zip(tmp_path / "bare.apk", [("classes.dex", b"dex\n035\0")])
    raw_zip(tmp_path / "odd.apk", [("AndroidManifest.xml", b"\x03\x00\x08\x00" + b"\xff" * 100)])
    whole = make_apk(tmp_path / "whole.apk", manifest(hasCode=False), code=False).read_bytes()
    (tmp_path / "cut.apk").write_bytes(whole[: len(whole) // 2])
    for name in ("text", "empty", "bare", "odd", "cut", "nowhere"):
        with pytest.raises(BadApk) as told:
            check_apk(tmp_path / f"{name}.apk")
        assert f"{name}.apk" in told.value.what and told.value.fix


def test_code_that_unpacks_without_end_is_not_unpacked(tmp_path: Path) -> None:
    apk = raw_zip(tmp_path / "bomb.apk", [(f"classes{n or ''}.dex", b"\0" * (150 << 20)) for n in (0, 2, 3, 4)])
    with pytest.raises(BadApk, match="bomb"):
        check_apk(apk)


def test_a_dex_file_of_a_later_version_stops_and_so_does_one_that_is_none(tmp_path: Path) -> None:
    for head, told in ((b"dex\n041\0", "041"), (b"\x9f\x02\xaa\xbb\0\0\0\0", "no dex file")):
        checked = check_apk(make_apk(tmp_path / "new.apk", entries={"classes.dex": head + b"\0" * 200}))
        need = one(checked, "dex-version")
        assert need.severity is Severity.STOPS and told in need.why


# -- the code ---------------------------------------------------------------------------------------------------------


def code(folder: Path, more: str = "", **others: str) -> dict[str, bytes]:
    """classes.dex with com.example.app.Main, and other classes by their full name, dots as underscores."""
    for name, text in {"com_example_app_Main": MAIN % more, **others}.items():
        file = folder / "src" / f"{name.replace('_', '/')}.java"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    classes = compile_java(sorted((folder / "src").rglob("*.java")), folder)
    return {file.name: file.read_bytes() for file in make_dex(classes, folder)}


@pytest.mark.lab
def test_the_code_s_needs(tmp_path: Path) -> None:
    gms = "package com.google.android.gms.common; public class GoogleApiAvailability {}"
    entries = code(tmp_path, com_google_android_gms_common_GoogleApiAvailability=gms)
    libraries = {"lib/arm64-v8a/libengine.so": b"\x7fELF", "lib/armeabi-v7a/libx.so": b""}
    checked = check_apk(make_apk(tmp_path / "app.apk", entries={**entries, **libraries}))
    assert not checked.stops
    library = one(checked, "native-library")
    assert library.subjects == ("libengine.so (loaded by com.example.app.Main.onCreate)", "libx.so")
    assert "arm64-v8a" in library.what and "1 native methods" in library.why
    assert one(checked, "native-library-elsewhere").subjects[0].startswith("libelsewhere.so")
    assert one(checked, "phone-service").what == "Google Play services"
    assert one(checked, "web-view").severity is Severity.LIMITS
    face = next(need for need in of(checked, "unimplemented") if "FaceDetector" in need.what)
    assert face.severity is Severity.LIMITS
    assert face.subjects == ("android.media.FaceDetector.<init> (1 in com.example.app.Main.onCreate)",
                             "android.media.FaceDetector.findFaces (1 in com.example.app.Main.onCreate)")
    answered = ("Trace", "TextView", "Fingerprint", "Clipboard")    # the last two by services of the lab's own
    assert not [need for need in of(checked, "unimplemented") if any(word in need.what for word in answered)]


@pytest.mark.lab
def test_what_is_said_beforehand_is_what_the_device_tells(tmp_path: Path) -> None:
    """Of the example apps: they come up, use no native code, and reach nothing that is not implemented but by what is said."""
    from harness.lab.apps import build

    for name in ("shop-compliant", "shop-violating", "tiny"):
        checked = check_apk(build(name))
        assert not checked.stops, name
        assert not of(checked, "native-library") and not of(checked, "packed"), name
    found = {use.name for use in survey(build("collector")).ends}
    assert {"android.media.FaceDetector.findFaces", "android.media.MediaDrm.<init>"} <= found


@pytest.mark.lab
def test_a_service_that_the_lab_has_of_its_own_ends_in_nothing_only_where_it_lacks_the_method(tmp_path: Path) -> None:
    more = (
        "android.app.NotificationManager notices = getSystemService(android.app.NotificationManager.class);"
        'notices.cancel(1); notices.areNotificationsEnabled(); notices.canNotifyAsPackage("x");'
        "getSystemService(android.app.AlarmManager.class).canScheduleExactAlarms();"
    )
    found = {use.name for use in survey(make_apk(tmp_path / "app.apk", entries=code(tmp_path, more))).ends}
    assert {name for name in found if name.startswith("android.app.")} == {"android.app.NotificationManager.canNotifyAsPackage"}


@pytest.mark.lab
def test_a_packed_app_and_one_without_its_application_class_stop(tmp_path: Path) -> None:
    entries = code(tmp_path)
    packed = make_apk(tmp_path / "packed.apk", entries={**entries, "assets/libjiagu.so": b"x"})
    need = one(check_apk(packed), "packed")
    assert need.severity is Severity.STOPS and "Jiagu" in need.why and "APKiD" in need.why
    gone = make_apk(tmp_path / "gone.apk", manifest("com.example.app", launcher(), name=".Hidden"), entries=entries)
    assert one(check_apk(gone), "packed").subjects == ("application com.example.app.Hidden",)


@pytest.mark.lab
def test_an_engine_with_its_library_stops_and_without_it_limits(tmp_path: Path) -> None:
    flutter = "package io.flutter.embedding.engine; public class FlutterJNI {}"
    entries = code(tmp_path, io_flutter_embedding_engine_FlutterJNI=flutter)
    whole = make_apk(tmp_path / "whole.apk", entries={**entries, "lib/arm64-v8a/libflutter.so": b"x"})
    assert one(check_apk(whole), "native-engine").severity is Severity.STOPS
    part = make_apk(tmp_path / "part.apk", entries=entries)
    assert one(check_apk(part), "native-engine").severity is Severity.LIMITS


@pytest.mark.lab
def test_what_the_framework_does_not_have_is_told(tmp_path: Path) -> None:
    other = "package android.example; public class Future { public static void go() {} }"
    classes = code(tmp_path, "android.example.Future.go();", android_example_Future=other)
    apk = make_apk(tmp_path / "app.apk", entries=classes)
    assert survey(apk).missing == {}, "the APK brings it itself"
    without = tmp_path / "without"
    without.mkdir()
    (without / "Main.java").write_text(MAIN % "android.example.Future.go();")
    (without / "Future.java").write_text(other)
    built = compile_java([without / "Main.java", without / "Future.java"], without)
    (built / "android" / "example" / "Future.class").unlink()
    dex = {file.name: file.read_bytes() for file in make_dex(built, without)}
    checked = check_apk(make_apk(tmp_path / "future.apk", entries=dex))
    need = one(checked, "framework-level")
    assert need.severity is Severity.NOTE
    assert need.subjects[0].startswith("android.example.Future (")


@pytest.mark.lab
def test_damaged_code_is_an_error(tmp_path: Path) -> None:
    dex = code(tmp_path)["classes.dex"]
    for number, damaged in enumerate((dex[:300], dex[:112] + b"\xff" * (len(dex) - 112), b"dex\n035\0" + b"\0" * 100)):
        apk = tmp_path / f"damaged{number}.apk"
        make_apk(apk, entries={"classes.dex": damaged})
        with pytest.raises(BadApk, match=f"damaged{number}"):
            check_apk(apk)


@pytest.mark.lab
def test_code_of_a_split_counts_for_its_base(tmp_path: Path) -> None:
    feature = "package com.example.feature; public class Extra extends android.app.Activity {}"
    own = tmp_path / "own"
    own.mkdir()
    entries = code(own, com_example_feature_Extra=feature)
    root = manifest("com.example.app", launcher(), tag("activity", name="com.example.feature.Extra"), hasCode=False)
    base = make_apk(tmp_path / "base.apk", root, code=False, entries={"classes.dex": code(tmp_path)["classes.dex"]})
    part = manifest("com.example.app", tag("activity", name="com.example.feature.Extra"))
    part.attributes["split"] = "feature"
    split = make_apk(tmp_path / "split.apk", part, entries=entries)
    alone = check_apk(base)
    assert one(alone, "absent-component").subjects == ("com.example.feature.Extra",)
    both = check_apk(base, [split])
    assert not of(both, "absent-component")
    assert one(alone, "web-view").why.startswith("3 places")
    assert one(both, "web-view").why.startswith("6 places"), "what both use counts twice"
