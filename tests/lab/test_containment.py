"""A hostile process in a lab device gets nowhere, and the device goes on."""

from __future__ import annotations

import asyncio
import errno
import json
import os
import select
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from namespaces import in_own_space, needs_containment

from harness.errors import RigError
from harness.lab import runtime
from harness.lab.containment.limits import MIB, Limits
from harness.lab.containment.ownspace import OwnSpace
from harness.lab.containment.process import Blocked, ContainedProcess
from harness.lab.frida_service import FridaService

pytestmark = [pytest.mark.lab, needs_containment]

LIMITS = Limits(memory=640 * MIB, tasks=200, file_size=64 * MIB, temporary=24 * MIB)
APPS_SIZE = 32 * MIB
SECONDS = 60.0
OURS = Path(__file__).resolve()
HOST_PATHS = [
    "/root", "/home", "/etc/shadow", "/etc/ssh", "/proc/cmdline", "/proc/version", "/proc/mounts", "/sys", "/run", "/var",
    "/dev/shm", "/dev/kmsg",
    "/proc/1/cmdline", "/proc/1/status", "/proc/1/maps", "/bin", "/usr/bin",
    str(OURS), str(Path.home()), sys.prefix, sys.executable,
]  # fmt: skip


@pytest.fixture(scope="session")
def classes() -> Iterator[Path]:
    """The compiled Hostile, with a native library beside it; in a folder that any user may read."""
    folder = Path(tempfile.mkdtemp(prefix="lab-hostile-", dir="/var/tmp"))  # the app has a /tmp of its own, which would hide it
    runtime.compile_java(OURS.parent / "hostile", [], folder)
    library = next(runtime.java().parents[1].glob("lib/**/libzip.so")).read_bytes()
    (folder / "libzap.so").write_bytes(library.replace(b"libzip.so", b"libzap.so"))  # the linker lists a name but once
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@dataclass
class Device:
    walls: Any
    blocked: list[Blocked] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    talks: list[Talk] = field(default_factory=list)  # a process ends when its input does


@asynccontextmanager
async def device(space: OwnSpace, classes: Path) -> AsyncIterator[Device]:
    from harness.lab.containment.walls import Walls

    assert space.why_not == ""
    made = Device(None)
    folder = Path(tempfile.mkdtemp(prefix="lab-stage-"))
    java = runtime.java()
    made.walls = await Walls.start(
        folder,
        space,
        java=java,
        system={"/system/java": java.parents[1], "/system/classes": classes},
        on_blocked=made.blocked.append,
        on_lost=made.lost.append,
        apps_size=APPS_SIZE,
    )
    try:
        yield made
    finally:
        await made.walls.close()
        assert not folder.exists()


@dataclass
class Talk:
    """The hostile process: what it says, and a way to let it go on."""

    process: ContainedProcess
    output: asyncio.StreamReader
    go_on: socket.socket

    async def until_end(self) -> dict[str, tuple[str, str]]:
        """Attempt -> (done or refused, detail)."""
        said: dict[str, tuple[str, str]] = {}
        async with asyncio.timeout(SECONDS):
            while (line := (await self.output.readline()).decode()) != "end\n":
                assert line, f"the process ended: {said}"
                parts = line.rstrip("\n").split("\t")
                if len(parts) == 3:
                    said[parts[0]] = (parts[1], parts[2])
        return said


async def start_hostile(made: Device, host_port: int, paths: Sequence[str] = ("-",)) -> Talk:
    ours, theirs = socket.socketpair()
    read, write = os.pipe()
    argv = ["/system/java/bin/java", "-Xmx64m", "-XX:-UsePerfData", "-XX:MaxDirectMemorySize=64g", "-XX:+UseSerialGC"]
    argv += ["-XX:TieredStopAtLevel=1", "-cp", "/system/classes", "Hostile", str(host_port), ":".join(paths)]
    try:
        process = await made.walls.spawn(
            [*argv, "/system/java/bin/java"], env={"LANG": "C.UTF-8"}, fds=[theirs.fileno(), write, write], limits=LIMITS
        )
    finally:
        theirs.close()
        os.close(write)
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(read, "rb"))
    made.talks.append(Talk(process, reader, ours))
    return made.talks[-1]


async def loopback_answers(made: Device) -> None:
    """The daemon's way in and out: a listener inside, a connection to it."""
    with await made.walls.listen(0) as listener:
        port = listener.getsockname()[1]
        loop = asyncio.get_running_loop()
        with await made.walls.connect(port) as there:
            accepted, _ = await loop.sock_accept(listener)
            with accepted:
                await loop.sock_sendall(there, b"hello")
                assert await loop.sock_recv(accepted, 5) == b"hello"


