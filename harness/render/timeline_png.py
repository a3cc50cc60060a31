"""The timeline as a picture: scenarios, stages, steps, screens, calls, requests and what was not seen, on one axis of time.

Every record is on it. Where many fall on one column of pixels its bar is higher, by the logarithm of how many; a column with
anything that a VIOLATION or a CANDIDATE cites has that one's colour.
"""

from __future__ import annotations

import io
import math
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from harness.model import VerdictWord
from harness.render.forms import moment, texts
from harness.render.machine import Machine
from harness.render.typeface import BREAK, FAMILY, font_file, printable
from harness.tables import Tables, records

WIDTH = 2400
LEFT, RIGHT = 240, 40    # pixels beside the axis
LANE, BAND = 110, 44     # heights
LANES = ("steps", "screens", "calls", "flows")
Colour = tuple[int, int, int]
INK: Colour = (27, 31, 38)
PALE: Colour = (108, 116, 128)
RULE: Colour = (214, 219, 226)
PAPER: Colour = (255, 255, 255)
MARKS: Mapping[str, Colour] = {
    "steps": (71, 85, 105), "screens": (14, 116, 144), "calls": (37, 99, 165), "flows": (22, 122, 84), "gaps": (148, 138, 84),
}  # fmt: skip
CITED: Mapping[str, Colour] = {VerdictWord.VIOLATION: (200, 16, 46), VerdictWord.CANDIDATE: (140, 50, 150)}
STAGES: Mapping[str, Colour] = {
    "before_consent": (253, 232, 200), "after_refusal": (250, 213, 213), "after_agree": (214, 236, 219),
    "after_permission_denial": (245, 222, 240), "background": (222, 226, 232), "after_withdrawal": (250, 213, 213),
    "after_optout": (217, 229, 246), "after_deletion": (238, 224, 214), "consent_unresolved": (246, 240, 200),
}  # fmt: skip
_WORDS: Mapping[str, Mapping[str, str]] = {
    "zh": {
        "title": "时间线", "scenarios": "场景", "stages": "阶段", "steps": "步骤", "screens": "界面", "calls": "调用",
        "flows": "网络请求", "gaps": "未能观察",
        "seconds": "秒(自 {} 起)", "more": "柱高为数量的对数", "VIOLATION": "认定为违规所引用",
        "CANDIDATE": "待人工确认所引用", "incomplete": "本次运行未正常结束", "nothing": "没有记录到任何事件",
        "counts": "{} 个步骤,{} 个界面,{} 次调用,{} 次网络交互;{} 项缺口,其中 {} 项没有时间",
    },
    "en": {
        "title": "Timeline", "scenarios": "scenarios", "stages": "stages", "steps": "steps", "screens": "screens",
        "calls": "calls", "flows": "requests", "gaps": "not seen", "seconds": "seconds from {}",
        "more": "height: logarithm of how many",
        "VIOLATION": "cited by a violation", "CANDIDATE": "cited by a candidate", "incomplete": "the run did not come to its end",
        "nothing": "nothing was recorded",
        "counts": "{} steps, {} screens, {} calls, {} exchanges; {} gaps, {} of them without a time",
    },
}  # fmt: skip


def write(machine: Machine) -> bytes:
    """PNG. Raises NoFont where the font is not installed."""
    out = io.BytesIO()
    picture(machine).save(out, "PNG", optimize=True)
    return out.getvalue()


def picture(machine: Machine) -> Image.Image:
    return _Drawing(machine).made()


@cache
def _font(size: int) -> ImageFont.FreeTypeFont:
    """FAMILY's face of the collection."""
    path = str(font_file())
    for number in range(64):
        face = ImageFont.truetype(path, size, index=number)
        if face.getname()[0] == FAMILY:
            return face
    raise ValueError(f"{path} has no {FAMILY}")


