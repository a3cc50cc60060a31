"""What is no choice is taken for consent: going on, or getting rid of the notice."""

from __future__ import annotations

from collections.abc import Iterator

from harness.model import Finding, Grade
from harness.rules.readings import Readings
from harness.rules.rule import Hooks, Noted, Rule, Screens
from harness.rules.sensitive import judged, name
from harness.rules.telling import listed, quoted, real, some
from harness.tables import Tables, records
from harness.tables.noted import Note

HOWS = {
    "wait": ("closed by itself", "自行关闭"),
    "outside": ("closed by a tap beside it", "点击弹窗外即关闭"),
    "back": ("closed by the back key", "按返回键即关闭"),
}


def decide(run: Tables, readings: Readings) -> Iterator[Finding]:
    for note in run.noted("notice"):
        pattern = next((p for p in note.data.get("patterns") or () if p.get("id") == "agree_by_continuing"), None)
        if pattern is not None:
            measured = pattern.get("measured") or {}
            said = quoted((measured.get("words") or {}).get("value", ""))
            chosen = bool(note.data.get("refuse"))
            texts = quoted(", ".join(map(str, (measured.get("texts") or {}).get("value") or ())))
            beside = f", unless a text beside it ({texts!r}) answers it too, which is for a person to say" if texts else ""
            beside_zh = f",但旁边的文字(“{texts}”)是否为其他选项需人工判断" if texts else ""
            yield Finding(
                item="continuing",
                caller=run.package,
                stage=note.stage,
                evidence=note.evidence,
                unclear=chosen or bool(texts),
                reason=f"The notice takes going on for agreement ({said!r})"
                + ("; as it can also be refused, whether consent rests on that is for a person to say."
                   if chosen else f"{beside}."),
                reason_zh=f"以继续使用等行为视为同意(“{said}”)"
                + (",但亦提供拒绝选项,是否以此作为同意依据需人工判断。" if chosen else f"{beside_zh}。"),
            )
    for note in run.noted("dismissal"):
        if note.data.get("outcome") == "gone":
            yield from _began(run, note)


def _began(run: Tables, note: Note) -> Iterator[Finding]:
    """What began to be read once the notice was gone, until the app was set up anew."""
    calls = real(run.calls)
    if not len(calls):
        return
    resets = [
        s["t"] for s in records(run.steps) if s["scenario"] == note.scenario and s["action"] in {"clear", "install", "kill"}
    ]
    begun = max((t for t in resets if t < note.t), default=0)
    until = min((t for t in resets if t > note.t), default=None)
    shown = run.screens[run.screens["event_id"] == note.data.get("notice")] if len(run.screens) else run.screens
    since = int(shown["t"].iloc[0]) if len(shown) else note.t
    mine = calls[(calls["scenario"] == note.scenario) & calls["kind"].isin(judged()) & (calls["t"] >= begun)]
    mine = mine if until is None else mine[mine["t"] < until]
    early = set(mine[mine["t"] < since]["kind"])
    after = mine[(mine["t"] >= since) & ~mine["kind"].isin(early)]
    if not len(after):
        return
    en, zh = HOWS.get(str(note.data.get("how")), ("closed", "关闭"))
    kinds = sorted(set(after["kind"]))
    yield Finding(
        grade=Grade.B,
        item=str(note.data.get("how")),
        caller=", ".join(sorted(set(after["caller"]))),
        stage=note.stage,
        evidence=[*note.evidence, *some(after["event_id"])],
        reason=f"The notice was {en} without an answer, and the app then behaved as if it had been agreed to: it read "
        f"{listed([name(kind) for kind in kinds])}.",
        reason_zh=f"用户未作选择,隐私政策弹窗{zh}后 App 即按已同意处理,读取了"
        f"{listed([name(kind, 'zh') for kind in kinds], '、')}。",
    )


rule = Rule(
    id="consent-without-a-choice",
    title="Something other than a choice is taken for consent",
    title_zh="以默示行为视为同意",
    clauses=("sz-guide-04e-voluntary-explicit",),
    scenarios=("first-launch-idle", "refuse-policy", "dismiss-notice"),
    needs=(Noted.of("notice"), Noted.of("dismissal"), Hooks(judged()), Screens()),
    decide=decide,
    sees="Words of the notice that take going on for agreement; what begins to be read after the notice closed by itself, by a "
        "tap beside it or by back.",
    cannot_see="What is sent without being read by a hooked call; what was read before and goes on.",
    advice="Take only a tap on agree for consent; let the notice stay until it is answered.",
    advice_zh="仅可将用户主动点击“同意”视为同意;用户未作选择时不得处理个人信息。",
)
