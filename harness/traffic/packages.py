"""The app's package, as its requests say it, where nobody else did."""

from __future__ import annotations

import re
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator

from harness.matching.lexicon import bare
from harness.traffic.exchange import Exchange

_MOST = 4  # packages that are worth trying; an SDK's or a host app's may be among them
_LONGEST = 1 << 20  # bytes of one body that are looked at
_NAMES = frozenset({
    "package", "packagename", "packageid", "pkg", "pkgname", "bundle", "bundleid", "bundleidentifier", "appid", "apppackage",
    "apppackagename", "appbundle", "appbundleid", "applicationid", "applicationpackagename", "androidpackage",
    "xrequestedwith", "pn", "hostpackage", "adpackage", "appidentifier", "uappbid", "xandroidpackage", "application",
})  # fmt: skip
# `"pkg":"com.a.b"`, `pkg=com.a.b`, `X-Requested-With: com.a.b`, and the same with the quotes escaped.
_SAID = re.compile(
    rb"(?<![\w.-])([A-Za-z][\w.-]{1,31}+)[\\\\\"']{0,4}\s?[:=]\s?[\\\\\"']{0,4}"
    rb"([A-Za-z][A-Za-z0-9_]{0,63}(?:\.[A-Za-z][A-Za-z0-9_]{0,63}){1,7})(?![\w.@/-])"
)
_QUOTED = re.compile(rb"%(?:25)?(2[26]|3[ad])", re.IGNORECASE)
_NOT_THE_APP = ("com.android.", "com.google.", "android.", "com.chrome.", "java.", "org.chromium.", "www.")


def packages_in(exchanges: Iterable[Exchange]) -> list[str]:
    """Those that most requests name as the app's, the most often named first.

    Only what stands in a field that is named for it is taken, in text, or in a body that is compressed: an app says its
    package in many requests, and one that can be read is enough.
    """
    told = Counter[str]()
    for exchange in exchanges:
        told.update(set(_said(exchange)))
    return [package for package, _ in told.most_common(_MOST)]


def _said(exchange: Exchange) -> Iterator[str]:
    headers = "\n".join(f"{name}: {value}" for name, value in exchange.headers).encode("utf-8", "replace")
    for text in (exchange.url.encode("utf-8", "replace"), headers, _plain(exchange.body[:_LONGEST])):
        for name, value in _SAID.findall(_QUOTED.sub(lambda sign: bytes.fromhex(sign[1].decode()), text)):
            package = value.decode()
            if bare(name.decode()) in _NAMES and not package.lower().startswith(_NOT_THE_APP):
                yield package


def _plain(body: bytes) -> bytes:
    if body[:2] != b"\x1f\x8b" and body[:1] != b"\x78":
        return body
    try:
        return zlib.decompressobj(wbits=32 + zlib.MAX_WBITS).decompress(body, _LONGEST)
    except zlib.error:
        return body
