"""An app of a base and three splits on a device: what it finds of them, and what becomes of it without."""

from __future__ import annotations

import re
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import adbutils
import pytest

from harness.lab.system.apk import read_package
from tests.lab.split_app import PACKAGE, SplitApp, build_splits
from tests.lab.whole import PATIENCE, Bench, bench

pytestmark = pytest.mark.lab

HIERARCHY = "/data/local/tmp/splits.xml"


@pytest.fixture(scope="module")
def device(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    with bench(tmp_path_factory.mktemp("state")) as made:
        yield made


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> SplitApp:
    return build_splits(tmp_path_factory.mktemp("splits"))


def install(device: Bench, *apks: Path, options: tuple[str, ...] = ()) -> str:
    """What the adb program says when it has installed them, or not."""
    words = [adbutils.adb_path(), "-s", device.serial, "install-multiple", *options, *apks]
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True, timeout=PATIENCE, check=False)
    return done.stdout + done.stderr


def texts(device: Bench) -> list[str]:
    """Every text on the screen."""
    device.shell("uiautomator", "dump", HIERARCHY)
    return [text for text in re.findall(r' text="([^"]*)"', device.shell("cat", HIERARCHY)) if text]


def opened(device: Bench, *wanted: str) -> None:
    """Starts the app and waits until each of the texts is on the screen."""
    device.shell("am", "start", "-n", f"{PACKAGE}/.MainActivity")
    shows(device, *wanted)


def shows(device: Bench, *wanted: str) -> None:
    until = time.monotonic() + PATIENCE
    while missing := set(wanted) - set(seen := texts(device)):
        assert time.monotonic() < until, f"{missing} not in {seen}"


def test_a_label_in_a_language_that_only_a_split_has(app: SplitApp) -> None:
    assert read_package(app.all, "zh-CN").label == "拆分"
    assert read_package([app.base, app.extras], "zh-CN").label == "splits"


def test_the_app_finds_everything_of_all_its_splits(device: Bench, app: SplitApp) -> None:
    assert "Success" in install(device, *app.all)
    opened(
        device, "语言包里的话", "density=320", "splits=[config.xhdpi, config.zh_rCN, extras]", "dirs=3", "asset of the base",
        "asset of the feature", "class of the feature", "resource of the base", "resource of the extras",
        "provider of the feature",
    )  # fmt: skip


def test_an_activity_of_a_feature_split_is_started_and_has_its_resources(device: Bench, app: SplitApp) -> None:
    assert "Success" in install(device, *app.all)
    opened(device, "OPEN")
    bounds = re.search(r'text="OPEN"[^>]*bounds="\[(\d+),(\d+)\]\[(\d+),(\d+)\]"', device.shell("cat", HIERARCHY))
    assert bounds is not None
    left, top, right, bottom = map(int, bounds.groups())
    device.shell("input", "tap", str((left + right) // 2), str((top + bottom) // 2))
    shows(device, "words of the feature")


def test_without_a_split_the_app_goes_without_what_is_in_it(device: Bench, app: SplitApp) -> None:
    assert "Success" in install(device, app.base, app.density)
    opened(
        device, "words of the base", "density=320", "splits=[config.xhdpi]", "no extras.txt", "no class of the feature", "null"
    )  # fmt: skip
    assert "Success" in install(device, app.language, options=("-p", PACKAGE))
    opened(device, "语言包里的话")


def test_a_base_that_wants_a_split_is_not_installed_alone(device: Bench, app: SplitApp) -> None:
    device.shell("pm", "uninstall", PACKAGE)
    assert "INSTALL_FAILED_MISSING_SPLIT" in install(device, app.base)
    assert device.shell("pm", "path", PACKAGE) == ""
