"""Hashes of values in the forms in which SDKs send them, looked up by the hash itself: any number of them costs the same."""

from __future__ import annotations

import hashlib
import itertools
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import mmh3

from harness.decoding import as_bytes
from harness.matching.known import Known
from harness.matching.spellings import spellings

_PLAIN = (
    "md5",
    "sha1",
    "sha224",
    "sha256",
    "sha384",
    "sha512",
    "sha3_224",
    "sha3_256",
    "sha3_384",
    "sha3_512",
    "blake2b",
    "blake2s",
)
_OFTEN = ("md5", "sha1", "sha256")
_MAKERS = {name: getattr(hashlib, name) for name in _PLAIN}  # half the time of hashlib.new
SHORT = 4  # bytes of a checksum: chance may give it


_IDENTIFIERS = (
    "imei",
    "android_id",
    "device_serial",
    "mac",
    "oaid",
    "ad_id",
    "imsi",
    "device_model",
    "manufacturer",
    "install_id",
)
_JOINED_BY = ("", ":", "_", "-", "|", "&", "#", ",", "+")
# What SDKs that everybody knows put before identifiers: Baidu's CUID is the MD5 of com.baidu, IMEI and Android ID.
_PUBLIC_SALTS = ("com.baidu",)
_SALTED_BY = ("", ":")  # what stands between a value and its salt
_MOST_JOINED = 12  # identifiers that are tried in pairs and threes


@dataclass(frozen=True, slots=True)
class Digest:
    """`variant`: as in `md5(upper)`, `sha256(salt+raw)`. `others`: where several values were hashed as one text."""

    known: Known
    variant: str
    others: tuple[Known, ...] = ()
    named_only: bool = False


def of_known(known: Known, salts: Sequence[str] = ()) -> Iterator[tuple[bytes, Digest]]:
    """(hash, what it is of): raw before other spellings, single hashes before double ones.

    `salts`: texts that were put before or behind the value, such as the app's package name.
    """
    forms = list(hashed_forms(known.value))
    for name, text in forms:
        for variant, digest in _of(as_bytes(text), name):
            yield digest, Digest(known, variant)
    for salt in salts:
        for name, text in forms[:3]:
            for sign, (first, first_text), (then, then_text) in itertools.product(
                _SALTED_BY, (("salt", salt), (name, text)), ((name, text), ("salt", salt))
            ):
                if first == then:
                    continue
                raw = as_bytes(first_text + sign + then_text)
                for algorithm in _OFTEN:
                    yield _hash(algorithm, raw), Digest(known, f"{algorithm}({first}{sign or '+'}{then})")


@dataclass(frozen=True, slots=True)
class Form:
    """A text that is hashed in a value's place. `named_only`: so few values share it that its hash says nothing elsewhere."""

    known: Known
    variant: str
    text: str
    named_only: bool = False


def of_forms(forms: Sequence[Form]) -> Iterator[tuple[bytes, Digest]]:
    """The usual hashes of texts that values are hashed as."""
    for form in forms:
        raw = as_bytes(form.text)
        for algorithm in (*_OFTEN, "sha512"):
            yield _hash(algorithm, raw), Digest(form.known, f"{algorithm}({form.variant})", named_only=form.named_only)


def joined(knowns: Sequence[Known]) -> Iterator[tuple[bytes, Digest]]:
    """Hashes of identifiers joined in one text, as SDKs make an id of their own for a device: two or three of them."""
    chosen: dict[str, Known] = {}
    for known in sorted(knowns, key=lambda k: _IDENTIFIERS.index(k.field) if k.field in _IDENTIFIERS else len(_IDENTIFIERS)):
        if known.field in _IDENTIFIERS and len(chosen) < _MOST_JOINED:
            chosen.setdefault(known.name, known)
    of_phone = [known for known in chosen.values() if known.field in _IDENTIFIERS[:4]]
    for salt, count in itertools.product(_PUBLIC_SALTS, (1, 2)):
        for several in itertools.permutations(of_phone, count):
            raw = as_bytes(salt + "".join(k.value for k in several))
            yield _hash("md5", raw), Digest(several[0], f"md5({salt}+{'+'.join(k.name for k in several)})", several[1:])
    for count in (2, 3):
        for several in itertools.permutations(chosen.values(), count):
            for sign in _JOINED_BY if count == 2 else _JOINED_BY[:3]:
                raw = as_bytes(sign.join(k.value for k in several))
                for algorithm in _OFTEN:
                    named = sign.join(k.name for k in several) if sign else "+".join(k.name for k in several)
                    yield _hash(algorithm, raw), Digest(several[0], f"{algorithm}({named})", several[1:])


