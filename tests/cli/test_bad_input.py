"""What a user does wrong, and what goes wrong around the tool, is told in one message that helps. Through the command line."""

from __future__ import annotations

import os
import resource as limits
import shutil
import signal
import socket
import subprocess
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from harness.bundle import open_bundle
from harness.cli.main import build as command_line
from harness.errors import UsageError
from harness.lab.apps.archive import pack
from harness.lab.apps.builder import build
from harness.lab.apps.signature import read_signing_key, sign
from harness.model import GapKind
from harness.resources import resource
from tests.lab.whole import Bench, Ended, bench, harness, lines, only_bundle, running, short_limits

NOWHERE = ("--device", "127.0.0.1:1")
"""A device that cannot be there: what is wrong with the call must be told before the device is looked for."""


def refused(ended: Ended, out: Path, status: int, *words: str) -> None:
    ended.says(*words)
    assert "fix: " in ended.err
    assert ended.status == status, ended.err
    assert ended.out == ""
    assert only_bundle(out) is None, "a bundle was made of nothing"


@pytest.fixture(scope="module")
def tiny() -> Path:
    return build("tiny")


def contents(apk: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(apk) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


# -- files ------------------------------------------------------------------------------------------------------------


def not_an_apk(tiny: Path, path: Path) -> None:
    path.write_bytes(b"%PDF-1.4 " + bytes(range(256)) * 8)


def empty(tiny: Path, path: Path) -> None:
    path.write_bytes(b"")


def cut_off(tiny: Path, path: Path) -> None:
    content = tiny.read_bytes()
    path.write_bytes(content[: len(content) * 2 // 3])


def no_manifest(tiny: Path, path: Path) -> None:
    path.write_bytes(pack({n: c for n, c in contents(tiny).items() if n != "AndroidManifest.xml"}))


def broken_manifest(tiny: Path, path: Path) -> None:
    path.write_bytes(pack(contents(tiny) | {"AndroidManifest.xml": b"\x03\x00\x08\x00" + b"\xff" * 400}))


def leaves_its_folder(tiny: Path, path: Path) -> None:
    path.write_bytes(pack(contents(tiny) | {"../../outside.so": b"x"}))


def unpacks_without_end(tiny: Path, path: Path) -> None:
    """An entry of a few bytes whose directory says that it is 4 GB long (APPNOTE.TXT 4.3.12: size at offset 24)."""
    whole = bytearray(pack(contents(tiny) | {"assets/bomb.bin": bytes(1 << 16)}))
    entry = whole.rindex(b"assets/bomb.bin") - 46
    assert whole[entry : entry + 4] == b"PK\x01\x02"
    whole[entry + 24 : entry + 28] = (0xF0000000).to_bytes(4, "little")
    path.write_bytes(whole)


FILES: list[tuple[Callable[[Path, Path], None], str]] = [
    (not_an_apk, "no zip file"),
    (empty, "too short"),
    (cut_off, "cut off"),
    (no_manifest, "no AndroidManifest.xml"),
    (broken_manifest, "AndroidManifest.xml cannot be read"),
    (leaves_its_folder, "leaves its folder"),
    (unpacks_without_end, "claims to unpack"),
]


@pytest.mark.parametrize(("make", "why"), FILES, ids=[make.__name__ for make, _ in FILES])
def test_a_file_that_is_no_apk(tiny: Path, tmp_path: Path, make: Callable[[Path, Path], None], why: str) -> None:
    apk = tmp_path / "bad.apk"
    make(tiny, apk)
    ended = harness("run", str(apk), *NOWHERE, "--out", str(tmp_path / "out"))
    refused(ended, tmp_path / "out", 2, "bad.apk is not an APK that can be installed", why)
    assert not (tmp_path.parent / "outside.so").exists()


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    ended = harness("run", str(tmp_path / "gone.apk"), *NOWHERE, "--out", str(tmp_path / "out"))
    refused(ended, tmp_path / "out", 2, "There is no file", "gone.apk")


TARGETS = {
    "package": ["package is neither a file nor the name of a package", "no such file", "dots"],
    "com.nosuch": ["com.nosuch cannot be tested on a new lab device", "no file of that name", "--device SERIAL"],
    "1com.example": ["1com.example is neither a file"],
    "com..example": ["com..example is neither a file"],
    "a folder": ["a folder is a folder", "APK file"],
    "./a folder": ["./a folder is a folder"],
    "gone/shop.bin": ["There is no file gone/shop.bin"],
    "SHOP.APK": ["There is no file SHOP.APK"],
}


@pytest.mark.parametrize("target", ["package", "com.nosuch"])
def test_a_target_that_cannot_be_is_told_before_anything_is_started(tmp_path: Path, target: str) -> None:
    state = tmp_path / "state"
    ended = harness("run", target, "--device", "lab", "--out", str(tmp_path / "out"), cwd=tmp_path,
                    environment={"HARNESS_STATE": str(state)})
    refused(ended, tmp_path / "out", 2, *TARGETS[target])
    assert "lab: " not in ended.err
    assert not state.exists(), "a device was started"


@pytest.mark.parametrize("target", TARGETS)
def test_what_is_neither_an_apk_nor_a_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, target: str) -> None:
    (tmp_path / "a folder").mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("harness.lab.registry.start", lambda **options: pytest.fail("a device was started"))
    with pytest.raises(UsageError) as caught:
        command_line()(["run", target, "--device", "lab"], standalone_mode=False)
    told = f"{caught.value.what} {caught.value.why} {caught.value.fix}"
    assert caught.value.fix
    for word in TARGETS[target]:
        assert word in told
    assert [p.name for p in tmp_path.iterdir()] == ["a folder"]


def test_a_package_is_refused_also_where_a_lab_device_would_be_chosen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With no device attached `run` takes the lab: a new one, which has no such app either."""
    from harness.cli.run import chosen_device
    from harness.device import choosing

    monkeypatch.setattr(choosing, "attached", lambda client: [])
    monkeypatch.setattr("harness.lab.registry.start", lambda **options: pytest.fail("a device was started"))
    said: list[str] = []
    with pytest.raises(UsageError, match="cannot be tested on a new lab device"):
        with chosen_device(None, package="com.nosuch", profile=None, trust_apk=False, wait=0, say=said.append):
            pass
    assert said == []


@pytest.mark.parametrize("command", ["run", "demo", "report"])
def test_a_language_that_there_is_none_of(tmp_path: Path, command: str) -> None:
    """Told when the command line is read: not after the run."""
    target = [] if command == "demo" else [str(tmp_path / "x.apk")]
    ended = harness(command, *target, "--lang", "xx", environment={"HARNESS_STATE": str(tmp_path / "state")})
    assert ended.status == 2
    for word in ("--lang", "xx", "zh", "en"):
        assert word in ended.err
    assert "Traceback" not in ended.err
    assert not (tmp_path / "state").exists()


# -- options ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "status", "words"),
    [
        (["--scenario", "no-such"], 5, ["no-such", "first-launch-agree"]),
        (["--limits", "no-such"], 2, ["no-such", "demo"]),
        (["--observe", "-1"], 2, ["--observe -1"]),
        (["--resolve", "shop.example"], 2, ["shop.example", "'*.example=127.0.0.1:8443'"]),
        (["--resolve", "*.example=127.0.0.1:http"], 2, ["*.example=127.0.0.1:http", "ADDRESS:PORT"]),
        (["--app", "gone.yaml"], 2, ["gone.yaml", "No such file"]),
        (["--app", "list.yaml"], 2, ["list.yaml", "no mapping", "docs/app-file.md"]),
        (["--app", "broken.yaml"], 2, ["broken.yaml", "no YAML", "docs/app-file.md"]),
        (["--app", "shape.yaml"], 2, ["shape.yaml", "`recipients` is no list", "docs/app-file.md"]),
        (["--app", "letters.yaml"], 2, ["letters.yaml", "`recipients[0].domains` is no list", "[maps.example]"]),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, list) else str(value),
)
def test_an_option_that_cannot_be(tiny: Path, tmp_path: Path, options: list[str], status: int, words: list[str]) -> None:
    (tmp_path / "list.yaml").write_text("[a, b]\n")
    (tmp_path / "broken.yaml").write_text("a: [b\n")
    (tmp_path / "shape.yaml").write_text("recipients: everybody\n")
    (tmp_path / "letters.yaml").write_text("recipients: [{name: Maps, domains: maps.example, kinds: android_id}]\n")
    ended = harness("run", str(tiny), *NOWHERE, "--out", str(tmp_path / "out"), *options, cwd=tmp_path)
    refused(ended, tmp_path / "out", status, *words)


@pytest.mark.parametrize("words", [["run", "x.apk", "--no-such"], ["run"], ["no-such"], ["run", "x.apk", "--observe", "soon"]],
                         ids=" ".join)
def test_a_command_line_that_is_none(words: list[str]) -> None:
    ended = harness(*words)
    assert ended.status == 2
    assert ended.err.startswith("Usage: ")
    assert "Error: " in ended.err
    assert "Traceback" not in ended.err


@pytest.mark.parametrize("command", ["analyze", "verify", "report"])
def test_a_folder_that_is_no_bundle(tmp_path: Path, command: str) -> None:
    for folder in (tmp_path, tmp_path / "gone"):
        ended = harness(command, str(folder))
        ended.says(str(folder), "fix: ")
        assert ended.status == 2


def test_an_unknown_rule(tmp_path: Path) -> None:
    ended = harness("analyze", str(tmp_path), "--rule", "no-such")
    ended.says("no-such", "collection-before-consent")
    assert ended.status == 5


# -- devices ----------------------------------------------------------------------------------------------------------


def test_a_device_that_is_not_there(tiny: Path, tmp_path: Path) -> None:
    ended = harness("run", str(tiny), *NOWHERE, "--out", str(tmp_path / "out"))
    refused(ended, tmp_path / "out", 4, "127.0.0.1:1 cannot be connected to", "why: ")


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    with bench(tmp_path_factory.mktemp("bad-input-state")) as made:
        yield made


def sealed(out: Path, status: str) -> Path:
    """The bundle that is there verifies as what it is."""
    bundle = only_bundle(out)
    assert bundle is not None
    said = harness("verify", str(bundle), "--json")
    assert said.json["status"] == status, said.json
    assert (bundle / "manifest.sig").exists()
    return bundle


@pytest.mark.lab
def test_a_package_that_is_not_on_the_device(lab: Bench, tmp_path: Path) -> None:
    ended = harness(*lab.run_words("com.example.nothere", tmp_path / "out"))
    ended.says("com.example.nothere", "fix: ")
    assert ended.status == 2
    assert lab.leftovers()["reverse"] == []


@pytest.mark.lab
def test_an_app_for_another_processor(lab: Bench, tiny: Path, tmp_path: Path) -> None:
    apk = tmp_path / "foreign.apk"
    key = read_signing_key(resource("lab", "apps", "public-test-key.pem"))
    apk.write_bytes(sign(pack(contents(tiny) | {"lib/mips64/libx.so": b"\x7fELF"}), key))
    ended = harness(*lab.run_words(apk, tmp_path / "out"))
    ended.says("is for another processor", "mips64", "arm64-v8a", "fix: ")
    assert ended.status == 2
    sealed(tmp_path / "out", "incomplete")


@pytest.mark.lab
def test_two_devices_and_none_named(lab: Bench, tiny: Path, tmp_path: Path) -> None:
    """In an adb server of its own, to which the one device is known by two addresses."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = str(taken.getsockname()[1])
    own = {"ANDROID_ADB_SERVER_PORT": port}
    adb = shutil.which("adb") or __import__("adbutils").adb_path()

    def ask(*words: str) -> str:
        done = subprocess.run([adb, *words], env=os.environ | own, capture_output=True, text=True, timeout=60, check=False)
        return done.stdout + done.stderr

    other = lab.serial.replace("127.0.0.1", "localhost")
    try:
        said = [ask("connect", lab.serial), ask("connect", other)]
        assert lab.serial in ask("devices") and other in ask("devices"), said
        ended = harness("run", str(tiny), "--out", str(tmp_path / "out"), environment=own)
    finally:
        ask("kill-server")
    refused(ended, tmp_path / "out", 2, "more than one device", lab.serial, other, "--serial")


@pytest.mark.lab
def test_the_port_of_the_proxy_is_taken(lab: Bench, tiny: Path, tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        ended = harness(*lab.run_words(tiny, tmp_path / "out"), "--proxy-port", port)
    ended.says(f"port {port}", "--proxy-port")
    assert ended.status == 2
    sealed(tmp_path / "out", "incomplete")
    assert lab.leftovers()["reverse"] == []


@pytest.mark.lab
def test_an_app_that_crashes_at_start(lab: Bench, tmp_path: Path) -> None:
    ended = harness(*lab.run_words(build("crasher"), tmp_path / "out"))
    assert "Traceback" not in ended.err
    assert ended.status == 3, ended.err
    bundle = sealed(tmp_path / "out", "intact")
    gaps = open_bundle(bundle).gaps()
    assert any(g.kind is GapKind.NOT_REACHED and "example.crasher" in g.detail for g in gaps), gaps
    assert {v["verdict"] for v in ended.json["verdicts"]} == {"INCONCLUSIVE"}


@pytest.mark.lab
def test_an_app_that_never_draws(lab: Bench, tmp_path: Path) -> None:
    ended = harness(*lab.run_words(build("blank"), tmp_path / "out", limits=short_limits(tmp_path, draw=4, notice=2)))
    assert "Traceback" not in ended.err
    assert ended.status == 3, ended.err
    bundle = sealed(tmp_path / "out", "intact")
    gaps = open_bundle(bundle).gaps()
    assert any(g.kind is GapKind.NOT_REACHED and g.subject.startswith("launch") for g in gaps), gaps
    assert {v["verdict"] for v in ended.json["verdicts"]} == {"INCONCLUSIVE"}


@pytest.mark.lab
def test_ctrl_c_in_mid_run(lab: Bench, tmp_path: Path) -> None:
    out = tmp_path / "out"
    with running(*lab.run_words(build("shop-compliant"), out, "shop-compliant")) as command:
        command.until("the app was seen at work", lambda: bool(
            (bundle := only_bundle(out)) and any(s["action"] == "launch" for s in lines(bundle, "steps.jsonl"))))
        command.process.send_signal(signal.SIGINT)
        ended = command.ended()
    assert ended.status == 130, ended.err
    assert "Traceback" not in ended.err
    assert "interrupted" in ended.err
    bundle = sealed(out, "incomplete")
    interrupted = {g.id for g in open_bundle(bundle).gaps() if g.kind is GapKind.INTERRUPTED}
    assert interrupted
    for verdict in ended.json["verdicts"]:
        assert verdict["verdict"] == "INCONCLUSIVE"
        assert interrupted <= set(verdict["gaps"])
    left = lab.leftovers()
    assert (left["reverse"], left["http_proxy"] in ("null", ":0", "")) == ([], True), left


@pytest.mark.lab
def test_a_full_disk(lab: Bench, tmp_path: Path) -> None:
    """No file may grow beyond 200 kB, which run.jsonl does when the hooks are in. What was written stays readable."""

    def small() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        limits.setrlimit(limits.RLIMIT_FSIZE, (60_000, 60_000))

    options: dict[str, Any] = {"preexec_fn": small}
    with running(*lab.run_words(build("tiny"), tmp_path / "out"), **options) as command:
        ended = command.ended()
    ended.says("fix: ")
    assert ended.status in (2, 4), ended.err
    bundle = only_bundle(tmp_path / "out")
    assert bundle is not None
    said = harness("verify", str(bundle), "--json")
    assert said.json["status"] == "incomplete", said.json
    assert list(open_bundle(bundle).facts())
    again = harness("analyze", str(bundle), "--json")
    assert {v["verdict"] for v in again.json["verdicts"]} == {"INCONCLUSIVE"}, again.err
    assert again.status == 3
    assert lab.leftovers()["reverse"] == []
