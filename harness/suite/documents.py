"""Texts that an app shows of itself: policy, summary, lists, rights. Read to their end, kept as objects with their hash."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from harness.screens.hierarchy import texts_of
from harness.suite.driver import PolicyNotice, Sight
from harness.suite.entries import entry_of, named_entries
from harness.suite.pages import Pages
from harness.suite.task_words import has_words

DOCUMENTS = ("policy", "summary", "collected_list", "shared_list", "permission_list", "minors_rules", "rights")
_PARTS = 40
"""Parts of a page at most; a longer text is kept as far as that, and said to be cut."""


@dataclass(frozen=True, kw_only=True)
class Document:
    """`outcome`: opened, blank (fewer characters than the profile's `policy_text` wants), error (the app says that it does
    not open), login, no_way. `object`: the text's, whose name is its SHA-256. `package`: whose window shows it."""

    page: str
    outcome: str
    text: str = ""
    object: str = ""
    whole: bool = True
    package: str = ""


def read_to_end(pages: Pages, seen: Sight) -> tuple[str, bool, Sight]:
    """All texts of a page, scrolled to its end; whether the end was come to; the last screen."""
    lines = texts_of(seen.xml, seen.reading.package)
    for _ in range(_PARTS):
        after = pages.user.scroll(seen) if seen.reading.scrolls else None
        if after is None or after.fingerprint == seen.fingerprint:
            return "\n".join(lines), True, seen
        more = texts_of(after.xml, after.reading.package)
        lines += more[_overlap(lines, more) :]
        seen = after
    return "\n".join(lines), False, seen


def _overlap(lines: list[str], more: list[str]) -> int:
    """How many of the lines at the beginning of `more` are those at the end of `lines`."""
    return next((n for n in range(min(len(lines), len(more)), 0, -1) if lines[-n:] == more[:n]), 0)


def opened(pages: Pages, name: str, seen: Sight | None, **about: Any) -> Document:
    """Reads a document that was opened, keeps it, and tells it as the fact `page`."""
    if seen is None:
        pages.tell(name, "error", **about)
        return Document(page=name, outcome="error")
    text, whole, last = read_to_end(pages, seen)
    kept = pages.user.steps.bundle.put_object(text.encode())
    least = pages.user.limits.policy_text if name == "policy" else 1
    outcome = "opened"
    if len(text) < pages.user.limits.policy_text and has_words(text, "errors"):
        outcome = "error"
    elif seen.reading.kind == "login" and seen.reading.fields:
        outcome = "login"
    elif len(text) < least:
        outcome = "blank"
    pages.tell(name, outcome, object=kept, sha256=kept, length=len(text), whole=whole, package=last.reading.package or "",
               screens=[seen.event.id, *([last.event.id] if last is not seen else [])], **about)
    return Document(page=name, outcome=outcome, text=text, object=kept, whole=whole, package=last.reading.package or "")


def read(pages: Pages, name: str) -> Document:
    """Goes to a document, opens it and reads it. Raises NotReached where its entry could not be looked for to the end."""
    at = pages.open(name)
    if at is None:
        return Document(page=name, outcome="no_way")
    found, seen = at
    return opened(pages, name, seen, way=list(found.way), taps=len(found.way))


def read_all(pages: Pages) -> list[Document]:
    """Every document: by the app file where that tells its way, else where one crawl for all of them finds it. What a complete
    crawl did not find is told as `no_way`; what another did not find is a gap."""
    began = pages.user.steps.clock()
    unknown = [name for name in DOCUMENTS if not (name in pages.known and pages.known[name].open)]
    crawl = pages.entries(unknown) if unknown else None
    found: list[Document] = []
    for name in DOCUMENTS:
        if crawl is None or crawl.complete or name not in unknown or name in crawl.found:
            found.append(read(pages, name))
        else:
            pages.not_reached(name, "the crawl for it was not complete", began)
    if not found:
        raise pages.not_reached("documents", "the crawl for them was not complete and found none", began)
    return found


def open_link_of_notice(pages: Pages, notice: PolicyNotice) -> Document:
    """Opens the policy by the link in the notice, reads it, and goes back to the notice. Outcome besides those of a document:
    no_way (the notice names no policy), in_text (it does, within a text, where no link has a place of its own: a gap),
    unopened."""
    links = [c for c in notice.seen.reading.with_role("link_policy") if entry_of(c.text, ("policy",)) == "policy"]
    if not links:
        names = any(p.search(notice.seen.reading.text) for words in named_entries(("policy",)) for p in words.words)
        if names:
            pages.not_reached("policy", "the notice names it within a text, where no link has a place of its own",
                              pages.user.steps.clock())
        pages.tell("policy", "in_text" if names else "no_way", when="notice")
        return Document(page="policy", outcome="in_text" if names else "no_way")
    user = pages.user
    after = user.tap(links[0], notice.seen, detail={"purpose": "use", "way": "policy"})
    if after is None or after.fingerprint == notice.seen.fingerprint:
        pages.tell("policy", "unopened", when="notice", text=links[0].text, tappable=links[0].tappable)
        return Document(page="policy", outcome="unopened")
    document = opened(pages, "policy", after, when="notice", way=[links[0].text], taps=1)
    seen = user.look()
    for _ in range(user.limits.second_chances):
        if seen is None or seen.reading.is_notice:
            break
        seen = user.back(seen)
    return document
