"""A box that stands for consent is ticked before the user has touched it."""

from __future__ import annotations

from collections.abc import Iterator

from harness.model import Finding
from harness.rules.readings import Readings
from harness.rules.rule import Noted, Rule, Screens
from harness.rules.telling import quoted
from harness.tables import Tables

PAGES = {
    "notice": ("the privacy notice", "隐私政策弹窗"),
    "login": ("the login page", "登录页面"),
    "register": ("the registration page", "注册页面"),
}


def decide(run: Tables, readings: Readings) -> Iterator[Finding]:
    for note in run.noted("notice", "page"):
        place = "notice" if note.type == "notice" else str(note.data.get("page"))
        if place not in PAGES:
            continue
        where, where_zh = PAGES[place]
        for box in note.data.get("boxes") or ():
            words = str(box.get("text") or "")
            # On a notice every box is one of consent; on a login page some remember a password.
            is_consent = place == "notice" or bool(box.get("consents", True)) or bool(box.get("documents"))
            if not is_consent or box.get("ticked") is False:
                continue
            unclear = box.get("ticked") is None
            said, said_zh = f"{quoted(words)!r}" if words else "without words", f"“{quoted(words)}”" if words else "(无文字)"
            yield Finding(
                item=f"{place} box",
                caller=run.package,
                stage=note.stage,
                evidence=note.evidence,
                unclear=unclear,
                reason=f"The box {said} on {where} is "
                + (
                    "drawn in a way that does not tell whether it is ticked: compare the picture."
                    if unclear
                    else "ticked before the user has touched it."
                ),
                reason_zh=f"{where_zh}中的勾选框{said_zh}"
                + ("为自绘控件,无法判断是否默认勾选,需比对截图。" if unclear else "默认已勾选。"),
            )


rule = Rule(
    id="preticked-consent",
    title="Consent box ticked by default",
    title_zh="默认勾选同意",
    clauses=("sz-guide-04c-no-preticked",),
    scenarios=("first-launch-idle", "first-launch-login", "refuse-policy", "agree"),
    needs=(Noted.of("notice", "page"), Screens()),
    decide=decide,
    sees="The state of each tick box of the notice, and of those of consent on the login and registration page, at first "
        "sight; from the node, else from the picture.",
    cannot_see="A box without a frame; boxes on pages that were not reached; a switch deep in the settings that is on by "
    "default.",
    advice="Leave every box that stands for consent empty until the user ticks it.",
    advice_zh="同意类勾选框应默认不勾选,由用户主动勾选。",
)