class _Drawing:
    def __init__(self, machine: Machine) -> None:
        self._m = machine
        self._words = _WORDS[machine.language]
        self._t = texts(machine.language)
        self._from, self._to = _shown_span(machine.run)
        height = 150 + 2 * (BAND + 14) + len(LANES) * (LANE + 10) + BAND + 14 + 150
        self._image = Image.new("RGB", (WIDTH, height), PAPER)
        self._pen = ImageDraw.Draw(self._image)

    def made(self) -> Image.Image:
        self._head()
        if self._to <= self._from:
            self._text(LEFT, 170, self._words["nothing"], 30, PALE)
            return self._image
        top = 150
        self._bands(top, "scenarios", self._scenarios())
        top += BAND + 14
        self._bands(top, "stages", self._stages())
        top += BAND + 14
        for lane in LANES:
            self._lane(top, lane)
            top += LANE + 10
        self._gaps(top)
        top += BAND + 14
        self._axis(top)
        self._legend(top + 84)
        return self._image

    def x(self, t: int) -> int:
        """The column of a moment, ns."""
        part = (min(max(t, self._from), self._to) - self._from) / (self._to - self._from)
        return LEFT + round(part * (WIDTH - LEFT - RIGHT - 1))

    def _text(self, x: float, y: float, text: str, size: int, colour: Colour = INK, most: float = math.inf) -> float:
        """Draws one line, cut off where it would be wider than `most` pixels; its width."""
        font, shown = _font(size), printable(text, 300).replace(BREAK, "")
        if font.getlength(shown) > most:
            while shown and font.getlength(shown + "…") > most:
                shown = shown[:-1]
            shown += "…" if shown else ""
        self._pen.text((x, y), shown, font=font, fill=colour, anchor="lm")
        return float(font.getlength(shown))

    def _head(self) -> None:
        run, app = self._m.run, self._m.run.fact("app")
        title = f"{self._words['title']}  {run.package} {self._m.text(app.get('version') or '')}".strip()
        self._text(40, 46, title, 40, most=WIDTH - 80)
        frames = (run.steps, run.screens, run.calls, run.flows)
        untimed = sum(gap.from_ns is None for gap in run.gaps)
        said = self._words["counts"].format(*(f"{len(frame):,}" for frame in frames), f"{len(run.gaps):,}", f"{untimed:,}")
        ended = "" if run.complete else f"  ({self._words['incomplete']})"
        self._text(40, 102, f"{self._m.analysis.bundle.resolve().name}: {said}{ended}", 24, PALE, most=WIDTH - 80)

    def _scenarios(self) -> Iterator[tuple[int, int, str, Colour]]:
        rows = records(self._m.run.stages)
        for number, scenario in enumerate(dict.fromkeys(row["scenario"] for row in rows)):
            mine = [row for row in rows if row["scenario"] == scenario]
            shade: Colour = (226, 231, 238) if number % 2 == 0 else (240, 243, 247)
            yield mine[0]["from_ns"], mine[-1]["to_ns"], scenario, shade

    def _stages(self) -> Iterator[tuple[int, int, str, Colour]]:
        for row in records(self._m.run.stages):
            yield row["from_ns"], row["to_ns"], self._t["stages"].get(row["stage"], row["stage"]), STAGES.get(row["stage"], RULE)

    def _label(self, top: float, name: str) -> None:
        self._text(40, top, self._words[name], 26, most=LEFT - 60)

    def _bands(self, top: int, name: str, bands: Iterator[tuple[int, int, str, Colour]]) -> None:
        self._label(top + BAND / 2, name)
        for begin, end, text, colour in bands:
            left, right = self.x(begin), max(self.x(end), self.x(begin) + 2)
            self._pen.rectangle((left, top, right, top + BAND), fill=colour, outline=PAPER)
            if right - left > 60:
                self._text(left + 8, top + BAND / 2, text, 22, most=right - left - 14)

    def _lane(self, top: int, lane: str) -> None:
        self._label(top + LANE / 2, lane)
        base = top + LANE
        self._pen.line((LEFT, base, WIDTH - RIGHT, base), fill=RULE, width=2)
        frame = getattr(self._m.run, lane)
        if not len(frame):
            return
        columns = np.array([self.x(int(t)) for t in frame["t"]])
        counts = np.bincount(columns, minlength=WIDTH)
        highest = math.log1p(int(counts.max()))
        room = LANE - 62 if lane == "steps" else LANE    # what was done is written above
        coloured = self._cited(frame["event_id"].tolist(), columns)
        for column in np.flatnonzero(counts).tolist():
            height = room * (0.35 + 0.6 * math.log1p(int(counts[column])) / highest)
            self._pen.rectangle((column, base - height, column + 2, base), fill=coloured.get(column, MARKS[lane]))
        if lane == "steps":
            self._steps(top)

    def _cited(self, ids: Sequence[str], columns: np.ndarray[Any, Any]) -> dict[int, Colour]:
        """Column -> the colour of the worst verdict that cites something in it."""
        worst: dict[str, Colour] = {}
        for verdict in self._m.analysis.verdicts:    # worst first
            if verdict.verdict in CITED:
                for one in verdict.evidence:
                    worst.setdefault(one, CITED[verdict.verdict])
        found: dict[int, Colour] = {}
        red = CITED[VerdictWord.VIOLATION]
        for one, column in zip(ids, columns.tolist(), strict=True):
            if one in worst and found.get(column) != red:
                found[column] = worst[one]
        return found

    def _steps(self, top: int) -> None:
        """What was done, where there is room to say so: in two rows."""
        free = [0.0, 0.0]
        for row in records(self._m.run.steps):
            if row["action"] in {"scenario_start", "scenario_end", "note"}:
                continue
            control, x = row["control"], self.x(row["t"])
            action = self._t["actions"].get(row["action"], row["action"])
            said = f"{action} {self._m.text(control.text if control else '')}".strip()
            for number in (0, 1):
                if free[number] <= x and x < WIDTH - RIGHT - 80:
                    wide = self._text(x + 6, top + 16 + 30 * number, said, 20, PALE, most=min(300, WIDTH - RIGHT - x - 8))
                    free[number] = x + wide + 18
                    break

    def _gaps(self, top: int) -> None:
        self._label(top + BAND / 2, "gaps")
        for gap in self._m.run.gaps:
            if gap.from_ns is None:
                continue
            left = self.x(gap.from_ns)
            right = max(left + 3, self.x(gap.to_ns if gap.to_ns is not None else self._to))
            self._pen.rectangle((left, top + 6, right, top + BAND - 6), fill=MARKS["gaps"])

    def _axis(self, bottom: int) -> None:
        seconds = (self._to - self._from) / 1e9
        step = _round_step(seconds / 12)
        self._pen.line((LEFT, bottom, WIDTH - RIGHT, bottom), fill=INK, width=2)
        for number in range(int(seconds / step) + 1):
            x = self.x(self._from + round(number * step * 1e9))
            self._pen.line((x, bottom, x, bottom + 10), fill=INK, width=2)
            self._pen.text((x, bottom + 16), f"{number * step:,.10g}", font=_font(22), fill=INK, anchor="mt")
        began = moment(self._from, self._m.language)
        self._text(LEFT, bottom + 58, self._words["seconds"].format(began), 22, PALE)

    def _legend(self, top: float) -> None:
        x = float(LEFT)
        for word, colour in CITED.items():
            self._pen.rectangle((x, top + 8, x + 24, top + 32), fill=colour)
            x += 36 + self._text(x + 34, top + 20, self._words[word], 22) + 40
        self._text(x, top + 20, self._words["more"], 22, PALE)


def _shown_span(run: Tables) -> tuple[int, int]:
    """ns: from the first to the last record that is shown. Facts are none: a bundle that was sealed later has late ones."""
    frames = [frame for frame in (run.steps, run.screens, run.calls, run.flows) if len(frame)]
    ends = [int(frame[name].max()) for frame in frames for name in ("t", "end_ns") if name in frame and frame[name].notna().any()]
    return (min(int(frame["t"].min()) for frame in frames), max(ends)) if frames else (0, 0)


def _round_step(least: float) -> float:
    """1, 2 or 5 times a power of ten, in seconds: the smallest that is not below `least`."""
    power: float = 10.0 ** math.floor(math.log10(max(least, 1e-9)))
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power >= least)
