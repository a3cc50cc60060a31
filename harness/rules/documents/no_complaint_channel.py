"""The policy names nobody to complain to."""

from __future__ import annotations

import re
from collections.abc import Iterator

from harness.model import Finding
from harness.rules.readings import Readings
from harness.rules.rule import Rule, Text
from harness.rules.telling import quoted
from harness.rules.wording import evidence, saying, whole
from harness.tables import Tables

_COMPLAINT = re.compile(r"投诉|举报|申诉|反馈|意见|建议|疑问|问题|联系|客服|complain|report|feedback|question|contact|"
r"concern", re.I)
_LIKE_ONE = re.compile(r"(?:投诉|举报|客服|热线|反馈|complain|hotline).{0,30}(?:[\d-]{5,}|@|https?:|页面|入口|中心|按钮|"
r"page|form)", re.I)


def decide(run: Tables, readings: Readings) -> Iterator[Finding]:
    read = whole(run, "policy")
    if not read:
        return
    channels = [channel for _, declared in read for channel in declared.channels]
    like = next((said for text, _ in read for said in saying(_LIKE_ONE, text.text)), "")
    if channels:
        if any(_COMPLAINT.search(channel.passage.text + channel.passage.section) for channel in channels):
            return
        why = f"names {channels[0].value}, and whether complaints may go there it does not say ({quoted(channels[0].passage)!r})."
        why_zh = f"载有联系方式 {channels[0].value},但未说明可用于投诉举报(“{quoted(channels[0].passage)}”)。"
    elif like:
        why = f"speaks of complaints, and a contact could not be read out of that ({quoted(like)!r})."
        why_zh = f"提及投诉举报,但未能识别具体联系方式(“{quoted(like)}”)。"
    else:
        why = "names no telephone number, address, mail or form for complaints and reports."
        why_zh = "未载明任何投诉举报渠道(电话、邮箱、表单或地址)。"
    yield Finding(
        item="complaint channel",
        caller=run.package,
        stage="",
        unclear=bool(channels or like),
        evidence=evidence(read),
        reason=f"The policy, read to its end, {why}",
        reason_zh=f"隐私政策全文{why_zh}",
    )


rule = Rule(
    id="no-complaint-channel",
    title="Policy without a channel for complaints",
    title_zh="隐私政策未载明投诉举报渠道",
    clauses=("sz-guide-02d-policy-states-complaint-channel",),
    scenarios=("document-check",),
    needs=(Text.of("policy"),),
    decide=decide,
    sees="Mail, telephone, address, form and officer that the policy names, those of SDKs left out.",
    cannot_see="Whether anybody answers there.",
    advice="Name a mail address or telephone number for complaints and reports in the policy.",
    advice_zh="隐私政策应载明投诉、举报的电话、邮箱等渠道。",
)
