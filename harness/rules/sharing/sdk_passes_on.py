"""An SDK sends what it has to yet another company that no text of the app names."""

from __future__ import annotations

from collections.abc import Iterator

from harness.model import Finding, Grade
from harness.policy.naming import same_company
from harness.rules.readings import Readings
from harness.rules.rule import Boundary, Hooks, Rule, Text, Traffic
from harness.rules.sensitive import judged, name
from harness.rules.sharing._named import is_domain, named, plain
from harness.rules.telling import listed, some
from harness.rules.wording import cut, evidence, whole
from harness.tables import Tables, groups
from harness.tables.attribution import load_sdks
from harness.tables.recipients import HostCatalogue

TEXTS = ("policy", "shared_list")
EARLY = {"before_consent": ("before consent", "征得同意前"), "after_refusal": ("after refusal", "用户拒绝后")}


def decide(run: Tables, readings: Readings) -> Iterator[Finding]:
    if not len(run.sightings):
        return
    read = whole(run, *TEXTS)
    sdks = {sdk.name: sdk for sdk in load_sdks()}
    hosts = HostCatalogue(list(sdks.values()))
    rows = run.sightings[(run.sightings["sender_origin"] == "sdk") & (run.sightings["relation"] != "first")]
    for (sender, host, party, base), found in groups(rows, "sender", "host", "party", "base"):
        sdk = sdks.get(sender)
        company = plain(sdk.company) if sdk is not None else ""
        if any(owner.name == sender for owner in hosts.owners(host)) or (company and same_company(company, plain(party))):
            continue
        file = run.app.recipient(host)
        if file is not None and file.name == sender:
            continue
        early = EARLY.get(base)
        if (file is not None or named(read, host, party) is not None) and not early:
            continue
        unclear = found[0]["relation"] == "unknown" or is_domain(party, host) or not company or (
            not early and (not read or cut(run, *TEXTS)))
        kinds = sorted({row["kind"] for row in found})
        when, when_zh = early or ("without a text of the app that names it", "本应用的隐私政策及清单均未提及该公司")
        yield Finding(
            grade=Grade.A,
            item=listed(kinds),
            caller=sender,
            stage=base,
            party=party,
            candidate=not early,
            unclear=unclear,
            evidence=[*evidence(read), *some(row["flow"] for row in found), *some(c for row in found for c in row["calls"])],
            reason=f"{sender} ({company or 'company not known'}) sent {listed([name(k) for k in kinds])} to {host}, which is "
            f"{'of an unknown owner' if unclear else 'of ' + party}, {when}"
            + ("." if early else "; whether the SDK's own rules name it a person must look up."),
            reason_zh=f"{sender}({company or '提供方未知'})将{listed([name(k, 'zh') for k in kinds], '、')}发送至 {host}"
            f"({'归属不明' if unclear else party}),{when_zh}" + ("。" if early else ";该SDK自身的处理规则是否列明需人工核对。"),
        )


rule = Rule(
    id="sdk-passes-on",
    title="SDK passes personal information on to another company",
    title_zh="SDK擅自向其他第三方共享、转让个人信息",
    clauses=("interimx-sdk-no-sharing",),
    scenarios=("sdk-share", "agree", "function-walk", "first-launch-agree"),
    needs=(Text.of("policy", "shared_list"), Boundary("after_agree"), Hooks(judged()), Traffic(third=True)),
    decide=decide,
    sees="Requests that SDK code is known to have sent, with a value that a hooked call gave, to a host of another company "
        "than the SDK's. Before consent or after refusal it is a violation; later a person looks up the SDK's own rules.",
    cannot_see="What servers pass on; the SDK's own rules; requests of which it is not known who sent them.",
    advice="Have the SDK name all that it passes information on to, name these in the app's list, or use an SDK that "
    "passes nothing on.",
    advice_zh="要求SDK提供方列明其进一步共享的接收方并在应用清单中披露,未经用户同意不得共享、转让。",
)
