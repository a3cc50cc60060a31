"""Code that an app loads while it runs: what the daemon takes, and what the app finds."""

from __future__ import annotations

import asyncio
import base64
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from harness.errors import BadApk
from harness.lab.appprocess import AppProcess, AppProcessError
from harness.lab.apps.builder import build_source
from harness.lab.apps.sources import AppSource
from harness.lab.apps.toolchain import compile_java, make_dex
from harness.lab.system import loaded_code
from harness.lab.system.loaded_code import LoadedCode
from harness.lab.translate import translate
from tests.lab.small_daemon import SmallDaemon

FOLDER = Path(__file__).parent / "loading"
PACKAGE = "example.loading"


class Seer:
    """A process as far as LoadedCode knows it: what it has been shown."""

    def __init__(self) -> None:
        self.shown: list[str] = []

    async def show(self, path: str) -> None:
        self.shown.append(path)


class Translator:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.seen: list[bytes] = []

    def __call__(self, file: Path) -> Path:
        self.seen.append(file.read_bytes())
        if b"broken" in self.seen[-1]:
            raise BadApk("The code cannot be read.", "It is broken.", "")
        return self.folder / f"{len(set(self.seen))}.jar"


def load(code: LoadedCode, process: Any, content: bytes) -> str:
    return asyncio.run(code.show(process, content))


def test_a_process_is_shown_what_it_loads_once(tmp_path: Path) -> None:
    translator, process = Translator(tmp_path), Seer()
    code = LoadedCode(translator, tmp_path / "work", str)
    first = load(code, process, b"dex\n035\0 one")
    assert load(code, process, b"dex\n035\0 one") == first
    assert process.shown == [first]
    assert translator.seen[0].startswith(b"PK"), "a bare dex file reaches the translator in an archive"
    assert list((tmp_path / "work").iterdir()) == [], "nothing is left of what was sent"


def test_what_cannot_be_translated_is_refused_with_the_reason(tmp_path: Path) -> None:
    code = LoadedCode(Translator(tmp_path), tmp_path / "work", str)
    with pytest.raises(AppProcessError, match=r"cannot be read. It is broken"):
        load(code, Seer(), b"broken")
    assert list((tmp_path / "work").iterdir()) == []


def test_too_much_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loaded_code, "MAX_BYTES", 5)
    monkeypatch.setattr(loaded_code, "_MAX_FILES", 1)
    translator, process = Translator(tmp_path), Seer()
    code = LoadedCode(translator, tmp_path / "work", str)
    with pytest.raises(AppProcessError, match="more than the 5"):
        load(code, process, b"123456")
    assert translator.seen == []
    load(code, process, b"1")
    with pytest.raises(AppProcessError, match="1 files"):
        load(code, process, b"2")
    code.forget(process)
    load(code, process, b"2")


def test_where_strangers_code_must_not_run_nothing_is_translated(tmp_path: Path) -> None:
    with pytest.raises(AppProcessError, match="not contained"):
        load(LoadedCode(None, tmp_path, str), Seer(), b"x")


class LoadingDaemon(SmallDaemon):
    async def _ask(self, process: AppProcess, op: str, fields: Mapping[str, Any]) -> Mapping[str, Any]:
        if op != "translate":
            return await super()._ask(process, op, fields)
        code = LoadedCode(translate, self.folder / "loaded", str)
        return {"classes": await code.show(process, base64.b64decode(fields["content"]))}


@pytest.mark.lab
def test_an_app_finds_classes_in_every_way_that_android_has(tmp_path: Path) -> None:
    source = tmp_path / "source"
    shutil.copytree(FOLDER, source)
    (source / "assets").mkdir()
    [dex] = make_dex(compile_java([FOLDER / "extra" / "extra" / "Extra.java"], tmp_path), tmp_path)
    (source / "assets" / "extra.dex").write_bytes(dex.read_bytes())
    (tmp_path / "more").mkdir()
    [more] = make_dex(compile_java([FOLDER / "extra" / "more" / "More.java"], tmp_path / "more"), tmp_path / "more")
    (source / "assets" / "more.dex").write_bytes(more.read_bytes())
    (source / "assets" / "broken.dex").write_bytes(b"dex\n035\0" + bytes(200))
    apk = build_source(
        AppSource(
            name="loading", folder=source, package=PACKAGE, label="loading", version_code=1, version_name="1.0", code=(source,)
        )
    )

    async def main() -> list[str]:
        daemon = LoadingDaemon(apk, PACKAGE, tmp_path)
        await daemon.start()
        try:
            await daemon.launch(".MainActivity")
            await daemon.hear("end")
        finally:
            await daemon.stop()
        return daemon.said

    assert asyncio.run(asyncio.wait_for(main(), 120)) == [
        "own=true",
        "dex=word",
        "memory=word",
        "orphan=word",
        "apk=true",
        "entries=[extra.Extra]",
        "broken!ClassNotFoundException",
        "missing!ClassNotFoundException",
        "deleted=word true true null",
        "merged=more true 1 true",
        "end",
    ]
