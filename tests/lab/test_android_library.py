"""Android libraries are packed into an app as a build tool does: manifests merged, everything once, the app's word first."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

from lxml import etree

from tests.lab.android_library import ABI, merge_manifests, unpack

ANDROID = "{http://schemas.android.com/apk/res/android}"
OWN = """<manifest xmlns:android="http://schemas.android.com/apk/res/android" package="example.app">
    <uses-permission android:name="android.permission.INTERNET" />
    <application android:label="own" android:allowBackup="false"><activity android:name=".Main" /></application>
</manifest>"""
THEIRS = """<manifest xmlns:android="http://schemas.android.com/apk/res/android" xmlns:tools="http://schemas.android.com/tools"
    package="com.vendor">
    <!-- not for the app -->
    <uses-sdk android:minSdkVersion="14" />
    <uses-permission android:name="android.permission.INTERNET" />
    <uses-permission android:name="android.permission.VIBRATE" tools:node="merge" />
    <application android:label="theirs" android:fullBackupContent="@xml/rules">
        <provider android:name=".Start" android:authorities="${applicationId}.start" />
        <activity android:name="example.app.Other" />
    </application>
</manifest>"""


def jar(**files: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in files.items():
            archive.writestr(name.replace("__", "/").replace("_dot_", "."), content)
    return out.getvalue()


def aar(folder: Path) -> Path:
    path = folder / "vendor-1.0.aar"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("AndroidManifest.xml", THEIRS)
        archive.writestr("classes.jar", jar(com__vendor__A_dot_class=b"x", com__vendor__data=b"d", **{"META-INF__x": b"y"}))
        archive.writestr("libs/more.jar", jar(B_dot_class=b"x"))
        archive.writestr("res/values/values.xml", "<resources/>")
        archive.writestr("assets/", "")
        archive.writestr(f"jni/{ABI}/libv.so", b"elf")
        archive.writestr("jni/x86/libv.so", b"other")
    return path


def test_an_aar_is_taken_apart(tmp_path: Path) -> None:
    library = unpack(aar(tmp_path), tmp_path / "out")
    assert [one.name for one in library.jars] == ["classes.jar", "more.jar"]
    assert library.package == "com.vendor"
    assert library.resources == tmp_path / "out" / "res"
    assert library.assets is None
    assert library.others == {"com/vendor/data": b"d", f"lib/{ABI}/libv.so": b"elf"}


def test_a_jar_has_classes_and_other_files_alone(tmp_path: Path) -> None:
    path = tmp_path / "vendor-1.0.jar"
    path.write_bytes(jar(A_dot_class=b"x", words_dot_txt=b"w"))
    library = unpack(path, tmp_path / "out")
    assert (library.jars, library.manifest, library.others) == ((path,), None, {"words.txt": b"w"})


def test_manifests_are_merged(tmp_path: Path) -> None:
    (tmp_path / "own.xml").write_text(OWN)
    library = unpack(aar(tmp_path), tmp_path / "out")
    merged = etree.parse(str(merge_manifests(tmp_path / "own.xml", [library, library], tmp_path / "merged.xml"))).getroot()
    permissions = [one.get(f"{ANDROID}name") for one in merged.iter("uses-permission")]
    assert permissions == ["android.permission.INTERNET", "android.permission.VIBRATE"]
    application = merged.find("application")
    assert application is not None
    assert application.get(f"{ANDROID}label") == "own"
    assert application.get(f"{ANDROID}fullBackupContent") == "@xml/rules"
    components = [(str(one.tag), one.get(f"{ANDROID}name"), one.get(f"{ANDROID}authorities")) for one in application]
    assert components == [
        ("activity", ".Main", None),
        ("provider", "com.vendor.Start", "example.app.start"),
        ("activity", "example.app.Other", None),
    ]
    assert merged.find("uses-sdk") is None
    assert b"tools" not in etree.tostring(merged).replace(b'xmlns:tools="http://schemas.android.com/tools"', b"")
