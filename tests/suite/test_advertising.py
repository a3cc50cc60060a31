"""Advertisements on scripted devices: watched to their end, closed, tapped beside, shaken; what each came to is told."""

from __future__ import annotations

import pytest
from suite_device import FakeDevice, Page
from suite_rig import rig

from harness.model import GapKind
from harness.screens.advert import is_advert
from harness.screens.recogniser import recognise
from harness.suite.advertising import Advertising
from harness.suite.driver import NotReached

HOME = Page(body=("首页",), buttons={"搜索": "!stay"}, activity=".Home")
LANDING = Page(body=("旗舰店 全场五折",), activity=".Landing")
SECONDS = 4.0


def advert(**more):
    return Page(body=("广告 限时五折",), activity=".Start", **{"buttons": {"跳过 3": "home page"}, "anywhere": "!stay", **more})


def made(page, *, shakes=True, on_shake=None, shown=lambda launch: True):
    def start(device: FakeDevice) -> None:
        if not shown(device.launches):
            device.shown = "home page"
            return
        device.shown = "advert"
        pid = device.pid

        def over(then: FakeDevice) -> None:
            if then.shown == "advert" and then.pid == pid:
                then.shown = "home page"

        device.after(SECONDS, over)

    parts = rig({"advert": page, "home page": HOME, "landing": LANDING}, start)
    parts.device.said |= {"wm size": "Physical size: 1080x2340"}
    felt: list[float] = []

    def shake(amplitude: float) -> bool:
        felt.append(amplitude)
        if on_shake is not None:
            on_shake(parts.device, amplitude)
        return shakes

    adverts = Advertising(parts.app, parts.user, parts.journal.objects.__getitem__, shake)
    return parts, adverts, felt


def told(parts, what):
    return [fact.data for fact in parts.journal.facts if fact.type in ("splash", "popup") and fact.data["what"] == what]


def test_a_splash_is_watched_to_its_end_in_timed_pictures():
    parts, adverts, _ = made(advert())
    adverts.splash()
    (fact,) = told(parts, "watched")
    assert fact["ended"] == "itself" and fact["close_after_s"] == 0.0
    assert SECONDS - 1 < fact["lasted_s"] <= SECONDS
    assert len(fact["screens"]) == len(fact["times"]) >= 8
    assert {screen.id for screen in parts.journal.screens} >= set(fact["screens"])
    assert (fact["close"]["width_dp"], fact["close"]["height_dp"], fact["close"]["to_edge_dp"]) == (490.0, 45.0, 25.0)
    assert (fact["launches"], fact["shown"]) == (1, 1)


def test_an_advertisement_that_opens_another_app_by_itself_has_jumped():
    parts, adverts, _ = made(advert())
    parts.device.pages["home page"] = Page(body=("应用商店",), package="com.example.market")
    adverts.splash()
    assert (told(parts, "watched")[0]["ended"]) == "jump"


def test_a_splash_without_a_close_control_says_so_and_nothing_is_tapped():
    parts, adverts, _ = made(advert(buttons={}))
    assert adverts.splash_close(adverts.splash()) == "none"
    (fact,) = told(parts, "watched")
    assert (fact["close"], fact["close_after_s"]) == (None, None)
    assert not any(line.startswith("tap") for line in parts.device.log)


@pytest.mark.parametrize(
    ("to", "outcome"), [("home page", "closed"), ("landing", "jump"), ("!stay", "stays"), ("!exit", "exits")])  # fmt: skip
def test_what_a_tap_on_the_close_control_comes_to(to, outcome):
    parts, adverts, _ = made(advert(buttons={"跳过 3": to}))
    assert adverts.splash_close(adverts.splash()) == outcome
    (fact,) = told(parts, "close")
    assert (fact["outcome"], fact["launch"]) == (outcome, 2)


def test_another_app_in_front_is_a_jump():
    parts, adverts, _ = made(advert(buttons={"跳过 3": "store"}))
    parts.device.pages["store"] = Page(body=("应用商店",), package="com.example.market")
    assert adverts.splash_close(adverts.splash()) == "jump"
    assert told(parts, "close")[0]["to"].startswith("com.example.market/")


def test_taps_beside_are_no_control_of_it_and_go_on_while_it_stays():
    parts, adverts, _ = made(advert())
    assert adverts.splash_beside(adverts.splash(), points=3) == ["stays"] * 3
    beside = [line for line in parts.device.log if line.startswith("tap beside")]
    assert len(beside) == 3 and len(set(beside)) == 3
    assert told(parts, "beside")[-1]["launches"] <= 4


def test_a_tap_beside_that_opens_it_is_a_jump_each_time():
    parts, adverts, _ = made(advert(anywhere="landing"))
    assert adverts.splash_beside(adverts.splash(), points=2) == ["jump", "jump"]
    assert [fact["launch"] for fact in told(parts, "beside")] == [2, 3]


