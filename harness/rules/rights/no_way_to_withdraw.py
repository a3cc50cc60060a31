"""The app gives no way to withdraw consent."""

from __future__ import annotations

from collections.abc import Iterator

from harness.model import Finding
from harness.rules.crawls import Crawled, PolicyRead, looked_at, on_screen, policy_text, sought
from harness.rules.readings import Readings
from harness.rules.rights._withdrawing import by_deleting_only, offline_only, sentences
from harness.rules.rule import Rule, Screens
from harness.tables import Tables


def decide(run: Tables, readings: Readings) -> Iterator[Finding]:
    told = sought(run, "withdraw")
    policy = policy_text(run)
    if not told.missing or policy is None:
        return
    said = sentences(policy)
    looked, looked_zh = looked_at(told.absent[-1])
    notes = [*told.absent, *[text.note for text in run.texts("policy")][-1:]]
    if offline_only(said):
        yield on_screen(run, notes, "withdraw", f"Consent can be withdrawn by letter or visit only ({said[0]!r}): no control "
            f"for it in the app, {looked}.", f"撤回同意仅有线下途径(“{said[0]}”),应用内无撤回入口:{looked_zh}。")
    elif said and not by_deleting_only(said):
        yield on_screen(run, notes, "withdraw", f"No control to withdraw consent was found ({looked}), but the policy speaks of "
            f"a way: {said[0]!r}.", f"未找到撤回同意的控件({looked_zh}),但隐私政策载有途径:“{said[0]}”。", unclear=True)
    elif sought(run, "delete_account").there:
        yield on_screen(run, notes, "withdraw", "Only the deletion of the account is offered, nothing to withdraw consent alone:"
                                                f" {looked}.",
                        f"仅提供注销账号,未提供单独撤回同意的途径:{looked_zh}。", unclear=True)
    else:
        yield on_screen(run, notes, "withdraw", f"The app has no control to withdraw consent ({looked}), and its policy states "
                                                "no way.",
                        f"应用未提供撤回同意的途径:{looked_zh},隐私政策亦未载明。")


rule = Rule(
    id="no-way-to-withdraw",
    title="No way to withdraw consent",
    title_zh="未提供撤回同意的途径",
    clauses=("sz-guide-06a-withdraw-path",),
    scenarios=("withdraw-consent", "ui-entry-crawl"),
    needs=(Crawled.of("withdraw"), PolicyRead(), Screens()),
    decide=decide,
    sees="Whether a complete crawl finds a control that withdraws consent, and what the policy says of withdrawing.",
    cannot_see="A way with a name of its own; the system's own page of permissions, which withdraws permissions and not consent.",
    advice="Add 撤回同意 to the settings, as easy to reach as the agreement was.",
    advice_zh="在设置中提供“撤回同意”入口,便捷程度不低于作出同意。",
)
