"""Two profiles in turns, with and without hooks in turns: the order, what is told, and what is missing."""

from __future__ import annotations

from itertools import pairwise

import pytest
from suite_device import FakeDevice, Page
from suite_rig import rig

from harness.errors import UsageError
from harness.model import Flow, Message
from harness.suite.app_file import KnownPage, pages_of
from harness.suite.comparing import Profiles, prices
from harness.suite.differential import Differential
from harness.suite.driver import NotReached
from harness.suite.material import Material, material_of

DATA = {"material": {"profiles": [{"name": "甲", "open": ["登录甲"]}, {"name": "乙", "open": ["登录乙"], "done": "已登录乙"}]},
        "pages": {"product": {"open": ["松子"]}}}


def made(data=DATA, second="148.00"):
    parts = rig({"main": Page(body=("首页",), buttons={"登录甲": become("甲"), "登录乙": become("乙"), "松子": "甲 product"}),
                 "in": Page(body=("已登录乙",), buttons={"松子": "乙 product"}), "甲 product": Page(body=("松子", "¥128.00")),
                 "乙 product": Page(body=("松子", f"¥{second}", "券后 ￥9.5"))}, "main")
    parts.app.launch()
    return parts, Profiles(parts.app, parts.user, material_of(data), pages_of(data))


def become(who):
    def act(device: FakeDevice) -> None:
        device.shown = "in" if who == "乙" else "main"

    return act


def run(parts, profiles):
    return [(number, profile.name, profiles.price(number, profile)) for number, profile in profiles.turns()]


def test_the_turns_change_places_from_round_to_round():
    parts, profiles = made()
    assert [name for _, name, _ in run(parts, profiles)] == ["甲", "乙", "乙", "甲", "甲", "乙"]


def test_a_price_is_told_with_profile_round_and_screen():
    parts, profiles = made()
    run(parts, profiles)
    facts = [fact.data for fact in parts.journal.facts if fact.type == "price"]
    assert {(fact["profile"], fact["price"]) for fact in facts} == {("甲", "128.00"), ("乙", "148.00")}
    assert all(fact["product"] == "松子" and fact["screen"].startswith("v") for fact in facts)
    assert facts[1]["prices"] == ["148.00", "9.5"]


def test_prices_are_read_as_they_are_written():
    text = "¥1,280.00 起 划线价 ￥ 2000 会员 99元 已售 2300 件"
    assert prices(text) == ["1280.00", "2000", "99"]


def test_a_page_without_a_price_is_not_reached():
    parts, profiles = made(second="")
    parts.device.pages["甲 product"] = Page(body=("已下架",))
    with pytest.raises(NotReached, match="a price"):
        run(parts, profiles)


@pytest.mark.parametrize("left_out", ["material", "pages"])
def test_what_the_app_file_lacks_is_named(left_out):
    parts, profiles = made({key: value for key, value in DATA.items() if key != left_out})
    with pytest.raises(NotReached, match=left_out):
        run(parts, profiles)


@pytest.mark.parametrize("material", [
    [], {"profile": []}, {"update": 1}, {"profiles": {}}, {"attachments": []}, {"profiles": [{"name": "甲"}]},
    {"profiles": [{"open": []}, {"name": "乙"}]}, {"profiles": [{"name": "甲"}, {"name": "甲"}]},
    {"profiles": [{"name": "甲", "way": []}, {"name": "乙"}]},
])  # fmt: skip
def test_material_that_cannot_be_meant_is_refused(material):
    with pytest.raises(UsageError):
        material_of({"material": material})


def test_nothing_brought_is_nothing():
    assert material_of(None) == material_of({}) == Material()


class Differing:
    """An app that shows and sends something else while nothing watches it."""

    def __init__(self, alone="alone"):
        self.parts = rig({"main": Page(body=("首页",)), "alone": Page(body=("首页",), activity=".Other")}, "main")
        self.rows: list[dict] = []
        hooks = self.parts.app.hooked
        self.watched = True
        parts, outer = self.parts, self

        class Alone:
            def __enter__(self):
                outer.watched, parts.device.start = False, alone

            def __exit__(self, *about):
                outer.watched, parts.device.start = True, "main"

        hooks.leaving_alone = Alone
        self.differential = Differential(self.parts.app, self.parts.user, lambda: self.rows)

    def run(self, send):
        for watched in self.differential.each():
            assert watched is self.watched
            self.parts.app.launch()
            for url in send(watched):
                self.rows.append({"t": self.parts.steps.clock(), "method": "GET", "host": "a.example", "url": url})
        return next(fact.data for fact in self.parts.journal.facts if fact.type == "differential")


def test_what_happens_only_where_nothing_watches():
    alone = ["https://a.example/x?id=2", "https://b.example/y"]
    fact = Differing().run(lambda watched: ["https://a.example/x?id=1"] if watched else alone)
    assert fact["turns"] == [True, False, False, True]
    assert fact["alone_only"] == ["flow: GET https://b.example/y", "screen: com.example.fixture/.Other other"]
    assert "flow: GET https://a.example/x ?id" in fact["both"]


def test_what_happens_now_and_then_is_on_neither_side():
    turns = iter([["https://b.example/y"], [], ["https://b.example/y"], []])
    fact = Differing(alone="main").run(lambda watched: next(turns))
    assert (fact["watched_only"], fact["alone_only"], fact["now_and_then"]) == ([], [], ["flow: GET https://b.example/y"])


def test_the_turns_do_not_overlap():
    made_ = Differing()
    made_.run(lambda watched: [])
    assert all(one.ended <= other.began for one, other in pairwise(made_.differential.turns))


def test_a_rate_is_of_the_host_that_sent_most():
    data = DATA | {"pages": {"download": {"open": ["松子"]}}}
    parts, _ = made(data)
    flows: list[Flow] = []

    def sends(device: FakeDevice) -> None:
        now = parts.steps.clock()
        for host, size, seconds in (("files.example", 3000, 1), ("files.example", 1000, 2), ("log.example", 90, 5)):
            flows.append(Flow(host_ns=now, end_ns=now + int(seconds * 1e9), protocol="https", host=host, port=443,
                              response=Message(size=size)))

    parts.device.pages["main"].buttons["松子"] = sends
    profiles = Profiles(parts.app, parts.user, material_of(data), pages_of(data), lambda: flows)
    assert profiles.rate(1, KnownPage(name="甲")) == 2000
    (fact,) = (fact.data for fact in parts.journal.facts if fact.type == "rate")
    assert (fact["host"], fact["bytes"], fact["seconds"], fact["flows"]) == ("files.example", 4000, 2.0, 2)


def test_a_download_that_nobody_saw_is_not_reached():
    data = DATA | {"pages": {"download": {"open": ["松子"]}}}
    parts, _ = made(data)
    with pytest.raises(NotReached, match="a download"):
        Profiles(parts.app, parts.user, material_of(data), pages_of(data)).rate(1, KnownPage(name="甲"))
