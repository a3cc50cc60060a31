"""Processes that die, freeze or never come: nothing journalled is lost, what may be is a gap, nothing hangs."""

from __future__ import annotations

import os
import signal
import struct
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jvm_app import CATALOGUE, LATE_SOURCES, PACKAGE, Files, JvmApp, Memory, Portal, Quick, compiled, resident_mib, running

from harness.capture.agent_ring import last_number
from harness.capture.catalogue import load_catalogue
from harness.capture.hooks import HookCapture, Limits
from harness.errors import HarnessError
from harness.model import Call, Gap, GapKind

pytestmark = pytest.mark.lab


@pytest.fixture(scope="module")
def classes() -> Path:
    return compiled()


@pytest.fixture
def portal() -> Iterator[Portal]:
    portal = Portal()
    yield portal
    portal.stop()


@pytest.fixture
def journal() -> Memory:
    return Memory()


def capture_of(portal: Portal, journal: Any, **settings: Any) -> HookCapture:
    capture = HookCapture(portal.link(**settings), PACKAGE, journal, load_catalogue(CATALOGUE), level=35)
    capture.start()
    return capture


def hook(app: JvmApp, portal: Portal, capture: HookCapture) -> None:
    portal.join(app)
    assert portal.announce(app).wait(30)
    capture.check()


def until(what: Any, seconds: float = 10.0) -> None:
    deadline = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < deadline, "it never came to be"
        time.sleep(0.01)


def test_what_came_before_a_kill_stays_and_the_rest_is_a_gap(classes: Path, portal: Portal, journal: Memory) -> None:
    with running(classes) as app:
        capture = capture_of(portal, journal)
        hook(app, portal, capture)
        app.tell("forever")
        until(lambda: len(journal.of(Call)) >= 20)
        app.kill()
        until(lambda: journal.of(Gap, kind=GapKind.PROCESS_LOST))
    [gap] = journal.of(Gap, kind=GapKind.PROCESS_LOST)
    calls = journal.of(Call)
    assert [c.seq for c in calls] == list(range(1, len(calls) + 1))
    assert gap.subject == PACKAGE
    assert calls[-1].host_ns <= gap.from_ns <= gap.to_ns
    assert f"call number {calls[-1].seq}" in gap.detail
    assert journal.facts("process")[-1]["state"] == "lost"


@pytest.mark.parametrize(("order", "calls"), [("last-words 150", 150), ("halt", 1)])
def test_an_app_that_ends_itself_loses_nothing(
    classes: Path, portal: Portal, journal: Memory, order: str, calls: int
) -> None:
    with running(classes) as app:
        capture = capture_of(portal, journal)
        hook(app, portal, capture)
        app.tell(order)
        until(lambda: journal.facts("process")[-1]["state"] == "ended")
    assert len(journal.of(Call)) == calls
    assert not journal.of(Gap, kind=GapKind.PROCESS_LOST)


def test_a_stop_that_was_meant_is_no_gap(classes: Path, portal: Portal, journal: Memory) -> None:
    with running(classes) as app:
        capture = capture_of(portal, journal)
        hook(app, portal, capture)
        app.order("burst 1 100")
        with capture.stopping():
            app.kill()
    assert len(journal.of(Call)) == 100
    assert not journal.of(Gap, kind=GapKind.PROCESS_LOST)
    assert journal.facts("process")[-1]["state"] == "ended"
    assert capture.alive() == []


def test_a_frozen_app_does_not_hold_the_harness(classes: Path, portal: Portal, journal: Memory) -> None:
    with running(classes) as app:
        capture = capture_of(portal, journal)
        hook(app, portal, capture)
        app.freeze()
        began = time.monotonic()
        assert capture.flush(0.5) is False
        with capture.stopping():
            os.kill(app.pid, signal.SIGKILL)
        assert time.monotonic() - began < 20
    assert journal.of(Gap, kind=GapKind.PROCESS_LOST), "it was never heard before its end"


def test_a_process_that_is_gone_before_it_is_hooked_is_a_gap(
    classes: Path, portal: Portal, journal: Memory
) -> None:
    with running(classes) as app:
        portal.join(app)
        capture = capture_of(portal, journal)
        app.kill()
        portal.announce(app)
        until(lambda: journal.of(Gap, kind=GapKind.PROCESS_NOT_ATTACHED))
    assert capture.alive() == []


