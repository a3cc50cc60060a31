"""Functions used, and what comes in the way of them, against scripted devices."""

from __future__ import annotations

import pytest
from suite_device import CONTROLLER, FakeDevice, Page, permission
from suite_rig import rig

from harness.model import GapKind
from harness.suite.app_file import Function, KnownDialog
from harness.suite.driver import NotReached
from harness.suite.functions import Functions
from harness.suite.interruptions import Interruptions

CAMERA = "Allow Harbor to take pictures and record video?"
SHOP = Function(name="shop", open=("商品",), core=True)
SCAN = Function(name="scan", open=("扫一扫",), permissions=("camera",))


def home(**more: object) -> Page:
    return Page(body=("青禾商城",), buttons={"商品": "shop", "扫一扫": "camera", **more})


def pages(**more: Page) -> dict[str, Page]:
    return {
        "main": home(), "shop": Page(body=("商品列表",), back="main"), "scanner": Page(body=("取景框",), back="main"),
        "camera": permission(CAMERA, then="scanner"), **more,
    }  # fmt: skip


def launched(made_of, start="main"):
    made = rig(made_of, start)
    made.app.launch()
    return made


def used(made, *functions, answer="allow", known=()):
    Functions(made.user, made.app, functions, known).use_all(answer)
    return [fact.data for fact in made.journal.facts if fact.type == "function"]


def interruptions(made):
    return [fact.data for fact in made.journal.facts if fact.type == "interruption"]


def test_each_function_is_used_from_the_first_page():
    made = launched(pages())
    shop, scan = used(made, SHOP, SCAN)
    assert (shop["worked"], shop["core"], shop["met"]) == (True, True, [])
    assert (scan["worked"], scan["denied"], scan["met"]) == (True, [], ["system_permission"])
    assert shop["first_page"] != shop["screen"]


def test_what_was_denied_stands_with_the_function_that_works_without_it():
    made = launched(pages())
    [scan] = used(made, SCAN, answer="deny")
    assert (scan["worked"], scan["denied"]) == (True, ["android.permission-group.CAMERA"])


def test_a_function_that_says_that_it_cannot_without_the_permission():
    cannot = Page(body=("未获得权限,无法使用扫一扫",), buttons={"知道了": "main"}, ids={"知道了": "android:id/button1"})
    made = launched(pages(cannot=cannot, camera=permission(CAMERA, then="cannot")))
    [scan] = used(made, SCAN, answer="deny")
    assert (scan["worked"], scan["why"]) == (False, "denied")


@pytest.mark.parametrize(("goes", "why"), [("!exit", "exits"), ("!stay", "unchanged"), ("crash", "crash")])
def test_why_a_function_did_not_work(goes, why):
    crash = Page(body=("Harbor has stopped",), buttons={"Close app": "!exit"}, package="android")
    made = launched(pages(main=home(商品=goes), crash=crash))
    assert [u["why"] for u in used(made, SHOP)] == [why]


def test_a_function_that_is_not_there():
    made = launched(pages())
    assert used(made, Function(name="gone", open=("地图",)))[0]["why"] == "not_found"


def test_a_function_whose_page_lacks_what_it_must_show_did_not_work():
    made = launched(pages())
    fails, works = used(made, Function(name="a", open=("商品",), done="已加载"), Function(name="b", open=("商品",), done="列表"))
    assert (fails["worked"], works["worked"]) == (False, True)


def test_a_dialog_of_no_known_kind_is_answered_with_its_only_button_and_recorded():
    odd = Page(body=("今天适合出行",), buttons={"朕知道了": "main"}, ids={"朕知道了": "android:id/button1"})
    made = launched(pages(odd=odd), start="odd")
    assert used(made, SHOP)[0]["worked"]
    [told] = interruptions(made)
    assert (told["kind"], told["tried"], told["outcome"]) == ("unknown_dialog", "朕知道了", "gone")
    assert told["picture"]


