"""Which observers a changed URI reaches, and how much an app may want to hear and tell."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from apk_factory import launcher, make_apk, manifest
from device_bench import Bench
from example_shop import OTHER, launched
from fake_app import FakeApp

from harness.lab.system import content_observers
from harness.lab.system.content_observers import hears, path_of

OnDevice = Callable[..., None]


@pytest.mark.parametrize(
    ("wanted", "descendants", "changed", "flags", "heard"),
    [
        ("content://a/b", False, "content://a/b", 0, True),
        ("content://a/b", False, "content://a/b/1", 0, False),
        ("content://a/b", True, "content://a/b/1", 0, True),
        ("content://a/b", True, "content://a/b/1", 2, False),
        ("content://a/b/1", False, "content://a/b", 0, True),
        ("content://a/b", True, "content://a/bc", 0, False),
        ("content://a/b", True, "content://other/b", 0, False),
        ("content://a", True, "content://0@a/b?x=1", 0, True),
    ],
)
def test_what_lies_above_and_below_is_heard_of(wanted: str, descendants: bool, changed: str, flags: int, heard: bool) -> None:
    assert hears(path_of(wanted), descendants, path_of(changed), flags) is heard


def test_what_is_no_content_is_refused() -> None:
    with pytest.raises(ValueError, match="no content"):
        path_of("file:///data")


async def two_apps(made: Bench) -> tuple[FakeApp, FakeApp]:
    """The second listens to all that content://a has."""
    teller = await launched(made)
    await made.server.install(make_apk(made.folder / "other.apk", manifest(OTHER, launcher())))
    await made.server.launch(OTHER, wait=True)
    listener = made.fake.bound(OTHER)
    await listener.ask("observe", verb="register", uri="content://a", descendants=True)
    return teller, listener


def test_an_app_that_wants_or_tells_too_much_at_once_is_refused(on_device: OnDevice, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(content_observers, "_MOST", 2)

    async def work(made: Bench) -> None:
        app = await launched(made)
        one = {"verb": "register", "uri": "content://a/b", "descendants": False}
        assert [("error" in await app.ask("observe", **one)) for _ in range(3)] == [False, False, True]
        await app.ask("observe", **{**one, "verb": "unregister"})
        assert await app.ask("observe", **one) == {}
        many = [f"content://a/{number}" for number in range(101)]
        assert "error" in await app.ask("observe", verb="notify", uris=many, flags=0)
        assert await app.ask("observe", verb="notify", uris=many[1:], flags=0) == {}

    on_device(work)


def test_a_process_that_does_not_keep_up_hears_at_last_of_all_that_the_provider_has(
    on_device: OnDevice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(content_observers, "_MOST_WAITING", 3)

    async def work(made: Bench) -> None:
        teller, listener = await two_apps(made)
        listener.silent.add("content_changed")
        await teller.ask("observe", verb="notify", uris=["content://a/first"], flags=0)
        await made.until(lambda: "content_changed" in listener.ops())
        await teller.ask("observe", verb="notify", uris=[f"content://a/{number}" for number in range(10)], flags=0)
        listener.silent.clear()
        listener.answer_late("content_changed", error="java.lang.IllegalStateException: of one observer")
        await made.settled()
        heard = [fields["uri"] for op, fields in listener.calls if op == "content_changed"]
        assert heard == ["content://a/first", "content://a/0", "content://a/1", "content://a/2", "content://a"]

    on_device(work)
