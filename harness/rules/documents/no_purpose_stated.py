"""A kind that was read, or a permission that was asked for, has no purpose in any text or dialog."""

from __future__ import annotations

from collections.abc import Iterator

from harness.model import Finding, Grade
from harness.policy import covering
from harness.rules.documents._stated import PURPOSE
from harness.rules.granting import group_of, kinds_of
from harness.rules.policies import GENERAL
from harness.rules.readings import Readings
from harness.rules.rule import Hooks, Rule, Text
from harness.rules.sensitive import judged, name
from harness.rules.telling import earliest_stage, listed, quoted, real, some, times
from harness.rules.wording import Read, around, cut, evidence, kinds_named, sentences, whole
from harness.tables import Tables, groups

TEXTS = ("policy", "summary", "collected_list", "shared_list", "permission_list")


def _purpose(read: Read, kind: str) -> tuple[str, str]:
    """yes, near, bare (named without one), general or no; with the sentence."""
    wanted = {kind, *covering(kind)}
    bare = ""
    for text, declared in read:
        if any(kind in sdk.kinds and sdk.purpose for sdk in declared.sdks):
            return "yes", ""
        for said in sentences(text.text):
            if wanted & kinds_named(said):
                if PURPOSE.search(said) or PURPOSE.search(around(text.text, said)):
                    return "yes", said
                bare = bare or said
    if bare:
        return "bare", bare
    general = GENERAL.get(kind)
    return ("general" if any(general in kinds_named(text.text) for text, _ in read) else "no"), ""


def _told(run: Tables, kind: str) -> bool:
    """A dialog named a reason for a permission by which this kind is read."""
    for note in run.noted("notice", "question"):
        purposes = note.data.get("purposes")
        told = set(purposes) if isinstance(purposes, dict) else set()
        if note.data.get("said") and note.data.get("purpose"):
            told |= {str(one) for one in note.data.get("groups") or [note.data.get("permission")] if one}
        if kind in kinds_of(group_of(one) for one in told):
            return True
    return False


def decide(run: Tables, readings: Readings) -> Iterator[Finding]:
    read = whole(run, *TEXTS)
    calls = real(run.calls)
    if not any(text.page == "policy" for text, _ in read) or not len(calls):
        return
    partly = cut(run, *TEXTS)
    for (kind,), rows in groups(calls[calls["kind"].isin(judged())], "kind"):
        word, said = _purpose(read, kind)
        if word == "yes" or _told(run, kind):
            continue
        doubt = partly or word in ("bare", "general")
        callers = sorted({row["caller"] for row in rows})
        yield Finding(
            grade=Grade.B,
            item=kind,
            caller=listed(callers),
            stage=earliest_stage(row["base"] for row in rows),
            unclear=doubt,
            evidence=[*evidence(read), *some(row["event_id"] for row in rows)],
            reason=f"{listed(callers)} read {name(kind)} {times(len(rows))}, and no text, list or dialog of the app "
            f"states a purpose for it"
            + (f"; it is named without one that could be read: {quoted(said)!r}." if said else
               ", unless a general word means it." if word == "general" else ", as far as they were read." if partly else "."),
            reason_zh=f"{listed(callers, '、')} 读取{name(kind, 'zh')} {len(rows)} 次,隐私政策、清单及弹窗均未说明处理目的"
            + (f";仅见“{quoted(said)}”,目的无法识别。" if said else ",仅有笼统表述。" if word == "general" else
               ",但有文本未读至末尾。" if partly else "。"),
        )


rule = Rule(
    id="no-purpose-stated",
    title="Processing without a stated purpose",
    title_zh="处理个人信息无明确目的",
    clauses=("interim-min-purpose",),
    scenarios=("document-check", "function-walk", "agree", "first-launch-agree"),
    needs=(Text.of("policy"), Hooks(judged())),
    decide=decide,
    sees="Each kind that a call gave, and whether a sentence of the policy, the summary, a list or a dialog that names it, or "
        "its neighbours, says what for.",
    cannot_see="Whether the purpose is reasonable.",
    advice="State for each kind what it is processed for, beside the kind.",
    advice_zh="应对所处理的每类个人信息说明明确、合理的目的。",
)
