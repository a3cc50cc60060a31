"""Requests that say something of personalised content, and the identifiers that go with them."""

from __future__ import annotations

import re
from typing import Any

from harness.rules.crawls import policy_text
from harness.tables import Note, Tables, groups, records

IDENTIFIERS = frozenset({
    "imei", "imsi", "iccid", "device_serial", "android_id", "oaid", "ad_id", "idfv", "media_drm_id", "device_id_other", "mac",
    "bluetooth_mac", "push_token", "install_id", "phone", "email", "account", "third_party_account", "cookie",
})  # fmt: skip
STRONG = re.compile(r"interest|user|profile|persona|portrait|crowd|audience|segment", re.IGNORECASE)
"""Names of fields that speak of a user's interests; `tags` alone may be of anything."""
_SPEAKS = re.compile(
    r"个性化(?:内容|商品|信息)?(?:推荐|推送|展示|服务)|猜你喜欢|为你推荐|为您推荐|定向推送|精准推送|算法推荐|个性化广告"
    r"|personali[sz]ed (?:content|recommendation|feed|ads?)", re.IGNORECASE)
_PROFILING = re.compile(r"用户画像|画像|兴趣标签|用户标签|偏好标签|user profil(?:e|ing)|profiling|interest tags", re.IGNORECASE)


def marks(run: Tables, *, scenario: str = "", after: int = 0) -> dict[str, list[dict[str, Any]]]:
    """Marks by host, of one scenario from a moment on."""
    if not len(run.marks):
        return {}
    rows = run.marks[(run.marks["t"] > after)]
    if scenario:
        rows = rows[rows["scenario"] == scenario]
    return {key[0]: found for key, found in groups(rows, "host")}


def identified(run: Tables, flows: set[str]) -> list[str]:
    """Calls whose value of an identifier stands in one of these requests."""
    found = [str(call) for s in records(run.sightings) if s["flow"] in flows and s["kind"] in IDENTIFIERS for call in s["calls"]]
    return list(dict.fromkeys(found))


def recommends(run: Tables) -> tuple[str, list[str]]:
    """What shows that content is personalised, in words, and the events; "" where nothing does."""
    flagged = [r for r in records(run.marks)
               if (r["value"] == "1" if r["what"] == "flag" else STRONG.search(str(r["key"])))]
    if flagged:
        one = flagged[0]
        return f"requests to {one['host']} say {one['key']}={one['value']}", list(dict.fromkeys(str(r["flow"])
            for r in flagged))[:5]
    return _said(run, _SPEAKS)


def profiles(run: Tables) -> tuple[str, list[str]]:
    """The same of a profile of the user: tags in requests, or the policy's words."""
    tagged = [r for r in records(run.marks) if r["what"] == "interests" and STRONG.search(str(r["key"]))]
    if tagged:
        one = tagged[0]
        return f"requests to {one['host']} carry {one['key']}={one['value']}", list(dict.fromkeys(str(r["flow"])
            for r in tagged))[:5]
    return _said(run, _PROFILING)


def _said(run: Tables, words: re.Pattern[str]) -> tuple[str, list[str]]:
    policy = policy_text(run) or ""
    hit = words.search(policy)
    notes: list[Note] = [text.note for text in run.texts("policy") if text.whole][-1:]
    return (f"the policy speaks of {hit[0]!r}", [e for n in notes for e in n.evidence]) if hit else ("", [])
