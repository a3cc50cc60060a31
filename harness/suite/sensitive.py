"""Functions that take sensitive information: an identity card, a face, a place, health. What is said and asked before they do."""

from __future__ import annotations

from harness.suite.driver import Sight
from harness.suite.entries import asks
from harness.suite.page_ways import Done
from harness.suite.pages import Pages
from harness.suite.task_words import demanded, has_words, sensitive_items


def _roles(seen: Sight) -> set[str]:
    return {control.role for control in seen.reading.controls}


def open_functions(pages: Pages) -> list[Done]:
    """Opens what the app file names as `sensitive`, else what words name, and tells as the fact `page` what it takes, whether it
    says why, and whether it asks for it alone. Nothing is sent.

    A notice of its own is one that names the item and asks yes or no before anything is taken.
    """
    at = pages.open("sensitive")
    if at is None:
        return []
    found, seen = at
    notice = seen is not None and (asks(seen) or ({"agree"} & _roles(seen) and {"refuse", "later"} & _roles(seen)))
    text = seen.reading.text if seen is not None else ""
    items = sensitive_items("\n".join((*found.way, text, seen.reading.words if seen is not None else "")))
    permission = seen.reading.permission if seen is not None and seen.reading.kind == "system_permission" else None
    fields = [f.text or f.resource_id for f in seen.reading.fields] if seen is not None else []
    outcome = "notice" if notice and permission is None else "permission" if permission else "field" if fields else "opened"
    pages.tell(
        "sensitive", outcome, way=list(found.way), items=items, says_why=has_words(text, "reasons"), fields=fields,
        permission=permission, demands=sorted(demanded(text)), asks_alone=bool(notice) and len(items) <= 1,
        screens=[seen.event.id] if seen is not None else [])  # fmt: skip
    if permission is not None and seen is not None:
        pages.user.answer_all("allow", seen)
    return [Done(page="sensitive", outcome=outcome, way=found.way, seen=seen)]
