"""An SDK starts the app by itself, and its document tells no way to switch that off."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from harness.model import Finding
from harness.rules.readings import Readings
from harness.rules.rule import Noted, Rule
from harness.rules.telling import listed, quoted, times
from harness.tables import Tables
from harness.tables.attribution import load_sdks, longest
from harness.tables.noted import Note

CLAUSE = "miit292-3-4g-sdk-start-choice"
_START = (
    r"(?:自启动|自动启动|关联启动|自唤醒|相互唤醒|互相唤醒|拉活|保活|唤醒|链式启动|"
    r"auto.?start|self.?start|wake.?up|associated start|keep.?alive)"
)
_SWITCH = (
    r"(?:关闭|禁用|禁止|开关|停用|是否(?:开启|允许|启用)|设置为 ?false|"
    r"disabl\w*|turn(?:ing)? off|switch|opt.?out|enable\w*|set\w*)"
)
_CHOICE = re.compile(rf"{_START}.{{0,40}}{_SWITCH}|{_SWITCH}.{{0,40}}{_START}", re.I)
_MENTION = re.compile(_START, re.I)
_NO_CHOICE = re.compile(rf"(?:无法|不能|不支持|暂不支持|cannot|no way to)[^。;.]{{0,10}}{_SWITCH}", re.I)


def _started(run: Tables) -> dict[str, list[Note]]:
    """SDK -> the facts of starts by a component of its packages that no act of the user's on the app was."""
    prefixes = {package: sdk.name for sdk in load_sdks() for package in sdk.packages}
    found: dict[str, list[Note]] = {}
    for note in run.noted("outside"):
        for one in note.data.get("started") or ():
            component: Any = one.get("component") if isinstance(one, dict) else None
            name = str(component or "").rpartition("/")[2]
            prefix = longest(name.lstrip("."), prefixes)
            if prefix:
                found.setdefault(prefixes[prefix], []).append(note)
    return found


def decide(run: Tables, readings: Readings) -> Iterator[Finding]:
    texts = run.texts(CLAUSE)
    for sdk, notes in sorted(_started(run).items()):
        about = [text for text in texts if sdk.lower() in text.text.lower()] or texts
        if any(_CHOICE.search(text.text) and not _NO_CHOICE.search(text.text) for text in about):
            continue
        other = bool(about) and not any(sdk.lower() in text.text.lower() for text in about)
        doubt = not about or other
        told = [one.data.get("act") for one in notes if one.data.get("act")]
        tail = ", and its document attached tells no way to switch that off"
        tail_zh = ",其接入文档未提供关闭自启动、关联启动的接口或设置"
        if not about:
            tail, tail_zh = "; its integration document was not attached", ";未附该SDK的接入文档,无法判断"
        elif other:
            tail, tail_zh = "; the document attached does not name it", ";所附文档未出现该SDK名称,无法判断"
        said = next((m[0] for text in about if (m := _MENTION.search(text.text))), "")
        yield Finding(
            item="SDK start",
            caller=sdk,
            stage=notes[0].stage,
            unclear=doubt,
            evidence=[*dict.fromkeys(e for note in notes for e in note.evidence), *(text.note.id for text in about)],
            reason=f"A component of {sdk} started the app {times(len(notes))} "
                f"({listed(sorted(set(map(str, told)))) or 'unprompted'}){tail}"
            + (f" (it speaks of {quoted(said)!r})." if said and not doubt else "."),
            reason_zh=f"{sdk} 的组件使应用自行启动 {len(notes)} 次{tail_zh}" + (f"(仅提及“{quoted(said)}”)"
            f"。" if said and not doubt else "。"),
        )


rule = Rule(
    id="sdk-start-without-choice",
    title="SDK starts by itself without a way to choose",
    title_zh="SDK未提供关联启动的选择功能",
    clauses=(CLAUSE,),
    scenarios=("self-start", "checklist"),
    needs=(Noted.of("outside"),),
    decide=decide,
    sees="Starts of the app by a component of an SDK, by the device's own log, and the SDK's integration document that a "
    "person attached.",
    cannot_see="Interfaces that no document tells of; whether the app uses the one that there is.",
    advice="Use an SDK that lets associated start be switched off, and offer users that choice.",
    advice_zh="内嵌SDK应提供关闭自启动、关联启动的接口或设置,供用户选择是否开启。",
)
