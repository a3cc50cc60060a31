"""Functions that stop where a permission was denied, and whether they use it when it is granted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from harness.rules.functions import Use, function_map, uses, works_with
from harness.rules.granting import UNSEEN, kinds_of
from harness.rules.telling import between, real, some
from harness.tables import Tables


@dataclass(frozen=True, kw_only=True)
class Tied:
    """`use`: the function that stopped; `groups`: what was denied; `word`: needless, needed, unknown; `worked`: its uses with the
    permission; `calls`: what it read then of what the permission gives."""

    use: Use
    groups: frozenset[str]
    word: str
    worked: tuple[Use, ...]
    calls: tuple[str, ...]

    @property
    def evidence(self) -> list[str]:
        return [*self.use.note.evidence, *(e for one in self.worked for e in one.note.evidence), *self.calls]


def tied(run: Tables) -> Iterator[Tied]:
    """Each function that stopped where something was denied to it, the first time."""
    calls = real(run.calls)
    told = set()
    for use in uses(run):
        if use.worked or use.why not in {"denied", "exits", "barred"} or use.answer not in {"deny", "deny_forever"}:
            continue
        groups = use.denied or (use.lacking if use.why == "denied" else frozenset())
        if not groups or use.name in told:
            continue
        told.add(use.name)
        worked = works_with(run, use.name)
        used: list[str] = []
        for one in worked:
            mine = calls[calls["scenario"] == one.scenario] if len(calls) else calls
            mine = between(mine, one.begun, one.ended)
            used += some(mine[mine["kind"].isin(kinds_of(groups))]["event_id"]) if len(mine) else []
        wanted = {one.name: one.groups for one in function_map(run)}.get(use.name, frozenset())
        word = "unknown"
        if used or groups & wanted:
            word = "needed"
        elif worked and not groups & UNSEEN:
            word = "needless"
        yield Tied(use=use, groups=groups, word=word, worked=tuple(worked), calls=tuple(some(used)))
