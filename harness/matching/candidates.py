"""What was found in a layer, weighed one beside another: what stands near speaks for a value that says little by itself."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from harness.decoding import Layer
from harness.matching import addresses, coordinates, persons
from harness.matching.evidence import (
    BY_NAME,
    ENOUGH,
    GLUED,
    MOST_FROM_NEIGHBOURS,
    PART,
    WEAKEST,
    Weighed,
    with_neighbours,
)
from harness.matching.hit import Hit
from harness.matching.known import Known
from harness.matching.lexicon import Agreement, bare, words
from harness.matching.short_values import only_signs

_NEAR = ((16, 1.0), (64, 0.6), (256, 0.3))  # bytes between values -> how much of one's bits speaks for the other
_OF_SCREENS = frozenset({"screen", "display", "resolution", "device", "size", "sr", "viewport", "metrics"})
DIMENSIONS = frozenset({"screen_width", "screen_height"})

Measure = Callable[[bytes, int], tuple[int, float, str] | None]  # (end, bits, variant) of what begins there


@dataclass(frozen=True, slots=True)
class TextForm:
    """A text that stands for a value, and what it is worth."""

    known: Known
    variant: str
    text: bytes
    bits: float
    measure: Measure | None = None  # says where it ends and what it is worth there; `text` is its beginning only
    named_only: bool = False  # counts only in a field whose name says so
    word: bool = False
    weak: bool = field(init=False)  # cannot count where a letter or digit stands beside it

    def __post_init__(self) -> None:
        weak = self.measure is None and self.bits + GLUED + PART + BY_NAME[Agreement.NAMED] < ENOUGH
        object.__setattr__(self, "weak", weak)


@dataclass(slots=True)
class Candidate:
    """A text that stands in a layer, before its neighbours are asked."""

    form: TextForm
    start: int
    end: int
    key: str
    variant: str
    fits: Agreement
    weighed: Weighed


def judged(layer: Layer, found: list[Candidate]) -> Iterator[Hit]:
    """Those that count. `found`: of one layer; they are put in order."""
    found.sort(key=lambda f: f.start)
    for place, one in enumerate(found):
        if one.form.variant in _OF_ADDRESS:
            if weight := _address(found, place):
                yield Hit(one.form.known, one.variant, layer, one.start, one.end, one.key, weight)
            continue
        if one.variant == coordinates.TENTHS and not _both_named(found, place):
            continue
        coarse = one.form.measure is not None and one.variant == coordinates.COARSE and one.fits < Agreement.LIKELY
        weight = min(one.weighed.alone, ENOUGH - 1) if coarse else one.weighed.alone
        if one.form.known.field in DIMENSIONS and _joined(found, place, 3, Agreement.OTHER):
            weight += MOST_FROM_NEIGHBOURS
        elif one.form.known.field in DIMENSIONS and one.fits >= Agreement.LIKELY and _joined(found, place, 96, Agreement.LIKELY):
            weight += MOST_FROM_NEIGHBOURS / 2
        elif one.variant == coordinates.TENTHS or (weight < ENOUGH and _in_a_row(layer.data, found, place)):
            weight = max(weight, ENOUGH)
        elif weight < ENOUGH and not coarse and one.fits >= Agreement.UNKNOWN and one.weighed.standing > PART:
            near = _others(found, place)
            weight = with_neighbours(one.weighed, sum(near.values()), keyed=bool(one.key) and not one.key.isdigit())
        if weight >= ENOUGH and _in_company(found, place):
            yield Hit(one.form.known, one.variant, layer, one.start, one.end, one.key, weight)


_OF_ADDRESS = frozenset({addresses.STREET, addresses.PART_OF_ADDRESS})


def _address(found: list[Candidate], place: int) -> float:
    """What the part of an address is worth with the part beside it, of which one is the street; 0 where there is none."""
    one = found[place]
    street = one.form.variant == addresses.STREET
    if street and one.fits >= Agreement.LIKELY and one.weighed.alone >= ENOUGH:
        return one.weighed.alone
    for other in found[max(0, place - 24) : place + 25]:
        gap = max(other.start - one.end, one.start - other.end)
        if (
            other.form.variant in _OF_ADDRESS
            and other.form.known == one.form.known
            and 0 < gap <= addresses.NEAR
            and (street or other.form.variant == addresses.STREET)
            and one.weighed.bits + other.weighed.bits >= addresses.ENOUGH_TOGETHER
        ):
            return one.weighed.bits + other.weighed.bits
    return 0.0


def _both_named(found: list[Candidate], place: int) -> bool:
    """Whether a coordinate of one decimal stands with the other, both under names for them."""
    one = found[place]
    wanted = _ROWS.get(one.form.known.field, frozenset())
    return one.fits >= Agreement.LIKELY and any(
        other.form.known.field in wanted
        and other.variant == coordinates.TENTHS
        and other.fits >= Agreement.LIKELY
        and max(other.start - one.end, one.start - other.end) <= 24
        for other in found[max(0, place - 8) : place + 9]
    )


def _others(found: list[Candidate], place: int) -> dict[str, float]:
    """Names of the other values near by, with the bits that they lend, each once."""
    one, near = found[place], dict[str, float]()
    for step in (-1, 1):
        at = place + step
        while 0 <= at < len(found) and abs(found[at].start - one.start) <= _NEAR[-1][0] + 4096:
            other = found[at]
            gap = other.start - one.end if other.start >= one.end else one.start - other.end
            if gap > _NEAR[-1][0]:
                break
            if (
                gap >= 0
                and _apart(one.form.known, other.form.known)
                and other.weighed.name >= 0
                and other.weighed.standing > PART
            ):
                share = next(part for distance, part in _NEAR if gap <= distance)
                bits = (other.weighed.bits + other.weighed.name) * share
                near[other.form.known.name] = max(near.get(other.form.known.name, 0.0), bits)
            at += step
    return near


def _apart(one: Known, other: Known) -> bool:
    """Whether one speaks for the other: two of the apps that are installed do, one value in two spellings does not."""
    return one.name != other.name or (one.field == "installed_apps" and one.value != other.value)


def _joined(found: list[Candidate], place: int, gap: int, least: Agreement) -> bool:
    """Whether the other dimension stands near by, as in 1080x2400, in a field whose name fits so well."""
    one = found[place]
    return any(
        other.form.known.field in DIMENSIONS - {one.form.known.field}
        and other.fits >= least
        and min(abs(other.start - one.end), abs(one.start - other.end)) <= gap
        for other in found[max(0, place - 6) : place + 7]
    )


def _in_a_row(data: bytes, found: list[Candidate], place: int) -> bool:
    """Whether it stands right beside what it is sent with: a latitude beside its longitude, an OS's version behind the model or
    between two identifiers."""
    one = found[place]
    field = one.form.known.field
    if field in persons.PARTS and not data[one.start : one.end].islower():
        for other in found[max(0, place - 8) : place + 9]:
            between = data[one.end : other.start] if other.start >= one.end else data[other.end : one.start]
            both = {field, other.form.known.field} == persons.PARTS
            if both and _of_one_name(one.form, other.form) and persons.beside(between):
                return True
    if field not in _ROWS:
        return False
    against = field == "os_version" and one.fits == Agreement.AGAINST
    sides = [False, False]
    for other in found[max(0, place - 8) : place + 9]:
        behind = other.start >= one.end
        between = data[one.end : other.start] if behind else data[other.end : one.start]
        if against and (one.key != other.key or b":" in between or b"=" in between):
            continue  # of a list that is called by what else is in it, the name says nothing of it
        if (behind or other.end <= one.start) and (
            only_signs(between)
            or (field == "os_version" and one.fits == Agreement.UNKNOWN and _FIELD_BETWEEN.fullmatch(between) is not None)
            or (field != "os_version" and (between == b"_" or (other.form.measure is not None and coordinates.parts(between))))
        ):
            apart = field == "os_version" and not only_signs(between)
            if not apart and other.form.known.field in _ROWS[field] and other.weighed.bits >= WEAKEST:
                return True
            sides[behind] |= other.weighed.bits + other.weighed.standing >= ENOUGH
    return field == "os_version" and all(sides)


def _of_one_name(one: TextForm, other: TextForm) -> bool:
    known_in_parts = one.variant == other.variant == "raw"
    return known_in_parts or one.known.value == other.known.value


# The end of a field and the beginning of the next, under a number or a letter: `","A23":"`, `&v=`.
_FIELD_BETWEEN = re.compile(rb"[\"']?\s?[,&;\n]\s?[\"']?[A-Za-z]{0,2}\d{0,4}[\"']?\s?[:=]\s?[\"']?")
_ROWS = {
    "latitude": frozenset({"longitude"}),
    "longitude": frozenset({"latitude"}),
    "os_version": frozenset({"device_model", "manufacturer", "os_name"}),
}


def _in_company(found: list[Candidate], place: int) -> bool:
    """A width is the screen's where its field says so, or where its height stands near: pictures and films have widths, too."""
    one = found[place]
    field = one.form.known.field
    if field not in DIMENSIONS or words(one.key) & _OF_SCREENS or bare(one.key).startswith(("screen", "display", "res", "dim")):
        return True
    sides = (range(place - 1, -1, -1), range(place + 1, len(found)))
    near = (found[at] for side in sides for at in itertools.takewhile(lambda at: abs(found[at].start - one.start) <= 128, side))
    return any(other.form.known.field in DIMENSIONS - {field} for other in near)
