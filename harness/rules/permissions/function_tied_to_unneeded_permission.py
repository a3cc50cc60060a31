"""A function does not work once a permission is denied, though it does not use it."""

from __future__ import annotations

from collections.abc import Iterator

from harness.model import Finding
from harness.rules.functions import FunctionMap
from harness.rules.granting import PREFIX
from harness.rules.readings import Readings
from harness.rules.rule import Hooks, Noted, Rule, Screens
from harness.rules.sensitive import judged, name
from harness.rules.telling import listed
from harness.rules.tied import tied
from harness.tables import Tables

WHY = {
    "needless": (
        ", though it used nothing that this gives when it was granted.",
        ",而授权后该功能运行时并未使用该权限对应的信息。",
    ),
    "needed": ("; it uses what this gives.", ";该功能使用该权限对应的信息。"),
    "unknown": ("; whether it uses what this gives was not seen.", ";授权后该功能是否使用该权限未能观察。"),
}


def decide(run: Tables, readings: Readings) -> Iterator[Finding]:
    for found in tied(run):
        if found.word == "needed":
            continue  # a function that needs a permission may stop without it
        groups = sorted(found.groups)
        en, zh = listed([name(group) for group in groups]), listed([name(group, "zh") for group in groups], "、")
        why, why_zh = WHY[found.word]
        yield Finding(
            item=listed([PREFIX + group for group in groups]),
            caller=run.package,
            stage="after_permission_denial",
            evidence=found.evidence,
            unclear=found.word != "needless",
            reason=f"The function {found.use.name} stopped once the {en} was denied{why}",
            reason_zh=f"拒绝{zh}后,功能“{found.use.name}”无法使用{why_zh}",
        )


rule = Rule(
    id="function-tied-to-unneeded-permission",
    title="Function blocked because a permission it does not use was denied",
    title_zh="拒绝非必要权限后功能无法使用",
    clauses=("sz-guide-08b-no-bundled-permissions",),
    scenarios=("refuse-permission-each",),
    needs=(FunctionMap(), Noted.of("function"), Hooks(judged()), Screens()),
    decide=decide,
    sees="Each function of the tester's map used with its permissions denied and, in another scenario, with them allowed; the "
        "calls of the permission's kinds while it worked.",
    cannot_see="Whether what a function reads is necessary for it; an app without a map of functions.",
    advice="Let a function work without the permissions that it does not need.",
    advice_zh="用户拒绝与功能无关的权限后,不得影响该功能的使用。",
)
