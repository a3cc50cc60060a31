"""The daemon routes binder objects between processes, of which none is to be trusted."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from device_bench import Bench
from fake_app import FakeApp
from peers_bench import BINDER, EMPTY, GUEST, HOST, Peers

from harness.lab.system.binders import ROOM

OnDevice = Callable[..., None]


@pytest.fixture
def with_peers(on_device: OnDevice) -> Callable[[Callable[[Peers], Awaitable[None]]], None]:
    def run(work: Callable[[Peers], Awaitable[None]]) -> None:
        async def whole(made: Bench) -> None:
            peers = Peers(made)
            await peers.start()
            await work(peers)

        on_device(whole)

    return run


WithPeers = Callable[[Callable[[Peers], Awaitable[None]]], None]


def process_of(peers: Peers, app: FakeApp) -> Any:
    return next(one for one in peers.made.server.processes.running() if one.pid == app.pid)


def parcel(size: int, **more: Any) -> dict[str, Any]:
    return {"data": base64.b64encode(b"x" * size).decode(), **more}


def test_a_call_reaches_the_owner_with_the_callers_identity_and_its_reply_comes_back(with_peers: WithPeers) -> None:
    async def work(peers: Peers) -> None:
        guest = await peers.guest()
        handle = await peers.bind(guest)
        remote = peers.remote()
        remote.answers["transact"] = lambda fields: {"handled": True, "reply": {"data": "cmVwbHk="}}
        answer = await peers.transact(guest, handle, code=7, parcel={"data": "YXNr"})
        assert answer == {"status": "done", "handled": True, "reply": {"data": "cmVwbHk=", "binders": []}}
        got = remote.last("transact")
        assert (got["own"], got["code"], got["parcel"]["data"]) == (1, 7, "YXNr")
        assert (got["uid"], got["pid"]) == (process_of(peers, guest).uid, guest.pid)
        assert got["uid"] != process_of(peers, peers.client).uid
        remote.answers["transact"] = lambda fields: {"handled": False}
        assert (await peers.transact(guest, handle))["handled"] is False

    with_peers(work)


def test_objects_in_parcels_are_named_for_whoever_reads_them(with_peers: WithPeers) -> None:
    async def work(peers: Peers) -> None:
        handle = await peers.bind(peers.client)
        remote = peers.remote()
        sent = [{"own": 9}, {"handle": handle}, None, {"own": 9}]
        remote.answers["transact"] = lambda fields: {
            "handled": True, "reply": {"data": "", "binders": [fields["parcel"]["binders"][0], {"own": 5}]}}
        answer = await peers.transact(peers.client, handle, parcel={"data": "", "binders": sent})
        back, service, nothing, same = remote.last("transact")["parcel"]["binders"]
        assert service == BINDER and nothing is None and same == back and set(back) == {"handle"}
        assert answer["reply"]["binders"][0] == {"own": 9}
        assert answer["reply"]["binders"][1]["handle"] != handle
        assert (await peers.transact(remote, back["handle"]))["status"] == "done"
        assert peers.client.last("transact")["own"] == 9

    with_peers(work)


def test_a_handle_is_good_only_in_the_process_it_was_given_to(with_peers: WithPeers) -> None:
    async def work(peers: Peers) -> None:
        handle = await peers.bind(peers.client)
        guest = await peers.guest()
        before = len(peers.remote().calls)
        for guess in (handle, 0, -1, 1 << 60, "1", None, True, 1.0, {"own": 1}):
            answer = await guest.ask("transact", handle=guess, code=1, flags=0, parcel=EMPTY)
            assert "error" in answer
        assert "error" in await peers.transact(peers.client, handle, parcel={"data": "", "binders": [{"handle": 99}]})
        assert "error" in await guest.ask("drop", handle=handle, count=1)
        assert len(peers.remote().calls) == before
        assert (await peers.transact(peers.client, handle))["status"] == "done"

    with_peers(work)


def test_nonsense_is_an_error_and_the_process_lives(with_peers: WithPeers) -> None:
    async def work(peers: Peers) -> None:
        handle = await peers.bind(peers.client)
        for more in (
            {"parcel": "text"}, {"parcel": {"data": 5}}, {"parcel": {"data": "", "binders": "all"}}, {"code": "one"},
            {"flags": None}, {"parcel": {"data": "", "binders": [[]]}}, {"parcel": {"data": "", "binders": [{}] * 5000}},
            {"code": 1 << 70},
        ):  # fmt: skip
            assert "error" in await peers.transact(peers.client, handle, **more)
        for binders in ([{"handle": 7}], "x", {"own": 1}):
            intent = {"component": f"{HOST}/.Remote", "binders": binders}
            assert "error" in await peers.client.ask("service", verb="start", intent=intent)
        assert (await peers.transact(peers.client, handle))["status"] == "done"

    with_peers(work)


def test_a_call_back_names_the_thread_that_waits(with_peers: WithPeers) -> None:
    async def work(peers: Peers) -> None:
        handle = await peers.bind(peers.client)
        remote = peers.remote()
        remote.silent.add("transact")
        asked = asyncio.create_task(
            peers.transact(peers.client, handle, thread=41, parcel={"data": "", "binders": [{"own": 9}]})
        )
        await peers.made.until(lambda: "transact" in remote.ops())
        outer = remote.last("transact")
        assert outer["thread"] == 0
        back = outer["parcel"]["binders"][0]["handle"]
        await peers.transact(remote, back, thread=5, within=outer["transaction"])
        assert peers.client.last("transact")["thread"] == 41
        await peers.transact(remote, back, thread=5)
        assert peers.client.last("transact")["thread"] == 0
        # a process that names a call which it does not serve gets no say over another's threads
        guest = await peers.guest()
        other = await peers.bind(guest)
        remote.silent.clear()
        await peers.transact(guest, other, within=outer["transaction"], thread=41)
        assert remote.last("transact")["thread"] == 0
        remote.answer_late("transact", handled=True, reply=EMPTY)
        assert (await asked)["status"] == "done"

    with_peers(work)


def test_oneway_calls_do_not_wait_and_have_no_pid(with_peers: WithPeers) -> None:
    async def work(peers: Peers) -> None:
        handle = await peers.bind(peers.client)
        remote = peers.remote()
        remote.silent.add("transact")
        for code in range(1, 6):
            assert (await peers.transact(peers.client, handle, flags=1, code=code))["status"] == "done"
        await peers.made.until(lambda: len(remote.ops("transact")) == 5)
        got = [fields for op, fields in remote.calls if op == "transact"]
        assert [one["code"] for one in got] == [1, 2, 3, 4, 5]
        assert {(one["pid"], one["uid"]) for one in got} == {(0, process_of(peers, peers.client).uid)}

    with_peers(work)


def test_a_flood_fills_the_room_of_its_target_alone(with_peers: WithPeers) -> None:
    async def work(peers: Peers) -> None:
        handle = await peers.bind(peers.client)
        remote = peers.remote()
        remote.silent.add("transact")
        guest = await peers.guest()
        answers = [await peers.transact(peers.client, handle, flags=1) for _ in range(6000)]
        states = [one["status"] for one in answers]
        assert states.index("failed") <= ROOM // 2 // 128
        assert set(states[states.index("failed"):]) == {"failed"}
        theirs = await peers.bind(guest, "Guarded", 2)
        assert (await peers.transact(guest, theirs, flags=1))["status"] == "failed"  # the same process
        sync = asyncio.create_task(peers.transact(guest, theirs))
        await peers.made.until(lambda: any(one["flags"] == 0 for op, one in remote.calls if op == "transact"))
        own = await peers.client.ask("provider", authority="notes.example")
        assert (await peers.transact(peers.client, own["binder"]["handle"], flags=1))["status"] == "done"
        remote.exit()
        assert (await sync)["status"] == "dead"
        assert await peers.bind(peers.client, connection=3)

    with_peers(work)


def test_more_than_fits_fails_before_it_is_sent(with_peers: WithPeers) -> None:
    async def work(peers: Peers) -> None:
        handle = await peers.bind(peers.client)
        remote = peers.remote()
        assert (await peers.transact(peers.client, handle, parcel=parcel(ROOM * 5 // 4)))["status"] == "failed"
        assert remote.ops("transact") == []
        assert (await peers.transact(peers.client, handle, parcel=parcel(900_000)))["status"] == "done"
        remote.answers["transact"] = lambda fields: {"handled": True, "reply": parcel(2 << 20)}
        assert (await peers.transact(peers.client, handle))["status"] == "failed"

    with_peers(work)


def test_a_reply_that_is_none_fails_the_call_and_one_to_no_call_is_nothing(with_peers: WithPeers) -> None:
    async def work(peers: Peers) -> None:
        handle = await peers.bind(peers.client)
        remote = peers.remote()
        for nonsense in (
            {"handled": True, "reply": "text"}, {"handled": True, "reply": {"data": "", "binders": [{"handle": 77}]}},
            {"handled": True, "reply": {"data": None}}, {"error": "no"},
        ):  # fmt: skip
            remote.answers["transact"] = lambda fields, answer=nonsense: answer  # type: ignore[misc]
            assert (await peers.transact(peers.client, handle))["status"] == "failed"
        remote._write({"re": 123456, "handled": True, "reply": {"data": "", "binders": [{"own": 3}]}})
        remote._write({"re": -1})
        remote.answers["transact"] = lambda fields: {"handled": True, "reply": EMPTY}
        assert (await peers.transact(peers.client, handle))["status"] == "done"
        assert process_of(peers, remote).ended is False

    with_peers(work)


def test_the_end_of_a_process_is_told_to_who_holds_its_objects(with_peers: WithPeers) -> None:
    async def work(peers: Peers) -> None:
        handle = await peers.bind(peers.client)
        guest = await peers.guest()
        theirs = await peers.bind(guest)
        remote = peers.remote()
        remote.silent.add("transact")
        waiting = asyncio.create_task(peers.transact(peers.client, handle))
        await peers.made.until(lambda: "transact" in remote.ops())
        remote.exit()
        assert (await waiting)["status"] == "dead"
        await peers.made.until(lambda: "died" in peers.client.ops() and "died" in guest.ops())
        assert peers.client.last("died") == {"handles": [handle]}
        assert guest.last("died") == {"handles": [theirs]}
        assert (await peers.transact(peers.client, handle))["status"] == "dead"

    with_peers(work)


def test_what_nobody_holds_any_more_is_forgotten_by_count(with_peers: WithPeers) -> None:
    async def work(peers: Peers) -> None:
        handle = await peers.bind(peers.client)
        remote = peers.remote()
        for _ in range(3):
            await peers.transact(peers.client, handle, parcel={"data": "", "binders": [{"own": 9}]})
        given = remote.last("transact")["parcel"]["binders"][0]["handle"]
        assert "error" in await remote.ask("drop", handle=given, count=4)
        assert await remote.ask("drop", handle=given, count=2) == {}
        await peers.made.settled()
        assert "forget" not in peers.client.ops()
        assert await remote.ask("drop", handle=given, count=1) == {}
        await peers.made.until(lambda: "forget" in peers.client.ops())
        assert peers.client.last("forget") == {"own": 9, "count": 3}
        await peers.transact(peers.client, handle, parcel={"data": "", "binders": [{"own": 9}]})
        assert remote.last("transact")["parcel"]["binders"][0]["handle"] != given
        assert peers.made.server.binders.held_by(process_of(peers, peers.client)) == [handle]

    with_peers(work)


def test_an_intent_carries_objects_and_holds_them_until_it_is_delivered(with_peers: WithPeers) -> None:
    async def work(peers: Peers) -> None:
        intent = {"component": f"{HOST}/.Remote", "binders": [{"own": 9}]}
        assert (await peers.client.ask("service", verb="start", intent=intent))["component"]
        await peers.made.settled()
        handle = peers.remote().last("service")["intent"]["binders"][0]["handle"]
        assert (await peers.transact(peers.remote(), handle))["status"] == "done"
        assert peers.client.last("transact")["own"] == 9

    with_peers(work)


def test_a_service_is_bound_once_for_each_client_and_unbound_with_it(with_peers: WithPeers) -> None:
    async def work(peers: Peers) -> None:
        await peers.bind(peers.client, connection=1)
        guest = await peers.guest()
        await peers.bind(guest, connection=1)
        names = [one["binding"] for op, one in peers.remote().calls if op == "service"]
        assert len(set(names)) == 2
        await peers.client.ask("service", verb="unbind", connection=1)
        await peers.client.ask("service", verb="unbind", connection=8)
        await peers.made.settled()
        assert (peers.remote().last("service")["verb"], peers.remote().last("service")["binding"]) == ("unbind", names[0])
        guest.exit()
        await peers.made.until(lambda: peers.remote().last("service")["binding"] == names[1])
        assert peers.remote().last("service")["verb"] == "unbind"

    with_peers(work)


def test_a_service_that_died_comes_back_twice_and_then_no_more(with_peers: WithPeers) -> None:
    async def work(peers: Peers) -> None:
        await peers.bind(peers.client)

        def states() -> list[str]:
            return [one["state"] for op, one in peers.client.calls if op == "connection"]

        for times in (1, 2):
            peers.remote().exit()
            await peers.made.until(lambda wanted=times: states() == ["connected"] + ["disconnected", "connected"] * wanted)  # type: ignore[misc]
        peers.remote().exit()
        await peers.made.until(lambda: states()[-2:] == ["disconnected", "dead"])

    with_peers(work)


def test_who_may_not_bind_is_told_as_android_tells_it(with_peers: WithPeers) -> None:
    async def work(peers: Peers) -> None:
        guest = await peers.guest()

        async def ask(service: str) -> dict[str, Any]:
            return await guest.ask("service", verb="bind", intent={"component": f"{HOST}/.{service}"}, connection=1, flags=1)

        assert "Not allowed to bind to service Intent" in (await ask("Hidden"))["error"]
        assert await ask("Nowhere") == {"component": ""}
        assert (await ask("Guarded"))["component"]  # the permission is a normal one, and held
        assert "error" in await guest.ask("service", verb="bind", intent={"component": f"{HOST}/.Remote"}, flags=1)

    with_peers(work)


def test_an_isolated_process_has_a_uid_of_its_own_and_may_ask_little(with_peers: WithPeers) -> None:
    async def work(peers: Peers) -> None:
        await peers.bind(peers.client, "Alone")
        alone = peers.made.fake.bound(f"{HOST}:{HOST}.Alone")
        bound = alone.last("bind")
        assert 99000 <= bound["uid"] <= 99999 and bound["permissions"] == {}
        assert "u0_i0" in {one.user for one in peers.made.server.running()}
        for op, arguments in (
            ("start_activity", {"intent": {"component": f"{HOST}/.Detail"}}),
            ("service", {"verb": "bind", "intent": {"component": f"{HOST}/.Remote"}, "connection": 1, "flags": 1}),
            ("broadcast", {"intent": {"action": "com.example.ORDER"}}),
            ("provider", {"authority": "notes.example"}),
            ("setting", {"namespace": "system", "key": "a", "value": "b"}),
        ):
            assert "Isolated process not allowed" in (await alone.ask(op, **arguments))["error"]

    with_peers(work)


def test_a_process_kills_those_of_its_own_app_alone(with_peers: WithPeers) -> None:
    async def work(peers: Peers) -> None:
        await peers.bind(peers.client)
        guest = await peers.guest()
        assert "not permitted" in (await guest.ask("kill", pid=peers.client.pid))["error"]
        assert "not permitted" in (await guest.ask("kill", pid=1))["error"]
        assert await peers.client.ask("kill", pid=peers.remote().pid) == {}
        await peers.made.until(lambda: "died" in peers.client.ops())

    with_peers(work)


def test_each_app_sees_its_own_processes_and_services(with_peers: WithPeers) -> None:
    async def work(peers: Peers) -> None:
        await peers.bind(peers.client)
        remote = peers.remote()
        remote.event("service", component=f"{HOST}/.Remote", state="created")
        guest = await peers.guest()
        await peers.made.settled()
        theirs = await guest.ask("running")
        assert [one["name"] for one in theirs["processes"]] == [GUEST]
        assert theirs["processes"][0]["importance"] == 100
        mine = await peers.client.ask("running")
        pids = {one["name"]: one["pid"] for one in mine["processes"]}
        assert pids == {HOST: peers.client.pid, f"{HOST}:remote": remote.pid}
        (service,) = mine["services"]
        assert (service["component"], service["pid"], service["clients"]) == (f"{HOST}/{HOST}.Remote", remote.pid, 1)

    with_peers(work)
