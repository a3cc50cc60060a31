"""Trees of the shape of Android's, each in user, mount and pid namespaces of its own: a read-only system, an APEX folder,
an init, zygotes and apps as processes in mount namespaces like a phone's, and a root shell with only the tools of
that level. What is run there is real (sh, mount, nsenter); what it is run on is not a phone.
"""

from __future__ import annotations

import datetime
import os
import shutil
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from harness.device.authority import subject_hash_old
from harness.device.device import Shell
from harness.device.store_mounts import APEX_STORE, STORE
from harness.errors import RigError

TOOLS = ("cat", "chcon", "chmod", "chown", "cp", "cut", "grep", "ls", "mkdir", "mount", "mv", "pidof", "readlink", "rm",
         "rmdir", "tail", "umount")  # of those that Android 7 has, what a script might use
SECONDS = 30
OWN = ("unshare", "-Urmpf", "--kill-child")


@cache
def why_no_tree() -> str:
    """"" where such namespaces can be had."""
    for program in ("unshare", "nsenter", "openssl", "mkfifo"):
        if not shutil.which(program):
            return f"there is no {program}"
    said = subprocess.run([*OWN, "mount", "-t", "proc", "proc", "/proc"], capture_output=True, text=True)
    return said.stderr.strip() if said.returncode else ""


def why_no_tools(kind: str) -> str:
    wanted = {"android": ("mksh", "toybox"), "machine": ("dash",), "magisk": ("mksh", "toybox", "busybox")}[kind]
    missing = [program for program in wanted if not shutil.which(program)]
    return f"there is no {', '.join(missing)}" if missing else ""


@dataclass(frozen=True)
class Layout:
    """`nsenter`: whether the level's toybox has it. `apex`: "" none, "code" a Conscrypt module without certificates, "store"
    one with. `zygotes`: their process names."""

    api: int
    zygotes: tuple[str, ...]
    system_as_root: bool = True
    nsenter: bool = True
    apex: str = ""

    @property
    def stores(self) -> tuple[str, ...]:
        return (STORE, APEX_STORE) if self.apex == "store" else (STORE,)


LAYOUTS = (
    Layout(24, ("zygote", "zygote64"), system_as_root=False, nsenter=False),
    Layout(28, ("zygote64", "zygote"), system_as_root=False, nsenter=False),
    Layout(30, ("zygote64", "zygote"), apex="code"),
    Layout(33, ("zygote64", "zygote"), apex="store"),
    Layout(34, ("zygote64", "zygote64", "zygote"), apex="store"),
    Layout(36, ("zygote64",), apex="store"),
)


@dataclass(frozen=True)
class Root:
    """A certificate authority, and a certificate for a server that it issued."""

    pem: bytes
    leaf: bytes
    hash: str


def root(name: str) -> Root:
    key, of = ec.generate_private_key(ec.SECP256R1()), _name(name)
    leaf_key = ec.generate_private_key(ec.SECP256R1())
    own = _certificate(of, of, key.public_key(), key, is_root=True)
    leaf = _certificate(_name(f"{name}.example"), of, leaf_key.public_key(), key, is_root=False)
    pem = serialization.Encoding.PEM
    return Root(own.public_bytes(pem), leaf.public_bytes(pem), subject_hash_old(own))


def _name(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name), x509.NameAttribute(NameOID.ORGANIZATION_NAME, name)])


def _certificate(
    of: x509.Name, by: x509.Name, key: ec.EllipticCurvePublicKey, signer: ec.EllipticCurvePrivateKey, *, is_root: bool
) -> x509.Certificate:
    now = datetime.datetime.now(datetime.UTC)
    return (
        x509.CertificateBuilder().subject_name(of).issuer_name(by).public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1)).not_valid_after(now + datetime.timedelta(days=9))
        .add_extension(x509.BasicConstraints(ca=is_root, path_length=None), critical=True)
        .sign(signer, hashes.SHA256())
    )


# As init does it: everything shared, /apex private; what is mounted below /apex later is private with it (AOSP,
# system/core/init/mount_namespace.cpp). Zygotes and apps: a namespace of their own each, all of it slave (AOSP,
# frameworks/base/core/jni/com_android_internal_os_Zygote.cpp).
_BOOT = """
set -e
root=$1 source=$2 separate=$3 apex=$4
mount --make-rprivate /
mount -t tmpfs -o mode=755 rootfs $root
cp -a $source/root/. $root/
if [ $separate = yes ]; then
  mount -t tmpfs -o mode=755 system.img $root/system
fi
cp -a $source/system/. $root/system/
mount --rbind /usr $root/usr
mount --rbind /dev $root/dev
mount -t proc proc $root/proc
mount -t tmpfs -o mode=755 userdata $root/data
mkdir -p $root/data/local/tmp $root/data/old $root/data/adb
cp -a $source/data/. $root/data/
if [ -n "$apex" ]; then
  mount -t tmpfs -o mode=755 apexes $root/apex
  cd $root/apex
  mkdir com.android.conscrypt com.android.conscrypt@1
fi
cd $root
pivot_root . data/old
cd /
umount -l /data/old
rmdir /data/old
mount --make-rshared /
if [ -n "$apex" ]; then
  mount --make-private /apex
  mount -t tmpfs -o mode=755 loop7 /apex/com.android.conscrypt@1
  cp -a /data/module/. /apex/com.android.conscrypt@1/
  mount -o remount,ro /apex/com.android.conscrypt@1
  mount --bind /apex/com.android.conscrypt@1 /apex/com.android.conscrypt
fi
if [ $separate = yes ]; then mount -o remount,bind,ro /system; fi
mount -o remount,bind,ro /
echo ready
while read -r line; do
  eval "$line" && echo "done $!" || echo "failed"
done
"""