def both_users(piece: Callable[[OwnSpace], Any], classes: Path, ordinary_user: bool) -> Any:
    if ordinary_user and os.geteuid() != 0:
        pytest.skip("the tests run as an ordinary user already")
    return in_own_space(piece, ordinary_user=ordinary_user, readable=[classes])


@pytest.mark.parametrize("ordinary_user", [False, True], ids=["as started", "ordinary user"])
def test_a_hostile_process_gets_nowhere(classes: Path, ordinary_user: bool) -> None:
    async def piece(space: OwnSpace) -> None:
        listener = socket.create_server(("127.0.0.1", 0))
        async with device(space, classes) as made:
            assert await made.walls.add_wireless("02:11:22:33:44:55", "10.1.2.3", 24) == ""
            # What the device shows of the host it shows at a path of its own, libraries in its folders included.
            paths = [*HOST_PATHS, str(classes), str(classes / "libzap.so")]
            talk = await start_hostile(made, listener.getsockname()[1], paths)
            said = await talk.until_end()
            refused = {name for name, (result, _) in said.items() if result == "refused"}
            assert refused >= {f"read {path}" for path in paths}
            assert refused >= {name for name in said if name.startswith(("anchor", "kill", "connect", "run", "write"))}
            assert refused >= {"look up", "other apps' data"}
            assert set(said["root"][1].strip("[]").split(", ")) <= {
                *("system", "lib", "lib64", "usr", "etc", "data", "tmp", "proc", "dev", "lab-scratch"),
                *("storage", "sdcard"),  # links into its own /data
            }
            assert set(said["dev"][1].strip("[]").split(", ")) == {"null", "zero", "random", "urandom"}
            assert "root" not in said["users"][1]
            assert said["processes"][1] == f"[{talk.process.pid}]"
            assert "answered" not in said["ports"][1]
            assert sorted(said["interfaces"][1].rstrip(";").split(";")) == [
                "lo up - 127.0.0.1/8", "wlan0 up [2, 17, 34, 51, 68, 85] 10.1.2.3/24",
            ]
            assert not set("@/") & set(said["unix sockets"][1])  # none has a name by which it could be reached
            assert int(said["fill the temporary folder"][1].split()[-1]) <= LIMITS.temporary
            assert int(said["threads"][1].split()[-1]) < LIMITS.tasks
            assert said["memory"][1].startswith("stopped") and int(said["memory"][1].split()[-1]) < LIMITS.memory

            tried = {(attempt.what, attempt.detail) for attempt in made.blocked}
            assert ("connect", "203.0.113.7:443") in tried
            assert any(what in ("fork", "execve", "vfork") for what, _ in tried)
            assert {attempt.pid for attempt in made.blocked} == {talk.process.pid}
            assert listener_heard_nothing(listener)

            other = await start_hostile(made, 1)  # the device still answers
            await other.until_end()
            await loopback_answers(made)
            for one in (talk, other):
                one.process.kill()
                assert await one.process.wait() == -9
            assert made.lost == []

    both_users(piece, classes, ordinary_user)


def listener_heard_nothing(listener: socket.socket) -> bool:
    listener.setblocking(False)
    try:
        listener.accept()
    except BlockingIOError:
        return True
    return False


def test_names_of_files_keep_letters_that_are_not_ascii(classes: Path) -> None:
    async def piece(space: OwnSpace) -> str:
        async with device(space, classes) as made:
            read, write = os.pipe()
            argv = ["/system/java/bin/java", "-XshowSettings:properties", "-version"]
            nothing = os.open(os.devnull, os.O_RDONLY)
            process = await made.walls.spawn(argv, env={"LANG": "C.UTF-8"}, fds=[nothing, write, write], limits=LIMITS)
            os.close(write)
            os.close(nothing)
            await asyncio.wait_for(process.wait(), SECONDS)
            with os.fdopen(read) as said:
                return said.read()

    assert "sun.jnu.encoding = UTF-8" in both_users(piece, classes, False)


