"""The container made of Linux namespaces: the daemon's side of it."""

from __future__ import annotations

import asyncio
import hashlib
import importlib.util
import os
import socket
import sys
import sysconfig
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from harness.errors import RigError
from harness.lab.containment import kernel
from harness.lab.containment.cgroup import ControlGroup, confine
from harness.lab.containment.channel import Channel, OrderRefused
from harness.lab.containment.limits import APP_LIMITS, MIB, Limits
from harness.lab.containment.native import libraries_of
from harness.lab.containment.ownspace import OwnSpace
from harness.lab.containment.process import Blocked, ContainedProcess, OnBlocked, OnLost
from harness.lab.containment.stage import APPS_STORAGE, SERVICE_SCRATCH, Stage

_PACKAGE = Path(__file__).resolve().parents[2]
_START_SECONDS = 30.0
_STORAGE = "/storage/emulated/0/"
_APP_TEXTS = {
    "/etc/hosts": "127.0.0.1 localhost\n::1 localhost\n",
    "/etc/nsswitch.conf": "passwd: files\ngroup: files\nhosts: files dns\n",
    "/etc/passwd": "".join(f"u0_a{n}:x:{10000 + n}:{10000 + n}::/data:\n" for n in range(200)),
    "/etc/group": "",
    # No name server: a look-up fails at once instead of asking 127.0.0.1 and waiting.
    "/etc/resolv.conf": "options timeout:1 attempts:1\nnameserver 127.0.0.1\n",
}
_SERVICE_LIMITS = Limits(tasks=256, temporary=64 * MIB)


