"""What makes two verdicts the same one: of two runs, of two versions of an app, in two formats."""

from __future__ import annotations

import hashlib
import json

from harness.model import Verdict

APP = "app"
"""The subject of a key where the app itself acts: versions under two package names must give one key."""


def key(verdict: Verdict, package: str) -> str:
    """16 hex digits: the same for the same offence by the same subject on the same item to the same party in the same stage, in
    every run. `package`: of the run's app. A rule stands for the clauses that it serves, which may grow in number."""
    subject = APP if verdict.caller == package else verdict.caller
    parts = [verdict.rule, verdict.item, subject, verdict.party, str(verdict.stage)]
    return hashlib.sha256(json.dumps(parts, ensure_ascii=True, separators=(",", ":")).encode("ascii")).hexdigest()[:16]