def test_a_process_sees_its_own_data_and_no_more(classes: Path) -> None:
    async def piece(space: OwnSpace) -> None:
        async with device(space, classes) as made:
            data = made.walls.data_root / "root" / "data"
            for package in ("example.hostile", "example.victim"):
                (data / "data" / package).mkdir(parents=True)
                (data / "data" / package / "secret").write_text(package)
            (data / "app").mkdir()
            (data / "app" / "base.apk").write_text("an APK")
            talk = await start_hostile(made, 1)
            await talk.until_end()
            await made.walls.expose(talk.process, data / "data" / "example.hostile", read_only=False)
            await made.walls.expose(talk.process, data / "app" / "base.apk")
            talk.go_on.sendall(b"x")
            said = await talk.until_end()
            assert said["own data"] == ("done", "[example.hostile] wrote")
            assert said["read the APK"] == ("done", "an APK")
            assert said["write the APK"][0] == "refused"
            assert said["link out"][0] == "refused"
            assert int(said["fill own data"][1].split()[-1]) <= APPS_SIZE
            assert (data / "data" / "example.hostile" / "mine").read_bytes() == b"\x01"
            assert (data / "data" / "example.victim" / "secret").read_text() == "example.victim"
            (data / "system").mkdir()
            (data / "system" / "state").write_bytes(b"1" * MIB)  # the system server has room of its own

    both_users(piece, classes, False)


def test_a_file_of_the_host_that_was_made_anew_is_shown_as_it_is_now(classes: Path, tmp_path: Path) -> None:
    """As when a cache is emptied, or two devices fill it at once."""
    async def piece(space: OwnSpace) -> None:
        async with device(space, classes) as made:
            shown, target = tmp_path / "translated.jar", "/data/app/base.apk"
            for content in ("before", "after"):
                new = tmp_path / "new"
                new.write_text(content)
                new.replace(shown)
                talk = await start_hostile(made, 1)
                await talk.until_end()
                await made.walls.expose(talk.process, shown, target)
                talk.go_on.sendall(b"x")
                assert (await talk.until_end())["read the APK"] == ("done", content)
            shown.unlink()
            talk = await start_hostile(made, 1)
            await talk.until_end()
            with pytest.raises(RigError, match="could not be shown"):
                await made.walls.expose(talk.process, shown, target)

    both_users(piece, classes, False)


NATIVE = """
const call = new NativeFunction(Module.getGlobalExportByName('syscall'), 'long',
                                ['long', 'long', 'long', 'long', 'long', 'long', 'long']);
const errno = new NativeFunction(Module.getGlobalExportByName('__errno_location'), 'pointer', []);
function go(name, number, ...rest) {
  const args = [0, 1, 2, 3, 4, 5].map(i => rest[i] === undefined ? 0 : rest[i]);
  const r = Number(call(number, ...args));
  return [name, r, r < 0 ? errno().readInt() : 0];
}
const text = s => { const p = Memory.allocUtf8String(s); kept.push(p); return p.toString() * 1; };
const kept = [];
function iov(size) {  // one struct iovec over memory of ours: what is asked is whether the anchor may be read at all
  const data = Memory.alloc(size), vector = Memory.alloc(16);
  kept.push(data, vector);
  vector.writePointer(data).add(8).writeU64(size);
  return vector.toString() * 1;
}
rpc.exports = { attempts() {
  const x = Process.arch === 'x64';
  const n = (a, b) => x ? a : b;
  return [
    go('unshare user', n(272, 97), 0x10000000), go('unshare mount', n(272, 97), 0x00020000),
    go('mount', n(165, 40), text('none'), text('/tmp'), text('tmpfs'), 0, 0),
    go('umount', n(166, 39), text('/proc'), 0), go('pivot_root', n(155, 41), text('/tmp'), text('/tmp')),
    go('chroot', n(161, 51), text('/tmp')), go('setns', n(308, 268), 0, 0),
    go('trace the anchor', n(101, 117), 0x4206, 1, 0, 0), go('read the anchor', n(310, 270), 1, iov(8), 1, iov(8), 1, 0),
    go('bpf', n(321, 280), 0, 0, 0), go('perf', n(298, 241), 0, 0, -1, -1, 0), go('keyctl', n(250, 219), 0, -3),
    go('userfaultfd', n(323, 282), 1), go('io_uring', n(425, 425), 1, 0), go('kexec', n(246, 104), 0, 0, 0, 0),
    go('init_module', n(175, 105), 0, 0, 0), go('reboot', n(169, 142), 0, 0, 0, 0), go('open_tree', 428, -100, text('/'), 1),
    go('fsopen', 430, text('proc'), 0), go('handle', n(304, 265), -100, 0, 0), go('vsock', n(41, 198), 40, 1, 0),
    go('packet', n(41, 198), 17, 3, 0), go('raw', n(41, 198), 2, 3, 1), go('netlink', n(41, 198), 16, 3, 9),
    go('kill all', n(62, 129), -1, 9), go('setuid', n(105, 146), 0),
    go('clone user', n(56, 220), 0x10000011, 0), go('fork', n(56, 220), 17, 0), go('clone3', 435, 0, 0),
    go('exec', n(59, 221), text('/system/java/bin/java'), 0, 0), go('raise limit', n(160, 164), 7, 0),
  ];
} };
"""
CLIENT = """
import frida, json, os, sys
device = frida.get_device_manager().add_remote_device("127.0.0.1:" + sys.argv[1])
session = device.attach(int(sys.argv[2]))
script = session.create_script(sys.argv[3])
script.load()
print(json.dumps(script.exports_sync.attempts()), flush=True)
os._exit(0)
"""


