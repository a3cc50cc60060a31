"""The shipped hooks of the core library, in a real VM that uses it all the time for itself."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Iterable, Iterator
from typing import Any

import pytest
from jvm_app import HookedApp, hooked

from harness.capture.catalogue import Catalogue, load_catalogue
from harness.model import Call, Fact, Gap, Outcome
from harness.tables import ciphers

pytestmark = pytest.mark.lab


def core() -> Catalogue:
    """What the shipped catalogue has of java.* and javax.*."""
    whole = load_catalogue()
    kept = tuple(h for h in whole.hooks if h.class_name.startswith(("java.", "javax.")) and h.origin == "framework")
    return dataclasses.replace(whole, hooks=kept)


def rows(calls: Iterable[Call]) -> list[dict[str, Any]]:
    """Calls as the tables have them."""
    return [{**dataclasses.asdict(c), "event_id": c.id, "t": c.device_ns, "outcome": str(c.outcome)} for c in calls]


@pytest.fixture(scope="module")
def rig() -> Iterator[HookedApp]:
    with hooked(core()) as made:
        yield made


def test_every_one_of_them_can_be_hooked(rig: HookedApp) -> None:
    states = {f["method"]: f["status"] for f in rig.journal.facts("hook")}
    assert set(core().methods()) == set(states)
    assert set(states.values()) == {"installed"}
    assert not rig.journal.of(Gap)


def test_what_the_vm_does_for_itself_is_not_recorded(rig: HookedApp) -> None:
    """A name-based UUID is an MD5, made by java.util."""
    assert rig.calls("uuid 490154203237518") == []
    assert len(rig.said) == 36


@pytest.mark.parametrize("how", ["exec", "exec-array"])
def test_a_command_is_one_record_of_the_kind_that_it_reads(rig: HookedApp, how: str) -> None:
    call = rig.call(f"{how} getprop ro.serialno")
    assert (call.method, call.kind) == ("java.lang.Runtime.exec", "device_serial")
    assert call.outcome == Outcome.THROWN, "there is no getprop here"
    assert rig.call(f"{how} true").kind == "shell_command"


def test_a_built_command_is_told_apart_by_its_words(rig: HookedApp) -> None:
    assert rig.call("build getprop ro.build.type").kind == "system_property"
    call = rig.call("build ls /sys/class/net/lo/address")
    assert (call.method, call.kind) == ("java.lang.ProcessBuilder.start", "mac")
    assert call.value == {"count": 2, "items": ["ls", "/sys/class/net/lo/address"]}


@pytest.mark.parametrize("how", ["open-text", "open-file", "open-reader", "open-random", "open-lines"])
def test_a_file_that_identifies_is_one_record_however_it_is_opened(rig: HookedApp, how: str) -> None:
    assert rig.call(f"{how} /sys/class/net/lo/address").kind == "mac"
    assert rig.call(f"{how} /proc/1/cmdline").kind == "running_apps"
    assert rig.call(f"{how} /proc/self/maps").kind == "anti_analysis"
    assert rig.calls(f"{how} /etc/passwd") == []


def test_an_app_may_read_its_own_name(rig: HookedApp) -> None:
    assert rig.calls("open-text /proc/self/cmdline") == []
    assert rig.calls("own-name") == []
    assert rig.said == "read"


def test_shared_storage_is_told_from_the_app_s_own_folders(rig: HookedApp) -> None:
    call = rig.call("open-text /sdcard/Download/id.txt")
    assert (call.kind, call.outcome) == ("storage_files", Outcome.THROWN)
    assert rig.calls("open-text /sdcard/Android/data/com.example.shop/id.txt") == []
    assert rig.call("list /sdcard/DCIM").kind == "storage_files"
    assert rig.calls("list /tmp") == []


def test_looking_for_root_is_seen_and_other_looking_is_not(rig: HookedApp) -> None:
    call = rig.call("exists /system/xbin/su")
    assert (call.kind, call.outcome) == ("anti_analysis", Outcome.EMPTY)
    assert rig.calls("exists /tmp") == []


def test_what_is_hashed_and_compressed_is_kept(rig: HookedApp) -> None:
    text = "490154203237518"
    digest, = (c for c in rig.calls(f"digest {text}") if c.method.endswith(".digest") and c.arguments)
    assert digest.arguments == [text.encode().hex()]
    call = rig.call(f"deflate {text}")
    assert (call.method, call.value) == ("java.util.zip.Deflater.setInput", text.encode().hex())


@pytest.mark.parametrize("length", [16384, 16385])
def test_what_is_encrypted_as_it_is_written_is_kept_by_the_length_of_a_body(rig: HookedApp, length: int) -> None:
    whole = bytes(i % 251 for i in range(length))
    calls = [c for c in rig.calls(f"encrypt {length}") if c.method.startswith("javax.crypto.Cipher.")]
    assert rig.said == str(length // 16 * 16 + 16)
    assert [c.method.rpartition(".")[2] for c in calls] == ["init", "update", "doFinal"]
    cut = {"hex": whole[:16384].hex(), "length": length, "sha256": hashlib.sha256(whole).hexdigest()}
    assert calls[1].arguments[0] == (whole.hex() if length == 16384 else cut)
    assert any("CoreLibrary.obey" in frame for frame in rig.frames(calls[1]))


def test_which_object_is_called_is_told_and_that_one_began_anew(rig: HookedApp) -> None:
    calls = [c for c in rig.calls("digests 490154203237518") if c.method.startswith("java.security.MessageDigest.")]
    one, other = (calls[i].object for i in (0, 1))
    assert isinstance(one, int) and isinstance(other, int) and one != other
    assert [(c.method.rpartition(".")[2], c.object) for c in calls] == [
        ("update", one), ("update", other), ("reset", one), ("update", other), ("digest", one), ("digest", other),
    ]  # fmt: skip
    handed, = ciphers.handed_over(rows(calls))
    assert (handed.plain.data, handed.output.data) == (b"xyz", hashlib.md5(b"xyz").digest())


def test_of_a_buffer_is_kept_what_the_call_moved(rig: HookedApp) -> None:
    text = "490154203237518"
    calls = [c for c in rig.calls(f"buffers {text}") if c.method.startswith(("java.security.", "javax.crypto."))]
    digested, encrypted = ciphers.handed_over(rows(calls))
    assert (digested.plain.data, digested.output.data) == (2 * text.encode(), hashlib.sha256(2 * text.encode()).digest())
    assert (encrypted.plain.data, encrypted.output.data.hex()) == (text.encode(), rig.said.rjust(32, "0"))


def test_only_what_is_encrypted_or_hashed_tells_its_object(rig: HookedApp) -> None:
    assert rig.call("exec true").object is None


def test_the_providers_of_the_vm_are_the_vm(rig: HookedApp) -> None:
    """An HMAC is made of hashes, by com.sun.crypto.provider."""
    methods = [call.method for call in rig.calls("mac 490154203237518")]
    assert (methods, rig.said) == (["javax.crypto.Mac.init", "javax.crypto.Mac.doFinal"], "32")


def test_nothing_of_the_agent_failed(rig: HookedApp) -> None:
    assert not [f for f in rig.journal.of(Fact) if f.type == "agent_fault"]
