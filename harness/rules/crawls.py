"""What the suite's crawls say of an entry (policy, lists, withdrawal, ...), and what a rule's silence on it rests on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from harness.model import Finding, Gap, GapKind
from harness.rules.readings import Readings
from harness.rules.rule import Text, not_reached
from harness.tables import Note, Tables

NOWHERE = frozenset({"no_way", "no_switch", "no_place", "no_field", "no_control"})
"""Outcomes of a fact `page` that do not show that the page is there."""

NAMES: Mapping[str, tuple[str, str]] = {
    "policy": ("the privacy policy", "隐私政策"),
    "summary": ("a summary of the privacy policy", "隐私政策摘要"),
    "collected_list": ("the list of collected personal information", "已收集个人信息清单"),
    "shared_list": ("the list of personal information shared with third parties", "与第三方共享个人信息清单"),
    "withdraw": ("a way to withdraw consent", "撤回同意的途径"),
    "delete_account": ("a way to delete the account", "注销账号的途径"),
    "personalisation": ("a switch for personalised content", "个性化推荐的关闭选项"),
    "rights": ("a page for requests about one's own information", "个人信息权利行使入口"),
    "contact": ("a way to complain or to reach someone", "投诉举报或联系渠道"),
    "start_choice": ("a switch for associated start", "关联启动的选择功能"),
    "tariffs": ("an entry for the packages on sale", "在售套餐查询入口"),
    "tariffs_assisted": ("an entry for the packages for elderly and disabled people", "老年人、残疾人优惠套餐查询入口"),
}


@dataclass(kw_only=True)
class Sought:
    """An entry, over all crawls of a run. `found`: the fact and what it says of the entry; `absent`: complete crawls without it
    that had nothing further to look at; `short`: complete ones behind whose last pages it may still be; `broken`: crawls that
    were not complete; `pages`: facts of its page where that was there."""

    name: str
    found: list[tuple[Note, Mapping[str, Any]]] = field(default_factory=list)
    absent: list[Note] = field(default_factory=list)
    short: list[Note] = field(default_factory=list)
    broken: list[Note] = field(default_factory=list)
    pages: list[Note] = field(default_factory=list)

    @property
    def there(self) -> bool:
        return bool(self.found or self.pages)

    @property
    def missing(self) -> bool:
        """Whether it is nowhere: a crawl that saw all that there is did not find it, and nothing else shows it."""
        return bool(self.absent) and not self.there

    @property
    def nearest(self) -> tuple[Note, Mapping[str, Any]] | None:
        """Where it was found after the fewest taps; one that is no control only where there is none."""
        return min(self.found, key=lambda one: (bool(one[1].get("in_text")), one[1].get("taps", 0)), default=None)

    @property
    def names(self) -> tuple[str, str]:
        return NAMES[self.name]


def sought(run: Tables, name: str) -> Sought:
    """What the crawls and pages of a run say of one entry."""
    told = Sought(name=name)
    for note in run.noted("entries"):
        entry = note.data.get("found", {}).get(name)
        if entry is not None:
            told.found.append((note, entry))
        elif name in note.data.get("looked_for", ()):
            if not note.data.get("complete"):
                told.broken.append(note)
            else:
                (told.short if further(note) else told.absent).append(note)
    told.pages = [n for n in run.noted("page") if n.data.get("page") == name and n.data.get("outcome") not in NOWHERE]
    return told


def further(note: Note) -> int:
    """How many controls of the last pages a crawl left untapped, those of the entries that it found left out."""
    texts = {entry.get("text") for entry in note.data.get("found", {}).values()}
    told: Sequence[str] = note.data.get("beyond_controls", ())
    return max(0, int(note.data.get("beyond", 0)) - sum(one in texts for one in told))


def cited(note: Note, entry: Mapping[str, Any] | None = None) -> list[str]:
    """The events to cite for a crawl, or for one entry of it."""
    screen = entry.get("screen") if entry else None
    return list(dict.fromkeys([*note.evidence, *([screen] if isinstance(screen, str) and screen.startswith("v") else [])]))


def evidence(*notes: Note) -> list[str]:
    return list(dict.fromkeys(one for note in notes for one in note.evidence))


def looked_at(note: Note) -> tuple[str, str]:
    """What a complete crawl looked at, in words."""
    pages, depth = len(note.data.get("visited", ())), note.data.get("depth", 0)
    return (f"a complete crawl of {pages} pages, up to {depth} taps from the first page",
            f"完整遍历 {pages} 个页面(自首页起 {depth} 次点击以内)")


def way(entry: Mapping[str, Any]) -> str:
    return " > ".join(map(str, entry.get("way", ()))) or str(entry.get("text", ""))


def on_screen(
    run: Tables, notes: Sequence[Note], item: str, reason: str, reason_zh: str, *, stage: str = "", unclear: bool = False,
    candidate: bool = False, more: Sequence[str] = (),
) -> Finding:
    """A finding about what a screen showed or lacked, which is the app's own doing."""
    return Finding(
        item=item, caller=run.package, stage=stage or next((n.stage for n in notes if n.stage), ""), unclear=unclear,
        candidate=candidate, evidence=list(dict.fromkeys([*evidence(*notes), *more])), reason=reason, reason_zh=reason_zh)


