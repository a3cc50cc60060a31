"""The notification shade: cards one below the other, with what the user can do to them (SystemUI's NotificationShade)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from harness.lab.system.notifications import Notification
from harness.lab.ui.drawing import ACCENT, ACCENT_TEXT, BACKGROUND, GREY, WHITE, Style
from harness.lab.ui.nodes import Node, contains
from harness.lab.ui.strings import Texts
from harness.lab.ui.window import Look, OnTap, Part, Row, SystemWindow, around, stack

SYSTEM_UI = "com.android.systemui"
STATUS_BAR_DP = 24


@dataclass(frozen=True)
class ShadeActions:
    """What the shade asks of the system. `act`: key and the action's place."""

    open: Callable[[str], Awaitable[None]]
    act: Callable[[str, int], Awaitable[None]]
    dismiss: Callable[[str], Awaitable[None]]
    clear_all: OnTap
    close: OnTap


class Shade(SystemWindow):
    """`entries`: app label and notification, the first on top; `first`: the place of the one that is at the top."""

    def __init__(
        self, look: Look, texts: Texts, entries: Sequence[tuple[str, Notification]], actions: ShadeActions, first: int = 0
    ) -> None:
        super().__init__(look, SYSTEM_UI, "NotificationShade", dimming=0.7, transient=True)
        self._actions = actions
        self.first = max(0, min(first, len(entries) - 1))
        self._cards: list[tuple[Node, Notification]] = []
        pen, display = look.pen, look.display
        margin = pen.px(12)
        width = display.width - 2 * margin
        scroller = Node(
            "android.view.ViewGroup",
            SYSTEM_UI,
            resource_id=f"{SYSTEM_UI}:id/notification_stack_scroller",
            bounds=self.whole,
            scrollable=len(entries) > 1,
        )
        at = pen.px(STATUS_BAR_DP + 16)
        bottom = display.height - pen.px(72)
        self.parts = []
        self.more = False
        for label, one in entries[self.first :]:
            card, parts, below = self._card(label, one, margin, at, width)
            if below > bottom and self._cards:
                self.more = True
                break
            self.parts += parts
            scroller.children.append(card)
            self._cards.append((card, one))
            at = below + pen.px(8)
        if not entries:
            scroller.children.append(self._empty(texts, margin, at, width))
        elif any(one.clearable for _, one in entries):
            scroller.children.append(self._clear(texts, margin, at, width))
        panel = Node(
            "android.widget.FrameLayout",
            SYSTEM_UI,
            resource_id=f"{SYSTEM_UI}:id/notification_panel",
            bounds=self.whole,
            children=[scroller],
        )
        self.root = self.frame(panel)

    def _text(self, text: str, name: str) -> Node:
        return Node("android.widget.TextView", SYSTEM_UI, text=text, resource_id=f"android:id/{name}")

    def _card(self, label: str, one: Notification, left: int, top: int, width: int) -> tuple[Node, list[Part], int]:
        pen = self.look.pen
        rows = [Row(Part(self._text(label, "app_name_text"), Style(size=12, colour=GREY)), 0, 10)]
        if one.sub_text:
            rows.append(Row(Part(self._text(one.sub_text, "header_text"), Style(size=12, colour=GREY)), 0, 2))
        if one.title:
            rows.append(Row(Part(self._text(one.title, "title"), Style(size=15)), 0, 4))
        if one.body:
            name = "big_text" if one.big_text and one.body == one.big_text else "text"
            rows.append(Row(Part(self._text(one.body, name), Style(size=14, colour=GREY)), 0, 2))
        inset = pen.px(16)
        below = stack(self.look, rows, left + inset, top, width - 2 * inset) + pen.px(10)
        content = Node(
            "android.widget.FrameLayout",
            SYSTEM_UI,
            resource_id=f"{SYSTEM_UI}:id/expanded",
            bounds=(left, top, left + width, below),
            children=[row.part.node for row in rows],
        )
        children, buttons = [content], self._buttons(one, left + inset, below, width - 2 * inset)
        if buttons:
            nodes = [part.node for part in buttons]
            children.append(
                Node(
                    "android.widget.LinearLayout",
                    SYSTEM_UI,
                    resource_id="android:id/actions",
                    bounds=around(nodes),
                    children=nodes,
                )
            )
            below += pen.px(48)
        card = Node(
            "android.widget.FrameLayout",
            SYSTEM_UI,
            resource_id=f"{SYSTEM_UI}:id/expandableNotificationRow",
            bounds=(left, top, left + width, below),
            clickable=bool(one.content),
            focusable=True,
            long_clickable=True,
            children=children,
        )

        async def opened() -> None:
            await self._actions.open(one.key)

        surface = Part(card, Style(fill=BACKGROUND, radius=20), caption="", on_tap=opened if one.content else None)
        return card, [surface, *(row.part for row in rows), *buttons], below

    def _buttons(self, one: Notification, left: int, top: int, width: int) -> list[Part]:
        pen, parts = self.look.pen, []
        each = width // max(1, len(one.actions))
        for place, action in enumerate(one.actions):

            async def act(place: int = place) -> None:
                await self._actions.act(one.key, place)

            node = Node(
                "android.widget.Button",
                SYSTEM_UI,
                text=action.title,
                resource_id="android:id/action0",
                bounds=(left + place * each, top, left + (place + 1) * each - pen.px(4), top + pen.px(40)),
                clickable=True,
                focusable=True,
            )
            caption = pen.fit(action.title, 14, each - pen.px(12))
            parts.append(Part(node, Style(colour=ACCENT_TEXT, size=14, align="center"), caption=caption, on_tap=act))
        return parts

    def _empty(self, texts: Texts, left: int, top: int, width: int) -> Node:
        node = Node(
            "android.widget.TextView",
            SYSTEM_UI,
            text=texts("no_notifications"),
            resource_id=f"{SYSTEM_UI}:id/no_notifications",
            bounds=(left, top, left + width, top + self.look.pen.px(48)),
        )
        self.parts.append(Part(node, Style(colour=WHITE, align="center")))
        return node

    def _clear(self, texts: Texts, left: int, top: int, width: int) -> Node:
        pen = self.look.pen
        node = Node(
            "android.widget.Button",
            SYSTEM_UI,
            text=texts("clear_all"),
            content_desc=texts("clear_all_notifications"),
            resource_id=f"{SYSTEM_UI}:id/dismiss_text",
            bounds=(left + width - pen.px(120), top, left + width, top + pen.px(40)),
            clickable=True,
            focusable=True,
        )
        self.parts.append(
            Part(node, Style(fill=ACCENT, radius=20, size=14, align="center"), caption=node.text, on_tap=self._actions.clear_all)
        )
        return node

    async def swipe(self, x: float, y: float, x2: float, y2: float) -> bool:
        """Sideways: away with the card below the finger. Up: on to what does not fit, then closed. Down: back."""
        if abs(x2 - x) > abs(y2 - y):
            for card, one in self._cards:
                if contains(card.bounds, x, y):
                    await self._actions.dismiss(one.key)
                    return True
            return False
        if y2 > y:
            self.first = max(0, self.first - 1)
        elif self.more:
            self.first += 1
        else:
            await self._actions.close()
            return True
        self.moved()
        return True

    moved: Callable[[], None] = staticmethod(lambda: None)
    """Called when another card is to be at the top."""

    async def back(self) -> None:
        await self._actions.close()

    async def tap_outside(self, x: float, y: float) -> bool:
        await self._actions.close()
        return True
