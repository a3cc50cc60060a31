"""A later version follows other rules for personal information, and does not ask for consent anew."""

from __future__ import annotations

from collections.abc import Iterator

from harness.model import Finding, Grade
from harness.rules.policies import texts
from harness.rules.readings import Readings
from harness.rules.rule import Hooks, Noted, Rule, Screens
from harness.rules.sensitive import judged, name
from harness.rules.telling import listed, quoted, real, some
from harness.tables import Tables
from harness.tables.noted import Note


def decide(run: Tables, readings: Readings) -> Iterator[Finding]:
    for note in run.noted("update"):
        if not note.data.get("notice_again"):
            yield from _changed(run, note)


def _changed(run: Tables, note: Note) -> Iterator[Finding]:
    calls = real(run.calls)
    update = run.steps[(run.steps["scenario"] == note.scenario) & (run.steps["action"] == "update")]
    at = int(update["t"].iloc[-1]) if len(update) else note.t
    mine = calls[calls["kind"].isin(judged())] if len(calls) else calls
    # Every other scenario of the run was run with the earlier version.
    later = mine[(mine["scenario"] == note.scenario) & (mine["t"] >= at)] if len(mine) else mine
    earlier = mine[~mine["event_id"].isin(later["event_id"])] if len(mine) else mine
    others = [one for one in texts(run) if one[0].note.scenario != note.scenario or one[0].note.t < at]
    after = [one for one in texts(run, after=at) if one[0].note.scenario == note.scenario]
    new = sorted(set(later["kind"]) - set(earlier["kind"])) if len(later) else []
    if not new:
        return
    rows = later[later["kind"].isin(new)]
    before_says = {kind for kind in new for _, declared in others if declared.declares(kind) is not None}
    after_says = {
        kind: (text, passage) for kind in new for text, declared in after if (passage := declared.declares(kind)) is not None
    }
    added = [kind for kind in new if kind in after_says and kind not in before_says]
    versions = note.data.get("versions") or {}
    what = (f"Version {versions.get('to_name') or versions.get('to')}, installed over "
        f"{versions.get('from_name') or versions.get('from')}")
    what_zh = f"升级至版本 {versions.get('to_name') or versions.get('to')} 后"
    if others and added:
        mine_rows = rows[rows["kind"].isin(added)]
        passages = listed([repr(quoted(after_says[kind][1])) for kind in added], "; ")
        yield Finding(
            grade=Grade.B,
            item=listed(added),
            caller=listed(sorted(set(mine_rows["caller"]))),
            stage=note.stage,
            evidence=[
                *note.evidence,
                *(after_says[kind][0].note.id for kind in added),
                *(one[0].note.id for one in others),
                *some(mine_rows["event_id"]),
            ],
            reason=f"{what}, reads {listed([name(kind) for kind in added])}, which its policy declares ({passages}) and the "
                "earlier one did not, without asking for consent anew.",
            reason_zh=f"{what_zh},处理规则新增{listed([name(kind, 'zh') for kind in added], '、')},App 未重新取得同意即予读取。",
        )
        return
    open_kinds = [kind for kind in new if kind not in before_says]
    if open_kinds and not (others and after):
        yield Finding(
            grade=Grade.B,
            item=listed(open_kinds),
            caller=listed(sorted(set(rows["caller"]))),
            stage=note.stage,
            unclear=True,
            evidence=[*note.evidence, *some(rows[rows["kind"].isin(open_kinds)]["event_id"])],
            reason=f"{what}, reads {listed([name(kind) for kind in open_kinds])} for the first time and asked nothing; both "
                "versions' policies were not read, so whether the rules changed is not known.",
            reason_zh=f"{what_zh}首次读取{listed([name(kind, 'zh') for kind in open_kinds], '、')}且未再次征求同意;未取得两个"
            "版本的隐私政策,无法判断规则是否变更。",
        )


rule = Rule(
    id="no-new-consent-after-change",
    title="No new consent after the rules changed",
    title_zh="处理规则变更后未重新取得同意",
    clauses=("interimx-reconsent-on-change",),
    scenarios=("app-update",),
    needs=(Noted.of("update"), Hooks(judged()), Screens()),
    decide=decide,
    sees="What the later version reads that the earlier one did not, in all scenarios of the run; both policies, where the app "
        "file tells the way; whether a notice showed at the first start of the later version.",
    cannot_see="Changed purposes and recipients; a kind that the later version reads later than it was watched.",
    advice="Ask for consent again when an update adds kinds, purposes or recipients.",
    advice_zh="个人信息处理规则发生变更的,应以弹窗等方式告知并重新取得用户同意。",
)
