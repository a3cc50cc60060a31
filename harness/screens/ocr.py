"""Words read from a picture, by RapidOCR with the models that its wheel ships: nothing is fetched, nothing is sent.

Measured on screens of 1080 by 2400 with 20 to 27 full lines of Chinese (docs/screens.md): the lines are found on the
picture reduced to 736 pixels, each is cut from the picture itself. Two lines are read at a time, with one thread each: that
is faster than one line with two threads, and gives the same text on every machine.
"""

from __future__ import annotations

import logging
import re
import threading
from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from typing import Any, Protocol

from harness.screens.hierarchy import Bounds
from harness.screens.picture import Picture

THREADS = 2
FIND_SIDE = 736
"""Longer side, in pixels, of the picture in which lines are looked for."""
SURE = 0.6
"""Least confidence of a line that is kept: below that it is mostly a drawing taken for letters."""
SQUEEZE = 0.6
"""Width to which a long line is reduced: Chinese is read as well (measured: no error from 24 pixels on), a third faster. Where
letters stand closer, as in Latin script, or the engine is unsure, the line is read again as it is."""
_LONG = 6              # times as wide as high: shorter lines, buttons among them, are read as they are
_UNSURE = 0.9
_LATIN = re.compile(r"[A-Za-z]")
KEPT = 32
"""Pictures whose lines are remembered."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of text. `bounds`: left, top, right, bottom in pixels of the picture; `confidence`: 0 to 1."""

    text: str
    bounds: Bounds
    confidence: float


class Ocr(Protocol):
    def lines(self, picture: Picture) -> tuple[Line, ...]:
        """The lines of a picture, from top to bottom, from left to right."""


class RapidOcr:
    """The engine, with its models loaded (about 0.5 s, 150 MB). Safe for threads; what it read is remembered."""

    def __init__(self, find_side: int = FIND_SIDE) -> None:
        from rapidocr import RapidOCR

        logging.getLogger("RapidOCR").setLevel(logging.ERROR)
        shared = {
            "Global.log_level": "error",
            "Global.use_cls": False,                    # screens have no text that stands on its head
            "Global.use_vertical_padding": False,
            "Det.limit_type": "max",
            "Det.limit_side_len": find_side,
            "Rec.rec_batch_num": 1,
            "EngineConfig.onnxruntime.inter_op_num_threads": 1,
            "EngineConfig.onnxruntime.enable_cpu_mem_arena": True,
        }
        threads = "EngineConfig.onnxruntime.intra_op_num_threads"
        self._finder: Any = RapidOCR(params=shared | {threads: THREADS})    # each loads the model it uses, when it is used
        self._reader: Any = RapidOCR(params=shared | {threads: 1})
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="ocr")
        self._lock = threading.Lock()
        self._known: OrderedDict[str, tuple[Line, ...]] = OrderedDict()

    def lines(self, picture: Picture) -> tuple[Line, ...]:
        with self._lock:
            if picture.digest in self._known:
                self._known.move_to_end(picture.digest)
                return self._known[picture.digest]
            found = self._read(picture)
            self._known[picture.digest] = found
            while len(self._known) > KEPT:
                self._known.popitem(last=False)
            return found

    def _read(self, picture: Picture) -> tuple[Line, ...]:
        import numpy as np
        from rapidocr.main import RapidOCRError

        if min(picture.width, picture.height) < 8:
            return ()
        pixels = np.ascontiguousarray(picture.pixels[:, :, ::-1])       # OpenCV's order of colours
        try:
            crops, found = self._finder.detect_and_crop(pixels, {"padding_1": {"top": 0, "left": 0}})
        except RapidOCRError:
            return ()                                                    # its word for: there is no text
        order = sorted(range(len(crops)), key=lambda i: -crops[i].shape[1])     # the longest first: both threads end together
        read: dict[int, tuple[str, float]] = dict(zip(order, self._pool.map(lambda i: self._words(crops[i]), order), strict=True))
        lines = [
            Line(text=text.strip(), bounds=_bounds(found.boxes[i], picture), confidence=round(float(sure), 3))
            for i, (text, sure) in sorted(read.items())
            if text.strip() and sure >= SURE
        ]
        return tuple(sorted(lines, key=lambda line: (line.bounds[1], line.bounds[0])))

    def _words(self, part: Any) -> tuple[str, float]:
        height, width = part.shape[:2]
        if width > _LONG * height:
            import cv2

            narrow = cv2.resize(part, (round(width * SQUEEZE), height), interpolation=cv2.INTER_AREA)
            text, sure = self._recognise(narrow)
            if sure >= _UNSURE and len(_LATIN.findall(text)) <= len(text) / 5:
                return text, sure
        return self._recognise(part)

    def _recognise(self, part: Any) -> tuple[str, float]:
        read = self._reader.recognize_txt([part])
        return str(read.txts[0]), float(read.scores[0])


def _bounds(corners: Any, picture: Picture) -> Bounds:
    across, down = [float(p[0]) for p in corners], [float(p[1]) for p in corners]
    return picture.clip((round(min(across)), round(min(down)), round(max(across)), round(max(down))))


@cache
def engine() -> RapidOcr:
    """The one engine of this process, made when a picture is read for the first time."""
    return RapidOcr()
