"""Names of SDKs that a sentence gives in ways of its own: as examples of partners, as the companies that make them, one by one
with what each takes."""

from __future__ import annotations

import re
from collections.abc import Callable

from harness.policy.entries import is_function, is_generic
from harness.policy.fields import is_company
from harness.policy.folding import fold
from harness.policy.known import bare
from harness.policy.several import is_known
from harness.policy.words import compiled

_VERB = compiled("sdk_prose", "verb")


def such_as(text: str, capital: Callable[[int], str]) -> list[tuple[int, int]]:
    """The names that an English sentence gives as examples of partners and providers, where each is written as a name and the
    catalogue knows one: advertising partners (including Bluebird, Fernleaf and Tidepool)."""
    match = _SUCH_AS.search(text) if text.isascii() or "(" in text else None
    if match is None:
        return []
    at = match.start("names")
    found = []
    for member in _EXAMPLE.finditer(match["names"]):
        place = (at + member.start(), at + member.end())
        words = list(re.finditer(r"\S+", member[0]))
        if len(words) > 4 or not all(capital(place[0] + w.start())[:1].isupper() or w[0][:1].isdecimal() for w in words):
            break
        found.append(place)
    return found if len(found) > 1 and any(is_known(text[a:b]) for a, b in found) else []


_SUCH_AS = compiled("sdk_prose", "such_as")
_EXAMPLE = re.compile(r"(?<![a-z0-9])(?!(?:and|or)\b)[a-z0-9][^,/&()]*?(?=\s*(?:,|/|&|\band\b|\bor\b|[()]|$))")


def providers(text: str) -> list[tuple[int, int]]:
    """The companies whose SDKs a sentence says are used, named by nothing else: 推送由某某公司和某公司提供，我们接入他们的SDK."""
    match = _PROVIDERS.search(text) or _MAKERS.search(text) if "sdk" in text or "软件开发工具包" in text else None
    if match is None:
        return []
    at = match.start("names")
    places = [(at + m.start(), at + m.end()) for m in _COMPANY.finditer(match["names"])]
    said = [text[a:b] for a, b in places]
    if any(not (is_company(s) or (2 <= len(s) <= 24 and not _VERB.search(s) and not is_generic(s))) for s in said):
        return []
    return places


def is_of(name: str, companies: list[str]) -> bool:
    """Whether a name says no more than one of the companies does: 某某的SDK, 他们的SDK, or lies within its name."""
    short = bare(name).removesuffix("的")
    return any(short in bare(company) for company in companies) or bool(_VERB.search(name)) or is_function(name)


_PROVIDERS, _MAKERS = compiled("sdk_prose", "providers"), compiled("sdk_prose", "makers")
_COMPANY = re.compile(r"[^、,和及与\s](?:[^、,和及与]|(?<=[a-z]),(?= ?inc| ?ltd))*")



def of_each(text: str, places: list[tuple[int, int, bool]], name: str) -> list[tuple[int, int]] | None:
    """Where a sentence that lists several says what one of them takes, 甲会收集…，乙会收集…; None where it says it of all."""
    begins = [m for m in EACH.finditer(text, places[-1][1]) if any(m["who"] in text[a:b] for a, b, _ in places)]
    if not begins:
        return None
    stops = [*(m.start() for m in begins[1:]), len(text)]
    return [(m.end(), stop) for m, stop in zip(begins, stops, strict=True) if m["who"] in fold(name)]


EACH = compiled("sdk_prose", "each")
