"""Builds an example app: sources -> signed APK, once for each state of its sources."""

from __future__ import annotations

import hashlib
import tempfile
import zipfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from harness.lab.apps.archive import pack
from harness.lab.apps.signature import read_signing_key, sign
from harness.lab.apps.sources import AppSource, app
from harness.lab.apps.toolchain import compile_java, link_resources, make_dex
from harness.lab.artefacts import exclusive
from harness.resources import cache_dir, resource

# To be raised when the builder makes other bytes of the same sources.
_BUILDER_VERSION = 1


def build(name: str) -> Path:
    """The signed APK of the example app `name`, built if its sources have changed since it was last asked for."""
    return build_source(app(name))


def build_source(source: AppSource, version_code: int | None = None, permissions: Sequence[str] = ()) -> Path:
    """As `build`. `version_code`: another one than build.yaml's, for an update. `permissions`: asked for besides those of the
    manifest."""
    source = replace(source, permissions=tuple(permissions))
    if version_code is not None:
        source = replace(source, version_code=version_code, version_name=f"{version_code}.0")
    key = resource("lab", "apps", "public-test-key.pem")
    said = f"{_BUILDER_VERSION} {source.version_code} {source.version_name} {source.digest()}{''.join(source.permissions)}"
    state = hashlib.sha256(said.encode() + key.read_bytes()).hexdigest()
    apk = cache_dir("apps", state[:16]) / f"{source.name}.apk"
    if apk.is_file():
        return apk
    with exclusive(apk.with_suffix(".lock")):
        if not apk.is_file():
            with tempfile.TemporaryDirectory(prefix="app-") as work:
                signed = sign(pack(_contents(source, Path(work))), read_signing_key(key))
            part = apk.with_suffix(".part")
            part.write_bytes(signed)
            part.replace(apk)
    return apk


def _contents(source: AppSource, work: Path) -> dict[str, bytes]:
    """What goes into the APK, in the order aapt2 chose, dex last."""
    manifest = _written(source, source.folder / "AndroidManifest.xml", work / "AndroidManifest.xml")
    if source.permissions:
        asked = "".join(f'    <uses-permission android:name="{name}" />\n' for name in source.permissions)
        text = manifest.read_text(encoding="utf-8")
        manifest.write_text(text.replace("    <application", f"{asked}    <application", 1), encoding="utf-8")
    linked = link_resources(
        manifest,
        _parts(source, "res"), _parts(source, "assets"), work,
        version_code=source.version_code, version_name=source.version_name,
    )  # fmt: skip
    java_files = [
        _written(source, file, work / "src" / str(number) / file.relative_to(root))
        for number, root in enumerate(_parts(source, "java"))
        for file in sorted(root.rglob("*.java"))
    ]
    java_files += sorted(linked.java.rglob("*.java"))
    dex_files = make_dex(compile_java(java_files, work), work) if java_files else []
    with zipfile.ZipFile(linked.apk) as archive:
        contents = {name: archive.read(name) for name in sorted(archive.namelist())}
    return contents | {dex.name: dex.read_bytes() for dex in dex_files}


def _parts(source: AppSource, kind: str) -> list[Path]:
    return [root / kind for root in source.code if (root / kind).is_dir()]


def _written(source: AppSource, file: Path, target: Path) -> Path:
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(source.rewrite(file.read_text(encoding="utf-8")), encoding="utf-8")
    return target