@pytest.mark.parametrize("killed", [True, False])
def test_a_process_that_is_ended_while_it_is_held_has_called_nothing(
    classes: Path, portal: Portal, journal: Memory, killed: bool
) -> None:
    """One that outlives the act, and cannot be hooked, is a gap all the same."""
    with running(classes) as app:
        portal.join(app)
        capture = HookCapture(
            portal.link(seconds=3), PACKAGE, journal, load_catalogue(CATALOGUE), level=35, limits=Limits(hooks=1, flush=5))
        capture.start()
        app.freeze()
        released = portal.announce(app)
        until(capture.holding)
        with capture.stopping():
            if killed:
                os.kill(app.pid, signal.SIGKILL)
        assert killed or released.wait(20)
        assert not capture.holding()
    assert [gap.kind for gap in journal.of(Gap)] == ([] if killed else [GapKind.PROCESS_NOT_ATTACHED])
    assert [fact["state"] for fact in journal.facts("process")] == (["ended"] if killed else [])
    assert capture.alive() == []


def test_a_frozen_process_is_let_go_unhooked(classes: Path, portal: Portal, journal: Memory) -> None:
    """An app that cannot be hooked must still run: it is let go, and the journal says that it was not watched."""
    with running(classes) as app:
        portal.join(app)
        link = portal.link(seconds=2)
        capture = HookCapture(
            link, PACKAGE, journal, load_catalogue(CATALOGUE), level=35, limits=Limits(hooks=1, flush=1)
        )
        capture.start()
        app.freeze()
        assert portal.announce(app).wait(20)
        os.kill(app.pid, signal.SIGCONT)
        assert app.order("imei") == "490154203237518"
    assert journal.of(Gap, kind=GapKind.PROCESS_NOT_ATTACHED)[0].subject == PACKAGE


def test_every_process_of_the_app_is_hooked_and_no_other(classes: Path, portal: Portal, journal: Memory) -> None:
    with running(classes) as main, running(classes, f"{PACKAGE}:push") as push, running(classes, "net.other") as other:
        capture = capture_of(portal, journal)
        for app in (main, push, other):
            portal.join(app)
            assert portal.announce(app).wait(30)
        for app in (main, push, other):
            app.order("imei")
        assert capture.flush()
        capture.check()
    assert sorted(c.process for c in journal.of(Call)) == [PACKAGE, f"{PACKAGE}:push"]


def test_a_process_that_is_left_alone_is_let_go_without_hooks(classes: Path, portal: Portal, journal: Memory) -> None:
    capture = capture_of(portal, journal)
    with running(classes) as app:
        portal.join(app)
        with capture.leaving_alone():
            assert portal.announce(app).wait(30)
        app.order("imei")
    with running(classes) as app:
        portal.join(app)
        assert portal.announce(app).wait(30)
        app.order("imei")
        assert capture.flush()
    assert len(journal.of(Call)) == 1
    assert [fact["state"] for fact in journal.facts("process")][:2] == ["left alone", "hooked"]


def test_a_process_that_ran_before_is_hooked_late(classes: Path, portal: Portal, journal: Memory) -> None:
    with running(classes) as app:
        portal.join(app)
        capture = capture_of(portal, journal, running=[(app.pid, PACKAGE)])
        assert capture.wait_hooked(30)
        app.order("imei")
        assert capture.flush()
    assert len(journal.of(Call)) == 1
    [gap] = journal.of(Gap, kind=GapKind.PROCESS_NOT_ATTACHED)
    assert "had been running" in gap.detail
    assert gap.to_ns is not None


def test_a_journal_that_cannot_be_written_is_told(classes: Path, portal: Portal) -> None:
    class Full(Memory):
        def append(self, event: Any) -> Any:
            if isinstance(event, Call):
                raise HarnessError("The disk is full.", "No space left.", "Free some.")
            return super().append(event)

    with running(classes) as app:
        capture = capture_of(portal, Full())
        hook(app, portal, capture)
        app.order("imei")
        with pytest.raises(HarnessError, match="disk is full"):
            capture.flush()


