"""Providers, ordered and sticky broadcasts, and saved state: what the daemon carries between processes and decides about."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from device_bench import Bench
from fake_app import FakeApp
from peers_bench import GUEST, HOST, READ, STRANGER, WRITE, Peers

OnDevice = Callable[..., None]
WithPeers = Callable[[Callable[[Peers], Awaitable[None]]], None]


@pytest.fixture
def with_peers(on_device: OnDevice) -> WithPeers:
    def run(work: Callable[[Peers], Awaitable[None]]) -> None:
        async def whole(made: Bench) -> None:
            peers = Peers(made)
            await peers.start()
            await work(peers)

        on_device(whole)

    return run


async def access(peers: Peers, path: str, *, write: bool, authority: str = "notes.example") -> bool:
    """Whether the provider's process is told that the guest may."""
    uid = peers.made.server.packages.get(GUEST).uid
    owner = peers.made.fake.bound(f"{HOST}:notes")
    answer = await owner.ask("access", authority=authority, path=path, write=write, uid=uid)
    assert answer["granted"] == (not answer["why"])
    return bool(answer["granted"])


# --- providers


def test_a_provider_is_started_and_speaks_through_an_object_of_its_process(with_peers: WithPeers) -> None:
    async def work(peers: Peers) -> None:
        assert await peers.client.ask("provider", authority="words.example", open=False) == {"exists": True}
        assert [one.name for one in peers.made.server.running() if one.package == HOST] == [HOST]
        handle = (await peers.client.ask("provider", authority="words.example"))["binder"]["handle"]
        notes = peers.made.fake.bound(f"{HOST}:notes")
        assert notes.last("provider") == {"authority": "words.example"}
        assert (await peers.transact(peers.client, handle))["status"] == "done"
        assert notes.last("transact")["own"] == 2
        notes.exit()
        await peers.made.until(lambda: "died" in peers.client.ops())
        assert (await peers.client.ask("provider", authority="notes.example"))["binder"]["handle"] != handle

    with_peers(work)


def test_there_is_no_provider_where_none_is_or_where_it_would_wait_for_itself(with_peers: WithPeers) -> None:
    async def work(peers: Peers) -> None:
        for authority in ("nobody.example", "own.example", ""):
            assert await peers.client.ask("provider", authority=authority) == {"binder": None}
            assert await peers.client.ask("provider", authority=authority, open=False) == {"exists": False}
        assert "error" in await peers.client.ask("provider", authority=["notes.example"])
        await peers.client.ask("provider", authority="notes.example")
        peers.made.fake.bound(f"{HOST}:notes").answers["provider"] = lambda fields: {"binder": {"handle": 6}}
        assert "Failed to find provider" in (await peers.client.ask("provider", authority="notes.example"))["error"]

    with_peers(work)


def test_another_app_opens_what_is_exported_and_it_holds_a_permission_for(with_peers: WithPeers) -> None:
    async def work(peers: Peers) -> None:
        guest = await peers.guest()
        assert (await guest.ask("provider", authority="notes.example"))["binder"]
        assert await access(peers, "/any", write=False)
        assert not await access(peers, "/any", write=True)
        assert await access(peers, "/open/door", write=True)  # a permission of the path
        assert "not exported" in (await guest.ask("provider", authority="shut.example"))["error"]
        assert "Permission Denial" in (await guest.ask("provider", authority="shut.example", open=False))["error"]
        assert not await access(peers, "/x", write=False, authority="shut.example")
        stranger = await peers.stranger()  # of whom no <queries> names the host
        assert await stranger.ask("provider", authority="notes.example") == {"binder": None}

    with_peers(work)


def test_a_process_asks_about_its_own_providers_alone(with_peers: WithPeers) -> None:
    async def work(peers: Peers) -> None:
        guest = await peers.guest()
        answer = await guest.ask("access", authority="notes.example", path="/", write=True, uid=10100)
        assert "no provider of" in answer["error"]

    with_peers(work)


def test_a_granted_uri_opens_that_uri_and_is_taken_away_again(with_peers: WithPeers) -> None:
    async def work(peers: Peers) -> None:
        guest = await peers.guest()
        await peers.client.ask("provider", authority="shut.example")
        given = {"uri": "content://shut.example/given", "package": GUEST, "modes": READ}
        other = {**given, "uri": "content://shut.example/other"}
        assert "does not allow granting" in (await peers.client.ask("grant", **other))["error"]
        await peers.stranger()
        assert "does not have permission" in (await guest.ask("grant", **{**given, "package": STRANGER}))["error"]
        assert await peers.client.ask("grant", **given) == {}
        assert (await guest.ask("provider", authority="shut.example"))["binder"]
        assert await access(peers, "/given", write=False, authority="shut.example")
        assert not await access(peers, "/given", write=True, authority="shut.example")
        assert not await access(peers, "/given/more", write=False, authority="shut.example")
        await peers.client.ask("grant", uri=given["uri"], modes=READ | WRITE, revoke=True)
        assert not await access(peers, "/given", write=False, authority="shut.example")

    with_peers(work)


def test_an_intent_gives_only_what_its_sender_may_give(with_peers: WithPeers) -> None:
    async def work(peers: Peers) -> None:
        await peers.client.ask("provider", authority="shut.example")
        intent = {"component": f"{GUEST}/.Main", "data": "content://shut.example/given", "flags": READ}
        assert (await peers.client.ask("start_activity", intent=intent, request_code=-1))["started"]
        await peers.made.settled()
        assert await access(peers, "/given", write=False, authority="shut.example")
        guest = peers.made.fake.bound(GUEST)
        await peers.stranger()
        await peers.made.server.launch(GUEST, wait=True)
        passed_on = {**intent, "component": f"{STRANGER}/.Main", "flags": WRITE}
        answer = await guest.ask("start_activity", intent=passed_on, request_code=-1)
        assert not answer["started"] and "does not have permission" in answer["why"]
        guest.exit()
        await peers.made.until(lambda: not peers.made.server.processes.of_package(GUEST))
        assert not await access(peers, "/given", write=False, authority="shut.example")

    with_peers(work)


