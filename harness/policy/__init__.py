"""Privacy policies read: what a text declares of kinds, SDKs, recipients, rights and terms, each with its quote (docs/policy.md).

`read` takes a text, `from_bytes` a file; both give a `Declared`, which answers what rules ask: `declares`, `denies`, `sdk_named`.
"""

from __future__ import annotations

from harness.policy.declared import (
    RIGHTS,
    Channel,
    Declared,
    KindSaid,
    Note,
    Passage,
    Recipient,
    ReplyDays,
    Right,
    Said,
    SdkSaid,
    covering,
)
from harness.policy.files import PolicyUnreadable
from harness.policy.reading import from_bytes, read

__all__ = [
    "RIGHTS", "Channel", "Declared", "KindSaid", "Note", "Passage", "PolicyUnreadable", "Recipient", "ReplyDays", "Right", "Said",
    "SdkSaid", "covering", "from_bytes", "read",
]  # fmt: skip
