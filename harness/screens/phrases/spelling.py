"""One spelling for what reads the same, before words are looked for: phrases/fold.yaml."""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import yaml

_FOLDER = Path(__file__).parent
_INVISIBLE_TEXT = "\u200b\u200c\u200d\u2060\ufeff\u00ad\u200e\u200f\u202a\u202b\u202c\u202d\u202e"
_INVISIBLE = dict.fromkeys(map(ord, _INVISIBLE_TEXT))
_BEFORE_NFKC = {ord("…"): "...", ord("⋯"): "..."}
_SPACE = re.compile(r"\s+")
HAN = re.compile(r"[\u3400-\u9fff]")
_EDGE = " \t\n.。!！,，;；:：>›»→-~·|*"
_MATCHED = {"(": ")", "[": "]", "【": "】", "<": ">", '"': '"', "「": "」"}




def read(name: str) -> dict[str, Any]:
    """A file of this folder, by its path without .yaml."""
    data = yaml.safe_load((_FOLDER / f"{name}.yaml").read_text(encoding="utf-8"))
    assert isinstance(data, dict)
    return data


@cache
def _folding() -> tuple[dict[int, str], tuple[re.Pattern[str], ...]]:
    data = read("fold")
    pairs = "".join(str(data["traditional"]).split())
    if len(pairs) % 2:
        raise ValueError("phrases/fold.yaml: `traditional` holds pairs, and one has no partner")
    table: dict[int, str] = {ord(pairs[i]): pairs[i + 1] for i in range(0, len(pairs), 2)}
    for plain, curly in data["quotes"].items():
        table.update({ord(character): plain for character in curly})
    return table, tuple(re.compile(pattern) for pattern in data["countdown"])


@lru_cache(maxsize=16384)
def fold(text: str) -> str:
    """A text with one spelling for what reads the same: full-width and half-width, curly and straight
    quotes, traditional and simplified Chinese, capitals and small letters, any white space."""
    table, _ = _folding()
    folded = unicodedata.normalize("NFKC", text.translate(_INVISIBLE).translate(_BEFORE_NFKC))
    return _SPACE.sub(" ", folded.translate(table).lower().replace("\u0307", "")).strip()  # the dot of a lowered İ


@lru_cache(maxsize=16384)
def caption(text: str) -> str:
    """A folded control text without count-down, brackets and punctuation round it."""
    _, countdown = _folding()
    folded = fold(text).strip(_EDGE)
    for pattern in countdown:
        shorter = pattern.sub("", folded).strip(_EDGE)
        folded = shorter or folded
    while len(folded) > 2 and _MATCHED.get(folded[0]) == folded[-1]:
        folded = folded[1:-1].strip(_EDGE)
    if len(folded) <= 12 and HAN.search(folded):
        folded = folded.replace(" ", "")
    return folded


def spelled(pattern: str) -> str:
    """A regular expression in the spelling that folded texts have."""
    table, _ = _folding()
    han = {k: v for k, v in table.items() if k > 0x3400}
    return unicodedata.normalize("NFKC", pattern).translate(han)
