"""Looks for all known values at once in every layer of a message, in all their spellings and hashes."""

from __future__ import annotations

import itertools
import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial

import numpy as np

from harness.decoding import Layer, Tree, as_bytes
from harness.decoding.opacity import known_media
from harness.decoding.rows import BLANK, DASH, DIGIT, DOT, PLUS, WORD, Places, all_in, before, matches, only, rows, sorts_of
from harness.decoding.spans import marked, spans_of
from harness.matching import (
    addresses,
    birthdays,
    chinese,
    coordinates,
    genders,
    grids,
    labels,
    masks,
    persons,
    phones,
    shapes,
    siblings,
)
from harness.matching.background import background_of
from harness.matching.candidates import DIMENSIONS, Candidate, Measure, TextForm, judged
from harness.matching.digests import Form, raw_digests, raw_of_forms
from harness.matching.evidence import (
    BY_NAME,
    ENOUGH,
    IN_WORD,
    PART,
    WEAKEST,
    WHOLE,
    Weighed,
    rarity,
    raw_bits,
)
from harness.matching.hash_search import HashSearch
from harness.matching.hit import Hit, once
from harness.matching.implied import PART_OF_CONTACT, PART_OF_NAME, implied
from harness.matching.known import Known
from harness.matching.lexicon import Agreement, agreement, bare, in_object, object_matters, words
from harness.matching.names import VALUES, is_segment, key_of, object_of, paired
from harness.matching.normalised import normalised, of_parts_first
from harness.matching.patterns import LongPatterns, Patterns, Quota
from harness.matching.raw_forms import misread, raw_forms
from harness.matching.short_values import ONE_DIGIT, LoneDigits, country_near, form_says, stricter
from harness.matching.spellings import of_field, short_base64, spellings
from harness.matching.standing import before_value, ends_agent, in_binary, in_locale, in_user_agent, leads, standing, surely_glued

_SHORTEST = 2
_BOOLEAN = frozenset({"true", "false", "yes", "no", "on", "off", "none", "null", ""})
_SURE = 24.0
_RARE = 12.0  # bits of a text from which on its hash says whose it is
_GROUPED = re.compile(rb"[0-9](?<![\w.].)(?:[ \-/().]{0,2}[0-9]){8,20}(?![\w.])")  # it looks back afterwards, see decoders/hex.py
_ALNUM = re.compile(r"[^\W_]+")
_VARIABLE = re.compile(r"[^\W\d_]+")
_USER_AGENT = frozenset({"useragent", "ua", "xuseragent", "browseruseragent"})
_OPEN = (Agreement.OTHER, Agreement.UNKNOWN)
_LOCALE = ("language", "country")
# What stands in many paths: versions of interfaces, sizes of pictures.
_OF_PATHS = frozenset({"app_version", "os_version", "screen"}) | DIMENSIONS
_OF_ADDRESS = frozenset({addresses.STREET, addresses.PART_OF_ADDRESS})
_NETWORK = re.compile(r"(?:[2-6]G|wi-?fi)", re.IGNORECASE)  # as a whole field it is seldom anything else
_BITS_OF = {"network_type": lambda text: max(WEAKEST, rarity(text)) if _NETWORK.fullmatch(text) else rarity(text)}
_SAID_BY_FORM = frozenset({"os_version", "os_name"})  # what stands around them may say what they are
_LOCALES = frozenset({"locale", "localization"})  # `X-App-Locale` says both, as `locale` does


