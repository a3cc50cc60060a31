"""The proxy's certificate authority among those the device's system trusts, as on a rooted phone.

Android names each by the old subject hash of OpenSSL: the first four bytes, little-endian, of the MD5 of the DER
subject. Where the system's folder cannot be written, a tmpfs with all certificates and ours is put over it. From
Android 14 the store lies in the Conscrypt APEX, which every process sees in a mount namespace of its own, so
the mount is repeated in each zygote and each of its children.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import PurePosixPath

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from harness.device.device import Device, quote
from harness.errors import RigError, UsageError

STORE = "/system/etc/security/cacerts"
APEX_STORE = "/apex/com.android.conscrypt/cacerts"
STAGING = "/data/local/tmp"


@dataclass(frozen=True)
class Authority:
    """`name`: its file name in the store."""

    name: str
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
            name=f"{subject_hash_old(certificate)}.0",
            pem=certificate.public_bytes(Encoding.PEM),
            sha256=hashlib.sha256(der).hexdigest(),
        )


def subject_hash_old(certificate: x509.Certificate) -> str:
    """As `openssl x509 -subject_hash_old` prints it."""
    digest = hashlib.md5(certificate.subject.public_bytes(), usedforsecurity=False).digest()
    return f"{int.from_bytes(digest[:4], 'little'):08x}"


def trusts(device: Device, authority: Authority) -> bool:
    """Whether the store that apps read holds just this certificate under its name."""
    return all(_has(device, folder, authority) for folder in _stores(device))


def _stores(device: Device) -> list[str]:
    apex = device.shell("ls", "-d", APEX_STORE).status == 0
    return [STORE, APEX_STORE] if apex else [STORE]


def _has(device: Device, folder: str, authority: Authority) -> bool:
    said = device.shell("cat", str(PurePosixPath(folder, authority.name)))
    if said.status != 0:
        return False
    try:
        return Authority.read(said.output.encode()).sha256 == authority.sha256
    except UsageError:
        return False


def taken(device: Device, authority: Authority) -> bool:
    """Whether another certificate has its name in the system's folder: it is not to be written over."""
    return device.shell("cat", str(PurePosixPath(STORE, authority.name))).status == 0 and not _has(device, STORE, authority)


def write(device: Device, authority: Authority) -> bool:
    """Puts it into the folder itself. False where the folder is read-only, as on most phones."""
    target = str(PurePosixPath(STORE, authority.name))
    try:
        device.push(authority.pem, target)  # where adbd is root this is enough
    except RigError:
        staged = _stage(device, authority)
        put = f"cp {quote([staged])} {quote([target])} && chmod 644 {quote([target])}"
        if device.root_shell(f"{put}; s=$?; rm -f {quote([staged])}; exit $s").status != 0:
            return False
    return trusts(device, authority)


def mount(device: Device, authority: Authority) -> None:
    """Puts a copy of the store with ours in it over the store, in every mount namespace that apps see."""
    staged = _stage(device, authority)
    said = device.root_shell(_MOUNT.format(staged=quote([staged]), name=quote([authority.name])), seconds=60)
    if said.status != 0 or not trusts(device, authority):
        raise RigError(
            f"The proxy's certificate could not be put into the system store of {device.serial}.",
            (said.error or said.output).strip()[-500:],
            "Root the phone (Magisk, KernelSU), or use an emulator without Google Play or the lab.",
        )


def unmount(device: Device, name: str = "") -> bool:
    """Takes the copy away again, or finds it gone (a restart takes it away too). `name`: what a kill may have left staged."""
    staged = f"rm -rf {quote([_staged(name)])} {quote([_staged(name)])}.d\n" if name else ""
    return device.root_shell(staged + _UNMOUNT, seconds=60).status == 0


def remove(device: Device, name: str) -> bool:
    """The certificate, and what a kill may have left of it where it is staged."""
    paths = quote([_staged(name), str(PurePosixPath(STORE, name))])
    return device.root_shell(f"for path in {paths}; do [ ! -e $path ] || rm -f $path || exit 1; done").status == 0


def _staged(name: str) -> str:
    return f"{STAGING}/harness-{name}"


def _stage(device: Device, authority: Authority) -> str:
    staged = _staged(authority.name)
    device.push(authority.pem, staged)
    return staged


# A zygote's children are named by their parent's pid in /proc/*/status.
_NAMESPACES = """
namespaces() {{
  for zygote in $(pidof zygote; pidof zygote64); do
    echo $zygote
    for status in /proc/[0-9]*/status; do
      grep -q "^PPid:[[:space:]]*$zygote$" $status 2>/dev/null && echo $status | cut -d/ -f3
    done
  done
}}
"""

_MOUNT = (
    "set -e\n"
    f"store={STORE}\napex={APEX_STORE}\n"
    + _NAMESPACES
    + """
copy={staged}.d
rm -rf $copy; mkdir -m 700 $copy
if [ -d $apex ]; then from=$apex; else from=$store; fi
[ -z "$(ls $from)" ] || cp $from/* $copy/
mv {staged} $copy/{name}
mount -t tmpfs tmpfs $store
mv $copy/* $store/; rmdir $copy
chown root:root $store/*; chmod 644 $store/*
chcon u:object_r:system_file:s0 $store/* 2>/dev/null || true
if [ -d $apex ]; then
  mount --bind $store $apex
  for pid in $(namespaces); do
    nsenter --mount=/proc/$pid/ns/mnt -- /system/bin/mount --bind $store $apex || true
  done
fi
"""
)

_UNMOUNT = (
    f"store={STORE}\napex={APEX_STORE}\n"
    + _NAMESPACES.replace("{{", "{").replace("}}", "}")
    + """
if [ -d $apex ]; then
  for pid in $(namespaces); do
    nsenter --mount=/proc/$pid/ns/mnt -- /system/bin/umount $apex 2>/dev/null
  done
  umount $apex 2>/dev/null
fi
umount $store 2>/dev/null
grep -q " $store tmpfs " /proc/mounts && exit 1
exit 0
"""
)
