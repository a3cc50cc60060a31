"""The prompt of BiometricPrompt, as the system's UI shows it (SystemUI biometric_prompt_layout.xml: its resource ids)."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from harness.lab.ui.drawing import BACKGROUND, GREY, Style
from harness.lab.ui.nodes import Node
from harness.lab.ui.strings import Texts
from harness.lab.ui.window import Look, OnTap, Part, Row, SystemWindow, move_down, stack

PACKAGE = "com.android.systemui"
_ID = f"{PACKAGE}:id/"
_STYLES = {
    "logo_description": Style(size=14, colour=GREY, align="center"),
    "title": Style(size=22, align="center"),
    "subtitle": Style(size=16, align="center"),
    "description": Style(size=14, align="center"),
}


class BiometricDialog(SystemWindow):
    """`texts`: title, subtitle, description, negative; "" for none. `refuse`: its button; `gone`: whatever else takes it away."""

    def __init__(self, look: Look, words: Texts, texts: Mapping[str, str], refuse: OnTap, gone: Callable[[], None]) -> None:
        super().__init__(look, PACKAGE, "BiometricPrompt", transient=True)
        self._gone = gone
        pen, display = look.pen, look.display
        rows = [
            Row(Part(self._node("TextView", name, texts[name]), _STYLES[name]), 0, 12)
            for name in ("title", "subtitle", "description")
            if texts[name]
        ]
        icon = self._node("ImageView", "biometric_icon")
        icon.content_desc = words("fingerprint_icon")
        self._indicator = self._node("TextView", "indicator", words("fingerprint_touch"))
        rows.append(Row(Part(icon, Style(fill=(65, 95, 145), radius=24)), 48, 24))
        rows.append(Row(Part(self._indicator, Style(size=14, colour=GREY, align="center")), 0, 12))
        if texts["negative"]:
            button = self._node("Button", "button_negative", texts["negative"])
            button.clickable = button.focusable = True
            rows.append(Row(Part(button, Style(size=16, padding=12), on_tap=refuse), 48, 16))
        margin = pen.px(28)
        height = stack(look, rows, 2 * margin, 0, display.width - 4 * margin) + pen.px(24)
        nodes = [row.part.node for row in rows]
        move_down(nodes, display.height - height)
        panel = self._node("LinearLayout", "panel")
        panel.bounds = (margin, display.height - height - pen.px(12), display.width - margin, display.height)
        panel.children = nodes
        left, right = icon.bounds[0], icon.bounds[2]
        middle, half = (left + right) // 2, pen.px(24)
        icon.bounds = (middle - half, icon.bounds[1], middle + half, icon.bounds[3])
        self.parts = [Part(panel, Style(fill=BACKGROUND, radius=28), on_tap=_nothing), *(row.part for row in rows)]
        self.root = self.frame(panel)

    def say(self, text: str) -> None:
        """Below the icon."""
        self._indicator.text = text

    async def tap_outside(self, x: float, y: float) -> bool:
        self._gone()
        return True

    async def back(self) -> None:
        self._gone()

    def closed(self) -> None:
        self._gone()

    def _node(self, view: str, name: str, text: str = "") -> Node:
        return Node(f"android.widget.{view}", PACKAGE, text=text, resource_id=_ID + name)


async def _nothing() -> None:
    """A tap on the panel stays in it."""
