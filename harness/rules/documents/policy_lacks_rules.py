"""The policy does not state purposes, methods or types of what is processed."""

from __future__ import annotations

from collections.abc import Iterator

from harness.model import Finding
from harness.rules.documents._stated import NAMES, doubtful_types, foreign, stated
from harness.rules.readings import Readings
from harness.rules.rule import Rule, Text
from harness.rules.telling import quoted
from harness.rules.wording import evidence, whole
from harness.tables import Tables


def decide(run: Tables, readings: Readings) -> Iterator[Finding]:
    read = whole(run, "policy")
    if not read:
        return
    found = stated(read)
    there = [f"{what}: {quoted(said, 50)!r}" for what, said in found.items() if said]
    there_zh = [f"{NAMES[what]}:“{quoted(said, 50)}”" for what, said in found.items() if said]
    for what, said in found.items():
        if said:
            continue
        doubt = foreign(read) or (what == "types" and doubtful_types(read))
        yield Finding(
            item=what,
            caller=run.package,
            stage="",
            unclear=doubt,
            evidence=evidence(read),
            reason=f"The policy, read to its end, has no statement of the {what} of processing"
            + (" in words known here" if doubt else "")
            + (f"; it states {'; '.join(there)}." if there else ", nor any other rule of it."),
            reason_zh=f"隐私政策全文未见对{NAMES[what]}的说明" + ("(或所用语言、表述无法识别)" if doubt else "")
            + (f";已载明{';'.join(there_zh)}。" if there_zh else ",亦无其他处理规则。"),
        )


rule = Rule(
    id="policy-lacks-rules",
    title="Policy without purposes, methods or types of processing",
    title_zh="隐私政策未载明个人信息处理规则",
    clauses=("sz-guide-02a-policy-states-rules",),
    scenarios=("document-check",),
    needs=(Text.of("policy"),),
    decide=decide,
    sees="The policy as the app shows it, read to its end: sentences that state purposes, ways and kinds, each quoted.",
    cannot_see="Whether what is stated suffices.",
    advice="State in the policy what is processed, for which purpose and in which way.",
    advice_zh="隐私政策应载明处理个人信息的目的、方式和种类等规则。",
)
