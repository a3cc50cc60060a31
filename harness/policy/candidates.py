"""Each mention of a kind outside of what speaks of SDKs, and what the rules make of it."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from harness.policy.blocks import Document
from harness.policy.fields import role_of_label
from harness.policy.folding import fold
from harness.policy.kinds import Mention, mentions
from harness.policy.polarity import in_purpose, scopes
from harness.policy.statements import Statement, pattern
from harness.policy.words import compiled

_SILENT = {"exceptions", "definitions", "changes", "contact"}
_WEAK = {"features", "rights", "stores", "protects", "minors", "shares", "scope", "sdks", "uses"}
_DETAIL = compiled("own_kinds", "detail")
_LISTED = 40
_TITLE = compiled("candidates", "title")
_CONSTANT = re.compile(r"(?:android[._]permission[._])?[a-z]{3,}(?:_[a-z]{2,})+(?![a-z])")
"""A permission as Android writes it: access_fine_location. Which app it is of needs no verb."""
_BRACKETS = re.compile(r"\([^()]*\)")


@dataclass(frozen=True, eq=False)
class Candidate:
    """A mention of a kind in a statement, with all mentions there, and what the rules make of it: `declared`, `denied`,
    `weakly denied`, or why it is none of these. `firm`: whether it is said in so many words."""

    statement: Statement
    mention: Mention
    here: Sequence[Mention]
    verdict: str
    firm: bool


def candidates(document: Document, said: Sequence[Statement], taken: Sequence[tuple[int, int]]) -> Iterator[Candidate]:
    """Every mention of a kind outside of `taken`, the places, in order, that speak of SDKs; in the text's order."""
    all_mentions = _not_in(mentions(document.folded.text), _own_names(document))
    starts = [m.start for m in all_mentions]
    previous: Statement | None = None
    number = 0
    for statement in said:
        while number < len(taken) and taken[number][1] <= statement.start:
            number += 1
        before, previous = previous, statement
        here = all_mentions[bisect_left(starts, statement.start) : bisect_left(starts, statement.end)]
        here = _outside(here, taken, number)
        if not here:
            continue
        goes_on = before is not None and before.block is statement.block and _goes_on(before, statement)
        for mention, verdict, firm in _said(document, statement, here, goes_on):
            yield Candidate(statement, mention, here, verdict, firm)


def _own_names(document: Document) -> list[tuple[int, int]]:
    """Where the text names its app by the name that its title gives it: words in that are none of information."""
    text = document.folded.text
    heads = (document.text[b.start : b.end] for b in document.blocks[:3] if b.kind == "heading" and b.end - b.start < 90)
    titles = [document.title, *(head for head in heads if _TITLE.search(fold(head)))]
    found: set[tuple[int, int]] = set()
    for title in titles:
        for said in _TITLE.split(fold(title)):
            name = said.strip(" -–—:|·,.\"'《》*#")
            if name.isascii() and not (5 < len(name) < 50 and " " in name):
                continue  # a word of the language
            if 3 < len(name) < 50 and mentions(name):
                there = (m.span() for m in re.finditer(re.escape(name), text))
                found |= {span for span in there if not name.isascii() or any(map(str.isupper, _raw(document, span)))}
    return sorted(found)


def _raw(document: Document, span: tuple[int, int]) -> str:
    a, b = document.folded.quoted(*span)
    return document.text[a:b]


def _not_in(named: list[Mention], places: list[tuple[int, int]]) -> list[Mention]:
    """The mentions that lie in none of the places, or make up all of one."""
    starts = [a for a, _ in places]
    kept = []
    for mention in named:
        at = bisect_right(starts, mention.start) - 1
        if at < 0 or mention.end > places[at][1] or mention.end - mention.start > places[at][1] - places[at][0] - 3:
            kept.append(mention)
    return kept


def _goes_on(before: Statement, statement: Statement) -> bool:
    """Whether a sentence spells out what the one before said to be collected."""
    return bool(pattern("continues").search(statement.text) and pattern("firm").search(before.text)) and not _denies(before.text)


def _said(
    document: Document, statement: Statement, here: Sequence[Mention], goes_on: bool
) -> Iterator[tuple[Mention, str, bool]]:
    """Each mention with what the rules make of it, and whether it is said in so many words."""
    text, begin = statement.text, statement.start
    covered = scopes(text, [(m.start - begin, m.end - begin) for m in here])
    lead_denies = bool(statement.lead) and _denies(statement.lead)
    if any(_heading_denies(heading) for heading in statement.block.path[-2:]):
        if statement.block.kind != "item" and len(text) > _LISTED and not covered:
            yield from ((mention, "under a denial", False) for mention in here)
            return  # a sentence about such a part is no list of what is not collected
        lead_denies = True
    firm = [m.start() for m in pattern("firm").finditer(text)]
    if goes_on or (statement.lead and pattern("firm").search(statement.lead) and not pattern("explains").search(text)):
        firm.insert(0, 0)
    if pattern("passively").search(text) and not covered and not pattern("others").search(text):
        firm.insert(0, 0)
    beside = _of_the_company(statement, bool(firm))
    aside = [(_PLACED, *m.span()) for m in pattern("by_means").finditer(text)]
    aside += [(_ACCOUNT, *m.span()) for m in pattern("registers").finditer(text)]
    aside += [(_BODY, *m.span()) for m in pattern("unlocks").finditer(text)]
    row_says_no = _row_says_no(document, statement)
    for mention in here:
        at = mention.start - begin
        polarity = next((p for a, b, p in covered if a <= mention.end - 1 - begin < b), "")
        if polarity == "neutral":
            verdict = "neutral"
        elif mention.kind in beside:
            verdict = "beside"
        elif row_says_no:
            verdict = "row says no"
        elif any(mention.kind in kinds and a <= at < b for kinds, a, b in aside):
            verdict = "aside"
        elif polarity == "denied" or lead_denies:
            verdict = "denied"
        elif polarity == "weak":
            verdict = "weakly denied"
        else:
            verdict = _why_not(document, statement, at, mention, firm) or "declared"
        yield mention, verdict, "denied" not in verdict and any(a <= at for a in firm)


