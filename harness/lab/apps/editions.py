"""Editions of an example app: lab/apps/<name>/editions/<edition>.yaml, one APK each, which differ in assets/behaviour.json.

    doc: what this edition does, in a sentence
    scenario: refuse-policy                  the scenario that must show it
    also: [document-check]                   scenarios driven after it in the same run, where what a rule judges takes both: what
                                             an app does, and what its texts say; may be left out
    expect: {facts: [...]}                   what the scenario must come to; tests/lab/edition_runs.py has its keys
    behaviour: {notice: {on_refusal: exit}}  for the app: a section for each feature it has
    app: {functions: [...]}                  what a tester would know of it, the app file; may be left out
    version_code: 2                          may be left out
    permissions: [android.permission.CAMERA] asked for besides those of the app's manifest; may be left out
    update_to: reset                         an edition of the same app that this one is updated to, with a higher version_code:
                                             its APK is material.update of the app file; may be left out
    other_app: blank                         an example app that is installed beside it: material.other_app; may be left out
    attachments: {CLAUSE: text}              what a person would attach for a clause: material.attachments; may be left out
    limits: {rounds: 2}                      limits of the run other than the editions' usual ones; may be left out
    always: true                             driven by every run of the test suite; the others by tests.lab.editions_many
"""

from __future__ import annotations

import hashlib
import json
import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from harness.errors import UsageError
from harness.lab.apps.archive import pack
from harness.lab.apps.builder import build_source
from harness.lab.apps.signature import read_signing_key, sign
from harness.lab.apps.sources import app
from harness.lab.artefacts import exclusive
from harness.resources import cache_dir, resource

_KEYS = {"doc", "scenario", "expect", "behaviour", "app", "version_code", "permissions", "update_to", "other_app", "always",
         "also", "attachments", "limits"}
_BEHAVIOUR = "assets/behaviour.json"


@dataclass(frozen=True, kw_only=True)
class Edition:
    """`expect`: what its scenario must come to. `app_file`: the tester's file, {} where there is none; `app_file_of` adds to it
    what must be built or written. `update_to`, `other_app`: names, "" where there are none. `attachments`: clause -> text."""

    app: str
    name: str
    doc: str
    scenario: str
    expect: dict[str, Any]
    behaviour: dict[str, Any]
    app_file: dict[str, Any] = field(default_factory=dict)
    version_code: int = 1
    permissions: tuple[str, ...] = ()
    update_to: str = ""
    other_app: str = ""
    always: bool = False
    also: tuple[str, ...] = ()
    attachments: dict[str, str] = field(default_factory=dict)
    limits: dict[str, Any] = field(default_factory=dict)


def editions(name: str = "choices") -> list[Edition]:
    """All editions of an example app, by name. Raises UsageError where a file is no edition."""
    return [_read(name, path) for path in sorted((app(name).folder / "editions").glob("*.yaml"))]


def edition(name: str, app_name: str = "choices") -> Edition:
    known = {one.name: one for one in editions(app_name)}
    if name not in known:
        raise UsageError(f"{app_name} has no edition {name}.", "", f"Its editions are {', '.join(known)}.")
    return known[name]


def build_edition(one: Edition) -> Path:
    """The edition's APK: the app's own with another behaviour.json, signed with the same key; kept until either changes."""
    base = build_source(app(one.app), version_code=one.version_code, permissions=one.permissions)
    key = resource("lab", "apps", "public-test-key.pem")
    behaviour = json.dumps(one.behaviour, ensure_ascii=False, sort_keys=True, indent=1).encode()
    state = hashlib.sha256(base.read_bytes() + behaviour + key.read_bytes()).hexdigest()
    apk = cache_dir("apps", state[:16]) / f"{one.app}-{one.name}.apk"
    if apk.is_file():
        return apk
    with exclusive(apk.with_suffix(".lock")):
        if not apk.is_file():
            with zipfile.ZipFile(base) as archive:
                contents = {name: archive.read(name) for name in archive.namelist()}
            if _BEHAVIOUR not in contents:
                raise UsageError(f"{one.app} has no editions.", f"It has no {_BEHAVIOUR}.")
            part = apk.with_suffix(".part")
            part.write_bytes(sign(pack(contents | {_BEHAVIOUR: behaviour}), read_signing_key(key)))
            part.replace(apk)
    return apk


def app_file_of(one: Edition) -> dict[str, Any]:
    """The tester's file with the APKs that the edition names, built, and its attachments, written. Raises UsageError where there
    is no edition or app of that name."""
    built: dict[str, Any] = {}
    if one.update_to:
        later = edition(one.update_to, one.app)
        if later.version_code <= one.version_code:
            raise UsageError(f"{one.name} cannot be updated to {later.name}.", "Its version_code is no higher.", "Raise it.")
        built["update"] = str(build_edition(later))
    if one.other_app:
        built["other_app"] = str(build_source(app(one.other_app)))
    if one.attachments:
        built["attachments"] = {clause: str(_written(clause, text)) for clause, text in one.attachments.items()}
    return {**one.app_file, "material": {**one.app_file.get("material", {}), **built}} if built else one.app_file


def _written(clause: str, text: str) -> Path:
    """The text as a file, kept under its hash."""
    file = cache_dir("apps", hashlib.sha256(text.encode()).hexdigest()[:16]) / f"{clause}.txt"
    part = file.with_suffix(".part")
    part.write_text(text, encoding="utf-8")
    part.replace(file)
    return file


def _read(name: str, path: Path) -> Edition:
    data = yaml.safe_load(path.read_text(encoding="utf-8"))
    unknown = set(data) - _KEYS
    missing = {"doc", "scenario", "expect", "behaviour"} - set(data)
    if unknown or missing:
        wrong = f"unknown: {sorted(unknown)}" if unknown else f"missing: {sorted(missing)}"
        raise UsageError(f"{path} is no edition.", wrong, f"Its keys are {', '.join(sorted(_KEYS))}.")
    return Edition(
        app=name, name=path.stem, doc=data["doc"], scenario=data["scenario"], expect=data["expect"],
        behaviour=data["behaviour"], app_file=data.get("app") or {}, version_code=data.get("version_code", 1),
        permissions=tuple(data.get("permissions", ())), update_to=data.get("update_to", ""), other_app=data.get("other_app", ""),
        always=bool(data.get("always", False)), also=tuple(data.get("also", ())), attachments=data.get("attachments") or {},
        limits=data.get("limits") or {},
    )  # fmt: skip
