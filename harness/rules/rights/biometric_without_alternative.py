"""Where a face or a finger is wanted, no other way is offered beside it."""

from __future__ import annotations

from collections.abc import Iterator

from harness.model import Finding
from harness.rules.crawls import Paged, on_screen
from harness.rules.readings import Readings
from harness.rules.rights._biometric import JUDGED, asked, regulated, way
from harness.rules.rule import Rule, Screens
from harness.tables import Tables


def decide(run: Tables, readings: Readings) -> Iterator[Finding]:
    for note in asked(run):
        outcome, path = note.data.get("outcome"), way(note)
        if outcome == "alternative":
            continue
        if regulated(note):
            yield on_screen(run, [note], "biometric", f"{path} wants a face or a finger and offers nothing beside it; law may "
                "ask for the real person there: a person must say.", f"“{path}”要求生物识别且未同时提供替代方式,"
                                "该业务是否依法必须核验真人需人工判断。",
                            unclear=True)
        elif outcome == "alternative_after_refusal":
            later = ", ".join(map(str, note.data.get("offered_after", ())))
            yield on_screen(run, [note], "biometric", f"{path} wants a face or a finger; another way ({later}) came up only "
                "after a refusal.",
                            f"“{path}”要求生物识别,替代方式({later})仅在拒绝后出现,并非同时提供。", unclear=True)
        else:
            yield on_screen(run, [note], "biometric", f"{path} wants a face or a finger, and the page offers no other way.",
                            f"“{path}”要求生物识别,页面未同时提供其他替代方式。")


rule = Rule(
    id="biometric-without-alternative",
    title="Biometric recognition without an alternative",
    title_zh="未提供非生物识别的替代方案",
    clauses=("szreg-biometric-alternative",),
    scenarios=("biometric-refuse",),
    needs=(Paged.of("biometric", *JUDGED, "no_way"), Screens()),
    decide=decide,
    sees="The page that asks for a face, a finger or a voice, and whether a control on it offers a password, a code or the like.",
    cannot_see="Whether biometrics are necessary for the service; an alternative on an earlier page.",
    advice="Offer a password, a code by SMS or another way on the same page.",
    advice_zh="在同一页面同时提供密码、短信验证码等替代方式。",
)
