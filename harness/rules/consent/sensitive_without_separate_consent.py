"""Sensitive information is read without a consent of its own, or after that was refused."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd

from harness.model import Finding, Grade
from harness.rules.granting import KINDS, group_of
from harness.rules.readings import Readings
from harness.rules.rule import Boundary, Hooks, Rule, Screens
from harness.rules.sensitive import kinds, name
from harness.rules.telling import earliest_stage, real, some, times
from harness.tables import Tables, groups, records
from harness.tables.noted import Note

SENSITIVE = frozenset(kind for kind, about in kinds().items() if about.sensitive) - {"password"}
ITEMS = {
    "id_card": {"id_card"},
    "face": {"face", "camera", "biometric_other"},
    "location": {"location_precise", "track"},
    "health": {"health"},
    "bank": {"bank_card", "payment"},
}
YES = {"agree", "allow", "allow_once", "allow_foreground", "allow_selected"}
NO = {"refuse", "deny", "later", "close"}


def _answers(run: Tables, scenario: str) -> dict[str, tuple[int, str]]:
    """Screen -> when and how it was answered: yes or no."""
    found = {}
    for step in records(run.steps):
        role = getattr(step.get("control"), "role", "")
        word = "yes" if role in YES else "no" if role in NO or role.startswith("deny") else ""
        if step["scenario"] == scenario and step["action"] == "tap" and word and step.get("screen"):
            found[str(step["screen"])] = (int(step["t"]), word)
    return found


def _acts(run: Tables, scenario: str, kind: str) -> list[tuple[int, str, str, Note]]:
    """What was asked of the user for this kind alone, and answered: when, how (yes, no), in what (own, told, dialog)."""
    answers = _answers(run, scenario)
    found = []
    for note in run.noted("question", "page"):
        if note.scenario != scenario:
            continue
        data: Any = note.data
        if note.type == "page":
            if data.get("page") not in {"sensitive", "biometric"} or data.get("outcome") != "notice":
                continue
            fits = any(kind in ITEMS.get(item, ()) for item in data.get("items") or ()) and data.get("asks_alone", True)
            how = "own"
        else:
            named = {
                group_of(str(group)) for group in data.get("groups") or ([data["permission"]] if data.get("permission") else [])
            }
            fits = len(named) == 1 and any(kind in KINDS.get(group, ()) for group in named)
            system = data.get("kind") == "system_permission"
            how = "dialog" if system and not data.get("purpose") else "told" if system else "own"
        answered = next((answers[screen] for screen in note.screens if screen in answers), None)
        if fits and answered is not None:
            found.append((*answered, how, note))
    return sorted(found, key=lambda act: act[0])


def _judged(calls: pd.DataFrame, run: Tables) -> pd.DataFrame:
    return calls[
        calls["kind"].isin(SENSITIVE) & ~calls["base"].isin(["before_consent", "after_refusal", "consent_unresolved", ""])
    ]


def decide(run: Tables, readings: Readings) -> Iterator[Finding]:
    calls = real(run.calls)
    if not len(calls):
        return
    for (scenario, kind, caller), rows in groups(_judged(calls, run), "scenario", "kind", "caller"):
        acts = _acts(run, scenario, kind)
        yield from _finding(run, kind, caller, rows, acts)


def _finding(run: Tables, kind: str, caller: str, rows: list[dict[str, Any]], acts: list[Any]) -> Iterator[Finding]:
    sent = (
        run.sightings[(run.sightings["kind"] == kind) & (run.sightings["scenario"] == rows[0]["scenario"])]
        if len(run.sightings)
        else run.sightings
    )
    left = [s["flow"] for s in records(sent) if set(s["calls"]) & {row["event_id"] for row in rows}] if len(sent) else []
    grade = Grade.A if left else Grade.B
    said = {"en": name(kind), "zh": name(kind, "zh")}

    def last(row: dict[str, Any]) -> Any:
        return next((act for act in reversed(acts) if act[0] <= row["t"]), None)

    bare, after_no, dialog = [], [], []
    for row in rows:
        act = last(row)
        if act is None:
            bare.append(row)
        elif act[1] == "no":
            after_no.append(row)
        elif act[2] == "dialog" and not any(a[1] == "yes" and a[2] != "dialog" for a in acts if a[0] <= row["t"]):
            dialog.append(row)
    stage = earliest_stage(row["base"] for row in rows)
    common: dict[str, Any] = {"grade": grade, "item": kind, "caller": caller, "stage": stage}
    if after_no:
        note = last(after_no[0])[3]
        yield Finding(
            **common,
            evidence=[*note.evidence, *some(row["event_id"] for row in after_no), *some(left)],
            reason=f"{caller} read {said['en']} {times(len(after_no))} after the user had refused what was asked for it alone.",
            reason_zh=f"用户拒绝单独同意后,{caller} 仍读取{said['zh']} {len(after_no)} 次。",
        )
    if bare:
        yield Finding(
            **common,
            evidence=[*some(row["event_id"] for row in bare), *some(left)],
            reason=f"{caller} read {said['en']} {times(len(bare))}, and nothing had asked the user for that alone before: there "
                "was only the general agreement.",
            reason_zh=f"{caller} 读取{said['zh']} {len(bare)} 次,此前仅有概括同意,未就该敏感个人信息取得单独同意。",
        )
    if dialog:
        yield Finding(
            **common,
            unclear=True,
            evidence=[*last(dialog[0])[3].evidence, *some(row["event_id"] for row in dialog), *some(left)],
            reason=f"{caller} read {said['en']} {times(len(dialog))} with the system's permission dialog as the only act for it: "
            "whether that is a separate consent the clause leaves open.",
            reason_zh=f"{caller} 读取{said['zh']} {len(dialog)} 次,仅有系统权限弹窗,是否构成单独同意,条款未明确。",
        )


rule = Rule(
    id="sensitive-without-separate-consent",
    title="Sensitive information without separate consent",
    title_zh="处理敏感个人信息未取得单独同意",
    clauses=("sz-guide-05b-sensitive-separate-consent",),
    scenarios=("agree", "function-walk", "sensitive-function", "refuse-permission-each", "biometric-refuse"),
    needs=(Hooks(SENSITIVE), Boundary("after_agree"), Screens()),
    decide=decide,
    sees="Calls that gave a sensitive kind, and each question that was put to the user for that kind alone before, with its "
        "answer: the app's own dialog, a system dialog beside a text with the purpose, a bare system dialog.",
    cannot_see="What a user types in (an identity number) until it leaves; whether a coarse place is sensitive in its use.",
    advice="Before reading sensitive information, ask for it alone, with its purpose, and go on without it after a no.",
    advice_zh="处理敏感个人信息前,应说明目的并就该项信息单独征得用户同意;用户拒绝后不得处理。",
)
