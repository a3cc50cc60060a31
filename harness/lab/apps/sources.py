"""The example apps' source folders: lab/apps/<name> with a build.yaml.

    build.yaml   package: example.tiny              the application id
                 label: what the app is, in one sentence
                 code: [.]                          folders whose java/, res/ and assets/ make up the app
                 write_as: {example.shop: example.shop.violating}    optional, see AppSource.write_as

A folder without build.yaml is source that others share.
"""

from __future__ import annotations

import hashlib
import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from harness.errors import UsageError
from harness.resources import resource


@dataclass(frozen=True, kw_only=True)
class AppSource:
    """One example app.

    `write_as` renames Java packages in shared source, so that two editions of an app, as two brands
    built from one code base, each have classes of their own package. `permissions`: asked for besides those of the manifest.
    """

    name: str
    folder: Path
    package: str
    label: str
    version_code: int
    version_name: str
    code: tuple[Path, ...]
    write_as: dict[str, str] = field(default_factory=dict)
    permissions: tuple[str, ...] = ()

    def rewrite(self, text: str) -> str:
        """`text` of a source file with the packages of `write_as` renamed."""
        for old, new in self.write_as.items():
            done = f"(?!{re.escape(new.removeprefix(old))})" if new.startswith(old) else ""
            text = re.sub(rf"(?<![\w.]){re.escape(old)}{done}(?=[.;\"<\s])", new, text)
        return text

    def files(self) -> list[Path]:
        """Every file the APK depends on, in a fixed order."""
        own = [self.folder / "build.yaml", self.folder / "AndroidManifest.xml"]
        shared = sorted(p for root in self.code for kind in ("java", "res", "assets") for p in (root / kind).rglob("*"))
        return [p for p in own + shared if p.is_file()]

    def digest(self) -> str:
        """SHA-256 over the names and contents of `files()`."""
        whole = hashlib.sha256()
        for path in self.files():
            content = hashlib.sha256(path.read_bytes()).digest()
            whole.update(os.path.relpath(path, self.folder).replace(os.sep, "/").encode() + b"\0" + content)
        return whole.hexdigest()


def _read(folder: Path) -> AppSource:
    facts: dict[str, Any] = yaml.safe_load((folder / "build.yaml").read_text(encoding="utf-8"))
    return AppSource(
        name=folder.name,
        folder=folder,
        package=facts["package"],
        label=facts["label"],
        version_code=facts.get("version_code", 1),
        version_name=str(facts.get("version_name", "1.0")),
        code=tuple(folder.joinpath(part) for part in facts.get("code", ["."])),
        write_as=facts.get("write_as", {}),
    )


def apps(root: Path | None = None) -> list[AppSource]:
    """All example apps, by name. `root` is lab/apps unless given."""
    base = (root or resource("lab", "apps")).resolve()
    return [_read(path.parent) for path in sorted(base.glob("*/build.yaml"))]


def app(name: str) -> AppSource:
    """The example app of that name."""
    known = {source.name: source for source in apps()}
    if name not in known:
        raise UsageError(f"There is no example app {name}.", "", f"The example apps are {', '.join(known)}.")
    return known[name]
