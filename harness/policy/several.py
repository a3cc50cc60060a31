"""Names that stand in one cell, field or title together: 友盟SDK、个推, and 推送SDK（华为、小米）."""

from __future__ import annotations

import re

from harness.policy.entries import is_function, is_sdk_name, plausible_name
from harness.policy.known import bare, by_name, is_service, known_of, names_in
from harness.policy.naming import identity
from harness.policy.words import compiled

Span = tuple[int, int]
_GROUP = compiled("sdk_sections", "group")
_FORM = compiled("several", "form")
_MEMBER = re.compile(r"[^、,/;\s](?:[^、,/;]*[^、,/;\s])?")
_LISTED = re.compile(r"[^、,;\s](?:(?:[^、,;]|,(?= ?(?:inc|llc|ltd|limited|corp|gmbh)\b))*[^、,;\s])?")
_BRACKETED = re.compile(r"\([^()]*\)")


def is_known(said: str) -> bool:
    """Whether the catalogue knows a name, as an SDK's, a service's or a company's."""
    if known_of(said) is not None or bare(said) in by_name():
        return True
    return is_service(said) or any(name in by_name() for name in (*names_in(said), bare(_FORM.sub("", said))))


def members(said: str, start: int, end: int) -> list[Span]:
    """Where the members of a listing stand, from `start` to `end`."""
    return [m.span() for m in _MEMBER.finditer(said, start, end)]


def of_group(said: str) -> list[Span]:
    """Where the names stand that brackets behind a kind of SDKs hold, at least two of which half are known; none else."""
    group = _GROUP.match(said)
    if group is None or known_of(group["kind"]) is not None:
        return []
    found = members(said, *group.span("names"))
    called = [said[a:b] for a, b in found]
    if len(found) < 2 or sum(map(is_known, called)) * 2 < len(called) or any(map(is_function, called)):
        return []
    return found


def several(said: str) -> list[Span]:
    """Where the names in a folded cell or field stand: of a group or a listing all, else the whole."""
    group = of_group(said)
    if group:
        return group
    plain = _BRACKETED.sub(lambda m: "x" * len(m[0]), said)
    listed = [m.span() for m in _LISTED.finditer(plain)]
    called = [said[a:b] for a, b in listed]
    if (
        1 < len(listed) <= 12
        and all(len(c) <= 30 and plausible_name(c) and not is_function(c) for c in called)
        and sum(is_known(c) or is_sdk_name(c) for c in called) * 2 >= len(called)
        and len(set(map(identity, called))) == len(called)
    ):
        return listed
    return [(0, len(said))]
