"""What a page asks of a user who exercises a right, and which of it a clause calls unreasonable."""

from __future__ import annotations

import re
from collections.abc import Mapping

from harness.tables import Note, Tables

HEAVY: Mapping[str, tuple[str, str]] = {
    "id_card": ("a picture or the number of an identity card", "身份证件"),
    "face": ("the face", "人脸信息"),
    "bank_card": ("a bank card", "银行卡"),
    "letter": ("a letter or a form in writing", "邮寄或书面材料"),
    "visit": ("a visit", "现场办理"),
}
LIGHT: Mapping[str, tuple[str, str]] = {
    "call": ("a telephone call", "电话办理"),
    "sms": ("a code by SMS", "短信验证码"),
    "password": ("the password", "密码"),
    "permission": ("a permission of the system", "系统权限"),
}
UNFINISHED = ("demands", "disabled", "dead_end", "unconfirmed")
"""Outcomes in which what a page asks for stood in the way. What a task was done without was not asked for."""

_ASKED = re.compile(
    r"请|需|须|应当|必须|上传|拍摄|拍照|提供|提交|填写|输入|扫描|扫脸|刷脸|验证|核验|核实|认证|手持|邮寄|寄送|前往|到店|现场|"
    r"拨打|致电"
    r"|upload|provide|submit|enter|scan|verify|take a|send|visit|call|must|need", re.IGNORECASE)
_NOT_ASKED = re.compile(r"无需|不需要|不会要求|(?:信息|数据|资料)?(?:将|会)?(?:被)?(?:一并|同时)?(?:删除|清除|清空)|not (?:need|"
                        r"require)|will be (?:deleted|erased)",
                        re.IGNORECASE)
_COLLECTED = {"id_card": re.compile(r"身份证|证件|实名|id card|identity", re.IGNORECASE), "face": re.compile(r"人脸|刷脸|face",
    re.IGNORECASE),
              "bank_card": re.compile(r"银行卡|bank card", re.IGNORECASE)}


def asked(note: Note) -> tuple[list[str], list[str], list[str]]:
    """What stood in the way of a task: heavy, light, and what the page only speaks of."""
    names = [str(one) for one in note.data.get("demands", ())]
    texts = [str(one) for one in note.data.get("demand_texts", ())]
    said = dict(zip(names, texts, strict=False))
    real = [n for n in names if n not in said or n == "permission"
            or (_ASKED.search(said[n]) and not _NOT_ASKED.search(said[n]))]
    return [n for n in real if n in HEAVY], [n for n in real if n not in HEAVY], [n for n in names if n not in real]


def at_registration(run: Tables, demand: str) -> list[Note]:
    """Pages on which the app takes this of its users anyway: registration, login, a function for it."""
    wanted = _COLLECTED.get(demand)
    if wanted is None:
        return []
    pages = [n for n in run.noted("page") if n.data.get("page") in ("login", "register", "sensitive")]
    return [n for n in pages if demand in (n.data.get("items") or ()) or any(wanted.search(str(f)) for f in n.data.get("fields")
        or ())]


def words(demands: list[str]) -> tuple[str, str]:
    known = {**HEAVY, **LIGHT}
    return (", ".join(known.get(d, (d, d))[0] for d in demands), "、".join(known.get(d, (d, d))[1] for d in demands))
