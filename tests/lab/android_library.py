"""Libraries in an app: an Android library (aar) or a jar as a build tool packs it in. Manifests are merged as far as SDKs need.

An aar's facts: developer.android.com, "Anatomy of an AAR file".
"""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path

from lxml import etree

ABI = "arm64-v8a"
_ANDROID = "{http://schemas.android.com/apk/res/android}"
_TOOLS = "{http://schemas.android.com/tools}"
_COMPONENTS = ("activity", "activity-alias", "provider", "receiver", "service")


@dataclass(frozen=True, kw_only=True)
class Library:
    """`jars`: its classes. `manifest`, `resources`, `assets`: None where it has none; `package`: "" for a jar. `others`: what its
    jars hold besides classes, and its native libraries, by their names in the APK."""

    jars: tuple[Path, ...]
    package: str = ""
    manifest: Path | None = None
    resources: Path | None = None
    assets: Path | None = None
    others: dict[str, bytes]


def unpack(file: Path, folder: Path) -> Library:
    """`folder` must not be there yet."""
    folder.mkdir(parents=True)
    if file.suffix == ".jar":
        return Library(jars=(file,), others=_not_classes([file]))
    with zipfile.ZipFile(file) as archive:
        archive.extractall(folder)
    jars = [folder / "classes.jar", *sorted((folder / "libs").glob("*.jar"))]
    native = {f"lib/{ABI}/{so.name}": so.read_bytes() for so in sorted((folder / "jni" / ABI).glob("*.so"))}
    manifest = folder / "AndroidManifest.xml"
    return Library(
        jars=tuple(jar for jar in jars if jar.is_file()),
        package=_read(manifest).get("package", ""),
        manifest=manifest,
        resources=_filled(folder / "res"),
        assets=_filled(folder / "assets"),
        others=_not_classes([jar for jar in jars if jar.is_file()]) | native,
    )


def _filled(folder: Path) -> Path | None:
    return folder if folder.is_dir() and any(folder.iterdir()) else None


def _not_classes(jars: Sequence[Path]) -> dict[str, bytes]:
    found = {}
    for jar in jars:
        with zipfile.ZipFile(jar) as archive:
            for name in sorted(archive.namelist()):
                if not name.endswith((".class", "/")) and not name.startswith("META-INF/"):
                    found[name] = archive.read(name)
    return found


def _read(manifest: Path) -> etree._Element:
    return etree.parse(str(manifest), _parser()).getroot()


def _parser() -> etree.XMLParser:
    return etree.XMLParser(resolve_entities=False, no_network=True, remove_comments=True)


def merge_manifests(own: Path, libraries: Sequence[Library], out: Path) -> Path:
    """The app's manifest with what the libraries' bring, each thing once; where both say something, the app's word stands."""
    app = _read(own)
    application = app.find("application")
    assert application is not None
    for library in libraries:
        if library.manifest is None:
            continue
        text = library.manifest.read_text("utf-8").replace("${applicationId}", app.get("package", ""))
        root = etree.fromstring(text.encode("utf-8"), _parser())
        for element in root:
            if element.tag == "application":
                _add_application(application, element, library.package)
            elif element.tag != "uses-sdk":
                _add(app, element, before=application)
    out.write_bytes(etree.tostring(app, xml_declaration=True, encoding="utf-8"))
    return out


def _add_application(application: etree._Element, theirs: etree._Element, package: str) -> None:
    for name, value in theirs.attrib.items():
        if not str(name).startswith(_TOOLS) and name not in application.attrib:
            application.set(name, value)
    for element in theirs:
        if element.tag in _COMPONENTS:
            name = element.get(f"{_ANDROID}name", "")
            element.set(f"{_ANDROID}name", package + name if name.startswith(".") else name)
        _add(application, element)


def _add(parent: etree._Element, element: etree._Element, before: etree._Element | None = None) -> None:
    name = element.get(f"{_ANDROID}name")
    if name is not None and any(other.tag == element.tag and other.get(f"{_ANDROID}name") == name for other in parent):
        return
    new = deepcopy(element)
    for part in new.iter():
        for attribute in [a for a in part.attrib if str(a).startswith(_TOOLS)]:
            del part.attrib[attribute]
    if before is None:
        parent.append(new)
    else:
        before.addprevious(new)
