"""What the learned part sees of a window: its topics by place, the points of the rules, its structure, the letters of its texts.

Names: `T:topic@place`, `P:kind` (the rules' points, as a share of what the kind needs), `M:kind` (its structure lets it be
one), `r:role`, `A:roles` (all that answer, together; with their number), `A!:role` (plainly so), `X:topic roles` (a topic
with those answers), `q:` (the roles in their order), `s:...` (structure), `w:` whole captions, and `t:`, `p:`, `c:` with
letters of title, prose and captions.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from harness.screens.controls import Surface
from harness.screens.learned import grams
from harness.screens.phrases import caption, fold
from harness.screens.reading import FoundControl

_PRICE = re.compile(r"[$€£¥￥₽₩₫฿₹]\s?\d|\d\s?(?:[€₽₩₫฿₹元円원塊]|руб|tl\b|kr\b)|\b(?:rp|r\$|rm|us\$|nt\$)\s?\d")
_PERCENT = re.compile(r"\d\s?%|%\s?\d|\d\s?折|yüzde \d")
_FEW = 5
"""Answers up to which their order is looked at."""


def of_window(
    surface: Surface, topics: Mapping[str, Sequence[str]], points: Mapping[str, float], may: Iterable[str], second: float
) -> dict[str, float]:
    """The features of one window. `topics`: those of each place; `points`: of each kind, 1 where it has enough;
    `may`: kinds that the structure allows; `second`: the points of a second question, likewise."""
    out: dict[str, float] = {}
    for place, names in topics.items():
        out |= {f"T:{name}@{place}": 1.0 for name in names}
    out |= {f"T:{name}@all": 1.0 for names in topics.values() for name in names}
    out |= {f"P:{kind}": max(-1.0, min(2.0, value)) for kind, value in points.items() if value}
    out |= {f"M:{kind}": 1.0 for kind in may}
    out |= {f"r:{role}": 1.0 for role in surface.roles()}
    count = len(surface.controls)
    out |= {
        "s:fields": min(2.0, len(surface.fields)), "s:picture": min(1.0, 3 * surface.pictures),
        "s:controls": min(1.0, count / 14), "s:long": min(3.0, len(surface.prose) / 150),
        "s:short": float(len(surface.prose) < 60), "s:second": max(-1.0, min(2.0, second)),
        "s:no control": float(not count), "s:one control": float(count == 1), "s:two controls": float(count == 2),
        "s:many": float(count > 8), "s:no title": float(not surface.title),
        "s:texts": min(2.0, surface.body.count("\n") / 10),
    }  # fmt: skip
    answers = [c for c in surface.controls if c.role not in ("link_policy", "checkbox")]
    told = "+".join(sorted({c.role for c in answers if c.role != "other"})) or "none"
    out |= {f"A:{told}": 1.0, f"A:{told} {min(len(answers), 5)}": 1.0}
    out |= {f"A!:{c.role}": 1.0 for c in answers if not c.weak}
    out |= {f"X:{name} {told}": 1.0 for names in topics.values() for name in names}
    out |= {
        "s:covers": float(surface.covers), "s:height": surface.height, "s:sheet": float(surface.height < 0.4),
        "s:asks": float("?" in surface.title or "吗" in surface.title), "s:asks at last": float(surface.prose[-1:] in "?吗"),
        "s:tabs": float(_tabs(answers) >= 3), "s:pair": float(_pair(answers)), "s:box": float("checkbox" in surface.roles()),
    }  # fmt: skip
    out |= {f"w:{said}": 1.0 for c in answers if (said := caption(c.text)) and len(said) <= 30}
    links = sum(c.role == "link_policy" for c in surface.controls)
    bare = [c for c in answers if len(c.text) <= 1]
    out |= {
        "s:price": float(bool(_PRICE.search(surface.body))), "s:percent": float(bool(_PERCENT.search(surface.body))),
        "s:figures": min(1.0, sum(map(surface.body.count, "0123456789")) / 20), "s:exclaims": float("!" in surface.body),
        "s:bare": min(1.0, len(bare) / 3), "s:cross": float(any(c.role == "close" for c in bare)),
        "s:boxes": min(1.0, len(surface.with_role("checkbox")) / 3), "s:links": min(1.0, links / 2),
        "s:unknown": sum(c.role == "other" for c in answers) / max(1, len(answers)),
        "s:at foot": float(surface.top > 0.6), "s:at top": float(surface.top + surface.height < 0.4),
        "s:in the middle": float(surface.top > 0.15 and surface.top + surface.height < 0.85),
    }  # fmt: skip
    away = bool({c.role for c in answers} & {"close", "skip", "later", "refuse", "limited_mode"}) and len(answers) <= _FEW
    out |= {
        "s:price, away": out["s:price"] * away, "s:percent, away": out["s:percent"] * away,
        "s:price, one": out["s:price"] * (len(answers) <= 2), "s:cross, one": out["s:cross"] * (len(answers) == 2),
        "s:away": float(away), "s:covers, away": out["s:covers"] * away,
    }  # fmt: skip
    if len(answers) <= _FEW:
        out[f"q:{'>'.join(c.role + ('' if c.text else '.') for c in answers)}"] = 1.0
    captions = "\n".join(fold(c.text) for c in surface.controls if c.role != "link_policy")
    for place, text in (("t", surface.title), ("p", surface.prose), ("c", captions)):
        out |= {f"{place}:{gram}": 1.0 for gram in grams(text)}
    return {name: value for name, value in out.items() if value}


def _tabs(controls: Sequence[FoundControl]) -> int:
    """Controls of one height in the lowest row."""
    low = max((c.bounds[3] for c in controls), default=0)
    return sum(abs(c.bounds[3] - low) <= 4 for c in controls)


def _pair(controls: Sequence[FoundControl]) -> bool:
    """Whether the last two controls have the same size, beside or below each other."""
    if len(controls) < 2:
        return False
    (a, b, c, d), (e, f, g, h) = controls[-2].bounds, controls[-1].bounds
    return abs((c - a) - (g - e)) <= 0.1 * (c - a) and abs((d - b) - (h - f)) <= 0.2 * (d - b) and (b == f or a == e)


def of_control(control: FoundControl, controls: Sequence[FoundControl], kind: str, prose: str) -> dict[str, float]:
    """The features of one control of a window of this kind. `R:role` is what the rules made of it, `g:` its letters,
    `kg:` with the kind, `w:` all of it, `i:` its place among the answers, `o:role` a role beside it, `ko:` with the kind,
    `k:kind`, `s:...` where it stands, how large, and whether the text speaks of it."""
    said = caption(control.text)
    rule = control.role + ("~" if control.weak else "")
    out = {f"R:{rule}": 1.0, f"k:{kind}": 1.0, f"kR:{kind} {rule}": 1.0}
    out |= {f"g:{gram}": 1.0 for gram in grams(said[:60])}
    out |= {f"g:^{said[:1]}": 1.0, f"g:{said[-1:]}$": 1.0} if said else {"s:no text": 1.0, f"k0:{kind}": 1.0}
    others = [c for c in controls if c is not control and c.role not in ("checkbox", "link_policy")]
    answers = [c for c in controls if c.role not in ("checkbox", "link_policy")]
    at = next((i for i, c in enumerate(answers) if c is control), 0)
    out |= {f"w:{said}": 1.0} if said else {}
    out |= {f"i:{min(at, 3)} of {min(len(answers), 4)}": 1.0, f"i:{min(len(answers) - at, 3)} to last": 1.0}
    out |= {f"kg:{kind} {gram}": 1.0 for gram in grams(said[:30])}
    out |= {f"o:{c.role}": 1.0 for c in others} | {f"ko:{kind} {c.role}": 1.0 for c in others}
    unknown = sum(c.role == "other" and bool(c.text) for c in others)
    left, top, right, bottom = control.bounds
    lowest = all(c.bounds[1] <= top for c in others)
    beside = [c for c in others if abs(c.bounds[1] - top) <= (bottom - top) // 2]
    widest = max((c.bounds[2] for c in controls), default=1) or 1
    out |= {
        "s:alone": float(not others), "s:one beside": float(len(others) == 1), "s:unknown beside": min(1.0, unknown / 3),
        "s:lowest": float(lowest), "s:highest": float(all(c.bounds[1] >= top for c in others)),
        "s:right of": float(any(c.bounds[0] < left for c in beside)), "s:left of": float(any(c.bounds[0] > left for c in beside)),
        "s:wide": float((right - left) > 0.55 * widest), "s:small": float((right - left) < 0.12 * widest),
        "s:disabled": float(not control.enabled), "s:many": float(len(controls) > 8), "s:a text": float(not control.tappable),
        "s:long": min(1.0, len(said) / 40), "s:named": float(len(said) > 1 and f'"{said}"' in prose),
        "s:box beside": float(any(c.role == "checkbox" for c in controls)),
    }  # fmt: skip
    return {name: value for name, value in out.items() if value}
