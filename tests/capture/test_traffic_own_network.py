"""What the proxy does not connect to, tried with real connections in a network that the test makes itself: addresses of
the machine under all their names, and a private network with another machine in it."""

from __future__ import annotations

import ipaddress
import os
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import traffic_clients as clients
from own_network import in_own_network, ip, name_address

from harness.bundle import Bundle, open_bundle
from harness.capture.own_addresses import is_own
from harness.capture.resolving import Routes
from harness.capture.traffic import TrafficCapture
from harness.lab.containment import kernel
from harness.model import Flow

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"
OWN, SECOND, LATER, OWN6 = "198.51.100.7", "198.51.100.8", "198.51.100.9", "2001:db8:5::7"  # RFC 5737, RFC 3849


@contextmanager
def everywhere(reached: list[str]) -> Iterator[int]:
    """A server on every address of this network namespace; its port."""
    listener = socket.create_server(("::", 0), family=socket.AF_INET6, dualstack_ipv6=True)

    def serve() -> None:
        while True:
            try:
                stream, _ = listener.accept()
            except OSError:
                return
            with stream:
                clients.read_head(stream)
                reached.append(stream.getsockname()[0])
                stream.sendall(ANSWER)

    threading.Thread(target=serve, daemon=True).start()
    with listener:
        yield listener.getsockname()[1]


def asked(traffic: TrafficCapture, host: str, port: int) -> int:
    """The status of an answer to a request of an app, made through the proxy."""
    with clients.tunnel(traffic.address, f"[{host}]" if ":" in host else host, port) as stream:
        stream.sendall(b"GET /secret HTTP/1.1\r\nHost: x\r\n\r\n")
        return int(stream.makefile("rb").readline().split()[1])


def capture(folder: Path, use: Callable[[TrafficCapture], Any], **settings: Any) -> tuple[Any, list[Flow], dict[str, Any]]:
    """What `use` gives, the flows, and the data of the fact `proxy`."""
    bundle = Bundle.create(folder, "com.example.shop")
    with TrafficCapture(bundle, ca_dir=folder / "ca", **settings) as traffic:
        given = use(traffic)
    reader = open_bundle(bundle.path)
    return given, reader.flows(), reader.facts("proxy")[0].data


def test_no_address_of_the_machine_is_reached_by_whatever_name(tmp_path: Path) -> None:
    named = [OWN, SECOND, OWN6, f"::ffff:{OWN}", f"{OWN6}%lo", "0xc6336407", "3325256711", "me.example", f"64:ff9b::{OWN}"]

    def piece() -> tuple[list[str], list[int], int, list[str]]:
        (tmp_path / "ca").mkdir()
        for address in (f"{OWN}/24", f"{SECOND}/24"):
            ip("addr", "add", address, "dev", "lo")
        ip("-6", "addr", "add", f"{OWN6}/128", "dev", "lo", "nodad")
        name_address("me.example", OWN, tmp_path)
        reached: list[str] = []
        with everywhere(reached) as port:

            def use(traffic: TrafficCapture) -> list[int]:
                statuses = [asked(traffic, host, port) for host in named]
                ip("addr", "add", f"{LATER}/32", "dev", "lo")    # after the proxy's start
                return [*statuses, asked(traffic, LATER, port)]

            statuses, flows, fact = capture(tmp_path, use, reach_private=True)
            assert fact["reach_private"] is True
            by_route, _, _ = capture(
                tmp_path, lambda traffic: clients.fetch(traffic.address, "api.example")[0],
                resolve={"*.example": f"{OWN}:{port}"})
        return reached, statuses, by_route, [flow.error or "" for flow in flows]

    reached, statuses, by_route, errors = in_own_network(piece)
    assert statuses == [502] * (len(named) + 1)
    for host, error in zip([*named, LATER], errors, strict=True):
        assert f"refused: {host} is the machine that the proxy runs on" in error
    assert by_route == 200
    assert reached == [f"::ffff:{OWN}"], "only the route leads to the machine itself"


@contextmanager
def neighbour(address: str) -> Iterator[None]:
    """Another machine in this one's network, with a server on port 80: a network namespace at the other end of a veth."""
    ready, told = os.pipe()
    go, start = os.pipe()
    child = os.fork()
    if child == 0:
        kernel.prctl(kernel.PR_SET_PDEATHSIG, 9)
        kernel.unshare(kernel.CLONE_NEWNET)
        kernel.raise_loopback()
        os.write(told, b".")
        if os.read(go, 1):
            ip("addr", "add", f"{address}/24", "dev", "there")
            ip("link", "set", "there", "up")
            with socket.create_server((address, 80)) as listener:
                os.write(told, b".")
                while True:
                    stream, _ = listener.accept()
                    clients.read_head(stream)
                    stream.sendall(ANSWER)
                    stream.close()
        os._exit(1)
    os.close(told)
    try:
        assert os.read(ready, 1)
        try:
            ip("link", "add", "here", "type", "veth", "peer", "name", "there", "netns", str(child))
        except subprocess.CalledProcessError as error:
            pytest.skip(f"no veth may be made here: {error.stderr.strip()}")
        ip("addr", "add", f"{address.rpartition('.')[0]}.1/24", "dev", "here")
        ip("link", "set", "here", "up")
        os.write(start, b".")
        assert os.read(ready, 1), "the other machine did not come up"
        yield
    finally:
        os.kill(child, 9)
        os.waitpid(child, 0)


@pytest.mark.parametrize("address", ["10.77.0.2", "100.64.7.2"])    # RFC 1918, RFC 6598
def test_a_private_network_is_reached_where_that_is_wanted(tmp_path: Path, address: str) -> None:
    (tmp_path / "ca").mkdir()

    def piece() -> list[tuple[int, str, bool]]:
        seen = []
        with neighbour(address):
            for wanted in (False, True):
                status, flows, fact = capture(
                    tmp_path, lambda traffic: asked(traffic, address, 80), reach_private=wanted)
                seen.append((status, flows[0].error or "", fact["reach_private"]))
        return seen

    refused, reached = in_own_network(piece)
    assert refused[0] == 502
    assert "is in a private network" in refused[1]
    assert refused[2] is False
    assert reached == (200, "", True)


@pytest.mark.parametrize("address", [
    "10.0.0.1", "172.16.0.1", "192.168.0.1", "100.64.0.1", "fd12::1", "fc00::1", "::ffff:10.0.0.1", "64:ff9b::a00:1",
    "2002:a00:1::1", "fec0::1", "198.18.0.1", "240.0.0.1",
])
def test_what_is_no_address_of_the_public_internet_is_private(address: str) -> None:
    assert "private network" in Routes().refusal(address)
    assert Routes(reach_private=True).refusal(address) == ""


@pytest.mark.parametrize("address", ["169.254.169.254", "fe80::1%eth0", "224.0.0.1", "ff02::1", "::ffff:169.254.0.1"])
def test_the_machine_s_own_link_is_never_reached(address: str) -> None:
    assert Routes(reach_private=True).refusal(address)


def test_where_the_kernel_cannot_be_asked_for_a_route_the_machine_s_own_is_what_can_be_bound(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delattr(socket, "AF_NETLINK", raising=False)
    assert is_own(ipaddress.ip_address("127.0.0.1"))
    assert is_own(ipaddress.ip_address("::1"))
    assert not is_own(ipaddress.ip_address("203.0.113.250"))


@pytest.mark.parametrize("address", ["8.8.8.8", "2001:4860:4860::8888", "64:ff9b::808:808"])
def test_the_public_internet_is_reached(address: str) -> None:
    assert Routes().refusal(address) == ""