def raw_of_forms(forms: Sequence[Form]) -> Iterator[tuple[Known, str, bytes]]:
    """The same of those of `of_forms`."""
    for form in forms:
        if not form.named_only:
            yield form.known, f"sha256({form.variant})", _hash("sha256", as_bytes(form.text))


def raw_digests(known: Known) -> Iterator[tuple[str, bytes]]:
    """The usual hashes as bytes, to be looked for inside binary data."""
    for name, text in hashed_forms(known.value):
        for algorithm in _OFTEN:
            label = algorithm if name == "raw" else f"{algorithm}({name})"
            yield label, _hash(algorithm, as_bytes(text))


def hashed_forms(value: str) -> Iterator[tuple[str, str]]:
    """(name, text): the spellings of a value and their cases, for here they make another hash."""
    seen: set[str] = set()
    for text, name in spellings(value).items():
        for case, cased in (("", text), ("upper", text.upper()), ("lower", text.lower())):
            if cased not in seen:
                seen.add(cased)
                yield ("-".join(part for part in (name if name != "raw" or not case else "", case) if part), cased)


def _of(raw: bytes, name: str) -> Iterator[tuple[str, bytes]]:
    label = "" if name == "raw" else f"({name})"
    for algorithm in _PLAIN:
        yield f"{algorithm}{label}", _hash(algorithm, raw)
    md5 = _hash("md5", raw)
    yield f"md5-16{label}", md5[4:12]
    yield f"md5-first-16{label}", md5[:8]
    yield f"md5-last-16{label}", md5[8:]
    inner_texts = [(inner, _hash(inner, raw).hex()) for inner in _OFTEN]
    for outer in _OFTEN:
        for inner, text in inner_texts:
            yield f"{outer}({inner}{label})", _hash(outer, text.encode())
            yield f"{outer}({inner}-upper{label})", _hash(outer, text.upper().encode())
    yield f"crc32{label}", zlib.crc32(raw).to_bytes(4, "big")
    yield f"adler32{label}", zlib.adler32(raw).to_bytes(4, "big")
    yield f"murmur3{label}", mmh3.hash(raw, signed=False).to_bytes(4, "big")
    yield f"murmur3-128{label}", mmh3.hash_bytes(raw)
    high, low = mmh3.hash64(raw, signed=False)
    yield f"murmur3-128{label}", high.to_bytes(8, "big") + low.to_bytes(8, "big")
    yield f"murmur3-128{label}", low.to_bytes(8, "big") + high.to_bytes(8, "big")
    yield f"murmur3-64{label}", high.to_bytes(8, "big")
    java = 0
    for unit in raw.decode("utf-8", "replace").encode("utf-16-be")[1::2] if raw.isascii() else b"":
        java = (31 * java + unit) & 0xFFFFFFFF
    if java:
        yield f"String.hashCode{label}", java.to_bytes(4, "big")


def is_hash(variant: str) -> bool:
    """Whether a hit's variant is a hash, and no spelling."""
    return variant.startswith(_HASHES)


_HASHES = ("md5", "sha", "blake2", "crc32", "adler32", "murmur3", "String.hashCode")


def _hash(algorithm: str, raw: bytes) -> bytes:
    digest: bytes = _MAKERS[algorithm](raw, usedforsecurity=False).digest()
    return digest
