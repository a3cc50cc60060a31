"""All that a policy says of SDKs, put together: one record for one SDK, wherever and under whatever name it stands."""

from __future__ import annotations

from collections.abc import Sequence

from harness.policy.blocks import Document
from harness.policy.declared import Passage, SdkSaid
from harness.policy.entries import Entry
from harness.policy.fields import words
from harness.policy.known import PACKAGE, bare, known_of, names_in
from harness.policy.naming import catalogue_entry, identity
from harness.policy.quoting import passage
from harness.policy.sdk_ended import in_ended
from harness.policy.sdk_lines import in_lines
from harness.policy.sdk_prose import in_prose
from harness.policy.sdk_sections import in_sections
from harness.policy.sdk_tables import in_tables
from harness.policy.statements import Statement


def read_sdks(document: Document, said: Sequence[Statement]) -> tuple[tuple[SdkSaid, ...], list[tuple[int, int]]]:
    """The SDKs, in the order in which they are named; and the places that speak of them, in order, which say nothing of the app's
    own collection."""
    tables = list(in_tables(document))
    rows = {entry.spans[0][0] for entry in tables}
    of_sdks = frozenset(b.table for b in document.blocks if b.table >= 0 and document.folded.forth(b.start) in rows)
    entries = [*tables, *in_lines(document, of_sdks)]
    taken = _joined([span for entry in entries for span in entry.spans])
    entries += in_ended(document, taken)
    entries += in_sections(document, _joined([span for entry in entries for span in entry.spans]))
    taken = _joined([span for entry in entries for span in entry.spans])
    prose = list(in_prose(document, said, taken))
    places = _joined([*taken, *(span for entry in prose if not entry.own for span in entry.spans)])
    recorded = [(bare(entry.name), entry.name) for entry in entries]
    named = [*recorded, *((bare(entry.name), entry.name) for entry in prose)]
    groups: list[list[Entry]] = []
    of_key: dict[str, int] = {}
    for entry in sorted([*entries, *prose], key=lambda e: e.name_at):
        keys = [identity(entry.name)]
        if known_of(entry.name) is None:
            keys += list(names_in(entry.name)[:2])
        if not any(key in of_key for key in keys):
            keys = (_meant(entry, recorded) if entry.shared else _family(entry, named)) or keys
        group = next((of_key[key] for key in keys if key in of_key), None)
        if group is None:
            group = len(groups)
            groups.append([])
        groups[group].append(entry)
        for key in keys:
            of_key.setdefault(key, group)
    records = frozenset(map(id, entries))
    return tuple(_merged(document, group, records) for group in groups), places


def _meant(entry: Entry, recorded: Sequence[tuple[str, str]]) -> list[str]:
    """Which record a short name among others means, 某牌SDK: the one whose name begins or ends with it, if no name is its own."""
    short = bare(entry.name)
    if len(short) < 2 or any(identity(name) == identity(entry.name) for _, name in recorded):
        return []
    longer = [name for full, name in recorded if full.startswith(short) or (len(full) > 1 and short.endswith(full))]
    return [identity(longer[0])] if longer else []


def _family(entry: Entry, named: Sequence[tuple[str, str]]) -> list[str]:
    """Which SDK a name in a sentence means that is but the first word of another's, Firebase beside Firebase Analytics, where it
    says of none what it takes."""
    short = bare(entry.name)
    if entry.kinds or len(short) < _SHORTEST or not short.isascii() or words("name_of_sdk").search(entry.name.lower()):
        return []
    longer = [name for full, name in named if full != short and full.startswith(short)]
    return [identity(longer[0])] if longer else []


_SHORTEST = 5


def _merged(document: Document, entries: list[Entry], records: frozenset[int]) -> SdkSaid:
    first = entries[0]
    kinds: dict[str, bool] = {}
    for entry in [e for e in entries if not e.shared] if any(e.kinds and id(e) in records for e in entries) else entries:
        for kind, denied in entry.kinds.items():
            kinds[kind] = kinds.get(kind, True) and denied
    known = known_of(first.name) or next((k for e in entries if (k := known_of(e.name))), None)
    catalogue = catalogue_entry(known.name) if known else None
    passages: tuple[Passage, ...] = tuple(dict.fromkeys(passage(document, *_whole(entry)) for entry in entries))
    return SdkSaid(
        name=first.name, names=tuple(dict.fromkeys(e.name for e in entries)), known=known.name if known else "",
        company=next((e.company for e in entries if e.company), ""), purpose=next((e.purpose for e in entries if e.purpose), ""),
        kinds=tuple(k for k, denied in kinds.items() if not denied), denied=tuple(k for k, denied in kinds.items() if denied),
        passage=passages[0], passages=passages,
        packages=tuple(dict.fromkeys([*_packages(entries), *(catalogue.packages if catalogue else ())])),
        hosts=catalogue.hosts if catalogue else (),
        platforms=tuple(sorted({p for e in entries for p in e.platforms})),
    )  # fmt: skip


def _packages(entries: list[Entry]) -> list[str]:
    """Java packages that stand in the names."""
    return [p.strip(".*") for entry in entries for p in PACKAGE.findall(entry.name.lower()) if p.split(".")[0] in _TOP]


_TOP = {"com", "cn", "org", "net", "io", "me", "tv", "de", "app", "dev"}


def _whole(entry: Entry) -> tuple[int, int]:
    """From the entry's first word to its last, but no more than a page of it."""
    start = min(a for a, _ in entry.spans)
    return start, min(max(b for _, b in entry.spans), start + 1500)


def _joined(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return found
