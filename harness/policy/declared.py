"""What a policy declares: records, and the questions that rules ask of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import cache

from harness.policy.words import read

RIGHTS = ("access", "copy", "correct", "delete", "withdraw", "deletion_of_account", "transfer", "restrict")


@dataclass(frozen=True)
class Passage:
    """A quote: `text` is `Declared.text[start:end]`, word for word. `section`: the heading it stands under, "" where none."""

    text: str
    start: int
    end: int
    section: str = ""

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, kw_only=True)
class KindSaid:
    """A kind (hooks/kinds.yaml) that the policy says the app collects, or, `denied`, that it does not. One that it says both of
    has two records. `optional`: collected only where the user chooses."""

    kind: str
    denied: bool
    passage: Passage
    optional: bool = False


@dataclass(frozen=True, kw_only=True)
class SdkSaid:
    """A third-party SDK or service. `name` as the policy writes it first, `names` all of its names, `known` what hooks/sdks calls it,
    "" where that does not know it. `kinds`: what it collects, by the policy; `denied`: what it is said not to collect.
    `passage` names it; `passages` are all that was read of it."""

    name: str
    names: tuple[str, ...]
    known: str
    company: str
    purpose: str
    kinds: tuple[str, ...]
    denied: tuple[str, ...]
    passage: Passage
    passages: tuple[Passage, ...] = ()
    packages: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    platforms: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Recipient:
    """Somebody who gets information. `sdk`: the SDK by which, "" where none is named; a recipient may be a class of companies."""

    name: str
    passage: Passage
    sdk: str = ""


@dataclass(frozen=True, kw_only=True)
class Right:
    """A right of the user's. `path`: the way to it in the app, or whom to write to, in the policy's words; "" where none is told."""

    stated: bool = False
    path: str = ""
    passage: Passage | None = None


@dataclass(frozen=True, kw_only=True)
class ReplyDays:
    """In how many days requests are answered; `working`: counted in working days. A month is 30 days."""

    number: int
    working: bool
    passage: Passage


@dataclass(frozen=True, kw_only=True)
class Channel:
    """A way to reach who is responsible. `kind`: email, phone, address, web, officer."""

    kind: str
    value: str
    passage: Passage


@dataclass(frozen=True, kw_only=True)
class Said:
    """That a topic is spoken of, with its passage; `value` is what is said in a word, where there is one."""

    stated: bool = False
    value: str = ""
    passage: Passage | None = None


@dataclass(frozen=True, kw_only=True)
class Note:
    """What the reader of a result should know: `kind` in a word (no_kinds, too_short, ...)."""

    kind: str
    detail: str


@dataclass(frozen=True, kw_only=True)
class Declared:
    """All that was read. `text` is what the passages are quoted from. `languages`: zh, zh-hant, en, as far as they have a part in
    it. `parties_named`: companies and apps that it says it is of, for a caller to compare with the app's."""

    text: str = field(repr=False)
    kinds: tuple[KindSaid, ...] = ()
    sdks: tuple[SdkSaid, ...] = ()
    recipients: tuple[Recipient, ...] = ()
    rights: dict[str, Right] = field(default_factory=dict)
    channels: tuple[Channel, ...] = ()
    reply_days: ReplyDays | None = None
    minors: Said = Said()
    retention: Said = Said()
    personalisation_optout: Said = Said()
    cross_border: Said = Said()
    update_date: date | None = None
    effective_date: date | None = None
    parties_named: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    title: str = ""
    notes: tuple[Note, ...] = ()

    def declares(self, kind: str) -> Passage | None:
        """Where the policy says that the app collects this kind, or one that covers it by words/covers.yaml: the kind's own
        passage first. None where it is only denied, or not spoken of."""
        return _covered(kind, {said.kind: said.passage for said in reversed(self.kinds) if not said.denied})

    def denies(self, kind: str) -> Passage | None:
        """Where the policy says that the app does not collect this kind."""
        return next((said.passage for said in self.kinds if said.denied and said.kind == kind), None)

    def sdk_named(
        self, name: str = "", company: str = "", packages: Iterable[str] = (), hosts: Iterable[str] = ()
    ) -> SdkSaid | None:
        """The SDK that the policy means: by a name or alias, else by a Java package or a host, and last by its company, where that
        leaves one only. None where the policy does not name it."""
        from harness.policy.naming import named

        return named(self.sdks, name, company, tuple(packages), tuple(hosts))

    def sdk_declares(self, sdk: SdkSaid, kind: str) -> Passage | None:
        """Where the policy says that this SDK collects the kind, or one that covers it."""
        return _covered(kind, dict.fromkeys(sdk.kinds, sdk.passage))


def _covered(kind: str, said: dict[str, Passage]) -> Passage | None:
    for wider in (kind, *covering(kind)):
        if wider in said:
            return said[wider]
    return None


@cache
def covering(kind: str) -> tuple[str, ...]:
    """Kinds that, when declared, cover this one too, the nearest first (words/covers.yaml)."""
    return tuple(wider for wider, covered in read("covers")["covers"].items() if kind in covered)
