"""SDKs in tables: a row is one, where the columns or the part it stands in say so."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import groupby

from harness.policy.blocks import Block, Document
from harness.policy.entries import Entry, from_fields, is_function, is_sdk_name, plausible_name
from harness.policy.fields import Value, is_company, role_of_label, words
from harness.policy.folding import fold
from harness.policy.kinds import mentions
from harness.policy.sdk_lines import Records
from harness.policy.several import is_known, several
from harness.policy.statements import role_of
from harness.policy.words import compiled

_MOST_COLUMNS = 24
_COOKIES = re.compile(r"cookie|expir|duration")
_PROCESSORS = re.compile(r"\bsub-?processors?\b|\bdata processors?\b")
_EXACT = compiled("sdk_tables", "exact", re.I)


def in_tables(document: Document) -> Iterator[Entry]:
    """The entries of all tables; none of a table of the app's own kinds, whose rows are no SDKs."""
    rows = [b for b in document.blocks if b.kind in ("row", "head")]
    inherited: tuple[str, ...] = ()
    for _, group in groupby(rows, key=lambda b: b.table):
        table = list(group)
        roles = _columns(document, table)
        goes_on = not any(roles) and bool(inherited) and len(inherited) == max(len(b.cells) for b in table)
        if goes_on:
            roles = inherited  # a table that goes on, broken by a page
        inherited = roles
        upright = _upright(document, table)
        if upright:
            records = Records(document, role_of(table[0].path))
            for span, value in upright:
                records.pairs(span, [value], None)
            yield from records.done()
        else:
            yield from _rows(document, table, roles, goes_on)


def _columns(document: Document, table: list[Block]) -> tuple[str, ...]:
    """What each column is about; of several that say `name`, or of none, the one whose cells are names."""
    said = _heads(document, table)
    roles = [role_of_label(s) for s in said]
    cells = _cells_by_column(document, table, said)
    if not {"name", "company"} & set(roles) and all(map(str.isascii, said)):
        roles = _by_known_names(roles, cells)
    if sum(bool(r) for r in roles) < 2:
        return ("",) * len(roles)
    known = _of_known(roles, cells)
    if known is not None:
        roles[known], roles = "name", ["purpose" if r == "name" else r for r in roles]
        roles[known] = "name"
    if "name" not in roles:
        first = _of_names(said, roles, cells, role_of(table[0].path) == "sdks")
        if first is None:
            return tuple(roles)
        roles[first] = "name"
    return tuple("company" if r == "name" and roles.index("name") != n else r for n, r in enumerate(roles))


def _by_known_names(roles: list[str], cells: list[list[str]]) -> list[str]:
    """The roles with the columns of names and of kinds that no head tells, Who | Why | What: by names that the catalogue knows,
    at least two of them and half of the column."""
    names = [n for n, column in enumerate(cells) if _mostly(_is_named, column) and len(set(filter(_is_named, column))) > 1]
    if len(names) != 1 or roles[names[0]] in ("kinds", "link", "platform"):
        return roles
    found = [r if n != names[0] else "company" for n, r in enumerate(roles)]
    if "kinds" not in found:
        named = [sum(bool(mentions(cell)) for cell in column) if not found[n] else 0 for n, column in enumerate(cells)]
        if max(named) * 2 > len(cells[0]):
            found[named.index(max(named))] = "kinds"
    return found


def _of_known(roles: list[str], cells: list[list[str]]) -> int | None:
    """The column of companies that holds the names, where another is called so that holds none: Service | Service provider."""
    if "name" not in roles or "company" not in roles:
        return None
    named, company = roles.index("name"), roles.index("company")
    if _mostly(_is_named, cells[company]) and not any(map(_is_named, cells[named])):
        return company
    return None


def _is_named(said: str) -> bool:
    return is_known(said) and not (is_company(said) and not said.isascii())


def _of_names(said: list[str], roles: list[str], cells: list[list[str]], of_sdks: bool) -> int | None:
    """Which column holds the names where none is called so."""
    sdk = [n for n, s in enumerate(said) if words("name_of_sdk").search(fold(s)) and roles[n] not in _NEVER_NAMES]
    if sdk:
        return sdk[0]
    first = next((n for n, r in enumerate(roles) if r == "company"), None)
    if first is None:
        return 0 if of_sdks and roles[0] in ("", "type") else None
    if not _mostly(is_company, cells[first]):
        return first
    # 功能类型 | 第三方名称, with the SDKs under the first and their companies under the second
    if first and roles[first - 1] in ("", "type", "purpose") and _are_names(cells[first - 1]):
        return first - 1
    return first


_NEVER_NAMES = ("link", "kinds", "permissions", "method", "purpose", "platform")


def _are_names(cells: list[str]) -> bool:
    """Whether a column's cells are what SDKs are called, and no kinds of services: 推送服务, again and again."""
    said = [c for c in cells if c]
    if not said or not _mostly(_can_be_name, said) or _mostly(is_function, said):
        return False
    return len(set(said)) * 4 > len(said) * 3 or _mostly(is_sdk_name, said)


def _can_be_name(said: str) -> bool:
    return plausible_name(said) and len(said) <= 40 and not is_company(said)


def _mostly(holds: Callable[[str], bool], cells: list[str]) -> bool:
    said = [c for c in cells if c]
    return sum(map(holds, said)) * 2 > len(said)


def _cells_by_column(document: Document, table: list[Block], heads: list[str]) -> list[list[str]]:
    """What stands under each head."""
    found: list[list[str]] = [[] for _ in heads]
    for block in table:
        if len(block.cells) != len(heads) or [document.text[a:b] for a, b in block.cells] == heads:
            continue
        for column, cell in zip(found, block.cells, strict=True):
            column.append(document.folded.text[slice(*document.span(*cell))].strip())
    return found


