"""What `harness policy --json` prints: the records as plain data (docs/json.md)."""

from __future__ import annotations

from typing import Any

from harness.policy.changes import Changes
from harness.policy.declared import Declared, Passage, Said


def _quote(passage: Passage | None) -> str:
    return passage.text if passage is not None else ""


def _said(said: Said) -> dict[str, Any]:
    return {"stated": said.stated, "value": said.value, "passage": _quote(said.passage)}


def as_json(read: Declared) -> dict[str, Any]:
    """A policy's record. Each `passage` is a quote, word for word, "" where there is none."""
    days = read.reply_days
    return {
        "kinds": [
            {"kind": k.kind, "denied": k.denied, "optional": k.optional, "passage": k.passage.text, "section": k.passage.section}
            for k in read.kinds
        ],
        "sdks": [
            {
                "name": s.name, "names": list(s.names), "known": s.known, "company": s.company, "purpose": s.purpose,
                "kinds": list(s.kinds), "denied": list(s.denied), "platforms": list(s.platforms), "passage": s.passage.text,
                "passages": [p.text for p in s.passages],
            }
            for s in read.sdks
        ],
        "recipients": [{"name": r.name, "sdk": r.sdk, "passage": r.passage.text} for r in read.recipients],
        "rights": {name: {"stated": r.stated, "path": r.path, "passage": _quote(r.passage)} for name, r in read.rights.items()},
        "channels": [{"kind": c.kind, "value": c.value, "passage": c.passage.text} for c in read.channels],
        "reply_days": {"number": days.number, "working": days.working, "passage": days.passage.text} if days else None,
        "minors": _said(read.minors),
        "retention": _said(read.retention),
        "personalisation_optout": _said(read.personalisation_optout),
        "cross_border": _said(read.cross_border),
        "update_date": read.update_date.isoformat() if read.update_date else None,
        "effective_date": read.effective_date.isoformat() if read.effective_date else None,
        "parties_named": list(read.parties_named),
        "languages": list(read.languages),
        "title": read.title,
        "length": len(read.text),
        "notes": [{"kind": n.kind, "detail": n.detail} for n in read.notes],
    }  # fmt: skip


def changes_as_json(changes: Changes) -> dict[str, Any]:
    """The record of a comparison."""
    return {
        "changed": changes.any,
        "kinds": {"added": list(changes.kinds_added), "removed": list(changes.kinds_removed)},
        "denials": {"added": list(changes.denials_added), "removed": list(changes.denials_removed)},
        "sdks": {
            "added": list(changes.sdks_added),
            "removed": list(changes.sdks_removed),
            "changed": [
                {
                    "name": c.name, "kinds_added": list(c.kinds_added), "kinds_removed": list(c.kinds_removed),
                    "company": _pair(c.company), "purpose": _pair(c.purpose),
                }
                for c in changes.sdks_changed
            ],
        },
        "recipients": {"added": list(changes.recipients_added), "removed": list(changes.recipients_removed)},
        "rights": {
            "added": list(changes.rights_added),
            "removed": list(changes.rights_removed),
            "paths": [{"right": r, "old": old, "new": new} for r, old, new in changes.paths],
        },
        "values": [{"name": name, "old": old, "new": new} for name, old, new in changes.values],
        "text": {"added": list(changes.text_added), "removed": list(changes.text_removed)},
    }  # fmt: skip


def _pair(pair: tuple[str, str] | None) -> dict[str, str] | None:
    return {"old": pair[0], "new": pair[1]} if pair else None
