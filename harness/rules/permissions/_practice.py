"""How often may be asked again, in the words of a finding."""

from __future__ import annotations

from harness.rules.readings import Readings


def in_chinese(readings: Readings) -> str:
    hours, times = readings.of("reprompt_window") / 3600, readings.of("reprompts")
    return f"判定口径为应用商店惯例,非法律规定:{hours:g} 小时内 {times:g} 次。"
