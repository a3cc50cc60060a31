"""The methods of AutomatorService (u2.jar 3.7.1, com.wetest.uia2.stub), over the lab's screen."""

from __future__ import annotations

import base64
import io
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from harness.lab.ui.automator_finder import Finder
from harness.lab.ui.automator_gestures import Gestures
from harness.lab.ui.hierarchy import write_hierarchy
from harness.lab.ui.nodes import Node
from harness.lab.ui.screen import KEY_APP_SWITCH, KEY_BACK, KEY_HOME, Screen

if TYPE_CHECKING:
    from harness.lab.system.server import SystemServer

_KEYS = {
    "home": KEY_HOME,
    "back": KEY_BACK,
    "left": 21,
    "right": 22,
    "up": 19,
    "down": 20,
    "center": 23,
    "menu": 82,
    "search": 84,
    "enter": 66,
    "delete": 67,
    "del": 67,
    "recent": KEY_APP_SWITCH,
    "volume_up": 24,
    "volume_down": 25,
    "volume_mute": 164,
    "camera": 27,
    "power": 26,
}
_META_CTRL = 0x1000
_KEY_A, _KEY_DEL, _KEY_V, _KEY_MOVE_END = 29, 67, 50, 123

Method = Callable[..., Awaitable[Any]]


class UnknownMethod(Exception):
    """The service has no such method with so many arguments."""


