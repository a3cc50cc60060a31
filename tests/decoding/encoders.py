"""Encoders for canaries: each wraps bytes as a sender would. Name -> function; the decoder that undoes it is in its name."""

from __future__ import annotations

import base64
import bz2
import gzip
import io
import json
import lzma
import plistlib
import quopri
import zipfile
import zlib
from collections.abc import Callable
from typing import Any
from urllib.parse import quote, quote_from_bytes

import brotli
import cbor2
import cramjam
import fastavro
import lz4.block
import lz4.frame
import msgpack
import zstandard

Encoder = Callable[[bytes], bytes]
_snappy: Any = cramjam.snappy


def varint(number: int) -> bytes:
    out = bytearray()
    while number > 127:
        out.append(number & 127 | 128)
        number >>= 7
    out.append(number)
    return bytes(out)


def raw_deflate(data: bytes) -> bytes:
    machine = zlib.compressobj(9, zlib.DEFLATED, -15)
    return machine.compress(data) + machine.flush()


def protobuf(data: bytes) -> bytes:
    """Field 1 a number, field 2 a message with the data in its field 1."""
    inner = b"\x0a" + varint(len(data)) + data
    return b"\x08\x96\x01\x12" + varint(len(inner)) + inner


def thrift_compact(data: bytes) -> bytes:
    """A struct: 1 string "event", 2 binary data, 3 i32."""
    return b"\x18\x05event\x18" + varint(len(data)) + data + b"\x15\x54\x00"


def thrift_binary(data: bytes) -> bytes:
    return b"\x0b\x00\x01\x00\x00\x00\x05event\x0b\x00\x02" + len(data).to_bytes(4, "big") + data + b"\x00"


def jce(data: bytes) -> bytes:
    """Tag 0 string "event", tag 1 a list of bytes."""
    size = b"\x02" + len(data).to_bytes(4, "big")
    return b"\x06\x05event" + b"\x1d\x00" + size


def jce_bytes(data: bytes) -> bytes:
    return jce(data) + data


def multipart(data: bytes) -> bytes:
    head = b'--b0undary\r\nContent-Disposition: form-data; name="meta"\r\n\r\n1\r\n'
    part = b'--b0undary\r\nContent-Disposition: form-data; name="log"; filename="l.bin"\r\n'
    part += b"Content-Type: application/octet-stream\r\n\r\n"
    return head + part + data + b"\r\n--b0undary--\r\n"


def zipped(data: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo("log.txt"), data, zipfile.ZIP_DEFLATED)
    return file.getvalue()


def avro(codec: str) -> Encoder:
    schema = {"type": "record", "name": "event", "fields": [{"name": "n", "type": "long"}, {"name": "data", "type": "bytes"}]}

    def write(data: bytes) -> bytes:
        file = io.BytesIO()
        fastavro.writer(file, schema, [{"n": 7, "data": data}], codec=codec, sync_marker=b"between two blocks"[:16])
        return file.getvalue()

    return write


def latin1_json(data: bytes) -> bytes:
    return json.dumps({"event": "e", "data": data.decode("latin-1")}).encode()


def z85(data: bytes) -> bytes:
    theirs = b"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#"
    ours = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%&()*+-;<=>?@^_`{|}~"
    return base64.b85encode(data).translate(bytes.maketrans(ours, theirs))


def javascript_escape(data: bytes) -> bytes:
    return "".join(c if c.isalnum() and c.isascii() else f"%u{ord(c):04X}" for c in data.decode() + "京").encode()


def lines(data: bytes) -> bytes:
    return base64.encodebytes(data)


BINARY: dict[str, Encoder] = {
    "gzip": lambda data: gzip.compress(data, mtime=0),
    "zlib": zlib.compress,
    "deflate": raw_deflate,
    "brotli": brotli.compress,
    "zstd": zstandard.compress,
    "bzip2": bz2.compress,
    "xz": lzma.compress,
    "lz4 frame": lz4.frame.compress,
    "lz4 block": lz4.block.compress,
    "snappy": lambda d: bytes(_snappy.compress_raw(d)),
    "snappy framed": lambda d: bytes(_snappy.compress(d)),
    "zip": zipped,
    "protobuf": protobuf,
    "grpc": lambda d: b"\x00" + len(d).to_bytes(4, "big") + d,
    "thrift compact": thrift_compact,
    "thrift binary": thrift_binary,
    "jce": jce_bytes,
    "msgpack": lambda d: msgpack.packb({"event": "e", "data": d}),
    "cbor": lambda d: cbor2.dumps({"event": "e", "data": d}),
    "bplist": lambda d: plistlib.dumps({"event": "e", "data": d}, fmt=plistlib.FMT_BINARY),
    "avro": avro("null"),
    "avro deflate": avro("deflate"),
    "length-prefixed": lambda d: len(d).to_bytes(4, "big") + d,
    "multipart": multipart,
}
"""What wraps any bytes into binary data."""

TEXT: dict[str, Encoder] = {
    "base64": base64.b64encode,
    "base64 url, bare": lambda d: base64.urlsafe_b64encode(d).rstrip(b"="),
    "base64 lines": lines,
    "base64 own alphabet": lambda d: base64.b64encode(d).translate(
        bytes.maketrans(
            b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/",
            b"vSoajc7dRzpWifGyNxZnV5k+DHLYhJ46lt0U3QrgEuq8sw/XMeBAT2Fb9P1OIKmC",
        )
    ),
    "base64 other signs": lambda d: b"rd=" + base64.b64encode(d).translate(bytes.maketrans(b"+/=", b"*-_")),
    "base32": base64.b32encode,
    "hex": lambda d: d.hex().encode(),
    "percent": lambda d: ("v=1&data=" + quote_from_bytes(d, safe="")).encode(),
    "json": latin1_json,
    "xml plist": lambda d: plistlib.dumps({"event": "e", "data": d}, fmt=plistlib.FMT_XML),
}
"""What wraps any bytes into text."""

OF_TEXT: dict[str, Encoder] = {
    "json in json": lambda d: json.dumps({"data": d.decode()}).encode(),
    "percent twice": lambda d: quote(quote(d.decode(), safe=""), safe="").encode(),
    "entities": lambda d: b"<r>" + d.replace(b"&", b"&amp;").replace(b'"', b"&quot;").replace(b"<", b"&lt;") + b"</r>",
    "xor": lambda d: bytes(byte ^ 0x5A for byte in d),
    "xor 0xff": lambda d: bytes(byte ^ 0xFF for byte in d),
    "base85": base64.b85encode,
    "ascii85": lambda d: base64.a85encode(d, adobe=True),
    "z85": z85,
    "base85 in json": lambda d: json.dumps({"data": base64.b85encode(d).decode()}).encode(),
    "escape()": javascript_escape,
    "quoted-printable": lambda d: quopri.encodestring(d + "=京".encode()),
    "utf-16": lambda d: d.decode().encode("utf-16"),
    "utf-16-be": lambda d: d.decode().encode("utf-16-be"),
    "jwt": lambda d: b".".join(
        base64.urlsafe_b64encode(part).rstrip(b"=")
        for part in (b'{"alg":"HS256","typ":"JWT"}', json.dumps({"c": d.decode()}).encode(), b"x" * 32)
    ),
}
"""What wraps text."""

# An alphabet that is not the standard one is taken for it where text comes out; and a JWT holds text.
ALL: dict[str, Encoder] = BINARY | TEXT