_ZYGOTE = """
while :; do
  read -r propagation name <$1
  if [ "$name" = app ]; then
    /usr/bin/unshare -m --propagation $propagation /data/run/app 9999 &
  else
    /usr/bin/mkfifo /data/run/$name.in
    /usr/bin/unshare -m --propagation $propagation /data/run/$name /data/run/zygote.sh /data/run/$name.in &
  fi
  echo $! >/data/run/answer
done
"""


@dataclass
class Tree:
    """A booted tree. It answers as a device does, as far as certificates go. `su`: what the root shell is run by."""

    layout: Layout
    folder: Path
    kind: str = "android"
    replaced: dict[str, str] = field(default_factory=dict)  # tools of the system, by scripts
    before: tuple[Root, ...] = ()
    serial: str = "tree"
    su: tuple[str, ...] = ()
    zygotes: list[int] = field(default_factory=list)
    apps: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.earlier: dict[str, list[Root]] = {}
        self._leaves: dict[bytes, str] = {}
        self._lay()

    # -- the image ------------------------------------------------------------------------------

    def _lay(self) -> None:
        top = self.folder / "root"
        for folder in ("system", "usr", "dev", "proc", "data", "apex"):
            (top / folder).mkdir(parents=True)
        (top / "etc").mkdir()
        for file in ("passwd", "group"):  # Android's libc knows the name by itself
            (top / "etc" / file).write_text("root:x:0:\n" if file == "group" else "root:x:0:0::/:/system/bin/sh\n")
        for link in ("bin", "sbin", "lib", "lib64"):
            if Path("/", link).is_symlink():
                (top / link).symlink_to(os.readlink(f"/{link}"))
        self._lay_tools(self.folder / "system/bin")
        common, old, new = root("Common CA"), root("Old CA"), root("New CA")
        self._lay_store(self.folder / "system/etc/security/cacerts", STORE, (common, old, *self.before))
        run = self.folder / "data/run"
        run.mkdir(parents=True)
        module = self.folder / "data/module"
        (module / "javalib").mkdir(parents=True)
        if self.layout.apex == "store":
            self._lay_store(module / "cacerts", APEX_STORE, (common, new, *self.before))
        for name in ("zygote", "zygote64", "webview_zygote"):
            (run / name).symlink_to("/usr/bin/dash")
        (run / "app").symlink_to("/usr/bin/sleep")
        (run / "zygote.sh").write_text(_ZYGOTE)
        if self.kind == "magisk":
            (self.folder / "data/adb/magisk").mkdir(parents=True)
            (self.folder / "data/adb/magisk/busybox").symlink_to(str(shutil.which("busybox")))

    def _lay_tools(self, folder: Path) -> None:
        folder.mkdir(parents=True)
        machine = self.kind == "machine"
        (folder / "sh").symlink_to("/usr/bin/dash" if machine else "/usr/bin/mksh")
        listed = () if machine else subprocess.run(["toybox"], capture_output=True, text=True).stdout.split()
        for tool in (*TOOLS, *(("nsenter",) if self.layout.nsenter else ())):
            if tool in self.replaced:
                (folder / tool).write_text(f"#!/system/bin/sh\n{self.replaced[tool]}")
                (folder / tool).chmod(0o755)
            elif not machine and tool in listed:
                (folder / tool).symlink_to("/usr/bin/toybox")
            elif (own := shutil.which(tool)) and (machine or tool != "chcon"):
                (folder / tool).symlink_to(f"/usr/{own.removeprefix('/usr').lstrip('/')}")

    def _lay_store(self, folder: Path, seen_at: str, roots: tuple[Root, ...]) -> None:
        folder.mkdir(parents=True)
        self.earlier[seen_at] = list(roots)
        for one in roots:
            number = next(n for n in range(99) if not (folder / f"{one.hash}.{n}").exists())
            (folder / f"{one.hash}.{number}").write_bytes(one.pem)

    # -- its life -------------------------------------------------------------------------------

    @contextmanager
    def booted(self) -> Iterator[Tree]:
        (self.folder / "mnt").mkdir()
        words = [str(self.folder / "mnt"), str(self.folder), "no" if self.layout.system_as_root else "yes", self.layout.apex]
        self._init = subprocess.Popen(
            [*OWN, "dash", "-c", _BOOT, "boot", *words], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        try:
            assert self._init.stdout
            assert self._init.stdout.readline() == "ready\n", "the tree did not boot"
            children = Path(f"/proc/{self._init.pid}/task/{self._init.pid}/children").read_text().split()
            self._pid = int(children[0])
            for number, name in enumerate(self.layout.zygotes):
                self.zygotes.append(self._start_zygote(name, number))
            for number in range(len(self.zygotes)):
                self.apps.append(self.fork(number))
            yield self
        finally:
            assert self._init.stdin
            assert self._init.stdout
            self._init.stdin.close()
            self._init.stdout.close()
            try:
                self._init.wait(SECONDS)
            finally:
                self._init.kill()
                self._init.wait()

    def init(self, line: str) -> int:
        """Lets init run a line of sh; the pid of what it started last."""
        assert self._init.stdin and self._init.stdout
        print(line, file=self._init.stdin, flush=True)
        word, *pid = self._init.stdout.readline().split()
        assert word == "done", line
        return int(pid[0]) if pid else 0

    def _start_zygote(self, name: str, number: int) -> int:
        if not number:
            self.init("mkfifo /data/run/answer")
        ctl = f"/data/run/{number}.in"
        self.init(f"mkfifo {ctl}")
        pid = self.init(f"unshare -m --propagation slave /data/run/{name} /data/run/zygote.sh {ctl} &")
        return self._up(pid, name)

    def fork(self, number: int | str, name: str = "app", propagation: str = "slave") -> int:
        """A child of a zygote, by its number in `zygotes` or the name of a child that is one itself. Its pid."""
        said = self.run(f"echo {propagation} {name} >/data/run/{number}.in; cat /data/run/answer")
        return self._up(int(said.output), name)

    def burn_pids(self) -> None:
        """Until a new one has more digits than those that there are."""
        digits = max(len(str(pid)) for pid in self.processes())
        self.run(f"while [ $(sh -c 'echo $$' | wc -c) -le {digits + 1} ]; do :; done")

    def _up(self, pid: int, name: str) -> int:
        until = time.monotonic() + SECONDS
        while self.run(f"cat /proc/{pid}/comm").output.strip() != name:
            assert time.monotonic() < until, f"{name} did not start"
            time.sleep(0.01)
        return pid

    # -- what is asked of it --------------------------------------------------------------------

    def run(self, script: str, *, within: int = 1, data: bytes | None = None) -> Shell:
        """A script with this machine's tools, in a process's mount namespace."""
        enter = [] if within == 1 else ["nsenter", f"--mount=/proc/{within}/ns/mnt"]
        return self._enter([*enter, "/usr/bin/dash", "-c", script], data)

    def _enter(self, words: list[str], data: bytes | None = None) -> Shell:
        said = subprocess.run(
            ["nsenter", "-t", str(self._pid), "-U", "--preserve-credentials", "-m", "-p", *words],
            input=data or b"", capture_output=True, timeout=4 * SECONDS,
        )
        return Shell(said.returncode, said.stdout.decode(), said.stderr.decode())

    def root_shell(self, script: str, seconds: float = 30) -> Shell:
        return self._enter([*self.su, "/usr/bin/env", "-i", "PATH=/system/bin", "/system/bin/sh", "-c", script])

    def shell(self, *words: str, seconds: float = 30) -> Shell:
        return self._enter(["/usr/bin/env", "-i", "PATH=/system/bin", *words])

    def push(self, data: bytes, remote: str, mode: int = 0o644) -> None:
        said = self.run(f"cat >{remote}", data=data)
        if said.status != 0:
            raise RigError("not pushed", said.error, "")

    def processes(self) -> list[int]:
        return [1, *self.zygotes, *self.apps]

    def mounts(self) -> dict[int, str]:
        parts = self.run("".join(f"cat /proc/{pid}/mountinfo; echo;" for pid in self.processes())).output.split("\n\n")
        return dict(zip(self.processes(), parts, strict=False))

    def trusts(self, of: Root, store: str, within: int) -> bool:
        return (store, of.pem) in self.trusted([of], within)

    def trusted(self, roots: Sequence[Root], within: int) -> set[tuple[str, bytes]]:
        """Stores, and those roots (PEM) whose leaf openssl verifies with what that store holds of its issuer's hash: looked
        up as Conscrypt does, from inside a process's mount namespace."""
        script = _LOOK
        for number, one in enumerate(roots):
            if one.leaf not in self._leaves:
                self._leaves[one.leaf] = f"/data/leaf{len(self._leaves)}"
                self.push(one.leaf, self._leaves[one.leaf])
            script += "".join(f"look {store} {self._leaves[one.leaf]} {number}\n" for store in self.layout.stores)
        said = self.run(script, within=within)
        assert said.status == 0, said.error
        found = [line.split() for line in said.output.splitlines() if line.startswith("/")]
        return {(store, roots[int(number)].pem) for store, number in found}


_LOOK = """
look() {
  hash=$(openssl x509 -noout -issuer_hash_old -in $2) || exit 9
  file=0
  while [ -e $1/$hash.$file ]; do
    openssl verify -no-CApath -no-CAstore -CAfile $1/$hash.$file $2 >/dev/null 2>&1 && echo $1 $3 && break
    file=$((file + 1))
  done
  return 0
}
"""
