"""A view in which every text that an app, a bundle or a person can choose is a given one."""

from __future__ import annotations

import base64
import io
import types
import typing
from dataclasses import fields, is_dataclass
from typing import Any

from PIL import Image, ImageDraw

from harness.bundle import Difference, Status, Verification
from harness.model import Verdict, VerdictWord
from harness.render.forms import texts
from harness.render.shapes import FindingView, ScreenView, VerdictView, View
from harness.rules.engine import all_rules
from harness.rules.readings import load_readings
from harness.rules.rule import Rule

RULE = "collection-before-consent"
_COUNTED = ("VIOLATION", "calls", "flows", "screens", "steps")


def picture() -> str:
    """A screen with a framed control, as a data URI."""
    shown = Image.new("RGB", (360, 640), (230, 240, 250))
    ImageDraw.Draw(shown).rectangle((40, 500, 320, 560), outline=(200, 16, 46), width=4)
    out = io.BytesIO()
    shown.save(out, "JPEG")
    return "data:image/jpeg;base64," + base64.b64encode(out.getvalue()).decode()


def written(text: str, language: str = "en") -> View:
    """Each list of the view has one entry, each number is 3."""
    made = _Writer(text, language).of(View)
    assert isinstance(made, View)
    return made


class _Writer:
    def __init__(self, text: str, language: str) -> None:
        self.text, self.language = text, language

    def of(self, kind: Any) -> Any:
        simple = {str: self.text, int: 3, float: 1.5, bool: True, Any: self.text}
        if kind in simple:
            return simple[kind]
        origin, inside = typing.get_origin(kind), typing.get_args(kind)
        if origin is list:
            return [self.of(inside[0])]
        if origin is tuple:
            return tuple(self.of(one) for one in inside)
        if origin is frozenset:
            return frozenset({0})
        if origin is dict:
            return dict.fromkeys(_COUNTED, 3) if inside[1] is int else {self.text: self.text}
        if origin in (types.UnionType, typing.Union):
            return self.of(inside[0])
        if kind is Rule:
            return next(rule for rule in all_rules() if rule.id == RULE)
        if kind is Verification:
            return Verification(status=Status.INTACT, differences=[Difference(file=self.text, what=self.text)])
        if kind is Verdict:
            return Verdict(rule=RULE, clauses=[], verdict=VerdictWord.VIOLATION, reason=self.text)
        assert is_dataclass(kind), kind
        hints = typing.get_type_hints(kind)
        values = {field.name: self.given(kind, field.name, hints[field.name]) for field in fields(kind)}
        return kind(**values)

    def given(self, kind: Any, name: str, hint: Any) -> Any:
        ours: dict[tuple[Any, str], Any] = {
            (View, "t"): texts(self.language), (View, "language"): self.language, (View, "readings"): load_readings(),
            (View, "hooks"): [dict.fromkeys(("method", "process", "status", "why"), self.text)],
            (ScreenView, "image"): picture(), (FindingView, "number"): 1, (VerdictView, "word"): "VIOLATION",
        }
        return ours[kind, name] if (kind, name) in ours else self.of(hint)
