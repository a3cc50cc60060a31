"""A file -> the document in it: what it is by its first bytes, which characters, HTML, PDF, Markdown or plain text."""

from __future__ import annotations

import re
from pathlib import PurePath

from harness.errors import HarnessError
from harness.policy import markup, plain
from harness.policy.blocks import Document

_MOST = 64 << 20
_IMAGES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"BM", b"II*\x00", b"MM\x00*", b"\x00\x00\x01\x00")
_NEEDS = "Give the policy as HTML, PDF, Markdown or plain text."
_CHARSET = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?\s*([\w-]{2,20})", re.I)
_HTML = re.compile(r"<!doctype html|<html|<body|<head\b", re.I)
_TAGS = re.compile(r"<(?:p|div|table|tr|td|h[1-6]|ul|ol|li|br|section|span)\b[^>]*>", re.I)
_BLOCK_TAGS = re.compile(r"<(?:table|tr|td|p|div|h[1-6]|ul|ol|li|section)\b[^>]*>", re.I)
_COMMON = re.compile("[的我们您信息不個们資訊會收集您使用和]")
MEDIA_TYPES = ("text/plain", "text/markdown", "text/html", "application/pdf")


class PolicyUnreadable(HarnessError):
    """The file holds no text of a policy; `kind` says why in a word: empty, image, binary, too_long, pdf, needs_javascript."""

    def __init__(self, kind: str, what: str, why: str = "", fix: str = _NEEDS) -> None:
        super().__init__(what, why, fix)
        self.kind = kind


def media_type_of(data: bytes, name: str = "") -> str:
    """One of MEDIA_TYPES, by the content first and the name second. Raises PolicyUnreadable for what can be none of them."""
    called = name or "The policy"
    if not data.strip(b"\x00\t\r\n \xef\xbb\xbf\xff\xfe"):
        raise PolicyUnreadable("empty", f"{called} is empty.", "There is nothing in it to read.",
                               "Save the policy's page again, after it has loaded.")
    if len(data) > _MOST:
        raise PolicyUnreadable("too_long", f"{called} is too long.", f"It has {len(data) >> 20} MiB; {_MOST >> 20} are read.")
    if b"%PDF-" in data[:1024]:
        return "application/pdf"
    if data.startswith(_IMAGES) or (data[:4] == b"RIFF" and data[8:12] == b"WEBP") or data[4:12] in (b"ftypheic", b"ftypavif"):
        raise PolicyUnreadable("image", f"{called} is a picture.", "The words of a picture are not read here.",
                               "Give the text; `harness screen --image` reads the words of a screenshot.")
    text = decoded(data, name)
    suffix = PurePath(name).suffix.lower()
    head = text[:4096]
    if _HTML.search(head) or (suffix in (".html", ".htm", ".xhtml", ".shtml") and _TAGS.search(text)):
        return "text/html"
    if len(_BLOCK_TAGS.findall(text)) >= 6 and suffix not in (".md", ".markdown"):
        return "text/html"
    return "text/markdown" if suffix in (".md", ".markdown") else "text/plain"


def decoded(data: bytes, name: str = "") -> str:
    """The characters of a file: by its mark, by what it says of itself, else UTF-8, GB 18030 or Big5, whichever reads as words.
    Raises PolicyUnreadable for what is no text."""
    text = _decoded(data)
    sample = text[:65536]
    odd = sum(c < " " and c not in "\t\r\n\f\v\x1b" or c == "\ufffd" for c in sample)
    if odd > max(8, len(sample) // 50):
        raise PolicyUnreadable("binary", f"{name or 'The policy'} is no text.", "Its bytes are those of a program, an archive or the like.")
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", " ")


def _decoded(data: bytes) -> str:
    for mark, charset in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe\x00\x00", "utf-32"), (b"\xff\xfe", "utf-16"),
                          (b"\xfe\xff", "utf-16")):
        if data.startswith(mark):
            return data.decode(charset, "replace")
    declared = _CHARSET.search(data[:8192])
    tried = [declared[1].decode("ascii").lower()] if declared else []
    if data[1:40:2].count(0) > 15:
        tried.insert(0, "utf-16-le")
    elif data[0:40:2].count(0) > 15:
        tried.insert(0, "utf-16-be")
    tried = [{"gb2312": "gb18030", "gbk": "gb18030"}.get(c, c) for c in tried]
    for charset in [*tried, "utf-8"]:
        try:
            return data.decode(charset)
        except (UnicodeDecodeError, LookupError):
            continue
    sure = data.decode("utf-8", "replace")
    if sure.count("\ufffd") <= len(sure) // 500:  # a few broken bytes in a text that is UTF-8
        return sure
    read = [data.decode(c, "replace") for c in ("gb18030", "big5", "cp1252")]
    return max(read, key=lambda t: len(_COMMON.findall(t[:200000])) * 3 - t[:200000].count("\ufffd") * 5)


def document(text: str, media_type: str) -> Document:
    """The blocks of a text. Markdown in which HTML makes the blocks is turned into HTML first; its quotes are then of what is seen."""
    if media_type == "text/html":
        return markup.document(text)
    if media_type == "text/markdown" and len(_BLOCK_TAGS.findall(text)) >= 6:
        from markdown_it import MarkdownIt

        return markup.document(MarkdownIt("commonmark", {"html": True}).enable("table").render(text))
    return plain.document(text)


def read_file(data: bytes, name: str = "") -> tuple[Document, str]:
    """The document in a file, and its media type. Raises PolicyUnreadable where there is none."""
    media_type = media_type_of(data, name)
    if media_type == "application/pdf":
        from harness.policy import pdf

        found = pdf.document(data, name)
    else:
        found = document(decoded(data, name), media_type)
    called = name or "The policy"
    if any(kind == "needs_javascript" for kind, _ in found.notes):
        raise PolicyUnreadable("needs_javascript", f"{called} holds no policy, only the page that loads it.",
                               "Its text is written by JavaScript: " + found.notes[0][1] + ".",
                               "Open it in a browser and save the whole page, or print it to PDF.")
    if not found.text.strip():
        raise PolicyUnreadable("empty", f"{called} holds no text.", "There is markup in it and nothing to read.")
    return found, media_type
