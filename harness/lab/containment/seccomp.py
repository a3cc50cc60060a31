"""The system calls an app process may not make, and the supervisor who sees it try.

The filter is classic BPF (seccomp(2)). What is refused is not killed but handed to the container's init through
seccomp's user notification (Linux 5.5), which answers EPERM and tells the daemon: that is how an attempt becomes
a `blocked` line in the device's log. `connect` and `sendto` with an address are let through after a look: the
network namespace has no way out, so the kernel refuses them, but the address tried is worth knowing. `sendmsg`, whose
address lies behind a pointer, is not looked at: Frida sends each of its messages by it (docs/containment.md).

`ptrace` and `process_vm_readv` are let through: the pid namespace holds nothing but the app's own process and an
anchor it may not trace, and Frida's agent reads its own process with them (gumprocess-linux.c).

A process of an app cannot make another one: `clone` without CLONE_THREAD is refused, `clone3` (whose flags a
filter cannot read) answers ENOSYS so that libc falls back to `clone`. There is nothing in its root it could run.
"""

from __future__ import annotations

import ctypes
import errno
import fcntl
import ipaddress
import os
import socket
import struct
from dataclasses import dataclass, field

from harness.lab.containment import kernel

# Numbers: arch/x86/entry/syscalls/syscall_64.tbl and include/uapi/asm-generic/unistd.h. None: not on that machine.
_CALLS: dict[str, tuple[int | None, int | None]] = {
    "fork": (57, None),
    "vfork": (58, None),
    "execve": (59, 221),
    "execveat": (322, 281),
    "process_madvise": (440, 440),
    "kcmp": (312, 272),
    "pidfd_getfd": (438, 438),
    "unshare": (272, 97),
    "setns": (308, 268),
    "mount": (165, 40),
    "umount2": (166, 39),
    "pivot_root": (155, 41),
    "chroot": (161, 51),
    "open_tree": (428, 428),
    "move_mount": (429, 429),
    "fsopen": (430, 430),
    "fsconfig": (431, 431),
    "fsmount": (432, 432),
    "fspick": (433, 433),
    "mount_setattr": (442, 442),
    "open_by_handle_at": (304, 265),
    "name_to_handle_at": (303, 264),
    "bpf": (321, 280),
    "perf_event_open": (298, 241),
    "userfaultfd": (323, 282),
    "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
    "keyctl": (250, 219),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "kexec_load": (246, 104),
    "kexec_file_load": (320, 294),
    "init_module": (175, 105),
    "finit_module": (313, 273),
    "delete_module": (176, 106),
    "reboot": (169, 142),
    "swapon": (167, 224),
    "swapoff": (168, 225),
    "acct": (163, 89),
    "quotactl": (179, 60),
    "syslog": (103, 116),
    "sethostname": (170, 161),
    "setdomainname": (171, 162),
    "settimeofday": (164, 170),
    "clock_settime": (227, 112),
    "adjtimex": (159, 171),
    "clock_adjtime": (305, 266),
    "iopl": (172, None),
    "ioperm": (173, None),
    "modify_ldt": (154, None),
    "vhangup": (153, 58),
    "lookup_dcookie": (212, 18),
    "fanotify_init": (300, 262),
    "memfd_secret": (447, None),
}
_CLONE = {"x86_64": 56, "aarch64": 220}
_CLONE3 = 435
_SOCKET = {"x86_64": 41, "aarch64": 198}
_CONNECT = {"x86_64": 42, "aarch64": 203}
_SENDTO = {"x86_64": 44, "aarch64": 206}
_AUDIT_ARCH = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
_COLUMNS = {"x86_64": 0, "aarch64": 1}
_X32_BIT = 0x40000000
_CLONE_THREAD = 0x00010000
_FRIDA_CLONE = 0x00080100  # CLONE_VM | CLONE_SETTLS: the helper that reads the other threads' registers
_NAMESPACE_FLAGS = 0x7E020000  # CLONE_NEWNS and CLONE_NEWCGROUP to CLONE_NEWNET
_FAMILIES = (1, 2, 10)  # AF_UNIX, AF_INET, AF_INET6; AF_VSOCK for one is not bound to a network namespace
_AF_NETLINK = 16
_NETLINK_ROUTE = 0  # what getifaddrs asks

_KILL = 0x80000000
_ERRNO = 0x00050000
_NOTIFY = 0x7FC00000
_ALLOW = 0x7FFF0000

