"""Neither notice nor policy nor settings give a summary of the privacy policy."""

from __future__ import annotations

import re
from collections.abc import Iterator

from harness.model import Finding
from harness.rules.crawls import Crawled, PolicyRead, evidence, looked_at, on_screen, policy_text, sought
from harness.rules.readings import Readings
from harness.rules.rule import Noted, Rule, Screens
from harness.tables import Note, Tables

_KINDS = re.compile(
    r"设备(?:信息|标识|型号|识别)|位置|通讯录|手机号|相册|相机|摄像头|麦克风|存储|Android ?ID|IMEI|MAC|应用列表|身份证|人脸|日志|"
    r"账号信息"
    r"|device (?:information|identifier|id)|location|contacts|phone number|camera|microphone|photos|installed apps",
    re.IGNORECASE)
_PURPOSES = re.compile(r"用于|为了|以便|目的|以实现|用以|in order to|used (?:for|to)|so that we can|to provide", re.IGNORECASE)
_HEADING = re.compile(r"摘要|概要|简明版|简要版|简版|要点|\b(?:summary|at a glance|highlights|in short)\b", re.IGNORECASE)


def _notice(note: Note) -> int:
    """2: the notice's text states kinds and purposes; 1: one of them; 0: neither."""
    text = str(note.data.get("text", ""))
    return bool(_KINDS.search(text)) + bool(_PURPOSES.search(text))


def decide(run: Tables, readings: Readings) -> Iterator[Finding]:
    told = sought(run, "summary")
    empty = [n for n in told.pages if n.data.get("outcome") in ("error", "blank")]
    opened = [n for n in told.pages if n.data.get("outcome") == "opened"]
    if empty and not opened:
        yield on_screen(run, empty, "summary", "The entry of the policy's summary opens a page without content.",
                        "点击隐私政策摘要入口后,页面没有内容。")
        return
    policy, notices = policy_text(run), run.noted("notice")
    if not told.missing or policy is None or not notices or _HEADING.search(policy):
        return
    says = max(map(_notice, notices))
    looked, looked_zh = looked_at(told.absent[-1])
    cite = evidence(*told.absent, *notices[-1:])
    if says == 0:
        yield on_screen(run, [], "summary", f"There is no summary of the privacy policy: none in the app ({looked}), none in the "
                        "policy's text, and the notice names neither kinds of information nor purposes.",
                        f"未提供隐私政策摘要:应用内无入口({looked_zh}),政策正文无摘要,首次弹窗未列明信息种类和目的。",
                        more=cite, stage=told.absent[-1].stage)
    elif says == 1:
        yield on_screen(run, [], "summary", "There is no entry for a summary of the privacy policy, and whether the text of "
            "the notice is one is left open: it names kinds of information or purposes, not both.",
                        "未提供隐私政策摘要入口;首次弹窗仅列明信息种类或目的之一,是否构成摘要无法判定。", unclear=True, more=cite,
                        stage=told.absent[-1].stage)


rule = Rule(
    id="no-policy-summary",
    title="No summary of the privacy policy",
    title_zh="未提供隐私政策摘要",
    clauses=("miit292-1-3a-policy-summary",),
    scenarios=("ui-entry-crawl", "document-check"),
    needs=(Crawled.of("summary"), PolicyRead(), Noted.of("notice"), Screens()),
    decide=decide,
    sees="An entry named 摘要, 概要 or 简版, such a heading in the policy, or a notice whose own text names kinds of information "
         "and purposes.",
    cannot_see="Whether a summary is concise and clear; whether the operator is one of the companies that the notice's annex "
        "names: a person must say.",
    advice="Put a short text of what is collected for what into the first notice, or a page 隐私政策摘要 beside the policy.",
    advice_zh="在首次弹窗中简要列明收集的信息种类和目的,或在隐私政策旁提供“隐私政策摘要”。",
)
