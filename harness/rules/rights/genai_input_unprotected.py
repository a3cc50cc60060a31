"""What a user writes to a generative service lies open: in clear on the network, in the device's log, on the clipboard."""

from __future__ import annotations

from collections.abc import Iterator

from harness.model import Finding, Grade
from harness.rules.crawls import evidence
from harness.rules.readings import Readings
from harness.rules.rights._genai import SENT, traces, typed
from harness.rules.rule import Hooks, Noted, Rule, Traffic
from harness.rules.telling import earliest_stage
from harness.tables import Tables


def decide(run: Tables, readings: Readings) -> Iterator[Finding]:
    for note in typed(run):
        rows = traces(run, note)
        clear = [r for r in rows if r["via"] == "flow" and r["clear"]]
        for host in dict.fromkeys(r["host"] for r in clear):
            mine = [r for r in clear if r["host"] == host]
            yield Finding(
                grade=Grade.A, item="genai_input", caller=mine[0]["sender"], party=mine[0]["party"],
                stage=earliest_stage(row["base"] for row in mine),
                evidence=list(dict.fromkeys([*evidence(note), *(r["event"] for r in mine)])),
                reason=f"What was written to the generative service went to {host} unencrypted.",
                reason_zh=f"用户向生成式人工智能服务输入的内容以明文发送至 {host}。")
        logged = [r for r in rows if r["via"] == "log"]
        if logged:
            yield Finding(
                item="genai_input", caller=run.package, stage=note.stage,
                evidence=list(dict.fromkeys([*evidence(note), logged[0]["event"]])),
                reason="What was written to the generative service stands in the device's log, written by "
                       f"{logged[0]['process']}.",
                reason_zh=f"用户向生成式人工智能服务输入的内容被进程 {logged[0]['process']} 写入设备日志。")
        copied = [r for r in rows if r["via"] == "call" and "ClipboardManager.set" in r["where"]]
        for caller in dict.fromkeys(r["sender"] for r in copied):
            yield Finding(
                item="genai_input", caller=caller, stage=note.stage,
                evidence=list(dict.fromkeys([*evidence(note), *(r["event"] for r in copied if r["sender"] == caller)])),
                reason=f"{caller} put what was written to the generative service on the clipboard, which the user had not asked "
                       "for.",
                reason_zh=f"{caller} 在用户未操作的情况下将其输入内容写入剪贴板。")


rule = Rule(
    id="genai-input-unprotected",
    title="Input to a generative service unprotected",
    title_zh="未依法保护用户向生成式人工智能服务输入的信息",
    clauses=("sz-guide-11a-genai-protect-input",),
    scenarios=("genai-input-canary",),
    needs=(Noted.of("canary", having=("where", ("genai",))), SENT, Traffic(), Hooks.of("clipboard")),
    decide=decide,
    sees="A marked text, written as input, in requests without encryption, in lines of the device's log by the app's "
        "processes, and in calls that fill the clipboard.",
    cannot_see="How the server protects it; files on shared storage; forms that no decoder knows.",
    advice="Send input over TLS only, and keep it out of logs and the clipboard.",
    advice_zh="用户输入内容应加密传输,不得写入日志或剪贴板。",
)
