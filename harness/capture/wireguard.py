"""The tunnel for apps that ignore the device's proxy: its keys, and what the WireGuard app on the device is given.

The proxy process is the other end of it, without a network interface of its own: mitmproxy takes each connection that
comes out of the tunnel as it takes those of a proxy. Keys are made once for a device and kept in the state folder, so that a
tester brings the configuration to the device once and not for every run.
"""

from __future__ import annotations

import base64
import contextlib
import json
import os
import socket
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from harness.errors import RigError, UsageError
from harness.resources import as_file_name, state_dir

DEVICE_ADDRESS = "10.0.0.1"
DEVICE_ADDRESS6 = "fd00:7072:6976::1"
NAME_SERVER = "10.0.0.53"
"""The proxy answers DNS there, and nothing else."""
MTU = 1420
_NAME_LENGTH = 15
_SOMEWHERE = "192.0.2.1"    # RFC 5737; nothing is sent there


@dataclass(frozen=True)
class Tunnel:
    """`keys`: a file with both ends' keys, in mitmproxy's form. `listen`: the address of this machine to listen at."""

    keys: Path
    port: int = 0
    listen: str = "0.0.0.0"

    @classmethod
    def of(cls, serial: str, folder: Path | None = None) -> Tunnel:
        """The tunnel of a device: the same keys and port each time. Raises RigError for a key file that is damaged."""
        folder = state_dir("wireguard") if folder is None else folder
        path = folder / f"{as_file_name(serial)}.json"
        if not path.exists():
            make_keys(path, _free_port())
        return cls(path, int(_read(path).get("port", 0)))

    def configuration(self, endpoint: str, package: str = "") -> str:
        """What the WireGuard app is given. `endpoint`: ADDRESS:PORT at which the device finds this machine. With
        `package` only that app's traffic takes the tunnel."""
        keys = _read(self.keys)
        only = [f"IncludedApplications = {package}"] if package else []
        return "\n".join([
            "[Interface]", f"PrivateKey = {keys['client_key']}", f"Address = {DEVICE_ADDRESS}/32, {DEVICE_ADDRESS6}/128",
            f"DNS = {NAME_SERVER}", f"MTU = {MTU}", *only, "",
            "[Peer]", f"PublicKey = {public_key(keys['server_key'])}", "AllowedIPs = 0.0.0.0/0, ::/0",
            f"Endpoint = {endpoint}", "PersistentKeepalive = 25", "",
        ])

    def write_configuration(self, endpoint: str, package: str) -> Path:
        """The file to bring to the device; it holds a private key, so only its owner may read it. The WireGuard app names the
        tunnel after it, and takes names of 15 characters at most."""
        folder = self.keys.with_suffix("") / package
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = folder / f"{package[-_NAME_LENGTH:].lstrip('.')}.conf"
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(self.configuration(endpoint, package))
        return path


def make_keys(path: Path, port: int = 0) -> None:
    """Both ends' private keys. Of two that make them at once the first is kept."""
    made = path.with_name(f"{path.name}.{os.getpid()}")
    with os.fdopen(os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump({"server_key": _new_key(), "client_key": _new_key(), "port": port}, file)
    with contextlib.suppress(FileExistsError):
        os.link(made, path)
    made.unlink()


def public_key(private: str) -> str:
    key = X25519PrivateKey.from_private_bytes(base64.b64decode(private))
    return base64.b64encode(key.public_key().public_bytes_raw()).decode()


def own_address() -> str:
    """This machine's address in the network that its default route leads to. Raises UsageError where there is none."""
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.connect((_SOMEWHERE, 9))
            return str(probe.getsockname()[0])
    except OSError as bad:
        raise UsageError(
            "The address at which the device finds this machine is not known.", f"There is no route out: {bad}.",
            "Name it with --wireguard-endpoint ADDRESS.") from bad


def endpoint(address: str, port: int) -> str:
    return f"[{address}]:{port}" if ":" in address else f"{address}:{port}"


def _new_key() -> str:
    key = X25519PrivateKey.generate()
    raw = key.private_bytes(serialization.Encoding.Raw, serialization.PrivateFormat.Raw, serialization.NoEncryption())
    return base64.b64encode(raw).decode()


def _read(path: Path) -> dict[str, str]:
    try:
        keys = json.loads(path.read_text("utf-8"))
        public_key(keys["server_key"]), public_key(keys["client_key"])
    except (OSError, ValueError, KeyError, TypeError) as bad:
        raise RigError(
            f"The tunnel's keys in {path} cannot be read.", f"{type(bad).__name__}: {bad}",
            "Remove the file; new keys are made then, and the device needs the new configuration.") from bad
    return dict(keys)


def _free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("0.0.0.0", 0))
        return int(probe.getsockname()[1])
