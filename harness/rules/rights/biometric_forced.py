"""Whoever refuses face or finger can go no further, though what is done can be done otherwise."""

from __future__ import annotations

from collections.abc import Iterator

from harness.model import Finding
from harness.rules.crawls import Paged, on_screen
from harness.rules.readings import Readings
from harness.rules.rights._biometric import JUDGED, asked, otherwise, regulated, way
from harness.rules.rule import Rule, Screens
from harness.tables import Tables


def decide(run: Tables, readings: Readings) -> Iterator[Finding]:
    for note in asked(run):
        if note.data.get("outcome") not in ("none", "exits"):
            continue
        path = way(note)
        then = "the app ends" if note.data.get("outcome") == "exits" else (
            "the same is asked again" if note.data.get("asks_again") else "there is no other way")
        then_zh = "应用退出" if note.data.get("outcome") == "exits" else (
            "再次要求同一验证" if note.data.get("asks_again") else "无其他途径")
        if regulated(note) or not otherwise(note):
            yield on_screen(run, [note], "biometric", f"Who refuses face or finger at {path} comes to an end ({then}); whether "
                "that service can do without is for a person.", f"在“{path}”拒绝生物识别后{then_zh},"
                                "该业务能否以其他方式办理需人工判断。", unclear=True)
        else:
            yield on_screen(run, [note], "biometric", f"Who refuses face or finger at {path} comes to an end: {then}.",
                            f"在“{path}”拒绝生物识别后{then_zh},构成强制。")


rule = Rule(
    id="biometric-forced",
    title="Biometric recognition forced",
    title_zh="强制进行人脸等生物识别",
    clauses=("szreg-biometric-not-forced",),
    scenarios=("biometric-refuse",),
    needs=(Paged.of("biometric", *JUDGED, "no_way"), Screens()),
    decide=decide,
    sees="What follows a refusal at the page that asks for a face or a finger, for login, unlocking and paying.",
    cannot_see="Other ways that lie elsewhere in the app. Real-name and financial procedures are left to a person.",
    advice="Let who refuses go on by password, code or another way.",
    advice_zh="用户拒绝生物识别后,应可通过密码、验证码等其他方式继续。",
)
