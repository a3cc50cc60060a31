"""Screens of the device, through uiautomator2, into the journal: hierarchy, picture, and what they mean.

A screen is journalled when it differs from the one before. Whether it differs is decided by its
nodes, not by time: figures that count (a clock, a count-down) do not make a screen a new one. What
the nodes mean is said by a recogniser that is passed in, so that a bundle can be read again by a better one.

A picture is taken of what is journalled, and of a screen whose hierarchy says nothing (harness/capture/glance.py).

`Screen.host_ns` is the moment at which the state had been read, so what led to it happened before.
"""

from __future__ import annotations

import base64
import hashlib
import io
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar
from xml.sax.saxutils import escape

import adbutils
from lxml import etree
from PIL import Image, UnidentifiedImageError
from uiautomator2 import exceptions as u2

from harness.capture.glance import Glance, Glimpse
from harness.errors import HarnessError, RigError
from harness.model import Control, Event, Gap, GapKind, Screen

E = TypeVar("E", bound=Event)

PACE = 0.2
"""Seconds between two looks. A dump takes about 0.06 s on the lab, 0.2 to 0.6 s on phones."""
PATIENCE = 4.0
"""Seconds in which a screen is given the chance to come to rest; an endless animation never does."""
LOST_AFTER = 60.0
"""Seconds without one readable screen after which the device is given up as lost."""
BLIND = 3.0
"""Seconds without a readable screen that make a gap. While windows change there is none for a moment; a dialog
that wants an answer stays until it gets one, so a shorter blindness hides none."""
MOVING = 2.0
"""Least seconds between two journalled states of a screen that asks nothing: a carousel fills no journal."""

_HAS_TEXT = re.compile(r'(?:text|content-desc)="[^"]')
_DIGITS = re.compile(r"\d+")
_UNREADABLE = (u2.BaseException, adbutils.AdbError, OSError, TimeoutError)


class ScreenUnreadable(HarnessError):
    """The device gave no hierarchy, or none that can be read. It may do so at the next look."""

    exit_status = 4


class ScreenSource(Protocol):
    """The three things that are asked of a device here."""

    def hierarchy(self) -> str:
        """The dump of all windows. Raises ScreenUnreadable."""

    def picture(self) -> bytes | None:
        """A screenshot as PNG or JPEG, or None where the device gives none."""

    def front(self) -> tuple[str | None, str | None]:
        """Package and activity in front; None where it cannot be told."""


class RecognisedControl(Protocol):
    @property
    def text(self) -> str: ...
    @property
    def role(self) -> str: ...
    @property
    def bounds(self) -> tuple[int, int, int, int]: ...
    @property
    def resource_id(self) -> str: ...
    @property
    def package(self) -> str: ...
    @property
    def checked(self) -> bool | None: ...
    @property
    def enabled(self) -> bool: ...


class Recognised(Protocol):
    """What a recogniser says of a hierarchy."""

    @property
    def kind(self) -> str: ...
    @property
    def reason(self) -> str: ...
    @property
    def permission(self) -> str | None: ...
    @property
    def package(self) -> str | None: ...
    @property
    def readable(self) -> bool: ...
    @property
    def text(self) -> str: ...
    @property
    def wants_picture(self) -> bool: ...
    @property
    def controls(self) -> Sequence[RecognisedControl]: ...


R = TypeVar("R", bound=Recognised)
RO = TypeVar("RO", bound=Recognised, covariant=True)


class Recogniser(Protocol[RO]):
    """Says what a hierarchy shows. Where its reading wants a picture, it is asked again with one."""

    def __call__(self, hierarchy_xml: str, package: str | None, picture: bytes | None = None, /) -> RO: ...


class Journal(Protocol):
    """What a bundle does here: keep a line, keep an object."""

    def append(self, event: E) -> E: ...

    def put_object(self, content: bytes) -> str: ...


