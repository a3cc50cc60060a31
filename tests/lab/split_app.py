"""An app of a base, a language split, a density split and a feature split, built as an app bundle's parts are."""

from __future__ import annotations

import subprocess
import zipfile
from dataclasses import dataclass
from pathlib import Path

from harness.lab.apps.archive import pack
from harness.lab.apps.signature import read_signing_key, sign
from harness.lab.apps.toolchain import aapt2, compile_java, framework_resources, make_dex
from harness.resources import resource

PACKAGE = "example.splits"
_SOURCES = Path(__file__).parent / "splits"


@dataclass(frozen=True)
class SplitApp:
    """`base` says that it cannot do without a split."""

    base: Path
    language: Path
    density: Path
    extras: Path

    @property
    def all(self) -> list[Path]:
        return [self.base, self.language, self.density, self.extras]


def build_splits(folder: Path, *, version: int = 1) -> SplitApp:
    """The four signed files in `folder`, which must be empty."""
    base_linked, language, density = folder / "base.linked", folder / "language.linked", folder / "density.linked"
    _link("base", folder, base_linked, version, "--split", f"{language}:zh-rCN", "--split", f"{density}:xhdpi")
    extras_linked = folder / "extras.linked"
    _link("extras", folder, extras_linked, version, "-I", base_linked, "--package-id", "0x80",
          "--custom-package", "example.splits.extras")  # fmt: skip
    return SplitApp(
        _finish("base", folder, base_linked, code=True),
        _finish("language", folder, language),
        _finish("density", folder, density),
        _finish("extras", folder, extras_linked, code=True),
    )


def _link(part: str, folder: Path, out: Path, version: int, *more: str | Path) -> None:
    compiled = folder / f"{part}.zip"
    _run(aapt2(), "compile", "--dir", _SOURCES / part / "res", "-o", compiled)
    _run(aapt2(), "link", "-I", framework_resources(), "--manifest", _SOURCES / part / "AndroidManifest.xml", "-o", out,
         "--java", folder / f"{part}-gen", "--version-code", str(version), "--version-name", f"{version}.0",
         "--min-sdk-version", "26", "--target-sdk-version", "34", "--auto-add-overlay",
         "-A", _SOURCES / part / "assets", "-R", compiled, *more)  # fmt: skip


def _run(*command: str | Path) -> None:
    done = subprocess.run([str(one) for one in command], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def _finish(part: str, folder: Path, linked: Path, *, code: bool = False) -> Path:
    """Code and a Java resource on top of what aapt2 made, and the signature."""
    with zipfile.ZipFile(linked) as archive:
        entries = {name: archive.read(name) for name in sorted(archive.namelist())}
    if code:
        work = folder / f"{part}-work"
        work.mkdir()
        sources = [*sorted((_SOURCES / part / "java").rglob("*.java")), *sorted((folder / f"{part}-gen").rglob("*.java"))]
        entries |= {dex.name: dex.read_bytes() for dex in make_dex(compile_java(sources, work), work)}
        entries["words/word.txt"] = f"resource of the {part}".encode()
    apk = folder / f"{part}.apk"
    apk.write_bytes(sign(pack(entries), read_signing_key(resource("lab", "apps", "public-test-key.pem"))))
    return apk
