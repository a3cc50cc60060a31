"""What the filter says to each system call, decided by running its instructions."""

from __future__ import annotations

import socket
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.lab.containment import seccomp
from harness.lab.containment.seccomp import build_filter, outside_address

KILL, ERRNO, NOTIFY, ALLOW = 0x80000000, 0x00050000, 0x7FC00000, 0x7FFF0000
ENOSYS = 38
ARCH = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
MACHINES = ("x86_64", "aarch64")


def decide(machine: str, number: int, *arguments: int, arch: int | None = None) -> int:
    """Classic BPF as the kernel runs it (include/uapi/linux/bpf_common.h): loads, jumps, returns."""
    padded = [*arguments, *[0] * (6 - len(arguments))]
    data = struct.pack("=iIQ6Q", number - (1 << 32) if number >= 1 << 31 else number, arch or ARCH[machine], 0, *padded)
    code = build_filter(machine)
    at = accumulator = 0
    while True:
        op, yes, no, value = struct.unpack_from("=HBBI", code, at * 8)
        at += 1
        if op == 0x20:
            accumulator = struct.unpack_from("=I", data, value)[0]
        elif op == 0x06:
            return int(value)
        else:
            holds = {0x15: accumulator == value, 0x35: accumulator >= value, 0x45: bool(accumulator & value)}[op]
            at += yes if holds else no


@pytest.mark.parametrize("machine", MACHINES)
def test_every_listed_call_reaches_the_supervisor(machine: str) -> None:
    column = MACHINES.index(machine)
    for name, numbers in seccomp._CALLS.items():
        if numbers[column] is not None:
            assert decide(machine, numbers[column]) == NOTIFY, name


@pytest.mark.parametrize("machine", MACHINES)
def test_calls_of_another_architecture_kill(machine: str) -> None:
    assert decide(machine, 0, arch=0x40000003) == KILL  # AUDIT_ARCH_I386
    assert decide("x86_64", 0x40000000 + 59) == KILL  # execve by its x32 number


@pytest.mark.parametrize("machine", MACHINES)
def test_threads_may_be_made_and_processes_not(machine: str) -> None:
    clone = seccomp._CLONE[machine]
    assert decide(machine, clone, 0x003D0F00) == ALLOW  # what pthread_create asks for
    assert decide(machine, clone, 17) == NOTIFY  # fork: SIGCHLD
    assert decide(machine, clone, 0x4111) == NOTIFY  # posix_spawn: CLONE_VM | CLONE_VFORK | SIGCHLD
    assert decide(machine, clone, 0x00080100) == ALLOW  # Frida's reader of registers
    assert decide(machine, 435) == ERRNO | ENOSYS  # clone3


@given(st.sampled_from(MACHINES), st.integers(25, 30), st.integers(0, 0x00FFFFFF))
def test_no_clone_makes_a_namespace(machine: str, bit: int, others: int) -> None:
    assert decide(machine, seccomp._CLONE[machine], 1 << bit | others) == NOTIFY


@given(st.sampled_from(MACHINES), st.integers(0, 60), st.integers(0, 30))
def test_only_sockets_that_the_network_namespace_holds(machine: str, family: int, protocol: int) -> None:
    inside = family in (1, 2, 10) or (family == 16 and protocol == 0)
    assert decide(machine, seccomp._SOCKET[machine], family, 1, protocol) == (ALLOW if inside else NOTIFY)


@given(st.sampled_from(MACHINES), st.integers(0, 2**64 - 1))
def test_a_datagram_with_an_address_is_looked_at(machine: str, address: int) -> None:
    assert decide(machine, seccomp._SENDTO[machine], 3, 0, 0, 0, address) == (NOTIFY if address else ALLOW)


def test_ordinary_calls_pass() -> None:
    for number in (0, 1, 2, 3, 9, 10, 11, 24, 35, 101, 202, 231, 257, 310, 318):
        assert decide("x86_64", number) == ALLOW


def sockaddr(host: str, port: int) -> bytes:
    if ":" in host:
        return struct.pack("=H", socket.AF_INET6) + struct.pack("!HI", port, 0) + socket.inet_pton(socket.AF_INET6, host)
    return struct.pack("=H", socket.AF_INET) + struct.pack("!H", port) + socket.inet_aton(host)


@pytest.mark.parametrize(
    ("host", "shown"),
    [
        ("203.0.113.7", "203.0.113.7:443"),
        ("2001:db8::7", "[2001:db8::7]:443"),
        ("::ffff:203.0.113.7", "203.0.113.7:443"),
        ("127.0.0.1", None),
        ("127.8.8.8", None),
        ("::1", None),
        ("::ffff:127.0.0.1", None),
    ],
)
def test_an_address_is_told_when_it_is_outside(host: str, shown: str | None) -> None:
    assert outside_address(sockaddr(host, 443)) == shown


def test_what_the_app_wrote_is_one_line_of_the_log(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seccomp.Supervisor, "_read", lambda *_: b"/bin/sh\nblocked connect 192.0.2.1:80\xff\0rest")
    _, attempt = seccomp.Supervisor(-1, execs=0)._judge("execve", 1, [0] * 6, 1)
    assert attempt == seccomp.Attempt("execve", "/bin/sh?blocked connect 192.0.2.1:80\ufffd")


@given(st.binary(max_size=128))
def test_no_address_however_odd_is_an_error(raw: bytes) -> None:
    outside_address(raw)