def _heads(document: Document, table: list[Block]) -> list[str]:
    """What the columns are called: of the first rows the one in which most cells are such names; a title may stand above it."""
    rows = [[document.text[a:b] for a, b in block.cells] for block in table[:3]]
    return max(rows, key=lambda cells: len({role_of_label(c) for c in cells} - {""}))


def _title(document: Document, table: list[Block], heads: list[str]) -> str:
    """What a row of one cell says above the heads."""
    for block in table[:2]:
        cells = [document.text[a:b] for a, b in block.cells]
        if cells == heads:
            break
        if len(set(block.cells)) == 1 or len([c for c in cells if c.strip()]) == 1:
            return cells[0]
    return ""


def _rows(document: Document, table: list[Block], roles: tuple[str, ...], goes_on: bool) -> Iterator[Entry]:
    """`goes_on`: whether the columns are those of the table before it, and no row names them."""
    if "name" not in roles or not {"kinds", "company", "purpose", "link", "permissions"} & set(roles):
        return
    titles = [] if goes_on else _heads(document, table)
    heads = " ".join(map(fold, titles))
    above = _title(document, table, titles)
    if role_of(table[0].path) == "cookies" or _COOKIES.search(heads):
        return
    part = role_of((above,)) or role_of(table[0].path)
    of_sdks = bool(words("name_of_sdk").search(heads)) or "company" in roles or part == "sdks"
    of_sdks = of_sdks or bool(_PROCESSORS.search(heads))
    of_sdks = of_sdks or _are_recipients(document, table, titles[roles.index("name")] if titles else "", roles)
    third = "第三方" in heads or "third" in heads or "合作" in heads or "link" in roles
    at = roles.index("name")
    untold = bool(titles) and not role_of_label(titles[at])
    of_app = untold and part != "sdks" and "kinds" in roles[:at]  # a table of what the app takes, with who gets it
    kinds = [n for n, role in enumerate(roles) if role == "kinds"]
    exact = [n for n in kinds if titles and _EXACT.search(titles[n])]
    wide = set(kinds) - set(exact) if exact else set()  # 设备信息, beside a column that says which
    last: Entry | None = None
    found: list[Entry] = []
    for block in table:
        if len(block.cells) <= at or [document.text[a:b] for a, b in block.cells] == titles or len(set(block.cells)) == 1:
            continue
        cells = [document.span(a, b) for a, b in block.cells]
        name = cells[at]
        said = document.folded.text[name[0] : name[1]].strip()
        if role_of_label(said) and block.kind == "head":
            continue
        if not said:
            if last is not None:  # a row that was split, by a page or for another system
                for n, (a, b) in enumerate(cells):
                    if n < len(roles) and roles[n] in ("kinds", "permissions") and n not in wide:
                        last.add_listed(document.folded.text, a, b)
                last.spans.append(document.span(block.start, block.end))
            continue
        if not (of_sdks or (third and part in ("sdks", "shares")) or is_sdk_name(said) or (untold and is_known(said))):
            continue
        values = [
            Value(roles[n], "", a, b)
            for n, (a, b) in enumerate(cells)
            if n < len(roles) and n != at and roles[n] and n not in wide
        ]
        for a, b in several(said):
            start = document.folded.text.find(said, *name)
            called = (start + a, start + b) if b - a < len(said) else name
            place = name if of_app else document.span(block.start, block.end)
            entry = last = from_fields(document, called, values, place, part)
            if entry is not None:
                found.append(entry)
    yield from found


def _are_recipients(document: Document, table: list[Block], head: str, roles: tuple[str, ...]) -> bool:
    """Whether the names stand under a word for who gets information, Recipient, Vendor, and one of them is known."""
    if role_of_label(head) != "company" or not head.isascii():
        return False
    at = roles.index("name")
    cells = (document.folded.text[slice(*document.span(*b.cells[at]))].strip() for b in table if len(b.cells) > at)
    return any(is_known(cell[a:b]) for cell in cells for a, b in several(cell))


def _upright(document: Document, table: list[Block]) -> list[tuple[tuple[int, int], Value]]:
    """Of a table whose labels stand in its first column, each value with its row's place, one column of values after the other;
    nothing where the labels do not stand there."""
    width = min(max(len(block.cells) for block in table), _MOST_COLUMNS)
    columns: list[list[tuple[tuple[int, int], Value]]] = [[] for _ in range(max(width - 1, 0))]
    labels: list[str] = []
    for block in table:
        if len(block.cells) != width or width < 2:
            continue
        label = document.span(*block.cells[0])
        said = document.folded.text[label[0] : label[1]]
        role = role_of_label(said)
        if not role and not labels and not said.strip() and _are_known(document, block):
            role = "name"
        if not role:
            continue
        labels.append(role)
        for column, cell in zip(columns, block.cells[1:], strict=True):
            start, end = document.span(*cell)
            place = document.span(block.start, block.end) if width == 2 else (start, end)
            column.append((place, Value(role, said, start, end)))
    if len(labels) < 3 or len(labels) * 3 < len(table) * 2 or (width > 2 and ("name" not in labels or _across(document, table))):
        return []
    return [found for column in columns for found in column]


def _are_known(document: Document, block: Block) -> bool:
    """Whether the cells of a row, but the first, are names that the catalogue knows, most of them."""
    return _mostly(is_known, [document.folded.text[slice(*document.span(*cell))].strip() for cell in block.cells[1:]])


def _across(document: Document, table: list[Block]) -> bool:
    """Whether the first row of a table is one of heads, too."""
    return sum(bool(role_of_label(document.text[a:b])) for a, b in table[0].cells[1:]) > 0
