"""One act of agreeing covers what needs a choice of its own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from harness.model import Finding
from harness.rules.readings import Readings
from harness.rules.rule import Noted, Rule, Screens
from harness.rules.telling import listed
from harness.tables import Tables
from harness.tables.noted import Note

ITEMS = {
    "marketing": ("marketing", "营销推送"),
    "sharing": ("sharing with others", "向合作方共享"),
    "personalisation": ("personalisation", "个性化推荐"),
    "sensitive": ("sensitive information", "敏感个人信息"),
    "permissions": ("system permissions", "系统权限"),
}


def _bundles(note: Note) -> Iterator[tuple[list[str], bool, str]]:
    """What is bundled: items, whether it is a user agreement beside the policy in one act, and where."""
    data: Any = note.data
    boxes = list(data.get("boxes") or ())
    if note.type == "notice":
        patterns = [p for p in data.get("patterns") or () if p.get("id") == "bundled_items"]
        items = [str(i) for p in patterns for i in (p.get("measured") or {}).get("items", {}).get("value") or ()]
        yield items, len(boxes) < 2 and {"policy", "terms"} <= set(data.get("documents") or ()), "notice"
    elif data.get("page") in {"login", "register"}:
        for box in boxes:
            items = list(box.get("items") or ())
            both = {"policy", "terms"} <= set(box.get("documents") or ())
            yield [] if box.get("alone") and len(items) < 2 else items, both, str(data["page"])


def decide(run: Tables, readings: Readings) -> Iterator[Finding]:
    told = set()
    for note in run.noted("notice", "page"):
        for items, both, where in _bundles(note):
            key = (where, tuple(items), both)
            if not (items or both) or key in told:
                continue
            told.add(key)
            if items:
                named = [ITEMS.get(item, (item, item)) for item in items]
                yield Finding(
                    item=listed(items),
                    caller=run.package,
                    stage=note.stage,
                    evidence=note.evidence,
                    reason=f"One act of agreeing ({where}) also covers {listed([en for en, _ in named])}, and no control lets "
                        "the user agree to the one without the other.",
                    reason_zh=f"一次同意操作同时涵盖{listed([zh for _, zh in named], '、')},用户无法分别选择,属捆绑授权。",
                )
            else:
                yield Finding(
                    item="agreement and policy",
                    caller=run.package,
                    stage=note.stage,
                    evidence=note.evidence,
                    unclear=True,
                    reason=f"One act of agreeing ({where}) covers the user agreement and the privacy policy and nothing more; "
                        "whether that alone is a bundle the clause leaves open.",
                    reason_zh="一次同意操作同时涵盖用户协议与隐私政策,除此之外无其他事项;仅此是否构成捆绑授权,条款未明确。",
                )


rule = Rule(
    id="bundled-consent",
    title="One consent for several purposes",
    title_zh="捆绑授权",
    clauses=("sz-guide-04d-no-bundled-consent",),
    scenarios=("first-launch-idle", "first-launch-login", "refuse-policy", "agree"),
    needs=(Noted.of("notice", "page"), Screens()),
    decide=decide,
    sees="The sentences of the notice that speak of agreeing, and the text of each box of the login and registration page: "
        "marketing, sharing, personalisation, sensitive information or permissions beside the policy, without a box of their "
        "own.",
    cannot_see="What the linked texts bundle; whether an item is necessary for the service.",
    advice="Ask for each further purpose in a choice of its own, which can be left out.",
    advice_zh="营销推送、个性化推荐、对外共享、敏感个人信息及系统权限应分别单独征求同意,不得与隐私政策一并同意。",
)
