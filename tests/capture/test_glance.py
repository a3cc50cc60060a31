"""Screens without words: a picture where one is asked for, words read once for what is shown."""

from __future__ import annotations

import io
from dataclasses import dataclass, field

import pytest
from PIL import Image, ImageDraw

from harness.capture.screen import ScreenCapture
from harness.model import Gap, Screen
from tests.capture.test_screen import APP, Journal, Reading, Time, of, xml

SILENT = f'<hierarchy><node class="android.view.SurfaceView" package="{APP}" bounds="[0,0][9,9]"/></hierarchy>'


def shown(*marks: tuple[int, int], colour: str = "white") -> bytes:
    image = Image.new("RGB", (360, 640), colour)
    draw = ImageDraw.Draw(image)
    for x, y in marks:
        draw.rectangle((x, y, x + 40, y + 20), fill="blue")
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


NOTICE, AGAIN, HOME = shown((50, 400)), shown((50, 400), (50, 500)), shown((200, 100))


@dataclass
class Silent:
    """A device whose hierarchy stays and whose picture changes: at each look the next, the last stays."""

    pictures: list
    text: str = SILENT
    taken: int = 0

    def hierarchy(self) -> str:
        return self.text

    def picture(self) -> bytes | None:
        picture = self.pictures[min(self.taken, len(self.pictures) - 1)]
        self.taken += 1
        return picture

    def front(self) -> tuple[str, str]:
        return APP, ".Main"


@dataclass
class Reader:
    """A recogniser whose hierarchy says nothing, and which knows three pictures."""

    wants: bool = True
    kind: str = "other"
    read: list = field(default_factory=list)

    def __call__(self, text: str, package: str | None, picture: bytes | None = None) -> Reading:
        if picture is None or picture == shown(colour="black"):
            return Reading(kind=self.kind, wants_picture=self.wants)
        self.read.append(picture)
        kind, said = {NOTICE: ("policy_consent", "notice"), AGAIN: ("policy_second_chance", "again")}.get(picture, ("other", ""))
        return Reading(kind=kind, text=said)


def capture(device: Silent, reader: Reader):
    clock, journal = Time(), Journal()
    made = ScreenCapture(device, journal, reader, APP, clock=clock.ns, monotonic=clock.monotonic, sleep=clock.sleep)
    return made, journal, clock


def test_ordinary_looks_take_no_picture_and_read_none():
    device, reader = Silent([NOTICE], text=xml("words")), Reader(wants=False)
    made, journal, _ = capture(device, reader)
    made.watch(5)
    assert reader.read == []
    assert device.taken == len(of(journal, Screen)) == 1, "only what is journalled"


def test_a_silent_screen_is_read_once_and_the_picture_read_is_the_one_kept():
    device, reader = Silent([NOTICE]), Reader()
    made, journal, _ = capture(device, reader)
    seen = made.take()
    assert seen.reading.kind == "policy_consent"
    assert reader.read == [NOTICE]
    assert NOTICE in journal.objects
    made.watch(3)
    assert reader.read == [NOTICE]
    assert len(of(journal, Screen)) == 1


def test_what_is_still_moving_is_not_read_yet():
    device, reader = Silent([shown((9, 40 * i)) for i in range(1, 5)] + [NOTICE]), Reader()
    made, journal, _ = capture(device, reader)
    assert made.take().reading.kind == "policy_consent"
    assert reader.read == [NOTICE]
    assert [s.kind for s in of(journal, Screen)] == ["policy_consent"]


def test_what_never_rests_is_read_all_the_same_and_seldom():
    device, reader = Silent([shown((i % 300, (37 * i) % 600)) for i in range(1, 200)]), Reader()
    made, _, clock = capture(device, reader)
    began = clock.now
    assert made.take(patience=4) is not None
    assert 1 <= len(reader.read) <= (clock.now - began) / 1.5 + 1


def test_a_change_without_a_change_of_the_hierarchy_is_another_screen():
    device, reader = Silent([NOTICE] * 4 + [AGAIN]), Reader()
    made, journal, _ = capture(device, reader)
    first = made.take()
    second = made.take_other_than(first.fingerprint)
    assert (first.reading.kind, second.reading.kind) == ("policy_consent", "policy_second_chance")
    assert first.fingerprint != second.fingerprint
    assert [s.kind for s in of(journal, Screen)] == ["policy_consent", "policy_second_chance"]


def test_a_watch_sees_a_drawn_notice_come_up():
    made, _, _ = capture(Silent([HOME] * 5 + [NOTICE]), Reader())
    seen = made.watch(10, stop=lambda s: s.reading.kind != "other")
    assert seen[-1].reading.kind == "policy_consent"


def test_a_detail_that_the_hierarchy_leaves_open_is_looked_at_once_until_somebody_acts():
    device, reader = Silent([NOTICE]), Reader(kind="policy_consent")
    made, _, _ = capture(device, reader)
    made.take()
    made.watch(3)
    taken = device.taken
    made.watch(3)
    assert device.taken == taken
    made.after_step = "s1"
    device.pictures = [AGAIN]
    assert made.take().reading.kind == "policy_second_chance"
    assert reader.read == [NOTICE, AGAIN]


@pytest.mark.parametrize(("picture", "why"), [(shown(colour="black"), "FLAG_SECURE"), (None, "no picture")])
def test_a_silent_screen_without_a_usable_picture_is_a_gap(picture, why):
    made, journal, _ = capture(Silent([picture]), Reader())
    made.take()
    gaps = of(journal, Gap)
    assert len(gaps) == 1
    assert why in gaps[0].detail and "says nothing of what it shows" in gaps[0].detail
