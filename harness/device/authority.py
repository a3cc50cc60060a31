"""The proxy's certificate authority among those the device's system trusts, as on a rooted phone.

Android names each by the old subject hash of OpenSSL: the first four bytes, little-endian, of the MD5 of the DER
subject. Those of equal hash are numbered from .0 on and looked for until a number is missing, so ours takes the first
free one. Where the system's folder cannot be written, or is not the only one, a copy with ours in it is mounted over
each store (harness/device/store_mounts.py).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import PurePosixPath

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from harness.device.device import Device, Shell, quote
from harness.device.store_mounts import APEX_STORE, SCRIPT, STAGED, STORE, mount_script, unmount_script
from harness.errors import RigError, UsageError

SECONDS = 180  # a phone may have hundreds of mount namespaces to enter
NUMBERS = 10  # certificates of one subject; a store that has more is no store


@dataclass(frozen=True)
class Authority:
    """`hash`: of its subject; its name in a store without the number."""

    hash: str
    pem: bytes
    sha256: str

    @classmethod
    def read(cls, pem: bytes) -> Authority:
        """The first certificate of a PEM file."""
        try:
            certificate = x509.load_pem_x509_certificate(pem)
        except ValueError as error:
            raise UsageError("The proxy's certificate cannot be read.", str(error), "Make it anew.") from error
        der = certificate.public_bytes(Encoding.DER)
        return cls(
            hash=subject_hash_old(certificate),
            pem=certificate.public_bytes(Encoding.PEM),
            sha256=hashlib.sha256(der).hexdigest(),
        )


def subject_hash_old(certificate: x509.Certificate) -> str:
    """As `openssl x509 -subject_hash_old` prints it."""
    digest = hashlib.md5(certificate.subject.public_bytes(), usedforsecurity=False).digest()
    return f"{int.from_bytes(digest[:4], 'little'):08x}"


def trusts(device: Device, authority: Authority) -> bool:
    """Whether each store that apps may read holds just this certificate under its hash."""
    return all(authority.sha256 in _of_hash(device, folder, authority.hash) for folder in _stores(device))


def free_name(device: Device, authority: Authority) -> str:
    """The file name that it takes in the store."""
    return f"{authority.hash}.{len(_of_hash(device, STORE, authority.hash))}"


def writable(device: Device) -> bool:
    """Whether it is worth trying. Where the Conscrypt APEX has a store too, that one can only be mounted over; and what is
    written into a folder that a Magisk module mounted gets a label that apps may not read."""
    return _stores(device) == [STORE] and f" {STORE} " not in device.shell("cat", "/proc/mounts").output


def _stores(device: Device) -> list[str]:
    apex = device.shell("ls", "-d", APEX_STORE).status == 0
    return [STORE, APEX_STORE] if apex else [STORE]


def _of_hash(device: Device, folder: str, subject_hash: str) -> list[str]:
    """SHA-256 of those with this hash, in the order of their numbers; "" for what is no certificate."""
    found: list[str] = []
    for number in range(NUMBERS):
        said = device.shell("cat", str(PurePosixPath(folder, f"{subject_hash}.{number}")))
        if said.status != 0:
            break
        try:
            found.append(Authority.read(said.output.encode()).sha256)
        except UsageError:
            found.append("")
    return found


def write(device: Device, authority: Authority, name: str) -> bool:
    """Puts it into the folder itself. False where the folder is read-only, as on most phones."""
    target = str(PurePosixPath(STORE, name))
    try:
        device.push(authority.pem, target)  # where adbd is root this is enough
    except RigError:
        device.push(authority.pem, STAGED)
        put = f"cp {STAGED} {quote([target])} && chmod 644 {quote([target])}"
        if device.root_shell(f"{put}; s=$?; rm -f {STAGED}; exit $s").status != 0:
            return False
    return trusts(device, authority)


def mount(device: Device, authority: Authority) -> list[int]:
    """Puts a copy of each store with ours in it over that store, in every mount namespace that apps see. Returns the
    pids of running processes that do not see it; whatever is started from now on does."""
    device.push(authority.pem, STAGED)
    said = _run(device, mount_script(authority.hash))
    if said.status != 0 or not trusts(device, authority):
        raise RigError(
            f"The proxy's certificate could not be put into the system store of {device.serial}.",
            (said.error or said.output).strip()[-500:] or "It was mounted, but a shell of the device does not see it.",
            "Root the phone (Magisk with the mount namespace mode global, KernelSU), or use an emulator without "
            "Google Play or the lab.",
        )
    return [int(line.split()[1]) for line in said.output.splitlines() if line.startswith("unreached ")]


def unmount(device: Device) -> bool:
    """Takes the copies away again, or finds them gone (a restart takes them away too)."""
    return _run(device, unmount_script()).status == 0


def remove(device: Device, name: str) -> bool:
    """The certificate, and what a kill may have left of it where it is staged."""
    paths = quote([STAGED, str(PurePosixPath(STORE, name))])
    return device.root_shell(f"for path in {paths}; do [ ! -e $path ] || rm -f $path || exit 1; done").status == 0


def _run(device: Device, script: str) -> Shell:
    device.push(script.encode(), SCRIPT)
    return device.root_shell(f"sh {SCRIPT}; s=$?; rm -f {SCRIPT}; exit $s", seconds=SECONDS)
