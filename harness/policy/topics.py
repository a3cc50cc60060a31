"""Single topics: minors, retention, the way out of personalisation, recipients, channels, and whose policy it says it is."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache

from harness.policy.blocks import Document
from harness.policy.declared import Channel, Recipient, Said, SdkSaid
from harness.policy.fields import words as field_words
from harness.policy.folding import fold
from harness.policy.quoting import passage
from harness.policy.statements import Statement, pattern
from harness.policy.words import read

_MANY = 60


@cache
def words(name: str, key: str = "words") -> re.Pattern[str]:
    """A pattern of words/topics.yaml."""
    found = read("topics")[name]
    return re.compile(found[key] if isinstance(found, dict) else found)


def said_of(document: Document, said: Sequence[Statement], topic: str) -> Said:
    """The first sentence that states the topic; one in a part of that name before one elsewhere."""
    preferred = {"minors": "minors", "retention": "stores"}.get(topic)
    first: Statement | None = None
    for statement in said:
        if statement.role == "definitions" or pattern("defines").search(statement.text) and topic == "minors":
            continue
        if words(topic).search(statement.text):
            if preferred is None or statement.role == preferred:
                first = statement
                break
            first = first or statement
    if first is None:
        return Said()
    return Said(stated=True, value=_value(document, topic, first), passage=passage(document, first.start, first.end))


def _value(document: Document, topic: str, statement: Statement) -> str:
    match = words(topic).search(statement.text)
    if match is None:
        return ""
    a, b = document.folded.quoted(statement.start + match.start(), statement.start + match.end())
    return document.text[a:b].strip()


def recipients(document: Document, said: Sequence[Statement], sdks: Sequence[SdkSaid]) -> tuple[Recipient, ...]:
    """The companies behind the SDKs, other companies in sentences on sharing, and classes of recipients."""
    found: dict[str, Recipient] = {}
    for sdk in sdks:
        name = sdk.company or sdk.name
        found.setdefault(fold(name), Recipient(name=name, passage=sdk.passage, sdk=sdk.name))
    for statement in said:
        if not words("recipients", "also").search(statement.text) or len(found) > 500:
            continue
        for pattern in (words("recipients"), field_words("company")):
            if pattern is not words("recipients") and statement.role not in ("shares", "sdks"):
                continue
            for match in pattern.finditer(statement.text):
                a, b = document.folded.quoted(statement.start + match.start(), statement.start + match.end())
                name = document.text[a:b].strip(" ()（）,，、")
                if len(name) > 1 and not re.search(r"其他公司|任何|^公司$|本公司", name):
                    found.setdefault(fold(name), Recipient(name=name, passage=passage(document, statement.start, statement.end)))
    return tuple(found.values())


def channels(document: Document, said: Sequence[Statement], taken: Sequence[tuple[int, int]]) -> tuple[Channel, ...]:
    """E-mail, telephone, postal address, pages and officers to write to; none out of the places that are SDKs'."""
    found: dict[tuple[str, str], Channel] = {}
    number = 0
    for statement in said:
        while number < len(taken) and taken[number][1] <= statement.start:
            number += 1
        if number < len(taken) and taken[number][0] < statement.end and statement.role != "contact":
            continue
        for kind, start, end in _channels(statement):
            a, b = document.folded.quoted(statement.start + start, statement.start + end)
            value = document.text[a:b].strip()
            if value and len(found) < _MANY:
                found.setdefault((kind, fold(value)), Channel(kind=kind, value=value, passage=passage(document, statement.start, statement.end)))
    return tuple(found.values())


def _channels(statement: Statement) -> Iterator[tuple[str, int, int]]:
    text = statement.text
    if "@" in text or "(at)" in text or " dot " in text:
        for match in words("email").finditer(text):
            yield "email", match.start(), match.end()
    if statement.role == "contact" or words("phone_beside").search(text):
        for match in words("phone").finditer(text):
            yield "phone", match.start(), match.end()
    for match in words("address").finditer(text):
        if statement.role in ("contact", "rights") or "注册" in text or "办公" in text or "address:" in text:
            if "@" not in match["value"]:
                yield "address", match.start("value"), match.end("value")
    for kind in ("web", "officer"):
        match = words(kind).search(text)
        if match and (kind == "officer" or statement.role in ("contact", "rights")):
            yield kind, match.start(), match.end()


def parties(document: Document, said: Sequence[Statement], taken: Sequence[tuple[int, int]]) -> tuple[str, ...]:
    """Whose policy it says it is: the app and company of its title, of its first sentences and of its part on contact."""
    found: dict[str, None] = {}
    text, folded = document.text, document.folded
    top = min(len(folded.text), 2500)
    heads = [(folded.forth(b.start), folded.forth(b.end)) for b in document.blocks[:12] if b.end - b.start < 200]
    for start, end in heads:
        match = words("app_name").search(folded.text, start, end)
        if match and not re.match(r"(?:本|我们的?|用户|个人|的)$", match["app"].strip()):
            _keep(found, text, folded.quoted(match.start("app"), match.end("app")))
        english = words("built").search(folded.text, start, end)
        if english:
            _groups(found, text, document, english)
    for pattern in ("party", "party_en", "short_for", "built"):
        for match in list(words(pattern).finditer(folded.text, 0, top))[:6]:
            if any(a <= match.start() < b for a, b in taken):
                continue
            _groups(found, text, document, match)
    for statement in [s for s in said if s.role == "contact"][:40]:
        for pattern in ("party", "party_en"):
            for match in words(pattern).finditer(statement.text):
                _keep(found, text, folded.quoted(statement.start + match.start("company"), statement.start + match.end("company")))
    if document.title:
        found.setdefault(document.title[:80], None)
    return tuple(list(found)[:12])


def _groups(found: dict[str, None], text: str, document: Document, match: re.Match[str]) -> None:
    for name, value in match.groupdict().items():
        if value:
            _keep(found, text, document.folded.quoted(match.start(name), match.end(name)))


_COMMON = re.compile(r"^(?:我们|本公司|公司|本平台|平台|本软件|您|你|用户|本政策|本隐私政策|we|us|our|the|you)$")


def _keep(found: dict[str, None], text: str, span: tuple[int, int]) -> None:
    name = re.sub(r"\s+", " ", text[span[0] : span[1]]).strip(" “”\"'《》「」（(:：")
    if 1 < len(name) <= 60 and not _COMMON.match(name.lower()):
        found.setdefault(name, None)
