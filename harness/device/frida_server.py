"""frida-server on the device: found on this machine, brought there, started, and taken away again (docs/rig.md).

One that answers already is used and left alone. What is brought has a path of its own, which is written into the restore
file before there is anything at it; taking away ends what runs from that path and removes it and its folder, nothing else.
"""

from __future__ import annotations

import hashlib
import lzma
import re
import secrets
import string
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness.device.device import Device, Shell
from harness.device.processors import FRIDA_ARCH, arch_of
from harness.device.staging import STAGING, lies_there, there
from harness.errors import NoFrida, RigError, UsageError
from harness.resources import cache_dir

if TYPE_CHECKING:
    from harness.device.adb import AdbDevice
    from harness.device.frida_link import FridaLink
    from harness.device.restore_file import RestoreFile

NAME = "harness-frida-server"
RANDOM = "random"
USUAL_PORT = 27042
START_SECONDS = 30.0
PORT_TRIES = 5
END_LOOKS = 30
_RELEASE = re.compile(r"frida-server-(\d+(?:\.\d+)+\S*?)-android-(\w+?)(?:\.xz)?")
_IN_USE = "Address already in use"

Say = Callable[[str], None]


@dataclass(frozen=True)
class Program:
    """A frida-server on this machine, unpacked. `sha256`: of what is brought to the device."""

    path: Path
    content: bytes
    sha256: str


def wanted(abis: tuple[str, ...]) -> str:
    """The name of the release that fits this machine's Frida and a device of these ABIs. Raises RigError."""
    arch = next((FRIDA_ARCH[abi] for abi in abis if abi in FRIDA_ARCH), "")
    if not arch:
        raise RigError("There is no frida-server for this device.", f"Its ABIs are {', '.join(abis) or 'not told'}.",
                       "Use a device with an ARM or x86 processor.")
    return f"frida-server-{version('frida')}-android-{arch}"


def cached(abis: tuple[str, ...]) -> Path | None:
    """The file in the cache that would be brought to such a device."""
    name = wanted(abis)
    return next((path for path in (cache_dir("frida-server") / name, cache_dir("frida-server") / f"{name}.xz")
                 if path.is_file()), None)


def find(file: Path | None, abis: tuple[str, ...]) -> Program | None:
    """`file`, or that of the cache, checked; None where none was named and the cache has none. Raises UsageError for one that
    cannot be meant: no program, for another processor, of another version by its name."""
    path = cached(abis) if file is None else file
    if path is None:
        return None
    name = wanted(abis)
    fix = f"Give {name}, or {name}.xz, from Frida's releases."
    content = _read(path, fix)
    arch = arch_of(content[:20].hex())
    if not content.startswith(b"\x7fELF"):
        raise UsageError(f"{path} is no program.", "It is not an ELF file.", fix)
    if arch != name.rpartition("-")[2]:
        why = f"It is made for {arch or 'a processor that Android does not run on'}, the device is {name.rpartition('-')[2]}."
        raise UsageError(f"{path} is not for this device.", why, fix)
    named = _RELEASE.fullmatch(path.name)
    if named and named[1] != version("frida"):
        raise UsageError(f"{path} is of another version.", f"Its name says {named[1]}; this machine's Frida is "
                         f"{version('frida')}, and the two must be the same.", fix)
    return Program(path, content, hashlib.sha256(content).hexdigest())


def _read(path: Path, fix: str) -> bytes:
    try:
        if path.suffix == ".xz":
            with lzma.open(path) as packed:
                return packed.read()
        return path.read_bytes()
    except (OSError, lzma.LZMAError, EOFError) as error:
        raise UsageError(f"{path} cannot be read.", str(error), fix) from error


def checked_file(path: Path | None) -> Path | None:
    """Raises UsageError where it is no file; what it holds is looked at once the device is known."""
    if path is not None and not path.is_file():
        raise UsageError(f"There is no file {path}.", "It should be a frida-server for the device.",
                         "Give the path of one from Frida's releases, unpacked or as .xz.")
    return path


def checked_name(text: str) -> str:
    """A name for the file on the device; `random` and "" are left to the start. Raises UsageError."""
    if text and not lies_there(f"{STAGING}/{text}"):
        raise UsageError(f"{text!r} cannot be the name of frida-server on the device.", "",
                         "Give letters, digits, dot, dash and underscore, 64 at most, or `random`.")
    return text


def checked_port(text: Any) -> int:
    """0 for `random`. Raises UsageError."""
    if text == RANDOM:
        return 0
    if not re.fullmatch(r"[0-9]{1,5}", str(text)) or not 0 < int(text) < 65536:
        raise UsageError(f"{text!r} is no port of frida-server.", "", "Give a number from 1 to 65535, or `random`.")
    return int(text)


