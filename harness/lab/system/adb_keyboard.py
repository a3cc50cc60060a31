"""The keyboard that uiautomator2 types with: broadcasts to it are text and keys."""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING

from harness.lab.system.broadcasts import BroadcastResult
from harness.lab.system.intents import Intent

if TYPE_CHECKING:
    from harness.lab.system.server import SystemServer

_KEYCODE_ENTER = 66
_RESULT_OK = -1


async def type_by_broadcast(system: SystemServer, intent: Intent) -> BroadcastResult:
    """The actions of com.github.uiautomator's AdbKeyboard, the input method that uiautomator2 brings along."""
    action = intent.action.removeprefix("ADB_KEYBOARD_")
    if action in ("INPUT_TEXT", "SET_TEXT"):
        try:
            text = base64.b64decode(str(intent.extras.get("text", "")), validate=True).decode()
        except (binascii.Error, UnicodeDecodeError) as fault:
            return BroadcastResult(0, f"text is no base64 of UTF-8: {fault}")
        if action == "SET_TEXT":
            await system.automator.clear_focused()
        return BroadcastResult(_RESULT_OK if await system.screen.text(text) else 0, "success", 1)
    if action == "CLEAR_TEXT":
        await system.automator.clear_focused()
    elif action in ("SMART_ENTER", "EDITOR_CODE"):
        await system.key(_KEYCODE_ENTER)
    elif action == "INPUT_KEYCODE":
        await system.key(int(str(intent.extras.get("code", 0))))
    elif action == "GET_CLIPBOARD":
        return BroadcastResult(_RESULT_OK, base64.b64encode(system.clipboard.encode()).decode(), 1)
    elif action != "HIDE":
        return BroadcastResult(0, f"unknown action {intent.action}")
    return BroadcastResult(_RESULT_OK, "success", 1)
