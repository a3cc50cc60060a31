"""Withdrawing consent asks for more than giving it did: documents, a visit, many more taps, or a button that never works."""

from __future__ import annotations

from collections.abc import Iterator

from harness.model import Finding
from harness.rules.crawls import Paged, on_screen
from harness.rules.readings import Readings
from harness.rules.rights._demands import UNFINISHED, asked, words
from harness.rules.rule import Rule, Screens
from harness.tables import Note, Tables

DONE = ("done", "exits", "asks_consent")


def decide(run: Tables, readings: Readings) -> Iterator[Finding]:
    tasks = [n for n in run.noted("page") if n.data.get("page") == "withdraw" and not n.data.get("when")]
    for note in tasks:
        if note.data.get("outcome") in UNFINISHED:
            yield from _in_the_way(run, note)
        elif note.data.get("outcome") in DONE:
            yield from _taps(run, note, readings)


def _in_the_way(run: Tables, note: Note) -> Iterator[Finding]:
    heavy, light, spoken = asked(note)
    said = "; ".join(map(str, note.data.get("demand_texts", ())))
    if heavy:
        what, what_zh = words(heavy)
        yield on_screen(run, [note], "withdraw", f"To withdraw consent the app asks for {what}, which agreeing did not take "
            f"({said!r}).",
                        f"撤回同意须提供{what_zh},而作出同意时无此要求(“{said}”)。")
    elif "call" in light:
        yield on_screen(run, [note], "withdraw", f"To withdraw consent one has to call, while one tap gave it ({said!r}).",
                        f"撤回同意须电话办理,而作出同意只需点击(“{said}”)。")
    elif note.data.get("outcome") == "disabled":
        yield on_screen(run, [note], "withdraw", "The button that withdraws consent stays disabled.",
            "撤回同意的按钮始终不可用。")
    else:
        what, what_zh = words(light + spoken) if light or spoken else ("nothing that was recognised", "未能识别的内容")
        yield on_screen(run, [note], "withdraw", "The withdrawal of consent was not come to its end; the page asks for or "
            f"speaks of {what}.",
                        f"撤回同意未能完成,页面涉及{what_zh}。", unclear=True)


def _taps(run: Tables, note: Note, readings: Readings) -> Iterator[Finding]:
    agreeing = [n for n in run.noted("notice") if isinstance(n.data.get("taps_to_agree"), int)]
    if not agreeing:
        return
    given = max(1, min(n.data["taps_to_agree"] for n in agreeing))
    way, taps = [str(w) for w in note.data.get("way", ())], [str(t) for t in note.data.get("taps", ())]
    took = len(way) + len(taps) - (1 if way and taps and way[-1] == taps[0] else 0)
    factor, least = readings.of("withdraw_factor"), readings.of("withdraw_taps")
    if took > factor * given and took > least:
        path = " > ".join([*way, *(taps[1:] if way and taps and way[-1] == taps[0] else taps)])
        yield on_screen(
            run, [note, agreeing[0]], "withdraw",
            f"Withdrawing consent took {took} taps ({path}), giving it {given}: more than {factor:g} times as many, and more "
                f"than {least:g}. Profile, our own reading.",
            f"撤回同意需 {took} 次点击({path}),作出同意仅需 {given} 次,超过 {factor:g} 倍且多于 {least:g} 次(本工具口径)。")


rule = Rule(
    id="withdrawal-harder-than-consent",
    title="Withdrawing consent is harder than giving it",
    title_zh="撤回同意较作出同意设置更多条件",
    clauses=("sz-guide-06a-withdraw-path", "szreg-withdraw-no-restriction"),
    scenarios=("withdraw-consent",),
    needs=(Paged.of("withdraw", *DONE, "no_way"), Screens()),
    decide=decide,
    sees="What the driven withdrawal asks for, whether its button works, and its taps beside those that agreeing took.",
    cannot_see="What is asked for after the last tap, by mail or telephone. One question, a code by SMS or an offer to stay is "
        "no restriction. An app without any way is the offence no-way-to-withdraw.",
    advice="Withdraw consent with a tap and one question, without documents, calls or visits.",
    advice_zh="撤回同意应经一次点击和一次确认即可完成,不得要求证件、电话或现场办理。",
    readings=("withdraw_factor", "withdraw_taps"),
)
