"""HTML -> blocks. The text is what a reader of the page sees, one block a line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from lxml import etree, html

from harness.policy.blocks import Block, Document, Outline
from harness.policy.fields import role_of_label
from harness.policy.plain import heading_level
from harness.policy.words import compiled

_UNSEEN = {"script", "style", "noscript", "template", "svg", "iframe", "select", "textarea", "button", "head", "title", "math"}
_INLINE = {
    "a",
    "abbr",
    "acronym",
    "b",
    "bdi",
    "bdo",
    "big",
    "cite",
    "code",
    "data",
    "del",
    "dfn",
    "em",
    "font",
    "i",
    "img",
    "input",
    "ins",
    "kbd",
    "label",
    "mark",
    "o:p",
    "q",
    "s",
    "samp",
    "small",
    "span",
    "strike",
    "strong",
    "sub",
    "sup",
    "time",
    "tt",
    "u",
    "var",
    "wbr",
}
_HEADINGS = {f"h{n}": n for n in range(1, 7)}
_BULLET = re.compile(r"[•●○▪◦■◆►➢✓✔✅·][ \t]*\S|[-*][ \t]+\S")
_SPACE = re.compile(r"[\s\u00a0]+")
_SHELL = compiled("markup", "shell", re.I)
_CLOSES = re.compile(r"</(?:html|body)\s*>", re.I)
"""Where a page ends: several may stand in one file, one language after the other, or a policy and its list of SDKs; the parser
drops what stands behind the first that ends."""
_BY_TOPIC, _ENGLISH = 17, 14
"""The levels of headings that are so by their words alone, and of lines in English that stand alone (`plain.heading_level`)."""


@dataclass
class _Writer:
    """The text as far as it is written, and the words of the line that is being made."""

    parts: list[str] = field(default_factory=list)
    length: int = 0
    words: list[str] = field(default_factory=list)
    bold: int = 0
    plain: bool = False

    def say(self, text: str | None, bold: bool) -> None:
        if text and text.strip():
            self.plain = self.plain or not bold
        if text:
            self.words.append(text)

    def line(self) -> tuple[int, int, bool] | None:
        """Writes the line; its place, and whether all of it is bold."""
        text = _SPACE.sub(" ", "".join(self.words)).strip()
        whole = not self.plain
        self.words, self.plain = [], False
        if not text:
            return None
        start = self.length
        self.parts.append(text + "\n")
        self.length += len(text) + 1
        return start, start + len(text), whole


def document(markup: str) -> Document:
    """Any markup gives a document; a page that its scripts write has a note `needs_javascript`."""
    root = _tree(markup)
    if root is None:
        return Document(text="", blocks=())
    title = _SPACE.sub(" ", "".join(root.xpath("//title[1]//text()"))).strip()
    writer, outline = _Writer(), Outline()
    blocks: list[Block] = []
    layout = _layout_tables(root)
    _Walk(writer, outline, blocks, layout).run(root)
    text = "".join(writer.parts)
    notes: tuple[tuple[str, str], ...] = ()
    scripts = len(root.xpath("//script"))
    if len(text.strip()) < 400 and (scripts or _SHELL.search(markup)):
        notes = (("needs_javascript", f"{len(text.strip())} characters of text beside {scripts} scripts"),)
    return Document(text=text, blocks=tuple(blocks), title=title, notes=notes)


def _tree(markup: str) -> Any:
    clean = re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]", " ", markup)
    clean = re.sub(r"^\s*<\?xml[^>]*\?>", "", clean)
    clean = _CLOSES.sub(" ", clean)
    if not clean.strip():
        return None
    parser = html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, no_network=True, huge_tree=True)
    try:
        return html.document_fromstring(clean.encode("utf-8"), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError):
        return None


def _layout_tables(root: Any) -> set[Any]:
    """Tables that only place things on a page: those around another table, around headings, or of one column."""
    found = set()
    for inner in root.iter("table", "h1", "h2", "h3"):
        above = inner.getparent()
        while above is not None and above not in found:
            if above.tag == "table" and not _has_heads(above):
                found.add(above)
            above = above.getparent()
    for table in root.iter("table"):
        if table not in found and all(len(cells) < 2 for cells in _rows_of(table)):
            found.add(table)
    return found


def _has_heads(table: Any) -> bool:
    """Whether the first row of a table names columns of a list, so that a table in one of its cells is of that cell."""
    rows = _rows_of(table)
    said = ["".join(cell.itertext()).strip() for cell in rows[0]] if len(rows) > 1 and 1 < len(rows[0]) < 16 else []
    return len({role_of_label(s) for s in said if len(s) <= 40} - {""}) > 1


def _rows_of(table: Any) -> list[list[Any]]:
    """The cells of each row; cells that stand in no row, after `<thead>` or `</tr>`, are rows as wide as the first."""
    rows: list[list[Any]] = []
    loose: list[Any] = []
    width = 0
    for part in table.iter("table", "thead", "tbody", "tfoot"):
        if part is not table and next(part.iterancestors("table"), table) is not table:
            continue  # of a table within a cell
        if part is not table and part.tag == "table":
            continue
        for child in part:
            if child.tag in ("td", "th"):
                if loose and (len(loose) == width or child.tag != loose[-1].tag):
                    rows.append(loose)
                    loose = []
                loose.append(child)
            elif child.tag == "tr":
                rows += [loose] if loose else []
                loose = []
                rows.append([cell for cell in child if cell.tag in ("td", "th")])
                width = width or len(rows[-1])
        if loose:
            rows.append(loose)
            width = width or len(loose)
            loose = []
    return rows


@dataclass
class _Walk:
    writer: _Writer
    outline: Outline
    blocks: list[Block]
    layout: set[Any]
    tables: int = 0

    def run(self, root: Any) -> None:
        """One pass without recursion, however deep the markup is."""
        stack: list[tuple[Any, Iterator[Any] | None]] = [(root, None)]
        bold = [0]
        lists = 0
        item_level = 0
        pending_heading = 0
        while stack:
            node, children = stack[-1]
            tag = node.tag if isinstance(node.tag, str) else ""
            if children is None:
                if tag in _UNSEEN or not tag:
                    stack.pop()
                    self.writer.say(node.tail, bool(bold[0]))
                    continue
                if tag == "table" and node not in self.layout:
                    self._flush(0, item_level)
                    self._table(node)
                    stack.pop()
                    self.writer.say(node.tail, bool(bold[0]))
                    continue
                if tag not in _INLINE:
                    self._flush(pending_heading, item_level)
                    item_level = 0
                    if tag in _HEADINGS:
                        pending_heading = _HEADINGS[tag]
                    if tag in ("ul", "ol"):
                        lists += 1
                    if tag in ("li", "dd"):
                        item_level = max(lists, 1)
                if tag in ("b", "strong"):
                    bold[0] += 1
                self.writer.say(node.text, bool(bold[0]))
                stack[-1] = (node, iter(node))
                continue
            child = next(children, None)
            if child is not None:
                stack.append((child, None))
                continue
            stack.pop()
            if tag in ("b", "strong"):
                bold[0] -= 1
            if tag not in _INLINE:
                self._flush(pending_heading, item_level)
                if tag in _HEADINGS:
                    pending_heading = 0
                if tag in ("ul", "ol"):
                    lists -= 1
                item_level = 0 if tag in ("li", "dd") else item_level
            if stack:
                self.writer.say(node.tail, bool(bold[0]))
        self._flush(pending_heading, item_level)

    def _flush(self, heading: int, item: int) -> None:
        line = self.writer.line()
        if line is None:
            return
        start, end, bold = line
        said = self.writer.parts[-1][:-1]
        level = heading if heading and len(said) <= 200 else heading_level(said, bold)
        if level == _BY_TOPIC and item:
            level = 0  # a member of a list: 我们不会收集儿童的个人信息
        if level == _ENGLISH and not heading and not said[:1].isdigit():
            level = 18  # a line in bold, as those below are
        if not level and bold and len(said) <= 40 and not re.search(r"[。；，,;.]|[:：].", said):
            level = 18
        if level:
            self.blocks.append(Block(kind="heading", start=start, end=end, level=level, path=self.outline.path))
            self.outline.enter(level, said)
        else:
            item = item or (1 if _BULLET.match(said) else 0)
            self.blocks.append(Block(kind="item" if item else "text", start=start, end=end, level=item, path=self.outline.path))

    def _table(self, table: Any) -> None:
        number, self.tables = self.tables, self.tables + 1
        heads: tuple[str, ...] = ()
        carried: dict[int, tuple[int, tuple[int, int]]] = {}
        for index, cells in enumerate(_rows_of(table)):
            if not cells:
                continue
            start = self.writer.length
            placed: list[tuple[int, int]] = []
            for cell in cells:
                while len(placed) in carried:
                    self._take_carried(carried, placed)
                span = self._cell(cell)
                for _ in range(min(_number(cell.get("colspan")), 20)):
                    below = _number(cell.get("rowspan")) - 1
                    if below > 0:
                        carried[len(placed)] = (below, span)
                    placed.append(span)
            while len(placed) in carried and len(placed) < 60 and not any(s[0] >= start for _, s in [carried[len(placed)]]):
                self._take_carried(carried, placed)
            end = max(start, self.writer.length - 1)
            if end == start:
                continue
            said = [self._said(a, b) for a, b in placed]
            is_head = all(cell.tag == "th" for cell in cells) or (
                index == 0 and all(len(s) <= 30 for s in said) and len(cells) > 1
            )
            if is_head and not heads:
                heads = tuple(said)
            self.blocks.append(
                Block(
                    kind="head" if is_head else "row",
                    start=start,
                    end=end,
                    path=self.outline.path,
                    cells=tuple(placed),
                    heads=heads,
                    table=number,
                )
            )

    @staticmethod
    def _take_carried(carried: dict[int, tuple[int, tuple[int, int]]], placed: list[tuple[int, int]]) -> None:
        column = len(placed)
        left, span = carried.pop(column)
        placed.append(span)
        if left > 1:
            carried[column] = (left - 1, span)

    def _said(self, start: int, end: int) -> str:
        if end <= start:
            return ""
        back, parts = self.writer.length, []
        for part in reversed(self.writer.parts):
            back -= len(part)
            if back < end:
                parts.append(part[max(0, start - back) : end - back])
            if back <= start:
                break
        return "".join(reversed(parts)).strip()

    def _cell(self, cell: Any) -> tuple[int, int]:
        """Writes a cell, its lines as lines; where it stands."""
        start = self.writer.length
        pieces: list[str] = []
        for event, node in etree.iterwalk(cell, events=("start", "end")):
            tag = node.tag if isinstance(node.tag, str) else ""
            if event == "start":
                if tag not in _INLINE and node is not cell:
                    pieces.append("\n")
                if tag and tag not in _UNSEEN and node.text:
                    pieces.append(_SPACE.sub(" ", node.text))
            else:
                if tag not in _INLINE and node is not cell:
                    pieces.append("\n")
                if node is not cell and node.tail:
                    pieces.append(_SPACE.sub(" ", node.tail))
        for line in "".join(pieces).split("\n"):
            self.writer.say(line, False)
            self.writer.line()
        return start, max(start, self.writer.length - 1)


def _number(text: str | None) -> int:
    return int(text) if text and text.isdecimal() and 0 < int(text) < 1000 else 1