@dataclass(frozen=True)
class Crawled:
    """A crawl that was complete looked for each of these entries, or it was found. `within`: a number of taps by its name; what
    is seen only after so many need not have been found."""

    names: tuple[str, ...]
    within: str = ""

    @classmethod
    def of(cls, *names: str, within: str = "") -> Crawled:
        return cls(names, within)

    def missing(self, run: Tables, readings: Readings) -> list[Gap]:
        taps = readings.of(self.within) if self.within else None
        return [gap for name in self.names for gap in self._of(run, name, taps)]

    def _of(self, run: Tables, name: str, taps: float | None) -> list[Gap]:
        told = sought(run, name)
        far = taps is not None and any(int(note.data.get("depth", 0)) + 1 >= taps for note in told.short)
        if told.there or told.absent or far:
            return []
        if told.short:
            note = told.short[-1]
            return [run.add_gap(GapKind.NOT_REACHED, f"The crawl for {told.names[0]} ended {note.data.get('depth', 0)} taps from "
                                f"the first page; {further(note)} controls there were not tapped.",
                                f"{name} {note.scenario}".strip())]
        if told.broken:
            note = told.broken[-1]
            why = "; ".join([*map(str, note.data.get("blocked", ())), str(note.data.get("ended", ""))])
            return [run.add_gap(GapKind.NOT_REACHED, f"The crawl for {told.names[0]} was not complete ({why}).",
                                f"{name} {note.scenario}".strip())]
        return not_reached(run, f"No crawl of this run looked for {told.names[0]}.", name)


@dataclass(frozen=True)
class Paged:
    """A page with a task was come to, and what it did there can be judged: a fact `page` with one of these outcomes, or any."""

    page: str
    outcomes: tuple[str, ...] = ()

    @classmethod
    def of(cls, page: str, *outcomes: str) -> Paged:
        return cls(page, outcomes)

    def missing(self, run: Tables, readings: Readings) -> list[Gap]:
        told = [n for n in run.noted("page") if n.data.get("page") == self.page]
        if any(not self.outcomes or n.data.get("outcome") in self.outcomes for n in told):
            return []
        came = f" (it came to: {', '.join(str(n.data.get('outcome')) for n in told)})" if told else ""
        why = f"The page {self.page} was not driven to where it can be judged{came}."
        return not_reached(run, why, self.page)


def policy_text(run: Tables) -> str | None:
    """The policy as the app showed it, read to its end; "" where a complete crawl found none; None where that is not known."""
    whole = [text.text for text in run.texts("policy") if text.whole]
    if whole:
        return whole[-1]
    return "" if sought(run, "policy").missing else None


@dataclass(frozen=True)
class PolicyRead:
    """The app's policy was read to its end, or it has none."""

    def missing(self, run: Tables, readings: Readings) -> list[Gap]:
        return [] if policy_text(run) is not None else Text.of("policy").missing(run, readings)
