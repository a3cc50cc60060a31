"""Personal information goes to a third party that decides purposes itself, and nothing asked for that alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from harness.model import Finding, Grade
from harness.rules.readings import Readings
from harness.rules.rule import Boundary, Hooks, Rule, Text, Traffic
from harness.rules.sensitive import judged, name
from harness.rules.sharing._named import Named, named, plain, senders_of
from harness.rules.telling import earliest_stage, listed, quoted, some
from harness.rules.wording import sentences, whole
from harness.tables import Tables, groups, records
from harness.tables.noted import Note

TEXTS = ("policy", "shared_list")
_OWN_PURPOSES = re.compile(
    r"广告|推广|营销|用户画像|标签|精准|定向|第三方(?:账[号户]|登录)|合作账[号户]|小程序|自行(?:决定|确定)|"
    r"独立(?:的)?(?:处理|控制)者|advertis|"
    r"marketing|profil|third.party (?:login|account)|mini.?program|independent controller|own purposes", re.I)
_ENTRUSTED = re.compile(r"委托处理|受托|受我们委托|委托.{0,12}(?:处理|加工)|仅(?:按|依)(?:照)?我们的|processor|on our "
r"behalf", re.I)
_OF_SHARING = re.compile(r"共享|分享给|提供给|向.{0,24}提供|第三方|授权.{0,12}(?:获取|使用)|share|third part", re.I)
YES, NO = {"agree", "allow", "allow_once"}, {"refuse", "deny", "close", "later"}


def _passages(found: Named) -> list[str]:
    said = [text for _, sdk in found.sdks for text in (sdk.purpose, sdk.passage.text, *(p.text for p in sdk.passages))]
    return [*said, *found.sentences]


def _without_names(passage: str, found: Named, party: str) -> str:
    """A company called ...广告 says by its name nothing of purposes."""
    names = {plain(party), party, *(n for _, sdk in found.sdks for n in (*sdk.names, sdk.company))}
    for one in sorted(names, key=len, reverse=True):
        passage = passage.replace(one, "") if len(one) > 1 else passage
    return passage


def _asked(run: Tables, scenario: str, party: str, senders: list[str]) -> list[tuple[int, str, Note]]:
    """What was asked of the user for this sharing alone, and how it was answered: when, yes or no."""
    answers = {str(step["screen"]): (int(step["t"]), getattr(step.get("control"), "role", "")) for step in records(run.steps)
               if step["action"] == "tap" and step.get("screen")}
    names = [one.lower() for one in (plain(party), *senders) if len(one) > 1]
    found = []
    for note in run.noted("question"):
        said = str(note.data.get("text") or "")
        fits = _OF_SHARING.search(said) and any(one in said.lower() for one in names)
        if note.scenario != scenario or not fits or note.data.get("kind") in ("policy_consent", "system_permission"):
            continue
        at, role = next((answers[one] for one in note.screens if one in answers), (0, ""))
        if role in YES or role in NO:
            found.append((at, "yes" if role in YES else "no", note))
    return sorted(found, key=lambda one: one[0])


def _doubtful(run: Tables, scenario: str, party: str, senders: list[str], before: int) -> bool:
    """A tap on a control that names the recipient, or a dialog of no known kind, came before: it may have been the consent."""
    names = [one.lower() for one in (plain(party), *senders) if len(one) > 1]
    for step in records(run.steps):
        said = str(getattr(step.get("control"), "text", "") or "").lower()
        if step["scenario"] == scenario and step["action"] == "tap" and step["t"] <= before and any(one in said for one in names):
            return True
    return any(n.scenario == scenario and n.t <= before and n.data.get("kind") in ("other", "dialog")
               for n in run.noted("interruption"))


def decide(run: Tables, readings: Readings) -> Iterator[Finding]:
    read = whole(run, *TEXTS)
    if not len(run.sightings) or not read:
        return
    after = run.sightings[(run.sightings["relation"] == "third") & run.sightings["read_before"].astype(bool)
                          & ~run.sightings["base"].isin(["before_consent", "after_refusal", "consent_unresolved", ""])]
    for (scenario, party, host), rows in groups(after, "scenario", "party", "host"):
        senders = senders_of(rows)
        found = named(read, host, party, senders)
        if found is None:
            continue  # who is not disclosed at all is another offence
        passages = _passages(found)
        own = next((one for one in passages if _OWN_PURPOSES.search(_without_names(one, found, party))), "")
        if not own and any(_ENTRUSTED.search(one) for one in passages):
            continue
        yield from _finding(run, rows, found, own, (scenario, party, host, senders))


def _finding(run: Tables, rows: list[dict[str, Any]], found: Named, own: str,
             what: tuple[str, str, str, list[str]]) -> Iterator[Finding]:
    scenario, party, host, senders = what
    asked = _asked(run, scenario, party, senders)

    def last(t: int) -> str:
        return next((word for at, word, _ in reversed(asked) if at <= t), "")

    bare = [row for row in rows if last(row["t"]) != "yes"]
    if not bare:
        return
    after_no = any(last(row["t"]) == "no" for row in bare)
    doubt = not own or (not after_no and _doubtful(run, scenario, party, senders, bare[0]["t"]))
    said = sorted({row["kind"] for row in bare})
    quote = quoted(next((s for s in sentences(own) if _OWN_PURPOSES.search(s)), own)) if own else found.passage
    why, why_zh = (
        ("after the user had refused that", "用户拒绝后仍提供") if after_no else ("without a consent of its "
        "own", "未就此取得单独同意"))
    tail, tail_zh = f"; the policy says of it: {quote!r}.", f";隐私政策称:“{quote}”。"
    if not own:
        tail, tail_zh = (f"; it may be a processor on the app's behalf, for which none is asked ({quote!r}).",
                         f";该接收方可能属于委托处理,无法判断是否须取得单独同意(“{quote}”)。")
    elif doubt:
        tail, tail_zh = (tail[:-1] + ", and whether an act of the user's before was that consent a person must say.",
                         tail_zh[:-1] + ",此前用户操作是否构成单独同意需人工判断。")
    yield Finding(
        grade=Grade.A,
        item=listed(said),
        caller=listed(senders) or "unresolved",
        stage=earliest_stage(row["base"] for row in bare),
        party=party,
        unclear=doubt,
        evidence=[*found.evidence, *some(row["flow"] for row in bare), *(one for _, _, note in asked for one in note.evidence)],
        reason=f"{listed([name(k) for k in said])} went to {host} ({party}) {why}{tail}",
        reason_zh=f"{listed([name(k, 'zh') for k in said], '、')}被提供给 {party}({host}),{why_zh}{tail_zh}",
    )


rule = Rule(
    id="shared-without-separate-consent",
    title="Shared with a third party without separate consent",
    title_zh="向第三方提供个人信息未取得单独同意",
    clauses=("sz-guide-13b-share-separate-consent",),
    scenarios=("sdk-share", "agree", "function-walk", "first-launch-agree"),
    needs=(Text.of("policy", "shared_list"), Boundary("after_agree"), Hooks(judged()), Traffic(third=True)),
    decide=decide,
    sees="What left for a third party that a text names, what the text says of its purposes (advertising, profiling, accounts of "
    "its own), and questions before that named it and were answered.",
    cannot_see="Contracts, which say who decides purposes; sharing from server to server; a recipient that no text names is "
    "third-party-sharing's matter.",
    advice="Ask for each sharing with somebody who decides purposes itself in a dialog of its own, before anything goes there.",
    advice_zh="向自行决定处理目的的第三方提供个人信息前,应以独立弹窗等方式就该项提供取得用户单独同意。",
)
