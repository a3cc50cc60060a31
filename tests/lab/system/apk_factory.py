"""Makes small APKs for tests: a binary manifest from a few lines, any entries, signed with v2 or not at all."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from harness.lab.apps.archive import pack
from harness.lab.apps.signature import SigningKey, read_signing_key, sign
from harness.lab.system.manifest import ATTRIBUTES
from harness.resources import resource

_ANDROID = "http://schemas.android.com/apk/res/android"
_IDS = {name: number for number, name in ATTRIBUTES.items()}
_LOCAL = ("package", "split")
_NONE = 0xFFFFFFFF


@dataclass
class Tag:
    """An element of the manifest. Attribute values: text, bool, int; `Reference` for a resource."""

    name: str
    attributes: dict[str, object] = field(default_factory=dict)
    children: list[Tag] = field(default_factory=list)


@dataclass(frozen=True)
class Reference:
    resource: int


def tag(element: str, /, *children: Tag, **attributes: object) -> Tag:
    return Tag(element, attributes, list(children))


def intent_filter(action: str, *categories: str) -> Tag:
    return tag(
        "intent-filter",
        tag("action", name=action),
        *(tag("category", name=one) for one in categories),
    )


def launcher(name: str = ".Main", **attributes: object) -> Tag:
    return tag(
        "activity",
        intent_filter("android.intent.action.MAIN", "android.intent.category.LAUNCHER"),
        name=name,
        **{"exported": True, **attributes},
    )


def manifest(
    package: str = "com.example.app",
    *application: Tag,
    version: int = 1,
    target: int = 35,
    minimum: int = 26,
    label: object = "Sample",
    permissions: tuple[str, ...] = (),
    top: tuple[Tag, ...] = (),
    **attributes: object,
) -> Tag:
    return tag(
        "manifest",
        tag("uses-sdk", minSdkVersion=minimum, targetSdkVersion=target),
        *(tag("uses-permission", name=one) for one in permissions),
        *top,
        tag("application", *(application or (launcher(),)), label=label, **attributes),
        package=package,
        versionCode=version,
        versionName=f"{version}.0",
    )


class _Writer:
    """Encodes elements as ResXMLTree."""

    def __init__(self, root: Tag) -> None:
        self._mapped: list[str] = []
        self._strings: list[str] = []
        self._collect(root)
        for text in (_ANDROID, "android"):
            self._string(text)
        self._chunks = b""
        self._element(root)

    def _collect(self, one: Tag) -> None:
        for name in one.attributes:
            if name in _IDS and name not in self._mapped:
                self._mapped.append(name)
        for child in one.children:
            self._collect(child)

    def _string(self, text: str) -> int:
        if text in self._mapped:
            return self._mapped.index(text)
        if text not in self._strings:
            self._strings.append(text)
        return len(self._mapped) + self._strings.index(text)

    def _value(self, value: object) -> tuple[int, int, int]:
        if isinstance(value, bool):
            return _NONE, 0x12, _NONE if value else 0
        if isinstance(value, int):
            return _NONE, 0x10, value & _NONE
        if isinstance(value, Reference):
            return _NONE, 0x01, value.resource
        index = self._plain(str(value))
        return index, 0x03, index

    def _plain(self, text: str) -> int:
        """A value's text: never one of the mapped names at the front, which stand for attributes."""
        if text not in self._strings:
            self._strings.append(text)
        return len(self._mapped) + self._strings.index(text)

    def _element(self, one: Tag) -> None:
        attributes = b""
        for name, value in one.attributes.items():
            raw, kind, data = self._value(value)
            namespace = self._plain(_ANDROID) if name not in _LOCAL else _NONE
            index = self._mapped.index(name) if name in self._mapped else self._plain(name)
            attributes += struct.pack("<IIIHBBI", namespace, index, raw, 8, 0, kind, data)
        body = struct.pack("<IIHHHHHH", _NONE, self._plain(one.name), 20, 20, len(one.attributes), 0, 0, 0)
        self._chunk(0x0102, body + attributes)
        for child in one.children:
            self._element(child)
        self._chunk(0x0103, struct.pack("<II", _NONE, self._plain(one.name)))

    def _chunk(self, kind: int, body: bytes) -> None:
        self._chunks += struct.pack("<HHIII", kind, 16, 16 + len(body), 1, _NONE) + body

    def write(self) -> bytes:
        pool = encode_pool([*self._mapped, *self._strings])
        ids = b"".join(struct.pack("<I", _IDS[name]) for name in self._mapped)
        resource_map = struct.pack("<HHI", 0x0180, 8, 8 + len(ids)) + ids
        body = pool + resource_map + self._chunks
        return struct.pack("<HHI", 0x0003, 8, 8 + len(body)) + body


def encode_pool(strings: list[str]) -> bytes:
    """A ResStringPool of UTF-16."""
    data, offsets = b"", []
    for text in strings:
        offsets.append(len(data))
        encoded = text.encode("utf-16-le")
        data += struct.pack("<H", len(encoded) // 2) + encoded + b"\0\0"
    data += b"\0" * (-len(data) % 4)
    start = 28 + 4 * len(offsets)
    table = b"".join(struct.pack("<I", one) for one in offsets)
    header = struct.pack("<HHIIIIII", 0x0001, 28, start + len(data), len(strings), 0, 0, start, 0)
    return header + table + data


def encode_manifest(root: Tag) -> bytes:
    return _Writer(root).write()


@cache
def key() -> SigningKey:
    """The public test key of the example apps."""
    return read_signing_key(resource("lab", "apps", "public-test-key.pem"))


def make_apk(
    path: Path,
    root: Tag | None = None,
    *,
    entries: Mapping[str, bytes] | None = None,
    code: bool = True,
    signer: SigningKey | None = None,
    signed: bool = True,
) -> Path:
    """Writes an APK. `entries` come on top of manifest and classes.dex."""
    files = {"AndroidManifest.xml": encode_manifest(root or manifest())}
    if code:
        files["classes.dex"] = b"dex\n035\0" + b"\0" * 100
    files.update(entries or {})
    data = pack(files)
    path.write_bytes(sign(data, signer or key()) if signed else data)
    return path


def raw_zip(path: Path, entries: list[tuple[str, bytes]]) -> Path:
    """A ZIP with any names, doubles included."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in entries:
            archive.writestr(name, data)
    path.write_bytes(out.getvalue())
    return path