def test_a_dialog_that_stays_ends_the_scenario_with_its_picture():
    odd = Page(body=("今天适合出行",), buttons={"朕知道了": "!stay"}, ids={"朕知道了": "android:id/button1"}, back="!stay")
    made = launched(pages(odd=odd), start="odd")
    with pytest.raises(NotReached, match="unknown_dialog"):
        used(made, SHOP)
    [gap] = made.journal.gaps
    assert gap.kind == GapKind.NOT_REACHED
    assert made.user.look().event.screenshot in gap.detail


def test_a_dialog_that_the_app_file_knows_is_answered_as_it_says():
    odd = Page(body=("新人礼包",), buttons={"收下": "!stay", "残忍拒绝": "main"}, ids={"收下": "android:id/button1"})
    made = launched(pages(odd=odd), start="odd")
    assert used(made, SHOP, known=[KnownDialog(text="新人礼包", tap="残忍拒绝")])[0]["worked"]
    assert interruptions(made)[0]["tried"] == "残忍拒绝"


@pytest.mark.parametrize(("body", "kind"), [
    (("请完成安全验证", "拖动下方滑块完成拼图"), "captcha"), (("手机号登录", "请输入手机号"), "login"),
])  # fmt: skip
def test_a_wall_is_not_reached_and_named(body, kind):
    buttons = {"登录": "!stay", "微信登录": "!stay"} if kind == "login" else {}
    made = launched(pages(wall=Page(body=body, buttons=buttons, back="!stay")), start="wall")
    with pytest.raises(NotReached, match=kind):
        used(made, SHOP)
    assert [i["kind"] for i in interruptions(made)] == [kind]


def test_a_hang_is_waited_for_and_a_crash_is_closed():
    hang = Page(body=("Harbor isn't responding",), buttons={"Close app": "!exit", "Wait": "main"}, package="android")
    made = launched(pages(hang=hang), start="main")
    made.device.shown = "hang"
    assert Interruptions(made.user, made.app, "deny").past(made.user.look()).reading.package == "com.example.fixture"
    assert [(i["kind"], i["tried"]) for i in interruptions(made)] == [("anr", "Wait")]


REDIRECT = ("权限申请", "您已拒绝权限,请前往系统设置中开启权限后使用。")


def settings(back: str) -> Page:
    return Page(body=("应用信息",), package="com.android.settings", activity=".Details", back=back)


def test_a_way_to_the_settings_without_end_is_bounded_and_told():
    made = launched(pages(ask=Page(body=REDIRECT, buttons={"去设置": "settings", "取消": "main"}), settings=settings("ask")))
    made.device.shown = "ask"
    assert Interruptions(made.user, made.app, "deny").past(made.user.look()) is not None
    told = next(fact.data for fact in made.journal.facts if fact.type == "settings_redirect")
    assert (told["trips"], told["loop"], told["reached"]) == (made.user.limits.settings_trips, True, True)
    assert (told["declined"], told["outcome"]) == ("取消", "continues")


def test_one_way_to_the_settings_and_back():
    made = launched(pages(ask=Page(body=REDIRECT, buttons={"去设置": "settings", "取消": "main"}), settings=settings("main")))
    made.device.shown = "ask"
    Interruptions(made.user, made.app, "deny").past(made.user.look())
    told = next(fact.data for fact in made.journal.facts if fact.type == "settings_redirect")
    assert (told["trips"], told["loop"], told["declined"]) == (1, False, "")


def test_a_close_button_that_opens_what_is_advertised_is_false():
    ad = Page(body=("广告",), buttons={"关闭": "landing", "立即抢购": "landing"})
    made = launched(pages(ad=ad, landing=Page(body=("限时特价",), activity=".Landing", back="main")), start="ad")
    seen = made.user.look()
    assert seen.reading.kind == "ad_popup"
    after = made.user.dismiss(seen)
    [told] = interruptions(made)
    assert (told["outcome"], told["false_close"]) == ("opens", True)
    assert after.reading.text.startswith("青禾商城") or made.device.shown == "main"


