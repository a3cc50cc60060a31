"""What the refusal of a face or a finger came to, and what the function is for."""

from __future__ import annotations

import re

from harness.tables import Note, Tables

_REGULATED = re.compile(
    r"实名|身份(?:认证|核验|验证)|开户|贷款|借款|证券|基金|保险|银行|信贷|政务|社保|医保|real[- ]name|identity|open(?:ing)? an? "
    r"account|loan|bank",
    re.IGNORECASE)
_OTHERWISE = re.compile(r"登[录陆]|解锁|支付|付款|进入|打卡|签到|unlock|log ?in|sign ?in|pay|check ?in", re.IGNORECASE)
JUDGED = ("alternative", "alternative_after_refusal", "none", "exits")


def asked(run: Tables) -> list[Note]:
    """The facts in which a face or finger was wanted and refused."""
    return [n for n in run.noted("page") if n.data.get("page") == "biometric" and n.data.get("outcome") in JUDGED]


def way(note: Note) -> str:
    return " > ".join(map(str, note.data.get("way", ())))


def regulated(note: Note) -> bool:
    """Whether its way names a service for which law may want the real person."""
    return bool(_REGULATED.search(way(note)))


def otherwise(note: Note) -> bool:
    """Whether its way names what can be done without: login, unlocking, paying."""
    return bool(_OTHERWISE.search(way(note)))