_SET_MODE_FILTER = 1
_FLAG_NEW_LISTENER = 8
_NOTIF_RECV = 0xC0502100
_NOTIF_SEND = 0xC0182101
_NOTIF_ID_VALID = 0x40082102
_CONTINUE = 1
_NOTIF = struct.Struct("=QIIiIQ6Q")
_RESPONSE = struct.Struct("=QqiI")


def _call_names() -> dict[int, str]:
    column = _COLUMNS[kernel.MACHINE]
    names = {numbers[column]: name for name, numbers in _CALLS.items()}
    names |= {
        table[kernel.MACHINE]: name
        for table, name in (
            (_CLONE, "clone"),
            (_SOCKET, "socket"),
            (_CONNECT, "connect"),
            (_SENDTO, "sendto"),
        )
    }
    return {number: name for number, name in names.items() if number is not None}


class _Program:
    """Classic BPF over struct seccomp_data: nr at 0, arch at 4, arguments from 16, eight bytes each."""

    def __init__(self) -> None:
        self.code: list[bytes] = []

    def _add(self, code: int, value: int, jump_true: int = 0, jump_false: int = 0) -> None:
        self.code.append(struct.pack("=HBBI", code, jump_true, jump_false, value))

    def load(self, offset: int) -> None:
        self._add(0x20, offset)

    def load_argument(self, index: int, *, high: bool = False) -> None:
        self.load(16 + 8 * index + (4 if high else 0))

    def answer(self, action: int) -> None:
        self._add(0x06, action)

    def answer_if_equal(self, value: int, action: int) -> None:
        self._add(0x15, value, 0, 1)
        self.answer(action)

    def answer_unless_equal(self, value: int, action: int) -> None:
        self._add(0x15, value, 1, 0)
        self.answer(action)

    def answer_if_at_least(self, value: int, action: int) -> None:
        self._add(0x35, value, 0, 1)
        self.answer(action)

    def answer_if_any_bit(self, bits: int, action: int) -> None:
        self._add(0x45, bits, 0, 1)
        self.answer(action)

    def answer_unless_any_bit(self, bits: int, action: int) -> None:
        self._add(0x45, bits, 1, 0)
        self.answer(action)

    def when_equal(self, value: int, block: _Program) -> None:
        """`block` must end in an answer; it runs only when the loaded word is `value`."""
        self._add(0x15, value, 0, len(block.code))
        self.code += block.code


def build_filter(machine: str = kernel.MACHINE) -> bytes:
    """The filter's instructions (struct sock_filter) for `machine`."""
    clone = _Program()
    clone.load_argument(0)
    clone.answer_if_any_bit(_NAMESPACE_FLAGS, _NOTIFY)
    clone.answer_if_equal(_FRIDA_CLONE, _ALLOW)
    clone.answer_unless_any_bit(_CLONE_THREAD, _NOTIFY)
    clone.answer(_ALLOW)

    sockets = _Program()
    sockets.load_argument(0)
    for family in _FAMILIES:
        sockets.answer_if_equal(family, _ALLOW)
    sockets.answer_unless_equal(_AF_NETLINK, _NOTIFY)
    sockets.load_argument(2)
    sockets.answer_if_equal(_NETLINK_ROUTE, _ALLOW)
    sockets.answer(_NOTIFY)

    sendto = _Program()
    for high in (False, True):
        sendto.load_argument(4, high=high)
        sendto.answer_unless_equal(0, _NOTIFY)
    sendto.answer(_ALLOW)

    program = _Program()
    program.load(4)
    program.answer_unless_equal(_AUDIT_ARCH[machine], _KILL)
    program.load(0)
    if machine == "x86_64":
        program.answer_if_at_least(_X32_BIT, _KILL)  # the x32 numbers would slip past every comparison below
    program.when_equal(_CLONE[machine], clone)
    program.when_equal(_SOCKET[machine], sockets)
    program.when_equal(_SENDTO[machine], sendto)
    program.answer_if_equal(_CLONE3, _ERRNO | errno.ENOSYS)
    program.answer_if_equal(_CONNECT[machine], _NOTIFY)
    column = _COLUMNS[machine]
    for numbers in _CALLS.values():
        number = numbers[column]
        if number is not None:
            program.answer_if_equal(number, _NOTIFY)
    program.answer(_ALLOW)
    return b"".join(program.code)


class _FilterProgram(ctypes.Structure):
    _fields_ = [("len", ctypes.c_ushort), ("filter", ctypes.c_void_p)]


