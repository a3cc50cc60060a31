"""PDF -> blocks, by PDFium: the words of each page, lines joined to paragraphs as far as the page shows them."""

from __future__ import annotations

import re
from collections import Counter

import pypdfium2

from harness.policy import plain
from harness.policy.blocks import Document
from harness.policy.files import PolicyUnreadable
from harness.policy.words import compiled

_PAGE_NUMBER = compiled("pdf", "page_number", re.I)


def document(data: bytes, name: str = "") -> Document:
    """Raises PolicyUnreadable for a file that PDFium cannot open, one that is locked, and one whose pages are pictures."""
    called = name or "The policy"
    try:
        opened = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as bad:
        locked = "password" in str(bad).lower()
        raise PolicyUnreadable(
            "pdf", f"{called} is a PDF that cannot be opened.", "It is locked with a password." if locked else "It is damaged."
        ) from bad
    try:
        pages = [_page(opened, number) for number in range(len(opened))]
    finally:
        opened.close()
    if sum(len(p) for p in pages) < 20 * len(pages):
        raise PolicyUnreadable("image", f"{called} is a PDF of pictures.", "Its pages hold no text, only images of it.")
    return plain.document(_joined(pages))


def _page(opened: pypdfium2.PdfDocument, number: int) -> str:
    try:
        page = opened[number]
        words = page.get_textpage()
        return str(words.get_text_bounded()).replace("\r\n", "\n").replace("\r", "\n").replace("\ufffe", "").replace("\x00", "")
    except pypdfium2.PdfiumError:
        return ""


def _joined(pages: list[str]) -> str:
    """Pages as one text: no page numbers, no line that heads every page; a line as long as the page is wide goes on in the
    next."""
    lines = [[line.rstrip() for line in page.split("\n")] for page in pages]
    edges = Counter(line.strip() for page in lines for line in dict.fromkeys((*page[:1], *page[-1:])) if line.strip())
    running = {line for line, count in edges.items() if len(pages) > 2 and count > len(pages) // 2}
    kept = [line for page in lines for line in page if line.strip() not in running and not _PAGE_NUMBER.match(line)]
    lengths = sorted(_width(line) for line in kept if line.strip())
    wide = lengths[int(len(lengths) * 0.9)] if lengths else 0
    parts: list[str] = []
    for line in kept:
        parts.append(line)
        full = _width(line) >= wide * 0.85 and wide > 40 and not re.search(r"[。；;：:!！?？.]\s*$", line)
        if not full:
            parts.append("\n")
        elif re.search(r"[A-Za-z,]$", line):
            parts.append(" ")
    return "".join(parts)


def _width(line: str) -> int:
    return sum(2 if c >= "\u2e80" else 1 for c in line)
