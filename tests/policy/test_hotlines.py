"""Telephone numbers of hotlines, and numbers that only look like them."""

from __future__ import annotations

import pytest

from harness.policy.hotlines import hotlines


@pytest.mark.parametrize(("text", "found"), [
    ("客服热线:400-000-0000", ["400-000-0000"]), ("客服电话 10086", ["10086"]), ("服务热线:0755-26000001", ["0755-26000001"]),
    ("价格 10086 元", []), ("订单号 13800138000123", []), ("编号 12345", []), ("2026-11-29", []), ("Hotline: 95566", ["95566"]),
])  # fmt: skip
def test_numbers_of_hotlines(text: str, found: list[str]) -> None:
    assert hotlines(text) == found
