"""docs/hook-coverage.md: by name of method, what our catalogue and public tools hook.

The tools' lists are facts read from their sources (hooks/peers.yaml). What a tool hooks and we do not has its reason in
hooks/peers-left-out.yaml.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

import yaml

from harness.capture.catalogue import Catalogue
from harness.resources import resource

_HEAD = """\
# What public tools hook, and what we hook

Made by `harness hooks --coverage` from hooks/catalogue, hooks/peers.yaml (which says where each list comes from, and at which
commit) and hooks/peers-left-out.yaml. Compared is the name of class and method, overloads aside. Tools in *italics* are not among
those we measure ourselves against: what they alone hook may lack a reason.

"""


@dataclass(frozen=True)
class Tool:
    """`methods`: class.method, or native:NAME."""

    id: str
    optional: bool
    methods: frozenset[str]

    @property
    def told(self) -> str:
        return f"*{self.id}*" if self.optional else self.id


@dataclass(frozen=True)
class Reason:
    """Why methods of these names or patterns are not in the catalogue."""

    patterns: tuple[str, ...]
    why: str

    def covers(self, method: str) -> bool:
        return any(fnmatchcase(method, pattern.replace("[", "[[]")) for pattern in self.patterns)


def read_tools(file: Path | None = None) -> list[Tool]:
    """The tools of hooks/peers.yaml."""
    listed = yaml.safe_load((file or resource("hooks", "peers.yaml")).read_text(encoding="utf-8"))["tools"]
    return [Tool(t["id"], bool(t.get("optional")), frozenset(t["methods"])) for t in listed]


def read_reasons(file: Path | None = None) -> list[Reason]:
    """The reasons of hooks/peers-left-out.yaml, in order."""
    listed = yaml.safe_load((file or resource("hooks", "peers-left-out.yaml")).read_text(encoding="utf-8"))
    return [Reason(tuple(r["methods"]), " ".join(r["why"].split())) for r in listed]


def names(catalogue: Catalogue) -> list[str]:
    """Our methods as `Tool` writes them, each once, in order."""
    return list(dict.fromkeys(f"native:{h.method}" if h.origin == "native" else h.name for h in catalogue.hooks))


def left_out(ours: Iterable[str], tools: Sequence[Tool]) -> list[str]:
    """What some tool hooks and we do not, sorted."""
    return sorted(frozenset().union(*(t.methods for t in tools)) - set(ours))


def reason_for(method: str, reasons: Sequence[Reason]) -> str:
    """The first that fits; nothing where none does."""
    return next((r.why for r in reasons if r.covers(method)), "")


def unexplained(ours: Iterable[str], tools: Sequence[Tool], reasons: Sequence[Reason]) -> list[str]:
    """What a tool that is not optional hooks, and we neither hook nor say why not."""
    compared = [t for t in tools if not t.optional]
    return [m for m in left_out(ours, compared) if not reason_for(m, reasons)]


def idle(ours: Iterable[str], tools: Sequence[Tool], reasons: Sequence[Reason]) -> list[str]:
    """Patterns that leave out nothing any more."""
    first = Counter(
        next((p for r in reasons for p in r.patterns if Reason((p,), "").covers(m)), "") for m in left_out(ours, tools)
    )
    return [p for r in reasons for p in r.patterns if not first[p]]


def page(catalogue: Catalogue, tools: Sequence[Tool] | None = None, reasons: Sequence[Reason] | None = None) -> str:
    """The whole page, in Markdown."""
    tools = read_tools() if tools is None else tools
    reasons = read_reasons() if reasons is None else reasons
    ours = names(catalogue)
    return _HEAD + "\n\n".join([_counts(ours, tools), _shared(ours, tools), _missing(ours, tools, reasons)]) + "\n"


def _counts(ours: Sequence[str], tools: Sequence[Tool]) -> str:
    known = set(ours)
    rows = ["| | methods | of these ours | left out |", "|---|---|---|---|"]
    rows += [f"| {t.told} | {len(t.methods)} | {len(t.methods & known)} | {len(t.methods - known)} |" for t in tools]
    theirs = frozenset().union(*(t.methods for t in tools))
    rows.append(f"| all of them | {len(theirs)} | {len(theirs & known)} | {len(theirs - known)} |")
    rows.append(f"| **ours** | {len(ours)} | {len(ours)} | |")
    return "\n".join(rows) + f"\n\n{len(known - theirs)} methods of ours are hooked by none of them."


def _shared(ours: Sequence[str], tools: Sequence[Tool]) -> str:
    rows = ["## Hooked by them and by us", "", "| method | tools |", "|---|---|"]
    shared = sorted(set(ours) & frozenset().union(*(t.methods for t in tools)))
    return "\n".join(rows + [f"| `{m}` | {_by(m, tools)} |" for m in shared])


def _missing(ours: Sequence[str], tools: Sequence[Tool], reasons: Sequence[Reason]) -> str:
    told = ["## Hooked by them and not by us"]
    missing = left_out(ours, tools)
    for why in dict.fromkeys([r.why for r in reasons] + [""]):
        methods = [m for m in missing if reason_for(m, reasons) == why]
        if methods:
            rows = [f"| `{m}` | {_by(m, tools)} |" for m in methods]
            told.append("\n".join([why or "No reason is given.", "", "| method | tools |", "|---|---|", *rows]))
    return "\n\n".join(told)


def _by(method: str, tools: Sequence[Tool]) -> str:
    return ", ".join(t.told for t in tools if method in t.methods)
