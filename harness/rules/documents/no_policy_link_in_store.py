"""The app's page in a store, as a person attached it, has no link to the privacy policy."""

from __future__ import annotations

import re
from collections.abc import Iterator

from harness.model import Finding
from harness.rules.readings import Readings
from harness.rules.rule import Rule
from harness.rules.telling import quoted
from harness.rules.wording import Attached
from harness.tables import Tables

CLAUSE = "sz-guide-01b-policy-link-in-store"
_NAME = r"(?:隐私(?:权)?(?:保护)?(?:政策|声明|协议|条款|指引)|个人信息保护政策|privacy (?:policy|notice))"
_POLICY = re.compile(_NAME, re.I)
_LINK = re.compile(
    rf"<a\b[^>]*href\s*=\s*[\"']?https?://[^>]*>(?:(?!</a>).){{0,80}}{_NAME}|{_NAME}.{{0,60}}?https?://\S+|"
    rf"https?://\S*privacy\S*|"
    rf"\[[^\]]*{_NAME}[^\]]*\]\(https?://", re.I | re.S)
_NO_LINK = re.compile(rf"{_NAME}\s*[::]?\s*(?:无|暂无|未提供|none|not provided)", re.I)


def decide(run: Tables, readings: Readings) -> Iterator[Finding]:
    for text in run.texts(CLAUSE):
        if _LINK.search(text.text) and not _NO_LINK.search(text.text):
            continue
        ours = run.package.lower() in text.text.lower()
        named = next((m for m in [_POLICY.search(text.text)] if m and not _NO_LINK.search(text.text)), None)
        doubt = named is not None or not ours
        why, why_zh = ".", "。"
        if named is not None:
            line = text.text[max(0, named.start() - 20) : named.end() + 40]
            why = f"; it names a policy, and the text attached shows no address for it: {quoted(line)!r}."
            why_zh = f";页面提及隐私政策,但所附文本未见链接地址:“{quoted(line)}”。"
        elif not ours:
            why = f"; it does not name {run.package}, so that it may be another app's."
            why_zh = f";页面未出现 {run.package},可能并非本应用页面。"
        yield Finding(
            item="store page",
            caller=run.package,
            stage="",
            unclear=doubt,
            evidence=text.note.evidence,
            reason=f"The store page attached ({text.note.data.get('name') or 'no name'}) has no link to a privacy policy{why}",
            reason_zh=f"所附应用商店页面({text.note.data.get('name') or '未命名'})未提供隐私政策链接{why_zh}",
        )


rule = Rule(
    id="no-policy-link-in-store",
    title="No link to the policy in the store",
    title_zh="应用分发平台未提供隐私政策链接",
    clauses=(CLAUSE,),
    scenarios=("store-page-check",),
    needs=(Attached(CLAUSE),),
    decide=decide,
    sees="The text or HTML of the app's store page that a person attached: a link named as privacy policy.",
    cannot_see="Whether the link opens and shows this app's policy; pages that are pictures.",
    advice="Give each store the address of the policy, so that its page shows the link.",
    advice_zh="应在各应用分发平台的应用页面提供便于访问的隐私政策链接。",
)
