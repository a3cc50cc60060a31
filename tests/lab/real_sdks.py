"""An app with real SDKs of nine vendors in it: built from tests/lab/sdk_app, the SDKs downloaded when it is built.

Nothing of an SDK is in the repository: sdk_app/sdks.json names what is fetched, with its hash; each has its maker's licence.
`python -m tests.lab.real_sdks` builds it and says where it is. docs/real-sdks.md says what each SDK sent.
"""

from __future__ import annotations

import hashlib
import tempfile
import zipfile
from pathlib import Path

from harness.lab.apps.archive import pack
from harness.lab.apps.signature import read_signing_key, sign
from harness.lab.apps.toolchain import compile_java, link_resources, make_dex
from harness.lab.artefacts import ArtefactStore, exclusive, read_lock
from harness.resources import cache_dir, resource
from tests.lab.android_library import Library, merge_manifests, unpack

PACKAGE = "example.sdks"
SOURCES = Path(__file__).with_name("sdk_app")
_BUILDERS = (Path(__file__), Path(__file__).with_name("android_library.py"))


def build() -> Path:
    """The signed APK, built once for each state of its sources and of the SDKs' versions. Raises artefacts.NotToBeHad."""
    state = hashlib.sha256()
    for file in (*_BUILDERS, *sorted(p for p in SOURCES.rglob("*") if p.is_file())):
        state.update(file.name.encode() + b"\0" + file.read_bytes())
    apk = cache_dir("sdks", state.hexdigest()[:16]) / "sdks.apk"
    with exclusive(apk.with_suffix(".lock")):
        if not apk.is_file():
            lock = read_lock(SOURCES / "sdks.json")
            files = ArtefactStore(cache_dir("sdks", "artefacts"), lock).fetch(lock)
            key = read_signing_key(resource("lab", "apps", "public-test-key.pem"))
            with tempfile.TemporaryDirectory(prefix="sdks-") as work:
                signed = sign(pack(_contents(files, Path(work))), key)
            part = apk.with_suffix(".part")
            part.write_bytes(signed)
            part.replace(apk)
    return apk


def _contents(files: list[Path], work: Path) -> dict[str, bytes]:
    libraries = [unpack(file, work / "libraries" / file.stem) for file in files]
    linked = link_resources(
        merge_manifests(SOURCES / "AndroidManifest.xml", libraries, work / "AndroidManifest.xml"),
        [*_folders(libraries, "resources"), SOURCES / "res"], _folders(libraries, "assets"), work,
        version_code=3, version_name="1.2.3", packages=[library.package for library in libraries if library.package],
    )  # fmt: skip
    jars = [jar for library in libraries for jar in library.jars]
    sources = [*sorted((SOURCES / "java").rglob("*.java")), *sorted(linked.java.rglob("*.java"))]
    dex_files = make_dex(compile_java(sources, work, jars), work, jars)
    with zipfile.ZipFile(linked.apk) as archive:
        contents = {name: archive.read(name) for name in sorted(archive.namelist())}
    for library in libraries:
        contents |= library.others
    return contents | {dex.name: dex.read_bytes() for dex in dex_files}


def _folders(libraries: list[Library], kind: str) -> list[Path]:
    return [folder for library in libraries if (folder := getattr(library, kind)) is not None]


if __name__ == "__main__":
    print(build())
