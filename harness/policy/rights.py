"""The rights of the user that a policy states, and the way to each that it tells."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from harness.policy.blocks import Document
from harness.policy.declared import RIGHTS, Right
from harness.policy.quoting import passage
from harness.policy.statements import Statement, role_of
from harness.policy.words import compiled, read

_ELSEWHERE = {"definitions", "exceptions", "sdks", "collects", "uses", "permissions", "shares", "protects", "cookies", "scope"}


@cache
def _words(name: str) -> re.Pattern[str]:
    data = read("rights")
    found = data["rights"].get(name) or data[name]
    return re.compile("|".join(f"(?:{p})" for p in (found.values() if isinstance(found, dict) else found)))


_ANYWHERE = (("withdraw", "closes"), ("withdraw", "switches"), ("delete", "erases"), ("copy", "exports"))
_MAY = compiled("rights", "may")
_ABROAD = compiled("rights", "abroad")
_STEPS = "(?:收集|存储|保存|使用|加工|传输|提供|公开|共享|转让|公开披露|披露|删除|处理)"
_PROCESSING = re.compile(f"{_STEPS}(?:[、,和及与]{_STEPS}){{3,}}")  # what is done with information, none of it a right
_DENIES = compiled("rights", "denies")


def read_rights(document: Document, said: Sequence[Statement]) -> dict[str, Right]:
    """Each of RIGHTS. Of several sentences the one in the part on rights that tells a way counts, then one in that part, then
    any."""
    best: dict[str, tuple[int, Right]] = {}
    for number, statement in enumerate(said):
        text = statement.text
        for right, words in _ANYWHERE:
            if right not in best and _words(words).search(text) and not _DENIES.search(text):
                way = _path(document, said, number)
                best[right] = 0, Right(stated=True, path=way, passage=passage(document, statement.start, statement.end))
        if statement.block.kind in ("row", "head") and statement.role != "rights":
            continue
        in_part = statement.role == "rights"
        if _DENIES.search(text) or not ((in_part and statement.block.kind == "item") or _words("speaks").search(text)):
            continue
        may = bool(_MAY.search(text)) or (in_part and bool(_MAY.search(statement.lead)))
        if not may and not in_part:
            continue
        if (
            not in_part
            and statement.role in _ELSEWHERE
            and not re.search(r"有权|权利|注销|\bright\b|\bdelet|\bwithdraw|\bopt", text)
        ):
            continue
        text = _PROCESSING.sub("", text)
        for right in RIGHTS:
            if right == "delete" and _only_follows(statement):
                continue
            if right in ("delete", "deletion_of_account") and _kept(statement):
                continue
            if not _words(right).search(text) or (right == "transfer" and _ABROAD.search(text)):
                continue
            way = _path(document, said, number)
            score = 4 * in_part + 2 * bool(way) + may
            if right not in best or score > best[right][0]:
                best[right] = score, Right(stated=True, path=way, passage=passage(document, statement.start, statement.end))
    for block in document.blocks:
        if block.kind != "heading" or block.end - block.start > 60:
            continue
        if role_of((*block.path, document.text[block.start : block.end])) != "rights":
            continue
        start, end = document.span(block.start, block.end)
        said_there = document.folded.text[start:end]
        below = next((s.text for s in said if s.start >= end), "")
        for right in RIGHTS:
            if right == "deletion_of_account" and _words("no_account").search(below):
                continue
            if right not in best and _words(right).search(said_there) and _words("heads").search(said_there):
                best[right] = 0, Right(stated=True, passage=passage(document, start, end))
    return {right: best[right][1] if right in best else Right() for right in RIGHTS}


def _kept(statement: Statement) -> bool:
    """Whether a sentence says how long something is kept, and no more."""
    return bool(_words("kept_until").search(statement.text) and not _words("may_ask").search(statement.text))


def _only_follows(statement: Statement) -> bool:
    """Whether a deletion is what the company does when an account is closed, or of a child's data that it finds, and nothing that
    the user may ask for."""
    if _words("closing_only").search(statement.text):
        return not _words("asked_for").search(statement.text)
    return statement.role == "minors" and not _words("asked_for").search(statement.text)


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
