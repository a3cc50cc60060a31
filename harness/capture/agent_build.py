"""Builds the Frida agent from hooks/agent and keeps it under the cache, named by the hash of its sources.

Frida 17 no longer carries a Java bridge for Python; frida-tools ships one (`bridges/java.js`, a script that
defines `bridge`), so the agent is that script followed by our bundle.

The bridge up to 7.0.12, which frida-tools 14.11 carries, asks ART for its API where it means whichever VM
is there, and so cannot open a class on HotSpot (frida-java-bridge pull request 382, mended in 7.0.13).
`mended` puts the one name right; in a bridge that is right already it finds nothing to do.
"""

from __future__ import annotations

import hashlib
import os
import re
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import frida

from harness.errors import HarnessError
from harness.resources import cache_dir, resource

ENTRY = "index.js"
BUNDLE = {
    "output_format": "unescaped",
    "bundle_format": "iife",
    "type_check": "none",
    "source_maps": "omitted",
    "compression": "none",
    "platform": "gum",
}


class AgentBroken(HarnessError):
    """The agent's sources do not compile: a fault of this installation, not of the app."""


@dataclass(frozen=True)
class Agent:
    """`hash`: SHA-256 over every source, the bridge and what compiles them. `source`: what Frida loads."""

    hash: str
    source: str


def sources(folder: Path) -> dict[str, bytes]:
    """Every source of the agent by its name, in order."""
    return {path.name: path.read_bytes() for path in sorted(folder.glob("*.js"))}


def bridge() -> str:
    """The Java bridge as frida-tools ships it."""
    path = files("frida_tools").joinpath("bridges", "java.js")
    if not path.is_file():
        raise AgentBroken(
            "The Java bridge of frida-tools is missing.",
            f"{path} is not there; frida-tools 14 and later carry it.",
            "Install the pinned requirements again.",
        )
    return path.read_text(encoding="utf-8")


_ANY_VM = re.compile(r"\b(\w+)=(\w+)\(\),this\.api=\1\b")
_CLASS_MODEL = (
    re.compile(r"(?<=const )(?P<to>\w+)=(?P<api>\w+)(?=\(\),\{jvmti:\w+=null\}=(?P=to)\b)"),
    re.compile(r"(?<=const )(?P<to>\w+)=(?P<api>\w+)(?=\(\);if\(\"art\"!==(?P=to)\.flavor\)return)"),
)


def mended(bridge_source: str) -> str:
    """The bridge with its class model asking for the API of the VM that is there."""
    any_vm = _ANY_VM.search(bridge_source)
    if any_vm is None:
        return bridge_source
    for place in _CLASS_MODEL:
        bridge_source = place.sub(lambda m: f"{m['to']}={any_vm.group(2)}", bridge_source)
    return bridge_source


def digest(parts: dict[str, bytes], bridge_source: str) -> str:
    sum_ = hashlib.sha256()
    settings = repr(sorted(BUNDLE.items())).encode()
    named = {**parts, "\0bridge": bridge_source.encode(), "\0frida": frida.__version__.encode(), "\0bundle": settings}
    for name, data in named.items():
        sum_.update(f"{name}\0{len(data)}\0".encode())
        sum_.update(data)
    return sum_.hexdigest()


def compile_bundle(folder: Path) -> str:
    compiler = frida.Compiler()  # type: ignore[no-untyped-call]
    said: list[str] = []
    compiler.on("diagnostics", lambda diagnostics: said.extend(str(d) for d in diagnostics))
    try:
        bundle: str = compiler.build(str(folder / ENTRY), project_root=str(folder), **BUNDLE)
    except frida.InvalidArgumentError as error:
        raise AgentBroken(
            "The hook agent does not compile.",
            "\n".join([str(error), *said]),
            "Install the harness again; if you changed hooks/agent, mend what is named above.",
        ) from error
    return bundle


def build(folder: Path | None = None, cache: Path | None = None) -> Agent:
    """The agent, compiled if these sources were not compiled here before."""
    folder = resource("hooks", "agent") if folder is None else folder
    cache = cache_dir("agent") if cache is None else cache
    bridge_source = mended(bridge())
    name = digest(sources(folder), bridge_source)
    kept = cache / f"{name}.js"
    if kept.is_file():
        return Agent(hash=name, source=kept.read_text(encoding="utf-8"))
    source = f"{bridge_source}\n{compile_bundle(folder)}"
    part = cache / f".{name}.{os.getpid()}"
    part.write_text(source, encoding="utf-8")
    part.replace(kept)
    return Agent(hash=name, source=source)
