"""Who refuses the privacy policy is shut out, though core functions need nothing of what was refused."""

from __future__ import annotations

from collections.abc import Iterator

from harness.model import Finding
from harness.rules.functions import FunctionMap, function_map, works_with
from harness.rules.readings import Readings
from harness.rules.rule import Hooks, Noted, Rule, Screens, Traffic
from harness.rules.sensitive import judged
from harness.rules.telling import between, listed, real, some
from harness.tables import Tables

ENDS = {"exits": ("the app ended", "App 退出"), "asks_again": ("it asked again without end", "反复弹窗,无法继续使用")}


def decide(run: Tables, readings: Readings) -> Iterator[Finding]:
    shut = [note for note in run.noted("refusal") if note.data.get("outcome") in ENDS]
    if any(note.data.get("outcome") in {"limited", "continues"} for note in run.noted("refusal")):
        return
    if not shut:
        for note in [note for note in run.noted("refusal") if note.data.get("outcome") == "no_effect"][:1]:
            yield _open(
                run,
                note.evidence,
                "The control to refuse the privacy policy did nothing, or stayed disabled: where a refusal leads is not known.",
                "拒绝隐私政策的控件点击无反应或始终不可点击,无法判断拒绝后的结果。",
            )
        return
    first = shut[0]
    en, zh = ENDS[str(first.data["outcome"])]
    base = f"After the privacy policy was refused {en}"
    base_zh = f"用户拒绝隐私政策后{zh}"
    if first.data.get("crashed"):
        yield _open(
            run,
            first.evidence,
            f"{base}, by a crash: whether that is meant is not known.",
            f"{base_zh},但系崩溃所致,是否有意无法判断。",
        )
        return
    core = [one.name for one in function_map(run) if one.core]
    if not core:
        yield _open(
            run,
            first.evidence,
            f"{base}; which functions are core ones nobody has told (app file: functions, core: true).",
            f"{base_zh};未指明核心功能,无法判断被拒绝的信息是否为其所必需。",
        )
        return
    calls, evidence = real(run.calls), list(first.evidence)
    needing: list[str] = []
    free: list[str] = []
    for name in core:
        worked = works_with(run, name)
        if not worked:
            continue
        used: list[str] = []
        for use in worked:
            mine = calls[(calls["scenario"] == use.scenario) & calls["kind"].isin(judged())] if len(calls) else calls
            sent = run.sightings[run.sightings["scenario"] == use.scenario] if len(run.sightings) else run.sightings
            mine, sent = between(mine, use.begun, use.ended), between(sent, use.begun, use.ended)
            used += [*(mine["event_id"] if len(mine) else ()), *(sent["flow"] if len(sent) else ())]
        evidence += [e for use in worked for e in use.note.evidence] + some(used)[:5]
        (needing if used else free).append(name)
    if free:
        yield Finding(
            item="privacy policy",
            caller=run.package,
            stage="after_refusal",
            evidence=some(evidence),
            reason=f"{base}, though the core function {listed(free)} worked after agreeing without reading or sending any "
                "personal information.",
            reason_zh=f"{base_zh},而核心功能“{listed(free, '、')}”在同意后运行时并未读取或发送个人信息,拒绝提供缺乏必要性。",
        )
    elif needing:
        yield _open(
            run,
            some(evidence),
            f"{base}; the core function {listed(needing)} uses personal information, and whether it needs it "
            "is for a person to say (GB/T 41391-2022 annex A).",
            f"{base_zh};核心功能“{listed(needing, '、')}”运行时使用了个人信息,是否必需需人工判断(参照 GB/T 41391-2022 附录A)。",
        )
    else:
        yield _open(
            run,
            first.evidence,
            f"{base}; none of its core functions was seen at work after agreeing.",
            f"{base_zh};同意后未能运行任何核心功能以作比较。",
        )


def _open(run: Tables, evidence: list[str], reason: str, reason_zh: str) -> Finding:
    return Finding(
        item="privacy policy",
        caller=run.package,
        stage="after_refusal",
        evidence=evidence,
        unclear=True,
        reason=reason,
        reason_zh=reason_zh,
    )


rule = Rule(
    id="service-refused-without-consent",
    title="Service refused to who refuses the policy, without need",
    title_zh="不同意隐私政策即拒绝提供核心功能",
    clauses=("szreg-package-agreement", "szreg-core-function"),
    scenarios=("refuse-policy", "refuse-restart", "restart-after-refuse"),
    needs=(Noted.of("refusal"), FunctionMap(core=True), Hooks(judged()), Traffic(), Screens()),
    decide=decide,
    sees="Where a refusal followed to its end leads, and what each core function of the tester's map reads and sends when it "
        "is used after agreeing.",
    cannot_see="Whether what a function reads is necessary for it; what the server would need.",
    advice="Offer a basic mode without consent for functions that need no personal information.",
    advice_zh="用户拒绝隐私政策时,应提供无需个人信息的基本功能,不得直接退出。",
)
