"""Process 1 of a lab device: starts, watches and ends the device's processes on the daemon's orders.

Started by `harness.lab.containment.enter` with a SOCK_SEQPACKET socket to the daemon. One message is one JSON object,
with descriptors beside it:

    {"id", "op": "spawn", kind, argv, env, uid, directory, limits} + fds   -> {"id", "pid", "view"} + a pidfd
    {"id", "op": "listen", port, where} -> {"id", "port"} + a socket       {"id", "op": "connect", port, where} -> same
    {"id", "op": "expose", pid, source, target, read_only}                 {"id", "op": "withdraw", pid, target}
    {"id", "op": "wireless", mac, address, prefix}
    {"id", "op": "kill", pid}                                              answer: {"id"} or {"id", "error"}
    events: {"event": "exit", pid, status}, {"event": "blocked", pid, what, detail, count}

It ends when the channel does, and the kernel then kills every process of the device and drops its mounts.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import selectors
import shutil
import signal
import socket
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from harness.lab.containment import birth, kernel, seccomp, wireless
from harness.lab.containment.limits import Limits

_FIRST_PID = 20000
_LAST_PID = 32000
_MESSAGE = 1 << 20
_MAX_FDS = 16
_BIRTH_SECONDS = 20.0
_TOLD_ALWAYS = 20  # then only each power of two: a loop must not fill the log


@dataclass
class Process:
    """One process of the device. `anchor` is 0 for a service."""

    pid: int
    view: str
    anchor: int = 0
    supervisor: seccomp.Supervisor | None = None
    attempts: dict[seccomp.Attempt, int] = field(default_factory=dict)


class Refused(Exception):
    """The order cannot be carried out; the text goes back as the answer's `error`."""


