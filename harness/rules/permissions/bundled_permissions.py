"""Several permissions are asked for in one go, though the function at hand does not need them all."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from harness.model import Finding
from harness.rules.functions import function_map, uses
from harness.rules.granting import PREFIX, UNSEEN, group_of, groups_of, kinds_of
from harness.rules.readings import Readings
from harness.rules.rule import Boundary, Hooks, Rule, Screens
from harness.rules.sensitive import name
from harness.rules.telling import between, listed, real, some
from harness.tables import Tables, records
from harness.tables.noted import Note


def _named(groups: list[str], language: str) -> str:
    return listed([name(PREFIX + group, language) for group in groups], "、" if language == "zh" else ", ")


def decide(run: Tables, readings: Readings) -> Iterator[Finding]:
    told: set[tuple[str, ...]] = set()
    for rows in _rows(run):
        groups = sorted(groups_of(str(note.data.get("permission") or "") for note in rows))
        if len(groups) < 2 or tuple(groups) in told:
            continue
        told.add(tuple(groups))
        yield Finding(
            item=listed([PREFIX + group for group in groups]),
            caller=run.package,
            stage=rows[0].stage,
            evidence=[e for note in rows for e in note.evidence],
            reason=f"The app asked for {len(groups)} permissions in a row ({_named(groups, 'en')}) while no function was in use.",
            reason_zh=f"在用户未使用任何功能时,App 连续申请 {len(groups)} 项权限({_named(groups, 'zh')})。",
        )
    yield from _by_function(run, told)


def _rows(run: Tables) -> Iterator[list[Note]]:
    """Rows of questions that nobody asked for, without a page between."""
    current: list[Note] = []
    for note in run.noted("prompt"):
        if note.data.get("kind") != "system_permission":
            continue
        if current and (int(note.data.get("row") or 1) <= 1 or note.scenario != current[0].scenario):
            yield current
            current = []
        current.append(note)
    if current:
        yield current


def _by_function(run: Tables, told: set[tuple[str, ...]]) -> Iterator[Finding]:
    calls = real(run.calls)
    wanted = {one.name: one.groups for one in function_map(run)}
    for use in uses(run):
        asked = _asked(run, use.scenario, use.begun, use.ended)
        groups = sorted(asked)
        if len(groups) < 2 or (use.name, *groups) in told:
            continue
        told.add((use.name, *groups))
        mine = calls[calls["scenario"] == use.scenario] if len(calls) else calls
        read = set(between(mine, use.begun, use.ended)["kind"]) if len(mine) else set()
        idle = [g for g in groups if not read & kinds_of([g]) and g not in wanted.get(use.name, ())]
        unseen = [g for g in idle if g in UNSEEN or g in use.denied or not use.worked]
        sure = [g for g in idle if g not in unseen]
        evidence = some([*use.note.evidence, *(e for group in groups for e in asked[group])])
        what = f"The function {use.name} asked for {len(groups)} permissions in one go ({_named(groups, 'en')})"
        what_zh = f"功能“{use.name}”一次性申请 {len(groups)} 项权限({_named(groups, 'zh')})"
        if sure:
            reason, reason_zh = (
                f"{what} and used nothing that the {_named(sure, 'en')} gives.",
                f"{what_zh},运行中并未使用{_named(sure, 'zh')}对应的信息。",
            )
        elif unseen:
            reason = f"{what}; whether it uses the {_named(unseen, 'en')} cannot be seen here."
            reason_zh = f"{what_zh};是否使用{_named(unseen, 'zh')}无法观察。"
        else:
            reason, reason_zh = f"{what} and uses them all.", f"{what_zh},且均有使用。"
        yield Finding(
            item=listed([PREFIX + group for group in groups]),
            caller=run.package,
            stage=use.note.stage,
            evidence=evidence,
            unclear=not sure,
            reason=reason,
            reason_zh=reason_zh,
        )


def _asked(run: Tables, scenario: str, begun: int, ended: int) -> dict[str, list[str]]:
    """Groups that were asked for while a function was used: with the dialogs, or the one call that names them."""
    found: dict[str, list[str]] = {}
    shown = run.prompts[run.prompts["scenario"] == scenario] if len(run.prompts) else run.prompts
    for row in records(between(shown, begun, ended)):
        if group := group_of(str(row["permission"])):
            found.setdefault(group, []).append(row["event_id"])
    calls = (
        run.calls[(run.calls["kind"] == "permission_request") & (run.calls["scenario"] == scenario)]
        if len(run.calls)
        else run.calls
    )
    for call in records(between(calls, begun, ended)):
        value: Any = call["value"]
        groups = groups_of(str(one) for one in value) if isinstance(value, list) else frozenset()
        for group in groups if len(groups) > 1 else ():
            found.setdefault(group, []).append(call["event_id"])
    return found


rule = Rule(
    id="bundled-permissions",
    title="Several permissions asked for in one go",
    title_zh="一揽子申请多个非必要权限",
    clauses=("sz-guide-08b-no-bundled-permissions",),
    scenarios=("first-launch-idle", "agree", "function-walk", "refuse-permission-each"),
    needs=(Screens(), Boundary("after_agree"), Hooks.of("permission_request")),
    decide=decide,
    sees="Rows of permission dialogs that nobody asked for; dialogs, and calls that ask for several groups, while a function "
        "of the tester's map is used, and what it reads then.",
    cannot_see="Use that comes later than the function was watched; groups whose use gives no kind of information "
    "(notifications).",
    advice="Ask for one permission at a time, for the function that needs it.",
    advice_zh="应按业务功能逐项申请必要权限,不得一次性申请多个非必要权限。",
)
