"""What requests say of personalised content and interests, and where typed texts went."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.bundle import Bundle, open_bundle
from harness.model import Fact, Flow, Message, Step
from harness.tables import load
from harness.tables.marks import marks_in

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