def test_a_small_shake_that_opens_it_needs_no_larger_one():
    parts, adverts, felt = made(advert(), on_shake=lambda device, amplitude: device.follow("landing"))
    adverts.splash()
    assert adverts.splash_shake() == "jump"
    assert felt == [parts.user.limits.shake_small]


def test_a_large_shake_is_told_with_its_amplitude():
    parts, adverts, felt = made(advert(), on_shake=lambda device, amplitude: device.follow("landing") if amplitude > 15 else None)
    adverts.splash()
    assert adverts.splash_shake() == "jump"
    assert [(fact["amplitude"], fact["outcome"]) for fact in told(parts, "shake")] == [(10, "stays"), (20, "jump")]
    assert felt == [10, 20]


def test_a_device_that_takes_no_shake_is_not_said_to_have_withstood_it():
    parts, adverts, _ = made(advert(), shakes=False)
    adverts.splash()
    assert adverts.splash_shake() == "not_injected"
    assert told(parts, "shake") == []


def test_launches_without_an_advertisement_are_counted():
    parts, adverts, _ = made(advert(), shown=lambda launch: launch == 3)
    adverts.splash()
    assert [(fact["launches"], fact["shown"]) for fact in told(parts, "watched")] == [(3, 1)]


def test_an_advertisement_is_waited_for_from_the_first_window_on_however_long_the_start_takes():
    parts, adverts, _ = made(advert())
    launched = parts.device.start

    def slow(device: FakeDevice) -> None:
        def hooked(d: FakeDevice) -> None:
            parts.app.hooked.holds = False
            launched(d)

        def process(d: FakeDevice) -> None:
            d.running = parts.app.hooked.holds = True

        device.running = False
        device.after(20, process)
        device.after(55, hooked)

    parts.device.start = slow
    adverts.splash()
    assert told(parts, "watched")[0]["launches"] == 1


def test_none_in_all_launches_is_a_gap_that_says_how_many():
    parts, adverts, _ = made(advert(), shown=lambda launch: False)
    with pytest.raises(NotReached, match="in 5 launches"):
        adverts.splash()
    assert parts.journal.gaps[-1].kind is GapKind.NOT_REACHED
    assert told(parts, "none")[0]["launches"] == 5


POPUP = ("广告 新人礼包 限时优惠券 立即领取",)


def popup(page, **pages):
    parts = rig({"main": page, "home page": HOME, "landing": LANDING, **pages}, "main")
    parts.device.said |= {"wm size": "Physical size: 1080x2340"}
    parts.app.launch()
    return parts, Advertising(parts.app, parts.user, parts.journal.objects.__getitem__, lambda amplitude: True)


@pytest.mark.parametrize(
    ("to", "outcome"), [("home page", "closed"), ("landing", "jump"), ("!stay", "stays"), ("second", "again")])  # fmt: skip
def test_what_a_tap_on_the_cross_of_a_popup_comes_to(to, outcome):
    second = Page(body=("广告 限时免单",), buttons={"关闭": "home page"}, activity=".Home")
    parts, adverts = popup(Page(body=POPUP, buttons={"关闭": to}, activity=".Home"), second=second)
    assert adverts.popup_close(adverts.popup()) == outcome
    measured = told(parts, "measured")[0]
    assert (measured["close"]["role"], measured["watched_s"]) == ("close", 0.0)


def test_a_popup_that_nothing_closes():
    parts, adverts = popup(Page(body=POPUP, activity=".Home", anywhere="!stay", back="!stay"))
    seen = adverts.popup()
    assert (adverts.popup_close(seen), adverts.popup_back(seen), adverts.popup_beside(seen)) == ("none", "stays", "stays")
    measured = told(parts, "measured")[0]
    assert measured["close"] is None
    assert measured["watched_s"] >= parts.user.limits.advert - 0.5     # one that comes later was waited for


def test_no_popup_is_a_gap():
    parts, adverts = popup(HOME)
    with pytest.raises(NotReached):
        adverts.popup()
    assert parts.journal.gaps and told(parts, "none")


def test_a_page_of_many_controls_that_names_an_offer_is_no_advertisement():
    nodes = "".join(f'<node class="android.widget.Button" package="a" text="商品{i} 限时特惠" clickable="true" '
                    f'bounds="[0,{i * 100}][900,{i * 100 + 90}]"/>' for i in range(8))  # fmt: skip
    xml = f'<hierarchy><node class="android.widget.FrameLayout" package="a" bounds="[0,0][1080,2340]">{nodes}</node></hierarchy>'
    assert not is_advert(recognise(xml, "a"))
