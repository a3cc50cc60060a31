"""What differs between two versions of a policy."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from harness.policy.declared import RIGHTS, Declared, SdkSaid
from harness.policy.folding import Folded, fold
from harness.policy.naming import named
from harness.policy.statements import sentences

DATES = ("update_date", "effective_date")
TOPICS = ("minors", "retention", "personalisation_optout", "cross_border")


@dataclass(frozen=True, kw_only=True)
class SdkChange:
    """One SDK that both versions name, and what they say of it differently. Pairs are (old, new)."""

    name: str
    kinds_added: tuple[str, ...] = ()
    kinds_removed: tuple[str, ...] = ()
    company: tuple[str, str] | None = None
    purpose: tuple[str, str] | None = None


@dataclass(frozen=True, kw_only=True)
class Changes:
    """`denials_*`: kinds that are said not to be collected. `values`: dates, terms and topics by name, (old, new), as text, "" for
    none. `text_*`: sentences that only one version has; one that moved is in neither."""

    kinds_added: tuple[str, ...] = ()
    kinds_removed: tuple[str, ...] = ()
    denials_added: tuple[str, ...] = ()
    denials_removed: tuple[str, ...] = ()
    sdks_added: tuple[str, ...] = ()
    sdks_removed: tuple[str, ...] = ()
    sdks_changed: tuple[SdkChange, ...] = ()
    recipients_added: tuple[str, ...] = ()
    recipients_removed: tuple[str, ...] = ()
    rights_added: tuple[str, ...] = ()
    rights_removed: tuple[str, ...] = ()
    paths: tuple[tuple[str, str, str], ...] = ()
    values: tuple[tuple[str, str, str], ...] = ()
    text_added: tuple[str, ...] = ()
    text_removed: tuple[str, ...] = ()

    @property
    def any(self) -> bool:
        return any(vars(self).values())


def compare(old: Declared, new: Declared) -> Changes:
    """From `old` to `new`."""
    before, after = _kinds(old, False), _kinds(new, False)
    denied_before, denied_after = _kinds(old, True), _kinds(new, True)
    pairs, gone, come = _paired(old, new)
    given_before, given_after = {fold(r.name): r.name for r in old.recipients}, {fold(r.name): r.name for r in new.recipients}
    text_removed, text_added = _text(old.text, new.text)
    return Changes(
        kinds_added=_only(after, before), kinds_removed=_only(before, after),
        denials_added=_only(denied_after, denied_before), denials_removed=_only(denied_before, denied_after),
        sdks_added=come, sdks_removed=gone,
        sdks_changed=tuple(c for one, other in pairs if (c := _sdk(one, other)) is not None),
        recipients_added=tuple(name for key, name in given_after.items() if key not in given_before),
        recipients_removed=tuple(name for key, name in given_before.items() if key not in given_after),
        rights_added=tuple(r for r in RIGHTS if new.rights[r].stated and not old.rights[r].stated),
        rights_removed=tuple(r for r in RIGHTS if old.rights[r].stated and not new.rights[r].stated),
        paths=tuple((r, old.rights[r].path, new.rights[r].path) for r in RIGHTS
                    if old.rights[r].stated and new.rights[r].stated and fold(old.rights[r].path) != fold(new.rights[r].path)),
        values=tuple(_values(old, new)), text_added=text_added, text_removed=text_removed,
    )  # fmt: skip


def _kinds(read: Declared, denied: bool) -> tuple[str, ...]:
    return tuple(k.kind for k in read.kinds if k.denied is denied)


def _only(these: tuple[str, ...], those: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(one for one in these if one not in those)


def _paired(old: Declared, new: Declared) -> tuple[list[tuple[SdkSaid, SdkSaid]], tuple[str, ...], tuple[str, ...]]:
    """SDKs of both, names of the old one's alone, names of the new one's alone. A company alone makes no pair."""
    left = list(new.sdks)
    pairs, gone = [], []
    for sdk in old.sdks:
        match = next((m for n in sdk.names if (m := named(tuple(left), n, "", (), ())) is not None), None)
        if match is None:
            gone.append(sdk.name)
        else:
            left.remove(match)
            pairs.append((sdk, match))
    return pairs, tuple(gone), tuple(sdk.name for sdk in left)


def _sdk(old: SdkSaid, new: SdkSaid) -> SdkChange | None:
    change = SdkChange(
        name=new.name, kinds_added=_only(new.kinds, old.kinds), kinds_removed=_only(old.kinds, new.kinds),
        company=(old.company, new.company) if fold(old.company) != fold(new.company) else None,
        purpose=(old.purpose, new.purpose) if fold(old.purpose) != fold(new.purpose) else None,
    )  # fmt: skip
    return change if change.kinds_added or change.kinds_removed or change.company or change.purpose else None


def _values(old: Declared, new: Declared) -> list[tuple[str, str, str]]:
    found = [(name, str(getattr(old, name) or ""), str(getattr(new, name) or "")) for name in DATES]
    found.append(("reply_days", _term(old), _term(new)))
    found += [(name, "stated" if getattr(old, name).stated else "", "stated" if getattr(new, name).stated else "") for name in TOPICS]
    return [one for one in found if one[1] != one[2]]


def _term(read: Declared) -> str:
    days = read.reply_days
    return f"{days.number} {'working days' if days.working else 'days'}" if days else ""


def _text(old: str, new: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Sentences that only one has, as often as it has them more, in its order."""
    before, after = _sentences(old), _sentences(new)
    count_before, count_after = Counter(k for k, _ in before), Counter(k for k, _ in after)
    return _more(before, count_before - count_after), _more(after, count_after - count_before)


def _more(said: list[tuple[str, str]], left: Counter[str]) -> tuple[str, ...]:
    found = []
    for key, written in said:
        if left[key] > 0:
            left[key] -= 1
            found.append(written)
    return tuple(found)


def _sentences(text: str) -> list[tuple[str, str]]:
    """Each sentence without white space, and as it is written."""
    folded = Folded(text)
    found = []
    for start, end in sentences(folded.text, 0, len(folded.text)):
        a, b = folded.quoted(start, end)
        found.append(("".join(folded.text[start:end].split()), text[a:b].strip()))
    return [one for one in found if one[0]]
