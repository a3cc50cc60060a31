"""Refusals that the device's log tells of: who may say so, what is made of it, and that nothing else is believed."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from harness.bundle import Bundle, BundleReader, open_bundle
from harness.capture.device_log import MOST_FACTS, MOST_GAPS, Refusal, load_forms, read_refusals, tell
from harness.model import Fact, GapKind

APP, PID, OWN, SYSTEM = "com.example.shop", 20001, 20003, 1000
S = 1_700_000_000
AVC = (
    'type=1400 audit(1700000000.120:45): avc:  denied  {{ {what} }} for  pid={pid} comm="oracle pid=1" {rest} '
    "scontext=u:r:untrusted_app:s0:c1,c2 tcontext=u:object_r:port:s0 tclass={kind} permissive=0 app={app}"
)


def line(text: str, *, tag: str = "LabContainment", pid: int = SYSTEM, at: float = 0.0) -> bytes:
    """As `logcat -v epoch` writes it."""
    return f"{S + at:>14.3f} {pid:5} {pid:5} W {tag:<8}: {text}\n".encode()


def blocked(what: str, target: str, *, pid: int = PID, app: str = APP, count: int = 1) -> str:
    times = f" ({count} times)" if count > 1 else ""
    return f"blocked {what} {target}{times} pid={pid}" + (f" app={app}" if app else "")


def read(*lines: bytes) -> list[Refusal]:
    return read_refusals(lines, APP, {PID: APP, OWN: "remote.part"})


def test_a_refused_connection_is_told_with_its_address_and_how_often() -> None:
    text = "blocked connect 192.0.2.1:443{} pid=20001 app=com.example.shop"
    times = [*["", *(f" ({n} times)" for n in range(2, 21))], " (32 times)", " (64 times)"]
    [told] = read(*(line(text.format(times), at=n) for n, times in enumerate(times)))
    assert (told.what, told.target, told.address, told.count) == ("connect", "192.0.2.1:443", "192.0.2.1", 64)
    assert (told.first_ns, told.last_ns) == (S * 10**9, (S + 21) * 10**9)
    assert list(told.times) == [f"{APP} ({PID})"]


def test_each_process_of_the_app_is_counted_for_itself() -> None:
    [told] = read(
        line(blocked("connect", "192.0.2.1:80", count=32)),
        line(blocked("connect", "192.0.2.1:80", pid=20002, app=f"{APP}:push")),    # of which nothing else is known
        line(blocked("connect", "192.0.2.1:80", app="", count=2)),                 # known by its pid alone
    )
    assert told.count == 32 + 1 + 2


def test_a_process_with_a_name_of_its_own_is_the_app_s_as_long_as_the_pid_is() -> None:
    [told] = read(line(blocked("connect", "192.0.2.1:80", pid=OWN, app="remote.part")))
    assert list(told.times) == [f"remote.part ({OWN})"]
    assert read(line(blocked("connect", "192.0.2.1:80", pid=20009, app="remote.part"))) == []


def test_what_the_app_itself_logs_is_not_believed() -> None:
    assert read(line(blocked("connect", "192.0.2.1:443"), pid=PID)) == []
    denied = AVC.format(what="name_connect", pid=PID, rest="dest=443", kind="tcp_socket", app=APP)
    assert read(line(denied, tag="audit", pid=PID)) == []
    inside = line(blocked("connect", "192.0.2.1:443"), tag="Shop").strip().decode()
    assert read(line(inside, tag="Shop", pid=PID)) == []


def test_another_app_s_refusals_are_not_this_one_s() -> None:
    assert read(line(blocked("connect", "192.0.2.1:443", pid=20009, app="com.example.other"))) == []
    assert read(line(blocked("connect", "192.0.2.1:443", app="com.example.shopping"))) == []
    assert read(line(blocked("connect", "192.0.2.1:443", pid=20009, app=""))) == []
    forged = blocked("execve", f"/x pid={PID} app={APP}", pid=20009, app="com.example.other")
    assert read(line(forged)) == []


def test_what_stays_on_the_device_or_sends_nothing_has_no_address() -> None:
    told = read(*(line(blocked(*what)) for what in [
        ("connect", "127.0.0.1:5555"), ("connect", "[::1]:80"), ("fork", "flags 0x11"), ("execve", "/bin/sh -c x"),
        ("sendto", "[2001:db8::1]:53"),
    ]))
    assert [(t.what, t.address) for t in told] == [
        ("connect", ""), ("connect", ""), ("fork", ""), ("execve", ""), ("sendto", "2001:db8::1")]
    assert told[3].target == "/bin/sh -c x"


def test_what_selinux_denied_is_told_by_the_kernel_and_by_auditd() -> None:
    one = AVC.format(what="name_connect", pid=PID, rest="dest=4444", kind="tcp_socket", app=APP)
    two = AVC.format(what="sendto", pid=PID, rest="daddr=203.0.113.9 dest=53", kind="udp_socket", app=APP)
    three = AVC.format(what="read open", pid=PID, rest='name="version" dev="proc"', kind="file", app=APP)
    old = AVC.format(what="read", pid=PID, rest='name="x"', kind="file", app="").removesuffix(" app=")
    other = AVC.format(what="name_connect", pid=77, rest="dest=443", kind="tcp_socket", app="com.example.other")
    told = read(line(one, tag="audit", pid=0), *(line(text, tag="auditd", pid=512) for text in (two, three, old, other)))
    assert [(t.what, t.target) for t in told] == [
        ("name_connect", "4444"), ("sendto", "203.0.113.9"), ("read open", "version"), ("read", "x")]
    assert [t.address for t in told] == ["port 4444 of an address that the log does not tell", "203.0.113.9", "", ""]


@given(st.lists(st.one_of(st.binary(max_size=200), st.text(max_size=80).map(lambda t: line(t)),
                          st.text(max_size=40).map(lambda t: line(f"blocked connect {t} pid={PID} app={APP}")))))
def test_no_line_however_odd_is_an_error(lines: list[bytes]) -> None:
    read(*lines)


def test_each_form_has_a_tag() -> None:
    assert all(form.tags for form in load_forms())


def journalled(folder: Path, *lines: bytes) -> BundleReader:
    bundle = Bundle.create(folder, APP)
    bundle.append(Fact(host_ns=1, type="process", data={"pid": PID, "process": APP, "state": "hooked"}))
    bundle.append(Fact(host_ns=1, type="clock", data={"offset_ns": 5 * 10**9}))
    log = folder / "device.log"
    log.write_bytes(b"--------- beginning of main\n" + b"".join(lines))
    tell(bundle, log, APP)
    return open_bundle(bundle.path)


def test_each_refusal_is_a_fact_and_each_address_a_gap(tmp_path: Path) -> None:
    reader = journalled(
        tmp_path, line(blocked("connect", "192.0.2.1:80")), line(blocked("connect", "192.0.2.1:443", app=""), at=2),
        line(blocked("connect", "127.0.0.1:5555")), line(blocked("fork", "flags 0x11", count=3)))
    facts = [fact.data for fact in reader.facts("blocked")]
    assert [(f["what"], f["target"], f["count"], f["traffic"]) for f in facts] == [
        ("connect", "192.0.2.1:80", 1, True), ("connect", "192.0.2.1:443", 1, True),
        ("connect", "127.0.0.1:5555", 1, False), ("fork", "flags 0x11", 3, False)]
    assert facts[1]["first_ns"] == facts[1]["last_ns"] == (S + 2) * 10**9
    assert facts[1]["processes"] == [str(PID)]
    gap, limit = reader.gaps()
    assert (limit.kind, limit.subject, limit.count) == (GapKind.DEVICE_LIMIT, "fork", 3)
    assert "flags 0x11" in limit.detail and "fork" in limit.detail_zh
    assert (gap.kind, gap.subject) == (GapKind.TRAFFIC_NOT_READ, "192.0.2.1")
    assert "past the proxy" in gap.detail
    assert "192.0.2.1:80" in gap.detail and "192.0.2.1:443" in gap.detail
    assert (gap.from_ns, gap.to_ns) == ((S - 5) * 10**9, (S - 3) * 10**9)    # on the host's clock


def test_a_port_scan_does_not_fill_the_bundle(tmp_path: Path) -> None:
    count = MOST_FACTS + 20
    reader = journalled(tmp_path, *(line(blocked("connect", f"192.0.{n // 250}.{n % 250 + 1}:80")) for n in range(count)))
    facts, gaps = reader.facts("blocked"), reader.gaps()
    assert len(facts) == MOST_FACTS + 1
    assert facts[-1].data == {"left_out": 20}
    assert len(gaps) == MOST_GAPS
    assert gaps[-1].subject == f"{count - MOST_GAPS + 1} more addresses"


def test_a_log_without_refusals_leaves_nothing(tmp_path: Path) -> None:
    reader = journalled(tmp_path, line("Start proc 20001:com.example.shop/u0a1", tag="ActivityManager"))
    assert (reader.facts("blocked"), reader.gaps()) == ([], [])
