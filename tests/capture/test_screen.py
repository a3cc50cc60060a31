"""Screens into the journal: each state once, at rest, and a gap where nothing could be read."""

from __future__ import annotations

import io
import time
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from harness.bundle import Bundle
from harness.capture.screen import (
    LOST_AFTER,
    ScreenCapture,
    ScreenUnreadable,
    U2Source,
    fingerprint_of,
    is_black,
)
from harness.errors import RigError
from harness.model import Gap, GapKind, Screen

APP = "com.example.fixture"


def xml(*texts: str, package: str = APP) -> str:
    nodes = "".join(f'<node class="android.widget.TextView" package="{package}" text="{t}" bounds="[0,{i}][9,9]"/>'
                    for i, t in enumerate(texts))
    return f'<hierarchy rotation="0">{nodes}</hierarchy>'


def png(colour: str) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (8, 8), colour).save(out, "PNG")
    return out.getvalue()


@dataclass
class Reading:
    kind: str = "other"
    reason: str = "because"
    permission: str | None = None
    package: str | None = APP
    readable: bool = True
    controls: tuple = ()
    text: str = ""
    wants_picture: bool = False


def recognise(text: str, package: str | None, picture: bytes | None = None) -> Reading:
    if "broken" in text:
        return Reading(readable=False, reason="cut off")
    return Reading(kind="system_permission" if "Allow" in text else "other")


@dataclass
class Device:
    """Shows what its script says at each look; the last entry stays."""

    script: list
    looks: int = 0
    colour: str = "white"

    def hierarchy(self) -> str:
        entry = self.script[min(self.looks, len(self.script) - 1)]
        self.looks += 1
        if isinstance(entry, Exception):
            raise entry
        return entry

    def picture(self) -> bytes | None:
        return png(self.colour)

    def front(self) -> tuple[str, str]:
        return APP, ".Main"


@dataclass
class Journal:
    events: list = field(default_factory=list)
    objects: list = field(default_factory=list)

    def append(self, event):
        import dataclasses

        numbered = dataclasses.replace(event, id=f"{event.prefix}{len(self.events) + 1}")
        self.events.append(numbered)
        return numbered

    def put_object(self, content: bytes) -> str:
        self.objects.append(content)
        return "0" * 64


class Time:
    now = 1000.0

    def ns(self) -> int:
        return int(self.now * 1e9)

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


def capture(*script, colour="white"):
    clock, journal, device = Time(), Journal(), Device(list(script), colour=colour)
    made = ScreenCapture(device, journal, recognise, APP, clock=clock.ns, monotonic=clock.monotonic, sleep=clock.sleep)
    return made, journal, device, clock


def gone() -> ScreenUnreadable:
    return ScreenUnreadable("The device gave no hierarchy.", "ConnectError: refused")


def of(journal, kind):
    return [e for e in journal.events if isinstance(e, kind)]


def test_a_screen_is_taken_once_it_has_come_to_rest():
    made, journal, device, _ = capture(xml("loading"), xml("half"), xml("whole"), xml("whole"))
    seen = made.take()
    assert device.looks == 4
    assert len(of(journal, Screen)) == 1
    assert xml("whole").encode() in journal.objects
    assert seen.event.activity == ".Main"


def test_a_screen_that_never_rests_is_taken_when_patience_ends():
    made, journal, _, clock = capture(*[xml("a" * i) for i in range(1, 200)])
    began = clock.now
    assert made.take(patience=2) is not None
    assert clock.now - began < 3
    assert len(of(journal, Screen)) == 1


def test_the_same_screen_is_journalled_once_until_somebody_acts():
    made, journal, _, _ = capture(xml("main"))
    made.take()
    made.take()
    assert len(of(journal, Screen)) == 1
    made.after_step = "t7"
    made.take()
    assert [s.after_step for s in of(journal, Screen)] == [None, "t7"]


def test_timed_pictures_are_journalled_though_nothing_changed():
    made, journal, _, clock = capture(xml("advertisement"))
    began = clock.now
    seen = [made.snap(0.5) for _ in range(4)]
    assert len({one.event.id for one in seen}) == len(of(journal, Screen)) == 4
    assert clock.now - began >= 2


def test_a_timed_picture_of_an_unreadable_screen_is_none():
    made, journal, _, _ = capture(gone())
    assert made.snap() is None
    assert of(journal, Screen) == []


def test_counting_figures_make_no_new_screen():
    made, journal, _, _ = capture(*[xml("main", f"10:{i:02d}") for i in range(50)])
    made.take()
    made.watch(5)
    assert len(of(journal, Screen)) == 1


