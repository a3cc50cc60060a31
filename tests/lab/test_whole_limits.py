"""An app that needs what the lab device does not have: its run says so, and no rule calls its silence proof."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.lab.apps.archive import pack
from harness.lab.apps.builder import build_source
from harness.lab.apps.signature import read_signing_key, sign
from harness.lab.apps.sources import AppSource
from harness.resources import resource
from tests.lab.whole import Bench, bench, harness, short_limits

pytestmark = pytest.mark.lab

PACKAGE = "example.needy"
MANIFEST = """<manifest xmlns:android="http://schemas.android.com/apk/res/android" package="example.needy">
  <uses-sdk android:minSdkVersion="26" android:targetSdkVersion="34" />
  <application android:label="needy">
    <activity android:name=".MainActivity" android:exported="true">
      <intent-filter>
        <action android:name="android.intent.action.MAIN" />
        <category android:name="android.intent.category.LAUNCHER" />
      </intent-filter>
    </activity>
  </application>
</manifest>
"""
CODE = """package example.needy;

public final class MainActivity extends android.app.Activity {
    @Override
    protected void onCreate(android.os.Bundle saved) {
        super.onCreate(saved);
        android.widget.TextView text = new android.widget.TextView(this);
        text.setText("needy");
        setContentView(text);
        for (String library : new String[] {"engine", "engine", "optional"}) {
            try {
                System.loadLibrary(library);
            } catch (UnsatisfiedLinkError refused) {
                android.util.Log.i("Needy", "no " + library);
            }
        }
        new android.media.FaceDetector(8, 8, 1);
        try {
            Runtime.getRuntime().exec("id");
        } catch (java.io.IOException refused) {
            android.util.Log.i("Needy", "no id");
        }
    }
}
"""


@pytest.fixture(scope="module")
def device(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    with bench(tmp_path_factory.mktemp("state")) as made:
        yield made


def needy(folder: Path) -> Path:
    """It brings libengine.so for a phone's processor, and asks for liboptional.so, which it does not bring."""
    source = folder / "needy"
    (source / "java" / "example" / "needy").mkdir(parents=True)
    (source / "build.yaml").write_text("package: example.needy\nlabel: needy\n")
    (source / "AndroidManifest.xml").write_text(MANIFEST)
    (source / "java" / "example" / "needy" / "MainActivity.java").write_text(CODE)
    plain = build_source(AppSource(name="needy", folder=source, package=PACKAGE, label="needy", version_code=1,
                                   version_name="1.0", code=(source,)))
    with zipfile.ZipFile(plain) as archive:
        entries = {name: archive.read(name) for name in archive.namelist() if not name.startswith("META-INF/")}
    apk = folder / "needy.apk"
    key = read_signing_key(resource("lab", "apps", "public-test-key.pem"))
    apk.write_bytes(sign(pack({**entries, "lib/arm64-v8a/libengine.so": b"\x7fELF" + b"\0" * 60}), key))
    return apk


def test_what_the_device_lacks_is_in_the_run_and_in_its_report(device: Bench, tmp_path: Path) -> None:
    ended = harness(*device.run_words(needy(tmp_path), tmp_path / "runs", limits=short_limits(tmp_path, notice=2)))
    said = ended.json
    gaps = {(gap["kind"], gap["subject"]): gap for gap in said["gaps"]}
    library = gaps["code_not_run", "libengine.so"]
    assert library["count"] >= 2 and library["from"] and PACKAGE in library["detail"]
    assert not [subject for kind, subject in gaps if subject == "liboptional.so"]
    face = gaps["device_limit", "android.media.FaceDetector.fft_initialize"]
    assert "android.media.FaceDetector.<init>" in face["detail"]
    assert [gap for (kind, _), gap in gaps.items() if kind == "device_limit" and "refused" in gap["detail"]], gaps
    assert {verdict["verdict"] for verdict in said["verdicts"]} == {"INCONCLUSIVE"}
    assert all(library["id"] in verdict["gaps"] for verdict in said["verdicts"])
    page = Path(said["report"]).read_text("utf-8")
    assert library["detail_zh"] in page and "代码未运行" in page and "设备限制" in page
