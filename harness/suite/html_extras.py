"""What pytest-html shows beside a test, where it is installed: the last screen, inline, and where the evidence is."""

from __future__ import annotations

import base64
import importlib
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from harness.suite.session import Session

_SHOWN = ("scenario", "clauses", "finding", "device", "bundle")


def add(item: pytest.Item, report: pytest.TestReport, session: Session | None) -> None:
    if session is None or not item.config.pluginmanager.hasplugin("html"):
        return
    extras = importlib.import_module("pytest_html").extras

    lines = [f"{name}: {value}" for name, value in item.user_properties if name in _SHOWN]
    shown: list[Any] = [extras.text("\n".join(lines), name="evidence")]
    picture = _last_picture(session)
    if picture is not None:
        kind = ("image/png", "png") if picture.startswith(b"\x89PNG") else ("image/jpeg", "jpg")
        shown.append(extras.image(base64.b64encode(picture).decode(), "last screen", *kind))
    setattr(report, "extras", [*getattr(report, "extras", []), *shown])  # noqa: B010 - an attribute of pytest-html's own


def _last_picture(session: Session) -> bytes | None:
    from harness.bundle import open_bundle

    reader = open_bundle(session.bundle.path)
    last = None
    for screen in reader.screens():
        last = screen.screenshot or last
    return reader.object(last) if last else None