class Search:
    """Made once for a set of values, asked for each message. `salts`: see `digests`. `besides`: what is known and not looked
    for, such as the country that telephone numbers are of."""

    def __init__(self, knowns: Sequence[Known], salts: Sequence[str] = (), besides: Sequence[Known] = ()) -> None:
        self.knowns = [k for k in knowns if k.value.strip().lower() not in _BOOLEAN]
        self._background = background_of([*self.knowns, *besides])
        self._hashed: dict[tuple[Known, str], Form] = {}
        self._app_words = _app_words(self.knowns)
        self._numbers: dict[bytes, TextForm] = {}
        self._texts = Patterns[TextForm]()
        self._digits = LoneDigits[TextForm]()
        self._raws = LongPatterns[TextForm]()
        for known in self.knowns:
            self._add(known)
        for brand, model in itertools.product(_of_field(self.knowns, "manufacturer"), _of_field(self.knowns, "device_model")):
            for sign in ("", "-", "_", " "):
                self._put(brand, "before the model", f"{brand.value}{sign}{model.value}")
        self._add_geohashes()
        for known in _of_field(self.knowns, "birthday"):
            self._add_identity_numbers(known)
        forms = of_parts_first(list(self._hashed.values()), self.knowns)
        for known, variant, raw in raw_of_forms(forms):
            _enter(self._raws.under(raw), TextForm(known, variant, raw, len(raw)))
        self._hashes = HashSearch(self.knowns, salts, forms)
        self._texts.close()
        self._raws.close()

    def _add(self, known: Known) -> None:
        """A value, and the values that it is made of: both coordinates of a place, both dimensions of a screen."""
        self._add_value(known, known.value)
        if (place := shapes.place_of(known.value)) is not None:
            for field, degrees in zip(("latitude", "longitude"), place, strict=True):
                self._add_value(replace(known, field=field), f"{degrees:.7f}".rstrip("0"))
        elif (size := shapes.SIZE.fullmatch(known.value)) is not None:
            for field, pixels in (("screen_width", size[1]), ("screen_height", size[2])):
                self._put(replace(known, field=field), "one dimension", pixels)

    def _add_value(self, known: Known, value: str) -> None:
        for text, variant in spellings(value).items():
            self._put(known, variant, text, named_only=variant == "year")
            for label, encoded in short_base64(text):
                self._put(known, f"{label}({variant})" if variant != "raw" else label, encoded)
        for variant, text, named_only in of_field(known.field, value):
            self._put(known, variant, text, named_only=named_only)
        for one in implied(replace(known, value=value), self._background):
            same = replace(one.known, value=known.value) if one.known.field != known.field else known
            self._put(same, one.variant, one.text, named_only=one.named_only)
            if one.hashed:
                self._hash(same, one.variant, one.text)
        for variant, text in normalised(known, japanese=self._background.japanese):
            self._hash(known, variant, text)
        degrees = shapes.coordinate_of(value) if known.field in ("latitude", "longitude", "") else None
        if degrees is not None:
            measure = partial(coordinates.measured, degrees=degrees, within=coordinates.known_within(value))
            self._put_measured(known, coordinates.prefixes(degrees), measure)
            self._put_measured(known, coordinates.tenths(degrees), partial(coordinates.in_tenths, degrees=degrees))
        self._add_in_fields(known, value)
        for variant, raw in (*raw_forms(value), *raw_digests(known)):
            if len(raw) >= 4:
                _enter(self._raws.under(raw), TextForm(known, variant, raw, len(raw)))

    def _hash(self, known: Known, variant: str, text: str) -> None:
        """Few values have texts of few letters: the hash of `f` is everybody's."""
        for cased in dict.fromkeys((text, text.lower())) if text else ():
            self._hashed.setdefault((known, cased), Form(known, variant, cased, rarity(cased) < _RARE))

    def _add_identity_numbers(self, birthday: Known) -> None:
        """A Chinese identity number has its owner's day of birth in its middle (GB 11643)."""
        days = [f"{day:%Y%m%d}" for day in birthdays.days_of(birthday.value)]
        for card in _of_field(self.knowns, "id_card"):
            if len(card.value) == 18 and card.value[6:14] in days:
                self._put(birthday, "in the identity number", card.value)

    def _add_in_fields(self, known: Known, value: str) -> None:
        """In pieces, each in a field of its own."""
        if known.field == "birthday":
            for text, measure in map(siblings.birthday_in, birthdays.days_of(value)):
                self._put_measured(known, (text,), measure)
        elif known.field == "phone":
            inside = [text for name, text in phones.written(value, self._background.home) if name.startswith("national")]
            groups = {group: None for text in inside or [""] for group in siblings.groups_of_phone(text, value)}
            for text, measure in map(siblings.phone_in, groups):
                self._put_measured(known, (text,), measure)

    def _add_geohashes(self) -> None:
        pairs: list[tuple[tuple[Known, ...], float | None, float | None]] = [
            (pair, shapes.coordinate_of(pair[0].value), shapes.coordinate_of(pair[1].value)) for pair in self._background.places
        ]
        pairs += [((known,), *place) for known in self.knowns if (place := shapes.place_of(known.value)) is not None]
        for knowns, at, beside in pairs:
            if at is None or beside is None or abs(at) > 90:
                continue
            for text in grids.beginnings(at, beside):
                for known in knowns:
                    measure = partial(grids.geohash_at, latitude=at, longitude=beside)
                    self._put_measured(known, (text,), measure, named_only=len(text) < grids.SURE)

    def _put_measured(self, known: Known, texts: Iterable[str], measure: Measure, *, named_only: bool = False) -> None:
        for text in texts:
            _enter(self._texts.under(text.encode()), TextForm(known, "", text.encode(), 0.0, measure, named_only))

    def _put(self, known: Known, variant: str, text: str, *, named_only: bool = False) -> None:
        raw = as_bytes(text)
        if len(text) == 1 and raw.isalnum() and known.field in ONE_DIGIT and (raw.isdigit() or known.field == "gender"):
            one_only = named_only or known.field == "gender"
            _enter(self._digits.under(raw.lower()), TextForm(known, variant, raw, rarity(text), None, one_only))
        elif (len(text) >= _SHORTEST or (known.field == "gender" and not text.isascii())) and len(raw) <= 4096:
            word = _VARIABLE.fullmatch(text.replace(" ", "")) is not None
            bits = masks.bits(text) if variant == masks.MASKED else _BITS_OF.get(known.field, rarity)(text)
            form = TextForm(known, variant, raw, bits, None, named_only, word)
            _enter(self._texts.under(raw.lower()), form)
            if raw.isdigit() and form.bits >= _SURE:
                self._numbers.setdefault(raw, form)

    def hits(self, tree: Tree) -> list[Hit]:
        """Each value's best hit for each part of the message and each spelling: in a text where a name says what it is, then
        with the fewest encodings, then the heaviest.

        A message that is full of what is looked for is not searched to its end; `spent` of the tree says so.
        """
        best: dict[tuple[str, str, str, str], Hit] = {}
        quota = Quota()
        for layer in tree.layers:
            if known_media(layer.data) and not layer.text:
                continue
            for hit in self._of_layer(layer, quota):
                key = (hit.known.name, hit.known.value, layer.root, hit.variant)
                old = best.get(key)
                if old is None or _rank(hit) < _rank(old):
                    best[key] = hit
        if quota.spent:
            tree.spent = tree.spent or "matches"
        return once(list(best.values()))

    def _of_layer(self, layer: Layer, quota: Quota) -> Iterator[Hit]:
        lowered = layer.data.lower()
        rows = len(lowered) > _LONG or _ROW in lowered.translate(_IN_ROWS)
        yield from self._hashes.hits(layer, lowered, rows=rows)
        found = [
            candidate
            for form, start, end in self._places(layer, lowered, quota)
            if not (form.weak and surely_glued(lowered, start, end, form.known.field))
            and (candidate := self._weigh(layer, lowered, start, end, form, quota)) is not None
        ]
        if found:
            yield from judged(layer, found)
        if rows:
            yield from self._grouped(layer)
        if not layer.text:
            yield from self._raw(layer, quota)

    def _places(self, layer: Layer, lowered: bytes, quota: Quota) -> Iterator[tuple[TextForm, int, int]]:
        yield from self._texts.matches(lowered, quota)
        if layer.text:
            yield from self._digits.matches(lowered, quota)

    def _grouped(self, layer: Layer) -> Iterator[Hit]:
        """Long numbers that are written in groups, whichever signs part them."""
        if not self._numbers:
            return
        for match in matches(_GROUPED, layer.data, _group_places, _few_group_places):
            digits = match[0].translate(None, b" -/().")
            form = self._numbers.get(digits)
            if form is not None and len(digits) < len(match[0]):
                yield Hit(
                    form.known,
                    f"{form.variant}, grouped",
                    layer,
                    match.start(),
                    match.end(),
                    key_of(layer, match.start()),
                    form.bits,
                )

    def _raw(self, layer: Layer, quota: Quota) -> Iterator[Hit]:
        size = len(layer.data)
        found = sorted(self._raws.matches(layer.data, quota), key=lambda one: one[1])
        starts = [start for _, start, _ in found]
        by_chance = set(misread(layer.data, [(form.known, form.variant, start, end) for form, start, end in found]))
        for form, start, end in found:
            if (form.known, form.variant, start) in by_chance:
                continue
            bits = raw_bits(end - start, size)
            # Two numbers of four bytes beside each other, such as latitude and longitude, are no chance.
            beside = found[bisect_left(starts, start - 32) : bisect_right(starts, start + 32)]
            near = any(other.known.name != form.known.name for other, _, _ in beside)
            weight = bits + (16.0 if near else 0.0)
            if weight >= ENOUGH:
                yield Hit(form.known, form.variant, layer, start, end, "", weight)

    def _weigh(self, layer: Layer, lowered: bytes, start: int, end: int, form: TextForm, quota: Quota) -> Candidate | None:
        data, bits, variant, field = layer.data, form.bits, form.variant, form.known.field
        if field == "gender" and end - start == 1 and not genders.may_be(lowered, start):
            return None
        if form.measure is not None:
            measured = form.measure(data, start)
            if measured is None:
                return None
            end, bits, variant = measured
        begin = start if form.measure is None else coordinates.begins(lowered, start)
        stands = standing(lowered, begin, end, field, word=form.word)
        if stands < PART and not layer.text:
            stands = max(stands, in_binary(lowered, start, end, field, word=form.word))
        if stands < PART and form.measure is not None and coordinates.crossed(lowered, begin, end):
            stands = PART
        if stands == PART and field not in _OF_PATHS and is_segment(layer, start, end):
            stands = WHOLE
        said = stands < PART and form.word and not data[start:end].isascii() and variant not in (PART_OF_NAME, PART_OF_CONTACT)
        if said := said and chinese.ends_here(field, lowered, start, end):
            stands = PART
        if bits + stands + BY_NAME[Agreement.NAMED] < ENOUGH and stands < WHOLE and not (
            field in _SAID_BY_FORM
            or (field == "language" and layer.root == "headers")
            or (field == "api_level" and form_says(field, lowered, start, end))
        ):
            return None
        quota.weighed -= 1
        if quota.weighed < 0:
            return None
        key = key_of(layer, start)
        fits = max(_fits(form.known, key), Agreement.LIKELY) if said else _fits(form.known, key)
        if (
            fits < Agreement.LIKELY
            and bare(key) in VALUES
            and (said_beside := paired(data, start))
            and (better := _fits(form.known, said_beside)) > max(fits, Agreement.UNKNOWN)
        ):
            key, fits = said_beside, better
        if field == "gender":
            code = form.variant in genders.CODES or end - start == 1
            if code and stands < WHOLE:
                return None
            beside = genders.beside(lowered, start, end) if code else b""
            fits = genders.fits(key.partition("~")[0], object_of(layer, start), beside, fits)
            if fits < Agreement.NAMED and not genders.lone(lowered, start, end, form.known.value):
                return None
        elif form.variant in _OF_ADDRESS:
            if stands < WHOLE:
                return None
            fits = fits if form.variant == addresses.STREET else min(fits, Agreement.OTHER)
        if field in _LOCALE and fits < Agreement.NAMED and in_locale(lowered, start, end):
            # A country after a language says how the language is written; whose country it is, only a name says.
            fits = max(agreement(other, other, key) for other in ((field,) if field == "country" else _LOCALE))
            if words(key.partition("~")[0]) & _LOCALES:
                fits = Agreement.NAMED
            if field == "country" and fits < Agreement.NAMED:
                return None
        if bits + stands < ENOUGH:
            fits = stricter(field, lowered[start:end], key, fits)
            if field == "mnc" and not country_near(variant, lowered, start, end):
                return None
            if (stands > IN_WORD and form_says(field, lowered, start, end)) or (
                field == "language" and layer.root == "headers" and ends_agent(lowered, start, end)
            ):
                fits, stands = max(fits, Agreement.NAMED), WHOLE
            elif field == "app_version" and lowered[start - 1 : start] == b"/" and fits == Agreement.NAMED:
                # The product of a User-Agent: the app's own, or a library's with a version that happens to be the same.
                fits = Agreement.NAMED if _product(lowered, start) & self._app_words else Agreement.OTHER
            elif (field in DIMENSIONS or object_matters(key, field, fits)) and (parent := object_of(layer, start)):
                fits = in_object(parent, key, field, fits)
            word = before_value(lowered, start) if fits < Agreement.NAMED else ""
            if word and _fits(form.known, word) == Agreement.NAMED:
                # `plz_10115`, `imei:86...`, `LANG/de`: the value brings its name along.
                fits, stands = Agreement.NAMED, max(stands, 0.0) if stands >= PART else stands
            if field in labels.FIELDS and fits in _OPEN and stands >= PART and labels.says(field, key, data, start):
                fits = Agreement.LIKELY
            if stands <= PART and fits == Agreement.NAMED:
                if bare(key) in _USER_AGENT and (field == "os_name" or in_user_agent(lowered, start, end)):
                    stands = WHOLE
                elif stands == PART and leads(lowered, start, end):
                    stands = 1.0
        if form.named_only and (fits < Agreement.LIKELY or not _may_be(form, stands, key, lowered[max(0, start - 2) : start])):
            return None
        if field in persons.FIELDS:
            if not _of_person(form, data[start:end], stands, fits, end, lowered):
                return None
            if form.variant in (PART_OF_NAME, PART_OF_CONTACT):
                # Without its name it counts where the other part stands beside it.
                named = form.variant == PART_OF_NAME and persons.says_part(key, object_of(layer, start))
                fits = Agreement.NAMED if named else Agreement.AGAINST
            elif field in persons.PARTS and bits + stands < ENOUGH and not persons.says_part(key, object_of(layer, start)):
                fits = min(fits, Agreement.UNKNOWN)
        variant = _case(variant, data[start:end], form)
        return Candidate(form, start, end, key, variant, fits, Weighed(bits, BY_NAME[fits], stands))


