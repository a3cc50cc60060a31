"""One spelling for what reads the same, with a way back to the text as it was written.

Words are looked for in the folded text; what is quoted is cut from the text itself. Each character of the folded text
stands for one of the text, so a place in it can be carried back.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property

from harness.policy.words import read

_HAN = "\u2e80-\u2fdf\u3000-\u303f\u3400-\u9fff\uf900-\ufaff\uff00-\uffef"
_DROPPED = re.compile(
    "[\u200b-\u200f\u202a-\u202e\u2060\ufeff\u00ad]+"  # what is not seen
    "|\\*{1,3}(?=\\S)|(?<=\\S)\\*{1,3}|`+|(?<!\\w)_{2,3}|_{2,3}(?!\\w)"  # Markdown's bold, italic and code
    "|\\]\\([^)\\s]{0,2000}\\)|!?\\[(?=[^\\]\n]{1,300}\\]\\()"  # and its links, whose text stays
    "|\\\\(?=[-.*_~()\\[\\]#+!|])"  # and its escapes
    # White space beside a Chinese character says nothing, but in front of a label.
    f"|(?:(?<=[{_HAN}])[ \t\u00a0\u3000]+|[ \t\u00a0\u3000]+(?=[{_HAN}]))(?![\u4e00-\u9fffA-Za-z、/]{{2,16}} ?[:：])"
)
_BR = re.compile(r"<br\s*/?>|&nbsp;", re.I)


class _Table(dict[int, str]):
    """What one character is folded to: NFKC and small letters where that is one character again."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        folded = char if unicodedata.category(char) == "No" else unicodedata.normalize("NFKC", char).lower()
        self[code] = folded if len(folded) == 1 else char
        return self[code]


def _table() -> _Table:
    data = read("fold")
    table = _Table()
    pairs = "".join(str(data["traditional"]).split())
    table.update({ord(pairs[i]): pairs[i + 1] for i in range(0, len(pairs), 2)})
    for plain, others in data["same"].items():
        table.update({ord(char): plain for char in others})
    return table


_TABLE = _table()


def fold(text: str) -> str:
    """The folded text alone."""
    return Folded(text).text


@dataclass(frozen=True)
class Folded:
    """A text with its folded form."""

    source: str

    @cached_property
    def _parts(self) -> tuple[str, list[int], list[int]]:
        """The folded text; where each run that was kept whole begins in it, and in the source."""
        spelled = _BR.sub(lambda m: " " * len(m[0]), self.source).translate(_TABLE)
        pieces: list[str] = []
        here, there = [0], [0]
        length = last = 0
        for match in _DROPPED.finditer(spelled):
            pieces.append(spelled[last : match.start()])
            length += match.start() - last
            last = match.end()
            if here[-1] == length:
                there[-1] = last
            else:
                here.append(length)
                there.append(last)
        pieces.append(spelled[last:])
        return "".join(pieces), here, there

    @property
    def text(self) -> str:
        return self._parts[0]

    def back(self, place: int) -> int:
        """The place in the source of a place in the folded text."""
        _, here, there = self._parts
        run = bisect_right(here, place) - 1
        return there[run] + place - here[run]

    def forth(self, place: int) -> int:
        """The place in the folded text of a place in the source: the next that was kept, where it was dropped."""
        text, here, there = self._parts
        run = bisect_right(there, place) - 1
        if run < 0:
            return 0
        end = here[run + 1] if run + 1 < len(here) else len(text)
        return min(here[run] + place - there[run], end)

    def quoted(self, start: int, end: int) -> tuple[int, int]:
        """The span in the source of a span in the folded text."""
        first = self.back(start)
        return first, max(first, self.back(max(start, end - 1)) + 1 if end > start else first)
