"""What is read or sent after consent is not what the app's own texts declare."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from harness.model import Finding, Grade
from harness.policy import Declared
from harness.rules.policies import Answer, answer, texts
from harness.rules.readings import Readings
from harness.rules.rule import Boundary, Hooks, Rule, Text, Traffic
from harness.rules.sensitive import judged, name
from harness.rules.telling import earliest_stage, listed, quoted, real, some, times
from harness.rules.wording import sentences
from harness.tables import Tables, groups, records
from harness.tables.noted import AppText

AGREED = ("after_agree", "after_permission_denial")
_FRONT_ONLY = re.compile(
    "仅在(?:您)?(?:使用|前台)|只在(?:您)?(?:使用|前台)|不会在后台|后台(?:运行)?时不会|only while (?:you are )?using|not in "
    "the background",
    re.I,
)
_CLASS = re.compile("合作(?:伙伴|方|商|机构)|第三方(?!SDK)|partner|third part", re.I)
_SHARES = re.compile("共享|分享|提供给|向.{0,20}提供|披露给|委托|share|disclose|provide[sd]? to", re.I)
_DOES_NOT = re.compile("不会|不向|不得|未经|不与|除非|never|not share|not disclose|without your", re.I)
_WORDS = {
    "none": ("which no passage of its policy and lists declares", "隐私政策及清单中无相应披露"),
    "denied": ("which its policy says is not collected", "与隐私政策中“不收集”的声明不符"),
    "ambiguous": ("which the policy may or may not mean", "隐私政策表述笼统,是否涵盖该信息无法判断"),
}

Read = Sequence[tuple[AppText, Declared]]


def decide(run: Tables, readings: Readings) -> Iterator[Finding]:
    known = list(texts(run))
    if not any(text.page == "policy" for text, _ in known):
        return
    calls = real(run.calls)
    rows = calls[calls["base"].isin(AGREED) & calls["kind"].isin(judged())] if len(calls) else calls
    whole = all(text.whole for text, _ in known)
    for (kind, caller, origin), group in groups(rows, "kind", "caller", "origin"):
        said = answer(run, kind, caller, origin, list(known))
        if said.word == "declared":
            yield from _away(kind, caller, group, said)
        else:
            yield _finding(run, kind, caller, group, said, whole)
    yield from _recipients(run, known, whole)


def _finding(run: Tables, kind: str, caller: str, rows: list[dict[str, Any]], said: Answer, whole: bool) -> Finding:
    ids = {row["event_id"] for row in rows}
    sent = (
        [s for s in records(run.sightings) if s["kind"] == kind and ids & set(s["calls"]) and s["read_before"]]
        if len(run.sightings)
        else []
    )
    en, zh = _WORDS[said.word]
    quote, quote_zh = (
        (f" ({quoted(said.passage)!r})", f"(“{quoted(said.passage)}”)") if said.passage else (" (no passage)", "(无相应段落)")
    )
    doubt = said.word == "ambiguous" or not whole
    return Finding(
        grade=Grade.A if sent else Grade.B,
        item=kind,
        caller=caller,
        stage=earliest_stage(row["base"] for row in rows),
        unclear=doubt,
        party=listed(sorted({s["party"] for s in sent})),
        evidence=[*said.evidence, *some(row["event_id"] for row in rows), *some(s["flow"] for s in sent)],
        reason=f"{caller} read {name(kind)} {times(len(rows))}, {en}{quote}."
        + ("" if whole else " A text was not read to its end."),
        reason_zh=f"{caller} 读取{name(kind, 'zh')} {len(rows)} 次,{zh}{quote_zh}。" + ("" if whole else "有文本未读至末尾。"),
    )


def _away(kind: str, caller: str, rows: list[dict[str, Any]], said: Answer) -> Iterator[Finding]:
    """A kind that the policy limits to the foreground, read in the background."""
    away = [row for row in rows if row["stage"] == "background" and not row["on_boundary"]]
    if away and _FRONT_ONLY.search(said.passage):
        yield Finding(
            grade=Grade.B,
            item=kind,
            caller=caller,
            stage="background",
            evidence=[*said.evidence, *some(row["event_id"] for row in away)],
            reason=f"{caller} read {name(kind)} {times(len(away))} in the background, which the policy limits to use: "
            f"{quoted(said.passage)!r}.",
            reason_zh=f"{caller} 在后台读取{name(kind, 'zh')} {len(away)} 次,而隐私政策承诺仅在使用时收集"
            f":“{quoted(said.passage)}”。",
        )


def _recipients(run: Tables, known: Read, whole: bool) -> Iterator[Finding]:
    """Third parties that get values and that no text names."""
    if not len(run.sightings):
        return
    rows = run.sightings[
        (run.sightings["relation"] == "third") & run.sightings["base"].isin(AGREED) & run.sightings["read_before"].astype(bool)
    ]
    for (party, host), group in groups(rows, "party", "host"):
        senders = sorted({row["sender"] for row in group} - {"unresolved"})
        if run.app.recipient(host) is not None or any(_names(declared, party, host, senders) for _, declared in known):
            continue
        unclear = not whole or any(_names_a_class(declared) for _, declared in known)
        kinds = sorted({row["kind"] for row in group})
        yield Finding(
            grade=Grade.A,
            item=listed(kinds),
            caller=listed(senders) or "unresolved",
            stage=earliest_stage(row["base"] for row in group),
            party=party,
            unclear=unclear,
            evidence=[
                *(text.note.id for text, _ in known),
                *some(row["flow"] for row in group),
                *some(c for row in group for c in row["calls"]),
            ],
            reason=f"{listed([name(kind) for kind in kinds])} went to {host} ({party}), which no passage of the policy and "
            "lists names" + (", unless it is among those that they name as a class only." if unclear else "."),
            reason_zh=f"{listed([name(kind, 'zh') for kind in kinds], '、')}被发送至 {host}({party}),隐私政策及清单未披露该接收方"
            + (",仅笼统提及合作方等。" if unclear else "。"),
        )


def _names_a_class(declared: Declared) -> bool:
    """Whether a text says that information goes to a class of companies (partners, third parties) and not to whom."""
    return any(_CLASS.search(one.name) for one in declared.recipients) or any(
        _CLASS.search(sentence) and _SHARES.search(sentence) and not _DOES_NOT.search(sentence)
        for sentence in sentences(declared.text)
    )


def _names(declared: Declared, party: str, host: str, senders: Sequence[str]) -> bool:
    if declared.sdk_named(party, company=party, hosts=(host,)) is not None or any(
        declared.sdk_named(one) is not None for one in senders
    ):
        return True
    plain = re.sub(r"[((].*?[))]", "", party)
    return (
        any(one.name and (one.name in party or plain in one.name) for one in declared.recipients)
        or (bool(plain) and plain in declared.text)
    )


rule = Rule(
    id="practice-differs-from-policy",
    title="What is collected differs from what the policy declares",
    title_zh="实际收集使用行为与隐私政策不一致",
    clauses=("sz-guide-02e-practice-matches-policy", "interim-min-beyond-consent"),
    scenarios=("agree", "function-walk", "background-idle", "sdk-share", "first-launch-agree", "refuse-permission-each"),
    needs=(Text.of("policy"), Boundary("after_agree"), Hooks(judged()), Traffic()),
    decide=decide,
    sees="Kinds that calls gave to the app or its SDKs after consent, and third parties that got them, beside what the policy "
        "and both lists declare, deny or limit to the foreground, each with its passage.",
    cannot_see="Purposes; what a server does; calls in native code. A general word (设备信息) that may or may not mean a "
    "kind leaves it open.",
    advice="Declare each kind and each recipient in the policy and the lists, or stop collecting it.",
    advice_zh="隐私政策及双清单应如实逐项列明所收集的信息和接收方,未列明的不得收集、提供。",
)