def _rank(hit: Hit) -> tuple[bool, int, float]:
    """Smaller is better."""
    return not (hit.layer.text and hit.key), hit.layer.depth, -hit.weight


def _may_be(form: TextForm, stands: float, key: str, before: bytes) -> bool:
    """A year that stands inside another date, and five letters that are no geohash, are not the value."""
    if form.measure is not None:
        return grids.says_geohash(key)
    return form.variant != "year" or (stands >= WHOLE and before != b", ")


def _of_person(form: TextForm, matched: bytes, stands: float, fits: Agreement, end: int, lowered: bytes) -> bool:
    """Whether it can be a name there: in running text it is written as names are, and a mail address is no name."""
    if fits < Agreement.LIKELY and form.word and stands < WHOLE and matched.islower() and not form.text.islower():
        return False
    return not persons.in_mail(lowered, end)


def _of_field(knowns: Sequence[Known], field: str) -> list[Known]:
    return [known for known in knowns if known.field == field]


def _enter(forms: list[TextForm], form: TextForm) -> None:
    """Once for each value and measure. Those of one value come one after the other, so that they stand last."""
    for other in reversed(forms):
        if other.known is not form.known:
            break
        if other.measure == form.measure:
            return
    forms.append(form)


_IN_NUMBERS = b"0123456789 -/()."
# Rows of what hashes and grouped numbers are made of. In longer layers there are some.
_LONG, _ROW = 4096, b"aaaaaaa"
_IN_ROWS = marked((b"a", _IN_NUMBERS + b"abcdefABCDEF"))
_group_rows = spans_of(_IN_NUMBERS, 10)


