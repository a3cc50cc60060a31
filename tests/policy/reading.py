"""What the tests of the reader of policies ask of a record."""

from __future__ import annotations

from harness.policy import Declared, read
from harness.policy.folding import fold
from harness.policy.kinds import mentions


def md(text: str) -> Declared:
    """The record of a text in Markdown."""
    return read(text, media_type="text/markdown")


def declared(policy: Declared) -> set[str]:
    return {k.kind for k in policy.kinds if not k.denied}


def denied(policy: Declared) -> set[str]:
    return {k.kind for k in policy.kinds if k.denied}


def kinds(policy: Declared) -> dict[str, set[str]]:
    """What each SDK takes, by its name."""
    return {sdk.name: set(sdk.kinds) for sdk in policy.sdks}


def named(text: str) -> set[str]:
    """The kinds that the words of a text name, whatever is said of them."""
    return {m.kind for m in mentions(fold(text))}
