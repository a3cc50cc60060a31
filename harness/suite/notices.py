"""A notice measured and its links tried, before anything on it is answered: the fact `notice`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.screens.hierarchy import HierarchyUnreadable, windows
from harness.screens.reading import FoundControl, Reading
from harness.suite.driver import PolicyNotice, Sight, UiDriver
from harness.suite.purposes import purposes
from harness.suite.task_words import has_words, sensitive_items
from harness.suite.words import says

if TYPE_CHECKING:
    from harness.screens.picture import Picture  # which loads numpy: only once a notice is measured


def measure(user: UiDriver, notice: PolicyNotice, *, links: bool = True) -> PolicyNotice:
    """Measures the notice, scrolled to its end where it can be, and opens each of its links. The notice as it stands then.

    Raises NotReached where a link leads away and nothing leads back.
    """
    from harness.screens import dark_patterns, dark_words

    seen = notice.seen
    scrolled, here = _scrolled(user, seen)
    patterns = dark_patterns.find(seen.reading, seen.xml or None, _picture(seen), user.density, scrolled)
    opened: list[dict[str, Any]] = []
    if links:
        opened, here = _opened(user, here)
    reading = seen.reading
    boxes = reading.with_role("checkbox")
    whole = scrolled.text if scrolled is not None else reading.text
    user.steps.fact(
        "notice", screen=seen.event.id, kind=reading.kind, read_from=reading.read_from, density=user.density,
        ids=sorted({p.id for p in patterns}), patterns=[dark_patterns.as_json(p) for p in patterns],
        boxes=[{"text": b.text, "ticked": b.checked, "bounds": list(b.bounds),
                "items": sorted(dark_words.items_in(b.text, whole)), "documents": dark_words.documents_in(b.text, whole)}
               for b in boxes],
        documents=dark_words.documents_in(whole),
        left_out=[{"id": one.id, "reason": one.reason} for one in dark_words.left_out(reading.text)],
        default_ticks=sum(1 for b in boxes if b.checked),
        agree=[_as_data(c) for c in reading.with_role("agree")],
        refuse=[_as_data(c) for c in reading.with_role(*dark_patterns.REFUSING)],
        taps_to_agree=1 + sum(1 for b in boxes if b.checked is False), links=opened,
        links_tried=links, characters=len(reading.text), hidden_characters=max(0, len(whole) - len(reading.text)),
        scrolled=scrolled is not None, text=reading.text[:4000], purposes=purposes(whole), sensitive=sensitive_items(whole),
        says_impact=has_words(whole, "impact"))
    return PolicyNotice(here)


def none_shown(user: UiDriver, seen: list[Sight]) -> None:
    """Tells of a first run that no notice was recognised in: what showed instead, and whether all of it could be read."""
    last = user.look()
    shown = {s.event.id: s for s in (*seen, last) if s is not None}
    mine = [s for s in shown.values() if s.reading.package == user.package]
    user.steps.fact(
        "no_notice", screens=[s.event.id for s in mine], kinds=sorted({s.reading.kind for s in mine}),
        names_policy=any(says(s, "policy") for s in mine),
        links=sorted({c.text for s in mine for c in s.reading.with_role("link_policy")}),
        words_missing=any(s.reading.wants_picture or s.reading.notes for s in mine) or not mine)


def _as_data(control: FoundControl) -> dict[str, Any]:
    return {"text": control.text, "role": control.role, "bounds": list(control.bounds), "enabled": control.enabled}


def _picture(seen: Sight) -> Picture | None:
    from harness.screens.picture import PictureUnreadable, decode

    try:
        return decode(seen.picture) if seen.picture else None
    except PictureUnreadable:
        return None


def _scrolled(user: UiDriver, seen: Sight) -> tuple[Reading | None, Sight]:
    """The notice at the end of its text, where something on it scrolls; and the notice as it stands, back at its top."""
    try:
        nodes = [n for top in windows(seen.xml) for n in top.walk() if n.package == seen.reading.package]
    except HierarchyUnreadable:
        return None, seen
    if not any(n.scrollable for n in nodes):
        return None, seen
    here, moved = seen, 0
    for _ in range(user.limits.notice_swipes):
        after = user.scroll(here)
        if after is None or after.fingerprint == here.fingerprint or not after.reading.is_notice:
            break
        here, moved = after, moved + 1
    end = here.reading
    for _ in range(moved):
        after = user.scroll(here, "up")
        if after is None or not after.reading.is_notice:
            break
        here = after
    return (end if moved else None), here


def _opened(user: UiDriver, seen: Sight) -> tuple[list[dict[str, Any]], Sight]:
    """Each link tapped: whether anything opened (None where it has no node of its own, so that its place is not known), and
    what."""
    tried: list[dict[str, Any]] = []
    here = seen
    done: set[str] = set()
    for _ in range(user.limits.second_chances):
        link = next((c for c in here.reading.with_role("link_policy") if c.text not in done), None)
        if link is None:
            break
        done.add(link.text)
        after = user.tap(link, here, detail={"purpose": "link"})
        opens = after is not None and not after.reading.is_notice
        tried.append({
            "text": link.text, "opens": opens or (False if link.tappable else None), "tappable": link.tappable,
            "screen": after.event.id if after is not None else None,
            "characters": len(after.reading.text) if opens and after is not None else 0})
        if after is None or opens:
            here = _back_to_notice(user, after, link.text)
        else:
            here = after
    return tried, here


def _back_to_notice(user: UiDriver, seen: Sight | None, link: str) -> Sight:
    for _ in range(2):
        seen = user.back(seen)
        if seen is not None and seen.reading.is_notice:
            return seen
        if not user.is_in_front(seen):
            break
    raise user.not_reached(
        PolicyNotice, f"the link {link!r} led away from the notice, and back did not lead to it again", user.steps.clock())
