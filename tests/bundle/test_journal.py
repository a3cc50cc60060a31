"""Journals keep what they were given, whoever dies and however full the disk is."""

from __future__ import annotations

import dataclasses
import json
import multiprocessing
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.bundle import BundleError, JournalWriter, open_bundle
from harness.bundle.format import PREFIXES, PROXY_JOURNAL, decode, encode
from harness.bundle.reader import BundleReader
from harness.bundle.source import FolderSource
from harness.model import (
    JOURNALS,
    Call,
    Control,
    Event,
    Fact,
    Flow,
    Gap,
    GapKind,
    Message,
    Outcome,
    Screen,
)

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(codec=None)),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


def call(seq: int = 1, value: object = None) -> Call:
    return Call(
        host_ns=seq, device_ns=2, pid=3, process="com.example.shop", tid=4, thread="main", seq=seq, hook="imei",
        kind="imei", method="a.B.c", outcome=Outcome.VALUE, value=value,
    )


def reader(folder: Path) -> BundleReader:
    return BundleReader(FolderSource(folder))


@given(value=JSON)
def test_any_json_value_comes_back_as_it_went_in(value: object) -> None:
    event = dataclasses.replace(call(value=value), id="c1")
    line = encode(event)
    assert line.count(b"\n") == 1
    assert line.endswith(b"\n")
    assert decode(Call, json.loads(line), set()) == event


def test_nested_records_come_back_as_their_types(tmp_path: Path) -> None:
    writer = JournalWriter(tmp_path)
    flow = writer.append(Flow(
        host_ns=1, protocol="https", host="a.example", port=443,
        request=Message(headers=[["a", "b"]], body="0" * 64, size=3, complete=False)))
    screen = writer.append(Screen(host_ns=1, package=None, controls=[Control(text="不同意", bounds=(1, 2, 3, 4))]))
    assert list(reader(tmp_path).flow_lines()) == [flow]
    assert list(reader(tmp_path).screens()) == [screen]


def test_each_journal_counts_from_one_and_goes_on_after_what_is_there(tmp_path: Path) -> None:
    writer = JournalWriter(tmp_path)
    assert [writer.append(call(n)).id for n in (1, 2)] == ["c1", "c2"]
    assert writer.append(Gap(host_ns=1, kind=GapKind.NOT_REACHED, detail="d")).id == "g1"
    writer.close()
    assert JournalWriter(tmp_path).append(call(3)).id == "c3"
    assert [c.seq for c in reader(tmp_path).calls()] == [1, 2, 3]


def test_every_journal_has_a_letter_of_its_own() -> None:
    assert len(set(PREFIXES.values())) == len(PREFIXES) == len(JOURNALS) + 1


def test_gaps_and_facts_of_the_proxy_are_in_its_own_journal_and_read_with_the_others(tmp_path: Path) -> None:
    harness = JournalWriter(tmp_path)
    proxy = JournalWriter(tmp_path, {Gap: PROXY_JOURNAL, Fact: PROXY_JOURNAL})
    first = harness.append(Gap(host_ns=1, kind=GapKind.NOT_REACHED, detail="harness"))
    second = proxy.append(Gap(host_ns=2, kind=GapKind.TRAFFIC_NOT_READ, detail="proxy"))
    fact = proxy.append(Fact(host_ns=3, type="proxy"))
    assert (second.id, fact.id) == ("p1", "p2")
    assert reader(tmp_path).gaps() == [first, second]
    assert reader(tmp_path).facts("proxy") == [fact]


def test_what_is_no_event_is_refused(tmp_path: Path) -> None:
    class Rumour(Gap):
        pass

    writer = JournalWriter(tmp_path)
    with pytest.raises(TypeError):
        writer.append(Rumour(host_ns=1, kind=GapKind.NOT_REACHED, detail=""))
    with pytest.raises(TypeError):
        writer.append(Event(host_ns=1))
    with pytest.raises(TypeError):
        writer.append(call(value={1, 2}))
    assert writer.append(call()).id == "c1"


