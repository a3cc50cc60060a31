"""Dates of a policy and the term in which requests are answered, in the many ways in which both are written."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date
from functools import cache

from harness.policy.blocks import Document
from harness.policy.declared import ReplyDays
from harness.policy.quoting import passage
from harness.policy.statements import Statement
from harness.policy.words import read

_HAN_NUMBER = "[零〇○一二三四五六七八九十两]"
_ENGLISH = "|".join(read("dates")["months"]) + "|" + "|".join(m[:3] for m in read("dates")["months"]) + "|sept"
_DATE = re.compile(
    rf"\(?(?P<y>20\d\d|19\d\d) ?\)?年 ?\(?(?P<m>\d{{1,2}})\)? ?月(?: ?\(?(?P<d>\d{{1,2}})\)? ?[日号]?)?"
    rf"|(?P<hy>二[零〇○]{_HAN_NUMBER}{{2}}) ?年 ?(?P<hm>{_HAN_NUMBER}{{1,3}}) ?月(?: ?(?P<hd>{_HAN_NUMBER}{{1,3}}) ?[日号]?)?"
    rf"|(?<![\d.])(?P<iy>20\d\d)[-/.](?P<im>\d{{1,2}})[-/.](?P<id>\d{{1,2}})(?![\d.]\d)"
    rf"|(?<!\d)(?P<c>20\d\d[01]\d[0-3]\d)(?!\d)"
    rf"|\b(?P<em>{_ENGLISH})\.? (?P<ed>\d{{1,2}})(?:st|nd|rd|th)?,? ?(?P<ey>20\d\d)"
    rf"|\b(?P<fd>\d{{1,2}})(?:st|nd|rd|th)?(?: of)?[ -](?P<fm>{_ENGLISH})\.?,?[ -](?P<fy>20\d\d)"
    rf"|\b(?P<gm>{_ENGLISH})\.?,? (?P<gy>20\d\d)"
    rf"|(?<![\d/])(?P<sa>\d{{1,2}})[/.](?P<sb>\d{{1,2}})[/.](?P<sy>20\d\d)(?!\d)"
)
_TERM = re.compile(
    rf"(?P<han>{_HAN_NUMBER}{{1,4}}|\d{{1,3}})(?: ?\(\d+\))? ?个?(?P<unit>工作日|工作天|自然日|日历日|天|日|个月|月|周|星期|小时)(?![期号])"
    r"|\b(?P<word>\d{1,3}|[a-z]+(?:-[a-z]+)?)(?: ?\(\d+\))?[ -](?P<kind>(?:business|working|calendar)? ?(?:days?|months?|weeks?|hours?))\b"
)


def han_number(said: str) -> int | None:
    """十五 -> 15, 三十 -> 30, 二〇二四 -> 2024, 15 -> 15; None where it is no number."""
    if said.isdecimal():
        return int(said)
    digits: dict[str, int] = read("dates")["digits"]
    if "十" in said:
        tens, _, ones = said.partition("十")
        if tens and tens not in digits or ones and ones not in digits:
            return None
        return (digits[tens] if tens else 1) * 10 + (digits[ones] if ones else 0)
    return int("".join(str(digits[c]) for c in said)) if said and all(c in digits for c in said) else None


def dates(text: str) -> Iterator[tuple[date, int, int]]:
    """The dates in a folded text with their places. A month without a day is its first; 03/04/2024 is read as month/day, but for
    a first number above 12."""
    for match in _DATE.finditer(text):
        found = _date(match)
        if found is not None:
            yield found, match.start(), match.end()


def _date(match: re.Match[str]) -> date | None:
    g = match.groupdict()
    months: list[str] = [m[:3] for m in read("dates")["months"]]
    numbers: tuple[int | None, int | None, int | None]
    if g["y"]:
        numbers = int(g["y"]), int(g["m"]), int(g["d"] or 1)
    elif g["hy"]:
        numbers = han_number(g["hy"]), han_number(g["hm"]), han_number(g["hd"] or "一")
    elif g["iy"]:
        numbers = int(g["iy"]), int(g["im"]), int(g["id"])
    elif g["c"]:
        numbers = int(g["c"][:4]), int(g["c"][4:6]), int(g["c"][6:])
    elif g["em"]:
        numbers = int(g["ey"]), months.index(g["em"][:3]) + 1, int(g["ed"])
    elif g["fm"]:
        numbers = int(g["fy"]), months.index(g["fm"][:3]) + 1, int(g["fd"])
    elif g["gm"]:
        numbers = int(g["gy"]), months.index(g["gm"][:3]) + 1, 1
    else:
        a, b = int(g["sa"]), int(g["sb"])
        numbers = (int(g["sy"]), b, a) if a > 12 else (int(g["sy"]), a, b)
    year, month, day = numbers
    try:
        return date(year, month, day) if year and month and day else None
    except ValueError:
        return None


@cache
def _words(name: str) -> re.Pattern[str]:
    return re.compile(read("dates")[name])


_BOTH = re.compile(r"(?:更新|修订|修改|发布)(?:日期|时间)?(?:/|及|和|并|与|暨|、|且|即)+(?:于)?(?:正式)?(?:生效|实施)|(?:生效|实施)(?:日期)?(?:/|及|和|并|与|、)+(?:更新|修订|发布)|updated? (?:and|&) effective|effective (?:and|&) (?:last )?updated")


def policy_dates(text: str) -> tuple[date | None, date | None]:
    """When the policy was updated and when it takes effect. The first date that says so counts, near the top before one below."""
    updated = effective = published = None
    last_end = 0
    for found, start, end in dates(text):
        near = max(0, start - 48, last_end)
        before = re.split(r"[。;\n]", text[near:start])[-1] or text[max(0, start - 24, last_end) : start].replace("\n", " ")
        last_end = end
        after = re.split(r"[。;,\n]", text[end : end + 16])[0]
        last_updated = max((m.start() for m in _words("updated").finditer(before)), default=-1)
        last_effective = max((m.start() for m in _words("effective").finditer(before)), default=-1)
        if _BOTH.search(before + text[start:end] + after):
            updated, effective = updated or found, effective or found
        elif last_effective > last_updated or (last_effective == last_updated == -1 and _words("effective").search(after)):
            effective = effective or found
        elif last_updated >= 0 or _words("updated").search(after):
            posted = not re.search(r"更新|修订|修改|updat|revis|modif", before) and re.search(r"发布|版本|post|publish|version", before)
            if not posted:
                updated = updated or found
            else:
                published = published or found
    return updated or published, effective


def reply_days(document: Document, said: Sequence[Statement]) -> ReplyDays | None:
    """The term for answers to requests, the first that is stated in a sentence that speaks of both."""
    best: tuple[int, ReplyDays] | None = None
    for statement in said:
        text = statement.text
        if not _words("reply").search(text):
            continue
        asked = bool(_words("asks").search(text))
        for match in _TERM.finditer(text):
            term = _term(match)
            if term is None or _words("not_reply").search(text[max(0, match.start() - 30) : match.end() + 12]):
                continue
            answered = bool(_words("reply").search(text[max(0, match.start() - 60) : match.end() + 40]))
            score = 2 * asked + 2 * answered + (statement.role in ("rights", "contact"))
            if answered and (best is None or score > best[0]):
                best = score, ReplyDays(number=term[0], working=term[1], passage=passage(document, statement.start, statement.end))
    return best[1] if best else None


def _term(match: re.Match[str]) -> tuple[int, bool] | None:
    """Days, and whether they are working days. Hours are whole days, at least one."""
    if match["han"]:
        number, unit = han_number(match["han"]), match["unit"]
        working = unit in ("工作日", "工作天")
    else:
        number = int(match["word"]) if match["word"].isdecimal() else read("dates")["numbers"].get(match["word"])
        unit = match["kind"]
        working = "business" in unit or "working" in unit
    if not number:
        return None
    if "月" in unit or "month" in unit:
        number *= 30
    elif "周" in unit or "星期" in unit or "week" in unit:
        number *= 7
    elif "小时" in unit or "hour" in unit:
        number = max(1, round(number / 24))
    return (number, working) if 0 < number <= 180 else None