@dataclass(frozen=True)
class Seen(Generic[R]):
    """A journalled screen with its reading. `fingerprint` is the same for screens that show the same; `nodes`: how
    many the hierarchy has; `xml`, `picture`: what the device gave."""

    event: Screen
    reading: R
    fingerprint: str
    nodes: int
    xml: str = ""
    picture: bytes | None = None


@dataclass(frozen=True)
class _Look(Generic[R]):
    xml: str
    reading: R
    fingerprint: str
    at_ns: int
    picture: bytes | None = None
    withheld: bool = False


class U2Source:
    """A device seen through a connected `uiautomator2.Device`."""

    def __init__(self, device: Any) -> None:
        self._device = device

    def hierarchy(self) -> str:
        try:
            return str(self._device.dump_hierarchy())
        except _UNREADABLE as bad:
            raise ScreenUnreadable("The device gave no hierarchy.", f"{type(bad).__name__}: {bad}") from bad

    def picture(self) -> bytes | None:
        """As the device made it where it gives JPEG by itself; a picture is evidence and not coded twice."""
        try:
            encoded = self._device.jsonrpc.takeScreenshot(1, 80)
            if encoded:
                return base64.b64decode(encoded)
            image = self._device.adb_device.screenshot()
        except _UNREADABLE:
            return None
        out = io.BytesIO()
        image.save(out, "PNG")
        return out.getvalue()

    def front(self) -> tuple[str | None, str | None]:
        try:
            current = self._device.app_current()
        except _UNREADABLE:
            return None, None
        package, activity = current.get("package"), current.get("activity")
        if package and activity and activity.startswith("."):
            activity = package + activity  # Android 10 and later name it in short
        return package, activity


