"""At the first run no notice tells of the rules for personal information."""

from __future__ import annotations

from collections.abc import Iterator

from harness.model import Finding
from harness.rules.readings import Readings
from harness.rules.rule import Noted, Rule, Screens
from harness.tables import Tables


def decide(run: Tables, readings: Readings) -> Iterator[Finding]:
    login = [
        note
        for note in run.noted("page")
        if note.data.get("page") in {"login", "register"} and (note.data.get("names_policy") or note.data.get("links"))
    ]
    for note in run.noted("no_notice"):
        unclear, unclear_zh = "", ""
        if note.data.get("words_missing"):
            unclear = " A part of what showed has no words that could be read: a person must look at the pictures."
            unclear_zh = "但部分画面无法读取文字,需人工查看截图。"
        elif note.data.get("names_policy") or note.data.get("links"):
            unclear = " The page names a privacy policy; whether that is prominent is for a person to say."
            unclear_zh = "但页面提及隐私政策,是否属于显著方式需人工判断。"
        elif login:
            unclear = (" The login page names the policy; whether a user comes past it before anything is processed is for a "
                       "person to say.")
            unclear_zh = "但登录页面提及隐私政策,是否在处理前必经该页面需人工判断。"
        yield Finding(
            item="privacy notice",
            caller=run.package,
            stage=note.stage,
            unclear=bool(unclear),
            evidence=[*note.evidence, *(one.id for one in login)],
            reason=f"At first run the app showed no notice of how it handles personal information.{unclear}",
            reason_zh=f"首次运行时未以弹窗等显著方式告知个人信息处理规则。{unclear_zh}",
        )


rule = Rule(
    id="no-notice-at-first-run",
    title="No privacy notice at first run",
    title_zh="首次运行时未告知个人信息处理规则",
    clauses=("sz-guide-04a-notice-before-processing", "interimx-notice-first-run"),
    scenarios=("first-launch-idle",),
    needs=(Noted.of("notice", "no_notice"), Screens()),
    decide=decide,
    sees="All screens of a first run that is left alone: whether one is a notice, names a policy or links one.",
    cannot_see="A notice in words that the recogniser does not know; what a notice must hold (a matter of its text).",
    advice="Show a notice with a link to the policy at the first run, before anything is processed.",
    advice_zh="首次运行时应以弹窗等显著方式提示用户阅读隐私政策,并提供可打开的链接。",
)