class Init:
    def __init__(self, channel: socket.socket, device_space: int, service_space: int) -> None:
        self._channel = channel
        self._spaces = {"device": device_space, "service": service_space}
        self._own_pids = os.open("/proc/self/ns/pid", os.O_RDONLY | os.O_CLOEXEC)
        self._selector = selectors.DefaultSelector()
        self._processes: dict[int, Process] = {}
        self._next_pid = _FIRST_PID
        self._next_view = 1
        self._kept_fds: list[int] = []
        self._wake_read, self._wake_write = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)

    def run(self) -> None:
        """Until the daemon is gone."""
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(self._wake_write, warn_on_full_buffer=False)
        self._selector.register(self._channel, selectors.EVENT_READ, self._take_order)
        self._selector.register(self._wake_read, selectors.EVENT_READ, self._reap)
        self._send({"event": "ready"})
        while True:
            self._turn()

    def _turn(self) -> None:
        """What is ready now. One thing may end another that is ready with it: a death reaped ends the supervision of the dead."""
        for key, _ in self._selector.select():
            if self._selector.get_map().get(key.fd) == key:
                work: Callable[[], None] = key.data
                work()

    def _send(self, message: dict[str, Any], fds: list[int] | None = None) -> None:
        try:
            socket.send_fds(self._channel, [json.dumps(message).encode()], fds or [])
        except (BrokenPipeError, ConnectionResetError):
            os._exit(0)

    def _take_order(self) -> None:
        raw, fds, _flags, _address = socket.recv_fds(self._channel, _MESSAGE, _MAX_FDS)
        if not raw:
            os._exit(0)
        order = json.loads(raw)
        try:
            handle = {
                "spawn": self._spawn,
                "listen": self._listen,
                "connect": self._connect,
                "expose": self._expose,
                "withdraw": self._withdraw,
                "wireless": self._wireless,
                "kill": self._kill,
            }[order["op"]]
            handle(order, fds)
        except (Refused, OSError, ValueError, RecursionError) as error:
            self._send({"id": order["id"], "error": str(error), "errno": getattr(error, "errno", None)})
        finally:
            for fd in [*fds, *self._kept_fds]:
                os.close(fd)
            self._kept_fds.clear()

    # processes

    def _spawn(self, message: dict[str, Any], fds: list[int]) -> None:
        order = birth.Order(
            argv=message["argv"],
            env=message["env"],
            fds=fds,
            limits=Limits(**message["limits"]),
            directory=message["directory"],
            uid=message["uid"],
        )
        report, told = os.pipe2(os.O_CLOEXEC)
        told = birth.out_of_the_way(told)
        self._kept_fds += [report, told]
        if message["kind"] == "service":
            process = self._birth_service(order, told, message["capabilities"])
        else:
            process = self._birth_app(order, report, told)
        os.close(told)
        self._kept_fds.remove(told)
        self._await_exec(process, report)
        self._processes[process.pid] = process
        pidfd = os.pidfd_open(process.pid)
        self._kept_fds.append(pidfd)
        self._send({"id": message["id"], "pid": process.pid, "view": process.view}, [pidfd])

    def _birth_service(self, order: birth.Order, told: int, capabilities: list[int]) -> Process:
        kernel.setns(self._spaces["service"], kernel.CLONE_NEWNET)
        try:
            pid = birth.fork_child(lambda: birth.become_service(order, told, capabilities), told)
        finally:
            kernel.setns(self._spaces["device"], kernel.CLONE_NEWNET)
        return Process(pid, "")

    def _birth_app(self, order: birth.Order, report: int, told: int) -> Process:
        view = self._make_view()
        birth.fork_child(lambda: birth.build_world(view, order, told), told)
        anchor = self._read_anchor(report)
        mine, theirs = socket.socketpair()
        theirs_fd = birth.out_of_the_way(theirs.detach())
        with mine:
            try:
                pid = self._fork_into(anchor, lambda: birth.become_app(anchor, order, theirs_fd, told), told)
            finally:
                os.close(theirs_fd)
            process = Process(pid, view, anchor)
            mine.settimeout(_BIRTH_SECONDS)
            _data, fds, _flags, _address = socket.recv_fds(mine, 16, 1)
        if not fds:
            os.kill(anchor, signal.SIGKILL)
            status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
            raise Refused(f"the app process could not be started: {_drain(report) or 'no reason given'} ({status})")
        process.supervisor = seccomp.Supervisor(fds[0])
        return process

    def _make_view(self) -> str:
        """A folder pair of the process's own: `root` is where its root is put together, `data` its /data, shared with
        it so that what is mounted there later appears in the process too (mount_namespaces(7), shared subtrees)."""
        view = f"{birth.VIEWS}/{self._next_view}"
        self._next_view += 1
        os.makedirs(f"{view}/root")
        os.makedirs(f"{view}/data")
        kernel.mount(f"{view}/data", f"{view}/data", "", kernel.MS_BIND)
        kernel.mount("none", f"{view}/data", "", kernel.MS_PRIVATE)
        kernel.mount("none", f"{view}/data", "", kernel.MS_SHARED)
        for folder in ("data", "app", "local", "media"):
            os.mkdir(f"{view}/data/{folder}")
        return view

    def _read_anchor(self, report: int) -> int:
        text = b""
        with selectors.DefaultSelector() as waiting:
            waiting.register(report, selectors.EVENT_READ)
            while not text.endswith(b"\n"):
                if not waiting.select(_BIRTH_SECONDS):
                    raise Refused("the app's namespaces were not ready in time")
                chunk = os.read(report, 4096)
                text += chunk
                if not chunk or (b"[" in text and text.endswith(b"]")):
                    raise Refused(f"the app's namespaces could not be made: {text.decode(errors='replace')}")
        return int(text)

    def _fork_into(self, anchor: int, work: Callable[[], None], report: int) -> int:
        """A child in the anchor's pid namespace, with one and the same number there and in the device's."""
        space = os.open(f"/proc/{anchor}/ns/pid", os.O_RDONLY | os.O_CLOEXEC)
        self._kept_fds.append(space)
        kernel.setns(space, kernel.CLONE_NEWPID)
        try:
            for _ in range(_LAST_PID - _FIRST_PID):
                number = self._next_pid
                self._next_pid = number + 1 if number < _LAST_PID else _FIRST_PID
                try:
                    pid = kernel.fork_with_pid(number, 2)
                except FileExistsError:
                    continue
                if pid == 0:
                    birth.run_child(work, report)
                return pid
            raise Refused("no process number is free")
        finally:
            kernel.setns(self._own_pids, kernel.CLONE_NEWPID)

    def _await_exec(self, process: Process, report: int) -> None:
        """The report pipe closes without a word at exec; meanwhile the filter's one permitted exec is answered."""
        with selectors.DefaultSelector() as waiting:
            waiting.register(report, selectors.EVENT_READ)
            if process.supervisor:
                waiting.register(process.supervisor.listener, selectors.EVENT_READ)
            while True:
                ready = waiting.select(_BIRTH_SECONDS)
                if not ready:
                    self._end(process)
                    raise Refused("the process was not ready in time")
                if any(key.fd == report for key, _ in ready):
                    break
                assert process.supervisor
                process.supervisor.answer()
        why = _drain(report)
        if why:
            self._end(process)
            raise Refused(f"the process could not be started: {why}")
        if process.supervisor:
            self._selector.register(process.supervisor.listener, selectors.EVENT_READ, lambda: self._supervise(process))

    def _supervise(self, process: Process) -> None:
        assert process.supervisor
        attempt = process.supervisor.answer()
        if attempt is None:
            return
        if attempt not in process.attempts and len(process.attempts) >= 1000:
            attempt = seccomp.Attempt(attempt.what, "many different ones")
        count = process.attempts[attempt] = process.attempts.get(attempt, 0) + 1
        if count <= _TOLD_ALWAYS or count & (count - 1) == 0:
            self._send({"event": "blocked", "pid": process.pid, "what": attempt.what, "detail": attempt.detail, "count": count})

    def _reap(self) -> None:
        with contextlib.suppress(BlockingIOError):
            os.read(self._wake_read, 4096)
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            process = self._processes.pop(pid, None)
            if process:
                self._end(process)
                self._send({"event": "exit", "pid": pid, "status": os.waitstatus_to_exitcode(status)})

    def _end(self, process: Process) -> None:
        """What is left of a process: its pid namespace with all in it, its supervisor, its view."""
        for pid in (process.pid if process.pid in self._processes else 0, process.anchor):
            if pid:
                try:
                    os.kill(pid, signal.SIGKILL)
                except ProcessLookupError:
                    continue
        if process.supervisor:
            listener, process.supervisor = process.supervisor.listener, None
            if listener in self._selector.get_map():
                self._selector.unregister(listener)
            os.close(listener)
        if process.view:
            kernel.unmount(f"{process.view}/data")
            shutil.rmtree(process.view)
            process.view = ""

    def _kill(self, message: dict[str, Any], _fds: list[int]) -> None:
        process = self._processes.get(message["pid"])
        if process:
            os.kill(process.anchor or process.pid, signal.SIGKILL)
        self._send({"id": message["id"]})

    # what a process sees, and sockets

    def _expose(self, message: dict[str, Any], _fds: list[int]) -> None:
        view = self._view_of(message)
        source = f"/{message['source']}"
        target = _below(f"{view}/data", message["target"])
        if os.path.isdir(source):
            os.makedirs(target, exist_ok=True)
        else:
            os.makedirs(os.path.dirname(target), exist_ok=True)
            Path(target).touch()
        if message["read_only"]:
            # A mount reaches the app's namespace with the flags it has when it is mounted, so it is made read-only
            # at a place of its own first.
            ready = f"{view}/ready"
            os.makedirs(ready, exist_ok=True)
            step = f"{ready}/{message['id']}"
            if os.path.isdir(source):
                os.mkdir(step)
            else:
                Path(step).touch()
            kernel.bind(source, step, read_only=True)
            kernel.mount(step, target, "", kernel.MS_BIND | kernel.MS_REC)
            kernel.unmount(step)
        else:
            kernel.mount(source, target, "", kernel.MS_BIND)
        self._send({"id": message["id"]})

    def _withdraw(self, message: dict[str, Any], _fds: list[int]) -> None:
        kernel.unmount(_below(f"{self._view_of(message)}/data", message["target"]))
        self._send({"id": message["id"]})

    def _view_of(self, message: dict[str, Any]) -> str:
        process = self._processes.get(message["pid"])
        if process is None or not process.view:
            raise Refused(f"no app process {message['pid']}")
        return process.view

    def _listen(self, message: dict[str, Any], _fds: list[int]) -> None:
        with self._socket_in(message["where"]) as sock:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            sock.bind(("127.0.0.1", message["port"]))
            sock.listen(64)
            sock.setblocking(False)
            self._send({"id": message["id"], "port": sock.getsockname()[1]}, [sock.fileno()])

    def _connect(self, message: dict[str, Any], _fds: list[int]) -> None:
        """Loopback connects at once or is refused at once, so this does not hold up the loop; the timeout is for a
        listener that leaves its queue full."""
        with self._socket_in(message["where"]) as sock:
            sock.settimeout(1.0)
            try:
                sock.connect(("127.0.0.1", message["port"]))
            except TimeoutError as error:
                raise OSError(errno.ETIMEDOUT, "timed out") from error
            sock.setblocking(False)
            self._send({"id": message["id"]}, [sock.fileno()])

    def _wireless(self, message: dict[str, Any], _fds: list[int]) -> None:
        """The other end of the link lies in a namespace that is kept by its descriptor alone: no process is ever in it."""
        kernel.unshare(kernel.CLONE_NEWNET)
        try:
            nowhere = self._spaces["nowhere"] = os.open("/proc/self/ns/net", os.O_RDONLY | os.O_CLOEXEC)
        finally:
            kernel.setns(self._spaces["device"], kernel.CLONE_NEWNET)
        wireless.add("wlan0", message["mac"], message["address"], message["prefix"], self._spaces["device"], nowhere)
        self._send({"id": message["id"]})

    def _socket_in(self, where: str) -> socket.socket:
        """A socket belongs to the network namespace in which it was made, whoever uses it later."""
        if where == "device":
            return socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        kernel.setns(self._spaces[where], kernel.CLONE_NEWNET)
        try:
            return socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        finally:
            kernel.setns(self._spaces["device"], kernel.CLONE_NEWNET)


def _below(folder: str, target: str) -> str:
    """`target` ("/data/...") below `folder`; the daemon's own orders only, but a ".." in a package name must not
    lead anywhere."""
    parts = [part for part in target.split("/") if part]
    if not parts or parts[0] != "data" or ".." in parts or len(parts) < 2:
        raise Refused(f"{target} is not below /data")
    return "/".join([folder, *parts[1:]])


def _drain(report: int) -> str:
    """What a child that has ended or gone on to exec has written; never waits."""
    os.set_blocking(report, False)
    try:
        return os.read(report, 65536).decode(errors="replace")
    except BlockingIOError:
        return ""


def serve(channel: socket.socket) -> None:
    """Called by `enter` in process 1 of the device's pid namespace, which has the stage as its root."""
    kernel.raise_loopback()
    service_space = os.open("/proc/self/ns/net", os.O_RDONLY | os.O_CLOEXEC)
    kernel.unshare(kernel.CLONE_NEWNET)
    kernel.raise_loopback()
    device_space = os.open("/proc/self/ns/net", os.O_RDONLY | os.O_CLOEXEC)
    Init(channel, device_space, service_space).run()
