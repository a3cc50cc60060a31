"""What a user wrote to a generative service is still there after the account was deleted."""

from __future__ import annotations

from collections.abc import Iterator

from harness.model import Finding, Grade
from harness.rules.crawls import evidence
from harness.rules.readings import Readings
from harness.rules.rights._genai import SENT, traces, typed
from harness.rules.rule import Noted, Rule, Screens, Traffic
from harness.tables import Tables


def decide(run: Tables, readings: Readings) -> Iterator[Finding]:
    for kept in run.noted("retention"):
        if kept.data.get("shown"):
            mine = [n for n in typed(run) if n.data["text"] == kept.data.get("text")]
            what, what_zh = ("the account", "账号") if kept.data.get("deleted") == "account" else ("the history", "记录")
            yield Finding(
                item="genai_input", caller=run.package, stage=kept.stage or "after_deletion", evidence=evidence(*mine, kept),
                reason=f"After {what} had been deleted the app still shows what was written to the generative service before.",
                reason_zh=f"删除{what_zh}后,应用仍显示用户此前向生成式人工智能服务输入的内容。")
    for note in typed(run):
        deleted = [n.t for n in run.noted("page") if n.data.get("page") == "delete_account" and n.data.get("outcome") == "done"
                   and n.scenario == note.scenario and n.t > note.t]
        again = [r for r in traces(run, note) if r["via"] == "flow" and deleted and r["t"] > deleted[0]]
        for host in dict.fromkeys(r["host"] for r in again):
            rows = [r for r in again if r["host"] == host]
            yield Finding(
                grade=Grade.A, item="genai_input", caller=rows[0]["sender"], stage="after_deletion", party=rows[0]["party"],
                evidence=list(dict.fromkeys([*evidence(note), *(r["event"] for r in rows)])),
                reason="After the account had been deleted the app still sent what was written to the generative service to "
                    f"{host}: it had kept it on the device.",
                reason_zh=f"注销账号后,应用仍将用户此前输入的内容发送至 {host},表明其仍留存于设备。")


rule = Rule(
    id="genai-input-kept",
    title="Input to a generative service kept after deletion",
    title_zh="删除后仍留存用户向生成式人工智能服务输入的信息",
    clauses=("sz-guide-11c-genai-no-illegal-retention",),
    scenarios=("genai-retention",),
    needs=(SENT, Noted.of("retention"), Traffic(), Screens()),
    decide=decide,
    sees="A marked text on the service's page, or in requests, after the account was deleted and the app started again.",
    cannot_see="What servers keep; files and databases of the app. Without a deletion nothing is said (see no-rights-channel).",
    advice="Delete input and its records, on the device too, with the account.",
    advice_zh="注销账号或清除记录时,应一并删除设备及服务端的输入信息和使用记录。",
)