@pytest.mark.parametrize("ordinary_user", [False, True], ids=["as started", "ordinary user"])
def test_system_calls_that_lead_out_are_refused_and_told(classes: Path, ordinary_user: bool) -> None:
    """Made from inside the app's process by a script of Frida's, which therefore works behind these walls."""

    async def piece(space: OwnSpace) -> None:
        async with device(space, classes) as made:
            frida = await FridaService.start(made.walls, log=lambda *_: None, on_lost=made.lost.append)
            server = await asyncio.start_server(frida.serve, "127.0.0.1", 0)
            port = server.sockets[0].getsockname()[1]
            talk = await start_hostile(made, 1)
            await talk.until_end()
            made.blocked.clear()
            await frida.gate(talk.process, "example.hostile", "example.hostile:native")
            client = await asyncio.create_subprocess_exec(
                *(sys.executable, "-c", CLIENT, str(port), str(talk.process.pid), NATIVE),
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
            )
            async with asyncio.timeout(SECONDS):
                output, errors = await client.communicate()
            assert output, errors.decode()
            results = json.loads(output)
            came_through = [name for name, value, _ in results if value >= 0]
            assert came_through == []
            errors = {name: number for name, _, number in results}
            assert errors["trace the anchor"] == errors["read the anchor"] == errno.EPERM
            assert talk.process.status is None
            told = {attempt.what for attempt in made.blocked}
            assert told >= {"unshare", "mount", "umount2", "pivot_root", "bpf", "socket", "fork", "clone", "execve"}
            talk.process.kill()
            await talk.process.wait()
            server.close()
            await frida.stop()

    both_users(piece, classes, ordinary_user)


def test_a_process_dies_with_all_it_holds_and_its_number_is_the_devices(classes: Path) -> None:
    async def piece(space: OwnSpace) -> None:
        async with device(space, classes) as made:
            first = await start_hostile(made, 1, ["/proc/self/status"])
            second = await start_hostile(made, 1)
            said = await first.until_end()
            assert f"NSpid: {first.process.pid}" in said["read /proc/self/status"][1]
            assert first.process.pid != second.process.pid != second.process.host_pid
            first.process.kill()
            assert await first.process.wait() == -9
            assert second.process.status is None
            first.process.kill()  # no error
            second.process.kill()

    both_users(piece, classes, False)


def test_what_cannot_be_started_says_why_and_leaves_the_device_up(classes: Path) -> None:
    async def piece(space: OwnSpace) -> None:
        async with device(space, classes) as made:
            with pytest.raises(RigError, match=r"/system/nothing"):
                await made.walls.spawn(["/system/nothing"], env={}, fds=[0, 1, 2])
            with pytest.raises(ConnectionRefusedError):
                await made.walls.connect(9)
            with await made.walls.listen(4711), pytest.raises(OSError, match="in use"):
                await made.walls.listen(4711)
            await loopback_answers(made)

    both_users(piece, classes, False)


DYING_DAEMON = """
import asyncio, os, sys
sys.path[:0] = sys.argv[1].split(os.pathsep)
from pathlib import Path
import test_containment as t
from harness.lab.containment.ownspace import enter_own_space
space = enter_own_space(1)
async def main():
    async with t.device(space, Path(sys.argv[2])) as made:
        talk = await t.start_hostile(made, 1)
        print(talk.process.host_pid, made.walls.init_pid, flush=True)
        await asyncio.sleep(600)
asyncio.run(main())
"""


def test_nothing_outlives_a_daemon_killed_outright(classes: Path) -> None:
    daemon = subprocess.Popen(
        [sys.executable, "-c", DYING_DAEMON, os.pathsep.join([str(OURS.parent), str(OURS.parents[2])]), str(classes)],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert daemon.stdout is not None
    handles = [os.pidfd_open(int(pid)) for pid in daemon.stdout.readline().split()]
    daemon.kill()
    daemon.wait()
    daemon.stdout.close()
    for handle in handles:
        assert select.select([handle], [], [], SECONDS)[0], "a process of the device outlived its daemon"
        os.close(handle)
    for leftover in Path(tempfile.gettempdir()).glob("lab-stage-*"):
        if not any(leftover.iterdir()):
            shutil.rmtree(leftover)
