"""Further wordings of each kind of screen, screens_wording*.txt, laid out as plain dialogs to train on.

A line is `title :: text :: caption=role / caption=role`; [ ] in the text is a field with this hint; without a caption a control
is a picture. No screen of the labelled halves is among them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from xml.sax.saxutils import quoteattr

APP = "com.example.app"
_FIELD = re.compile(r"\[([^\]]+)\]")


def screens() -> Iterator[tuple[str, str, dict]]:
    """Name, dump and labels, as tests/screens/labelled has them."""
    kind = ""
    files = sorted(Path(__file__).parent.glob(f"{Path(__file__).stem}*.txt"))
    lines = "".join(path.read_text(encoding="utf-8") for path in files).split("\n")
    for number, line in enumerate(lines, 1):
        if line.startswith("# "):
            kind = line[2:].strip()
        elif line.strip():
            title, text, answers = (part.strip() for part in line.split("::"))
            yield f"w{number}", *_drawn(kind, title, text, answers, beside=number % 2 == 0)


def _drawn(kind: str, title: str, text: str, answers: str, beside: bool) -> tuple[str, dict]:
    nodes, controls, top = [], [], 700

    def put(said: str, bounds: tuple[int, int, int, int], cls: str = "TextView", **more: str) -> None:
        told = {"text": said, "class": f"android.widget.{cls}", "package": APP, **more}
        told["bounds"] = "[{},{}][{},{}]".format(*bounds)
        nodes.append("<node " + " ".join(f"{k}={quoteattr(v)}" for k, v in told.items()) + "/>")

    for said in (title, _FIELD.sub("", text).strip()):
        if said:
            put(said, (120, top, 960, top + 90))
            top += 100
    for hint in _FIELD.findall(text):
        put(hint, (120, top, 960, top + 90), "EditText", clickable="true")
        top += 100
    asked = [part.rpartition("=") for part in answers.split(" / ") if part]
    for _, _, role in (one for one in asked if not one[0]):
        put("", (980, 560, 1050, 630), "ImageView", clickable="true", **{"resource-id": f"{APP}:id/iv_{role}"})
        controls.append({"text": "", "role": role, "bounds": [980, 560, 1050, 630]})
    asked = [one for one in asked if one[0]]
    width = 840 // max(1, len(asked)) if beside and len(asked) < 4 else 840
    for at, (said, _, role) in enumerate(asked):
        left = 120 + (at * width if width < 840 else 0)
        bounds = (left, top, left + width - 10, top + 100)
        if role == "checkbox":
            put(said, bounds, "CheckBox", checkable="true", clickable="true")
        else:
            put(said, bounds, "Button", clickable="true")
        controls.append({"text": said, "role": role, "bounds": list(bounds)})
        top += 110 if width == 840 else 0
    frame = f'<node class="android.widget.FrameLayout" package="{APP}" bounds="[0,0][1080,1920]">'
    return f"<hierarchy>{frame}{''.join(nodes)}</node></hierarchy>", {"kind": kind, "package": APP, "controls": controls}
