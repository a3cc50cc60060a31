"""What a person did by hand, written down as a scenario (`harness record`).

An act is kept as what it meant on the screen it was done on: an agreement with a notice, an answer to the system, a way
along captions. Coordinates stand only where nothing was under the finger that has a name: another screen is of another size.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from harness.screens.dark_words import stands_alone
from harness.screens.phrases import fold
from harness.screens.reading import FoundControl, Reading
from harness.suite.refusing import REFUSING

_ALLOWS = ("allow", "allow_once", "allow_foreground", "allow_selected")
_REFUSES = ("refuse", "exit", "limited_mode")
_LONGEST = 40
"""Characters of a caption from which on its beginning names it."""
_WAY = "the way that was recorded"
_PLAIN = {
    "back": "user.back()",
    "background": "timeline.background()",
    "return": "app.come_back()",
    "restart": "app.restart()",
    "observe": "timeline.observe()",
    "scroll_down": "user.scroll(user.look())",
    "scroll_up": 'user.scroll(user.look(), "up")',
}
PLAIN_VERBS = tuple(_PLAIN)
_NO_ID = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True)
class Act:
    """`verb`: agree, refuse, tick, answer, tap, tap_at, type, or one of PLAIN_VERBS. `name`: the text or id of the control;
    `value`: what was typed, or how the system was answered. `at`: where the finger was. `by`: of a refusal, the control on each
    notice, "" where the driver takes that one by itself."""

    verb: str
    name: str = ""
    value: str = ""
    at: tuple[int, int] = (0, 0)
    by: tuple[str, ...] = ()

    def said(self) -> str:
        """For the person who records, in a few words."""
        if self.verb == "answer":
            return f"{self.value}: {self.name}"
        if self.verb == "type":
            return f"type {self.value!r} into {self.name}"
        if self.verb == "tap_at":
            return f"tap {self.at[0]},{self.at[1]}"
        return f"{self.verb.replace('_', ' ')} {self.name}".strip()


@dataclass
class Recording:
    """The acts in their order."""

    acts: list[Act] = field(default_factory=list)

    def tap(self, reading: Reading, x: int, y: int) -> Act:
        """What a tap there means on that screen; it is added."""
        control = under(reading.controls, x, y)
        return self.add(_meaning(reading, control, x, y))

    def add(self, act: Act) -> Act:
        self.acts.append(act)
        return act

    def undo(self) -> Act | None:
        """Forgets the last act. What it did on the device stays done."""
        return self.acts.pop() if self.acts else None


def under(controls: Sequence[FoundControl], x: int, y: int) -> FoundControl | None:
    """The smallest control under the finger."""
    hit = [c for c in controls if c.bounds[0] <= x < c.bounds[2] and c.bounds[1] <= y < c.bounds[3]]
    return min(hit, key=lambda c: (c.bounds[2] - c.bounds[0]) * (c.bounds[3] - c.bounds[1]), default=None)


def name_of(control: FoundControl, reading: Reading) -> str:
    """What `ways` finds it by: its text where no other has it, else its id where no other has that, else its text; "" where it
    has neither."""
    everything = (*reading.controls, *reading.fields)
    text = control.text.splitlines()[0].strip() if control.text.strip() else ""
    short = control.resource_id.rpartition("/")[2]
    alone = sum(fold(c.text) == fold(control.text) for c in everything) == 1
    if text and alone and len(text) <= _LONGEST:
        return text
    if short and sum(c.resource_id == control.resource_id for c in everything) == 1:
        return short
    return text[:_LONGEST]


def _meaning(reading: Reading, control: FoundControl | None, x: int, y: int) -> Act:
    if control is None:
        return Act("tap_at", at=(x, y))
    name, at = name_of(control, reading), (x, y)
    if reading.kind == "system_permission" and (control.role == "deny" or control.role in _ALLOWS):
        return Act("answer", name, _answer(control), at)
    if reading.kind == "system_permission" and control.role == "checkbox":
        return Act("tick", name, at=at)
    if reading.is_notice and control.role == "agree":
        return Act("agree", name, at=at)
    if reading.is_notice and control.role in _REFUSES:
        own = control == next(iter(reading.with_role(*REFUSING)), None)
        return Act("refuse", name, at=at, by=("" if own else name,))
    empty = control.role == "checkbox" and control.checked is not True
    if reading.is_notice and empty and not stands_alone(control.text, reading.text):
        return Act("tick", name, at=at)
    return Act("tap", name, at=at) if name else Act("tap_at", at=at)


def _answer(control: FoundControl) -> str:
    """How the driver calls that answer to the system."""
    if control.role == "deny":
        return "deny_forever" if "dont_ask_again" in control.resource_id else "deny"
    return "once" if control.role == "allow_once" else "allow"


def id_of(words: str) -> str:
    """An id of a scenario from any words: small letters and hyphens."""
    found = _NO_ID.sub("-", words.lower()).strip("-")
    return found if found[:1].isalpha() else f"recorded-{found}".rstrip("-")


def source(acts: Sequence[Act], *, id: str, title: str, doc: str) -> str:
    """The scenario file. `title`: in whatever language; `doc`: its first line, without a full stop's need."""
    body = [f"    {line}" for line in _lines(acts)]
    text = "\n".join(body)
    imports = ["import os", ""] if "os.environ[" in text else []
    imports += ["from harness.suite import ways"] if "ways." in text else []
    words = [name for name in ("PermissionDialog", "PolicyNotice") if name in text]
    imports += [f"from harness.suite.driver import {', '.join(words)}"] if words else []
    imports += ["from harness.suite.scenario import Scenario"]
    windows = [window for window in ("observe", "background") if any(act.verb == window for act in acts)]
    return "\n".join([
        f'"""{_remark(doc)}"""', "", *imports, "",
        "scenario = Scenario(",
        f"    id={quoted(id)},", f"    title={quoted(title)},", f"    title_zh={quoted(title)},",
        "    clauses=(),      # ids in clauses/ that it serves",
        f"    opens={_tuple(_opened(acts))},", f"    windows={_tuple(windows)},", '    suites=("recorded",),',
        ")", "", "",
        f"def test_{id.replace('-', '_')}(app, user, timeline):",
        "    app.install_fresh()", "    app.launch()", *body, "",
    ])  # fmt: skip


