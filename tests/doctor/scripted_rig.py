"""A rig that answers as a file says: a phone's commands, a machine's libraries, Frida, the canary. What AdbDevice makes of the
answers is its own."""

from __future__ import annotations

import re
import shlex
import socket
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import adbutils
import yaml

from harness.doctor.canary import Canary
from harness.doctor.rig import FridaEndpoint, Machine, Rig
from harness.errors import NoFrida, RigError

HERE = Path(__file__).resolve().parent
PHONE: Mapping[str, Any] = yaml.safe_load((HERE / "phone.yaml").read_text("utf-8"))
_NC = re.compile(r"nc -w 2 127\.0\.0\.1 (\d+)")


def changed(base: Any, other: Any) -> Any:
    """`base` with what `other` has, mapping by mapping."""
    if not isinstance(base, Mapping) or not isinstance(other, Mapping):
        return other
    return {**base, **{key: changed(base.get(key), value) for key, value in other.items()}}


@dataclass
class Phone:
    """adbutils' device. `ran`: the lines that no answer is written for are kept in `unknown`."""

    told: Mapping[str, Any]
    unknown: list[str] = field(default_factory=list)
    ran: list[str] = field(default_factory=list)

    def shell2(self, line: str, timeout: float | None = None, v2: bool = False) -> Any:
        self.ran.append(line)
        said = self._answer(line)
        if said is None:
            self.unknown.append(line)
            said = {"err": f"sh: {line.split()[0]}: inaccessible or not found\n", "status": 127}
        if isinstance(said, str):
            said = {"out": said}
        if said.get("lost"):
            raise adbutils.AdbError("device 'R5CTEST01' not found")
        out, err = said.get("out", ""), said.get("err", "")
        return SimpleNamespace(returncode=said.get("status", 0), stdout=out, stderr=err, output=out + err)

    def _answer(self, line: str) -> Any:
        told = self.told
        if line in told["says"]:
            return told["says"][line]
        words = shlex.split(line)
        match words:
            case ["settings", "get", space, key]:
                return f"{told['settings'][space].get(key, 'null')}\n"
            case ["settings", "put", space, key, value]:
                told["settings"][space][key] = value
                return ""
            case ["settings", "delete", space, key]:
                told["settings"][space].pop(key, None)
                return "Deleted 1 rows\n"
            case ["getprop"]:
                return "".join(f"[{key}]: [{value}]\n" for key, value in told["properties"].items())
            case ["getprop", key]:
                return f"{told['properties'].get(key, '')}\n"
            case ["pm", "list", "packages"]:
                return "".join(f"package:{name}\n" for name in told["packages"])
            case ["pm", "list", "packages", "-s"]:
                return "".join(f"package:{name}\n" for name in told["system_packages"])
            case ["ps", "-A"]:
                rows = "".join(f"root {pid} 1 1 1 0 0 S {name}\n" for pid, name in told["processes"].items())
                return "USER PID PPID VSZ RSS WCHAN ADDR S NAME\n" + rows
            case ["id", "-u"]:
                return "2000\n"
            case ["su", "-c", "id -u"]:
                return "0\n" if told["as_root"] is not None else None
            case ["su", "-c", script] if told["as_root"] is not None:
                return told["as_root"].get(script)
        if found := _NC.search(line):
            return self._netcat(int(found[1]))
        return None

    def _netcat(self, port: int) -> Any:
        match self.told["nc"]:
            case "works" | "garbles":
                with socket.create_connection(("127.0.0.1", port)) as there:
                    there.sendall(b"harness\n" if self.told["nc"] == "works" else b"HTTP/1.0 400\n")
                    there.shutdown(socket.SHUT_WR)
                    there.settimeout(5)
                    there.recv(1)       # toybox's goes on until the other end has closed
                return ""
            case "silent":
                return {"err": "nc: connect: Connection refused\n", "status": 1}
        return None

    def reverse(self, *words: str) -> None:
        """What a port leads to is `nc`'s affair here."""

    def reverse_remove(self, remote: str) -> None:
        """The same."""


class Client:
    """adbutils' client."""

    def __init__(self, told: Mapping[str, Any]) -> None:
        self.told = told
        self.phone = Phone(told)

    def server_version(self) -> int:
        if self.told["server"] is None:
            raise adbutils.AdbError("connect to adb server timeout")
        return int(self.told["server"])

    def list(self) -> list[Any]:
        return [SimpleNamespace(serial=serial, state=state) for serial, state in self.told["attached"].items()]

    def device(self, serial: str) -> Phone:
        return self.phone


class ToldMachine(Machine):
    def __init__(self, told: Mapping[str, Any]) -> None:
        self.told = told

    def installed(self, distribution: str) -> str:
        return str(self.told["machine"].get(distribution) or "")

    def free_bytes(self, folder: Path) -> int:
        return int(self.told["free"])

    def now(self) -> float:
        return float(self.told["now"])


class ScriptedRig(Rig):
    """`told`: as tests/doctor/phone.yaml has it."""

    def __init__(self, told: Mapping[str, Any]) -> None:
        self.told = told
        super().__init__(
            None, client=Client(told), machine=ToldMachine(told), frida=lambda device: endpoint(told["frida"]),
            canary=None if told["canary"] is None else lambda device: canary(told["canary"]))

    @property
    def frida_to_bring(self) -> Path | None:  # type: ignore[override]
        return Path(self.told["cached"]) if self.told["cached"] else None

    def screen_size(self) -> tuple[int, int]:
        if not isinstance(self.told["screen"], list):
            raise RigError("Connecting uiautomator2 failed.", str(self.told["screen"]), "Look whether the device is unlocked.")
        width, height = self.told["screen"]
        return width, height


def endpoint(said: str) -> FridaEndpoint:
    if said in ("server", "portal"):
        return FridaEndpoint(said)
    if said == "Connection refused":
        return FridaEndpoint("", NoFrida("No Frida answers on R5CTEST01.", said, "Start frida-server 17.26.0 on it as root."))
    return FridaEndpoint("", RigError("No Frida answers on R5CTEST01.", said, "Start frida-server 17.26.0 on it as root."))


def canary(said: Mapping[str, Any]) -> Canary:
    if "error" in said:
        raise RigError(said["error"], "", "Run again.")
    return Canary(processes=said.get("processes", 0), late=said.get("late", ""), proofs=tuple(said.get("proofs", ())),
                  read=tuple(said.get("read", ())), refused=said.get("refused", ""))
