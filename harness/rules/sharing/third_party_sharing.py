"""Personal information goes to a third party that the policy does not name, or before the user agreed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from harness.model import Finding, Grade
from harness.rules.readings import Readings
from harness.rules.rule import Boundary, Hooks, Rule, Traffic
from harness.rules.sensitive import judged, name
from harness.rules.sharing._named import named, senders_of, spoken
from harness.rules.wording import Disclosure, Read, cut, dialogs, whole
from harness.tables import Tables, groups

UNRESOLVED = "unresolved"
TEXTS = ("policy", "shared_list")
UNSAID_ZH = "隐私政策未披露该接收方或该类信息"
EARLY = {"before_consent": ("before consent", "征得同意前"), "after_refusal": ("after refusal", "用户拒绝后")}


@dataclass(frozen=True)
class _Lack:
    """What the texts do not say of a sharing. `unclear`: they may. `evidence`: the texts."""

    en: str
    zh: str
    unclear: bool = False
    evidence: tuple[str, ...] = ()


def _lack(run: Tables, read: Read, rows: list[dict[str, Any]], kind: str) -> _Lack | None:
    """Why neither app file nor texts cover this sharing; None where one does, or where neither is known."""
    host, party = str(rows[0]["host"]), str(rows[0]["party"])
    recipient = run.app.recipient(host)
    if recipient is not None and (not recipient.kinds or kind in recipient.kinds):
        return None
    texts = [text for text, _ in read if text.page in TEXTS]
    if not run.app.known and not texts:
        return None
    found = named(read, host, party, senders_of(rows))
    partly = cut(run, *TEXTS)
    if found is not None and (word := found.word(kind)) != "yes":
        en, zh = spoken(word, name(kind), name(kind, "zh"), party)
        return _Lack(f"{en} ({found.passage!r})", f"{zh}(“{found.passage}”)", word in ("general", "unsai"
        "d") or partly, found.evidence)
    if found is not None:
        return None
    facts = tuple(text.note.id for text in texts)
    if recipient is not None:
        return _Lack(f"the policy names {recipient.name} but not {name(kind)}", UNSAID_ZH, partly and bool(texts), facts)
    return _Lack("the policy names no such recipient", UNSAID_ZH, partly and not run.app.known, facts)


def decide(run: Tables, readings: Readings) -> Iterator[Finding]:
    if not len(run.sightings):
        return
    read = [*whole(run, *TEXTS), *dialogs(run)]
    for (base, kind, _), rows in groups(run.sightings[run.sightings["relation"] != "first"], "base", "kind", "host"):
        early = EARLY.get(base)
        why = _lack(run, read, rows, kind)
        if early or why:
            for act in _acts(rows):
                known = [row for row in act if row["read_before"]]
                yield _finding(known or act, base, kind, early, why, read=bool(known))


def _acts(rows: list[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    """What each sender sent. What nobody is known to have sent counts as its reader's."""
    acts: dict[str, list[dict[str, Any]]] = {}
    unknown = next((row["caller"] for row in rows if row["sender"] == UNRESOLVED), "")
    for row in rows:
        acts.setdefault(unknown if row["sender"] == UNRESOLVED else row["sender"], []).append(row)
    yield from acts.values()


def _form(hit: dict[str, Any]) -> str:
    return "+".join([*hit["encodings"], *([] if hit["variant"] == "raw" else [hit["variant"]])]) or "plain"


def _finding(
    rows: list[dict[str, Any]], base: str, kind: str, early: tuple[str, str] | None, why: _Lack | None, *, read: bool
) -> Finding:
    """`read`: the app had got the value from a hooked call when it left. Else the request may be another app's, where nothing
    says who sent it, or the app may have read it where no hook is: a person must say."""
    first = rows[0]
    sender = next((row["sender"] for row in rows if row["sender"] != UNRESOLVED), "")
    unknown = first["relation"] == "unknown"
    flows = list(dict.fromkeys(r["flow"] for r in rows))
    calls = list(dict.fromkeys(c for r in rows for c in (*r["calls"], *r["via"])))
    forms = sorted({_form(r) for r in rows})
    causes = ([early[0]] if early else []) + ([why.en] if why else [])
    causes_zh = ([early[1]] if early else []) + ([why.zh] if why else [])
    many = "s" if len(flows) > 1 else ""
    readers = sorted({reader for r in rows for reader in r["readers"]})
    several = read and not sender and first["caller"] == UNRESOLVED and len(readers) > 1
    others = [reader for reader in readers if reader != sender] if read and sender else []
    return Finding(
        grade=Grade.A,
        item=kind,
        caller=sender or (first["caller"] if read else UNRESOLVED),
        stage=base,
        party=first["party"],
        candidate=unknown or not read,
        unclear=why is not None and why.unclear and not early,
        evidence=[*flows, *calls, *(why.evidence if why else ())],
        reason=f"{name(kind)} went to {first['host']} ({', '.join(forms)}) in {len(flows)} request{many}: "
        + "; ".join(causes)
        + "."
        + (f" Sent by {sender}" + (f", read by {', '.join(others)}." if others else ".") if sender else "")
        + (f" It had been read by {', '.join(readers)}; which of them sent it is not known." if several else "")
        + (" Whose host it is is not known: a person must say." if unknown else "")
        + ("" if read else " No hooked call of the app had read it by then: it may "
           + ("" if sender else "be another app's request, or ") + "have been read unseen; a person must say."),
        reason_zh=f"{name(kind, 'zh')}被发送至 {first['host']}({'、'.join(forms)}),共 {len(flows)} 次请求:"
        + ";".join(causes_zh)
        + (f";由 {sender} 发送" + (f",由 {'、'.join(others)} 读取" if others else "") if sender else "")
        + (f";由 {'、'.join(readers)} 读取,由哪一方发送无法判定" if several else "")
        + ("。该域名归属未知,需人工确认。" if unknown else "。")
        + ("" if read else "此前未观察到本应用通过被监测的接口读取该信息,可能"
           + ("" if sender else "来自其他应用或") + "未被监测的读取方式,需人工确认。"),
    )


rule = Rule(
    id="third-party-sharing",
    title="Personal information shared with a third party undisclosed or without consent",
    title_zh="未告知或未经同意向第三方提供个人信息",
    clauses=("sz-guide-13a-share-notice",),
    scenarios=("first-launch-agree", "first-launch-idle", "agree", "refuse-restart", "refuse-permissions", "function-wal"
    "k", "sdk-share"),
    needs=(Traffic(third=True), Hooks(judged()), Boundary("after_agree"), Disclosure()),
    decide=decide,
    sees="Values that hooked calls gave to the app, found in requests to hosts that are not the first party's, decoded "
    "and hashed forms included; whose code sent each request, where that can be told. Beside them the policy, the list of third "
    "parties, the notice and dialogs as they were read, and the recipients of the app file: each that names the recipient "
    "counts.",
    cannot_see="Sharing from server to server; traffic that was pinned or not HTTP; forms that no decoder here knows, "
    "such as encryption in the app.",
    advice="Name each recipient with what it gets and why in the policy and the list of third parties, and share after "
    "consent only.",
    advice_zh="在隐私政策及第三方信息共享清单中逐一列明接收方、信息种类与目的,并仅在用户同意后共享。",
)