class Walls:
    """See `harness.lab.containment.process.Container`. Made with `start`."""

    contained = True
    why_not = ""

    def __init__(self, stage: Stage, system: Mapping[str, Path], on_blocked: OnBlocked, on_lost: OnLost) -> None:
        self._stage = stage
        self._system = {target: source.resolve() for target, source in system.items()}
        self._on_blocked = on_blocked
        self._on_lost = on_lost
        self._processes: dict[int, ContainedProcess] = {}
        self._foreign: dict[str, Path] = {}
        self._early_exits: dict[int, int] = {}  # of processes whose start we have not been told of yet
        self._channel: Channel | None = None
        self._group: ControlGroup | None = None
        self._keeper: asyncio.subprocess.Process | None = None
        self._closing = False

    @property
    def data_root(self) -> Path:
        return self._stage.device

    @classmethod
    async def start(
        cls,
        folder: Path,
        space: OwnSpace,
        *,
        java: Path,
        system: Mapping[str, Path],
        on_blocked: OnBlocked,
        on_lost: OnLost,
        data_size: int = 4096 * MIB,
        apps_size: int = 1024 * MIB,
    ) -> Walls:
        """`folder`: becomes the stage. `java`: the launcher, in one of `system`'s folders. `system`: path in the app's
        root -> read-only folder or file of the host. `on_lost` is called when the init ends before `close`."""
        stage = Stage(folder.resolve(), space.device_uid)
        walls = cls(stage, system, on_blocked, on_lost)
        stage.build(data_size=data_size, apps_size=apps_size)
        await asyncio.to_thread(walls._build_roots, java)
        await walls._enter()
        return walls

    def _build_roots(self, java: Path) -> None:
        runtime = java.resolve().parents[1]
        wanted = [file for file in runtime.glob("lib/**/*.so") if not any(part in file.name for part in _NEEDS_A_DESKTOP)]
        wanted += [file for folder in self._system.values() if folder.is_dir() for file in folder.glob("*.so")]
        # What a folder of `system` brings stands in the root already, and its place on the host is none of the apps' business.
        brought = [runtime, *self._system.values()]
        libraries = [file for file in libraries_of(java, wanted) if not any(file.resolve().is_relative_to(f) for f in brought)]
        libraries += [folder for folder in map(Path, _LOCALES) if folder.is_dir()]
        self._stage.build_root("app-root", self._system | {str(file): file for file in libraries}, _APP_TEXTS)
        self._stage.link_storage("app-root")
        self._stage.build_root("service-root", _python_files(), {"/etc/passwd": "root:x:0:0::/:\n"})

    async def _enter(self) -> None:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            for side in (ours, theirs):
                side.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 20)
            self._keeper = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "harness.lab.containment.enter", str(theirs.fileno())),
                cwd=self._stage.folder,
                env=_python_environment(),
                pass_fds=[theirs.fileno()],
                stdin=asyncio.subprocess.DEVNULL,
            )
        loop = asyncio.get_running_loop()
        ours.setblocking(False)
        try:
            async with asyncio.timeout(_START_SECONDS):
                if await loop.sock_recv(ours, 16) != b"map":
                    raise RigError("The lab device's namespaces could not be made.", "Its log says why.")
                self._map_users(self._keeper.pid)
                self._group = confine(self._keeper.pid, os.getpid())
                await loop.sock_sendall(ours, b"mapped")
                ready = loop.create_future()

                def take(event: dict[str, Any]) -> None:
                    if event["event"] == "ready":
                        ready.set_result(None)
                    else:
                        self._take_event(event)

                def lost() -> None:
                    if not ready.done():
                        ready.set_exception(RigError("The lab device's init did not start.", "Its log says why."))
                    else:
                        self._lost()

                self._channel = Channel(ours, take, lost)
                await ready
        except TimeoutError as error:
            raise RigError("The lab device's namespaces were not ready in time.") from error

    def _map_users(self, pid: int) -> None:
        owner, span = self._stage.owner, [(0, self._stage.owner, 1)]
        kernel.write_maps(pid, span, span if owner else [(0, 0, 1)])

    @property
    def init_pid(self) -> int:
        """The host's number of the process that stands outside the device's pid namespace and dies with it."""
        assert self._keeper is not None
        return self._keeper.pid

    def inside(self, path: Path) -> str:
        path = path.resolve()
        root = self.data_root / "root"
        if path.is_relative_to(root):
            return f"/{path.relative_to(root)}"
        for target, source in self._system.items():
            if path == source:
                return target
            if path.is_relative_to(source):
                return f"{target}/{path.relative_to(source)}"
        # A file of the host that is none of the device's: a translated jar, a trust store.
        place = f"/data/dalvik-cache/{hashlib.sha256(str(path).encode()).hexdigest()[:16]}-{path.name}"
        self._foreign[place] = path
        return place

    def outside(self, path: str) -> Path:
        if path in self._foreign:
            return self._foreign[path]
        if path.startswith(("/data/", "/storage/")) and ".." not in path.split("/"):
            return self.data_root / "root" / path.lstrip("/")
        for target, source in self._system.items():
            if path == target or path.startswith(f"{target}/"):
                return source / path.removeprefix(target).lstrip("/")
        raise KeyError(path)

    async def spawn(
        self,
        argv: Sequence[str],
        *,
        env: Mapping[str, str],
        fds: Sequence[int],
        limits: Limits = APP_LIMITS,
        uid: int = 10000,
        directory: str = "/data",
    ) -> ContainedProcess:
        return await self._spawn("app", argv, env, fds, limits=limits, uid=uid, directory=directory)

    async def spawn_service(self, argv: Sequence[str], *, env: Mapping[str, str], fds: Sequence[int]) -> ContainedProcess:
        return await self._spawn(
            "service",
            argv,
            _python_environment() | {"TMPDIR": SERVICE_SCRATCH} | dict(env),
            fds,
            capabilities=[kernel.CAP_SYS_PTRACE],
        )

    async def _spawn(
        self,
        kind: str,
        argv: Sequence[str],
        env: Mapping[str, str],
        fds: Sequence[int],
        *,
        limits: Limits = _SERVICE_LIMITS,
        uid: int = 0,
        directory: str = "/",
        capabilities: Sequence[int] = (),
    ) -> ContainedProcess:
        try:
            answer, (pidfd,) = await self._order(
                "spawn",
                fds,
                kind=kind,
                argv=list(argv),
                env=dict(env),
                limits=limits.as_message(),
                uid=uid,
                directory=directory,
                capabilities=list(capabilities),
            )
        except OrderRefused as error:
            raise RigError("A process of the lab device could not be started.", str(error)) from error
        process = ContainedProcess(answer["pid"], _host_pid(pidfd), pidfd)
        early = self._early_exits.pop(process.pid, None)
        if early is not None:
            process.ended(early)
        else:
            self._processes[process.pid] = process
        return process

    async def add_wireless(self, mac: str, address: str, prefix: int) -> str:
        try:
            await self._order("wireless", mac=mac, address=address, prefix=prefix)
        except OrderRefused as refused:
            return str(refused)
        return ""

    async def expose(self, process: ContainedProcess, source: Path, target: str = "", *, read_only: bool = True) -> str:
        target = target or self.inside(source)
        place = target
        if target.startswith(_STORAGE):
            place = f"/{APPS_STORAGE}/{target.removeprefix(_STORAGE)}"
        if not place.startswith("/data/"):
            return target  # part of every process's root
        if not read_only:
            self._stage.give(source)
        try:
            await self._order("expose", pid=process.pid, source=self._stage.share(source), target=place, read_only=read_only)
        except (OrderRefused, FileNotFoundError) as error:
            raise RigError(f"{target} could not be shown to process {process.pid}.", str(error)) from error
        return target

    async def listen(self, port: int, *, service: bool = False) -> socket.socket:
        return await self._socket("listen", port, service)

    async def connect(self, port: int, *, service: bool = False) -> socket.socket:
        return await self._socket("connect", port, service)

    async def _socket(self, op: str, port: int, service: bool) -> socket.socket:
        try:
            _answer, (fd,) = await self._order(op, port=port, where="service" if service else "device")
        except OrderRefused as error:
            raise OSError(error.number or 5, str(error)) from error
        sock = socket.socket(fileno=fd)
        sock.setblocking(False)
        return sock

    async def _order(self, op: str, fds: Sequence[int] = (), **arguments: Any) -> tuple[dict[str, Any], list[int]]:
        if self._channel is None:
            raise OrderRefused("the device has not been started", None)
        return await self._channel.order(op, fds, **arguments)

    async def close(self) -> None:
        self._closing = True
        if self._channel:
            self._channel.close()
        if self._keeper:
            try:
                async with asyncio.timeout(5):
                    await self._keeper.wait()
            except TimeoutError:
                self._keeper.kill()  # its death is the init's, and that is everybody's
                await self._keeper.wait()
        if self._group:
            self._group.remove()
        self._stage.remove()

    def _take_event(self, event: dict[str, Any]) -> None:
        if event["event"] == "exit":
            process = self._processes.pop(event["pid"], None)
            if process:
                process.ended(event["status"])
            else:
                self._early_exits[event["pid"]] = event["status"]
        elif event["event"] == "blocked":
            self._on_blocked(Blocked(event["pid"], event["what"], event["detail"], event["count"]))

    def _lost(self) -> None:
        for process in self._processes.values():
            process.ended(-9)
        self._processes.clear()
        if not self._closing:
            self._on_lost("the device's first process ended, and all others with it")


