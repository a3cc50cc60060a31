"""Ways that a policy states (我的-设置-注销账号), driven step by step: is each control there? Nothing at their end is tapped."""

from __future__ import annotations

import re
from dataclasses import dataclass

from harness.screens.phrases import fold
from harness.screens.reading import FoundControl
from harness.suite import ways
from harness.suite.driver import Sight
from harness.suite.explorer import is_avoided
from harness.suite.pages import Pages

_QUOTES = "“”\"「」【】《》[]‘’'"
_ARROW = re.compile(r"\s*(?:-{1,2}>?|—{1,2}>?|–|>+|→|›|＞|»|/)\s*")
_STEP = rf"[{re.escape(_QUOTES)}]*[\u4e00-\u9fffA-Za-z][\u4e00-\u9fffA-Za-z0-9 ]{{0,15}}[{re.escape(_QUOTES)}]*"
_PATH = re.compile(rf"{_STEP}(?:{_ARROW.pattern}{_STEP}){{1,6}}")
_FIRST = re.compile(r"(?:我的|我|首页|主页|个人中心|设置|更多|账[号户]|隐私|(?i:me|my|mine|home|profile|settings|menu|account))$")
_WHERE_IT_IS = re.compile(r"首页|主页|home", re.IGNORECASE)


@dataclass(frozen=True)
class Stated:
    """A way as a text states it. `outcome`: there, or absent with the step whose control was not there."""

    steps: tuple[str, ...]
    outcome: str
    absent: str = ""


def paths_in(text: str) -> list[tuple[str, ...]]:
    """The ways that a text states, each once. One begins with a word for a first page, a menu or the settings, whatever stands
    before that in the sentence."""
    found: list[tuple[str, ...]] = []
    for match in _PATH.finditer(text):
        steps = [step.strip(_QUOTES + " ") for step in _ARROW.split(match[0])]
        begin = _FIRST.search(steps[0])
        if begin is None or not all(steps[1:]):
            continue
        way = (begin[0], *steps[1:])
        if way not in found:
            found.append(way)
    return found


def check(pages: Pages, text: str) -> list[Stated]:
    """Drives each stated way; the fact `path` for each."""
    told: list[Stated] = []
    for steps in paths_in(text)[: pages.user.limits.dialogs]:
        stated, seen = _drive(pages, steps)
        pages.user.steps.fact("path", scenario=pages.user.steps.scenario, steps=list(steps), outcome=stated.outcome,
                              absent=stated.absent, screen=seen.event.id if seen is not None else None)
        told.append(stated)
    return told


def _drive(pages: Pages, steps: tuple[str, ...]) -> tuple[Stated, Sight | None]:
    seen = pages.home()
    for i, step in enumerate(steps):
        control, seen = _control(pages, seen, step) if seen is not None else (None, None)
        if control is None or seen is None:
            if i == 0 and _WHERE_IT_IS.fullmatch(step):
                seen = pages.home()
                continue
            return Stated(steps, "absent", step), seen
        if i + 1 < len(steps):
            if is_avoided(control.text):
                return Stated(steps, "undriven", step), seen
            seen = pages.user.tap(control, seen, detail={"purpose": "use", "way": " > ".join(steps)})
    return Stated(steps, "there"), seen


def _control(pages: Pages, seen: Sight, step: str) -> tuple[FoundControl | None, Sight]:
    """The control of that name; for a step that runs on into its sentence, the one whose caption it begins with."""
    control, seen = ways.find(pages.user, seen, step)
    if control is not None:
        return control, seen
    folded = fold(step)
    begins = [c for c in seen.reading.controls if len(fold(c.text)) > 1 and folded.startswith(fold(c.text))]
    return max(begins, key=lambda c: len(c.text), default=None), seen
