"""Frida endpoints that are not there, do not answer, or speak of other people's processes."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

import frida
import pytest

from harness.device.frida_link import FridaLink, Spawn
from harness.errors import RigError


def link_to(port: int, **settings: Any) -> FridaLink:
    endpoint = frida.get_device_manager().add_remote_device(f"127.0.0.1:{port}")
    return FridaLink(endpoint, list, where="A1", **settings)


@pytest.fixture
def silent() -> Iterator[int]:
    """A port that takes connections and says nothing."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def test_no_endpoint_is_the_rigs_fault() -> None:
    with pytest.raises(RigError, match="No Frida answers on A1") as caught:
        link_to(free_port()).identify()
    assert f"frida-server {frida.__version__}" in caught.value.fix


def test_an_endpoint_that_says_nothing_does_not_hold_the_harness(silent: int) -> None:
    began = time.monotonic()
    with pytest.raises(RigError, match="took more than"):
        link_to(silent, seconds=1).identify()
    assert time.monotonic() - began < 10


def test_an_endpoint_that_is_something_else_is_told() -> None:
    """An HTTP server on the port, say."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()

        def answer() -> None:
            for _ in range(3):
                connection, _ = listener.accept()
                connection.recv(1 << 16)
                connection.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
                connection.close()

        threading.Thread(target=answer, daemon=True).start()
        with pytest.raises(RigError):
            link_to(listener.getsockname()[1], seconds=5).identify()


class Forwarded:
    """A device whose Frida port stands on this machine."""

    serial = "A1"

    def __init__(self, port: int) -> None:
        self.port = port

    def forward(self, remote_port: int) -> int:
        return self.port

    def processes(self) -> list[tuple[int, str]]:
        return []


def test_a_link_that_was_closed_leaves_the_portal() -> None:
    """A portal holds each new process until every controller has let it go: one that is done would hold it for ever."""
    here = {"address": "127.0.0.1", "port": free_port()}
    cluster = frida.EndpointParameters(address="127.0.0.1", port=free_port())
    portal = frida.PortalService(cluster, frida.EndpointParameters(**here))
    subscribed, left = threading.Event(), threading.Event()
    portal.on("subscribe", lambda connection: subscribed.set())
    portal.on("controller-disconnected", lambda *about: left.set())
    portal.start()
    try:
        link = FridaLink.connect(Forwarded(here["port"]))
        assert link.kind == "portal" and subscribed.wait(20)
        link.gate("com.example", lambda spawn: None)
        link.close()
        assert left.wait(20)
    finally:
        portal.stop()


class Endpoint:
    """What frida's Device does, as frida-server has it: no bus, spawn gating."""

    def __init__(self, *, version_differs: bool = False) -> None:
        self.version_differs = version_differs
        self.bus = self
        self.resumed: list[int] = []
        self.signals: dict[str, Any] = {}
        self.gated = False
        self.resumes = threading.Condition()

    def on(self, signal: str, handler: Any) -> None:
        self.signals[signal] = handler

    def attach(self, *pid: int) -> None:
        if pid:
            raise frida.ProcessNotFoundError("unable to find process with pid 7")
        raise frida.ProtocolError("unable to communicate with remote frida-server")

    def query_system_parameters(self) -> dict[str, Any]:
        if self.version_differs:
            raise frida.ProtocolError("unable to communicate with remote frida-server; please ensure that major "
                                      "versions match")
        return {"os": {"id": "android"}}

    def enable_spawn_gating(self) -> None:
        self.gated = True

    def disable_spawn_gating(self) -> None:
        self.gated = False

    def enumerate_pending_spawn(self) -> list[Any]:
        return [Spawn(11, "com.android.phone")]

    def resume(self, pid: int) -> None:
        with self.resumes:
            self.resumed.append(pid)
            self.resumes.notify_all()

    def wait_resumed(self, *pids: int) -> bool:
        with self.resumes:
            return self.resumes.wait_for(lambda: set(pids) <= set(self.resumed), 10)


def test_a_server_of_another_version_is_told() -> None:
    with pytest.raises(RigError, match="do not understand each other") as caught:
        FridaLink(Endpoint(version_differs=True), list, where="A1").identify()
    assert frida.__version__ in caught.value.fix