def test_events_of_several_threads_are_whole_lines_with_different_ids(tmp_path: Path) -> None:
    writer = JournalWriter(tmp_path)
    threads = [
        threading.Thread(target=lambda: [writer.append(call(value="x" * 9000)) for _ in range(100)]) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [c.id for c in reader(tmp_path).calls()] == [f"c{n}" for n in range(1, 801)]


def test_a_second_writer_of_the_same_journal_is_held_off(tmp_path: Path) -> None:
    writer = JournalWriter(tmp_path)
    writer.append(call())
    with pytest.raises(BundleError, match="being written by another process"):
        JournalWriter(tmp_path).append(call())
    writer.close()
    assert JournalWriter(tmp_path).append(call()).id == "c2"


def test_a_torn_last_line_is_not_parsed_and_shows_as_a_gap(tmp_path: Path) -> None:
    writer = JournalWriter(tmp_path)
    for n in (1, 2):
        writer.append(call(n))
    writer.close()
    whole = (tmp_path / "calls.jsonl").stat().st_size
    with (tmp_path / "calls.jsonl").open("ab") as file:
        file.write(encode(dataclasses.replace(call(3), id="c3"))[:-1])
    assert [c.seq for c in reader(tmp_path).calls()] == [1, 2]
    (gap,) = reader(tmp_path).gaps()
    assert (gap.kind, gap.subject, gap.id) == (GapKind.CAPTURE_LOST, "calls.jsonl", f"calls.jsonl@{whole}")
    assert gap.from_ns == 2


def test_the_next_writer_keeps_the_torn_bytes_apart_and_says_so(tmp_path: Path) -> None:
    writer = JournalWriter(tmp_path)
    writer.append(call(1))
    writer.close()
    with (tmp_path / "calls.jsonl").open("ab") as file:
        file.write(b'{"id":"c2","ho')
    assert JournalWriter(tmp_path).append(call(2)).id == "c2"
    assert [c.seq for c in reader(tmp_path).calls()] == [1, 2]
    (gap,) = reader(tmp_path).gaps()
    assert gap.id == "g1"
    sha256 = gap.detail.rsplit(" ", 1)[1].removesuffix(".")
    assert reader(tmp_path).object(sha256) == b'{"id":"c2","ho'


@pytest.mark.parametrize(("line", "why"), [
    (b"{not json}\n", "not JSON"),
    (b"[1]\n", "an object was expected"),
    (b'{"id":"c2"}\n', "missing"),
    (b"[" * 5000 + b"\n", "not JSON"),
])
def test_a_bad_line_in_the_middle_is_an_error_that_names_file_and_line(tmp_path: Path, line: bytes, why: str) -> None:
    writer = JournalWriter(tmp_path)
    writer.append(call(1))
    writer.close()
    with (tmp_path / "calls.jsonl").open("ab") as file:
        file.write(line + encode(dataclasses.replace(call(3), id="c3")))
    with pytest.raises(BundleError, match=r"calls\.jsonl, line 2") as caught:
        list(reader(tmp_path).calls())
    assert why in caught.value.what


def test_a_removed_line_is_noticed(tmp_path: Path) -> None:
    writer = JournalWriter(tmp_path)
    for n in (1, 2, 3):
        writer.append(call(n))
    lines = (tmp_path / "calls.jsonl").read_bytes().splitlines(keepends=True)
    (tmp_path / "calls.jsonl").write_bytes(lines[0] + lines[2])
    with pytest.raises(BundleError, match="line 2"):
        list(reader(tmp_path).calls())


def test_fields_of_a_newer_version_are_left_out_and_noted(tmp_path: Path) -> None:
    fields = json.loads(encode(dataclasses.replace(call(1), id="c1")))
    (tmp_path / "calls.jsonl").write_text(json.dumps({**fields, "mood": "good"}) + "\n")
    bundle = reader(tmp_path)
    assert [c.seq for c in bundle.calls()] == [1]
    assert bundle.notes == {"Call.mood"}


def _write_until_killed(folder: str, started: object) -> None:
    writer = JournalWriter(Path(folder))
    n = 0
    while True:
        n += 1
        assert writer.append(call(n, "x" * 2000)).id == f"c{n}"
        os.write(started, n.to_bytes(8, "big"))  # type: ignore[arg-type]


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL and fork")
def test_a_killed_writer_loses_no_event_it_had_appended(tmp_path: Path) -> None:
    read_end, write_end = os.pipe()
    child = multiprocessing.get_context("fork").Process(target=_write_until_killed, args=(str(tmp_path), write_end))
    child.start()
    os.close(write_end)
    for _ in range(50):
        os.read(read_end, 8)
    assert child.pid is not None
    os.kill(child.pid, signal.SIGKILL)
    child.join()
    last = 50
    while told := os.read(read_end, 8):
        last = int.from_bytes(told, "big")
    seqs = [c.seq for c in reader(tmp_path).calls()]
    assert seqs == list(range(1, len(seqs) + 1))
    assert len(seqs) >= last


DISK_FULL = """
import resource, signal, sys
from pathlib import Path
from harness.bundle import BundleError, JournalWriter
from harness.model import Fact, Gap, GapKind
folder = Path(sys.argv[1])
resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, 10_000))    # a write past it stops half-way, as on a full disk
writer = JournalWriter(folder)
written = 0
try:
    while True:
        writer.append(Fact(host_ns=1, type="filler", data={"x": "y" * 900}))
        written += 1
except BundleError as full:
    print(full.what, "|", full.why, "|", full.fix)
writer.append(Fact(host_ns=1, type="small"))
writer.append(Gap(host_ns=1, kind=GapKind.CAPTURE_LOST, detail="another journal"))
print(written)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no file size limit")
def test_a_full_disk_is_told_and_earlier_lines_stay_whole(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", DISK_FULL, str(tmp_path)], capture_output=True, text=True, check=True,
        cwd=Path(__file__).parents[2],
    )
    message, count = done.stdout.splitlines()
    written = int(count)
    assert written == 10
    assert f"first {written} lines" in message
    assert "could not be written: File too large" in message
    facts = reader(tmp_path).facts()
    assert [fact.type for fact in facts] == ["filler"] * written + ["small"]
    assert [gap.detail for gap in reader(tmp_path).gaps()] == ["another journal"]


def test_lines_are_forced_to_the_disk_beside_the_writing_and_a_failure_is_told_by_the_next_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def slow_disk(fd: int) -> None:
        begun.set()
        go_on.wait(30)
        raise OSError(5, "Input/output error")

    monkeypatch.setattr("harness.bundle.journal.SYNC_SECONDS", 0.0)
    monkeypatch.setattr("harness.bundle.journal.os.fsync", slow_disk)
    writer = JournalWriter(tmp_path)
    for number in range(3):
        writer.append(call(number))
    assert begun.wait(30)
    writer.append(call(3))    # does not wait for the disk
    go_on.set()
    with pytest.raises(BundleError, match="could not be forced to the disk: Input/output error"):
        writer.close()
    assert [event.seq for event in reader(tmp_path).calls()] == [0, 1, 2, 3]


def test_a_newer_format_is_refused(tmp_path: Path) -> None:
    JournalWriter(tmp_path).append(Fact(host_ns=1, type="bundle", data={"format": 99}))
    with pytest.raises(BundleError, match="format 99"):
        open_bundle(tmp_path)
