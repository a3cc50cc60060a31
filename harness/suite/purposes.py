"""What a text says of permissions: for which of them it names a purpose, and in which words."""

from __future__ import annotations

import re
from typing import Any

from harness.capture.screen import Seen
from harness.screens.hierarchy import texts_of
from harness.screens.phrases import fold, load
from harness.screens.reading import Reading
from harness.suite.task_words import has_words

_SENTENCE = re.compile(r"[。;；!！?？\n]|\. ")
_KEPT = 2000
"""Characters of a text that are kept."""


def purposes(text: str) -> dict[str, str]:
    """Permission group -> the first sentence that names it and a reason. "" as the group: a reason for none that is named."""
    found: dict[str, str] = {}
    for sentence in _SENTENCE.split(text):
        if not has_words(sentence, "reasons"):
            continue
        folded = fold(sentence)
        named = [group for group, pattern in load().groups if pattern.search(folded)] or [""]
        for group in named:
            found.setdefault(group, sentence.strip()[:200])
    return found


def asked(seen: Seen[Reading], page: str, app: str) -> dict[str, Any]:
    """Of a screen that asks for something: its own words, those of the app beside it, and what they say the purpose is.
    `page`: what the app showed before."""
    own, beside = seen.reading.text, ""
    if seen.reading.package != app:
        own, beside = ("\n".join(texts_of(seen.xml, package)) for package in (seen.reading.package, app))
    where = {"dialog": own if seen.reading.package == app else "", "beside": beside, "page": page}
    told = {place: purposes(text) for place, text in where.items()}
    wanted = seen.reading.permission
    groups = [wanted] if wanted else [group for group, pattern in load().groups if pattern.search(fold(own))]
    purpose, said = next(
        ((place, told[place][group]) for place in told for group in (*groups, *([""] if place == "dialog" else []))
         if group in told[place]), ("", ""))
    return {
        "text": own[:_KEPT], "beside": beside[:_KEPT], "groups": groups, "purpose": purpose, "said": said,
        "says_impact": has_words("\n".join((where["dialog"], beside)), "impact"),
        "offers": has_words("\n".join((where["dialog"], beside)), "offers"),
        "words_missing": seen.reading.wants_picture or any(n.kind == "drawn_without_words" for n in seen.reading.notes),
    }