def test_a_server_is_gated_and_strangers_go_on_at_once() -> None:
    endpoint = Endpoint()
    link = FridaLink(endpoint, list, where="A1")
    link.identify()
    assert link.kind == "server"
    met: list[Spawn] = []
    hold = threading.Event()

    def on_spawn(spawn: Spawn) -> None:
        met.append(spawn)
        hold.wait(10)

    link.gate("com.example.shop", on_spawn)
    for pid, name in ((21, "com.example.shop"), (22, "com.example.shop:push"), (23, "com.example.shopping"), (24, "")):
        endpoint.signals["spawn-added"](Spawn(pid, name))
    assert endpoint.wait_resumed(11, 23, 24)
    assert not {21, 22} & set(endpoint.resumed), "ours must wait for their hooks"
    hold.set()
    assert endpoint.wait_resumed(21, 22)
    assert sorted(s.pid for s in met) == [21, 22]
    link.close()
    assert not endpoint.gated
    link.check()


def test_a_process_whose_name_is_its_own_is_met_where_the_manifest_has_it() -> None:
    endpoint = Endpoint()
    link = FridaLink(endpoint, list, where="A1")
    link.identify()
    met: list[Spawn] = []
    link.gate("com.example.shop", met.append, ("net.vendor.push",))
    for pid, name in ((21, "net.vendor.push"), (22, "net.vendor.other")):
        endpoint.signals["spawn-added"](Spawn(pid, name))
    assert endpoint.wait_resumed(21, 22)
    assert [s.pid for s in met] == [21]


def test_a_process_number_that_comes_again_is_met_again() -> None:
    endpoint = Endpoint()
    link = FridaLink(endpoint, list, where="A1")
    link.identify()
    met: list[Spawn] = []
    link.gate("com.example.shop", met.append)
    ended: list[str] = []
    for round_ in (1, 2):
        endpoint.resumed.clear()
        endpoint.signals["spawn-added"](Spawn(21, "com.example.shop"))
        assert endpoint.wait_resumed(21)
        assert len(met) == round_
        link._over(21, "process-terminated", ended.append)
    assert ended == ["process-terminated"] * 2


def test_a_process_is_let_go_even_when_hooking_fails() -> None:
    endpoint = Endpoint()
    link = FridaLink(endpoint, list, where="A1")
    link.identify()

    def on_spawn(spawn: Spawn) -> None:
        link.load(spawn.pid, "", lambda message: None, lambda reason: None)

    failures: list[Any] = []
    before, threading.excepthook = threading.excepthook, failures.append
    try:
        link.gate("com.example.shop", on_spawn)
        endpoint.signals["spawn-added"](Spawn(7, "com.example.shop"))
        assert endpoint.wait_resumed(7)
    finally:
        threading.excepthook = before


def test_processes_that_run_already_are_late_and_not_resumed() -> None:
    endpoint = Endpoint()
    running = [(31, "com.example.shop"), (32, "com.example.other")]
    link = FridaLink(endpoint, lambda: running, where="A1")
    link.identify()
    met: list[Spawn] = []
    done = threading.Event()
    link.gate("com.example.shop", lambda spawn: (met.append(spawn), done.set()))
    assert done.wait(10)
    assert met == [Spawn(31, "com.example.shop", late=True)]
    assert 31 not in endpoint.resumed


def test_without_gating_nothing_is_held_and_new_processes_are_met_late() -> None:
    endpoint = Endpoint()
    running = [(31, "com.example.shop"), (32, "com.example.other")]
    link = FridaLink(endpoint, lambda: list(running), where="A1", gating=False)
    link.identify()
    met: list[Spawn] = []
    second = threading.Event()

    def on_spawn(spawn: Spawn) -> None:
        met.append(spawn)
        if spawn.pid == 33:
            second.set()

    link.gate("com.example.shop", on_spawn)
    assert not endpoint.gated
    running.append((33, "com.example.shop:push"))
    assert second.wait(10)
    assert sorted(s.pid for s in met) == [31, 33]
    assert all(s.late for s in met)
    assert endpoint.resumed == []
    link.close()
    link.check()


def test_without_gating_a_device_that_is_gone_is_told() -> None:
    calls = iter([[(31, "com.example.shop")]])

    def running() -> list[tuple[int, str]]:
        try:
            return next(calls)
        except StopIteration:
            raise RigError("the device is gone", "", "") from None

    link = FridaLink(Endpoint(), running, where="A1", gating=False)
    link.identify()
    link.gate("com.example.shop", lambda spawn: None)
    for _ in range(100):
        if link._errors:
            break
        link._ending.wait(0.1)
    with pytest.raises(RigError, match="the device is gone"):
        link.check()
