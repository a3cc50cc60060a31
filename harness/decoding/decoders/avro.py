"""Avro where the schema travels along: object container files."""

from __future__ import annotations

import datetime
import json
import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from harness.decoding.budget import Broken, Budget
from harness.decoding.decoder import Decoder
from harness.decoding.decoders import snappy
from harness.decoding.layer import Found, Layer
from harness.decoding.streams import LARGEST, Undo, bzip2_stream, deflate_stream, xz_stream, zstd_stream
from harness.decoding.structure import Reader, float32, mapping, written

_MARK = b"Obj\x01"
_CODECS: dict[str, Undo] = {"deflate": deflate_stream, "bzip2": bzip2_stream, "xz": xz_stream, "zstandard": zstd_stream}
_MOST_RECORDS = 50_000
_MOST_VALUES = 500_000  # a null takes no byte, so that a few bytes may be any number of them
_DEEPEST = 64


def find(layer: Layer, budget: Budget) -> Iterable[Found]:
    if not layer.data.startswith(_MARK):
        return
    records: list[Any] = []
    fault = ""
    try:
        for record in _records(layer.data, budget):
            records.append(record)
    except Broken as bad:
        fault = str(bad)
    except (ValueError, KeyError) as bad:
        fault = f"damaged: {type(bad).__name__}: {bad}"
    if records:
        yield from written(records)
    if fault:
        raise Broken(fault)


def _records(data: bytes, budget: Budget) -> Iterator[Any]:
    reader = Reader(data, len(_MARK))
    about: dict[str, bytes] = {}
    while count := reader.zigzag():
        if count < 0:
            reader.zigzag()
        for _ in range(abs(count)):
            name = reader.take(reader.zigzag()).decode()
            about[name] = reader.take(reader.zigzag())
    sync = reader.take(16)
    schema = json.loads(about["avro.schema"])
    values = _Values(budget)
    values.name(schema)
    codec = about.get("avro.codec", b"null").decode()
    made = 0
    while reader.left:
        count = reader.zigzag()
        block = Reader(_plain(reader.take(reader.zigzag()), codec, budget))
        if reader.take(16) != sync:
            raise Broken("a block ends without the file's mark")
        for _ in range(count):
            budget.check_time()
            made += 1
            if made > _MOST_RECORDS:
                raise Broken(f"it has more than {_MOST_RECORDS} records")
            yield values.read(block, schema, 0)


