"""`harness policy`: what it prints for a program and for a person, and what it refuses."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.errors import HarnessError
from tests.cli.command_line import say
from tests.cli.test_json import fits

OLD = """# 云笺隐私政策
更新日期：2024年3月5日
星河（杭州）科技有限公司运营本应用。
## 一、我们收集的信息
我们会收集您的手机号、IMEI。我们不会收集您的通讯录。
## 二、第三方SDK
| SDK名称 | 公司 | 使用目的 | 收集的信息 |
|---|---|---|---|
| 青鸾推送SDK | 青鸾有限公司 | 推送 | IMEI |
| 白泽地图 | 白泽有限公司 | 地图 | 精确位置 |
## 三、您的权利
您可以在“设置-隐私”中删除您的个人信息。
我们将在15个工作日内答复您的请求。
"""
CHANGED = {
    "2024年3月5日": "2024年9月1日", "手机号、IMEI": "手机号、通讯录", "我们不会收集您的通讯录。": "",
    "| 白泽地图 | 白泽有限公司 | 地图 | 精确位置 |": "| 毕方支付SDK | 毕方有限公司 | 支付 | 无 |", "推送 | IMEI": "推送 | OAID",
    "设置-隐私": "我的-隐私", "15个工作日": "三十天", "您可以在": "您有权撤回同意。您可以在",
}  # fmt: skip
NEW = OLD
for _old, _new in CHANGED.items():
    NEW = NEW.replace(_old, _new)


@pytest.fixture
def old(tmp_path: Path) -> Path:
    path = tmp_path / "old.md"
    path.write_text(OLD, "utf-8")
    return path


@pytest.fixture
def new(tmp_path: Path) -> Path:
    path = tmp_path / "new.md"
    path.write_text(NEW, "utf-8")
    return path


def test_what_is_declared(old: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = say(capsys, "policy", old, "--json")
    assert said.status == 0
    fits("policy", said.json)
    assert {(k["kind"], k["denied"]) for k in said.json["kinds"]} == {("phone", False), ("imei", False), ("contacts", True)}
    assert {s["name"]: s["kinds"] for s in said.json["sdks"]} == {"青鸾推送SDK": ["imei"], "白泽地图": ["location_precise"]}
    assert said.json["reply_days"] == {"number": 15, "working": True, "passage": "我们将在15个工作日内答复您的请求。"}
    assert said.json["rights"]["delete"]["path"] == "在“设置-隐私”中删除您的个人信息"
    assert said.json["update_date"] == "2024-03-05"
    assert all(k["passage"] in OLD for k in said.json["kinds"])


def test_for_a_person(old: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = say(capsys, "policy", old)
    assert said.status == 0
    assert "not collected" in said.out and "青鸾推送SDK" in said.out and "answers within 15 working days" in said.out


def test_what_a_newer_version_changes(old: Path, new: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = say(capsys, "policy", old, "--against", new, "--json").json
    fits("policy", found)
    assert found["kinds"] == {"added": ["contacts"], "removed": ["imei"]}
    assert found["denials"] == {"added": [], "removed": ["contacts"]}
    assert (found["sdks"]["added"], found["sdks"]["removed"]) == (["毕方支付SDK"], ["白泽地图"])
    assert [(c["name"], c["kinds_added"], c["kinds_removed"]) for c in found["sdks"]["changed"]] == [
        ("青鸾推送SDK", ["oaid"], ["imei"])
    ]
    assert found["rights"]["added"] == ["withdraw"]
    assert [p["right"] for p in found["rights"]["paths"]] == ["delete"]
    assert {v["name"]: (v["old"], v["new"]) for v in found["values"]} == {
        "update_date": ("2024-03-05", "2024-09-01"),
        "reply_days": ("15 working days", "30 days"),
    }
    assert "我们不会收集您的通讯录。" in found["text"]["removed"]
    said = say(capsys, "policy", old, "--against", new).out
    assert "+ kinds: contacts" in said and "~ update_date: 2024-03-05 -> 2024-09-01" in said


def test_nothing_changes_from_a_file_to_itself(old: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert say(capsys, "policy", old, "--against", old, "--json").json["changed"] is False
    assert say(capsys, "policy", old, "--against", old).out == "Nothing changes.\n"


@pytest.mark.parametrize(("content", "why"), [
    (b"", "is empty"), (b"\x89PNG\r\n\x1a\n" + bytes(99), "is a picture"), (bytes(range(256)) * 9, "is no text"),
    (None, "cannot be read"),
    (b"<!doctype html><body><div id=app></div><script src=a.js></script>", "JavaScript"),
])  # fmt: skip
def test_a_file_that_cannot_be_used_is_refused(
    content: bytes | None, why: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "policy.html"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(HarnessError) as told:
        say(capsys, "policy", path)
    assert why in str(told.value) and told.value.fix
    assert capsys.readouterr().out == ""


def test_a_hostile_text_is_printed_without_what_a_terminal_obeys(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "a.md"
    path.write_text("# 第三方SDK\n1. \x1b[31m晨星SDK\n公司：晨\x07星有限公司\n收集信息：IMEI\n", "utf-8")
    said = say(capsys, "policy", path)
    assert "\x1b" not in said.out and "\x07" not in said.out
