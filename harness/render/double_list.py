"""The two lists of 292号文 (双清单), made from what was observed, for the developer to complete: no purpose is guessed."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from harness.rules.functions import BACKGROUND, FIRST_PAGE, NOWHERE, UNKNOWN, Scenes
from harness.rules.sensitive import kinds, name
from harness.rules.telling import real
from harness.tables import Tables, groups, records
from harness.tables.attribution import load_sdks

TO_FILL = {"zh": "(由开发者填写)", "en": "(the developer fills this in)"}
_SCENES = {
    FIRST_PAGE: ("首页", "first page"),
    BACKGROUND: ("后台", "background"),
    UNKNOWN: ("其他页面", "another page"),
    NOWHERE: ("未识别", "not known"),
}
_STAGES = {
    "before_consent": ("征得同意前", "before consent"),
    "after_refusal": ("拒绝后", "after refusal"),
    "after_agree": ("同意后", "after consent"),
    "after_permission_denial": ("拒绝权限后", "after a permission was denied"),
    "background": ("后台", "background"),
    "after_withdrawal": ("撤回同意后", "after withdrawal"),
    "after_optout": ("关闭个性化后", "after the opt-out"),
    "after_deletion": ("注销账号后", "after account deletion"),
    "consent_unresolved": ("未见隐私弹窗", "without a notice"),
}
_WAYS = {
    "sdk": ("SDK直接收集并发送", "an SDK sends it itself"),
    "app": ("应用客户端发送", "the app's own code sends it"),
    "unresolved": ("客户端发送,发送方未识别", "sent by the client, by whose code is not known"),
}
_COLLECTED = {
    "zh": ("信息种类", "收集方", "使用目的", "使用场景", "收集阶段", "收集次数", "发送至"),
    "en": ("type", "collected by", "purpose", "scenes", "stages", "times", "sent to"),
}
_SHARED = {
    "zh": ("第三方", "公司", "信息种类", "使用目的", "使用场景", "共享阶段", "共享方式", "接收域名", "次数"),
    "en": ("third party", "company", "types", "purpose", "scenes", "stages", "way of sharing", "hosts", "times"),
}


@dataclass(frozen=True, kw_only=True)
class Lists:
    """`collected`, `shared`: rows of plain values. `notes`: what the lists cannot have, in Chinese and English."""

    collected: list[dict[str, Any]]
    shared: list[dict[str, Any]]
    notes: list[tuple[str, str]]


def double_list(run: Tables) -> Lists:
    """Both lists of a run. Calls that gave nothing, and those of the framework itself, collect nothing."""
    scenes = {scenario: Scenes(run, scenario) for scenario in run.scenarios}
    return Lists(collected=_collected(run, scenes), shared=_shared(run, scenes), notes=_notes(run))


def _scenes(rows: Sequence[Mapping[str, Any]], scenes: Mapping[str, Scenes]) -> list[str]:
    """The functions, or pages, in which these happened, the most frequent first."""
    import pandas as pd

    found: Counter[str] = Counter()
    for scenario in dict.fromkeys(str(row["scenario"]) for row in rows):
        times = pd.Series([int(row["t"]) for row in rows if row["scenario"] == scenario], dtype="int64")
        known = scenes.get(scenario)
        names = known.at(times)[0] if known is not None else np.array([NOWHERE] * len(times), dtype=object)
        found.update(map(str, names))
    return [scene for scene, _ in found.most_common()]


def _collected(run: Tables, scenes: Mapping[str, Scenes]) -> list[dict[str, Any]]:
    calls = real(run.calls)
    if not len(calls):
        return []
    hosts: dict[str, set[str]] = {}
    for row in records(run.sightings):
        for call in row["calls"] if row["read_before"] else ():
            hosts.setdefault(call, set()).add(str(row["host"]))
    found = []
    for (kind, caller, origin), rows in groups(calls[calls["kind"].isin(list(kinds()))], "kind", "caller", "origin"):
        about = kinds()[kind]
        found.append({
            "kind": kind, "name_zh": about.zh, "name_en": about.en, "sensitive": about.sensitive, "collected_by": caller,
            "origin": origin, "purpose": "", "scenes": _scenes(rows, scenes), "stages": _in_order(row["base"] for row in rows),
            "count": len(rows), "first_ns": min(int(row["t"]) for row in rows),
            "sent_to": sorted({host for row in rows for host in hosts.get(row["event_id"], ())}),
        })  # fmt: skip
    return found


def _shared(run: Tables, scenes: Mapping[str, Scenes]) -> list[dict[str, Any]]:
    if not len(run.sightings):
        return []
    companies = {sdk.name: sdk.company for sdk in load_sdks()}
    found = []
    rows = run.sightings[(run.sightings["relation"] != "first") & run.sightings["read_before"].astype(bool)]
    for (party, sender, origin, relation), group in groups(rows, "party", "sender", "sender_origin", "relation"):
        way = origin if origin in _WAYS else "unresolved"
        found.append({
            "third_party": sender if way == "sdk" and companies.get(sender) == party else party,
            "company": party, "owner_known": relation == "third", "kinds": sorted({str(row["kind"]) for row in group}),
            "purpose": "", "scenes": _scenes(group, scenes), "stages": _in_order(row["base"] for row in group),
            "way": way, "sent_by": sender, "hosts": sorted({str(row["host"]) for row in group}),
            "count": len({row["flow"] for row in group}), "first_ns": min(int(row["t"]) for row in group),
        })  # fmt: skip
    return found


def _in_order(stages: Any) -> list[str]:
    seen = set(map(str, stages))
    return [stage for stage in _STAGES if stage in seen]


def _notes(run: Tables) -> list[tuple[str, str]]:
    notes = [("仅含本次运行观察到的内容;服务器之间的共享不可见。",
              "Only what this run observed; sharing from server to server cannot be seen.")]
    if run.gaps:
        notes.append((f"本次运行有 {len(run.gaps)} 项未能观察,清单可能不全。",
                      f"{len(run.gaps)} things could not be seen in this run: the lists may lack rows."))
    if any(not row["owner_known"] for row in _shared(run, {})):
        notes.append(("部分域名归属未知,须核实是否为第三方。", "Whose some hosts are is not known: check whether they are "
        "a third party's."))
    return notes


def as_json(lists: Lists) -> dict[str, Any]:
    return {"collected": lists.collected, "shared": lists.shared, "notes": [{"zh": zh, "en": en} for zh, en in lists.notes]}


def tables(lists: Lists, language: str) -> tuple[list[list[str]], list[list[str]]]:
    """Both lists as rows of text, the heads first."""
    at = 0 if language == "zh" else 1
    joint = "、" if at == 0 else ", "

    def scenes(row: Mapping[str, Any]) -> str:
        return joint.join(_SCENES[s][at] if s in _SCENES else s for s in row["scenes"])

    def stages(row: Mapping[str, Any]) -> str:
        return joint.join(_STAGES[s][at] for s in row["stages"])

    collected = [list(_COLLECTED[language])] + [
        [row["name_zh"] if at == 0 else row["name_en"], row["collected_by"], TO_FILL[language], scenes(row), stages(row),
         str(row["count"]), joint.join(row["sent_to"])]
        for row in lists.collected
    ]
    shared = [list(_SHARED[language])] + [
        [row["third_party"], row["company"], joint.join(name(kind, language) for kind in row["kinds"]), TO_FILL[language],
         scenes(row), stages(row), _WAYS[row["way"]][at], joint.join(row["hosts"]), str(row["count"])]
        for row in lists.shared
    ]
    return collected, shared


TITLES = {
    "zh": ("已收集个人信息清单", "与第三方共享个人信息清单"),
    "en": ("List of collected personal information", "List of personal information shared with third parties"),
}


def as_markdown(lists: Lists, language: str) -> str:
    parts = []
    for title, rows in zip(TITLES[language], tables(lists, language), strict=True):
        parts += [f"# {title}", ""]
        parts += ["| " + " | ".join(_cell(cell) for cell in row) + " |" for row in rows[:1]]
        parts += ["|" + "---|" * len(rows[0])]
        parts += ["| " + " | ".join(_cell(cell) for cell in row) + " |" for row in rows[1:]] + [""]
    return "\n".join([*parts, *(f"- {zh if language == 'zh' else en}" for zh, en in lists.notes), ""])


def _cell(text: str) -> str:
    return " ".join(text.replace("|", "\\|").split())


def as_csv(rows: Sequence[Sequence[str]]) -> str:
    """One list as CSV. A cell that a spreadsheet would take for a formula gets an apostrophe."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([["'" + c if c[:1] in "=+-@\t\r" and c else c for c in row] for row in rows])
    return out.getvalue()
