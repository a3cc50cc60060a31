"""Names of persons: their parts, their parts joined, and where a part counts. `Will` and `Price` are words besides."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence

from harness.matching.known import Known
from harness.matching.lexicon import bare

FIELDS = frozenset({"name", "given_name", "family_name"})
PARTS = frozenset({"given_name", "family_name"})
_WORD = re.compile(r"[^\W\d_](?:[^\W\d_]|['’.\-](?=[^\W\d_])|\.$)*")
_CJK = re.compile(r"[\u3400-\u9fff\u3005]{2,5}")
_HANGUL = re.compile(r"[\uac00-\ud7a3]{2,4}")
# Chinese family names of two characters (all others have one); what stands between names; what stands before them.
_OF_TWO, _PARTICLES, _TITLES = (
    frozenset(words.split())
    for words in (
        "欧阳 歐陽 司马 司馬 上官 诸葛 諸葛 东方 東方 皇甫 尉迟 尉遲 公孙 公孫 慕容 "
        "令狐 宇文 长孙 長孫 司徒 夏侯 轩辕 端木 独孤 南宫 南宮",
        "van von der den de la le du da dos del di zu zur bin ibn al el ter ten",
        "mr mrs ms miss dr prof sir herr frau",
    )
)
# Letters of a family's name, by those of the whole.
_SIZES = {2: (1,), 3: (1,), 4: (2, 1, 3), 5: (3, 2)}
_JAPANESE = _SIZES | {3: (2, 1)}
# Names of fields in which a part of a person's name stands, and nothing else.
_SAYS_PART = frozenset({
    "firstname", "fn", "fname", "givenname", "forename", "lastname", "ln", "lname", "familyname", "surname", "middlename",
    "contact", "contactname", "realname", "fullname", "displayname", "nickname", "nick", "customername", "receivername",
    "receiver", "consignee", "recipient", "recipientname", "personname", "holdername", "cardholder", "cardholdername",
    "accountname", "profilename", "username", "sendername", "callername", "patientname", "guestname", "passengername",
    "ownername",
    "authorname", "姓", "名", "姓氏", "名字", "姓名", "真实姓名", "昵称", "联系人", "联系人姓名",
    "收货人", "收件人", "vorname", "nachname",
    "sei", "mei", "seikanji", "meikanji", "myoji", "namae", "shimei", "onamae", "fio", "imya", "familiya", "xing", "ming",
    "xingming", "naam", "voornaam", "achternaam", "imie", "nazwisko", "soyad", "cognom", "nama",
    "prenom", "nom", "nombre", "apellido", "cognome", "sobrenome",
})  # fmt: skip
_ENDS = ("firstname", "lastname", "givenname", "familyname", "surname", "nickname", "contactname", "fullname", "displayname",
         "realname")  # fmt: skip
# Objects whose `name`, `first` and `last` are a person's.
_PERSONS = frozenset({
    "user", "person", "profile", "contact", "contacts", "customer", "account", "member", "owner", "sender", "receiver",
    "recipient", "userinfo", "userdata", "userprofile", "friend", "friends", "patient", "guest", "passenger", "author", "me",
    "self", "name", "people", "players", "player", "billing", "shipping", "buyer", "seller", "userproperties", "traits",
    "identity", "holder",
})  # fmt: skip
_MOST_WORDS = 7
_VAGUE = frozenset({"name", "first", "last", "given", "family", "full", "names", "n"})
_IN_MAIL = re.compile(rb"[a-z0-9._+-]{0,64}(?:@|%(?:25)*40)[a-z0-9-]+\.[a-z]")
_SHORT_FIELD = re.compile(rb"[^\w\s]{1,3}\s?[^\w\s]{0,2}\w{1,24}[^\w\s]{1,3}\s?[^\w\s]{0,2}|[^\w\s]{1,4} ?[^\w\s]{0,2}| |\t")


def parts_of(full: str, *, japanese: bool = False) -> list[tuple[str, str]]:
    """(field, text) of the parts of a full name: the given names and the family's; [] where the text is no such name.
    `japanese`: whether a family may have two letters of three."""
    text = full.strip()
    if _CJK.fullmatch(text) or _HANGUL.fullmatch(text):
        # The likeliest first. Nothing but the field's name says where a Japanese name parts.
        sizes = (2,) if text[:2] in _OF_TWO and len(text) > 2 else (_JAPANESE if japanese else _SIZES)[len(text)]
        return [part for size in sizes for part in (("given_name", text[size:]), ("family_name", text[:size]))]
    last, comma, first = text.partition(",")
    words = (first + " " + last).split() if comma else text.split()
    if words and words[0].lower().rstrip(".") in _TITLES:
        words = words[1:]
    if not 2 <= len(words) <= 5 or not all(_WORD.fullmatch(word) for word in words):
        return []
    found = [("given_name", words[0]), ("family_name", words[-1])]
    if len(words) > 2:
        found.append(("given_name", " ".join(words[:-1])))
        begin = next((at for at, word in enumerate(words[1:], 1) if word.lower() in _PARTICLES), len(words) - 1)
        found.append(("family_name", " ".join(words[begin:] if begin < len(words) - 1 else words[1:])))
    return list(dict.fromkeys(found))


def pieces_of(name: str) -> Iterator[str]:
    """What forms take for the given names or the family's of a name of several words: every row of its words, and the first with
    each other one. A particle alone is none."""
    words = [word.strip(",") for word in name.split()]
    if not 2 <= len(words) <= _MOST_WORDS or not all(_WORD.fullmatch(word) for word in words):
        return
    rows = [words[begin:end] for begin in range(len(words)) for end in range(begin + 1, len(words) + 1)]
    for row in (*rows, *([words[0], other] for other in words[2:])):
        if not {word.lower() for word in row} <= _PARTICLES:
            yield " ".join(row)


def joined(given: str, family: str) -> Iterator[tuple[str, str]]:
    """(variant, text) of a whole name whose parts are known."""
    if not given or not family:
        return
    if not given.isascii() and not family.isascii() and len(given) + len(family) <= 5:
        yield "whole name", family + given
    for sign, name in ((" ", "whole name"), (", ", "whole name"), ("", "whole name, no-separators"), (".", "whole name, dots"),
                       ("_", "whole name, underscores"), ("-", "whole name, dashes"), ("+", "whole name, pluses")):  # fmt: skip
        if sign != ", ":
            yield name, f"{given}{sign}{family}"
        yield f"{name}, family first", f"{family}{sign}{given}"


def wholes(known: Known, given: Sequence[Known], family: Sequence[Known]) -> Iterator[tuple[str, str]]:
    """The whole names that a known part is of."""
    others = family if known.field == "given_name" else given
    for other in others:
        first, last = (known.value, other.value) if known.field == "given_name" else (other.value, known.value)
        yield from joined(first.strip(), last.strip())


def normalised(text: str) -> str:
    """As advertisers' matching wants names before they are hashed: small letters, no punctuation, no blanks at the ends."""
    kept = (c for c in text.lower() if not unicodedata.category(c).startswith(("P", "S")))
    return " ".join("".join(kept).split())


def says_part(key: str, parent: str) -> bool:
    """Whether a field of this name, in an object of that name, holds a person's name or a part of one."""
    name = bare(key)
    if name in _SAYS_PART or name.endswith(_ENDS):
        return True
    return name in _VAGUE and bare(parent) in _PERSONS


def in_mail(lowered: bytes, end: int) -> bool:
    """Whether the text that ends here is a piece of an e-mail address before its @."""
    return _IN_MAIL.match(lowered, end) is not None


def beside(between: bytes) -> bool:
    """Whether the other part of a name follows: behind signs, a blank, or the name of the next field."""
    return len(between) <= 36 and _SHORT_FIELD.fullmatch(between) is not None