def test_a_dialog_that_shows_for_one_look_is_journalled():
    made, journal, _, _ = capture(xml("main"), xml("main"), xml("main"), xml("Allow"), xml("main"))
    made.take()
    made.watch(3)
    assert [s.kind for s in of(journal, Screen)][:2] == ["other", "system_permission"]


def test_watching_ends_early_when_told_to():
    made, _, _, clock = capture(xml("main"), xml("main"), xml("Allow"))
    began = clock.now
    seen = made.watch(60, stop=lambda s: s.reading.kind == "system_permission")
    assert seen[-1].reading.kind == "system_permission"
    assert clock.now - began < 5


def test_waiting_for_a_screen_to_go_gives_the_next_one():
    made, _, _, _ = capture(xml("notice"), xml("notice"), xml("notice"), xml("main"))
    first = made.take()
    assert made.take_other_than(first.fingerprint).fingerprint == fingerprint_of(xml("main"))


def test_a_screen_that_stays_is_given_back():
    made, _, _, _ = capture(xml("notice"))
    first = made.take()
    assert made.take_other_than(first.fingerprint).event is first.event


@pytest.mark.parametrize("failure", [gone(), xml("broken"), '<hierarchy rotation="0"/>', ""])
def test_a_time_without_readable_screens_is_a_gap(failure):
    made, journal, _, _ = capture(*[failure] * 30, xml("main"))
    made.watch(8)
    [gap] = of(journal, Gap)
    assert gap.kind == GapKind.SCREEN_NOT_READABLE
    assert gap.to_ns - gap.from_ns > 3e9


def test_a_moment_without_a_window_is_none():
    made, journal, _, _ = capture(gone(), '<hierarchy rotation="0"/>', xml("main"))
    made.watch(4)
    assert of(journal, Gap) == []


def test_blindness_at_the_end_is_told_too():
    made, journal, _, _ = capture(xml("main"), *[gone()] * 2)
    made.watch(10)
    assert of(journal, Gap) == []
    made.finish()
    assert len(of(journal, Gap)) == 1


def test_a_device_that_answers_no_more_is_given_up():
    made, journal, _, _ = capture(gone())
    with pytest.raises(RigError, match="could not be read"):
        made.watch(LOST_AFTER * 2)
    assert len(of(journal, Gap)) == 1


def test_a_black_picture_of_a_window_with_text_is_a_gap_once():
    made, journal, _, _ = capture(xml("secret"), colour="black")
    made.take()
    made.after_step = "t1"
    made.take()
    [gap] = of(journal, Gap)
    assert "FLAG_SECURE" in gap.detail


def test_black_and_not():
    assert is_black(png("black"))
    assert not is_black(png("#202020"))
    assert not is_black(b"no picture at all")


@given(st.text(max_size=80))
def test_any_text_has_a_fingerprint(text):
    assert len(fingerprint_of(text)) == 64


@given(st.lists(st.text(st.characters(codec="ascii", categories=["L"]), min_size=1, max_size=5), max_size=5))
def test_screens_that_show_the_same_have_one_fingerprint(texts):
    assert fingerprint_of(xml(*texts)) == fingerprint_of(xml(*texts) + "\n")
    assert fingerprint_of(xml(*texts)) != fingerprint_of(xml(*texts, "more"))


def test_what_uiautomator2_raises_is_unreadable_and_what_is_a_bug_is_not():
    from uiautomator2 import exceptions as u2

    class Broken:
        def __init__(self, error: Exception) -> None:
            self.error = error

        def dump_hierarchy(self) -> str:
            raise self.error

        def app_current(self) -> dict:
            raise self.error

    with pytest.raises(ScreenUnreadable, match="HTTPTimeoutError"):
        U2Source(Broken(u2.HTTPTimeoutError("late"))).hierarchy()
    assert U2Source(Broken(u2.DeviceError("no focus"))).front() == (None, None)
    with pytest.raises(ZeroDivisionError):
        U2Source(Broken(ZeroDivisionError())).hierarchy()


def test_a_real_bundle_keeps_the_screen(tmp_path):
    bundle = Bundle.create(tmp_path, APP, clock=time.time_ns)
    clock = Time()
    made = ScreenCapture(Device([xml("main")]), bundle, recognise, APP, clock=clock.ns, monotonic=clock.monotonic,
                         sleep=clock.sleep)
    event = made.take().event
    assert event.id == "v1"
    assert bundle.objects.path(event.hierarchy).read_bytes() == xml("main").encode()
    bundle.close()
