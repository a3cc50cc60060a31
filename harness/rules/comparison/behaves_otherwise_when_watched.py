"""The app does something only where nothing watches it from inside."""

from __future__ import annotations

from collections.abc import Iterator

from harness.model import Finding
from harness.rules.crawls import on_screen
from harness.rules.readings import Readings
from harness.rules.rule import Noted, Rule, Traffic
from harness.tables import Tables


def decide(run: Tables, readings: Readings) -> Iterator[Finding]:
    for note in run.noted("differential"):
        alone = [str(one) for one in note.data.get("alone_only", ())]
        watched = [str(one) for one in note.data.get("watched_only", ())]
        sent = [one.removeprefix("flow: ") for one in alone if one.startswith("flow: ")]
        turns = len(note.data.get("turns", ()))
        if sent:
            yield on_screen(run, [note], "differential", f"In {turns} turns {', '.join(sent)} was sent only where no hooks were "
                "in the app's processes: whether that is meant to escape a test a person must say.",
                            f"交替 {turns} 轮中,请求 {'、'.join(sent)} 仅在未插桩时发出,是否意在规避检测需人工判断。",
                            candidate=True)
        elif alone or watched:
            other = ", ".join(alone or watched)
            when, when_zh = ("without hooks", "未插桩") if alone else ("with hooks", "插桩")
            yield on_screen(run, [note], "differential", f"In {turns} turns {other} was seen only {when}, with nothing sent "
                "only then: an app may refuse to run under a test for its security.",
                            f"交替 {turns} 轮中,仅在{when_zh}时观察到 {other},无仅在未插桩时发出的请求,可能出于安全目的。",
                            unclear=True)


rule = Rule(
    id="behaves-otherwise-when-watched",
    title="Behaviour that differs only under test",
    title_zh="仅在检测环境下行为不同(疑似技术对抗)",
    clauses=("interim-technical-confrontation",),
    scenarios=("anti-analysis-differential",),
    needs=(Noted.of("differential"), Traffic()),
    decide=decide,
    sees="Requests, screens and ends of the app that every turn without hooks has and none with hooks, on the same device behind "
         "the same proxy.",
    cannot_see="What differs by device, region or time; what is in requests that only came without hooks, since no value was "
        "read beside them; why. It never says more than CANDIDATE; the draft it serves is not law.",
    advice="Behave under test as for any user.",
    advice_zh="应用在检测环境下的行为应与正常使用一致。",
)
