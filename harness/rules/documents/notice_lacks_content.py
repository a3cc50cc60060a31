"""Neither the first notice nor the policy that it links states purpose, method and scope."""

from __future__ import annotations

from collections.abc import Iterator

from harness.model import Finding
from harness.rules.documents._stated import NAMES, doubtful_types, foreign, stated
from harness.rules.readings import Readings
from harness.rules.rule import Noted, Rule, Screens, Text
from harness.rules.wording import dialogs, evidence, whole
from harness.tables import Tables

SCOPE = {**NAMES, "types": "处理范围"}


def decide(run: Tables, readings: Readings) -> Iterator[Finding]:
    notices = [(text, declared) for text, declared in dialogs(run) if text.page == "notice"]
    policy = whole(run, "policy")
    if not notices or not policy:
        return
    hidden = any(text.note.data.get("words_missing") for text, _ in notices)
    read = [*notices, *policy]
    found = stated(read)
    for what, said in found.items():
        if said:
            continue
        doubt = hidden or foreign(read) or (what == "types" and doubtful_types(read))
        word = "scope" if what == "types" else what
        yield Finding(
            item=word,
            caller=run.package,
            stage=notices[0][0].note.stage,
            unclear=doubt,
            evidence=evidence(read),
            reason=f"Neither the text of the first notice nor the policy states the {word} of processing"
            + (", as far as their words could be read." if doubt else "."),
            reason_zh=f"首次告知的弹窗文本及隐私政策均未说明{SCOPE[what]}" + (",部分文字无法识别。" if doubt else "。"),
        )


rule = Rule(
    id="notice-lacks-content",
    title="Notice without purpose, method or scope",
    title_zh="告知内容未包括处理目的、方式及范围",
    clauses=("sz-guide-04b-notice-content",),
    scenarios=("document-check", "first-launch-idle"),
    needs=(Noted.of("notice"), Text.of("policy"), Screens()),
    decide=decide,
    sees="The text of the first notice and the policy: whether purposes, ways and kinds are stated in one of them.",
    cannot_see="Whether what is stated is clear enough; what stands only in the policy and not in the notice is no offence here.",
    advice="Say in the notice what is processed, why and how, and link the policy that says the rest.",
    advice_zh="首次告知时应说明处理个人信息的目的、方式和范围,并提供完整隐私政策链接。",
)
