"""Something that worked works no more once consent to something it does not need was withdrawn."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from harness.model import Finding, Gap, GapKind
from harness.rules.crawls import on_screen
from harness.rules.readings import Readings
from harness.rules.rule import Rule, Screens
from harness.rules.sensitive import name
from harness.tables import Note, Tables, records

_OURS = frozenset({"denied", "exits", "barred"})
"""Why a function did not work that shows that the app refused it. What was not found or did nothing may have other causes."""
_GROUPS = {"LOCATION": ("location",), "CAMERA": ("camera",), "CONTACTS": ("contacts",), "PHONE": ("phone",),
    "STORAGE": ("storage",),
           "MICROPHONE": ("record_audio", "microphone"), "RECORD_AUDIO": ("record_audio", "microphone"), "SMS": ("sms",),
           "CALENDAR": ("calendar",), "CALL_LOG": ("call_log",)}


def _revoked(run: Tables) -> list[Note]:
    return [n for n in run.noted("outside") if n.data.get("act") == "revoke" and n.data.get("outcome", "done") == "done"]


def _withdrawn(run: Tables) -> list[Note]:
    return [n for n in run.noted("page") if n.data.get("page") == "withdraw" and not n.data.get("when")
            and n.data.get("outcome") in ("done", "exits", "asks_consent")]


def _lost(run: Tables, since: Note) -> Iterator[tuple[Note, Note]]:
    """Functions that worked before it in the same scenario and were refused after it: both facts of each."""
    uses = [n for n in run.noted("function") if n.scenario == since.scenario]
    worked = {n.data.get("name"): n for n in uses if n.t < since.t and n.data.get("worked")}
    for use in uses:
        if use.t > since.t and not use.data.get("worked") and use.data.get("name") in worked:
            yield worked.pop(use.data.get("name")), use


def decide(run: Tables, readings: Readings) -> Iterator[Finding]:
    revoked = _revoked(run)
    if revoked:
        yield from _without_permissions(run, revoked)
    for note in _withdrawn(run):
        yield from _without_consent(run, note)


def _without_permissions(run: Tables, revoked: list[Note]) -> Iterator[Finding]:
    for before, after in _lost(run, revoked[-1]):
        what = str(after.data.get("name"))
        denied = [str(p) for p in after.data.get("denied", ())] or [str(n.data.get("target")) for n in revoked]
        needs = {str(p).lower() for p in after.data.get("permissions", ())}
        item, shown = denied[0], ", ".join(name(p) for p in denied)
        shown_zh = "、".join(name(p, "zh") for p in denied)
        words = {w for p in denied for w in _words(p)}
        used = _used(run, before, words)
        notes = [before, *revoked, after]
        if after.data.get("why") not in _OURS or any(w in n for w in words for n in needs) or used:
            why = (f"hooked calls of that permission were seen while it worked ({', '.join(used)})" if used
                   else "the app file says that it may need it" if needs else "why is not known")
            yield on_screen(run, notes, item, f"{what} had worked, and did not once {shown} had been taken back; {why}, so it "
                "may be necessary.", f"撤回{shown_zh}后“{what}”不可用,该权限可能为其所必需。", unclear=True, more=used,
                            stage=after.stage)
        else:
            yield on_screen(run, notes, item, f"{what} had worked, and is refused once {shown} was taken back, though nothing "
                "of that permission was read while it worked.",
                            f"撤回{shown_zh}后“{what}”被拒绝提供,而此前使用时未读取该权限对应的信息。", stage=after.stage)


def _words(permission: str) -> tuple[str, ...]:
    upper = permission.upper()
    return next((words for group, words in _GROUPS.items() if group in upper), (permission.rpartition(".")[2].lower(),))


def _used(run: Tables, use: Note, words: set[str]) -> list[str]:
    begun = int(use.data.get("begun_ns", 0) or 0)
    found = []
    for call in records(run.calls[run.calls["scenario"] == use.scenario]) if len(run.calls) else ():
        wanted = f"{call['permission'] or ''} {call['kind']}".lower()
        if begun <= call["t"] <= use.t and call["outcome"] == "value" and any(word in wanted for word in words):
            found.append(str(call["event_id"]))
    return found


def _without_consent(run: Tables, note: Note) -> Iterator[Finding]:
    """All consent was withdrawn: whether what stopped is necessary a person has to say."""
    lost = list(_lost(run, note))
    after = [n for n in run.noted("page") if n.data.get("page") == "withdraw" and n.data.get("when")
        and n.scenario == note.scenario
             and n.data.get("outcome") in ("exits", "login")]
    names = ", ".join(str(use.data.get("name")) for _, use in lost)
    if lost:
        yield on_screen(run, [note, *(n for pair in lost for n in pair)], "withdraw", f"After all consent was withdrawn {names} "
            "worked no more: whether that needs the information a person has to say.",
                        f"撤回全部同意后“{names}”不可用,是否属于所必需需人工判断。", unclear=True, stage="after_withdrawal")
    elif note.data.get("outcome") == "exits" or after:
        yield on_screen(run, [note, *after], "withdraw", "After all consent was withdrawn the app ended or wants a login: "
            "whether its functions need the information a person has to say.",
                        "撤回全部同意后应用退出或要求登录,其功能是否必需相关信息需人工判断。", unclear=True, stage=
                            "after_withdrawal")


@dataclass(frozen=True)
class Compared:
    """Something was withdrawn, and functions were used before and after it."""

    def missing(self, run: Tables, readings: Readings) -> list[Gap]:
        for note in (*_revoked(run)[-1:], *_withdrawn(run)):
            uses = [n for n in run.noted("function") if n.scenario == note.scenario]
            if any(n.t < note.t for n in uses) and any(n.t > note.t for n in uses):
                return []
        why = ("No function of the app was used both before and after something was withdrawn: the app file names none, or "
            "nothing could be withdrawn.")
        return [run.add_gap(GapKind.NOT_REACHED, why, "function")]


rule = Rule(
    id="service-refused-after-withdrawal",
    title="Service refused because consent was withdrawn",
    title_zh="因撤回同意拒绝提供服务",
    clauses=("sz-guide-06d-withdraw-no-service-refusal",),
    scenarios=("withdraw-consent", "revoke-while-running"),
    needs=(Compared(), Screens()),
    decide=decide,
    sees="Functions of the app file that worked and are refused after a permission was taken back, where no hooked call of "
        "that permission was seen while they worked. After all consent was withdrawn it only tells what stopped.",
    cannot_see="Whether information is necessary for a function (GB/T 41391-2022 附录A is the reference); reads that no hook "
               "sees.",
    advice="Refuse only what cannot work without the withdrawn information, and let everything else work on.",
    advice_zh="撤回同意后仅可停止确需该信息的功能,其他功能应继续提供。",
)
