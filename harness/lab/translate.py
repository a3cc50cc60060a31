"""dex -> class files: an app's code as the lab's JVM reads it, made once for each APK.

The translator is ours (lab/translator, Java on dexlib2 and ASM). It writes version 52 class files with frames,
line numbers, generic signatures and annotations. A method that has no meaning on the JVM becomes one that
throws VerifyError, as ART does with a method it refuses; `replaced_methods` lists them.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import tempfile
import zipfile
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from harness.errors import BadApk, HarnessError, RigError
from harness.lab import translation_process
from harness.lab.artefacts import publish, sha256_of
from harness.lab.runtime import artefact, compile_class_path, java
from harness.lab.translation_process import HEAP, INSTALL, Limits, Stopped, TooMuch, Translations
from harness.resources import cache_dir, resource

Progress = Callable[[int, int], None]
"""Told how many classes are done, and of how many."""

_LIBRARIES = (
    "org.smali:dexlib2", "com.google.guava:guava", "com.google.guava:failureaccess", "org.ow2.asm:asm",
    "org.ow2.asm:asm-tree",
)  # fmt: skip
_GIVES_UP = 3
_MOST_TROUBLE = 1 << 20
_MAX_DEX_BYTES = 512 << 20


@dataclass(frozen=True)
class ReplacedMethod:
    """A method that throws VerifyError instead of running. `method` is name and descriptor; "<class>" where the whole class is
    left out, so that who asks for it gets a NoClassDefFoundError."""

    class_name: str
    method: str
    why: str


class TranslationTookTooMuch(BadApk):
    """Time or memory. A dex can be made for that."""


def translate(
    apk: Path, *, progress: Progress | None = None, limits: Limits = INSTALL, among: Translations | None = None
) -> Path:
    """The jar of the APK's classes; an APK without code gives an empty one.

    Cached by the APK's SHA-256 and the translator's sources. Raises BadApk where the file is no ZIP, its dex cannot be read, or
    takes more than `limits`; the message names the class, where it got as far as one. RigError: it was stopped, with all
    of `among`.
    """
    size = dex_size(apk)
    version, program = _translator()
    jar = cache_dir("translated", version) / f"{sha256_of(apk)}.jar"
    if not jar.is_file() and not size:
        _write_empty(jar)
    elif not jar.is_file():
        _run(apk, jar, program, progress, (limits, limits.seconds(size)), among or Translations())
    return jar


def replaced_methods(jar: Path) -> list[ReplacedMethod]:
    """What could not be translated in a jar that `translate` returned."""
    return [ReplacedMethod(**entry) for entry in json.loads(_notes(jar).read_text(encoding="utf-8"))]


def load_check(jar: Path) -> dict[str, str]:
    """Loads and verifies each class of a translated jar in a JVM of its own: class -> why the JVM refuses it."""
    _, program = _translator()
    command = [java(), "-cp", program, "lab.translator.Check", jar, *compile_class_path()]
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=True)
    lines = [line.split("\t") for line in done.stdout.splitlines()]
    return {fields[1]: fields[2] for fields in lines if fields[0] == "refused"}


def program() -> str:
    """The class path of the translator's classes and what they need, compiled if need be."""
    return _translator()[1]


def _notes(jar: Path) -> Path:
    return jar.with_suffix(".json")


def _write_empty(jar: Path) -> None:
    """Of an APK without code, as most splits are."""
    _notes(jar).write_text("[]", encoding="utf-8")
    with tempfile.TemporaryDirectory(dir=jar.parent) as work:
        part = Path(work) / jar.name
        zipfile.ZipFile(part, "w").close()
        publish(part, jar)


def dex_size(apk: Path) -> int:
    """Bytes of dex, unpacked, as the archive's directory has it. Raises BadApk: no ZIP, or more than real apps have."""
    try:
        with zipfile.ZipFile(apk) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, OSError) as error:
        raise BadApk(f"{apk.name} is not an APK.", f"It is no readable ZIP: {error}.", "Name another file.") from error
    size = sum(e.file_size for e in entries if e.filename.startswith("classes") and e.filename.endswith(".dex"))
    if size > _MAX_DEX_BYTES:
        raise BadApk(
            f"{apk.name} says that it has {size >> 20} MiB of code.",
            f"More than {_MAX_DEX_BYTES >> 20} MiB is not unpacked: no real app has it, a hostile archive may.",
            "Use a phone for this one.",
        )
    return size