def _few_group_places(data: bytes) -> Iterator[int]:
    """As `_group_places`, one by one."""
    for start, end in _group_rows(data):
        if not data[start:end].isdigit():
            yield from (match.start() for match in _GROUPED.finditer(data, start, min(end + 1, len(data))))


def _group_places(data: bytes) -> Places:
    """The digits with which a number in groups can begin: the first of a row of digits and signs, or one behind a sign."""
    sorts = sorts_of(data)
    digits, signs = (sorts & sort != 0 for sort in (DIGIT, BLANK | DASH | DOT | PLUS))
    starts, ends = rows(sorts, DIGIT | BLANK | DASH | DOT | PLUS, 10)
    if not len(starts):
        return starts
    parted = digits[:-2] & signs[1:-1] & (digits[2:] | signs[2:])
    in_row = np.searchsorted(starts, np.flatnonzero(parted), "right") - 1
    grouped = np.unique(in_row[in_row >= 0])
    places = all_in(starts[grouped], ends[grouped])
    return only(places, (sorts[places] & DIGIT != 0) & (before(sorts, places) & (WORD | DOT) == 0))


def _app_words(knowns: Sequence[Known]) -> frozenset[str]:
    """The words of the app's names, so that its own User-Agent is known."""
    named = (k.value.lower() for k in knowns if k.field in ("app_package", "app_name"))
    return frozenset(word for value in named for word in _ALNUM.findall(value) if len(word) > 3)


def _product(lowered: bytes, start: int) -> set[str]:
    """The words of the name before a slash."""
    before = lowered[max(0, start - 64) : start - 1].decode("utf-8", "replace")
    return set(_ALNUM.findall(before.split(" ")[-1].split("\n")[-1]))


def _fits(known: Known, key: str) -> Agreement:
    return agreement(known.field, known.name, key.partition("~")[0])


def _case(variant: str, matched: bytes, form: TextForm) -> str:
    if form.measure is not None or matched == form.text:
        return variant
    case = "upper" if matched == form.text.upper() else "lower" if matched == form.text.lower() else "other case"
    return case if variant == "raw" else f"{variant}, {case}"