# --- broadcasts


def registered(app: FakeApp, *priorities: int) -> None:
    app.answers["receivers"] = lambda fields: {"receivers": [{"id": f"r{one}", "priority": one} for one in priorities]}


def adding(word: str, **more: Any) -> Callable[[dict[str, Any]], dict[str, Any]]:
    return lambda fields: {
        "result_code": fields["ordered"]["result_code"] + 1,
        "result_data": f"{fields['ordered']['result_data']} {word}{fields['receiver'].rpartition('.')[2]}",
        **more,
    }


ORDER = {"action": "com.example.ORDER", "package": HOST}
FIRST = {"result_code": 10, "result_data": "from"}


def test_an_ordered_broadcast_goes_by_priority_through_all_processes(with_peers: WithPeers) -> None:
    async def work(peers: Peers) -> None:
        registered(peers.client, 7, 1)
        peers.client.answers["broadcast"] = adding("main:")
        await peers.bind(peers.client)
        peers.remote().answers["broadcast"] = adding("remote:")
        answer = await peers.client.ask("broadcast", intent=ORDER, ordered=FIRST)
        assert answer["result_data"] == "from main:Guarded2 main:r7 remote:Second main:r1 main:Third"
        assert (answer["result_code"], answer["abort"]) == (15, False)

    with_peers(work)


def test_whoever_aborts_is_the_last_and_a_dead_receiver_is_passed_over(with_peers: WithPeers) -> None:
    async def work(peers: Peers) -> None:
        await peers.bind(peers.client)
        peers.client.answers["broadcast"] = adding("main:")
        peers.remote().answers["broadcast"] = adding("remote:", abort=True, extras={"data": "ZXh0cmE=", "binders": [{"own": 4}]})
        answer = await peers.client.ask("broadcast", intent=ORDER, ordered=FIRST)
        assert (answer["result_data"], answer["abort"]) == ("from main:Guarded2 remote:Second", True)
        assert answer["extras"]["data"] == "ZXh0cmE=" and set(answer["extras"]["binders"][0]) == {"handle"}
        peers.remote().answers["broadcast"] = lambda fields: peers.remote().exit()
        answer = await peers.client.ask("broadcast", intent=ORDER, ordered=FIRST)
        assert answer["result_data"] == "from main:Guarded2 main:Third"

    with_peers(work)


def test_a_receivers_permission_keeps_other_apps_out(with_peers: WithPeers) -> None:
    async def work(peers: Peers) -> None:
        guest = await peers.guest()
        peers.client.answers["broadcast"] = adding("main:")
        await peers.bind(peers.client)
        peers.remote().answers["broadcast"] = adding("remote:")
        answer = await guest.ask("broadcast", intent=ORDER, ordered=FIRST)
        assert answer["result_data"] == "from remote:Second main:Third"
        answer = await guest.ask("broadcast", intent=ORDER, ordered=FIRST, permission="android.permission.CAMERA")
        assert answer["result_data"] == "from"

    with_peers(work)


def test_sticky_broadcasts_wait_for_those_who_come_later(with_peers: WithPeers) -> None:
    async def work(peers: Peers) -> None:
        guest = await peers.guest()
        intent = {"action": "com.example.STICKY", "extras": {"n": 1}, "binders": [{"own": 9}]}
        assert "BROADCAST_STICKY" in (await guest.ask("broadcast", intent={"action": "com.example.X"}, sticky=True))["error"]
        assert await peers.client.ask("broadcast", intent=intent, sticky=True) == {}
        (found,) = (await guest.ask("sticky", actions=["com.example.STICKY", "com.example.X"]))["intents"]
        assert found["extras"] == {"n": 1} and set(found["binders"][0]) == {"handle"}
        assert "error" in await guest.ask("sticky", intent=intent | {"binders": []})
        assert await peers.client.ask("sticky", intent={"action": "com.example.STICKY"}) == {"intents": []}
        assert await guest.ask("sticky", actions=["com.example.STICKY"]) == {"intents": []}

    with_peers(work)


# --- saved state


def test_what_an_activity_saved_comes_back_after_its_process_and_only_then(with_peers: WithPeers) -> None:
    async def work(peers: Peers) -> None:
        first = peers.client
        assert first.last("launch")["state"] is None
        first.answers["lifecycle"] = lambda fields: (
            {"state": {"data": "c2F2ZWQ="}} if fields["state"] == "stopped" else {}
        )
        await peers.made.server.home()
        await peers.made.server.launch(HOST, wait=True)
        await peers.made.server.home()
        await peers.made.server.kill_package(HOST, "test")
        await peers.made.server.launch(HOST, wait=True)
        second = peers.made.fake.bound(HOST)
        assert second is not first
        assert second.last("launch")["state"] == {"data": "c2F2ZWQ=", "binders": []}
        assert second.last("launch")["token"] == first.last("launch")["token"]

    with_peers(work)


def test_state_of_the_wrong_shape_is_not_kept(with_peers: WithPeers) -> None:
    async def work(peers: Peers) -> None:
        peers.client.answers["lifecycle"] = lambda fields: {"state": {"data": 5, "binders": [{"handle": 3}]}}
        await peers.made.server.home()
        await peers.made.server.kill_package(HOST, "test")
        await peers.made.server.launch(HOST, wait=True)
        assert peers.made.fake.bound(HOST).last("launch")["state"] is None

    with_peers(work)
