"""An app asks, the user sees the real dialog and answers, the app is told: over the wire and the screen."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from apk_factory import launcher, make_apk, manifest
from device_bench import Bench
from fake_app import FakeApp

from harness.lab.system.profile import make_profile
from harness.lab.ui.nodes import Node
from harness.lab.ui.permission_dialog import PACKAGE

OnDevice = Callable[..., None]
SHOP = "com.example.shop"
P = "android.permission."
ID = f"{PACKAGE}:id/"


async def started(made: Bench, *names: str, target: int = 35) -> FakeApp:
    root = manifest(SHOP, launcher(), label="海风商城", target=target, permissions=tuple(P + one for one in names))
    await made.server.install(make_apk(made.folder / "a.apk", root))
    await made.server.launch(SHOP, wait=True)
    return made.fake.bound(SHOP)


async def request(made: Bench, app: FakeApp, *names: str) -> None:
    await app.ask("permissions", token=app.token, request_code=11, permissions=[P + one for one in names])
    await made.settled()


async def screen(made: Bench) -> dict[str, Node]:
    (root,) = await made.server.screen.roots()
    return {one.resource_id.removeprefix(ID): one for one in root.walk() if one.resource_id}


async def press(made: Bench, name: str) -> None:
    await made.server.tap(*(await screen(made))[name].center)
    await made.settled()


def answer(app: FakeApp) -> dict[str, bool]:
    fields = app.last("permission_result")
    assert fields["request_code"] == 11
    return dict(zip([one.removeprefix(P) for one in fields["permissions"]], fields["grants"], strict=True))


def test_the_dialog_is_the_system_s_and_says_who_asks(on_device: OnDevice) -> None:
    async def work(made: Bench) -> None:
        app = await started(made, "READ_CONTACTS")
        await request(made, app, "READ_CONTACTS")
        nodes = await screen(made)
        assert nodes["permission_message"].text == "要允许“海风商城”访问您的通讯录吗？"
        assert (nodes["permission_allow_button"].text, nodes["permission_deny_button"].text) == ("允许", "不允许")
        assert "permission_allow_one_time_button" not in nodes
        assert {one.package for one in nodes.values()} == {PACKAGE}
        assert made.server.focused_window() == f"{PACKAGE}/{PACKAGE}.permission.ui.GrantPermissionsActivity"
        assert app.ops()[-1] == "paused"
        await press(made, "permission_allow_button")
        assert answer(app) == {"READ_CONTACTS": True}
        assert app.ops("permission_result", "resumed") == ["permission_result", "resumed"]
        assert {"permissions": {P + "READ_CONTACTS": "granted"}} in [fields for op, fields in app.calls if op == "set"]

    on_device(work)


def test_english_devices_ask_in_english(on_device: OnDevice) -> None:
    async def work(made: Bench) -> None:
        app = await started(made, "CAMERA")
        await request(made, app, "CAMERA")
        nodes = await screen(made)
        assert nodes["permission_message"].text == "Allow 海风商城 to take pictures and record video?"
        assert nodes["permission_allow_foreground_only_button"].text == "While using the app"
        assert nodes["permission_allow_one_time_button"].text == "Only this time"
        assert nodes["permission_deny_button"].text == "Don’t allow"

    on_device(work, profile=make_profile("default-en", 3))


def test_refused_twice_is_refused_for_good_and_without_a_dialog(on_device: OnDevice) -> None:
    async def work(made: Bench) -> None:
        app = await started(made, "CAMERA")
        await request(made, app, "CAMERA")
        await press(made, "permission_deny_button")
        assert answer(app) == {"CAMERA": False}
        await request(made, app, "CAMERA")
        nodes = await screen(made)
        assert "permission_deny_button" not in nodes
        await press(made, "permission_deny_and_dont_ask_again_button")
        assert app.last("set") == {"permissions": {P + "CAMERA": "fixed"}}
        app.calls.clear()
        await app.ask("permissions", token=app.token, request_code=11, permissions=[P + "CAMERA"])
        await made.settled()
        assert made.server.screen.system_windows == []
        assert answer(app) == {"CAMERA": False}

    on_device(work)


def test_precise_or_approximate(on_device: OnDevice) -> None:
    async def work(made: Bench) -> None:
        app = await started(made, "ACCESS_FINE_LOCATION", "ACCESS_COARSE_LOCATION")
        await request(made, app, "ACCESS_FINE_LOCATION", "ACCESS_COARSE_LOCATION")
        nodes = await screen(made)
        fine, coarse = (nodes[f"permission_location_accuracy_radio_{one}"] for one in ("fine", "coarse"))
        assert (fine.text, fine.checked, coarse.text, coarse.checked) == ("确切位置", True, "大致位置", False)
        await press(made, "permission_location_accuracy_radio_coarse")
        nodes = await screen(made)
        assert nodes["permission_location_accuracy_radio_coarse"].checked
        await press(made, "permission_allow_foreground_only_button")
        assert answer(app) == {"ACCESS_FINE_LOCATION": False, "ACCESS_COARSE_LOCATION": True}

    on_device(work)


def test_several_groups_one_dialog_after_another_and_one_answer(on_device: OnDevice) -> None:
    async def work(made: Bench) -> None:
        app = await started(made, "READ_CONTACTS", "CAMERA")
        await request(made, app, "READ_CONTACTS", "CAMERA")
        assert "拍摄照片" in (await screen(made))["permission_message"].text
        await press(made, "permission_deny_button")
        assert "通讯录" in (await screen(made))["permission_message"].text
        assert "permission_result" not in app.ops()
        await press(made, "permission_allow_button")
        assert answer(app) == {"READ_CONTACTS": True, "CAMERA": False}

    on_device(work)


@pytest.mark.parametrize("how", ["back", "beside"])
def test_leaving_the_dialog_cancels_the_whole_request(on_device: OnDevice, how: str) -> None:
    async def work(made: Bench) -> None:
        app = await started(made, "READ_CONTACTS", "CAMERA")
        await request(made, app, "READ_CONTACTS", "CAMERA")
        if how == "back":
            await made.server.back()
        else:
            await made.server.tap(5, 5)
        await made.settled()
        assert made.server.screen.system_windows == []
        assert answer(app) == {"READ_CONTACTS": False, "CAMERA": False}
        assert made.server.permissions.states(SHOP)[P + "CAMERA"] == "denied"

    on_device(work)


def test_a_tap_on_the_dialog_s_surface_changes_nothing(on_device: OnDevice) -> None:
    async def work(made: Bench) -> None:
        app = await started(made, "CAMERA")
        await request(made, app, "CAMERA")
        await made.server.tap(*(await screen(made))["permission_message"].center)
        assert len(made.server.screen.system_windows) == 1

    on_device(work)


def test_only_this_time_ends_when_the_app_is_gone(on_device: OnDevice) -> None:
    async def work(made: Bench) -> None:
        app = await started(made, "CAMERA")
        await request(made, app, "CAMERA")
        await press(made, "permission_allow_one_time_button")
        assert answer(app) == {"CAMERA": True}
        assert made.server.permissions.is_granted(SHOP, P + "CAMERA")
        await made.server.force_stop(SHOP)
        assert not made.server.permissions.is_granted(SHOP, P + "CAMERA")
        await made.server.launch(SHOP, wait=True)
        again = made.fake.bound(SHOP)
        await request(made, again, "CAMERA")
        assert "permission_deny_button" in await screen(made)

    on_device(work)


def test_an_app_cannot_press_the_dialog_or_see_it(on_device: OnDevice) -> None:
    async def work(made: Bench) -> None:
        app = await started(made, "CAMERA")
        await request(made, app, "CAMERA")
        before = len(app.calls)
        await made.server.tap(*(await screen(made))["permission_message"].center)
        await made.server.text("1")
        assert [op for op, _ in app.calls[before:]] == []

    on_device(work)


def test_the_dialog_goes_with_the_app_s_task_and_dies_with_its_process(on_device: OnDevice) -> None:
    async def work(made: Bench) -> None:
        app = await started(made, "CAMERA")
        await request(made, app, "CAMERA")
        await made.server.home()
        assert made.server.screen.system_windows == []
        await made.server.launch(SHOP, wait=True)
        assert len(made.server.screen.system_windows) == 1
        app.exit()
        await made.until(lambda: not made.server.screen.all_system_windows)

    on_device(work)


def test_background_location_is_given_on_the_settings_page(on_device: OnDevice) -> None:
    async def work(made: Bench) -> None:
        names = ("ACCESS_FINE_LOCATION", "ACCESS_COARSE_LOCATION", "ACCESS_BACKGROUND_LOCATION")
        app = await started(made, *names)
        await request(made, app, *names[:2])
        await press(made, "permission_allow_foreground_only_button")
        await request(made, app, "ACCESS_BACKGROUND_LOCATION")
        nodes = await screen(made)
        assert nodes["allow_foreground_only_radio_button"].checked
        await press(made, "allow_always_radio_button")
        assert (await screen(made))["allow_always_radio_button"].checked
        await made.server.back()
        await made.settled()
        assert answer(app) == {"ACCESS_BACKGROUND_LOCATION": True}

    on_device(work)


def test_an_app_label_is_shown_as_it_is(on_device: OnDevice) -> None:
    """A label with braces or markup is text, in the picture and in the hierarchy."""

    async def work(made: Bench) -> None:
        label = '{0}<b>&"\x01系统'
        root = manifest(SHOP, launcher(), label=label, permissions=(P + "CAMERA",))
        await made.server.install(make_apk(made.folder / "a.apk", root))
        await made.server.launch(SHOP, wait=True)
        app = made.fake.bound(SHOP)
        await request(made, app, "CAMERA")
        assert label in (await screen(made))["permission_message"].text
        xml = await made.server.dump_hierarchy()
        assert "{0}&lt;b&gt;&amp;&quot;.系统" in xml
        await made.server.screenshot()

    on_device(work)
