"""What differs between two runs beside their findings, and what speaks against comparing them (docs/compare.md).

Save for what an APK declares these are things that were seen: what NEW lacks was not seen in the scenarios that it ran.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from harness.policy.changes import Changes as TextChanges
from harness.policy.changes import compare as compare_texts
from harness.rules.analysis import Analysis
from harness.rules.changes import hooked, proxied
from harness.rules.policies import PAGES, parsed
from harness.rules.sensitive import kinds
from harness.rules.telling import real
from harness.tables import Tables, groups
from harness.tables.attribution import load_sdks
from harness.tables.noted import AppText

Row = dict[str, Any]
_OF_THE_APP = ("version", "version_code", "sha256", "size", "min_sdk", "target_sdk", "debuggable", "signers")
_NO_WINDOW = frozenset({"name", "source"})
_AGENT = ("agent", "catalogue")
_TOLD = 6    # windows that a remark quotes


@dataclass(frozen=True, kw_only=True)
class Lists:
    """Rows that only NEW has, only OLD has, and how many both have."""

    added: list[Row]
    removed: list[Row]
    both: int


@dataclass(frozen=True, kw_only=True)
class TextOf:
    """A text of the app. `changes`: None where not both runs read one to its end; `old`, `new`: which did, by the fact's id, ""
    for none."""

    page: str
    old: str
    new: str
    changes: TextChanges | None


@dataclass(frozen=True, kw_only=True)
class Remark:
    """What a reader of the comparison must know. `kind`: a word for it (docs/json.md)."""

    kind: str
    text: str
    text_zh: str


@dataclass(frozen=True, kw_only=True)
class Differences:
    """`app`: what the APK's facts say differently: name -> (old, new). `permissions`: None where a bundle has no APK's facts."""

    app: dict[str, tuple[Any, Any]]
    permissions: Lists | None
    sdks: Lists
    hosts: Lists
    recipients: Lists
    kinds_read: Lists
    kinds_sent: Lists
    texts: list[TextOf]
    scenarios: Lists
    remarks: list[Remark] = field(default_factory=list)


def differences(old: Analysis, new: Analysis) -> Differences:
    was, now = old.run, new.run
    app = (was.fact("app"), now.fact("app"))
    return Differences(
        app={name: (app[0].get(name), app[1].get(name)) for name in _OF_THE_APP if app[0].get(name) != app[1].get(name)},
        permissions=_permissions(*app), sdks=_lists(_sdks(was), _sdks(now), "name"),
        hosts=_lists(_hosts(was), _hosts(now), "host"), recipients=_lists(_recipients(was), _recipients(now), "party"),
        kinds_read=_lists(_read(was), _read(now), "kind"), kinds_sent=_lists(_sent(was), _sent(now), "kind", "party"),
        texts=[one for page in PAGES if (one := _text(page, was, now)) is not None],
        scenarios=_lists([{"id": one} for one in was.scenarios], [{"id": one} for one in now.scenarios], "id"),
        remarks=remarks(old, new),
    )  # fmt: skip


def same_file(old: Analysis, new: Analysis) -> bool:
    """Whether both runs are of one APK."""
    hashes = [one.run.fact("app").get("sha256") for one in (old, new)]
    return bool(hashes[0]) and hashes[0] == hashes[1]


def _lists(old: Sequence[Row], new: Sequence[Row], *names: str) -> Lists:
    """By what the rows are called: counts beside it make no other row."""
    def called(row: Row) -> Hashable:
        return tuple(row[name] for name in names)

    before, after = {called(row): row for row in old}, {called(row): row for row in new}
    return Lists(added=[row for name, row in after.items() if name not in before],
                 removed=[row for name, row in before.items() if name not in after], both=len(before.keys() & after.keys()))


def _permissions(old: Mapping[str, Any], new: Mapping[str, Any]) -> Lists | None:
    told = [one.get("permissions") for one in (old, new)]
    if not all(isinstance(one, list) for one in told):
        return None
    rows = [[{"name": name} for name in sorted(set(map(str, one or ())))] for one in told]
    return _lists(rows[0], rows[1], "name")


def _sdks(run: Tables) -> list[Row]:
    """By their name: who called or sent. `company`: "" where it is not known."""
    companies = {sdk.name: sdk.company for sdk in load_sdks()}
    found: dict[str, Row] = {}
    for frame, name, origin, count in ((run.calls, "caller", "origin", "calls"), (run.flows, "sender", "sender_origin", "flows")):
        if len(frame):
            for sdk, number in frame[frame[origin] == "sdk"][name].value_counts().items():
                row = found.setdefault(str(sdk), {"name": str(sdk), "company": companies.get(str(sdk), ""), "calls": 0,
                                                  "flows": 0})
                row[count] = int(number)
    return [found[name] for name in sorted(found)]


def _hosts(run: Tables) -> list[Row]:
    named = run.flows[run.flows["host"].astype(bool)] if len(run.flows) else run.flows
    return [{"host": host, "party": rows[0]["party"], "relation": rows[0]["relation"],
             "senders": sorted({str(row["sender"]) for row in rows}), "flows": len(rows)}
            for (host,), rows in groups(named, "host")]


def _recipients(run: Tables) -> list[Row]:
    """Who got something that a hooked call had given, other than the first party."""
    if not len(run.sightings):
        return []
    return [{"party": party, "relation": rows[0]["relation"], "hosts": sorted({str(row["host"]) for row in rows}),
             "kinds": sorted({str(row["kind"]) for row in rows})}
            for (party,), rows in groups(run.sightings[run.sightings["relation"] != "first"], "party")]


def _read(run: Tables) -> list[Row]:
    calls = real(run.calls)
    if not len(calls):
        return []
    return [{"kind": kind, "sensitive": kinds()[kind].sensitive, "callers": sorted({str(row["caller"]) for row in rows}),
             "calls": len(rows)} for (kind,), rows in groups(calls[calls["kind"].isin(list(kinds()))], "kind")]


def _sent(run: Tables) -> list[Row]:
    return [{"kind": kind, "party": party, "relation": rows[0]["relation"],
             "stages": sorted({str(row["stage"]) for row in rows} - {""}), "requests": len({row["flow"] for row in rows})}
            for (kind, party), rows in groups(run.sightings, "kind", "party")]


def _text(page: str, old: Tables, new: Tables) -> TextOf | None:
    """None where neither run read one."""
    was, now = _last(page, old), _last(page, new)
    if was is None and now is None:
        return None
    changes = compare_texts(parsed(was.text), parsed(now.text)) if was and now else None
    return TextOf(page=page, old=was.note.id if was else "", new=now.note.id if now else "", changes=changes)


def _last(page: str, run: Tables) -> AppText | None:
    return next((text for text in reversed(run.texts(page)) if text.whole), None)


def remarks(old: Analysis, new: Analysis) -> list[Remark]:
    """What speaks against taking each difference for one of the app."""
    return [remark for look in _LOOKS for remark in look(old, new)]


def _order(old: Analysis, new: Analysis) -> Iterable[Remark]:
    app = [one.run.fact("app") for one in (old, new)]
    was, now = (one.get("version_code") for one in app)
    if isinstance(was, int) and isinstance(now, int) and was > now:
        pair = [f"{one.get('version') or '?'} ({one.get('version_code')})" for one in app]
        yield Remark(kind="swapped", text=f"OLD is version {pair[0]}, NEW is {pair[1]}, which is the older one: perhaps they are "
                     "the wrong way round.", text_zh=f"“旧”为版本 {pair[0]},“新”为 {pair[1]},后者版本更低,两者可能颠倒。")
    elif was == now and 0 < _begun(new.run) < _begun(old.run):
        yield Remark(kind="run_earlier", text="NEW was run before OLD: perhaps they are the wrong way round.",
                     text_zh="“新”的运行早于“旧”的运行,两者可能颠倒。")


def _begun(run: Tables) -> int:
    return next((fact.host_ns for fact in run.facts), 0)


def _same(old: Analysis, new: Analysis) -> Iterable[Remark]:
    if same_file(old, new):
        yield Remark(kind="same_file", text="Both runs are of the same app file: what differs comes of the runs or the devices, "
                     "and nothing was fixed.", text_zh="两次运行的应用文件相同:差异来自运行或设备,不存在“已整改”。")


def _other_app(old: Analysis, new: Analysis) -> Iterable[Remark]:
    if old.run.package != new.run.package:
        yield Remark(kind="other_app", text=f"These are two apps: {old.run.package} and {new.run.package}.",
                     text_zh=f"这是两个应用:{old.run.package} 与 {new.run.package}。")
    if old.run.app != new.run.app:
        yield Remark(kind="other_app_file", text="What was told of the app (first-party domains, recipients, functions) differs, "
                     "so that the same act may be judged otherwise; --app judges both by one file.",
                     text_zh="两次运行所用的应用说明(自有域名、接收方、功能)不同,同一行为可能得出不同结论;可用 --app 统一。")


def _device(old: Analysis, new: Analysis) -> Iterable[Remark]:
    told = [{name: one.run.fact("device").get(name) or "?" for name in ("kind", "model", "release")} for one in (old, new)]
    if told[0] != told[1]:
        pair = [f"{one['kind']} ({one['model']}, Android {one['release']})" for one in told]
        yield Remark(kind="other_device", text=f"The devices differ: {pair[0]}, and {pair[1]}.",
                     text_zh=f"设备不同:{pair[0]} 与 {pair[1]}。")


def _instruments(old: Analysis, new: Analysis) -> Iterable[Remark]:
    for kind, has, en, zh in (("hooks_in_one", hooked, "had hooks in the app's processes", "对应用插桩"),
                              ("proxy_in_one", proxied, "had its traffic read by a proxy", "经代理读取流量")):
        told = [has(one) for one in (old, new)]
        if told[0] != told[1]:
            one, one_zh = ("OLD", "旧") if told[0] else ("NEW", "新")
            yield Remark(kind=kind, text=f"Only {one} {en}: what that shows is not observable in the other.",
                         text_zh=f"仅“{one_zh}”{zh},另一次运行无法观察其内容。")


def _tools(old: Analysis, new: Analysis) -> Iterable[Remark]:
    agent, tools = ([one.run.fact(kind) for one in (old, new)] for kind in ("agent", "tools"))
    hooks = [one for name in _AGENT if (one := _other(name, *agent))]
    if hooks:
        yield Remark(kind="other_hooks", text=f"What was watched differs: the hooks are of other versions ({'; '.join(hooks)}).",
                     text_zh=f"观察点(Hook)版本不同({';'.join(hooks)})。")
    if said := _other("harness", *tools):
        yield Remark(kind="other_tool", text=f"The runs were made by different versions of the harness ({said}).",
                     text_zh=f"检测工具版本不同({said})。")


def _other(name: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> str:
    """"" where both say the same."""
    return "" if old.get(name) == new.get(name) else " -> ".join(str(one.get(name, "?"))[:12] for one in (old, new))


def _windows(old: Analysis, new: Analysis) -> Iterable[Remark]:
    used = [one.readings.name for one in (old, new)]
    if used[0] != used[1]:
        yield Remark(kind="other_profile", text=f"Other thresholds decided: {used[0]}, and {used[1]}; --profile judges both by "
                     "one.", text_zh=f"判定阈值不同:{used[0]} 与 {used[1]};可用 --profile 统一。")
    told = [one.run.fact("profile") for one in (old, new)]
    names = [name for name in {**told[0], **told[1]} if name not in _NO_WINDOW and told[0].get(name) != told[1].get(name)]
    if names and all(told):
        said = ", ".join(f"{name} {told[0].get(name)} -> {told[1].get(name)}" for name in names[:_TOLD])
        more = f" (+{len(names) - _TOLD})" if len(names) > _TOLD else ""
        yield Remark(kind="other_windows", text=f"How long and how far the runs looked on differs: {said}{more}. Silence weighs "
                     "less where a run looked on for less.",
                     text_zh=f"观察时长与范围不同:{said}{more}。观察越少,未观察到的意义越小。")


def _scenarios(old: Analysis, new: Analysis) -> Iterable[Remark]:
    was, now = set(old.run.scenarios), set(new.run.scenarios)
    for kind, only, en, zh in (("only_in_old", was - now, "OLD", "旧"), ("only_in_new", now - was, "NEW", "新")):
        if only:
            named = sorted(only)
            yield Remark(kind=f"scenarios_{kind}", text=f"Only {en} ran {', '.join(named)}: what these show is in the other run "
                         "not observable.", text_zh=f"仅“{zh}”运行了场景 {'、'.join(named)},另一次运行无法观察其内容。")


def _ended(old: Analysis, new: Analysis) -> Iterable[Remark]:
    for one, en, zh in ((old, "OLD", "旧"), (new, "NEW", "新")):
        if not one.run.complete:
            yield Remark(kind="incomplete", text=f"The run of {en} did not come to its end.", text_zh=f"“{zh}”的运行未正常结束。")


_LOOKS: tuple[Callable[[Analysis, Analysis], Iterable[Remark]], ...] = (
    _order, _same, _other_app, _ended, _scenarios, _device, _instruments, _windows, _tools)
