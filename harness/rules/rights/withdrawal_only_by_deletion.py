"""Consent can be withdrawn only by giving up the account."""

from __future__ import annotations

from collections.abc import Iterator

from harness.model import Finding
from harness.rules.crawls import Crawled, PolicyRead, looked_at, on_screen, policy_text, sought
from harness.rules.readings import Readings
from harness.rules.rights._withdrawing import by_deleting_only, sentences
from harness.rules.rule import Rule, Screens
from harness.tables import Tables


def decide(run: Tables, readings: Readings) -> Iterator[Finding]:
    told = sought(run, "withdraw")
    said = sentences(policy_text(run) or "")
    if told.missing and by_deleting_only(said):
        looked, looked_zh = looked_at(told.absent[-1])
        notes = [*told.absent, *[text.note for text in run.texts("policy")][-1:]]
        yield on_screen(run, notes, "withdraw", f"By its policy consent is withdrawn by deleting the account ({said[0]!r}), and "
            f"the app has no other way: {looked}.", f"隐私政策载明以注销账号的方式撤回同意(“{said[0]}”),应用内无其他途径:"
                            f"{looked_zh}。")


rule = Rule(
    id="withdrawal-only-by-deletion",
    title="Consent withdrawn only by deleting the account",
    title_zh="仅能通过注销账号撤回同意",
    clauses=("szreg-withdraw-no-restriction",),
    scenarios=("withdraw-consent", "ui-entry-crawl"),
    needs=(Crawled.of("withdraw"), PolicyRead(), Screens()),
    decide=decide,
    sees="An app without a control to withdraw consent, whose policy names the deletion of the account as the way.",
    cannot_see="What a customer service would do on request.",
    advice="Let consent be withdrawn without the account being deleted.",
    advice_zh="应允许用户在不注销账号的情况下撤回同意。",
)
