"""The app's texts as rules of documents ask of them: those read to their end, their sentences, what was attached for a clause."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from harness.model import Gap, GapKind
from harness.policy import Declared
from harness.policy.folding import fold
from harness.policy.kinds import mentions
from harness.rules.policies import parsed, texts
from harness.rules.readings import Readings
from harness.rules.rule import Text
from harness.tables import Tables
from harness.tables.noted import AppText

Read = Sequence[tuple[AppText, Declared]]
_SENTENCE = re.compile(r"[^。;；！!？?\n]+[。;；！!？?]?")


def whole(run: Tables, *pages: str) -> list[tuple[AppText, Declared]]:
    """The texts of these pages that were read to their end, the same words once."""
    return list(texts(run, pages, whole=True))


def dialogs(run: Tables) -> list[tuple[AppText, Declared]]:
    """What notices and questions said, as texts."""
    seen: set[str] = set()
    found = []
    for note in run.noted("notice", "question"):
        said = str(note.data.get("text") or "")
        if said and said not in seen:
            seen.add(said)
            found.append((AppText(page=note.type, text=said, whole=True, outcome="opened", note=note), parsed(said)))
    return found


def cut(run: Tables, *pages: str) -> bool:
    """Whether a text of these pages was not read to its end."""
    return any(not text.whole for page in pages for text in run.texts(page))


def evidence(read: Iterable[tuple[AppText, Declared]]) -> list[str]:
    """The facts that hold the texts, with their screens."""
    return list(dict.fromkeys(one for text, _ in read for one in text.note.evidence))


@lru_cache(maxsize=64)
def sentences(text: str) -> tuple[str, ...]:
    return tuple(said for match in _SENTENCE.finditer(text) if (said := " ".join(match[0].split())))


@lru_cache(maxsize=64)
def kinds_named(text: str) -> frozenset[str]:
    """Every kind that the text names, whatever it says of it."""
    return frozenset(mention.kind for mention in mentions(fold(text)))


def saying(pattern: re.Pattern[str], text: str, unless: re.Pattern[str] | None = None) -> Iterator[str]:
    """The sentences of a text with the pattern, those with `unless` left out."""
    for said in sentences(text):
        if pattern.search(said) and not (unless is not None and unless.search(said)):
            yield said


def around(text: str, sentence: str, reach: int = 1, but: re.Pattern[str] | None = None) -> str:
    """A sentence with its neighbours, but for those of another matter."""
    known = sentences(text)
    at = known.index(sentence)
    beside = known[max(0, at - reach) : at + reach + 1]
    return " ".join(one for one in beside if one == sentence or but is None or not but.search(one))


@dataclass(frozen=True)
class Spoken:
    """A whole text of these pages has words that the clause is about; where none has, it is not known whether it applies."""

    pages: tuple[str, ...]
    words: re.Pattern[str]
    why: str
    why_zh: str

    def missing(self, run: Tables, readings: Readings) -> list[Gap]:
        lacking = Text(self.pages).missing(run, readings)
        if lacking or any(self.words.search(text.text) for text, _ in whole(run, *self.pages)):
            return lacking
        return [run.add_gap(GapKind.NOT_REACHED, self.why, " ".join(self.pages), self.why_zh)]


@dataclass(frozen=True)
class Attached:
    """A person attached a text for this clause."""

    clause: str

    def missing(self, run: Tables, readings: Readings) -> list[Gap]:
        if run.texts(self.clause):
            return []
        why = f"No text was attached for {self.clause}: a person must bring it (app file: material.attachments)."
        why_zh = f"未附 {self.clause} 所需的文本材料,需人工提供(应用说明文件 material.attachments)。"
        return [run.add_gap(GapKind.NOT_REACHED, why, self.clause, why_zh)]


@dataclass(frozen=True)
class Disclosure:
    """What the app discloses is known: its policy was read to its end, or the app file tells it."""

    def missing(self, run: Tables, readings: Readings) -> list[Gap]:
        return [] if run.app.known else Text.of("policy").missing(run, readings)
