"""What the learned part sees of a mention of a kind: the rules' verdict, where it stands, and the letters around it.

Names: `v:` the rules' verdict, `k:` the kind, `r:` the part's role, `w:` words of words/statements.yaml in the sentence, `s:`
structure, `c:` the column, `t:` the term itself; letters with their place: `b:` before, `a:` behind, `n:` in the whole sentence,
`l:` in the sentence that it hangs on, `h:` in the headings. Kinds are all one sign in them, so that what is learned from one
tells of the others.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise

from harness.policy.blocks import Document
from harness.policy.candidates import Candidate
from harness.policy.fields import role_of_label
from harness.policy.folding import fold
from harness.policy.statements import Statement, pattern

_KIND = "¤"
_RUN = re.compile(r"[\u3400-\u9fff¤]+|[a-z]+(?:'[a-z]+)?|[:;,()?、]")
_HAN = re.compile(r"[\u3400-\u9fff¤]")
_BEFORE, _BEHIND, _WHOLE = 36, 24, 160
_NAMES = (
    "collects", "firm", "denies", "uploads", "collects_plainly", "passively", "kept", "goes_on", "registers", "passive",
    "unless", "gives_away", "turns", "defines", "explains", "third_party", "continues", "by_others", "others", "ours", "warns",
    "proves", "contact_line", "by_means", "hypothetical", "contact_ways", "purposes_follow", "purpose", "optional",
)  # fmt: skip


def grams(text: str) -> Iterator[str]:
    """One to three Chinese characters in a row; words, pairs of them, and their beginnings."""
    runs = _RUN.findall(text)
    for a, b in pairwise(runs):
        if not (_HAN.match(a) and _HAN.match(b)):
            yield f"{a[-2:] if _HAN.match(a) else a} {b[:2] if _HAN.match(b) else b}"
    for run in runs:
        if not _HAN.match(run):
            yield run
            if len(run) > 5:
                yield run[:5] + "~"
            continue
        for length in (1, 2, 3):
            yield from (run[i : i + length] for i in range(len(run) - length + 1))


@lru_cache(maxsize=256)
def _of_heading(heading: str) -> tuple[str, ...]:
    return tuple(f"h:{g}" for g in set(grams(fold(heading)[-60:])))


@lru_cache(maxsize=8)
def _of_statement(statement: Statement, places: tuple[tuple[int, int], ...]) -> tuple[str, ...]:
    """The features that all mentions of a sentence share. `places`: where in it they stand."""
    text = statement.text
    out = [f"w:{name}" for name in _NAMES if pattern(name).search(text)]
    lead = statement.lead[-80:]
    if lead:
        out += [f"w:lead {name}" for name in _NAMES if pattern(name).search(lead)]
        out += [f"l:{g}" for g in set(grams(lead))]
    block = statement.block
    out += [f"r:{statement.role}", f"s:{block.kind}", f"s:{block.kind} {bool(lead)}", f"r:{statement.role} {block.kind}"]
    for heading in block.path[-2:]:
        out += _of_heading(heading)
    if not block.path:
        out.append("s:no heading")
    count = len(places)
    out += [f"s:named {min(count, 8)}", f"s:long {min(len(text) // 20, 8)}"]
    covered = sum(b - a for a, b in places) / max(1, len(text))
    out.append(f"s:share {int(covered * 5)}")
    return tuple(out)


def features(document: Document, one: Candidate) -> set[str]:
    """All that speaks for or against a mention being the app's own collection."""
    statement, mention = one.statement, one.mention
    begin = statement.start
    places = tuple((m.start - begin, m.end - begin) for m in one.here)
    text = statement.text
    start, end = mention.start - begin, mention.end - begin
    out = set(_of_statement(statement, places))
    out |= {f"v:{one.verdict}", f"v:{one.verdict} {one.firm}", f"v:{one.verdict} {statement.role}", f"k:{mention.kind}"}
    out |= {f"k:{mention.kind} {one.verdict}", f"k:{mention.kind} {statement.role}", f"t:{text[start:end]}"}
    near = range(max(0, start - 3 * _BEFORE), min(len(text), end + 3 * _BEHIND))
    before = _masked(text, near.start, start, places)[-_BEFORE:]
    behind = _masked(text, end, near.stop, places)[:_BEHIND]
    whole = _masked(text, max(0, start - 2 * _WHOLE), min(len(text), end + 2 * _WHOLE), places)
    middle = len(_masked(text, max(0, start - 2 * _WHOLE), start, places))
    whole = whole[max(0, middle - _WHOLE) : middle + _WHOLE]
    out |= {f"b:{g}" for g in grams(before)} | {f"a:{g}" for g in grams(behind)} | {f"n:{g}" for g in grams(whole)}
    out |= {f"b:{before[-2:]}|", f"b:{before[-4:]}|", f"a:|{behind[:2]}", f"a:|{behind[:4]}"}
    clause = max(before.rfind(sign) for sign in ",;:。(") + 1
    out |= {f"b:clause {name}" for name in _NAMES if pattern(name).search(before, clause)}
    out |= {f"b:{name}" for name in _NAMES if pattern(name).search(before)}
    out |= {f"a:{name}" for name in _NAMES if pattern(name).search(behind)}
    ordinal = sum(m.start < mention.start for m in one.here)
    out.add(f"s:ordinal {min(ordinal, 4)}")
    if statement.block.cells:
        at = document.folded.back(mention.start)
        column = next((n for n, (a, b) in enumerate(statement.block.cells) if a <= at < b), -1)
        head = statement.block.heads[column] if 0 <= column < len(statement.block.heads) else ""
        out |= {f"c:{role_of_label(head)}", f"c:number {column}", *(f"c:{g}" for g in grams(fold(head)[:30]))}
    return out


def _masked(text: str, start: int, end: int, places: tuple[tuple[int, int], ...]) -> str:
    """The text from `start` to `end` with one sign for each kind in it."""
    pieces, at = [], start
    for a, b in places:
        if a < start or b > end:
            continue
        pieces += [text[at:a], _KIND]
        at = b
    pieces.append(text[at:end])
    return "".join(pieces)
