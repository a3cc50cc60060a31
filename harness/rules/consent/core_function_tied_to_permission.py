"""A core function stops where a permission is denied that it does not use."""

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


def decide(run: Tables, readings: Readings) -> Iterator[Finding]:
    for found in tied(run):
        if not found.use.core:
            continue
        groups = sorted(found.groups)
        en, zh = listed([name(group) for group in groups]), listed([name(group, "zh") for group in groups], "、")
        base = f"The core function {found.use.name} stopped once the {en} was denied"
        base_zh = f"拒绝{zh}后,核心功能“{found.use.name}”无法使用"
        why, why_zh = {
            "needless": (
                ", though it used nothing that this gives when it was granted.",
                ",而授权后该功能运行时并未使用该权限对应的信息。",
            ),
            "needed": (
                "; it uses what this gives, and whether it needs it is for a person to say.",
                ";该功能使用该权限对应的信息,是否必需需人工判断。",
            ),
            "unknown": ("; whether it uses what this gives was not seen.", ";授权后该功能是否使用该权限未能观察。"),
        }[found.word]
        yield Finding(
            item=listed([PREFIX + group for group in groups]),
            caller=run.package,
            stage="after_permission_denial",
            evidence=found.evidence,
            unclear=found.word != "needless",
            reason=base + why,
            reason_zh=base_zh + why_zh,
        )


rule = Rule(
    id="core-function-tied-to-permission",
    title="Core function refused because a permission it does not use was denied",
    title_zh="因拒绝非必需权限而拒绝提供核心功能",
    clauses=("szreg-core-function", "szreg-package-agreement"),
    scenarios=("refuse-permission-each",),
    needs=(FunctionMap(core=True), Noted.of("function"), Hooks(judged()), Screens()),
    decide=decide,
    sees="Each core function of the tester's map used with its permissions denied and, in another scenario, with them allowed; "
        "the calls of the permission's kinds while it worked.",
    cannot_see="Whether what a function reads is necessary for it; use of a permission that gives no kind of information, such "
        "as notifications.",
    advice="Let the core functions work without permissions that they do not need.",
    advice_zh="用户拒绝非必需权限后,核心功能应可正常使用。",
)