@dataclass
class _Values:
    """Reads values by their schema. `named`: the schema's types that have a name, by it and by its last part."""

    budget: Budget
    named: dict[str, Any] = field(default_factory=dict)
    made: int = 0

    def name(self, schema: Any) -> None:
        """Notes the types that are named anywhere in a schema."""
        waiting = [schema]
        while waiting:
            one = waiting.pop()
            if isinstance(one, list):
                waiting += one
            elif isinstance(one, dict):
                name = one.get("name")
                if isinstance(name, str) and one.get("type") in ("record", "error", "enum", "fixed"):
                    space = one.get("namespace")
                    whole = f"{space}.{name}" if isinstance(space, str) and space else name
                    self.named |= {whole: one, name.rpartition(".")[2]: one}
                waiting += [one[key] for key in ("type", "fields", "items", "values") if isinstance(one.get(key), dict | list)]

    def read(self, reader: Reader, schema: Any, depth: int) -> Any:
        """Raises Broken where there is no end of it, ValueError where it does not fit its schema."""
        self.made += 1
        if self.made > _MOST_VALUES:
            raise Broken(f"it has more than {_MOST_VALUES} values")
        if depth > _DEEPEST:
            raise Broken(f"it nests more than {_DEEPEST} deep")
        if not self.made & 0xFFF:
            self.budget.check_time()
        if isinstance(schema, list):
            branch = reader.zigzag()
            if not 0 <= branch < len(schema):
                raise ValueError(f"a union has no branch {branch}")
            return self.read(reader, schema[branch], depth + 1)
        kind = schema.get("type") if isinstance(schema, dict) else schema
        if isinstance(kind, dict | list):
            return self.read(reader, kind, depth + 1)
        if isinstance(schema, dict) and isinstance(kind, str) and kind in _COMPLEX:
            return self._complex(reader, schema, kind, depth)
        plain = _plain_value(reader, kind)
        if plain is not _NONE_SUCH:
            return _dated(plain, schema.get("logicalType")) if isinstance(schema, dict) else plain
        if isinstance(kind, str) and (known := self.named.get(kind) or self.named.get(kind.rpartition(".")[2])):
            return self.read(reader, known, depth + 1)
        raise ValueError(f"no type {kind!r:.40}")

    def _complex(self, reader: Reader, schema: dict[str, Any], kind: str, depth: int) -> Any:
        if kind == "fixed":
            size = schema["size"]
            if not isinstance(size, int):
                raise ValueError("a fixed type has no size")
            return reader.take(size)
        if kind == "enum":
            symbols, at = schema["symbols"], reader.zigzag()
            if not isinstance(symbols, list) or not 0 <= at < len(symbols):
                raise ValueError(f"an enum has no symbol {at}")
            return str(symbols[at])
        if kind == "array":
            return [self.read(reader, schema["items"], depth + 1) for _ in self._counted(reader)]
        if kind == "map":
            return mapping((_text(reader), self.read(reader, schema["values"], depth + 1)) for _ in self._counted(reader))
        fields = schema["fields"]
        if not isinstance(fields, list) or not all(isinstance(one, dict) for one in fields):
            raise ValueError("a record has no fields")
        return {str(one["name"]): self.read(reader, one["type"], depth + 1) for one in fields}

    def _counted(self, reader: Reader) -> Iterator[None]:
        """Once for each item of an array or a map."""
        while count := reader.zigzag():
            if count < 0:
                reader.zigzag()
            for _ in range(abs(count)):
                yield


_COMPLEX = frozenset({"fixed", "enum", "array", "map", "record", "error"})
_NONE_SUCH = object()


def _plain_value(reader: Reader, kind: Any) -> Any:
    match kind:
        case "null":
            return None
        case "boolean":
            return reader.byte() != 0
        case "int" | "long":
            return reader.zigzag()
        case "float":
            return float32(reader.take(4), "<")
        case "double":
            return struct.unpack("<d", reader.take(8))[0]
        case "bytes":
            return reader.take(reader.zigzag())
        case "string":
            return _text(reader)
    return _NONE_SUCH


def _text(reader: Reader) -> str:
    return reader.take(reader.zigzag()).decode("utf-8", "replace")


_EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
_UNITS = {"date": {"days": 1}, "timestamp-millis": {"milliseconds": 1}, "timestamp-micros": {"microseconds": 1}}


def _dated(value: Any, logical: Any) -> Any:
    """A day or a moment as such; the number, where it is none that a calendar has."""
    unit = _UNITS.get(logical) if isinstance(logical, str) else None
    if unit is None or not isinstance(value, int):
        return value
    try:
        moment = _EPOCH + datetime.timedelta(**unit) * value
    except OverflowError:
        return value
    return moment.date() if logical == "date" else moment


def _plain(block: bytes, codec: str, budget: Budget) -> bytes:
    if codec == "null":
        return block
    most = min(LARGEST, budget.room)
    if codec == "snappy":
        out = snappy.raw(block[:-4], most)
        if out is None:
            raise Broken("a block of Snappy is damaged")
        return out
    if codec not in _CODECS:
        raise Broken(f"its codec {codec} is not known here")
    stream = _CODECS[codec](block, most)
    if stream.fault:
        raise Broken(stream.fault)
    return stream.out


decoder = Decoder(
    id="avro",
    title="Avro container",
    title_zh="Avro 容器文件",
    of="binary",
    find=find,
    begins=(_MARK,),
    source="avro.apache.org, Specification, Object Container Files",
    order=17,
    claims=True,
)
