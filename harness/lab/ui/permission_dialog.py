"""The permission dialog of Android 15: one question, the real package, resource ids and texts.

Structure: packages/modules/Permission, PermissionController/res/layout/grant_permissions.xml; which
buttons: GrantPermissionsActivity.getButtonsForPrompt.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from harness.lab.system.permission_request import Choice, Prompt, Question
from harness.lab.ui.drawing import ACCENT, ACCENT_TEXT, BACKGROUND, GREY, Style
from harness.lab.ui.nodes import Node
from harness.lab.ui.strings import Texts
from harness.lab.ui.window import Look, OnTap, Part, Row, SystemWindow, around, move_down, stack

PACKAGE = "com.android.permissioncontroller"
GRANT_ACTIVITY = f"{PACKAGE}.permission.ui.GrantPermissionsActivity"
_ID = f"{PACKAGE}:id/"

Answer = Callable[[Choice, bool | None], Awaitable[None]]
"""(choice, precise location: None where it was not asked)"""

_BUTTON = Style(fill=ACCENT, radius=12, colour=ACCENT_TEXT, size=15, align="center", padding=14)

_DENY = {
    False: ("permission_deny_button", "deny", Choice.DENIED),
    True: ("permission_deny_and_dont_ask_again_button", "deny", Choice.DENIED_DO_NOT_ASK_AGAIN),
}
_KEEP = {
    Prompt.UPGRADE_SETTINGS_LINK: (
        "permission_no_upgrade_button",
        "permission_no_upgrade_and_dont_ask_again_button",
        "no_upgrade",
    ),
    Prompt.OT_UPGRADE_SETTINGS_LINK: (
        "permission_no_upgrade_one_time_button",
        "permission_no_upgrade_one_time_and_dont_ask_again_button",
        "no_upgrade_one_time",
    ),
}
_BASIC = (Prompt.BASIC, Prompt.STORAGE_SUPERGROUP_PRE_Q, Prompt.STORAGE_SUPERGROUP_Q_TO_S)
_FOREGROUND = (
    Prompt.FG_ONLY,
    Prompt.SETTINGS_LINK_FOR_BG,
    Prompt.ONE_TIME_FG,
    Prompt.SETTINGS_LINK_WITH_OT,
    Prompt.LOCATION_TWO_BUTTON,
    Prompt.LOCATION_COARSE_ONLY,
    Prompt.LOCATION_FINE_UPGRADE,
)
_WITHOUT_ONE_TIME = (Prompt.FG_ONLY, Prompt.SETTINGS_LINK_FOR_BG)


class PermissionDialog(SystemWindow):
    """`answer` is called once, with what the user chose; `open_settings` when the link is tapped."""

    def __init__(
        self,
        look: Look,
        texts: Texts,
        label: str,
        question: Question,
        answer: Answer,
        open_settings: OnTap,
        permission_label: str = "",
    ) -> None:
        super().__init__(look, PACKAGE, "GrantPermissionsActivity", activity=GRANT_ACTIVITY)
        self.question = question
        self._texts = texts
        self._label = label
        self._permission_label = permission_label or question.group
        self._answer = answer
        self._open_settings = open_settings
        self._answered = False
        self._precise: bool | None = True if question.prompt is Prompt.LOCATION_TWO_BUTTON else None
        self._build()

    @property
    def message(self) -> str:
        """The question as it is shown."""
        prompt, group = self.question.prompt, self.question.group
        special = {
            Prompt.STORAGE_SUPERGROUP_Q_TO_S: "storage_q_to_s",
            Prompt.STORAGE_SUPERGROUP_PRE_Q: "storage_pre_q",
            Prompt.SELECT_MORE_PHOTOS: "more_photos",
            Prompt.LOCATION_COARSE_ONLY: "coarse_location",
            Prompt.LOCATION_FINE_UPGRADE: "fine_upgrade",
            Prompt.UPGRADE_SETTINGS_LINK: f"upgrade.{group}",
            Prompt.OT_UPGRADE_SETTINGS_LINK: f"upgrade.{group}",
        }
        name = special.get(prompt, f"request.{group}")
        if name not in self._texts:
            return self._texts("request.other", self._label, self._permission_label)
        return self._texts(name, self._label)

    def _detail(self) -> str:
        prompt, group = self.question.prompt, self.question.group
        if prompt in (Prompt.SETTINGS_LINK_FOR_BG, Prompt.SETTINGS_LINK_WITH_OT):
            return self._texts(f"detail.background.{group}")
        if prompt in _KEEP:
            return self._texts(f"detail.upgrade.{group}")
        return ""

    def _buttons(self) -> list[tuple[str, str, Choice]]:
        """(id, text, choice) from top to bottom."""
        prompt, texts = self.question.prompt, self._texts
        buttons: list[tuple[str, str, Choice]] = []
        upgrade = prompt is Prompt.LOCATION_FINE_UPGRADE
        if prompt in _BASIC:
            buttons.append(("permission_allow_button", texts("allow"), Choice.GRANTED_ALWAYS))
        if prompt in _FOREGROUND:
            text = texts("change_to_precise" if upgrade else "allow_foreground")
            buttons.append(("permission_allow_foreground_only_button", text, Choice.GRANTED_FOREGROUND_ONLY))
            if prompt not in _WITHOUT_ONE_TIME:
                buttons.append(("permission_allow_one_time_button", texts("allow_one_time"), Choice.GRANTED_ONE_TIME))
        if prompt in (Prompt.SELECT_PHOTOS, Prompt.SELECT_MORE_PHOTOS):
            more = prompt is Prompt.SELECT_MORE_PHOTOS
            buttons.append(
                (
                    "permission_allow_selected_button",
                    texts("select_more" if more else "allow_limited"),
                    Choice.GRANTED_SELECTED,
                )
            )
            buttons.append(("permission_allow_all_button", texts("allow_all"), Choice.GRANTED_ALWAYS))
        if prompt in _KEEP:
            once, final, text = _KEEP[prompt]
            last = self.question.last_chance
            choice = Choice.DENIED_DO_NOT_ASK_AGAIN if last else Choice.DENIED
            buttons.append((final if last else once, texts(text), choice))
        elif prompt is Prompt.SELECT_MORE_PHOTOS:
            buttons.append(("permission_dont_allow_more_selected_button", texts("dont_select_more"), Choice.DENIED_MORE))
        else:
            name, text, choice = _DENY[self.question.last_chance]
            buttons.append((name, texts("keep_approximate" if upgrade else text), choice))
        return buttons

    def _build(self) -> None:
        pen, display = self.look.pen, self.look.display
        icon = Part(self._node("ImageView", "permission_icon"), Style(fill=(65, 95, 145), radius=12), on_tap=None)
        message = Part(self._node("TextView", "permission_message", self.message), Style(size=20, align="center"))
        rows = [Row(icon, 24, 20), Row(message, 0, 12)]
        detail = self._detail()
        if detail:
            node = self._node("TextView", "detail_message", detail)
            node.clickable = True
            rows.append(Row(Part(node, Style(size=14, colour=GREY, align="center"), on_tap=self._open_settings), 0, 8))
        radios = self._radios()
        rows.extend(Row(part, 0, 12) for part in radios)
        buttons = [Part(self._button(name, text), _BUTTON, on_tap=self._choose(choice)) for name, text, choice in self._buttons()]
        rows.extend(Row(part, 0, 16 if index == 0 else 4) for index, part in enumerate(buttons))

        margin = pen.px(24)
        width = display.width - 4 * margin
        bottom = stack(self.look, rows, 2 * margin, 0, width) + margin
        top = max(0, (display.height - bottom) // 2)
        nodes = [row.part.node for row in rows]
        move_down(nodes, top)
        left, _, right, _ = icon.node.bounds
        middle, size = (left + right) // 2, pen.px(24)
        icon.node.bounds = (middle - size // 2, icon.node.bounds[1], middle + size // 2, icon.node.bounds[3])

        dialog = self._group("grant_dialog", [])
        dialog.bounds = (margin, top, display.width - margin, min(display.height, top + bottom))
        heading = [icon.node, message.node]
        description = Node("android.widget.LinearLayout", PACKAGE, bounds=around(heading), children=heading)
        content = self._group("content_container", [description])
        if detail:
            content.children.append(rows[2].part.node)
        dialog.children.append(content)
        if radios:
            radio_group = self._group("permission_location_accuracy_radio_group", [one.node for one in radios])
            radio_group.class_name = "android.widget.RadioGroup"
            dialog.children.append(self._group("permission_location_accuracy", [radio_group]))
        dialog.children.append(
            Node(
                "android.widget.LinearLayout",
                PACKAGE,
                bounds=around([one.node for one in buttons]),
                children=[one.node for one in buttons],
            )
        )
        singleton = self._group("grant_singleton", [dialog])
        singleton.bounds = self.whole
        scroll = Node("android.widget.ScrollView", PACKAGE, bounds=self.whole, children=[singleton])
        self.root = self.frame(scroll)
        surface = Part(dialog, Style(fill=BACKGROUND, radius=28), on_tap=_nothing)
        self.parts = [surface, *(row.part for row in rows)]

    def _radios(self) -> list[Part]:
        if self.question.prompt is not Prompt.LOCATION_TWO_BUTTON:
            return []
        parts = []
        for name, text, precise in (("fine", "precise", True), ("coarse", "approximate", False)):
            node = self._node("RadioButton", f"permission_location_accuracy_radio_{name}", self._texts(text))
            node.checkable = node.clickable = node.focusable = True
            node.checked = precise is self._precise
            parts.append(Part(node, Style(size=16), ring=True, on_tap=self._pick(precise)))
        self._radio_parts = parts
        return parts

    def _pick(self, precise: bool) -> OnTap:
        async def pick() -> None:
            self._precise = precise
            fine, coarse = self._radio_parts
            fine.node.checked, coarse.node.checked = precise, not precise

        return pick

    def _choose(self, choice: Choice) -> OnTap:
        async def choose() -> None:
            await self._finish(choice)

        return choose

    async def _finish(self, choice: Choice) -> None:
        if not self._answered:
            self._answered = True
            await self._answer(choice, self._precise)

    async def tap_outside(self, x: float, y: float) -> bool:
        """Beside the dialog: the request is cancelled, which is no refusal."""
        await self._finish(Choice.CANCELED)
        return True

    async def back(self) -> None:
        await self._finish(Choice.CANCELED)

    def _node(self, view: str, name: str, text: str = "") -> Node:
        return Node(f"android.widget.{view}", PACKAGE, text=text, resource_id=_ID + name)

    def _button(self, name: str, text: str) -> Node:
        node = self._node("Button", name, text)
        node.clickable = node.focusable = True
        return node

    def _group(self, name: str, children: list[Node]) -> Node:
        bounds = around(children) if children else (0, 0, 0, 0)
        return Node("android.widget.LinearLayout", PACKAGE, resource_id=_ID + name, bounds=bounds, children=children)


async def _nothing() -> None:
    """A tap on the dialog's surface stays in the dialog."""
