"""A way that the privacy policy states (我的-设置-注销账号) does not exist in the app."""

from __future__ import annotations

from collections.abc import Iterator

from harness.model import Finding
from harness.rules.crawls import on_screen
from harness.rules.readings import Readings
from harness.rules.rule import Rule, Screens, Text
from harness.tables import Tables, records


def decide(run: Tables, readings: Readings) -> Iterator[Finding]:
    kinds = {str(row["event_id"]): row["kind"] for row in records(run.screens)}
    texts = [text.note for text in run.texts("policy")][-1:]
    for note in run.noted("path"):
        steps = [str(step) for step in note.data.get("steps", ())]
        item, outcome, step = " > ".join(steps), note.data.get("outcome"), note.data.get("absent") or (steps or [""])[-1]
        login = any(kinds.get(screen) == "login" for screen in note.screens)
        if outcome == "undriven":
            yield on_screen(run, [note, *texts], item, f"The policy states the way {item}; it was driven only as far as "
                f"{step!r}, which this tool does not tap.", f"隐私政策载明路径“{item}”,因“{step}”属不可自动点击的控件,未能走完。",
                            unclear=True)
        elif outcome == "absent" and login:
            yield on_screen(run, [note, *texts], item, f"The policy states the way {item}; a login stands where {step!r} should "
                "be, so that it may need an account this run did not have.",
                            f"隐私政策载明路径“{item}”,但“{step}”处要求登录,可能需要本次运行未具备的账号。", unclear=True)
        elif outcome == "absent":
            yield on_screen(run, [note, *texts], item, f"The policy states the way {item}, but the app has no control {step!r} "
                "there.",
                            f"隐私政策载明路径“{item}”,但应用内该处没有“{step}”。")


rule = Rule(
    id="stated-path-missing",
    title="A way that the policy states is not there",
    title_zh="隐私政策载明的操作路径不存在",
    clauses=("sz-guide-02f-stated-paths-exist",),
    scenarios=("ui-entry-crawl",),
    needs=(Text.of("policy"), Screens()),
    decide=decide,
    sees="Each menu way that the policy's text states (words joined by -, > or →, beginning with 我的, 设置 and the like), "
        "driven step by step.",
    cannot_see="Ways told in whole sentences; whether what stands at the end works (it is not tapped); stated URLs and "
    "addresses.",
    advice="Check every way that the policy states against the current version, and correct the policy or the menu.",
    advice_zh="逐一核对隐私政策所写路径与当前版本是否一致,并修正政策或菜单。",
)
