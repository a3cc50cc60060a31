"""How a value is written on the wire: its spellings, each with the name that a report gives it."""

from __future__ import annotations

import base64
import datetime
import ipaddress
import math
import re
from collections.abc import Iterator

from harness.decoding import as_bytes
from harness.matching import shapes

_SEPARATORS = re.compile(r"[\s:\-_./,+]+")
_NAMED = {
    "": "no-separators",
    "-": "dashes",
    ":": "colons",
    "_": "underscores",
    " ": "blanks",
    ".": "dots",
    "+": "pluses",
    "/": "slashes",
}


def spellings(value: str) -> dict[str, str]:
    """Spelling -> its name (`raw` for the value itself), each text once. Case is the searcher's affair: no spelling differs from
    another in nothing else, but where a hash of it would."""
    found: dict[str, str] = {value: "raw"}
    for name, text in _all(value):
        if text and text not in found:
            found[text] = name
    return found


def _all(value: str) -> Iterator[tuple[str, str]]:
    stripped = value.strip().strip('"')
    yield "trimmed", stripped
    if 12 <= len(value) <= 40 and value.isascii() and value.isalnum() and not value.isalpha():
        for sign, name in ((" ", "groups of four"), ("-", "groups of four")):
            yield name, sign.join(value[i : i + 4] for i in range(0, len(value), 4))
    if not value.isascii():
        yield "hex of UTF-8", value.encode("utf-8", "replace").hex()
        yield "hex of GB 18030", value.encode("gb18030", "replace").hex()
    if 10 <= len(value) <= 64 and value.isascii():
        yield "reversed", value[::-1]
    if shapes.MAC.fullmatch(value):
        yield from _mac(value)
    elif shapes.UUID.fullmatch(value):
        bare = value.strip("{}").replace("-", "")
        yield "no-separators", bare
        yield "no-braces", value.strip("{}")
    elif (address := shapes.ip_of(value)) is not None:
        yield from _ip(address)
    elif (day := shapes.date_of(value)) is not None:
        yield from _date(day)
    elif (moment := shapes.epoch_of(value)) is not None:
        yield "seconds", str(moment[0])
        yield "milliseconds", str(moment[1])
        yield from _moment(moment[0])
    elif (size := shapes.SIZE.fullmatch(value)) is not None:
        for sign in "x*X,×_ /":
            yield f"joined by {sign!r}", f"{size[1]}{sign}{size[2]}"
            yield f"turned, joined by {sign!r}", f"{size[2]}{sign}{size[1]}"
    elif shapes.PHONE.fullmatch(value) and not shapes.DECIMAL.fullmatch(value):
        yield from _phone(value)
    elif shapes.HEX.fullmatch(value):
        yield from _hexadecimal(value)
    elif (
        _SEPARATORS.search(stripped)
        and not shapes.EMAIL.fullmatch(value)
        and not shapes.DECIMAL.fullmatch(value)
        and len(value) <= 200
    ):
        for sign, name in _NAMED.items():
            yield name, _SEPARATORS.sub(sign, stripped)


def _mac(value: str) -> Iterator[tuple[str, str]]:
    bare = re.sub("[:-]", "", value)
    yield "no-separators", bare
    yield "dashes", "-".join(re.findall("..", bare))
    yield "colons", ":".join(re.findall("..", bare))
    yield "dots", ".".join(re.findall("....", bare))
    yield "blanks", " ".join(re.findall("..", bare))
    yield "number", str(int(bare, 16))
    yield "no leading zeros", ":".join(f"{int(pair, 16):x}" for pair in re.findall("..", bare))


