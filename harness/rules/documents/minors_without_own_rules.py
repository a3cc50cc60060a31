"""Minors' information is processed, and there are no rules for it of their own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from harness.model import Finding, Gap, GapKind
from harness.rules.policies import looked_for
from harness.rules.readings import Readings
from harness.rules.rule import Rule, Text
from harness.rules.telling import quoted
from harness.rules.wording import evidence, saying, whole
from harness.tables import Tables, records

_MAY_USE = re.compile(
    r"(?:未成年人|儿童|未满|不满)[^。;]{0,60}(?:监护人|父母)[^。;]{0,40}(?:同意|陪同|指导|许可)[^。;]{0,40}|"
    r"(?:监护人|父母)[^。;]{0,40}同意[^。;]{0,30}(?:收集|处理|使用)[^。;]{0,20}(?:儿童|未成年人)|"
    r"\b(?:minors?|child(?:ren)?)\b[^.;]{0,60}\b(?:parent|guardian)s?\b[^.;]{0,40}\bconsent", re.I)
_HEADING = re.compile(r"未成年|儿童|minors?\b|child", re.I)
_NOT_FOR = re.compile(r"不面向|不向.{0,10}提供|不得(?:使用|注册)|请勿使用|仅供?成年人|not (?:intended|directed|designed)", re.I)


def _triggers(run: Tables) -> list[tuple[str, str, list[str]]]:
    """What shows that minors use the app: in English, in Chinese, and where it was seen."""
    found: list[tuple[str, str, list[str]]] = []
    for note in run.noted("page"):
        page, outcome = note.data.get("page"), note.data.get("outcome")
        if page == "age" and outcome in ("accepted", "guardian", "youth_mode"):
            found.append(("it took an age under 14", "接受了未满14周岁的年龄", note.evidence))
        if page == "child_mode" and outcome in ("on", "opened"):
            found.append(("it offers a mode for minors", "提供青少年(儿童)模式", note.evidence))
    youth = next((row for row in records(run.screens) if row["kind"] == "youth_mode"), None)
    if youth is not None:
        found.append(("it offers a mode for minors", "提供青少年(儿童)模式", [str(youth["event_id"])]))
    for text, _ in whole(run, "policy"):
        said = next(saying(_MAY_USE, text.text, _NOT_FOR), "")
        if said:
            found.append((f"its policy lets minors use it ({quoted(said)!r})", f"隐私政策允许未成年人使用(“{quoted(said)}”)",
                          text.note.evidence))
    return found


@dataclass(frozen=True)
class MinorsUse:
    def missing(self, run: Tables, readings: Readings) -> list[Gap]:
        if _triggers(run):
            return []
        return [run.add_gap(GapKind.NOT_REACHED, "Nothing showed whether minors' information is processed.", "minors",
                            "未见应用处理未成年人个人信息的迹象,是否处理无法得知。")]


def decide(run: Tables, readings: Readings) -> Iterator[Finding]:
    triggers = _triggers(run)
    policy = whole(run, "policy")
    if not triggers or whole(run, "minors_rules") or not policy:
        return
    headed = next((p for _, d in policy if (p := d.minors.passage) is not None and _HEADING.search(p.section)), None)
    if headed is not None and not _NOT_FOR.search(headed.text):
        return
    looked = looked_for(run, "minors_rules")
    doubt = headed is not None or not looked
    en, zh, facts = triggers[0]
    said = next((p for _, d in policy if (p := d.minors.passage) is not None), None)
    tail, tail_zh = ".", "。"
    if headed is not None:
        tail, tail_zh = f"; a part of the policy says {quoted(headed)!r}.", f";隐私政策有关部分称“{quoted(headed)}”。"
    elif not looked:
        tail, tail_zh = ", as far as was looked: the app was not searched to its end.", ",但未完成对应用内相关文本的查找。"
    elif said is not None:
        tail = f"; the policy speaks of minors in passing only: {quoted(said)!r}."
        tail_zh = f";隐私政策仅顺带提及:“{quoted(said)}”。"
    yield Finding(
        item="minors' rules",
        caller=run.package,
        stage="",
        unclear=doubt,
        evidence=[*facts, *evidence(policy), *(one.id for one in looked)],
        reason=f"The app handles minors' information ({en}), and neither rules of their own nor a part of the policy under its "
            f"own heading was found{tail}",
        reason_zh=f"应用涉及处理未成年人个人信息({zh}),未见专门的未成年人个人信息处理规则或独立章节{tail_zh}",
    )


rule = Rule(
    id="minors-without-own-rules",
    title="No rules of their own for minors' information",
    title_zh="未制定专门的未成年人个人信息处理规则",
    clauses=("sz-guide-03a-minors-rules",),
    scenarios=("document-check", "minors"),
    needs=(MinorsUse(), Text.of("policy", "minors_rules")),
    decide=decide,
    sees="Whether the app took an age under 14, has a mode for minors, or says that minors may use it; rules of their own, or "
        "a part of the policy under its own heading.",
    cannot_see="Store category and age rating; whether the rules suffice.",
    advice="Write rules for minors' information of their own and link them in the app.",
    advice_zh="处理未成年人个人信息的,应制定并在应用内链接专门的未成年人个人信息处理规则。",
)
