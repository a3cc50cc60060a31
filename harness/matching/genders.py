"""A gender as words of several languages, letters and the numbers of ISO 5218 (1 male, 2 female), under a name that says it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, lru_cache

from harness.matching.lexicon import Agreement, bare, fields, words
from harness.matching.names import VALUES, paired

_WORDS = {
    "m": "male man männlich maennlich mann herr homme masculin hombre masculino maschile uomo mężczyzna erkek laki-laki "
    "мужской мужчина муж 男 男性 男士 先生 남 남성 남자",
    "f": "female woman weiblich frau femme féminin mujer femenino feminino femminile donna kobieta kadın perempuan "
    "женский женщина жен 女 女性 女士 여 여성 여자",
}
_LETTERS = {"m": ("м",), "f": ("w", "ж")}
_NUMBERS = {"m": "1", "f": "2"}
CODES = frozenset({"by a letter", "by a number"})
_SAYS = frozenset({"gender", "sex"})
# Names that are as often something else's: a code under them needs a person's data beside it.
_VAGUE = frozenset({"g", "ge", "gd", "gn", "s", "sx", "pol", "xb", "genre"})
_BESIDE = 120  # bytes
_OF_PERSON = re.compile(
    rb"(?:yob|dob|birth|bday|[^a-z]age|[^a-z]ag|[^a-z]bd|nick|e?mail|phone|mobile|[^a-z]tel|fio|firstname|lastname|first_name"
    rb"|last_name|user_?id|geburt|[^a-z]em|[^a-z]ph|[^a-z]hp)[\"'\]\\]{0,3} ?[:=]"
)
_NAME_BEFORE = re.compile(rb"([a-z0-9_.:$\x80-\xff\[\]-]{1,40})[\"'\\]{0,4}\s{0,2}[:=>]\s{0,2}[\[\"'\\]{0,5}\Z")
_OF_ANYTHING = frozenset(name.encode() for name in VALUES)
# Whose gender it is instead: who is looked for, who is shown, the child's.
_OTHERS = frozenset({
    "target", "filter", "prefer", "preferred", "preference", "preferences",
    "wanted", "interested", "looking", "seek", "seeking", "show", "partner",
    "child", "baby", "kid", "pet", "spouse", "friend", "father", "mother", "match", "category", "voice", "product", "shop",
    "department", "section", "guardian", "contact", "driver", "courier",
})  # fmt: skip


@cache
def _letters() -> dict[str, str]:
    return {word: letter for letter, told in _WORDS.items() for word in (letter, *told.split(), *_LETTERS[letter])}


def of(value: str) -> str:
    """`m` or `f`, where the text says one of them; else ""."""
    return _letters().get(value.strip().lower(), "")


def english(letter: str) -> str:
    return _WORDS[letter].split()[0]


def written(value: str) -> Iterator[tuple[str, str, bool]]:
    """(variant, text, whether it counts only under a name that says gender)."""
    letter = of(value)
    if not letter:
        return
    for word in _WORDS[letter].split():
        yield "by another word", word, True
    for sign in (letter, *_LETTERS[letter]):
        yield "by a letter", sign, True
    yield "by a number", _NUMBERS[letter], True


def fits(key: str, parent: str, beside: bytes, found: Agreement) -> Agreement:
    """The agreement of a field's name, where it is a gender and the person's own. `parent`: the object around it; `beside`: what
    stands near, in small letters, where the value is a mere code."""
    said = words(key)
    if (said | words(parent)) & _OTHERS:
        return Agreement.AGAINST
    if bare(key) in _VAGUE:
        return found if not beside or _OF_PERSON.search(beside) else Agreement.OTHER
    return Agreement.NAMED if said & _SAYS and found > Agreement.AGAINST else found


def may_be(lowered: bytes, start: int) -> bool:
    """Whether a single letter or digit can be one by the name before it: a quick look, since there are many of them."""
    if start < 2:
        return True  # the whole of a part of a form
    match = _NAME_BEFORE.search(lowered, max(0, start - 56), start)
    if match is not None and match[1] in _OF_ANYTHING:
        return _may_say(paired(lowered, start).encode())
    return match is not None and _may_say(match[1])


@lru_cache(maxsize=4096)
def _may_say(name: bytes) -> bool:
    text = bare(name.decode("utf-8", "replace"))
    return "gender" in text or "sex" in text or any(text.endswith(said) for said in fields()["gender"].names)


def beside(lowered: bytes, start: int, end: int) -> bytes:
    return lowered[max(0, start - _BESIDE) : start] + b" " + lowered[end : end + _BESIDE]


def lone(lowered: bytes, start: int, end: int, value: str) -> bool:
    """Whether the other gender does not stand beside it, as where one is chosen from a list."""
    other = {"m": "f", "f": "m"}.get(of(value), "")
    around = lowered[max(0, start - 40) : end + 40].decode("utf-8", "ignore")
    return not any(word in around for word in _WORDS.get(other, "").split() if not word.isascii())
