"""The link to the policy in the notice does not open before the user agrees."""

from __future__ import annotations

from collections.abc import Iterator

from harness.model import Finding
from harness.rules.readings import Readings
from harness.rules.rule import Noted, Rule, Screens
from harness.rules.telling import quoted
from harness.tables import Tables

OTHER = ("用户协议", "服务协议", "服务条款", "使用条款", "user agreement", "terms of")


def decide(run: Tables, readings: Readings) -> Iterator[Finding]:
    told = set()
    for note in run.noted("notice"):
        for link in note.data.get("links") or ():
            text = str(link.get("text", ""))
            other = any(word in text.lower() for word in OTHER) and "隐私" not in text and "privacy" not in text.lower()
            if link.get("opens") is True or other or text in told:
                continue
            told.add(text)
            unclear = link.get("opens") is None
            screens = [link["screen"]] if isinstance(link.get("screen"), str) else []
            yield Finding(
                item=text or "policy link",
                caller=run.package,
                stage=note.stage,
                evidence=[*note.evidence, *screens],
                unclear=unclear,
                reason=f"The link {quoted(text)!r} in the notice "
                + (
                    "has no place of its own, so that whether it opens is not known."
                    if unclear
                    else "opens nothing, so that the policy cannot be read before agreeing."
                ),
                reason_zh=f"弹窗中的链接“{quoted(text)}”"
                + ("位于文字之中,无法确认是否可打开。" if unclear else "无法打开,用户同意前不能阅读隐私政策。"),
            )


rule = Rule(
    id="policy-link-dead-in-notice",
    title="Policy link in the notice does not open",
    title_zh="弹窗中的隐私政策链接无法打开",
    clauses=("sz-guide-04e-voluntary-explicit",),
    scenarios=("first-launch-idle",),
    needs=(Noted.of("notice", having=("links_tried", (True,))), Screens()),
    decide=decide,
    sees="Each link of the notice tapped before anything was answered, and what showed then.",
    cannot_see="Whether the page that opens is the policy of this app; a link that fails now and then.",
    advice="Let the policy open from the notice, before the user agrees, without a network if need be.",
    advice_zh="弹窗中的隐私政策链接应在用户同意之前即可打开阅读。",
)