class ScreenCapture(Generic[R]):
    """Looks at the screen and journals what it sees.

    `package` is the app under test. `after_step` is set by whoever acts on the device, to the id of the
    last step that did, so that each screen says what came before it.
    """

    def __init__(
        self,
        source: ScreenSource,
        bundle: Journal,
        recognise: Recogniser[R],
        package: str,
        *,
        clock: Callable[[], int] = time.time_ns,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._source = source
        self._bundle = bundle
        self._recognise = recognise
        self._package = package
        self._clock = clock
        self._monotonic = monotonic
        self._sleep = sleep
        self._reading_of: tuple[str, str, R] | None = None
        self._glance: Glance[R] = Glance(
            source.picture, lambda xml, picture: recognise(xml, package, picture), lambda reading: list(reading.controls),
            monotonic)
        self._unreadable_since: int | None = None
        self._unreadable_why = ""
        self._lost_at = 0.0
        self._dark: set[str] = set()
        self._secrets: dict[re.Pattern[str], str] = {}
        self._journalled_at = 0.0
        self.after_step: str | None = None
        self.last: Seen[R] | None = None
        self.moved = False
        """Whether the last `take_other_than` saw another screen, also one that has gone again."""
        self.told: Callable[[Seen[R]], None] = lambda seen: None
        """Called with each screen that was journalled."""

    def take(self, patience: float = PATIENCE) -> Seen[R] | None:
        """The screen, once two looks in a row have found the same; journalled unless it is there already.

        None where no screen could be read in that time: a Gap says so.
        """
        before: _Look[R] | None = None
        until = self._monotonic() + patience
        while True:
            now = self._look()
            if now is not None and before is not None and now.fingerprint == before.fingerprint:
                return self._keep(before)
            if self._monotonic() >= until:
                return self._keep(now) if now is not None else None
            before = now
            self._sleep(PACE)

    def take_other_than(self, fingerprint: str, patience: float = PATIENCE) -> Seen[R] | None:
        """As `take`, but first waits for the screen with this fingerprint to go. Gives it back where it stays; `moved` says
        whether another came between."""
        until = self._monotonic() + patience
        self.moved = False
        while self._monotonic() < until:
            look = self._look()
            if look is not None and look.fingerprint != fingerprint:
                self.moved = True
                break
            self._sleep(PACE)
        return self.take(patience)

    def snap(self, after: float = 0.0) -> Seen[R] | None:
        """The screen at this moment, once `after` seconds have passed; journalled even where it shows what the last one did,
        for what changes with time. None where it could not be read."""
        if after > 0:
            self._sleep(after)
        look = self._look()
        return self._keep(look, always=True) if look is not None else None

    def watch(self, seconds: float, stop: Callable[[Seen[R]], bool] | None = None) -> list[Seen[R]]:
        """Looks again and again for that long, and journals each new state, so that no dialog is missed.

        A dialog is journalled at the first look, anything else once it has come to rest. Ends early when
        `stop` says so of a new state.
        """
        seen: list[Seen[R]] = []
        until = self._monotonic() + seconds
        before: _Look[R] | None = None
        while True:
            look = self._look()
            if look is not None and self._is_new(look):
                rests = before is not None and before.fingerprint == look.fingerprint
                asks = look.reading.kind != "other"
                if asks or (rests and self._monotonic() - self._journalled_at >= MOVING):
                    seen.append(self._keep(look))
                    if stop is not None and stop(seen[-1]):
                        return seen
            before = look
            left = until - self._monotonic()
            if left <= 0:
                return seen
            self._sleep(min(PACE, left))

    def front(self) -> str | None:
        """The package in front, None where it cannot be told."""
        return self._source.front()[0]

    def rest(self, seconds: float) -> None:
        """Lets that long pass without a look."""
        self._sleep(seconds)

    def withhold(self, secret: str, name: str) -> None:
        """From now on nothing that is kept of a screen has this text, also where it is shown in groups: `name` stands in its
        place, and a screen that shows it is kept without its picture."""
        between = r"[\s\u00a0-]*" if secret.isalnum() else ""
        apart = between.join(re.escape(escape(ch, {'"': "&quot;"})) for ch in secret)
        self._secrets[re.compile(apart)] = name

    def finish(self) -> None:
        """Journals a Gap for a time without readable screens that has not ended yet."""
        self._close_gap(self._clock())

    def _is_new(self, look: _Look[R]) -> bool:
        return self.last is None or look.fingerprint != self.last.fingerprint

    def _look(self) -> _Look[R] | None:
        began = self._clock()
        try:
            xml = self._source.hierarchy()
        except ScreenUnreadable as bad:
            self._miss(began, bad.why or bad.what)
            return None
        at = self._clock()
        withheld = False
        for secret, name in self._secrets.items():
            xml, count = secret.subn(name, xml)
            withheld = withheld or bool(count)
        fingerprint = fingerprint_of(xml)
        if self._reading_of is not None and self._reading_of[0] == fingerprint and self._reading_of[1] == xml:
            reading = self._reading_of[2]
        else:
            reading = self._recognise(xml, self._package)
            self._reading_of = (fingerprint, xml, reading)
        if not reading.readable:
            self._miss(began, reading.reason)
            return None
        if "<node" not in xml:
            self._miss(began, "the hierarchy is empty")
            return None
        self._close_gap(at)
        shown = Glimpse(reading, fingerprint)
        if reading.wants_picture and not withheld:
            shown = self._glance.read(xml, reading, fingerprint, self.after_step)
        return _Look(xml, shown.reading, shown.fingerprint, at, shown.picture, withheld)

    def _keep(self, look: _Look[R], *, always: bool = False) -> Seen[R]:
        """Journals a look unless it shows what the last journalled one shows and nothing was done since."""
        last = self.last
        if not always and last is not None and last.fingerprint == look.fingerprint and last.event.after_step == self.after_step:
            return last
        picture = None if look.withheld else look.picture or self._source.picture() or self._source.picture()
        package, activity = self._source.front()
        event = self._bundle.append(Screen(
            host_ns=look.at_ns,
            package=look.reading.package or package,
            activity=activity,
            kind=look.reading.kind,
            reason=look.reading.reason,
            permission=look.reading.permission,
            controls=[as_control(control) for control in look.reading.controls],
            hierarchy=self._bundle.put_object(look.xml.encode("utf-8", "surrogatepass")),
            screenshot=self._bundle.put_object(picture) if picture else None,
            after_step=self.after_step,
        ))
        if not look.withheld:
            self._look_into(picture, look, event)
        self._journalled_at = self._monotonic()
        self.last = Seen(event, look.reading, look.fingerprint, look.xml.count("<node"), look.xml, picture)
        self.told(self.last)
        return self.last

    def _look_into(self, picture: bytes | None, look: _Look[R], event: Screen) -> None:
        """A Gap for a picture that is missing or black: a window with FLAG_SECURE gives no other."""
        shows = _HAS_TEXT.search(look.xml) or look.reading.wants_picture
        if picture is not None and not (is_black(picture) and shows):
            return
        why = "gave no picture" if picture is None else "gave a black picture, as of a window with FLAG_SECURE"
        subject = f"{event.package}/{event.activity}"
        if (subject + why) in self._dark:
            return
        self._dark.add(subject + why)
        self._bundle.append(Gap(
            host_ns=self._clock(), kind=GapKind.SCREEN_NOT_READABLE, from_ns=look.at_ns, to_ns=self._clock(),
            detail=f"The device {why} of screen {event.id}; its hierarchy "
                   f"{'says nothing of what it shows' if look.reading.wants_picture else 'was read'}.", subject=subject,
        ))

    def _miss(self, began: int, why: str) -> None:
        if self._unreadable_since is None:
            self._unreadable_since, self._unreadable_why = began, why
            self._lost_at = self._monotonic() + LOST_AFTER
        elif self._monotonic() > self._lost_at:
            self._close_gap(self._clock())
            raise RigError(
                f"The screen could not be read for {LOST_AFTER:.0f} seconds.", why,
                "Look whether the device is still connected and unlocked, then run again.",
            )

    def _close_gap(self, now: int) -> None:
        if self._unreadable_since is None:
            return
        if now - self._unreadable_since >= BLIND * 1e9:
            self._bundle.append(Gap(
                host_ns=now, kind=GapKind.SCREEN_NOT_READABLE, from_ns=self._unreadable_since, to_ns=now,
                detail=f"No screen could be read: {self._unreadable_why}.", subject=self._package,
            ))
        self._unreadable_since = None


def as_control(control: RecognisedControl) -> Control:
    return Control(
        text=control.text, role=control.role, resource_id=control.resource_id, package=control.package,
        bounds=control.bounds, checked=control.checked, enabled=control.enabled,
    )


def fingerprint_of(xml: str) -> str:
    """A hash of what a hierarchy shows: class, text, place and state of each node, figures left out.

    Text that is no XML has the hash of itself.
    """
    digest = hashlib.sha256()
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, recover=True,
                             encoding="utf-8")
    try:
        root = etree.fromstring(xml.encode("utf-8", "replace"), parser)
    except etree.XMLSyntaxError:
        root = None
    if root is None:
        return hashlib.sha256(xml.encode("utf-8", "replace")).hexdigest()
    for node in root.iter("node"):
        get = node.get
        if get("package") == "com.android.systemui":
            continue
        digest.update("\x1f".join((
            get("package") or "", get("class") or "", get("resource-id") or "",
            _DIGITS.sub("#", get("text") or ""), _DIGITS.sub("#", get("content-desc") or ""),
            get("bounds") or "", get("checked") or "", get("selected") or "", get("enabled") or "", "\x1e",
        )).encode("utf-8", "replace"))
    return digest.hexdigest()


def is_black(picture: bytes) -> bool:
    """Whether every pixel is black or all but black. A picture that cannot be decoded is not."""
    try:
        with Image.open(io.BytesIO(picture)) as image:
            extremes = image.convert("L").getextrema()
    except (UnidentifiedImageError, OSError):
        return False
    highest = extremes[1]
    return isinstance(highest, int | float) and highest <= 2