_PLACED = frozenset({"base_station", "bluetooth", "wifi_scan", "ip", "sensors", "location_precise", "network_type", "ssid_bssid"})
_ACCOUNT = frozenset({"account"})
_BODY = frozenset({"face", "biometric_other"})
_WAYS = frozenset(
    {"phone", "email", "address", "name", "third_party_account", "user_content", "communications", "region", "browsing_log"}
)
_SHOWN = _WAYS | {"id_card", "face", "account", "biometric_other"}


def _of_the_company(statement: Statement, firm: bool) -> frozenset[str]:
    """Kinds that a sentence names as the company's own, to write to it, or as what is shown with a request: none is collected in
    the service."""
    if not firm and pattern("contact_line").search(statement.text):
        return _WAYS
    if statement.role not in ("collects", "permissions") and pattern("proves").search(statement.text):
        return _SHOWN
    return frozenset()


def _outside(here: Sequence[Mention], taken: Sequence[tuple[int, int]], number: int) -> list[Mention]:
    """The mentions that stand in none of the places `taken`, of which `number` is the first that may hold one."""
    kept = []
    for mention in here:
        while number < len(taken) and taken[number][1] <= mention.start:
            number += 1
        if number == len(taken) or mention.start < taken[number][0]:
            kept.append(mention)
    return kept


@cache
def _heading_denies(heading: str) -> bool:
    """Whether a part is of what is not collected: `Data we do not collect`, 我们不收集的信息."""
    said = fold(heading)
    return bool(pattern("denies").search(said)) and not pattern("unless").search(said) and not pattern("gives_away").search(said)


def _denies(lead: str) -> bool:
    last = _BRACKETS.sub("", lead.rstrip(": ").rpartition("。")[2])  # what stands in brackets there denies nothing of the listing
    return bool(pattern("denies").search(last)) and not pattern("unless").search(last) and not pattern("turns").search(last)


def _row_says_no(document: Document, statement: Statement) -> bool:
    """Whether a cell of the row is 否 or 不收集."""
    if statement.block.kind != "row":
        return False
    cells = (document.folded.text[slice(*document.span(a, b))].strip() for a, b in statement.block.cells)
    return any(cell in ("否", "不收集", "no", "未收集", "not collected") for cell in cells)


def _why_not(document: Document, statement: Statement, at: int, mention: Mention, firm: list[int]) -> str:
    """Why a mention that nothing denies declares nothing; "" where it does."""
    text, role = statement.text, statement.role
    if text.rstrip(" *_").endswith("?"):
        return "question"
    is_firm = any(a <= at for a in firm)
    if _CONSTANT.match(text, at) and role not in _SILENT:
        return ""
    if pattern("defines").search(text) and not is_firm:
        return "defines"
    if pattern("by_others").search(text, at):
        return "by others"
    if pattern("hypothetical").search(text) or (statement.lead and pattern("hypothetical").search(statement.lead)):
        return "hypothetical"
    if statement.lead and pattern("purposes_follow").search(statement.lead.rstrip(": *")):
        return "purposes"
    if _of_others(text, at):
        return "of others"
    if role in _SILENT or (role in _WEAK and statement.block.kind not in ("row",)):
        return "" if is_firm and role not in ("exceptions",) else "weak part"
    if statement.block.kind in ("row", "head") and statement.block.heads:
        return "" if _in_kinds_column(document, statement, mention) else "column"
    if in_purpose(text, at) and not (role == "permissions" and pattern("permits").search(text)):
        return "in purpose"
    if pattern("collects").search(text) or pattern("collects").search(statement.lead):
        return ""
    return "" if role in ("collects", "permissions", "cookies") else "no verb"


def _of_others(text: str, at: int) -> bool:
    """Whether it is somebody else who takes what is named there: the last who is spoken of before it."""
    other = max((m.end() for m in pattern("third_party").finditer(text, 0, at)), default=-1)
    if pattern("takes_by").search(text, 0, at):
        return False
    ours = max((m.end() for m in pattern("ours").finditer(text, 0, at)), default=-1)
    return other > ours


def _in_kinds_column(document: Document, statement: Statement, mention: Mention) -> bool:
    """In a table whose columns say which of them has the kinds, only that one counts, and the first."""
    roles = [role_of_label(head) for head in statement.block.heads]
    wanted = [
        n for n, role in enumerate(roles)
        if role in ("kinds", "permissions", "name", "type") or _DETAIL.search(fold(statement.block.heads[n]))
    ]  # fmt: skip
    if "kinds" not in roles and "permissions" not in roles:
        return True
    spans = [document.span(a, b) for n, (a, b) in enumerate(statement.block.cells) if n in wanted]
    return statement.block.kind == "row" and any(a <= mention.start < b for a, b in spans)
