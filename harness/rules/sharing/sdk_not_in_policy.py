"""An SDK was at work that the policy and its lists do not name."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from harness.model import Finding, Gap, GapKind, Grade
from harness.rules.readings import Readings
from harness.rules.rule import Boundary, Hooks, Rule, Traffic
from harness.rules.sensitive import judged, kinds, name
from harness.rules.sharing._named import named, plain
from harness.rules.telling import earliest_stage, listed, real, some, times
from harness.rules.wording import Disclosure, cut, evidence, whole
from harness.tables import Tables, records
from harness.tables.attribution import Sdk, load_sdks

TEXTS = ("policy", "shared_list", "collected_list")


@dataclass(frozen=True)
class CallersKnown:
    """Of each reading it is known whose it was: what nobody is known to have read may be an SDK's."""

    def missing(self, run: Tables, readings: Readings) -> list[Gap]:
        calls = real(run.calls)
        unknown = calls[(calls["origin"] == "unresolved") & calls["kind"].isin(judged())] if len(calls) else calls
        if not len(unknown):
            return []
        why = f"Whose code made {len(unknown)} readings of personal information is not known: it may be an SDK's."
        why_zh = f"有 {len(unknown)} 次个人信息读取的调用方无法识别,可能属于某一SDK。"
        return [run.add_gap(GapKind.UNDECIDED, why, "caller unresolved", why_zh)]


def _seen(run: Tables) -> dict[str, dict[str, list[dict[str, Any]]]]:
    """SDK -> its calls that gave personal information, and what its code sent of that."""
    found: dict[str, dict[str, list[dict[str, Any]]]] = defaultdict(lambda: {"calls": [], "flows": []})
    calls = real(run.calls)
    if len(calls):
        mine = calls[(calls["origin"] == "sdk") & calls["kind"].isin(list(kinds()))]
        for row in records(mine[["caller", "event_id", "t", "kind", "base"]]):
            found[row["caller"]]["calls"].append(row)
    for row in records(run.sightings):
        if row["sender_origin"] == "sdk":
            found[row["sender"]]["flows"].append(row)
    return dict(sorted(found.items()))


def _named(run: Tables, sdk: Sdk, read: Any) -> bool:
    """By the app file, or by a text: name, company, package or host."""
    for one in run.app.recipients:
        shared = set(one.packages) & set(sdk.packages) or set(one.domains) & set(sdk.hosts)
        if shared or one.name in {sdk.name, sdk.zh, sdk.en, sdk.company, plain(sdk.company)}:
            return True
    names = [n for n in (sdk.name, sdk.zh, sdk.en) if n]
    for text, declared in read:
        if any(declared.sdk_named(n, packages=sdk.packages, hosts=sdk.hosts) is not None for n in names):
            return True
        if any(n.lower() in text.text.lower() for n in (*names, *sdk.packages, *sdk.hosts) if len(n) > 2):
            return True
    return bool(sdk.company) and named(read, "", sdk.company) is not None


def decide(run: Tables, readings: Readings) -> Iterator[Finding]:
    read = whole(run, *TEXTS)
    if not run.app.known and not any(text.page == "policy" for text, _ in read):
        return
    known = {sdk.name: sdk for sdk in load_sdks()} | {r.name: Sdk(name=r.name, packages=r.packages, hosts=r.domains)
                                                      for r in run.app.recipients}
    partly = cut(run, *TEXTS)
    for caller, rows in _seen(run).items():
        sdk = known.get(caller, Sdk(name=caller))
        if _named(run, sdk, read):
            continue
        said = sorted({row["kind"] for row in (*rows["calls"], *rows["flows"])})
        count = len(rows["calls"])
        yield Finding(
            grade=Grade.A if rows["flows"] else Grade.B,
            item="SDK",
            caller=caller,
            stage=earliest_stage(row["base"] for row in (*rows["calls"], *rows["flows"])),
            party=sdk.company,
            unclear=partly,
            evidence=[*evidence(read), *some(r["event_id"] for r in rows["calls"]), *some(r["flow"] for r in rows["flows"])],
            reason=f"{caller}" + (f" ({sdk.company})" if sdk.company else "") + " read or sent "
                f"{listed([name(k) for k in said])} (read {times(count)}), and neither the policy nor a list names it"
                + (", as far as they were "
            "read." if partly else "."),
            reason_zh=f"{caller}" + (f"({sdk.company})" if sdk.company else "") + f"读取或发"
            f"送{listed([name(k, 'zh') for k in said], '、')}"
            f"(读取 {count} 次),隐私政策及清单均未列明该 SDK" + (",但有文本未读至末尾。" if partly else "。"),
        )


rule = Rule(
    id="sdk-not-in-policy",
    title="SDK at work that the policy does not name",
    title_zh="隐私政策未列明实际运行的第三方SDK",
    clauses=("sz-guide-02b-policy-covers-third-party",),
    scenarios=("first-launch-agree", "first-launch-idle", "agree", "function-walk", "sdk-share", "background-idle"),
    needs=(Disclosure(), CallersKnown(), Boundary("after_agree"), Hooks(judged()), Traffic(third=True)),
    decide=decide,
    sees="SDKs of hooks/sdks, and of the app file, whose code read personal information or sent it, in any stage; their names, "
    "companies, packages and hosts looked for in the policy and both lists.",
    cannot_see="An SDK whose packages were renamed; one that only lies in the APK and was silent.",
    advice="Name each SDK with its company, the kinds that it gets and the purpose in the policy or a list that it links.",
    advice_zh="在隐私政策或其链接的清单中逐一列明第三方SDK的名称、提供方、收集的信息种类与目的。",
)