def _lines(acts: Sequence[Act]) -> list[str]:
    lines: list[str] = []
    way: list[str] = []

    def arrive() -> None:
        if way:
            lines.append(f"ways.follow(user, {_tuple(way)}, {quoted(_WAY)})")
            way.clear()

    for verb, act in _meant(acts):
        if verb == "tap":
            way.append(act.name)
            continue
        arrive()
        lines.extend(_line(verb, act).splitlines())
    arrive()
    return lines


def _line(verb: str, act: Act) -> str:
    if verb in _PLAIN:
        return _PLAIN[verb]
    if verb == "agree":
        return "user.agree(user.expect(PolicyNotice))"
    if verb == "refuse":
        by = act.by if any(act.by) else ()
        how = f", by={_tuple(by) if len(by) > 1 else quoted(by[0])}" if by else ""
        return f'if user.refuse(user.expect(PolicyNotice){how}).outcome == "exits":\n    app.has_exited()'
    if verb == "answer":
        return f"user.answer(user.expect(PermissionDialog).seen, {quoted(act.value)})      # {_remark(act.name)}"
    if verb == "type":
        if act.value.startswith("$"):
            return f"ways.fill(user, {quoted(act.name)}, os.environ[{quoted(act.value[1:])}], secret={quoted(act.value)})"
        return f"ways.fill(user, {quoted(act.name)}, {quoted(act.value)})"
    x, y = act.at
    return f'user.tap_at({x}, {y}, user.look(), "a place without a name")      # in pixels of the screen it was recorded on'


def _meant(acts: Sequence[Act]) -> list[tuple[str, Act]]:
    """The acts with what the driver does by itself left out: it ticks boxes before it agrees or denies for good, and refuses what
    asks again. A refusal that was taken back on the next notice is a tap, since the driver would go on refusing."""
    meant: list[tuple[str, Act]] = []
    ticks = 0
    for i, act in enumerate(acts):
        rest = [one.verb for one in acts[i:] if one.verb != "tick"]
        following = next((verb for verb in rest[1:] if verb != "refuse"), "")
        before, ticks = ticks, ticks + 1 if act.verb == "tick" else 0
        if act.verb == "tick":
            answered = next((one for one in acts[i:] if one.verb != "tick"), act)
            if answered.verb != "agree" and (answered.verb, answered.value) != ("answer", "deny"):
                meant.append(("tap", act))
        elif act.verb == "answer" and act.value == "deny" and before % 2:
            meant.append(("answer", replace(act, value="deny_forever")))
        elif act.verb == "refuse" and following == "agree":
            meant.append(("tap", act))
        elif act.verb in ("agree", "refuse") and meant and meant[-1][0] == act.verb:
            meant[-1] = (act.verb, replace(meant[-1][1], by=meant[-1][1].by + act.by))
        else:
            meant.append((act.verb, act))
    return meant


def _opened(acts: Sequence[Act]) -> list[str]:
    found = ["before_consent"]
    agreed = False
    for verb, act in _meant(acts):
        agreed = agreed or verb == "agree"
        stage = {"agree": "after_agree", "refuse": "after_refusal", "background": "background"}.get(verb, "")
        if verb == "answer" and act.value.startswith("deny") and agreed:
            stage = "after_permission_denial"
        found += [stage] if stage and stage not in found else []
    return found


def _tuple(texts: Sequence[str]) -> str:
    return f"({', '.join(map(quoted, texts))}{',' if len(texts) == 1 else ''})"


def quoted(text: str) -> str:
    """The text as a literal of Python's, whatever is in it."""
    return json.dumps(text, ensure_ascii=False) if text.isprintable() else ascii(text)


def _remark(text: str) -> str:
    """The text where a comment or docstring may have it."""
    return "".join(c if c.isprintable() else " " for c in text).replace("\\", "/").replace('"', "'").strip()
