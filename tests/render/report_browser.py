"""A report's page in real Chromium: what it says, asks for and shows; pictures of it for people."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from harness.resources import cache_dir

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
needs_chromium = pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed (Debian: apt-get install chromium)")
QUIET = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync",
         "--no-first-run")  # fmt: skip
AXE = ("axe-core", "4.14.1", "e6b0ce02b84d892e2e33e403485e7f3d6c29e2be6df65daf44d89ba564139745")
"""The npm package, its version and the SHA-256 of its tarball."""


@dataclass
class Opened:
    """A page that is open. `said`: console messages, errors, dialogs and violations of its policy; `asked`: addresses that it
    requested."""

    page: Any
    said: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def elsewhere(self) -> list[str]:
        """What it asked for besides itself and what lies inside it."""
        return [url for url in self.asked if not url.startswith(("file:", "data:"))] + [
            url for url in self.asked if url.startswith("file:")][1:]


@contextmanager
def opened(file: Path, *, width: int = 1280, height: int = 1000, scripts: bool = True) -> Iterator[Opened]:
    """The page, when its script has read its data."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
        tab = browser.new_context(viewport={"width": width, "height": height}, java_script_enabled=scripts).new_page()
        made = Opened(tab)
        tab.on("console", lambda message: made.said.append(message.text))
        tab.on("pageerror", lambda error: made.said.append(str(error)))
        tab.on("request", lambda request: made.asked.append(request.url))
        tab.on("dialog", lambda dialog: (made.said.append("dialog " + dialog.message), dialog.dismiss()))
        if scripts:
            tab.add_init_script("addEventListener('securitypolicyviolation', "
                                "e => console.log('violation ' + e.violatedDirective + ' ' + e.sample))")
        tab.goto(file.as_uri())
        if scripts:
            tab.wait_for_selector("html[data-done]", timeout=60_000)
        try:
            yield made
        finally:
            browser.close()


def keep(opened_page: Opened, name: str) -> Path:
    """A picture of the page as it stands now, for people to look at: in HARNESS_SCREENSHOTS, else in the user's cache folder."""
    folder = Path(os.environ["HARNESS_SCREENSHOTS"]) if os.environ.get("HARNESS_SCREENSHOTS") else cache_dir("screenshots")
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / f"{name}.png"
    opened_page.page.screenshot(path=target)
    return target


def axe_script() -> str:
    """axe-core, fetched once by npm and checked by its hash. Skips the test, with the reason, where it cannot be had."""
    name, version, sha256 = AXE
    tarball = cache_dir("axe") / f"{name}-{version}.tgz"
    if not tarball.is_file():
        npm = shutil.which("npm")
        if npm is None:
            pytest.skip("npm, which fetches axe-core, is not installed")
        done = subprocess.run([npm, "pack", f"{name}@{version}", "--silent", "--ignore-scripts"], cwd=tarball.parent,
                              capture_output=True, text=True, timeout=120, check=False)
        if done.returncode != 0 or not tarball.is_file():
            pytest.skip(f"axe-core cannot be had: {done.stderr.strip()[-300:] or 'npm gave no file'}")
    found = hashlib.sha256(tarball.read_bytes()).hexdigest()
    if found != sha256:
        tarball.unlink()
        pytest.fail(f"{tarball.name} is not the file that was pinned: its SHA-256 is {found}")
    with tarfile.open(tarball) as archive:
        file = archive.extractfile("package/axe.min.js")
        assert file is not None
        return file.read().decode("utf-8")


def axe(opened_page: Opened, script: str) -> list[str]:
    """What axe-core finds against WCAG 2.2 A and AA, serious and critical: id, impact, how many, an example."""
    opened_page.page.evaluate(script)
    opened_page.page.evaluate("document.styleSheets[0].insertRule('.finding { content-visibility: visible !important }')")
    found = json.loads(opened_page.page.evaluate(
        "axe.run(document, {runOnly: {type: 'tag', values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', "
        "'best-practice']}, resultTypes: ['violations']}).then(r => JSON.stringify(r.violations))"))
    return [f"{v['id']} {v['impact']} {len(v['nodes'])}x {v['nodes'][0]['html'][:200]}"
            for v in found if v["impact"] in {"serious", "critical"}]
