"""Property lists, binary and XML."""

from __future__ import annotations

import plistlib
import xml.parsers.expat
from collections.abc import Iterable

from harness.decoding.budget import Broken, Budget
from harness.decoding.decoder import Decoder
from harness.decoding.layer import Found, Layer
from harness.decoding.structure import written

_LARGEST = 8 << 20


def find(layer: Layer, budget: Budget) -> Iterable[Found]:
    data = layer.data
    binary = data.startswith(b"bplist0")
    if len(data) > _LARGEST or (not binary and not (data.lstrip()[:2] in (b"<?", b"<!", b"<p") and b"<plist" in data[:1024])):
        return
    if not binary and b"<!ENTITY" in data:
        raise Broken("it defines entities, which can be made to grow")
    try:
        tree = plistlib.loads(data)
    except (
        plistlib.InvalidFileException,
        xml.parsers.expat.ExpatError,
        ValueError,
        OverflowError,
        RecursionError,
        LookupError,  # also of a charset that nobody knows
        AttributeError,
        TypeError,
    ) as bad:
        raise Broken(f"damaged: {type(bad).__name__}") from bad
    yield from written(tree)


decoder = Decoder(
    id="plist",
    title="property list",
    title_zh="属性列表 (plist)",
    of="any",
    find=find,
    firsts=b"b< \t\n\r\x0b\x0c",
    source="Apple, plist(5); github.com/opensource-apple/CF: CFBinaryPList.c",
    order=16,
    claims=True,
)
