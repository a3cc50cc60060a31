"""The app of tests/lab/native, its native code compiled for both of the lab's ABIs."""

from __future__ import annotations

import shutil
import subprocess
import zipfile
from pathlib import Path

from harness.lab.apps.archive import pack
from harness.lab.apps.builder import build_source
from harness.lab.apps.signature import read_signing_key, sign
from harness.lab.apps.sources import AppSource
from harness.resources import resource

FOLDER = Path(__file__).parent / "native"
PACKAGE = "example.nativecode"
ABIS = {"arm64-v8a": ["--target=aarch64-linux-android23"],
        "armeabi-v7a": ["--target=armv7a-linux-androideabi23", "-mfloat-abi=softfp"]}  # fmt: skip
OWN = ("probe", "beside")
NEEDED = ("libc.so", "liblog.so", "libjnigraphics.so")
WITHOUT = "clang and lld compile the app's native code; they are not here"


def can_compile() -> bool:
    return shutil.which("clang") is not None and shutil.which("ld.lld") is not None


def libraries(folder: Path) -> dict[str, Path]:
    """ABI -> a folder with libprobe.so and libbeside.so. What they need of Android is only named in them."""
    found = {}
    for abi, target in ABIS.items():
        out = folder / abi
        out.mkdir()
        common = ["clang", *target, "-fuse-ld=lld", "-nostdlib", "-shared", "-fPIC", "-O1", "-Wall", "-Werror",
                  "-fno-stack-protector"]  # fmt: skip
        empty = out / "empty.c"
        empty.write_text("")
        for name in NEEDED:
            _run([*common, f"-Wl,-soname,{name}", "-o", str(out / name), str(empty)])
        for own in OWN:
            _run([*common, f"-Wl,-soname,lib{own}.so", "-o", str(out / f"lib{own}.so"), str(FOLDER / "c" / f"{own}.c"),
                  "-Wl,--no-as-needed", *(str(out / name) for name in NEEDED)])  # fmt: skip
        for name in (*NEEDED, "empty.c"):
            (out / name).unlink()
        found[abi] = out
    return found


def _run(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def built() -> Path:
    """Without native code in it."""
    return build_source(AppSource(
        name="nativecode", folder=FOLDER, package=PACKAGE, label="native code", version_code=1, version_name="1", code=(FOLDER,)))


def with_libraries(folder: Path) -> Path:
    """The APK with its libraries for both ABIs, signed."""
    with zipfile.ZipFile(built()) as archive:
        contents = {name: archive.read(name) for name in archive.namelist() if not name.startswith("META-INF/")}
    for abi, found in libraries(folder).items():
        contents |= {f"lib/{abi}/{library.name}": library.read_bytes() for library in found.iterdir()}
    apk = folder / "native.apk"
    apk.write_bytes(sign(pack(contents), read_signing_key(resource("lab", "apps", "public-test-key.pem"))))
    return apk