class FridaServer:
    """The device's frida-server as one run wants it. `file`: what is brought; None: that of the cache. `name`: of the file on
    the device, "" for the usual one. `port`: 0 for one by chance."""

    def __init__(
        self, device: AdbDevice, restore: RestoreFile, *, file: Path | None = None, name: str = "", port: int = USUAL_PORT
    ) -> None:
        self.device = device
        self.path = ""          # on the device, once it has been brought
        self.port = port
        self._restore = restore
        self._file = file
        self._name = checked_name(name)
        self._by_chance = port == 0
        self._asked = file is not None or bool(name) or port != USUAL_PORT
        self._program: Program | None = None

    def link(self, *, gating: bool = True, say: Say = lambda text: None) -> FridaLink:
        """Connects to what answers at the port asked for, or at the usual one; where nothing does, to a frida-server that is
        brought and started. Raises RigError, or UsageError for a file that cannot be meant."""
        from harness.device.frida_link import FridaLink

        nobody: NoFrida | None = None
        for port in [self.port] if self.path else dict.fromkeys((self.port or USUAL_PORT, USUAL_PORT)):
            try:
                found = FridaLink.connect(self.device, port=port, gating=gating)
            except NoFrida as error:
                nobody = error
                continue
            if self._asked and not self.path:
                say(f"{self.device.serial}: a Frida answers at port {port} already and is used; none is brought")
            return found
        assert nobody is not None
        self._start(nobody, say)
        until = time.monotonic() + START_SECONDS
        while True:
            try:
                return FridaLink.connect(self.device, port=self.port, gating=gating)
            except NoFrida as error:
                if time.monotonic() > until:
                    raise RigError(
                        f"frida-server was started on {self.device.serial} and does not answer.", error.why,
                        f"Start it by hand and read what it says: adb shell su -c '{self.path} -l 127.0.0.1:{self.port} -v'.",
                    ) from error
            time.sleep(0.3)

    def facts(self) -> dict[str, Any]:
        """For the journal; empty where none was brought."""
        if not self.path or self._program is None:
            return {}
        return {"path": self.path, "port": self.port, "version": version("frida"), "file": self._program.path.name,
                "sha256": self._program.sha256}

    def _start(self, nobody: RigError, say: Say) -> None:
        if self._program is None:
            abis = self.device.facts().abis
            self._program = find(self._file, abis)
            if self._program is None:
                name, folder = wanted(abis), cache_dir("frida-server")
                raise RigError(
                    f"{nobody.what.rstrip('.')}, and there is no frida-server to bring there.",
                    f"Wanted: {name}, or {name}.xz; looked in {folder}.",
                    f"Fetch {name}.xz from Frida's releases into that folder, or name a file with --frida-server; or start one "
                    "on the device as root.")
        if not self.device.root():
            self.device.root_shell("id")    # raises what is to be told
        if not self.path:
            path = self._free_path()
            self._restore.add({"act": "frida-server", "path": path})
            self.path = path
        say(f"{self.device.serial}: starting {self._program.path.name} as {self.path}")
        self.device.push(self._program.content, self.path, 0o755)
        self._try("Making it executable", f"chmod 755 {self.path}")
        self._check_version()
        for left in reversed(range(PORT_TRIES)):
            if self._by_chance:
                self.port = 20000 + secrets.randbelow(30000)
            name = self.path.rpartition("/")[2]
            said = self.device.root_shell(f"{self.path} -l 127.0.0.1:{self.port} -d {name}.d -D", seconds=START_SECONDS)
            if said.status == 0:
                return
            if not (self._by_chance and left and _IN_USE in said.error + said.output):
                break
        why = _words(said)
        fix = "Name another port with --frida-port (or `random`)." if _IN_USE in why else "Look whether its root is unrestricted."
        raise RigError(f"frida-server could not be started on {self.device.serial}.", why, fix)

    def _free_path(self) -> str:
        """Where nothing lies yet: what is there is not ours."""
        name = _by_chance() if self._name == RANDOM else self._name or NAME
        if not there(self.device, f"{STAGING}/{name}") and not there(self.device, f"{STAGING}/{name}.d"):
            return f"{STAGING}/{name}"
        if self._name not in ("", RANDOM):
            raise UsageError(f"There is a file {STAGING}/{name} on {self.device.serial} already.", "It is not the harness's.",
                             "Give another name with --frida-name, or `random`.")
        return f"{STAGING}/{name}-{secrets.token_hex(4)}"

    def _check_version(self) -> None:
        here = version("frida")
        found = self._try("Asking it for its version", f"{self.path} --version").strip()
        if found != here:
            assert self._program is not None
            raise UsageError(
                f"{self._program.path} is of another version.",
                f"It says {found[:60]!r}; this machine's Frida is {here}, and the two must be the same.",
                f"Give {wanted(self.device.facts().abis)}, or install frida=={found[:60]} here.")

    def _try(self, what: str, script: str) -> str:
        said = self.device.root_shell(script)
        if said.status != 0:
            raise RigError(f"frida-server cannot be run on {self.device.serial}.", f"{what}: {_words(said)}",
                           "Look whether the file is whole and made for this device.")
        return said.output


def take_away(device: Device, path: str) -> bool:
    """Ends every process whose program is this file or lies in its folder, and removes both. Whether nothing of it is left."""
    if not lies_there(path):
        return False
    for look in range(END_LOOKS):
        pids = _running(device, path)
        if not pids and not there(device, path) and not there(device, f"{path}.d"):
            return True
        number = 15 if look < END_LOOKS // 3 else 9
        # Whose program it is, is looked at once more where it is ended: the number may be another's by then.
        ends = [f"case $(readlink /proc/{pid}/exe) in {path}|{path}' (deleted)'|{path}.d/*) kill -{number} {pid};; esac"
                for pid in pids]
        device.root_shell("; ".join([*ends, f"rm -f {path}", f"rm -rf {path}.d"]))
        if pids:
            time.sleep(0.1)
    return False


def _running(device: Device, path: str) -> list[int]:
    said = device.root_shell("ls -l /proc/[0-9]*/exe 2>/dev/null").output
    ours = rf"/proc/(\d+)/exe -> {re.escape(path)}(?:\.d/.*)?(?: \(deleted\))?$"
    return [int(pid) for pid in re.findall(ours, said, re.MULTILINE)]


def _by_chance() -> str:
    """Letters alone, as many names of programs there have."""
    return "".join(secrets.choice(string.ascii_lowercase) for _ in range(6 + secrets.randbelow(7)))


def _words(said: Shell) -> str:
    return (said.error or said.output).strip()[-500:] or f"It ended with status {said.status}."
