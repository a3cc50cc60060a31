"""The unmodified uiautomator2 client against the lab: real adb, real adbd, shell and system server, apps that are stand-ins."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import adbutils
import pytest
import uiautomator2
from uiautomator2.exceptions import UiObjectNotFoundError

_LAB = Path(__file__).resolve().parents[1] / "lab"
sys.path[:0] = [str(_LAB / "system"), str(_LAB / "adbd")]

from apk_factory import launcher, make_apk, manifest, tag  # noqa: E402
from fake_app import FakeApp, FakeDevice  # noqa: E402
from memory_device import DaemonThread, MemoryDevice  # noqa: E402

from harness.lab.adbd.device import UIAUTOMATOR_PORT  # noqa: E402
from harness.lab.system.profile import make_profile  # noqa: E402
from harness.lab.system.server import SystemServer  # noqa: E402
from harness.lab.ui.permission_dialog import PACKAGE as PERMISSIONS  # noqa: E402

SHOP = "com.example.shop"


def _node(view: str, name: str, box: list[int], text: str = "", **more: Any) -> dict[str, Any]:
    return {
        "class": f"android.widget.{view}",
        "package": SHOP,
        "resource_id": f"{SHOP}:id/{name}",
        "bounds": box,
        "text": text,
        "enabled": True,
        "visible": True,
        **more,
    }


class Shop:
    """What the stand-in app shows and does: a field, a button that toasts, one that asks, a list that scrolls."""

    def __init__(self) -> None:
        self.clicks: list[str] = []
        self.first_row = 0

    def prepare(self, app: FakeApp) -> None:
        self.app = app
        app.answers["input"] = self._input
        self._draw()

    def _draw(self, text: str = "") -> None:
        rows = [_node("TextView", "row", [0, 700 + 100 * i, 822, 800 + 100 * i], f"row {self.first_row + i}") for i in range(5)]
        self.app.root = {
            "class": "android.widget.FrameLayout",
            "package": SHOP,
            "bounds": [0, 0, 822, 1462],
            "enabled": True,
            "visible": True,
            "children": [
                _node("TextView", "title", [0, 0, 822, 100], "你好，商城"),
                _node("EditText", "name", [0, 100, 822, 200], text, focusable=True, focused=True, clickable=True, hint="姓名"),
                _node("Button", "buy", [0, 200, 400, 300], "购买", clickable=True),
                _node("Button", "ask", [422, 200, 822, 300], "授权", clickable=True, content_desc="ask for it"),
                _node("CheckBox", "agree", [0, 300, 400, 400], "同意", checkable=True, clickable=True),
                _node("ListView", "list", [0, 700, 822, 1200], scrollable=True, children=rows),
            ],
        }

    def _input(self, fields: dict[str, Any]) -> dict[str, Any]:
        kind, y = fields["kind"], fields.get("y", 0)
        if kind in ("text", "set_text"):
            self._draw(fields["text"])
        elif kind == "swipe":
            self.first_row = max(0, min(20, self.first_row + (4 if fields["y2"] < y else -4)))
            self._draw()
        elif kind in ("tap", "long_press") and 200 <= y < 300:
            if fields["x"] < 400:
                self.clicks.append(kind)
                self.app.event("toast", text="已加入购物车", duration=0)
            else:
                self.app.tell("permissions", token=self.app.token, request_code=1, permissions=["android.permission.CAMERA"])
        return {"handled": True}


class Phone(MemoryDevice):
    """The test device of adbd with the real system server in it."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder / "device" / "root", folder / "files")
        jar = folder / "classes.jar"
        jar.touch()
        self.fake = FakeDevice()
        self.shop = Shop()
        self.fake.prepare = self.shop.prepare
        self.system = SystemServer(  # type: ignore[assignment]
            data_root=folder / "device",
            profile=make_profile("default-zh", 5),
            spawn=self.fake.spawn,
            translate=lambda apk: jar,
            warm_processes=0,
        )
        self.services = {**self.services, UIAUTOMATOR_PORT: self.system.handle_uiautomator}


