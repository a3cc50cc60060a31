"""A crawl through an app that nobody here wrote: its activities come up, and each that does not has its cause written down."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from harness.device.adb import AdbDevice
from harness.lab import registry
from tests.lab.foreign import APPS, NotToBeHad, activities_of, crawl, fetch, known
from tests.lab.whole import own_state

CRAWLED = 126
LEAST = 120
"""Of the first 126 activities of ApiDemos. docs/foreign-apps.md has all of them."""


@pytest.mark.lab
def test_the_activities_of_apidemos_come_up(tmp_path: Path) -> None:
    [app] = [one for one in APPS if one.id == "apidemos"]
    try:
        apk = fetch(app)
    except NotToBeHad as why:
        pytest.skip(str(why))
    package, activities = activities_of(apk)
    with own_state(tmp_path / "state"):
        handle = registry.start(warm=1, die_with=os.getpid())
        try:
            device = AdbDevice.open(handle.serial)
            device.install(apk)
            found = list(crawl(device, package, activities[:CRAWLED]))
        finally:
            registry.stop(handle.serial)
    failed = {one.activity: one for one in found if one.result != "ok"}
    assert len(found) - len(failed) >= LEAST
    assert failed.keys() <= known()["apidemos"].keys(), [one for name, one in failed.items() if name not in known()["apidemos"]]


def test_the_page_tells_whose_failures_they_are() -> None:
    """Made by a crawl, so not to be made here again; a cause that is put otherwise must be put so on the page."""
    written = (Path(__file__).resolve().parents[2] / "docs" / "foreign-apps.md").read_text("utf-8")
    for app in APPS:
        for activity, about in known().get(app.id, {}).items():
            assert f"| {activity} | crashed | {about['whose']} | {about['why']} |" in written