# glibc reads what C.UTF-8 is from a file; without it the JVM writes "?" for each letter of a file's name that is not ASCII.
_LOCALES = ("/usr/lib/locale/C.utf8", "/usr/lib/locale/C.UTF-8")
_NEEDS_A_DESKTOP = ("xawt", "splashscreen", "jsound", "jawt")


def _host_pid(pidfd: int) -> int:
    """The number of a process of a nested pid namespace as this one counts (proc(5), fdinfo of a pidfd)."""
    with open(f"/proc/self/fdinfo/{pidfd}") as info:
        return next(int(line.split()[1]) for line in info if line.startswith("Pid:"))


def _python_environment() -> dict[str, str]:
    """What our own Python processes get: the modules that this one finds, and nothing else of the user's."""
    folders = [str(_PACKAGE.parent), *(entry for entry in sys.path if Path(entry).is_dir())]
    return {
        "PYTHONPATH": os.pathsep.join(dict.fromkeys(folders)),
        "PYTHONSAFEPATH": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
        "LANG": "C.UTF-8",
    }


def _python_files() -> dict[str, Path]:
    """What Python and our package need, at their own paths."""
    executable = Path(sys.executable)
    paths = {executable, executable.resolve(), _PACKAGE, Path(sysconfig.get_paths()["stdlib"])}
    paths |= {Path(entry) for entry in sys.path if entry and Path(entry).is_dir() and Path(entry) != _PACKAGE.parent}
    paths |= {path for path in [Path(sys.prefix) / "pyvenv.cfg"] if path.is_file()}
    link = executable
    while link.is_symlink():
        link = Path(os.path.join(link.parent, os.readlink(link)))
        paths.add(Path(os.path.normpath(link)))
    modules = [file for entry in sys.path if entry.endswith("lib-dynload") for file in Path(entry).glob("*.so")]
    frida = importlib.util.find_spec("frida")
    if frida is None or frida.origin is None:
        raise RigError("The lab's Python has no frida.", fix="Install the project's requirements.")
    modules += Path(frida.origin).parent.glob("*.so")
    paths |= libraries_of(executable.resolve(), modules)
    kept: dict[str, Path] = {}
    for path in sorted(paths):
        if not any(path.is_relative_to(other) for other in kept.values()):
            kept[str(path)] = path
    return kept
