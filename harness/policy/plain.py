"""Plain text and Markdown: lines -> blocks. The text stays as it is, so that quotes are the file's own words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache

from harness.policy.blocks import Block, Document, Kind, Outline
from harness.policy.fields import role_of_label
from harness.policy.folding import fold
from harness.policy.piped import piped_rows
from harness.policy.words import compiled, read

_FRONT = re.compile(r"\A\ufeff?---[ \t]*\n.*?\n(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.S)
_HASHES = re.compile(r"[ \t]{0,3}(#{1,6})(?:[ \t]+|(?=[^\s#\d!]))")
_QUOTE = re.compile(r"[ \t]{0,3}(?:>[ \t]?)+")
_FENCE = re.compile(r"[ \t]*```+(?P<of>\w*)[ \t]*$")
_RULE = re.compile(r"[ \t]*(?:[-=*_][ \t]*){3,}$")
_ITEM = re.compile(
    r"[ \t]*(?:[-+*•·●○■◆►▪◇□▶➢✓–—][ \t]*(?=\S)|\(?[\divx]{1,4}[.)）][ \t]+|[（(]\d{1,2}[)）"
    r"]|[①-⑳⑴-⒇]|\d{1,2}[)）、]|[a-z][.)）、][ \t]*)"
)
_BOLD = re.compile(r"[ \t]*(\*\*|__)(?P<text>[^*_\n]{2,80}?)\1[:： \t]*$")
_DELIMITER = re.compile(r"[ \t]*\|?[ \t]*:?-{2,}:?[ \t]*(?:\|[ \t]*:?-{2,}:?[ \t]*)*\|?[ \t]*$")
_NUMBERED = (
    (1, re.compile(r"第[一二三四五六七八九十百\d]{1,4}[编部章]")),
    (2, re.compile(r"第[一二三四五六七八九十百\d]{1,4}[条节]|[一二三四五六七八九十]{1,3}[、.,:](?!.{0,3}年)")),
    (3, re.compile(r"\([一二三四五六七八九十]{1,3}\)")),
    (4, re.compile(r"\d{1,2}[.、)](?!\d)|[ivx]{1,5}\.[ ]|[a-h]\.[ ]")),
    (5, re.compile(r"\d{1,2}\.\d{1,2}[.、]?(?!\d|年)")),
    (6, re.compile(r"\d{1,2}\.\d{1,2}\.\d{1,2}[.、]?(?!\d)|\(\d{1,2}\)")),
)
_CJK = re.compile(r"[\u3400-\u9fff]")
_STOPS = compiled("plain", "stops")
_ENDED = re.compile(r"[.。:;!?|)]\s*$")


@dataclass(frozen=True)
class _Line:
    start: int
    end: int
    text: str


def _lines(text: str, begin: int) -> Iterator[_Line]:
    fenced = False
    for match in re.compile(r"[^\n\r\f\v\u2028\u2029]*").finditer(text, begin):
        if match.end() > match.start():
            quote = _QUOTE.match(match[0])
            start = match.start() + (quote.end() if quote else 0)
            said = text[start : match.end()]
            fence = _FENCE.match(said)
            if fence and (fenced or fence["of"].lower() in ("yaml", "json", "toml")):
                fenced = not fenced  # what an archive says of a page is none of the page's words
                continue
            if not fenced:
                yield _Line(start, match.end(), said)
        elif match.start() < len(text) and text[match.start()] == "\n" and match.start() and text[match.start() - 1] == "\n":
            yield _Line(match.start(), match.start(), "")


def heading_level(line: str, alone: bool) -> int:
    """What level of heading a line is by its words: 11 and below a Markdown heading's; 0 where it is none.

    `alone`: whether white space stands above or below it, as it does round a heading in English prose.
    """
    if len(line) > 160:
        return 0
    said = fold(line.strip())
    if ": " in said and role_of_label(said.split(": ", 1)[0]):
        return 0
    han = len(_CJK.findall(said))
    if not said or len(said) > (46 if han else 100) or _STOPS.search(said):
        return 0
    for level, pattern in reversed(_NUMBERED):
        match = pattern.match(said)
        if match:
            rest = said[match.end() :].strip()
            return 10 + level if rest and "," not in rest else 0
    if han:
        return 17 if han >= 2 and len(said) <= 30 and _topics().search(said) and "," not in said else 0
    words = line.split()
    if (
        alone
        and len(words) <= 14
        and (line.strip()[:1].isupper() or line.strip()[:1].isdigit())
        and not said.endswith((".", ",", ";"))
    ):
        capital = sum(w[:1].isupper() for w in words) >= (len(words) + 1) // 2
        return 14 if capital or said.endswith("?") or _topics().search(said) else 0
    return 0


@cache
def _topics() -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{p})" for p in read("sections")["headings"]))


def _is_row(line: str) -> bool:
    bare = line.strip()
    return (bare.startswith("|") and bare.count("|") >= 2) or bare.count("|") + bare.count("｜") >= 2 or bare.count("\t") >= 2


def _spaced(line: str) -> int:
    """How many columns a line has that names them, with two blanks or more between."""
    said = [part for part in re.split(r"[ \u3000]{2,}", line.strip()) if part]
    return len(said) if len(said) > 2 and sum(bool(role_of_label(s)) for s in said) > 2 and ":" not in line else 0


def _cells_of_spaced(line: _Line) -> tuple[tuple[int, int], ...]:
    return tuple((line.start + m.start(), line.start + m.end()) for m in re.finditer(r"\S+(?:[ \u3000]\S+)*", line.text))


def _cells(line: _Line) -> tuple[tuple[int, int], ...]:
    found: list[tuple[int, int]] = []
    separator = "|" if "|" in line.text else "｜" if "｜" in line.text else "\t"
    at = 0
    for piece in re.split(r"(?<!\\)\|" if separator == "|" else re.escape(separator), line.text):
        left = len(piece) - len(piece.lstrip())
        found.append((line.start + at + min(left, len(piece)), line.start + at + max(left, len(piece.rstrip()))))
        at += len(piece) + 1
    if separator != "\t":
        if line.text.lstrip().startswith(separator):
            found = found[1:]
        if line.text.rstrip().endswith(separator):
            found = found[:-1]
    return tuple(found)


def document(text: str) -> Document:
    """Any text gives a document; the reading is one pass over its lines."""
    front = _FRONT.match(text)
    lines = list(_lines(text, front.end() if front else 0))
    blocks: list[Block] = []
    outline = Outline()
    table, in_table = -1, False
    columns: tuple[str, ...] = ()
    kind: Kind
    joins = False
    rows, passed = piped_rows(text, lines), -1
    columns_apart = 0
    for number, line in enumerate(lines):
        if number <= passed:
            continue
        bare = line.text.strip()
        row = rows.get(number)
        if row is not None:
            passed, joins, in_table = row.last, False, True
            if row.is_head:
                table += 1
                columns = tuple(text[a:b] for a, b in row.cells)
            blocks.append(
                Block(
                    kind="head" if row.is_head else "row", start=row.cells[0][0], end=row.cells[-1][1], path=outline.path,
                    cells=row.cells, heads=columns, table=table,
                )
            )  # fmt: skip
            continue
        if not bare or (_RULE.match(line.text) and not _DELIMITER.match(line.text)):
            joins = in_table = in_table and not bare and False
            continue
        before = number == 0 or not lines[number - 1].text.strip()
        after = number + 1 == len(lines) or not lines[number + 1].text.strip()
        delimited = number + 1 < len(lines) and bool(_DELIMITER.match(lines[number + 1].text)) and "|" in lines[number + 1].text
        if _DELIMITER.match(line.text):
            joins = False
            continue
        if delimited or _is_row(line.text):
            cells = _cells(line)
            if delimited or not in_table:
                table += 1
                columns = tuple(text[a:b] for a, b in cells)
                kind = "head"
            else:
                kind = "row"
            in_table, joins = True, False
            blocks.append(
                Block(kind=kind, start=line.start, end=line.end, path=outline.path, cells=cells, heads=columns, table=table)
            )
            continue
        if spaced := columns_apart if len(_cells_of_spaced(line)) == columns_apart else _spaced(line.text):
            table, kind = (table, "row") if columns_apart else (table + 1, "head")
            cells = _cells_of_spaced(line)
            columns = columns if columns_apart else tuple(text[a:b] for a, b in cells)
            columns_apart, joins, in_table = spaced, False, True
            blocks.append(
                Block(kind=kind, start=line.start, end=line.end, path=outline.path, cells=cells, heads=columns, table=table)
            )
            continue
        columns_apart, in_table = 0, False
        start = line.start + len(line.text) - len(line.text.lstrip())
        end = line.start + len(line.text.rstrip())
        hashes, bold = _HASHES.match(line.text), _BOLD.match(line.text)
        level = len(hashes[1]) if hashes else heading_level(bold["text"] if bold else line.text, before or after)
        if bold and not level and len(bold["text"]) <= 40 and not re.search(r"[。；，,;]", bold["text"]):
            level = 18
        if level:
            first = line.start + hashes.end() if hashes else start
            name = text[first:end].strip().strip("#*_ ")
            blocks.append(Block(kind="heading", start=first, end=end, level=level, path=outline.path))
            outline.enter(level, name)
            joins = False
            continue
        item = _ITEM.match(line.text)
        last = blocks[-1] if blocks else None
        if (
            joins
            and not item
            and last is not None
            and last.kind in ("text", "item")
            and _runs_on(text[last.start : last.end], bare)
        ):
            blocks[-1] = replace(last, end=end)
        else:
            depth = (len(line.text) - len(line.text.lstrip())) // 2 + 1
            blocks.append(
                Block(kind="item" if item else "text", start=start, end=end, path=outline.path, level=depth if item else 0)
            )
        joins = True
    return Document(text=text, blocks=tuple(blocks))


def _runs_on(said: str, following: str) -> bool:
    """Whether a line goes on in the next: it was broken by its length, or within a listing."""
    last = said[-1:]
    if last in "、，,（(":
        return True
    line = said[said.rfind("\n") + 1 :]
    if _CJK.search(line[-2:]):
        return False
    return (
        len(line) >= 50
        and following[:1].isascii()
        and not _ENDED.search(line)
        and "://" not in line[-80:]
        and not heading_level(following, False)
    )
