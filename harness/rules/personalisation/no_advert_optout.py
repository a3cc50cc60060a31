"""Advertising follows the user, and neither app nor policy gives a way out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from harness.model import Finding
from harness.rules.crawls import Crawled, looked_at, on_screen, policy_text, sought
from harness.rules.personalisation._marks import IDENTIFIERS
from harness.rules.readings import Readings
from harness.rules.rule import Hooks, Rule, Screens, Traffic
from harness.tables import Tables, records
from harness.tables.attribution import load_sdks
from harness.tables.recipients import HostCatalogue

ADVERTISING = frozenset({"advertising", "ad_exchanges", "ad_measurement", "audience_data"})
"""Files of hooks/sdks whose hosts serve advertisements by profile."""
_ADS = re.compile(r"广告|\bads?\b|advert|营销", re.IGNORECASE)
_OUT = re.compile(r"(?:广告|营销)[^。;\n]{0,60}(?:关闭|退出|拒绝|停用|opt[- ]?out)|(?:关闭|退出|拒绝|停用)[^。;\n]{0,40}(?:广告|"
                  r"营销)|opt[- ]?out[^.\n]{0,60}\bads?\b",
                  re.IGNORECASE)
_SYSTEM = re.compile(r"系统设置|手机设置|设备设置|限制广告跟踪|重置广告|操作系统|system settings|device settings|limit ad "
                     r"tracking", re.IGNORECASE)


@cache
def _hosts() -> HostCatalogue:
    return HostCatalogue(load_sdks())


def _is_advertising(host: str) -> bool:
    return any(sdk.purpose in ADVERTISING for sdk in _hosts().owners(host))


def targeted(run: Tables) -> list[dict[str, Any]]:
    """Identifiers of the device or the user, and interests, that went to advertising hosts."""
    rows = [s for s in records(run.sightings) if s["kind"] in IDENTIFIERS] + [
        m for m in records(run.marks) if m["what"] == "interests" or m["value"] == "1"]
    known = {host: _is_advertising(host) for host in {r["host"] for r in rows if r["relation"] != "first"}}
    return [r for r in rows if known.get(r["host"])]


def decide(run: Tables, readings: Readings) -> Iterator[Finding]:
    rows = targeted(run)
    told = sought(run, "personalisation")
    if not rows or not (told.there or told.missing):
        return
    nearest = told.nearest
    captions = [str(nearest[1].get("text", ""))] if nearest else []
    captions += [str(n.data.get("text", "")) for n in told.pages]
    if any(_ADS.search(text) for text in captions):
        return
    hosts = ", ".join(sorted({r["host"] for r in rows}))
    kinds = ", ".join(sorted({str(r.get("kind") or r.get("key")) for r in rows}))
    flows = list(dict.fromkeys(str(r["flow"]) for r in rows))[:10]
    policy = policy_text(run)
    way_out = _OUT.search(policy) if policy else None
    notes = [*told.absent, *[note for note, _ in told.found[:1]], *[text.note for text in run.texts("policy")][-1:]]
    about = f"Advertising requests to {hosts} carry {kinds}"
    about_zh = f"发往 {hosts} 的广告请求携带 {kinds}"
    if told.there:
        yield on_screen(run, notes or told.pages, "advertising", f"{about}; the app's switch "
            f"({captions[0] or 'without a caption'}) does not say that it covers advertising.",
            f"{about_zh};应用的开关未载明适用于广告。", unclear=True, more=flows)
    elif policy is None:
        yield on_screen(run, notes, "advertising", f"{about}; the app has no switch against it, and its policy was not read.",
                        f"{about_zh};应用内无关闭选项,隐私政策未读取。", unclear=True, more=flows)
    elif way_out:
        only = " by the system's own settings" if _SYSTEM.search(policy[max(0, way_out.start() - 80) : way_out.end()
            + 80]) else ""
        yield on_screen(run, notes, "advertising", f"{about}; the app has no switch against it, and the policy speaks of a way "
            f"out{only}: {way_out[0]!r}.", f"{about_zh};应用内无关闭选项,隐私政策载有途径:“{way_out[0]}”。", unclear=True,
                        more=flows)
    else:
        looked, looked_zh = looked_at(told.absent[-1])
        yield on_screen(run, notes, "advertising", f"{about}, and neither the app ({looked}) nor its policy offers a way to "
            "refuse.",
                        f"{about_zh},应用内({looked_zh})及隐私政策均未提供拒绝方式。", more=flows)


rule = Rule(
    id="no-advert-optout",
    title="Targeted advertising without a way to refuse",
    title_zh="定向推送商业营销未提供拒绝方式",
    clauses=("sz-guide-10b-marketing-optout",),
    scenarios=("ui-entry-crawl", "personalisation-off", "sdk-share"),
    needs=(Crawled.of("personalisation"), Traffic(third=True), Hooks(IDENTIFIERS - {"cookie"}), Screens()),
    decide=decide,
    sees="Identifiers and interests in requests to hosts that hooks/sdks knows as advertising, and a switch or words of the "
         "policy against it.",
    cannot_see="Advertising of hosts that are in no list; whether what is served really follows the user.",
    advice="Add a switch for personalised advertising, and pass it on to the advertising SDK.",
    advice_zh="提供个性化广告关闭选项,并同步至广告SDK。",
)
