"""The page to log in or register neither names nor links the rules for personal information."""

from __future__ import annotations

from collections.abc import Iterator

from harness.model import Finding
from harness.rules.readings import Readings
from harness.rules.rule import Noted, Rule, Screens
from harness.tables import Tables

PAGES = {"login": ("login", "登录"), "register": ("registration", "注册")}


def decide(run: Tables, readings: Readings) -> Iterator[Finding]:
    for note in run.noted("page"):
        page = str(note.data.get("page"))
        if page not in PAGES or note.data.get("outcome") != "shown":
            continue
        if note.data.get("names_policy") or note.data.get("links"):
            continue
        en, zh = PAGES[page]
        yield Finding(
            item=page,
            caller=run.package,
            stage=note.stage,
            evidence=note.evidence,
            reason=f"The {en} page shows neither a notice of the rules for personal information nor a link to them.",
            reason_zh=f"{zh}页面未以弹窗、链接等方式告知个人信息处理规则。",
        )


rule = Rule(
    id="login-page-without-rules",
    title="Login or registration page without the rules for personal information",
    title_zh="登录、注册页面未告知个人信息处理规则",
    clauses=("interimx-notice-first-run",),
    scenarios=("first-launch-login",),
    needs=(Noted.of("page", having=("page", ("login", "register"))), Screens()),
    decide=decide,
    sees="The words and links of the login or registration page as it first shows.",
    cannot_see="Rules told on a later page of the registration; a link without words.",
    advice="Name and link the privacy policy on the login and registration page.",
    advice_zh="登录、注册页面应明示隐私政策并提供可打开的链接。",
)
