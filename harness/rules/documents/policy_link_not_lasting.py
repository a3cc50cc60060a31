"""The link to the policy fails when it is opened."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from harness.model import Finding, Gap, GapKind
from harness.rules.readings import Readings
from harness.rules.rule import Rule, Screens
from harness.rules.telling import listed
from harness.tables import Tables
from harness.tables.noted import Note

DAY_NS = 86_400_000_000_000
FAILED = {
    "error": ("shows an error", "打开后显示错误"),
    "login": ("wants a login first", "需登录后方可查看"),
    "blank": ("shows next to no text that could be read", "打开后几乎没有可读取的文字"),
    "unopened": ("opens nothing where it was tapped", "点击后无反应"),
}


def _looks(run: Tables) -> list[Note]:
    return [note for note in run.noted("page")
            if note.data.get("page") == "policy" and note.data.get("outcome") in {*FAILED, "opened"}]


@dataclass(frozen=True)
class LinkLasts:
    """It opened each time, and the looks lie as far apart as the profile asks: one look shows that it opens now."""

    def missing(self, run: Tables, readings: Readings) -> list[Gap]:
        opened = [note.t for note in _looks(run) if note.data["outcome"] == "opened"]
        apart = (max(opened) - min(opened)) / DAY_NS if opened else 0.0
        if opened and apart >= readings.of("link_lasts"):
            return []
        en = "The link to the policy was never opened." if not opened else (
            f"The link opened in each of {len(opened)} looks, which lie {apart:.0f} days apart: that it lasts is not shown yet.")
        zh = "未打开过隐私政策链接。" if not opened else (
            f"共 {len(opened)} 次打开均有效,间隔 {apart:.0f} 天,尚不足以表明链接长期有效。")
        return [run.add_gap(GapKind.NOT_REACHED, en, "policy link", zh)]


def decide(run: Tables, readings: Readings) -> Iterator[Finding]:
    offline = any(gap.kind == GapKind.CAPTURE_LOST and gap.subject in {"", "traffic", "proxy"} for gap in run.gaps)
    for outcome, (en, zh) in FAILED.items():
        found = [note for note in _looks(run) if note.data["outcome"] == outcome]
        if not found:
            continue
        where = sorted({"the notice" if note.data.get("when") == "notice" else "the app" for note in found})
        doubt = outcome in ("blank", "unopened") or offline
        statuses = sorted({
            int(status) for note in found
            for status, t in (zip(run.flows["status"], run.flows["t"], strict=True) if len(run.flows) else ())
            if status is not None and int(status) >= 400 and abs(int(t) - note.t) < 10_000_000_000
        })
        yield Finding(
            item=f"policy link: {outcome}",
            caller=run.package,
            stage=found[0].stage,
            unclear=doubt,
            evidence=[one for note in found for one in note.evidence],
            reason=f"The link to the privacy policy in {listed(where, ' and ')} {en} ({len(found)} of {len(_looks(run))} looks)"
            + (f"; status {', '.join(map(str, statuses))} was seen then" if statuses else "")
            + ("; the capture had failed, so that the device may have been without a network." if offline else
               ", which a person must look at." if doubt else "."),
            reason_zh=f"隐私政策链接{zh}(共查看 {len(_looks(run))} 次,其中 {len(found)} 次如此)"
            + (f",期间网络状态码 {'、'.join(map(str, statuses))}" if statuses else "")
            + (",但流量采集曾中断,不排除设备无网络。" if offline else ",需人工查看。" if doubt else "。"),
        )


rule = Rule(
    id="policy-link-not-lasting",
    title="Link to the policy fails",
    title_zh="隐私政策链接失效",
    clauses=("sz-guide-01c-policy-link-lasting",),
    scenarios=("policy-link-recheck", "document-check", "ui-entry-crawl"),
    needs=(LinkLasts(), Screens()),
    decide=decide,
    sees="Each time the link was opened, in the notice and in the app: a text, an error, a login, nothing. Runs judged "
        "together count together.",
    cannot_see="The time between two looks; a link in the store.",
    advice="Keep the policy at an address that lasts, open without a login, and watch that it opens.",
    advice_zh="应确保隐私政策链接长期有效,无需登录即可访问,并持续监测其可用性。",
    readings=("link_lasts",),
)
