"""Places in labels: `{"action": "change_city", "label": "Berlin"}`. What says that it is a city is no name of a field, but what
stands before it in the same field, or in the field before."""

from __future__ import annotations

import re

from harness.matching.lexicon import bare, fields, words

FIELDS = frozenset({"city", "province", "country", "postcode"})
_SAME, _BEFORE = 40, 100  # bytes looked at in the same field, and before it
_LABELS = frozenset({
    "label", "eventlabel", "el", "value", "eventvalue", "ev", "param", "paramvalue", "content", "text", "detail", "details",
    "desc", "description", "selected", "selection", "option", "choice", "item", "result", "answer", "data", "extra", "v", "val",
    "title", "itemname", "name", "eventparam", "lbl", "标签", "内容", "参数",
})  # fmt: skip
_FIELD_BEGINS = re.compile(r".*[\"'=&>\n{\[\x00-\x1f]", re.DOTALL)
_OBJECT_BEGINS = re.compile(r".*[{}\n\x00-\x08]", re.DOTALL)
_NAMES = re.compile(r"[\w.$-]+[\"']?\s*[:=]")  # of fields: what stands there is about another value
_OTHER_SCRIPTS = re.compile(r"[\u3400-\u9fff]+")


def says(field: str, key: str, data: bytes, start: int) -> bool:
    """Whether what stands before a value says that it is one of this field."""
    names = fields()[field].names
    before = data[max(0, start - _BEFORE) : start].decode("utf-8", "replace")
    begun = _FIELD_BEGINS.match(before)
    at = begun.end() if begun else 0
    if _named(before[at:][-_SAME:], names):
        return True
    if bare(key) not in _LABELS:
        return False
    row = before[:at]
    around = _OBJECT_BEGINS.match(row)
    return _named(_NAMES.sub(" ", row[around.end() if around else 0 :]), names)


def _named(text: str, names: frozenset[str]) -> bool:
    said = {word for word in words(text) if len(word) >= 4}
    said.update(word for run in _OTHER_SCRIPTS.findall(text) for word in _pieces(run))
    return bool(said & (names - _LABELS))


def _pieces(run: str) -> list[str]:
    return [run[at : at + size] for size in (2, 4) for at in range(len(run) - size + 1)]