@pytest.fixture(scope="module")
def phone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Phone, DaemonThread]]:
    folder = tmp_path_factory.mktemp("phone")
    made = Phone(folder)
    with DaemonThread(made) as thread:
        thread.call(made.system.start())
        apk = make_apk(
            folder / "shop.apk",
            manifest(
                SHOP,
                launcher(".MainActivity"),
                tag("activity", name=".Second", exported=True),
                label="海风商城",
                permissions=("android.permission.CAMERA",),
            ),
        )
        thread.call(made.system.install(apk))
        yield made, thread
        thread.call(made.system.stop())


@pytest.fixture(scope="module")
def d(phone: tuple[Phone, DaemonThread], tmp_path_factory: pytest.TempPathFactory) -> Iterator[uiautomator2.Device]:
    """The client, over an adb server of its own."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    path = adbutils.adb_path()
    environment = {
        **os.environ,
        "HOME": str(tmp_path_factory.mktemp("adb-home")),
        "ADB_LOCAL_TRANSPORT_MAX_PORT": "5554",
        "ADB_MDNS": "0",
    }
    server = subprocess.Popen(
        [path, "-L", f"tcp:localhost:{port}", "server", "nodaemon"],
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        deadline = time.monotonic() + 30
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                assert time.monotonic() < deadline
                time.sleep(0.05)
        serial = f"127.0.0.1:{phone[1].port}"
        client = adbutils.AdbClient("127.0.0.1", port)
        assert "connected" in client.connect(serial)
        device = uiautomator2.Device(client.device(serial))
        device.settings["wait_timeout"] = 5
        yield device
    finally:
        server.terminate()
        server.wait(10)


@pytest.fixture
def shop(d: uiautomator2.Device, phone: tuple[Phone, DaemonThread]) -> Shop:
    """The app freshly started."""
    d.app_stop(SHOP)
    made, thread = phone
    thread.call(made.system.reset_permissions(SHOP))
    made.system.screen.clear_toast()
    d.app_start(SHOP, wait=True)
    assert d(resourceId=f"{SHOP}:id/title").wait(timeout=10)
    made.shop.clicks.clear()
    made.shop.first_row = 0
    made.shop._draw()
    return made.shop


def test_info_and_size(d: uiautomator2.Device) -> None:
    info = d.info
    assert (info["displayWidth"], info["displayHeight"], info["sdkInt"]) == (822, 1462, 35)
    assert info["screenOn"] is True and info["naturalOrientation"] is True
    assert d.window_size() == (822, 1462)


def test_app_start_current_wait_and_stop(d: uiautomator2.Device, shop: Shop) -> None:
    current = d.app_current()
    assert current["package"] == SHOP and current["activity"].endswith("MainActivity")
    assert d.app_wait(SHOP, timeout=5) > 0
    assert SHOP in d.app_list_running()
    d.app_stop(SHOP)
    assert d.app_current()["package"] == "com.android.launcher3"
    assert SHOP not in d.app_list_running()


def test_app_start_with_an_activity(d: uiautomator2.Device, shop: Shop) -> None:
    d.app_start(SHOP, f"{SHOP}.Second")
    assert d.wait_activity(d.app_current()["activity"], timeout=10)
    assert d.app_current()["activity"].endswith(".Second")


def test_the_hierarchy_is_xml_with_every_attribute(d: uiautomator2.Device, shop: Shop) -> None:
    from lxml import etree

    root = etree.fromstring(d.dump_hierarchy().encode())
    assert root.tag == "hierarchy" and root.get("rotation") == "0"
    field = root.find(f".//node[@resource-id='{SHOP}:id/name']")
    assert field is not None
    assert list(field.attrib) == [
        "NAF", "index", "text", "resource-id", "class", "package", "content-desc", "checkable", "checked", "clickable", "enabled",
        "focusable", "focused", "scrollable", "long-clickable", "password", "selected", "visible-to-user", "bounds",
        "drawing-order", "hint", "display-id",
    ]  # fmt: skip
    assert (field.get("hint"), field.get("bounds"), field.get("index")) == ("姓名", "[0,100][822,200]", "1")


def test_selectors(d: uiautomator2.Device, shop: Shop) -> None:
    assert d(text="购买").exists
    assert not d(text="不存在").exists
    assert d(textContains="商城").info["resourceName"] == f"{SHOP}:id/title"
    assert d(textMatches="row \\d").count == 5
    assert d(className="android.widget.Button", clickable=True).count == 2
    assert d(description="ask for it").info["text"] == "授权"
    assert d(resourceIdMatches=".*:id/row")[2].info["text"] == "row 2"
    assert d(className="android.widget.ListView").child(text="row 1").exists
    assert d(resourceId=f"{SHOP}:id/buy").sibling(text="授权").exists
    assert [one.info["text"] for one in d(resourceId=f"{SHOP}:id/row")] == [f"row {i}" for i in range(5)]
    assert d(text="购买").right(text="授权").info["text"] == "授权"
    assert (
        d(className="android.widget.ListView").child_by_text("row 3", className="android.widget.TextView").info["text"] == "row 3"
    )


def test_what_is_not_there_is_said_so(d: uiautomator2.Device, shop: Shop) -> None:
    with pytest.raises(UiObjectNotFoundError):
        _ = d(text="不存在").info
    with pytest.raises(UiObjectNotFoundError):
        d(text="不存在").click(timeout=0.2)
    assert d(text="不存在").wait(timeout=0.2) is False
    assert d(text="不存在").wait_gone(timeout=1) is True
    assert d(text="不存在").click_exists(timeout=0.2) is False


def test_click_by_coordinates_selector_and_xpath(d: uiautomator2.Device, shop: Shop) -> None:
    d.click(100, 250)
    d(text="购买").click()
    d.xpath("//*[@text='购买']").click()
    d.xpath("购买").click()
    d.long_click(100, 250)
    d(text="购买").long_click()
    assert shop.clicks == ["tap"] * 4 + ["long_press"] * 2


def test_xpath_reads(d: uiautomator2.Device, shop: Shop) -> None:
    element = d.xpath(f"//*[@resource-id='{SHOP}:id/title']").get()
    assert element.text == "你好，商城"
    assert element.bounds == (0, 0, 822, 100)
    assert len(d.xpath("//android.widget.ListView/android.widget.TextView").all()) == 5
    assert not d.xpath("//*[@text='没有']").exists


def test_text_goes_in_and_comes_out(d: uiautomator2.Device, shop: Shop) -> None:
    field = d(resourceId=f"{SHOP}:id/name")
    field.set_text("张三 & 李四")
    assert field.get_text() == "张三 & 李四"
    field.clear_text()
    assert field.get_text() == ""
    d.send_keys("键盘 keys")
    assert field.get_text() == "键盘 keys"
    d.clear_text()
    assert field.get_text() == ""


def test_screenshot_is_the_display(d: uiautomator2.Device, shop: Shop, tmp_path: Path) -> None:
    image = d.screenshot()
    assert image.size == (822, 1462)
    d.screenshot(str(tmp_path / "a.jpg"))
    assert (tmp_path / "a.jpg").stat().st_size > 1000


def test_toast_is_seen_and_cleared(d: uiautomator2.Device, shop: Shop) -> None:
    assert d.last_toast is None
    d(text="购买").click()
    assert d.toast.get_message(wait_timeout=5) == "已加入购物车"
    d.clear_toast()
    assert d.last_toast is None


def test_keys(d: uiautomator2.Device, shop: Shop, phone: tuple[Phone, DaemonThread]) -> None:
    d.press("back")
    assert shop.app.last("input") == {"kind": "key", "code": 4, "meta": 0}
    d.press(0x42)
    assert shop.app.last("input")["code"] == 0x42
    d.press("home")
    assert d.app_current()["package"] == "com.android.launcher3"
    d.press("recent")
    assert d(description="海风商城").wait(timeout=3)
    d.press("back")


def test_scrolling_reaches_what_is_not_shown_yet(d: uiautomator2.Device, shop: Shop) -> None:
    assert not d(text="row 12").exists
    assert d(scrollable=True).scroll.to(text="row 12")
    assert d(text="row 12").exists
    assert d(scrollable=True).scroll.toBeginning()
    assert d(text="row 0").exists
    assert d(scrollable=True).fling.forward() is True


def test_swipes_and_drags(d: uiautomator2.Device, shop: Shop) -> None:
    d.swipe(400, 1000, 400, 800, duration=0.1)
    sent = shop.app.last("input")
    assert (sent["kind"], sent["y"], sent["y2"], sent["ms"]) == ("swipe", 1000, 800, 100)
    d.swipe_ext("up")
    d.drag(100, 900, 100, 800)
    d.touch.down(10, 900).move(20, 850).up(30, 800)
    assert shop.app.last("input")["kind"] == "swipe"


def test_two_fingers(d: uiautomator2.Device, shop: Shop) -> None:
    button = d(text="购买")
    left, top, right, bottom = button.bounds()
    (x, y), half = ((left + right) // 2, (top + bottom) // 2), (right - left) // 2
    button.pinch_out(percent=50, steps=20)
    sent = shop.app.last("input")
    assert sent["kind"] == "pinch" and sent["ms"] == 100
    assert [sent[key] for key in ("x", "y", "x3", "y3")] == [x - 20, y, x + 20, y]
    assert [sent[key] for key in ("x2", "y2", "x4", "y4")] == [x - half // 2, y, x + half // 2, y]
    button.pinch_in(percent=100)
    assert [shop.app.last("input")[key] for key in ("x", "x3", "x2", "x4")] == [x - half, x + half, x - 20, x + 20]
    button.gesture((10, 20), (30, 40), (50, 60), (70, 80), steps=10)
    sent = shop.app.last("input")
    assert [sent[key] for key in ("x", "y", "x3", "y3", "x2", "y2", "x4", "y4")] == [10, 20, 30, 40, 50, 60, 70, 80]


def test_clipboard(d: uiautomator2.Device, shop: Shop) -> None:
    d.set_clipboard("剪贴板")
    assert d.clipboard == "剪贴板"


def test_screen_off_and_on(d: uiautomator2.Device, shop: Shop) -> None:
    d.screen_off()
    assert d.info["screenOn"] is False
    d.screen_on()
    assert d.info["screenOn"] is True


def test_the_permission_dialog_is_driven_like_a_phone_s(d: uiautomator2.Device, shop: Shop) -> None:
    d(text="授权").click()
    message = d(resourceId=f"{PERMISSIONS}:id/permission_message")
    assert message.wait(timeout=5)
    assert message.get_text() == "要允许“海风商城”拍摄照片和录制视频吗？"
    assert not d(text="购买").exists
    assert d.app_current()["package"] == PERMISSIONS
    d(resourceId=f"{PERMISSIONS}:id/permission_allow_foreground_only_button").click()
    assert d(text="购买").wait(timeout=5)
    assert shop.app.last("permission_result")["grants"] == [True]


def test_a_watcher_answers_the_dialog(d: uiautomator2.Device, shop: Shop) -> None:
    with d.watch_context(autostart=False) as context:
        context.when("不允许").click()
        context.start()
        d(text="授权").click()
        context.wait_stable(seconds=3.0, timeout=15.0)
    assert shop.app.last("permission_result")["grants"] == [False]


def test_app_info_and_lists(d: uiautomator2.Device) -> None:
    assert SHOP in d.app_list()
    assert d.app_info(SHOP) == {"versionName": "1.0", "versionCode": 1}
