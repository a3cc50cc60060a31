"""An SDK's component starts the app though the user did nothing that needs it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from harness.model import Finding, Grade
from harness.rules.crawls import evidence
from harness.rules.readings import Readings
from harness.rules.rule import Hooks, Noted, Rule
from harness.rules.sensitive import judged, name
from harness.rules.starts._starting import SYNTHETIC, sdk_of, starts
from harness.rules.telling import real
from harness.tables import Note, Tables, records

USES = frozenset({"launch", "restart", "come_back", "return", "tap", "type"})
"""Steps with which the user uses the app."""
EARLY = {"before_consent": ("before consent", "征得同意前"), "after_refusal": ("after refusal", "用户拒绝后")}


def _taken(run: Tables, found: list[tuple[Note, Mapping[str, Any]]]) -> list[dict[str, Any]]:
    """Calls of the processes that started which gave personal information, until the user opens or touches the app."""
    told = real(run.calls)
    if not len(told):
        return []
    told = told[told["kind"].isin(judged())]
    acts = sorted(int(step["t"]) for step in records(run.steps) if step["action"] in USES)
    rows: dict[str, dict[str, Any]] = {}
    for note, one in found:
        begun = note.t - int(float(note.data.get("watched_s") or 0) * 1e9)
        until = next((t for t in acts if t > note.t), None)
        mine = told[(told["pid"] == int(one.get("pid") or 0)) & (told["t"] >= begun) & (told["scenario"] == note.scenario)]
        rows |= {str(c["event_id"]): c for c in records(mine) if until is None or c["t"] < until}
    return list(rows.values())


def decide(run: Tables, readings: Readings) -> Iterator[Finding]:
    by: dict[tuple[str, str], list[tuple[Note, Mapping[str, Any]]]] = {}
    for note, one in starts(run):
        owner = sdk_of(str(one.get("component") or ""))
        by.setdefault((owner, str(one.get("component") or one.get("reason") or "")), []).append((note, one))
    for (owner, component), found in sorted(by.items()):
        real = [(n, s) for n, s in found if n.data.get("act") not in SYNTHETIC]
        yield _judged(run, readings, owner, component, real or found, woken=not real)


def _judged(
    run: Tables, readings: Readings, owner: str, component: str, found: list[tuple[Note, Mapping[str, Any]]], *, woken: bool
) -> Finding:
    notes = [note for note, _ in found]
    acts = ", ".join(dict.fromkeys(str(n.data.get("act")) for n in notes))
    early = next((n for n in notes if n.stage in EARLY), None)
    taken = _taken(run, found)
    many = len(notes) >= readings.of("self_starts")
    what = component or "a component that the system's log does not name"
    who = owner or "the app's own code, or an SDK that is not known,"
    clear = bool(owner) and not woken and (early is not None or (many and bool(taken)))
    kinds = ", ".join(dict.fromkeys(name(c["kind"]) for c in taken))
    kinds_zh = "、".join(dict.fromkeys(name(c["kind"], "zh") for c in taken))
    if early is not None and clear:
        tail, tail_zh = f", {EARLY[early.stage][0]}", f",处于{EARLY[early.stage][1]}"
    elif clear:
        tail = f", {len(notes)} times, and read {kinds} with no function in use"
        tail_zh = f",共 {len(notes)} 次,并在无功能使用时读取{kinds_zh}"
    elif woken:
        tail = ": another app's broadcast can wake it, which this run sent itself"
        tail_zh = ":可被其他应用的广播唤醒(广播由本次测试发出)"
    elif not owner:
        tail, tail_zh = ": the clause is about SDKs", ":条款针对内嵌SDK"
    else:
        tail, tail_zh = ": whether the service needs it is left open", ":是否为服务所必需无法判定"
    return Finding(
        grade=Grade.B if clear and taken else None, item="self_start", caller=owner or run.package,
        stage=(early or notes[0]).stage, unclear=not clear,
        evidence=list(dict.fromkeys([*evidence(*notes), *(str(c["event_id"]) for c in taken)])),
        reason=f"{who} started the app by {what} ({acts}) without an act of the user's{tail}.",
        reason_zh=f"{owner or '应用自身或未知SDK'}通过 {component or '系统日志未载明的组件'} 在用户未操作时启动应用({acts})"
                  f"{tail_zh}。")


rule = Rule(
    id="sdk-self-start",
    title="SDK starts by itself",
    title_zh="内嵌SDK自启动",
    clauses=("miit292-3-4d-sdk-no-self-start", "interimx-sdk-no-self-wake"),
    scenarios=("self-start",),
    needs=(Noted.of("outside"), Hooks(judged())),
    decide=decide,
    sees="Processes of the app that start after a force-stop, unlocking, a change of the network, another app's installation "
        "or a restart of the device, with the component that the system's log names, and what they read.",
    cannot_see="Whether the start serves a push or an alarm that the user wants: a single one is left to a person; starts by "
        "the maker's own system; what ran before the hooks were in.",
    advice="Switch the SDK's receivers, jobs and keep-alive off until the user uses what needs them.",
    advice_zh="关闭SDK自启动相关的接收器、任务和保活机制,仅在用户使用相应功能时启动。",
    readings=("self_starts",),
)
