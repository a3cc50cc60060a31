"""A library of the app's own, compiled here, and the hooks of what it asks of the C library."""

from __future__ import annotations

import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from jvm_app import HookedApp, hooked

from harness.capture import catalogue as catalogues
from harness.capture.catalogue import load_catalogue
from harness.model import Call, Gap, GapKind, Outcome

COMPILER = shutil.which("cc") or shutil.which("gcc")
WHY_NOT = "there is no C compiler to make the app's library with (Debian: apt-get install gcc libc6-dev)"
pytestmark = [pytest.mark.lab, pytest.mark.skipif(COMPILER is None, reason=WHY_NOT)]

UNIT = """
id: libc
title: {zh: C 库, en: C library}
kind: device_serial
hooks:
  - {method: libc.so.6.access, from: native, when: {arg0: "/proc/*"}, value: act}
  - {method: libc.so.6.open, kind: mac, from: native, when: {arg0.path: "/proc/*", arg0: {not: "/proc/$pid/*"}}, value: act}
"""


@pytest.fixture(scope="module")
def rig(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HookedApp]:
    folder = tmp_path_factory.mktemp("app")
    library = folder / "libown.so"
    source = Path(__file__).parent / "native_app.c"
    subprocess.run([str(COMPILER), "-shared", "-fPIC", "-O0", "-o", str(library), str(source)], check=True)
    (folder / "libc.yaml").write_text(UNIT, "utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(catalogues, "OWN_LIBRARIES", rf"^{folder}/")
        with hooked(load_catalogue(folder)) as made:
            made.app.order(f"native-library {library}")
            yield made


def test_a_library_that_comes_while_the_app_runs_is_watched_and_told(rig: HookedApp) -> None:
    calls = rig.calls("native-reads 3")
    assert rig.said == "3"
    assert [(c.method, c.arguments, c.outcome) for c in calls] == [("libc.so.6.access", ["/proc/self/status"], Outcome.VALUE)] * 3
    assert rig.frames(calls[0])[0].startswith("libown.so!0x")
    assert rig.frames(calls[0])[1].startswith("com.example.shop.Native.reads(")
    assert [Path(g.subject).name for g in rig.journal.of(Gap, kind=GapKind.NATIVE_CODE)] == ["libown.so"]


def test_an_act_that_the_system_refuses_brought_nothing(rig: HookedApp) -> None:
    assert rig.call("native-opens 1").outcome == Outcome.VALUE
    assert rig.call("native-opens 0").outcome == Outcome.EMPTY
    assert rig.said == "0"


def test_a_forked_child_is_let_alone_and_says_nothing_in_its_parents_name(rig: HookedApp) -> None:
    assert rig.calls("native-forks 50") == []
    assert rig.said == "7", "the child came to its end"
    assert len(rig.calls("native-reads 2")) == 2


def test_a_child_forked_while_other_threads_are_in_hooks_comes_to_its_end(rig: HookedApp) -> None:
    rig.app.order("scan 4")
    for _ in range(20):
        assert rig.app.order("native-forks 5") == "7"


def test_an_exception_that_is_on_its_way_arrives(rig: HookedApp) -> None:
    before = len([c for c in rig.journal.of(Call) if c.method == "libc.so.6.access"])
    assert rig.app.order("native-throwing") == "threw java.lang.IllegalStateException: from C"
    deadline = time.monotonic() + 10
    while len([c for c in rig.journal.of(Call) if c.method == "libc.so.6.access"]) == before:
        assert time.monotonic() < deadline, "the call was not recorded"
        time.sleep(0.05)
