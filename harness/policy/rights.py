"""The rights of the user that a policy states, and the way to each that it tells."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from harness.policy.blocks import Document
from harness.policy.declared import RIGHTS, Right
from harness.policy.quoting import passage
from harness.policy.statements import Statement
from harness.policy.words import read

_ELSEWHERE = {"definitions", "exceptions", "sdks", "collects", "permissions", "shares", "protects", "cookies", "scope"}


@cache
def _words(name: str) -> re.Pattern[str]:
    data = read("rights")
    found = data["rights"].get(name) or data[name]
    return re.compile("|".join(f"(?:{p})" for p in (found.values() if isinstance(found, dict) else found)))


_MAY = re.compile(
    r"如需|如要|(?:您|你|用户|个人信息主体)[^。;]{0,30}?(?:可以?|有权|能够?|享有|如(?:需|果|希望|想)|希望|想要|要求|若|行使|随时|通过|请求|自行|自主)|权利|我们(?:会|将)[^。;]{0,20}(?:保障|协助|响应|为您)"
    r"|\b(?:you|users?) (?:can|may|have the right|are able|also have|could|might|wish|want|have|would like)|\bright (?:to|of)\b|\bif you (?:wish|want|would like|need|decide|delete|close)|\byour rights?\b|\brequest\w*\b"
)
_ABROAD = re.compile(r"境外|跨境|出境|\bother countr|\boutside\b|\binternational")
_STEPS = "(?:收集|存储|保存|使用|加工|传输|提供|公开|共享|转让|公开披露|披露|删除|处理)"
_PROCESSING = re.compile(f"{_STEPS}(?:[、,和及与]{_STEPS}){{3,}}")  # what is done with information, none of it a right
_DENIES = re.compile(r"(?:无法|不能|不可|不支持|暂不|不提供)(?:为您)?(?:更正|删除|注销|访问|提供.{0,6}注销)|\bcannot (?:delete|edit|access|correct)")


def read_rights(document: Document, said: Sequence[Statement]) -> dict[str, Right]:
    """Each of RIGHTS. Of several sentences the one in the part on rights that tells a way counts, then one in that part, then any."""
    best: dict[str, tuple[int, Right]] = {}
    for number, statement in enumerate(said):
        text = statement.text
        if statement.block.kind in ("row", "head") and statement.role != "rights":
            continue
        if not _words("speaks").search(text) or _DENIES.search(text):
            continue
        in_part = statement.role == "rights"
        may = bool(_MAY.search(text)) or (in_part and bool(_MAY.search(statement.lead)))
        if not may and not in_part:
            continue
        if not in_part and statement.role in _ELSEWHERE and not re.search(r"有权|权利|注销|\bright\b|\bdelet|\bwithdraw|\bopt", text):
            continue
        text = _PROCESSING.sub("", text)
        for right in RIGHTS:
            if not _words(right).search(text) or (right == "transfer" and _ABROAD.search(text)):
                continue
            way = _path(document, said, number)
            score = 4 * in_part + 2 * bool(way) + may
            if right not in best or score > best[right][0]:
                best[right] = score, Right(stated=True, path=way, passage=passage(document, statement.start, statement.end))
    return {right: best[right][1] if right in best else Right() for right in RIGHTS}


def _path(document: Document, said: Sequence[Statement], number: int) -> str:
    """The way told in the sentence, or in the next of the same block."""
    for statement in said[number : number + 2]:
        if statement is not said[number] and any(_words(right).search(statement.text) for right in RIGHTS):
            break
        if statement.block is not said[number].block and statement.block.path != said[number].block.path:
            break
        match = _words("path").search(statement.text)
        if match:
            a, b = document.folded.quoted(statement.start + match.start(), statement.start + match.end())
            return document.text[a:b].strip()
    return ""
