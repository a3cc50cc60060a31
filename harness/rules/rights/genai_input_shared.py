"""What a user writes to a generative service goes to a third party that the policy does not name for it."""

from __future__ import annotations

from collections.abc import Iterator

from harness.model import Finding, Grade
from harness.rules.crawls import evidence
from harness.rules.readings import Readings
from harness.rules.rights._genai import SENT, traces, typed
from harness.rules.rule import Noted, Policy, Rule, Traffic
from harness.rules.telling import earliest_stage
from harness.tables import Tables

INPUT = frozenset({"genai_input", "user_content", "communications"})


def decide(run: Tables, readings: Readings) -> Iterator[Finding]:
    for note in typed(run):
        away = [r for r in traces(run, note) if r["via"] == "flow" and r["relation"] != "first"]
        for host in dict.fromkeys(r["host"] for r in away):
            rows = [r for r in away if r["host"] == host]
            recipient = run.app.recipient(host)
            covered = recipient is not None and (not recipient.kinds or bool(INPUT & set(recipient.kinds)))
            form = "+".join(rows[0]["encodings"]) or "plain"
            if covered:
                why = "; the policy names this recipient: whether it may have the input is for a person"
                why_zh = ",隐私政策列有该接收方,是否合法需人工判断"
            elif not run.app.known:
                why, why_zh = "; what the policy declares is not known (no app file)", ",隐私政策是否披露未知(未提供应用文件)"
            elif rows[0]["relation"] == "unknown":
                why, why_zh = "; whose host that is is not known", ",该域名归属未知"
            else:
                why, why_zh = ", which the policy does not name for it", ",隐私政策未就此披露"
            yield Finding(
                grade=Grade.A, item="genai_input", caller=rows[0]["sender"], party=rows[0]["party"],
                stage=earliest_stage(row["base"] for row in rows),
                unclear=covered or not run.app.known or rows[0]["relation"] == "unknown",
                evidence=list(dict.fromkeys([*evidence(note), *(r["event"] for r in rows)])),
                reason=f"What was written to the generative service went to {host} ({form}){why}.",
                reason_zh=f"用户向生成式人工智能服务输入的内容被发送至 {host}({form}){why_zh}。")


rule = Rule(
    id="genai-input-shared",
    title="Input to a generative service provided to others",
    title_zh="向他人提供用户向生成式人工智能服务输入的信息",
    clauses=("sz-guide-11d-genai-no-provision",),
    scenarios=("genai-input-canary",),
    needs=(Noted.of("canary", having=("where", ("genai",))), SENT, Traffic(third=True), Policy()),
    decide=decide,
    sees="A marked text, written as input, in requests to hosts that are not the first party's, in any form that the decoders "
         "undo.",
    cannot_see="Provision from server to server; hashed or encrypted forms of the text. A declared vendor of the model is left "
               "to a person.",
    advice="Keep input away from analytics, advertising and crash reports; name whoever gets it in the policy.",
    advice_zh="不得将用户输入发送至统计、广告、崩溃分析等第三方;确需提供的,应在隐私政策中列明。",
)