def rings_of(portal: Portal, journal: Any, folder: Path) -> tuple[HookCapture, Files]:
    files = Files(folder)
    capture = HookCapture(portal.link(), PACKAGE, journal, load_catalogue(CATALOGUE), level=35, rings=files)
    capture.start()
    return capture, files


@pytest.mark.parametrize("number", range(20))
def test_no_call_that_was_finished_is_lost_with_a_kill_under_load(
    classes: Path, portal: Portal, journal: Memory, tmp_path: Path, number: int
) -> None:
    """Four threads call as fast as they can; what they had finished stands in a mapped file of their own."""
    counted, threads = tmp_path / "finished", 4
    with running(classes) as app:
        capture, _ = rings_of(portal, journal, tmp_path)
        hook(app, portal, capture)
        assert app.order(f"count {counted} {threads}") == "counting"
        until(lambda: len(journal.of(Call)) >= 50 * (1 + number % 5))
        app.kill()
        until(lambda: journal.of(Gap, kind=GapKind.PROCESS_LOST))
    finished = sum(struct.unpack(f"<{threads}Q", counted.read_bytes()))
    calls = journal.of(Call)
    rate = sum(int(g.detail.split()[0]) for g in journal.of(Gap, kind=GapKind.MESSAGE_LOST))
    assert [c.seq for c in calls] == sorted({c.seq for c in calls})
    assert finished <= len(calls) + rate <= finished + threads, "each thread may have been inside one more call"
    [gap] = journal.of(Gap, kind=GapKind.PROCESS_LOST)
    assert "What it had called by then is known" in gap.detail
    assert all(c.stack for c in calls)
    assert not list(tmp_path.glob("ring-*"))


def test_what_is_called_while_the_app_is_being_stopped_is_kept(
    classes: Path, portal: Portal, journal: Memory, tmp_path: Path
) -> None:
    """Stopping takes its time, and the app goes on meanwhile."""
    with running(classes) as app:
        files = Files(tmp_path)
        capture = HookCapture(
            portal.link(), PACKAGE, journal, load_catalogue(CATALOGUE), level=35, rings=files, per_second=10**9)
        capture.start()
        hook(app, portal, capture)
        app.tell("forever")
        until(lambda: len(journal.of(Call)) >= 20)
        with capture.stopping():
            time.sleep(0.3)
            app.freeze()
            made = last_number(files.fetch(files.path(PACKAGE, app.pid)))
            app.kill()
        kept = [c.seq for c in journal.of(Call)]
        assert kept == list(range(1, len(kept) + 1))
        assert made - 1 <= len(kept) <= made, "it may have been inside one more call, numbered and not yet written"
        assert journal.facts("process")[-1]["state"] == "ended"
        assert not journal.of(Gap, kind=GapKind.PROCESS_LOST)
        capture.stop()


def test_where_its_journal_cannot_be_had_the_last_moments_are_a_gap(
    classes: Path, portal: Portal, journal: Memory, tmp_path: Path
) -> None:
    with running(classes) as app:
        capture, files = rings_of(portal, journal, tmp_path)
        hook(app, portal, capture)
        app.order("imei")
        with capture.stopping():
            files.remove(files.path(PACKAGE, app.pid))
            app.kill()
        capture.stop()
    [gap] = journal.of(Gap, kind=GapKind.PROCESS_LOST)
    assert "calls of its last moments may be missing" in gap.detail


@pytest.mark.parametrize("threads", [1, 4])
def test_a_class_loader_that_is_made_while_hooked_methods_are_called_holds_nobody_up(
    classes: Path, portal: Portal, journal: Memory, tmp_path: Path, threads: int
) -> None:
    """The VM puts new hooks in at a safepoint and runs the script there: who waits for the safepoint must not hold the script."""
    late = compiled(LATE_SOURCES)
    with running(classes) as app:
        capture, _ = rings_of(portal, journal, tmp_path)
        hook(app, portal, capture)
        app.order(f"count {tmp_path / 'counted'} {threads}")
        for _ in range(6):
            assert app.order(f"load {late}") == "loaded"
            assert app.order("imei") == "490154203237518", "the VM hangs"
        until(lambda: sum(f["status"] == "installed" for f in journal.facts("hook") if f["method"] == "net.late.Plugin.id") == 6)
        assert app.order("plugin")
        with capture.stopping():
            app.kill()
        capture.stop()


