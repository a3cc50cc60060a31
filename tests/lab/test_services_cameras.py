"""Cameras: what an app gets is the picture of the device's profile, as long as it may."""

from __future__ import annotations

import time

import pytest
from PIL import Image

from harness.lab.system.profile import make_profile
from tests.lab.service_bench import PACKAGE, PATIENCE, ServiceBench

pytestmark = pytest.mark.lab
SEED = 20_260
BACK, FRONT = (one["marker"] for one in make_profile(seed=SEED)["cameras"])


@pytest.fixture
def lab(device: ServiceBench) -> ServiceBench:
    device.shell(f"am force-stop {PACKAGE}; pm grant {PACKAGE} android.permission.CAMERA")
    device.forget()
    return device


def test_there_is_one_on_each_side(lab: ServiceBench) -> None:
    lab.in_front("cameras")
    assert lab.said == [
        "camera 0 facing 1 turned 90 flash true largest 2048x1536 sizes 6 names them true",
        "camera 1 facing 0 turned 270 flash false largest 1280x960 sizes 4 names them true",
        "old cameras 2 facing 1",
    ]


@pytest.mark.parametrize(("camera", "marker"), [("0", BACK), ("1", FRONT)])
def test_a_picture_carries_the_marker_in_its_pixels_and_its_bytes(lab: ServiceBench, camera: str, marker: str) -> None:
    lab.in_front("shoot", f"--es id {camera}")
    lab.hear("shot of 1280x960")
    said = lab.hear(f"closed {camera}")
    assert f"shot pattern {marker}" in said
    assert f"shot exif {marker} XH-A15 place none" in said
    assert "result exposed 2 intent 2" in said and "sequence ends with frame 0" in said
    content = lab.device.adb.shell(f"su 0 cat /data/data/{PACKAGE}/files/shot.jpg", encoding=None)
    assert marker.encode() in content and content[:2] == b"\xff\xd8"


def test_frames_come_until_the_session_is_closed(lab: ServiceBench) -> None:
    lab.in_front("frames")
    said = lab.hear("closed 0")
    assert f"frame {BACK} rows of 640 planes 3" in said
    assert said[-3:] == ["session closed", "afterwards IllegalStateException", "closed 0"]
    assert "Active Camera Clients:\n  []" in lab.shell("dumpsys media.camera")


def test_a_size_that_no_camera_has_is_not_configured(lab: ServiceBench) -> None:
    lab.in_front("oddSize")
    assert "not configured" in lab.hear("closed 0")


def test_the_old_way_gives_frames_and_a_picture_with_the_place_that_the_app_names(lab: ServiceBench) -> None:
    lab.in_front("oldFrames")
    said = lab.hear("old done")
    assert f"old frame {BACK} bytes {320 * 240 * 3 // 2}" in said and "sharp true" in said
    assert f"old shot pattern {BACK}" in said
    assert f"old shot exif {BACK} XH-A15 place 4821,-1637" in said


def test_a_preview_is_seen_on_the_screen(lab: ServiceBench) -> None:
    """The front camera's, upright, under the app's bar, which hides the topmost fields: the last of each row."""
    lab.in_front("oldShown")
    lab.hear("shown")
    wanted = [f"{int(FRONT[row:row + 4], 16):016b}"[:-1] for row in range(0, 32, 4)]
    until = time.monotonic() + PATIENCE
    while wanted != (seen := fields(lab)):
        assert time.monotonic() < until, (wanted, seen)
        time.sleep(0.5)


def fields(lab: ServiceBench) -> list[str]:
    """The pattern on the screen, turned as the sensor lies, without the last field of each row."""
    lying = lab.device.adb.screenshot().convert("L").transpose(Image.Transpose.ROTATE_270)
    wide, high = lying.width / 16, lying.height / 8
    return [
        "".join(str(int(lying.getpixel((int((x + 0.5) * wide), int((y + 0.5) * high))) > 127)) for x in range(15))
        for y in range(8)
    ]


def test_a_preview_comes_to_a_texture_view(lab: ServiceBench) -> None:
    lab.in_front("shown")
    said = lab.hear(f"upright {BACK}")
    assert said[:2] == ["texture true", "opened 0"]
    lab.in_front("letGo")
    lab.hear("closed 0")


def test_mistakes_of_the_old_way_end_as_on_a_phone(lab: ServiceBench) -> None:
    lab.in_front("oldMistakes")
    assert set(lab.hear("old error 2")) >= {  # CAMERA_ERROR_EVICTED: of two opens the later wins
        "no preview: takePicture failed",
        "odd size: setParameters failed",
        "released: Camera is being used after Camera.release() was called",
        "oldMistakes threw java.lang.RuntimeException: Fail to connect to camera service",
    }


def test_of_two_opens_the_later_wins(lab: ServiceBench) -> None:
    lab.in_front("hold")
    lab.hear("opened 0")
    lab.in_front("hold")
    lab.hear("disconnected 0")
    assert lab.said.count("opened 0") == 2
    assert lab.shell("dumpsys media.camera").count("Client Package Name: example.services, API: 2") == 1
    assert "(running)" in lab.shell(f"appops get {PACKAGE} CAMERA")
    lab.in_front("letGo")
    lab.wait_for(f"appops get {PACKAGE} CAMERA", "^CAMERA: foreground; time=.*ago$")


def test_without_the_permission_there_is_none(lab: ServiceBench) -> None:
    lab.shell(f"pm revoke {PACKAGE} android.permission.CAMERA")
    lab.in_front("hold")
    lab.wait_for("logcat -d -s Services:I", "hold threw java.lang.SecurityException: .*without camera permission")
    lab.in_front("oldMistakes")
    lab.hear("oldMistakes threw java.lang.RuntimeException: Fail to connect to camera service")
    lab.in_front("noCamera")
    lab.wait_for("logcat -d -s Services:I", "noCamera threw java.lang.IllegalArgumentException")


def test_behind_it_is_taken_away_and_not_given_again(lab: ServiceBench) -> None:
    lab.in_front("hold")
    lab.hear("opened 0")
    lab.shell("input keyevent HOME")
    lab.hear("error 3 of 0")  # ERROR_CAMERA_DISABLED
    lab.behind("hold")
    said = lab.wait_for("logcat -d -s Services:I", "hold threw android.hardware.camera2.CameraAccessException: CAMERA_DISABLED")
    assert "from background" in said
    lab.behind("oldMistakes")
    lab.hear("oldMistakes threw java.lang.RuntimeException: Fail to connect to camera service")
    lab.shell(f"appops set {PACKAGE} CAMERA allow")
    lab.behind("hold")
    lab.wait_for("dumpsys media.camera", "PID: .* example.services, API: 2")
    lab.shell(f"appops set {PACKAGE} CAMERA default")
    lab.wait_for("dumpsys media.camera", r"^  \[\]$")


def test_that_no_app_takes_pictures_for_others_is_told(lab: ServiceBench) -> None:
    lab.in_front("cameraApp")
    lab.wait_for("logcat -d -s Services:I", "cameraApp threw android.content.ActivityNotFoundException")
    lab.wait_for("logcat -d -s LabDevice", "unimplemented: method=android.media.action.IMAGE_CAPTURE: a phone has an app for it")
