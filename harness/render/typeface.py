"""The font of printed reports, and what it can print: every sign of the Chinese standards, no emoji, no right-to-left script.

What it cannot, and what would be unseen or lead the eye astray, is printed as its number. So whatever an app calls itself,
each of its signs is on the page and none takes part in the layout.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from pathlib import Path

from harness.errors import HarnessError

FAMILY = "Noto Sans CJK SC"
MONO = "Noto Sans Mono CJK SC"
BREAK = "\u200b"
"""Where a line may be broken that has no natural place for it; the template prints nothing there."""
LONGEST = 4000  # signs of a text that are printed; what is longer stands in the bundle
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_LINE_END = re.compile("\r\n|[\n\r\u2028\u2029]")
_LONG = re.compile(r"[!-~\u00a1-\u02af]{13,}")
_PIECE = re.compile(r"[^./$?&=,;_()\-@%#|\\+]{0,9}[./$?&=,;_()\-@%#|\\+]{1,3}|[^./$?&=,;_()\-@%#|\\+]{1,12}")


class NoFont(HarnessError):
    """The font is not installed."""


@cache
def font_file() -> Path:
    """Noto Sans CJK, regular, as a collection. Raises NoFont."""
    try:
        import noto_cjk_sans_otc as font
    except ImportError as missing:
        raise NoFont(
            "There is no font to print the report with.",
            "The package noto-cjk-sans-otc, which brings Noto Sans CJK, is not installed.",
            "Install what requirements.lock names, or `pip install noto-cjk-sans-otc`; the HTML report needs no font.",
        ) from missing
    path = Path(str(font.FONT_PATH))
    if not path.is_file():
        raise NoFont("There is no font to print the report with.", f"{path} is missing.",
                     "Install the package noto-cjk-sans-otc again.")
    return path


@cache
def _unprintable() -> re.Pattern[str]:
    """A run of signs that the font does not have or that a reader would not see."""
    from fontTools.ttLib import TTCollection

    with TTCollection(str(font_file()), lazy=True) as collection:
        faces = [set(face.getBestCmap()) for face in collection.fonts if face["name"].getDebugName(4) in (FAMILY, MONO)]
    has = sorted(code for code in set.intersection(*faces) if unicodedata.category(chr(code)) not in _UNSEEN)
    ranges: list[tuple[int, int]] = []
    for code in has:
        if ranges and ranges[-1][1] == code - 1:
            ranges[-1] = (ranges[-1][0], code)
        else:
            ranges.append((code, code))
    kept = "".join(f"{re.escape(chr(first))}-{re.escape(chr(last))}" for first, last in ranges)
    return re.compile(f"[^{kept}]")


def _number(found: re.Match[str]) -> str:
    code = ord(found[0])
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _breakable(found: re.Match[str]) -> str:
    return BREAK.join(_PIECE.findall(found[0]))


def printable(text: str, longest: int = LONGEST) -> str:
    """`text` on one line with nothing in it that the font cannot print: a line end as ⏎, a tab as spaces, any other such sign
    as its number (\\u202e). At most `longest` signs of it; what is left out is counted."""
    left = len(text) - longest
    shown = _LINE_END.sub("⏎", text[:longest]).replace("\t", "    ")
    shown = _LONG.sub(_breakable, _unprintable().sub(_number, shown))
    return f"{shown} … (+{left:,})" if left > 0 else shown
