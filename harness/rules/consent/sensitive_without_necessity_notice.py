"""Sensitive information is taken, and no text before said why it is necessary and what that means for the user."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from harness.model import Finding, Grade
from harness.rules.consent.sensitive_without_separate_consent import ITEMS, SENSITIVE
from harness.rules.granting import KINDS, group_of
from harness.rules.policies import passage_of, policy_is_known, there_is_none
from harness.rules.readings import Readings
from harness.rules.rule import Boundary, Hooks, Rule, Screens
from harness.rules.sensitive import name
from harness.rules.telling import earliest_stage, quoted, real, some, times
from harness.tables import Tables, groups
from harness.tables.noted import Note

KIND_OF = {"id_card": "id_card", "face": "face", "location": "location_precise", "health": "health", "bank": "bank_card"}


def _told(run: Tables, scenario: str, kind: str, before: int) -> tuple[str, Note | None]:
    """What the user was shown of this kind before: both, why, or nothing."""
    best: tuple[str, Note | None] = ("nothing", None)
    for note in run.noted("notice", "question", "page"):
        if note.scenario != scenario or note.t > before:
            continue
        data: Any = note.data
        items = data.get("sensitive" if note.type == "notice" else "items") or ()
        fits = any(kind in ITEMS.get(str(item), ()) for item in items)
        why = bool(data.get("says_why"))
        if note.type == "question":
            fits = any(kind in KINDS.get(group_of(str(group)), ()) for group in data.get("groups") or ())
            why = bool(data.get("purpose"))
        elif note.type == "notice":
            why = any(kind in KINDS.get(group_of(str(group)), ()) for group in data.get("purposes") or {})
        if fits and why and data.get("says_impact"):
            return "both", note
        if fits and why:
            best = ("why", note)
    return best


def _finding(
    run: Tables,
    kind: str,
    caller: str,
    stage: str,
    evidence: list[str],
    what: tuple[str, str],
    told: tuple[str, Note | None],
    grade: Grade | None,
) -> Iterator[Finding]:
    word, note = told
    if word == "both":
        return
    common: dict[str, Any] = {"grade": grade, "item": kind, "caller": caller, "stage": stage}
    if word == "why" and note is not None:
        said = quoted(note.data.get("said") or note.data.get("text") or "")
        yield Finding(
            **common,
            unclear=True,
            evidence=[*note.evidence, *evidence],
            reason=f"{what[0]}; a text named a purpose before ({said!r}), and none says what it means for the user's rights: "
            "a person must say.",
            reason_zh=f"{what[1]};此前的文字说明了目的(“{said}”),但未说明对用户权益的影响,需人工判断。",
        )
        return
    found = passage_of(run, kind)
    if found is not None:
        passage, fact = found
        yield Finding(
            **common,
            unclear=True,
            evidence=[fact, *evidence],
            reason=f"{what[0]}; only the policy speaks of it ({quoted(passage)!r}).",
            reason_zh=f"{what[1]};仅隐私政策中提及(“{quoted(passage)}”)。",
        )
    elif policy_is_known(run) or there_is_none(run):
        yield Finding(
            **common,
            evidence=evidence,
            reason=f"{what[0]}, and no text shown before, nor the policy, says why it is necessary and what it means for the "
            "user.",
            reason_zh=f"{what[1]},此前展示的文字及隐私政策均未说明其必要性及对用户权益的影响。",
        )
    else:
        yield Finding(
            **common,
            unclear=True,
            evidence=evidence,
            reason=f"{what[0]}, and no text shown before says why; whether the policy does was not read.",
            reason_zh=f"{what[1]},此前展示的文字未说明必要性;隐私政策是否说明未能读取。",
        )


def decide(run: Tables, readings: Readings) -> Iterator[Finding]:
    calls = real(run.calls)
    judged = (
        calls[calls["kind"].isin(SENSITIVE) & ~calls["base"].isin(["before_consent", "after_refusal", ""])]
        if len(calls)
        else calls
    )
    told_of = set()
    for (kind, caller), rows in groups(judged, "kind", "caller"):
        told_of.add(kind)
        words = {
            scenario: _told(run, scenario, kind, min(row["t"] for row in rows if row["scenario"] == scenario))
            for scenario in dict.fromkeys(row["scenario"] for row in rows)
        }
        scenario = min(words, key=lambda one: ("nothing", "why", "both").index(words[one][0]))
        mine = [row for row in rows if row["scenario"] == scenario]
        what = (f"{caller} read {name(kind)} {times(len(mine))}", f"{caller} 读取{name(kind, 'zh')} {len(mine)} 次")
        yield from _finding(
            run, kind, caller, earliest_stage(row["base"] for row in mine),
            some(row["event_id"] for row in mine), what, words[scenario], Grade.B
        )
    for note in run.noted("page"):
        if note.data.get("page") != "sensitive" or note.data.get("outcome") not in {"field", "notice"}:
            continue
        for item in note.data.get("items") or ():
            kind = KIND_OF.get(str(item), "")
            if not kind or kind in told_of or (note.data["outcome"] == "field" and item == "location"):
                continue
            told_of.add(kind)
            word = (
                "both"
                if note.data.get("says_why") and note.data.get("says_impact")
                else "why"
                if note.data.get("says_why")
                else "nothing"
            )
            what = (f"The app asks the user for {name(kind)}", f"App 要求用户提供{name(kind, 'zh')}")
            yield from _finding(run, kind, run.package, note.stage, note.evidence, what, (word, note), None)


rule = Rule(
    id="sensitive-without-necessity-notice",
    title="Sensitive information without a word on why and with what effect",
    title_zh="处理敏感个人信息未告知必要性及影响",
    clauses=("sz-guide-05a-sensitive-necessity-notice",),
    scenarios=("agree", "function-walk", "sensitive-function"),
    needs=(Hooks(SENSITIVE), Boundary("after_agree"), Screens()),
    decide=decide,
    sees="Calls that gave a sensitive kind, pages that ask for an identity number, a face or a bank card, and what notices, "
        "dialogs and pages said of it before: a purpose, an effect; else what the policy says.",
    cannot_see="Whether the words are true or plain; a text in a picture that was not read.",
    advice="Before taking sensitive information, say on the spot why it is necessary and what it means for the user.",
    advice_zh="处理敏感个人信息前,应以弹窗等方式同步告知处理的必要性及对个人权益的影响。",
)