def test_a_flood_on_four_threads_loses_nothing_and_stays_bounded(
    classes: Path, portal: Portal, journal: Memory, tmp_path: Path
) -> None:
    """Far more than the ring holds, faster than they can be written down: the callers wait."""

    kept, files = Quick(), Files(tmp_path)
    with running(classes) as app:
        capture = HookCapture(
            portal.link(), PACKAGE, kept, load_catalogue(CATALOGUE), level=35, rings=files, per_second=10**9)
        capture.start()
        hook(app, portal, capture)
        before = resident_mib(app.pid)
        app.order("burst 4 25000")
        assert capture.flush(60)
        after = resident_mib(app.pid)
        size = Path(files.path(PACKAGE, app.pid)).stat().st_size
    assert [c.seq for c in kept.of(Call)] == list(range(1, 100_001))
    assert not kept.of(Gap, kind=GapKind.MESSAGE_LOST)
    assert size < 5 << 20
    assert after - before < 100, "MiB: the records alone are 25"


def test_the_ring_goes_with_the_process_and_a_plain_end_needs_none(
    classes: Path, portal: Portal, journal: Memory, tmp_path: Path
) -> None:
    with running(classes) as app:
        capture, files = rings_of(portal, journal, tmp_path)
        hook(app, portal, capture)
        ring = Path(files.path(PACKAGE, app.pid))
        assert ring.stat().st_mode & 0o777 == 0o600
        assert journal.facts("process")[0]["journal"] == str(ring)
        app.order("burst 4 50")
        with capture.stopping():
            app.kill()
        capture.stop()
    assert len(journal.of(Call)) == 200
    assert not ring.exists()
    assert journal.facts("process")[-1]["salvaged"] == 0


def test_where_no_file_can_be_made_the_hooks_work_all_the_same(
    classes: Path, portal: Portal, journal: Memory, tmp_path: Path
) -> None:
    with running(classes) as app:
        capture, _ = rings_of(portal, journal, tmp_path / "there is no such folder")
        hook(app, portal, capture)
        app.order("burst 1 100")
        assert capture.flush()
        app.kill()
        until(lambda: journal.of(Gap, kind=GapKind.PROCESS_LOST))
    assert len(journal.of(Call)) == 100
    assert journal.facts("process")[0]["journal"].startswith("memory: ")
    assert "cannot be made" in journal.of(Gap, kind=GapKind.PROCESS_LOST)[0].detail


def test_a_ring_that_cannot_be_read_back_is_told(classes: Path, portal: Portal, journal: Memory, tmp_path: Path) -> None:
    with running(classes) as app:
        capture, files = rings_of(portal, journal, tmp_path)
        hook(app, portal, capture)
        app.order("imei")
        Path(files.path(PACKAGE, app.pid)).write_bytes(b"the app wrote over it")
        app.kill()
        until(lambda: journal.of(Gap, kind=GapKind.PROCESS_LOST))
    assert "its journal could not be read" in journal.of(Gap, kind=GapKind.PROCESS_LOST)[0].detail


def test_the_canary_tells_at_any_time_whether_the_hooks_work(classes: Path, portal: Portal, journal: Memory) -> None:
    with running(classes) as app:
        capture = capture_of(portal, journal)
        hook(app, portal, capture)
        capture.prove("before tap agree")
        assert journal.facts("canary") == [
            {"pid": app.pid, "process": PACKAGE, "where": "before tap agree", "canary": "ok"}]
        gaps = journal.of(Gap, kind=GapKind.HOOK_NOT_INSTALLED)
        app.freeze()
        capture.prove("after tap agree")
        capture.prove("at the end")
    assert journal.facts("canary")[-1]["canary"] == "no answer"
    first, second = [g for g in journal.of(Gap, kind=GapKind.HOOK_NOT_INSTALLED) if g not in gaps]
    assert "no answer" in first.detail
    assert first.from_ns == second.from_ns < first.to_ns < second.to_ns, "both reach back to when the hooks last worked"