class AutomatorService:
    """One instance per device."""

    def __init__(self, server: SystemServer) -> None:
        self._server = server
        self._screen: Screen = server.screen
        self._finder = Finder(self._screen)
        self._gestures = Gestures(self._screen, self._finder)
        self._configurator = {
            "actionAcknowledgmentTimeout": 3000,
            "keyInjectionDelay": 0,
            "scrollAcknowledgmentTimeout": 200,
            "waitForIdleTimeout": 0,
            "waitForSelectorTimeout": 0,
            "uiAutomationFlags": 0,
        }
        self._methods = self._table()

    async def call(self, name: str, arguments: list[Any]) -> Any:
        """Raises UiObjectNotFound, UnknownMethod, ValueError or TypeError for wrong arguments."""
        method = self._methods.get(name)
        if method is None:
            raise UnknownMethod(f"method not found: {name}")
        return await method(*arguments)

    def _table(self) -> dict[str, Method]:
        """JSON-RPC name -> method."""
        finder, gestures = self._finder, self._gestures
        return {
            "ping": self._constant("pong"),
            "deviceInfo": self.device_info,
            "dumpWindowHierarchy": self.dump,
            "exist": finder.exist,
            "waitForExists": finder.wait_for_exists,
            "waitUntilGone": finder.wait_until_gone,
            "objInfo": finder.object_info,
            "objInfoOfAllInstances": finder.all_object_infos,
            "count": finder.count,
            "click": gestures.click,
            "clickAndWaitForNewWindow": gestures.click_and_wait,
            "longClick": gestures.long_click,
            "swipe": gestures.swipe,
            "swipePoints": gestures.swipe_points,
            "drag": gestures.drag,
            "dragTo": gestures.drag_to,
            "gesture": gestures.gesture,
            "pinchIn": gestures.pinch_in,
            "pinchOut": gestures.pinch_out,
            "injectInputEvent": gestures.inject,
            "scrollForward": gestures.scroll_forward,
            "scrollBackward": gestures.scroll_backward,
            "scrollToBeginning": gestures.scroll_to_beginning,
            "scrollToEnd": gestures.scroll_to_end,
            "scrollTo": gestures.scroll_to,
            "flingForward": gestures.fling_forward,
            "flingBackward": gestures.fling_backward,
            "flingToBeginning": gestures.fling_to_beginning,
            "flingToEnd": gestures.fling_to_end,
            "setText": self.set_text,
            "clearTextField": self.clear_text_field,
            "clearInputText": self.clear_input_text,
            "getText": self.get_text,
            "pressKey": self.press_key,
            "pressKeyCode": self.press_key_code,
            "takeScreenshot": self.take_screenshot,
            "getLastToast": self.last_toast,
            "clearLastToast": self.clear_toast,
            "makeToast": self.make_toast,
            "getLastTraversedText": self._constant(None),
            "clearLastTraversedText": self._constant(None),
            "freezeRotation": self.freeze_rotation,
            "setOrientation": self.set_orientation,
            "setClipboard": self.set_clipboard,
            "getClipboard": self.get_clipboard,
            "pasteClipboard": self.paste_clipboard,
            "openNotification": self.open_notification,
            "openQuickSettings": self._constant(False),
            "wakeUp": self.wake_up,
            "sleep": self.sleep,
            "isScreenOn": self.is_screen_on,
            "launchApp": self.launch_app,
            "waitForIdle": self._constant(None),
            "waitForWindowUpdate": self._constant(False),
            "setConfigurator": self.set_configurator,
            "getConfigurator": self.get_configurator,
            "getUiObject": finder.keep_object,
            "getUiObjects": finder.kept_objects,
            "removeUiObject": finder.remove_object,
            "childByText": gestures.child_by_text,
            "childByDescription": gestures.child_by_description,
            "childByInstance": finder.child_by_instance,
            "getChild": finder.get_child,
            "getFromParent": finder.get_from_parent,
            "getWatchers": self._constant([]),
            "hasAnyWatcherTriggered": self._constant(False),
            "hasWatcherTriggered": self._constant(False),
            "removeWatcher": self._constant(None),
            "resetWatcherTriggers": self._constant(None),
            "runWatchers": self._constant(None),
        }

    @staticmethod
    def _constant(value: Any) -> Method:
        async def answer(*_: Any) -> Any:
            return value

        return answer

    # --- text

    async def set_text(self, wanted: Any, text: str) -> bool:
        node = await self._finder.find(wanted)
        if await self._screen.set_text(node, text):
            return True
        await self._clear(node)
        return await self._screen.text(text) if text else True

    async def clear_text_field(self, wanted: Any) -> None:
        await self.set_text(wanted, "")

    async def _clear(self, node: Node) -> None:
        """By keys, for an app process that does not know set_text: focus, to the end, delete."""
        await self._screen.tap(*self._finder.center(node))
        await self._screen.key(_KEY_MOVE_END)
        for _ in range(len(node.text)):
            await self._screen.key(_KEY_DEL)

    async def clear_input_text(self) -> None:
        """Empties the field that has the focus, if one has."""
        for root in await self._screen.roots():
            for node in root.walk():
                if node.focused and not await self._screen.set_text(node, ""):
                    await self._clear(node)

    async def get_text(self, wanted: Any) -> str:
        return (await self._finder.find(wanted)).text

    async def set_clipboard(self, _label: str | None, text: str) -> None:
        self._server.app_services.clipboard.put(text)

    async def get_clipboard(self) -> str:
        return self._server.app_services.clipboard.text

    async def paste_clipboard(self) -> None:
        """Into the focused field."""
        await self._screen.text(self._server.app_services.clipboard.text)

    # --- keys, screen, device

    async def press_key(self, name: str) -> bool:
        code = _KEYS.get(str(name).lower())
        if code is None:
            return False
        await self._screen.key(code)
        return True

    async def press_key_code(self, code: int, meta: int = 0) -> bool:
        await self._screen.key(int(code), int(meta))
        return True

    async def take_screenshot(self, *arguments: Any) -> str:
        """(scale, quality): base64 of a JPEG."""
        if len(arguments) != 2:
            raise UnknownMethod("takeScreenshot writes no files on the lab device")
        scale, quality = float(arguments[0]), int(arguments[1])
        image = await self._screen.picture()
        if 0 < scale < 1:
            image = image.resize((max(1, round(image.width * scale)), max(1, round(image.height * scale))))
        out = io.BytesIO()
        image.save(out, "JPEG", quality=max(1, min(95, quality)))
        return base64.b64encode(out.getvalue()).decode()

    async def dump(self, compressed: bool = False, max_depth: int = 50, root_in_active: bool = False) -> str:
        roots = await self._screen.roots(active_only=bool(root_in_active))
        return write_hierarchy(roots, self._screen.look.display, max_depth=int(max_depth), compressed=bool(compressed))

    async def device_info(self) -> dict[str, Any]:
        display = self._screen.look.display
        return {
            "currentPackageName": self._screen.current_package,
            "displayHeight": display.height,
            "displayWidth": display.width,
            "displayRotation": display.rotation,
            "displaySizeDpX": round(display.width / display.scale),
            "displaySizeDpY": round(display.height / display.scale),
            "productName": self._server.profile["build"]["product"],
            "screenOn": self._screen.on,
            "sdkInt": self._server.profile["build"]["sdk"],
            "naturalOrientation": display.rotation in (0, 2),
        }

    async def last_toast(self) -> str | None:
        toast = self._screen.last_toast
        return toast.text if toast else None

    async def clear_toast(self) -> None:
        self._screen.clear_toast()

    async def make_toast(self, text: str, _ms: float) -> None:
        self._screen.note_toast(str(text), "com.github.uiautomator")

    async def freeze_rotation(self, freeze: bool) -> None:
        self._screen.auto_rotate = not freeze

    async def set_orientation(self, orientation: str) -> None:
        """The lab's display stands upright; any other orientation is refused."""
        if orientation.lower() not in ("natural", "n"):
            raise ValueError("the lab device's display cannot be turned")

    async def open_notification(self) -> bool:
        self._screen.open_shade()
        return True

    async def wake_up(self) -> None:
        self._screen.on = True

    async def sleep(self) -> None:
        self._screen.on = False

    async def is_screen_on(self) -> bool:
        return self._screen.on

    async def launch_app(self, package: str) -> bool:
        found = self._server.packages.find(package)
        if found is None or found.launcher is None:
            return False
        await self._server.launch(package)
        return True

    async def set_configurator(self, values: dict[str, Any]) -> dict[str, Any]:
        self._configurator.update({key: value for key, value in values.items() if key in self._configurator})
        return dict(self._configurator)

    async def get_configurator(self) -> dict[str, Any]:
        return dict(self._configurator)
