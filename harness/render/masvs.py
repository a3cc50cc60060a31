"""OWASP MASVS controls that rules bear on. The reading is this project's: MASVS and the clauses do not name each other."""

from __future__ import annotations

from collections.abc import Mapping

from harness.rules.rule import Rule

MASVS_VERSION = "2.1.0"
CONTROLS: Mapping[str, str] = {
    "MASVS-NETWORK-1": "The app secures all network traffic according to the current best practices.",
    "MASVS-PRIVACY-1": "The app minimizes access to sensitive data and resources.",
    "MASVS-PRIVACY-2": "The app prevents identification of the user.",
    "MASVS-PRIVACY-3": "The app is transparent about data collection and usage.",
    "MASVS-PRIVACY-4": "The app offers user control over their data.",
}
_OF_RULE: Mapping[str, tuple[str, ...]] = {
    "sent-in-clear": ("MASVS-NETWORK-1",),
    "genai-input-unprotected": ("MASVS-NETWORK-1",),
    "practice-differs-from-policy": ("MASVS-PRIVACY-3",),
    "third-party-beyond-policy": ("MASVS-PRIVACY-3",),
    "sdk-not-in-policy": ("MASVS-PRIVACY-3",),
    "no-notice-at-first-run": ("MASVS-PRIVACY-3",),
    "profiling-not-refusable": ("MASVS-PRIVACY-2", "MASVS-PRIVACY-4"),
    "optout-without-effect": ("MASVS-PRIVACY-2", "MASVS-PRIVACY-4"),
}
_OF_ROOM: Mapping[str, tuple[str, ...]] = {
    "adverts": (),
    "collection": ("MASVS-PRIVACY-1",),
    "comparison": (),
    "consent": ("MASVS-PRIVACY-3", "MASVS-PRIVACY-4"),
    "documents": ("MASVS-PRIVACY-3",),
    "entries": ("MASVS-PRIVACY-3",),
    "permissions": ("MASVS-PRIVACY-1",),
    "personalisation": ("MASVS-PRIVACY-4",),
    "rights": ("MASVS-PRIVACY-4",),
    "sharing": ("MASVS-PRIVACY-1",),
    "starts": (),
}
"""Room of harness/rules -> controls; () where MASVS has nothing of the kind."""


def room(rule: Rule) -> str:
    """The folder of harness/rules that the rule lies in; "" for one that lies in none."""
    return rule.decide.__module__.removeprefix("harness.rules.").partition(".")[0]


def controls(rule: Rule) -> tuple[str, ...]:
    return _OF_RULE.get(rule.id, _OF_ROOM.get(room(rule), ()))
