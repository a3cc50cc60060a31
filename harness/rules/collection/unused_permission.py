"""A dangerous permission is declared that no function and no passage of the policy uses."""

from __future__ import annotations

from collections.abc import Iterator

from harness.model import Finding
from harness.rules.functions import FunctionMap, function_map, uses
from harness.rules.granting import OWN, PREFIX, UNSEEN, group_of, kinds_of
from harness.rules.policies import texts
from harness.rules.readings import Readings
from harness.rules.rule import Hooks, Noted, Rule, Text
from harness.rules.sensitive import name
from harness.rules.telling import listed
from harness.tables import Tables

WATCHED = frozenset(kind for group in OWN for kind in kinds_of([group]))


def decide(run: Tables, readings: Readings) -> Iterator[Finding]:
    fact = next((note for note in reversed(run.notes) if note.type == "app"), None)
    declared: dict[str, list[str]] = {}
    for permission in (fact.data.get("permissions") or ()) if fact is not None else ():
        group = group_of(str(permission))
        if group in OWN and group not in UNSEEN:
            declared.setdefault(group, []).append(str(permission))
    known, read_texts = function_map(run), list(texts(run))
    walked = [use for use in uses(run) if use.worked]
    if fact is None or not known or not walked or not any(text.page == "policy" and text.whole for text, _ in read_texts):
        return
    calls = run.calls[run.calls["origin"] != "framework"] if len(run.calls) else run.calls
    used = set(calls["kind"]) if len(calls) else set()
    asked = {group_of(str(one)) for one in run.prompts["permission"]} if len(run.prompts) else set()
    left_out = {one.name for one in known} - {use.name for use in walked}
    for group, permissions in sorted(declared.items()):
        spoken = any(declared_of.declares(kind) for kind in OWN[group] for _, declared_of in read_texts)
        if group in asked or used & kinds_of([group]) or spoken or any(group in one.groups for one in known):
            continue
        yield Finding(
            item=PREFIX + group,
            caller=run.package,
            stage="",
            unclear=bool(left_out),
            evidence=[fact.id, *(text.note.id for text, _ in read_texts), *(use.note.id for use in walked)],
            reason=f"The app declares {listed(sorted(permissions))}, and no function that was used, nor a passage of its "
                f"policy, uses the {name(group)}" + (f"; {listed(sorted(left_out))} could not be used." if left_out else "."),
            reason_zh=f"App 声明了 {listed(sorted(permissions), '、')},但已运行的功能及隐私政策均未使用{name(group, 'zh')}"
            + (f";{listed(sorted(left_out), '、')}未能运行。" if left_out else "。"),
        )


rule = Rule(
    id="unused-permission",
    title="Dangerous permission that nothing uses",
    title_zh="声明与业务功能无关的敏感权限",
    clauses=("sz-guide-07a-minimum-scope",),
    scenarios=("function-walk",),
    needs=(FunctionMap(), Noted.of("function"), Text.of("policy"), Hooks(WATCHED)),
    decide=decide,
    sees="The manifest's dangerous permissions beside the functions of the tester's map that were used, all calls of the run, "
        "the permissions asked for, and the policy.",
    cannot_see="Use by a function that the map does not have, or in native code.",
    advice="Take the permission out of the manifest, merged manifests of SDKs included.",
    advice_zh="删除清单文件(含 SDK 合并部分)中业务功能不需要的敏感权限。",
)
