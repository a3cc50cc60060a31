"""Ways that a policy states are found in its text, and each control on them is there or is not."""

from __future__ import annotations

import pytest
from suite_device import Page
from suite_forms import on_pages, told

from harness.suite.stated_paths import check, paths_in


@pytest.mark.parametrize(("text", "paths"), [
    ("您可以通过我的-设置-注销账号来注销。", [("我的", "设置", "注销账号来注销")]),
    ("进入“我的”→“设置”→“隐私管理”,撤回同意", [("我的", "设置", "隐私管理")]),
    ("路径:设置>隐私>撤回同意。另见 设置>隐私>撤回同意。", [("设置", "隐私", "撤回同意")]),
    ("Go to Me > Settings > Delete account.", [("Me", "Settings", "Delete account")]),
    ("电话 400-810-0000,邮箱 a-b@c.example", []), ("Wi-Fi 与 SDK/API 信息", []), ("", []),
])  # fmt: skip
def test_ways_are_read_out_of_a_text(text: str, paths: list[tuple[str, ...]]) -> None:
    assert paths_in(text) == paths


def test_a_way_is_driven_to_its_last_control_and_not_through_it() -> None:
    made, pages = on_pages({
        "main": Page(body=("首页",), buttons={"我的": "mine"}),
        "mine": Page(body=("我的",), buttons={"设置": "settings"}, back="main"),
        "settings": Page(body=("设置",), buttons={"注销账号": "!exit"}, back="mine"),
    })  # fmt: skip
    stated = check(pages, "您可以通过我的-设置-注销账号来注销。通过首页>我的>帮助联系我们。")
    assert [(s.outcome, s.absent) for s in stated] == [("there", ""), ("absent", "帮助联系我们")]
    assert "tap 注销账号" not in made.device.log
    assert [fact["outcome"] for fact in told(made, "path")] == ["there", "absent"]