def _translator() -> tuple[str, str]:
    """The translator's version (a hash of its sources and libraries) and its class path, compiled if need be."""
    sources = sorted(resource("lab", "translator", "java").rglob("*.java"))
    libraries = [artefact(name) for name in _LIBRARIES]
    whole = hashlib.sha256("".join(library.name for library in libraries).encode())
    for source in sources:
        whole.update(source.read_bytes())
    version = whole.hexdigest()[:16]
    jar = cache_dir("translator") / f"{version}.jar"
    if not jar.is_file():
        _compile(sources, libraries, jar)
    return version, os.pathsep.join(str(path) for path in (jar, *libraries))


def _compile(sources: Iterable[Path], libraries: Iterable[Path], jar: Path) -> None:
    with tempfile.TemporaryDirectory(dir=jar.parent) as work:
        classes, part = Path(work) / "classes", Path(work) / jar.name
        class_path = os.pathsep.join(str(path) for path in libraries)
        command = [java(), "-jar", artefact("org.eclipse.jdt:ecj"), "-11", "-nowarn", "-g", "-encoding", "UTF-8",
                   "-cp", class_path, "-d", classes, *sources]  # fmt: skip
        done = subprocess.run([str(p) for p in command], capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise HarnessError("The dex translator cannot be compiled.", done.stderr.strip()[-2000:], "Restore lab/translator.")
        with zipfile.ZipFile(part, "w") as archive:
            for file in sorted(classes.rglob("*.class")):
                archive.write(file, file.relative_to(classes).as_posix())
        publish(part, jar)


def _run(
    apk: Path, jar: Path, program: str, progress: Progress | None, limits: tuple[Limits, int], among: Translations
) -> None:
    with tempfile.TemporaryDirectory(dir=jar.parent) as work:
        part = Path(work) / jar.name
        command = [java(), HEAP, "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp", program, "lab.translator.Main",
                   apk, part, *compile_class_path()]  # fmt: skip
        said: list[list[str]] = []
        with (Path(work) / "stderr").open("w+") as errors:
            try:
                status = translation_process.run(
                    [str(p) for p in command], errors, limits[1], limits[0].patience,
                    lambda lines: _listen(lines, said, progress), among,
                )  # fmt: skip
            except TooMuch as much:
                raise TranslationTookTooMuch(
                    f"The code of {apk.name} cannot be translated.", f"It takes more than a translation may: {much}.",
                    "Use a phone for this one.",
                ) from much  # fmt: skip
            except Stopped as stopped:
                raise RigError(f"The code of {apk.name} was not translated.", "The lab device ends.", "") from stopped
            errors.seek(0)
            trouble = errors.read(_MOST_TROUBLE)
        if status != 0:
            _fail(apk, status, said, trouble)
        replaced = [ReplacedMethod(*fields) for name, *fields in said if name == "replaced"]
        notes = Path(work) / "notes.json"
        notes.write_text(json.dumps([asdict(entry) for entry in replaced], indent=1), encoding="utf-8")
        publish(notes, _notes(jar))
        publish(part, jar)


def _listen(lines: Iterable[str], said: list[list[str]], progress: Progress | None) -> None:
    """Puts what the translator says into `said`, a list of fields for each line; progress is passed on."""
    total = 0
    for line in lines:
        fields = line.rstrip("\n").split("\t")
        if fields[0] != "done":
            said.append(fields)
        if fields[0] == "total":
            total = int(fields[1])
        if progress and fields[0] in ("total", "done"):
            progress(0 if fields[0] == "total" else min(int(fields[1]), total), total)


def _fail(apk: Path, status: int, said: list[list[str]], trouble: str) -> None:
    bad = next((fields for fields in said if fields[0] == "bad"), None)
    if status == _GIVES_UP and bad:
        raise BadApk(f"The code of {apk.name} cannot be read: {bad[1]}.", bad[2], "Check that the APK is complete.")
    raise HarnessError(
        f"The dex translator failed on {apk.name}.", trouble.strip()[-1500:] or f"It ended with status {status}.",
        "Report this, with the APK if you may.",
    )  # fmt: skip
