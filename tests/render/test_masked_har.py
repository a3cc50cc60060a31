"""A HAR is valid by the schema, and masked no value of the device or of a session is in it."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from referencing import Registry
from referencing.jsonschema import DRAFT6

from harness.render import har
from harness.render.machine import Machine
from harness.rules.analysis import Analysis
from harness.traffic.har_reader import read_har
from tests.render import hostile_run

PARTS = json.loads((Path(__file__).parent / "standards" / "har-schema-2.0.0.json").read_text("utf-8"))
Of = Callable[..., Machine]


def read(machine: Machine) -> dict[str, Any]:
    """The document, valid by the schema."""
    document = json.loads(har.encoded(har.har(machine.bundle, machine.masks)).decode("utf-8"))
    valid(document)
    log: dict[str, Any] = document["log"]
    return log


def valid(document: Any) -> None:
    registry: Registry[Any] = Registry().with_resources((name, DRAFT6.create_resource(part)) for name, part in PARTS.items())
    jsonschema.Draft6Validator(
        PARTS["har.json"], registry=registry, format_checker=jsonschema.Draft6Validator.FORMAT_CHECKER
    ).validate(document)


def test_the_schema_is_no_rubber_stamp(hostile: Analysis, of: Of) -> None:
    document = har.har(of(hostile).bundle)
    del document["log"]["entries"][0]["request"]["bodySize"]
    with pytest.raises(jsonschema.ValidationError):
        valid(document)


@pytest.mark.parametrize("unmask", [False, True])
def test_it_is_valid_and_has_every_exchange(hostile: Analysis, of: Of, unmask: bool) -> None:
    log = read(of(hostile, unmask=unmask))
    assert [entry["_id"] for entry in log["entries"]] == ["f1", "f2", "f3"]
    assert [len(entry.get("_webSocketMessages", ())) for entry in log["entries"]] == [0, 0, 2]
    assert ("Values are masked" in log["comment"]) is not unmask


def test_masked_it_has_no_value_and_no_session_but_all_names(hostile: Analysis, of: Of) -> None:
    log = read(of(hostile))
    text = json.dumps(log, ensure_ascii=False)
    for secret in (hostile_run.IMEI, hostile_run.SSID, hostile_run.TOKEN, base64.b64encode(bytes(range(256))).decode()):
        assert secret not in text
    first = log["entries"][0]
    assert [one["name"] for one in first["request"]["headers"]] == [
        "Content-Type",
        "Cookie",
        "Authorization",
        "X-Device",
        "X-Device",
    ]
    assert [one["name"] for one in first["request"]["queryString"]] == ["ssid", "q"]
    assert first["request"]["url"].startswith("https://t.adnimbus.example/e/")
    assert '"imei"' in first["request"]["postData"]["text"]
    assert first["request"]["headers"][0]["value"] == first["request"]["postData"]["mimeType"] == "application/json"
    assert first["response"]["headers"][0]["value"] == "text/plain"


def test_masked_a_body_that_is_no_text_is_left_out_and_its_size_told(hostile: Analysis, of: Of) -> None:
    log = read(of(hostile))
    second, third = log["entries"][1:]
    assert second["request"]["postData"]["text"] == ""
    assert second["request"]["postData"]["comment"] == "Left out: 256 bytes that are no text, and so cannot be masked."
    assert second["request"]["bodySize"] == 256
    assert third["_webSocketMessages"][1] == {
        "type": "send",
        "time": third["_webSocketMessages"][1]["time"],
        "opcode": 2,
        "data": "",
        "_comment": "Left out: 255 bytes that are no text.",
    }


def test_unmasked_it_is_byte_by_byte_what_was_sent(hostile: Analysis, of: Of, tmp_path: Path) -> None:
    machine = of(hostile, unmask=True)
    file = tmp_path / "t.har"
    file.write_bytes(har.encoded(har.har(machine.bundle, machine.masks)))    # as --unmask writes it
    valid(json.loads(file.read_bytes()))
    assert har.har(machine.bundle, machine.masks) == har.har(machine.bundle)
    [first, second, *_] = read_har(file)
    assert hostile_run.IMEI.encode() in first.body
    assert second.body == bytes(range(256))
    assert first.header("cookie") == f"sid={hostile_run.TOKEN}"


def test_our_own_reader_and_mitmproxy_read_it_masked(hostile: Analysis, of: Of, tmp_path: Path) -> None:
    from mitmproxy.io.har import request_to_flow

    machine = of(hostile)
    file = tmp_path / "t.har"
    file.write_bytes(har.encoded(har.har(machine.bundle, machine.masks)))
    assert len(list(read_har(file))) == 5
    for entry in read(machine)["entries"]:
        assert request_to_flow(entry).request.method
