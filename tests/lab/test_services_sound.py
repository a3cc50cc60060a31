"""The microphone: what an app hears is the tone of the device's profile, as fast as time passes and as long as it may."""

from __future__ import annotations

import io
import struct

import numpy as np
import pytest

from harness.lab.system.profile import make_profile
from tests.lab.service_bench import PACKAGE, ServiceBench

pytestmark = pytest.mark.lab
SEED = 20_261
TONE = make_profile(seed=SEED)["microphone"]["tone_hz"]
RATE = 16_000
HEARD = {f"{rises} loud 500" for rises in (TONE - 1, TONE, TONE + 1)}
"""Of one second: a part of a wave more or less, by where it begins."""


@pytest.fixture
def lab(device: ServiceBench) -> ServiceBench:
    device.shell(f"am force-stop {PACKAGE}; pm grant {PACKAGE} android.permission.RECORD_AUDIO")
    device.forget()
    return device


def recorded(lab: ServiceBench, name: str) -> bytes:
    return bytes(lab.device.adb.shell(f"su 0 cat /data/data/{PACKAGE}/files/{name}", encoding=None))


def boxes(content: bytes) -> dict[str, bytes]:
    """Those of one level of an MP4 file (ISO/IEC 14496-12)."""
    found, stream = {}, io.BytesIO(content)
    while head := stream.read(8):
        size, kind = struct.unpack(">I4s", head)
        size = struct.unpack(">Q", stream.read(8))[0] - 16 if size == 1 else size - 8
        found[kind.decode()] = stream.read(size)
        assert len(found[kind.decode()]) == size
    return found


def strongest(samples: np.ndarray) -> float:
    """The frequency of the strongest line of the spectrum, hertz."""
    spectrum = np.abs(np.fft.rfft(samples))
    return float(spectrum.argmax() * RATE / len(samples))


def test_each_way_to_read_gives_the_tone_at_its_rate(lab: ServiceBench) -> None:
    lab.in_front("hearTone")
    said = lab.said
    assert said[:2] == ["too early 0", f"shorts {RATE} in time true"]
    pitches = [line for line in said if line.startswith("pitch of ")]
    assert [line.rpartition(" loud ")[0].rpartition(" ")[0] for line in pitches] == [
        "pitch of shorts", f"pitch of {2 * RATE} bytes", f"pitch of {2 * RATE} direct", f"pitch of {RATE} floats",
    ]  # fmt: skip
    assert {" ".join(line.removesuffix(" position 0").split()[-3:]) for line in pitches} <= HEARD
    assert "stopped 0" in said and "released -3" in said  # ERROR_INVALID_OPERATION


def test_a_reader_that_waits_ends_with_the_recording(lab: ServiceBench) -> None:
    lab.in_front("releaseAmid")
    assert lab.hear("joined") == ["cut short true", "joined"]


def test_without_the_permission_there_is_no_recorder(lab: ServiceBench) -> None:
    lab.shell(f"pm revoke {PACKAGE} android.permission.RECORD_AUDIO")
    lab.in_front("listenUnasked")
    why = "startRecording() called on an uninitialized AudioRecord."
    assert lab.said == ["state 0", f"listenUnasked threw java.lang.IllegalStateException: {why}"]
    lab.in_front("tape", "--es name none.mp4")
    lab.hear("tape threw java.lang.RuntimeException: setAudioSource failed.")


def test_behind_there_is_silence_and_in_front_there_is_sound_again(lab: ServiceBench) -> None:
    lab.in_front("keepListening")
    lab.hear("keeps listening true")
    lab.in_front("loudness")
    assert lab.said[-1] == "loudness some"
    assert "(running)" in lab.shell(f"appops get {PACKAGE} RECORD_AUDIO")
    lab.shell("input keyevent HOME")
    lab.wait_for("logcat -d -s AudioPolicyService", f"{PACKAGE} .* is silenced")
    for _ in range(3):  # what was heard before is fetched first
        lab.behind("loudness")
    assert lab.said[-1] == "loudness none"
    lab.forget()
    lab.in_front("loudness")
    lab.wait_for("logcat -d -s AudioPolicyService", f"{PACKAGE} .* records")
    for _ in range(3):
        lab.in_front("loudness")
    assert lab.said[-1] == "loudness some"


@pytest.mark.parametrize("format", [1, 2])
def test_a_film_has_the_tone_without_compression(lab: ServiceBench, format: int) -> None:
    lab.in_front("tape", f"--es name tape.mp4 --ei format {format}")
    assert "amplitude true" in lab.hear("taped tape.mp4")
    content = recorded(lab, "tape.mp4")
    found = boxes(content)
    assert list(found) == ["ftyp", "mdat", "moov"]
    track = boxes(found["moov"])["trak"]
    table = boxes(boxes(boxes(boxes(track)["mdia"])["minf"])["stbl"])
    assert table["stsd"][12:16] == b"ipcm"
    [(offset,), (size, count)] = struct.unpack(">Q", table["co64"][8:]), struct.unpack(">II", table["stsz"][4:])
    samples = np.frombuffer(content[offset:offset + size * count], "<i2")
    assert len(samples) == len(found["mdat"]) // 2 and len(samples) >= RATE * 0.9
    assert abs(strongest(samples) - TONE) < 2
    assert "MediaRecorder.setAudioEncoder: there is none" in lab.shell("logcat -d -s LabDevice")


@pytest.mark.parametrize(("format", "head"), [(3, b"#!AMR\n|||"), (4, b"#!AMR-WB\n|||"), (6, b"\xff\xf1")])
def test_other_files_are_silent_and_last_as_long(lab: ServiceBench, format: int, head: bytes) -> None:
    lab.in_front("tape", f"--es name tape.bin --ei format {format}")
    lab.hear("taped tape.bin")
    content = recorded(lab, "tape.bin")
    assert content.startswith(head)
    assert len(content) >= (45 if format < 6 else 14 * 11)  # frames of 20 ms, or of 1024 samples


def test_a_file_that_cannot_be_written_is_not_prepared(lab: ServiceBench) -> None:
    lab.in_front("tape", "--es name tape.ogg --ei format 11")
    assert lab.hear("tape prepare failed.")
    assert "MediaRecorder.setOutputFormat(11)" in lab.shell("logcat -d -s LabDevice")


def test_orders_out_of_turn_are_refused_and_a_full_file_is_told(lab: ServiceBench) -> None:
    lab.in_front("tapeWrong")
    assert lab.said == ["start first: IllegalStateException", "stop after release: IllegalStateException"]
    lab.in_front("tapeShort")
    lab.hear("full 800")  # MEDIA_RECORDER_INFO_MAX_DURATION_REACHED
    assert boxes(recorded(lab, "short.3gp"))["moov"]