def _ip(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> Iterator[tuple[str, str]]:
    yield "compressed", address.compressed
    yield "exploded", address.exploded
    if isinstance(address, ipaddress.IPv4Address):
        raw = address.packed
        yield "number", str(int.from_bytes(raw, "big"))
        yield "number, turned", str(int.from_bytes(raw, "little"))
        yield "dashes", str(address).replace(".", "-")
        yield "hex", raw.hex()
    else:
        yield "hex", address.packed.hex()


def _date(day: datetime.date) -> Iterator[tuple[str, str]]:
    y, m, d = f"{day.year:04}", f"{day.month:02}", f"{day.day:02}"
    yield "digits", y + m + d
    for sign in "-/.":
        yield "year first", f"{y}{sign}{m}{sign}{d}"
        yield "day first", f"{d}{sign}{m}{sign}{y}"
        yield "month first", f"{m}{sign}{d}{sign}{y}"
        yield "year first, short", f"{y}{sign}{day.month}{sign}{day.day}"
        yield "month first, short", f"{day.month}{sign}{day.day}{sign}{y}"
        yield "day first, short", f"{day.day}{sign}{day.month}{sign}{y}"
    yield "year", y
    yield "digits, day first", d + m + y
    yield "digits, month first", m + d + y
    yield "Chinese", f"{day.year}年{day.month}月{day.day}日"
    yield "Chinese", f"{y}年{m}月{d}日"
    for hours, zone in ((0, "UTC"), (8, "UTC+8")):
        begun = datetime.datetime(day.year, day.month, day.day, tzinfo=datetime.UTC) - datetime.timedelta(hours=hours)
        if abs(seconds := int(begun.timestamp())) >= 10**8:
            yield f"seconds, {zone}", str(seconds)
            yield f"milliseconds, {zone}", str(seconds * 1000)


def _moment(seconds: int) -> Iterator[tuple[str, str]]:
    for hours, zone in ((0, "UTC"), (8, "UTC+8")):
        at = datetime.datetime.fromtimestamp(seconds, datetime.UTC) + datetime.timedelta(hours=hours)
        for sign in "T ":
            yield f"date and time, {zone}", at.strftime(f"%Y-%m-%d{sign}%H:%M:%S")
        yield f"date and time, {zone}", at.strftime("%Y%m%d%H%M%S")


def of_field(field: str, value: str) -> Iterator[tuple[str, str, bool]]:
    """(name, text, whether it counts only in a field that is named for it): spellings that follow from what the value is."""
    for name, text in in_units(field, value):
        yield name, text, True
    if field == "mcc_mnc" and value.isdecimal() and len(value) in (5, 6):
        for sign, name in (("-", "dashes"), ("_", "underscores"), (" ", "blanks"), (",", "commas")):
            yield name, value[:3] + sign + value[3:], False
            yield name, value[:3] + sign + str(int(value[3:])), False


def in_units(field: str, value: str) -> Iterator[tuple[str, str]]:
    """A measure in other units: a battery's charge as a fraction, sizes in KiB, MiB and GiB, or their decimal kin."""
    try:
        number = float(value.rstrip("%"))
    except ValueError:
        return
    if not math.isfinite(number):
        return
    if field == "battery":
        if 1 < number <= 100:
            yield "fraction", f"{number / 100:g}"
            yield "decimal", f"{number:.1f}"
        elif 0 < number <= 1:
            yield "percent", f"{number * 100:.0f}"
    elif field.startswith(("memory", "disk")) and number >= 1 << 20:
        for name, unit in (("KiB", 1 << 10), ("MiB", 1 << 20), ("kB", 1000), ("MB", 10**6)):
            yield name, str(int(number // unit))
            yield name, str(round(number / unit))


def _phone(value: str) -> Iterator[tuple[str, str]]:
    digits = re.sub(r"\D", "", value)
    if len(digits) < 7:
        return
    yield "digits", digits
    national = digits
    if value.startswith(("+86", "0086", "86")) and len(digits.removeprefix("00")) == 13:
        national = digits.removeprefix("00")[2:]
    if re.fullmatch(r"1[3-9]\d{9}", national):
        yield "national", national
        for prefix in ("+86", "86", "0086", "+86 ", "86-", "+86-"):
            yield "with country code", prefix + national
        for sign in "- ":
            yield "grouped", f"{national[:3]}{sign}{national[3:7]}{sign}{national[7:]}"
    elif value.startswith(("+", "00")):
        international = digits.removeprefix("00") if value.startswith("00") else digits
        yield "digits", international
        for code in (1, 2, 3):
            yield "national", f"0{international[code:]}"
            yield "without country code", international[code:]
    elif len(digits) == 15:
        yield "without check digit", digits[:14]
        yield "grouped", f"{digits[:2]}-{digits[2:8]}-{digits[8:14]}-{digits[14]}"


def _hexadecimal(value: str) -> Iterator[tuple[str, str]]:
    if len(value) == 16:
        number = int(value, 16)
        yield "number", str(number)
        yield "signed number", str(number - (1 << 64) if number >> 63 else number)
    if len(value) == 32:
        yield "dashes", f"{value[:8]}-{value[8:12]}-{value[12:16]}-{value[16:20]}-{value[20:]}"
    yield "pairs", ":".join(re.findall("..", value))


def short_base64(text: str) -> Iterator[tuple[str, str]]:
    """Base64 of texts that are too short for a decoder to look for."""
    raw = as_bytes(text)
    if 5 <= len(raw) < 12:
        yield "base64", base64.b64encode(raw).decode().rstrip("=")