def install() -> int:
    """Puts the filter on this thread and all it starts, for good; returns the supervisor's descriptor.

    The caller must have set no_new_privs.
    """
    code = build_filter()
    buffer = ctypes.create_string_buffer(code, len(code))
    program = _FilterProgram(len(code) // 8, ctypes.addressof(buffer))
    listener = kernel.system_call(
        kernel.number_of("seccomp"),
        ctypes.c_uint(_SET_MODE_FILTER),
        ctypes.c_uint(_FLAG_NEW_LISTENER),
        ctypes.byref(program),
    )
    if listener < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{os.strerror(number)} (seccomp)")
    return listener


@dataclass(frozen=True)
class Attempt:
    """One refused or fruitless system call: `what` is the call's name, `detail` what it was aimed at."""

    what: str
    detail: str


@dataclass
class Supervisor:
    """Answers one process's notifications. `execs`: how many programs it may still start (its own, once)."""

    listener: int
    execs: int = 1
    names: dict[int, str] = field(default_factory=_call_names)

    def answer(self) -> Attempt | None:
        """Takes one notification and answers it. None: nothing that needs telling.

        A process that dies between asking and the answer is no error (ENOENT).
        """
        buffer = bytearray(_NOTIF.size)
        try:
            fcntl.ioctl(self.listener, _NOTIF_RECV, buffer)
        except OSError as error:
            if error.errno in (errno.ENOENT, errno.EINTR):
                return None
            raise
        identity, thread, _flags, number, _arch, _ip, *arguments = _NOTIF.unpack(buffer)
        name = self.names.get(number, f"call {number}")
        go_on, attempt = self._judge(name, thread, arguments, identity)
        response = _RESPONSE.pack(identity, 0, 0 if go_on else -errno.EPERM, _CONTINUE if go_on else 0)
        try:
            fcntl.ioctl(self.listener, _NOTIF_SEND, response)
        except OSError as error:
            if error.errno != errno.ENOENT:
                raise
        return attempt

    def _judge(self, name: str, thread: int, arguments: list[int], identity: int) -> tuple[bool, Attempt | None]:
        if name in ("execve", "execveat") and self.execs > 0:
            self.execs -= 1
            return True, None
        if name in ("connect", "sendto"):
            index, length = (1, 2) if name == "connect" else (4, 5)
            raw = self._read(thread, arguments[index], min(arguments[length], 128), identity)
            where = outside_address(raw)
            return True, Attempt(name, where) if where else None
        if name == "socket":
            return False, Attempt(name, f"family {arguments[0]} type {arguments[1] & 0xF} protocol {arguments[2]}")
        if name == "clone":
            what = "clone" if arguments[0] & _NAMESPACE_FLAGS else "fork"
            return False, Attempt(what, f"flags {arguments[0]:#x}")
        if name == "execve":
            return False, Attempt(name, self._text(thread, arguments[0], identity))
        return False, Attempt(name, ", ".join(f"{argument:#x}" for argument in arguments[:3]))

    def _text(self, thread: int, address: int, identity: int) -> str:
        text = self._read(thread, address, 256, identity).split(b"\0", 1)[0].decode("utf-8", "replace")
        return "".join(c if c.isprintable() else "?" for c in text)  # a line feed would begin a line of the log of its own

    def _read(self, thread: int, address: int, size: int, identity: int) -> bytes:
        """The caller's memory; empty where it cannot be read. Only for the record: nothing is decided by it,
        since another thread may change it meanwhile."""
        try:
            memory = os.open(f"/proc/{thread}/mem", os.O_RDONLY | os.O_CLOEXEC)
        except OSError:
            return b""
        try:
            # The thread could have died and its number been given away before the open (seccomp_unotify(2)).
            fcntl.ioctl(self.listener, _NOTIF_ID_VALID, struct.pack("=Q", identity))
            return os.pread(memory, size, address)
        except OSError:
            return b""
        finally:
            os.close(memory)


def outside_address(raw: bytes) -> str | None:
    """A sockaddr as text if it is neither this device's loopback nor a Unix socket; None if it is."""
    if len(raw) < 2:
        return None
    family = struct.unpack_from("=H", raw)[0]
    if family == socket.AF_INET and len(raw) >= 8:
        address: ipaddress.IPv4Address | ipaddress.IPv6Address = ipaddress.IPv4Address(raw[4:8])
        shown = str(address)
    elif family == socket.AF_INET6 and len(raw) >= 24:
        address = ipaddress.IPv6Address(raw[8:24])
        address = address.ipv4_mapped or address
        shown = f"[{address}]" if address.version == 6 else str(address)
    else:
        return None
    if address.is_loopback or address.is_unspecified:
        return None
    return f"{shown}:{struct.unpack_from('!H', raw, 2)[0]}"
