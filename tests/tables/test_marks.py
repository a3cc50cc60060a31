"""What requests say of personalised content and interests, and where typed texts went."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from harness.bundle import Bundle, open_bundle
from harness.model import Fact, Flow, Message, Step
from harness.tables import load
from harness.tables.ciphers import Handed, Piece
from harness.tables.marks import Watch, marks_in
from harness.tables.values import Follower

START = 1_750_000_000_000_000_000


@pytest.mark.parametrize(("text", "found"), [
    ("personalised=1&tags=tea", [("personalised", "1", "flag"), ("tags", "tea", "interests")]),
    ('{"is_personalized": false, "userTags": ["a","b"]}',
     [("is_personalized", "0", "flag"), ("userTags", '["a","b"]', "interests")]),
    ("personalRecommendSwitch=on", [("personalRecommendSwitch", "1", "flag")]),
    ("npa=1&personality=kind&personal_info=1", []),
    ("user_interest=&tags=null&interest_ids=[]", []),
    ("personalised=perhaps", []),
])  # fmt: skip
def test_marks_are_told_by_their_fields(text: str, found: list[tuple[str, str, str]]) -> None:
    assert list(marks_in(text)) == found


def test_a_typed_text_is_followed_through_requests_and_the_log_of_the_apps_own_processes(tmp_path: Path) -> None:
    bundle = Bundle.create(tmp_path, "example.shop")
    bundle.append(Fact(host_ns=START, type="app", data={"package": "example.shop"}))
    bundle.append(Fact(host_ns=START, type="process", data={"pid": 7, "process": "example.shop"}))
    bundle.append(Step(host_ns=START, end_ns=START, scenario="genai-input-canary", action="scenario_start"))
    bundle.append(Fact(host_ns=START + 1, type="canary", data={"text": "canary0123456789", "where": "genai"}))
    body = bundle.put_object(b'{"p":"eyJxIjoiY2FuYXJ5MDEyMzQ1Njc4OSJ9"}')
    bundle.append(Flow(host_ns=START + 2, protocol="http", method="POST", url="http://a.example/ask", host="a.example", port=80,
                       request=Message(body=body, size=40)))
    (bundle.path / "device.log").write_text(
        "1750000000.100000  7  7 D Chat: asked canary0123456789\n1750000000.200000  9  9 D Ime: canary0123456789\n")
    bundle.append(Fact(host_ns=START + 3, type="log", data={}))
    bundle.seal(complete=True)
    typed = load(open_bundle(bundle.path)).typed
    assert [(r.via, r.clear, r.process, list(r.encodings)) for r in typed.itertuples()] == [
        ("flow", True, "", ["base64"]), ("log", False, "example.shop", [])]


@pytest.mark.parametrize(("by", "left", "told"), [
    ("cipher", "b3b1f0a8c9d7e6f5a4b3c2d1e0f9a8b7", [("body", False)]),
    ("mac", "b3b1f0a8c9d7e6f5a4b3c2d1e0f9a8b7", []),
    ("cipher", "00000000000000000000000000000000", []),
])  # fmt: skip
def test_a_typed_text_that_was_encrypted_on_its_way_is_followed_and_a_hash_of_it_hands_nobody_the_text(
    by: str, left: str, told: list[tuple[str, bool]]
) -> None:
    watch = Watch(["canary0123456789"])
    output = bytes.fromhex("b3b1f0a8c9d7e6f5a4b3c2d1e0f9a8b7")
    plain = b'{"q":"canary0123456789"}'
    handed = Handed(by, Piece(plain, len(plain)), Piece(output, len(output)), ("c1",), START, (1, 1))
    flow = {"flow": "f1", "protocol": "http", "url": "http://a.example/ask"}
    found, _ = Follower(watch.knowns(), handed=[handed]).sightings("f1", flow["url"], [], bytes.fromhex(left))
    assert watch.took(flow, found) == []
    assert [(one["where"].split()[0], one["clear"]) for one in watch.found] == told


def test_a_hash_of_a_typed_text_is_not_the_text() -> None:
    watch = Watch(["canary0123456789"])
    flow = {"flow": "f1", "protocol": "http", "url": "http://a.example/ask"}
    body = hashlib.sha256(b"canary0123456789").hexdigest().encode()
    found, _ = Follower(watch.knowns()).sightings("f1", flow["url"], [], body)
    assert [one.variant for one in found] == ["sha256"]
    assert watch.took(flow, found) == []
    assert watch.found == []