def test_not_to_be_asked_again_by_a_button_of_its_own_or_by_a_box():
    fixed = permission(CAMERA, fixed=True, then="main")
    made = launched(pages(camera=fixed), start="camera")
    made.user.answer(made.user.look(), "deny_forever")
    assert made.journal.steps[-1].detail["forever"] is True
    boxed = Page(body=(CAMERA,), boxes={"Don't ask again": False}, package=CONTROLLER, buttons={"Allow": "main", "Deny": "main"},
                 ids={"Allow": f"{CONTROLLER}:id/permission_allow_button", "Deny": f"{CONTROLLER}:id/permission_deny_button",
                      CAMERA: f"{CONTROLLER}:id/permission_message"})
    made = launched(pages(camera=boxed), start="camera")
    made.user.answer(made.user.look(), "deny_forever")
    assert made.device.log[-2:] == ["tick Don't ask again", "tap Deny"]


def test_a_permission_that_a_function_asks_for_is_no_prompt_but_the_same_once_more_is():
    twice = permission(CAMERA, then="again")
    made = launched(pages(camera=twice, again=permission(CAMERA + " ", then="scanner")))
    used(made, SCAN, answer="deny")
    told = [fact.data for fact in made.journal.facts if fact.type == "prompt"]
    assert [(p["kind"], p["again"], p["launches_since"]) for p in told] == [("system_permission", True, 0)]


def test_a_bundle_at_launch_is_counted_in_its_row():
    asks = {"a": permission("Allow Harbor to access your contacts?", then="b"), "b": permission(CAMERA, then="main")}
    made = launched(pages(**asks), start="a")
    made.user.answer_all("allow")
    told = [fact.data for fact in made.journal.facts if fact.type == "prompt"]
    assert [p["row"] for p in told] == [1, 2]


def test_a_permission_taken_back_ends_the_process_and_that_is_no_loss():
    made = launched(pages())
    made.device.grants["android.permission.CAMERA"] = True
    assert made.app.revoke_all() == ["android.permission.CAMERA"]
    told = next(fact.data for fact in made.journal.facts if fact.type == "outside")
    assert (told["before"], told["after"], told["ended"]) == ({"granted": True}, {"granted": False}, True)
    made.timeline.observe(1)
    assert made.journal.gaps == []


def test_a_permission_that_changed_by_itself_is_told():
    made = launched(pages())
    made.device.grants["android.permission.CAMERA"] = False
    before = made.app.permissions()
    made.device.grants["android.permission.CAMERA"] = True
    made.app.compare_permissions(before)
    assert made.journal.facts[-1].data["changed"] == ["android.permission.CAMERA"]


def test_time_passes_without_a_look_while_the_screen_is_dark():
    made = launched(pages())
    looks = []
    made.device.dump_failure = lambda: looks.append(1)
    made.timeline.idle(20)
    assert looks == []
    assert made.journal.steps[-1].end_ns - made.journal.steps[-1].host_ns >= 20e9


def test_an_app_that_leaves_where_it_was_denied_has_exited_though_its_process_stays():
    def leave(device: FakeDevice) -> None:
        device.shown, device.resume = "home", "main"

    made = launched(pages(camera=permission(CAMERA, then=leave)))
    scan, shop = used(made, SCAN, SHOP, answer="deny")
    assert (scan["worked"], scan["why"]) == (False, "exits")
    assert shop["worked"]


def test_the_first_page_of_the_scenario_is_gone_back_to_wherever_the_app_shows_later():
    made = launched(pages())
    functions = Functions(made.user, made.app, [SHOP])
    functions.use_all("allow")
    assert made.device.shown == "shop"
    functions.use_all("allow")
    assert [fact.data["worked"] for fact in made.journal.facts if fact.type == "function"] == [True, True]


def test_a_dialog_that_is_left_by_leaving_the_app_opens_nothing():
    def leave(device: FakeDevice) -> None:
        device.shown, device.resume = "home", "main"

    rate = Page(body=("评价我们", "喜欢本应用吗?请到应用商店给我们五星好评"), buttons={"去评价": "!stay", "残忍拒绝": leave})
    made = launched(pages(rate=rate), start="rate")
    seen = made.user.look()
    assert seen.reading.kind == "rating_prompt"
    made.user.dismiss(seen)
    assert [(i["outcome"], i["false_close"]) for i in interruptions(made)] == [("exits", False)]
