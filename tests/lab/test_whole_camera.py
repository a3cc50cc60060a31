"""The hooks catch an app that takes pictures and records sound, and it gets from the device what it gets without them."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent.parent / "capture"))
from jvm_app import Memory

from harness.capture.catalogue import load_catalogue
from harness.capture.hooks import HookCapture
from harness.device.frida_link import FridaLink
from harness.lab.system.profile import make_profile
from harness.model import Call, Gap, GapKind, Outcome
from tests.lab.service_bench import PACKAGE, service_bench

pytestmark = pytest.mark.lab
SEED = 20_262


@dataclass(frozen=True)
class Ran:
    said: list[str]
    journal: Memory


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ran]:
    with service_bench(tmp_path_factory.mktemp("camera"), seed=SEED) as lab:
        for permission in ("CAMERA", "RECORD_AUDIO"):
            lab.shell(f"pm grant {PACKAGE} android.permission.{permission}")
        journal = Memory()
        capture = HookCapture(FridaLink.connect(lab.device), PACKAGE, journal, load_catalogue(), level=35)
        capture.start()
        lab.forget()
        for act, end in (("shoot", "closed 0"), ("oldFrames", "old done"), ("keepListening", "keeps listening true")):
            lab.in_front(act)
            lab.hear(end)
        lab.in_front("tape", "--es name tape.mp4")
        lab.hear("taped tape.mp4")
        said = lab.said
        with capture.stopping():
            lab.device.stop(PACKAGE)
        capture.stop()
        yield Ran(said, journal)


@pytest.mark.parametrize(
    ("method", "kind"),
    [
        ("android.hardware.camera2.CameraManager.openCamera", "camera"),
        ("android.hardware.Camera.open", "camera"),
        ("android.hardware.Camera.setPreviewCallback", "camera"),
        ("android.hardware.Camera.takePicture", "camera"),
        ("android.media.AudioRecord.startRecording", "microphone"),
        ("android.media.MediaRecorder.setAudioSource", "microphone"),
        ("android.media.MediaRecorder.start", "microphone"),
    ],
)
def test_the_call_is_recorded(ran: Ran, method: str, kind: str) -> None:
    calls = ran.journal.of(Call, method=method, kind=kind)
    assert calls and {call.outcome for call in calls} == {Outcome.VALUE}


def test_the_app_gets_the_planted_picture_all_the_same(ran: Ran) -> None:
    marker = make_profile(seed=SEED)["cameras"][0]["marker"]
    assert {f"shot pattern {marker}", f"old shot pattern {marker}"} <= set(ran.said)


def test_nothing_is_lost_on_the_way(ran: Ran) -> None:
    assert ran.journal.of(Gap, kind=GapKind.MESSAGE_LOST) == []
    assert ran.journal.of(Gap, kind=GapKind.PROCESS_LOST) == []
