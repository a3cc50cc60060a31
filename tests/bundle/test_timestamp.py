"""Time stamps by a real authority (openssl ts) on this machine: asked for, kept, checked by us and by openssl."""

from __future__ import annotations

import base64
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from harness.bundle import Bundle, BundleError, Status, custody, verify
from harness.bundle.timestamp import read_roots, stamp, token_of
from harness.errors import HarnessError, RigError, UsageError
from tests.bundle.test_check_bundle import INDEPENDENT
from tests.cli.command_line import say
from tests.cli.test_json import fits

pytestmark = pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl, whose `ts` is the authority, is not installed")
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
_CONFIG = """
[tsa]
default_tsa = here
[here]
serial = {folder}/serial
crypto_device = builtin
signer_cert = {folder}/tsa.pem
certs = {folder}/ca.pem
signer_key = {folder}/tsa.key
signer_digest = sha256
default_policy = 1.3.6.1.4.1.99999.1
digests = sha256, sha512
accuracy = secs:1
"""


def openssl(*words: object, **more: Any) -> bytes:
    return subprocess.run(["openssl", *map(str, words)], check=True, capture_output=True, **more).stdout


@dataclass
class Authority:
    """An RFC 3161 authority over HTTP. `spoil`: what becomes of its answers on the way."""

    folder: Path
    url: str = ""
    spoil: Callable[[bytes], bytes] = field(default=lambda answer: answer)
    kept: bytes = b""

    @property
    def root(self) -> Path:
        return self.folder / "ca.pem"

    def make(self) -> None:
        self.folder.mkdir()
        name = self.folder.name
        openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", 9, "-subj", f"/O={name}/CN={name} root",
                "-keyout", self.folder / "ca.key", "-out", self.root)
        openssl("req", "-newkey", "rsa:2048", "-nodes", "-subj", f"/O={name}/CN={name} stamps",
                "-keyout", self.folder / "tsa.key", "-out", self.folder / "tsa.csr")
        (self.folder / "ext").write_text("extendedKeyUsage = critical,timeStamping\nkeyUsage = critical,digitalSignature\n")
        openssl("x509", "-req", "-in", self.folder / "tsa.csr", "-CA", self.root, "-CAkey", self.folder / "ca.key", "-days", 9,
                "-CAcreateserial", "-extfile", self.folder / "ext", "-out", self.folder / "tsa.pem")
        (self.folder / "serial").write_text("01\n")
        (self.folder / "config").write_text(_CONFIG.format(folder=self.folder))

    def answer(self, query: bytes) -> bytes:
        (self.folder / "query").write_bytes(query)
        reply = openssl("ts", "-reply", "-config", self.folder / "config", "-queryfile", self.folder / "query")
        return self.spoil(reply)


@pytest.fixture(scope="module")
def authorities(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Authority, Authority]]:
    folder = tmp_path_factory.mktemp("tsa")
    made = Authority(folder / "real"), Authority(folder / "other")
    servers = []
    for authority in made:
        authority.make()
        server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(authority))
        threading.Thread(target=server.serve_forever, daemon=True).start()
        authority.url = f"http://127.0.0.1:{server.server_port}/"
        servers.append(server)
    yield made
    for server in servers:
        server.shutdown()
        server.server_close()


def _handler(authority: Authority) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            assert self.headers["Content-Type"] == "application/timestamp-query"
            content = authority.answer(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            return

    return Handler


@pytest.fixture
def real(authorities: tuple[Authority, Authority]) -> Iterator[Authority]:
    yield authorities[0]
    authorities[0].spoil = lambda answer: answer


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    made = Bundle.at(tmp_path / "run", "com.example.shop")
    made.seal(True, key=KEY)
    return made.path


def test_a_stamp_is_kept_in_the_chain_and_holds_for_us_and_for_openssl(
    bundle: Path, authorities: tuple[Authority, Authority], tmp_path: Path
) -> None:
    real, other = authorities
    made = stamp(bundle, real.url, roots=read_roots(real.root), by="A. Tester", key=KEY)
    assert (made.entry, made.checked, made.authority) == (2, True, "CN=real stamps,O=real")
    found = verify(bundle, authorities=read_roots(real.root))
    assert (found.status, found.stamps) == (Status.INTACT, [made])
    assert [entry.action for entry in found.custody] == ["sealed", "timestamped"]
    unsure = verify(bundle)
    assert (unsure.status, unsure.stamps[0].checked, unsure.stamps[0].at) == (Status.INTACT, False, made.at)
    assert INDEPENDENT.check(str(bundle))[0] == "intact"
    (tmp_path / "token.tsr").write_bytes(token_of(found.custody[1]))
    said = openssl("ts", "-verify", "-in", tmp_path / "token.tsr", "-data", bundle / "manifest.sig", "-CAfile", real.root)
    assert said in (b"", b"Verification: OK\n")
    forged = verify(bundle, authorities=read_roots(other.root))
    assert (forged.status, forged.differences[0].file) == (Status.ALTERED, "custody.jsonl")
    assert "not by an authority" in forged.differences[0].what


def test_a_token_of_another_bundle_is_told_without_any_root(bundle: Path, real: Authority, tmp_path: Path) -> None:
    other = Bundle.at(tmp_path / "other", "com.example.other")
    other.seal(True, key=KEY)
    stamp(other.path, real.url, key=KEY)
    token = token_of(verify(other.path).custody[1])
    custody.append(bundle, custody.Action.TIMESTAMPED, key=KEY,
                   data={"authority": real.url, "token": base64.b64encode(token).decode()})
    found = verify(bundle)
    assert found.status is Status.ALTERED and "something else" in found.differences[0].what


@pytest.mark.parametrize("data", [
    {}, {"token": 5}, {"token": "?"}, {"token": "AAAA"}, {"token": base64.b64encode(b"0" * 99).decode()}])
def test_what_is_no_token_is_told(bundle: Path, data: dict[str, Any]) -> None:
    custody.append(bundle, custody.Action.TIMESTAMPED, key=KEY, data=data)
    assert verify(bundle).status is Status.ALTERED


def old_answer(authority: Authority) -> Callable[[bytes], bytes]:
    def give(answer: bytes) -> bytes:
        authority.kept = authority.kept or answer
        return authority.kept

    return give


def test_an_old_answer_is_not_taken_for_a_new_one(bundle: Path, real: Authority, tmp_path: Path) -> None:
    real.spoil = old_answer(real)
    stamp(bundle, real.url, key=KEY)
    before = (bundle / "custody.jsonl").read_bytes()
    with pytest.raises(HarnessError, match="another question"):
        stamp(bundle, real.url, key=KEY)
    assert (bundle / "custody.jsonl").read_bytes() == before


@pytest.mark.parametrize("spoil", [lambda a: b"", lambda a: a[:-40], lambda a: b"<html>", lambda a: b"0" * (1 << 20)],
                         ids=["nothing", "cut off", "a page", "too long"])
def test_an_answer_that_is_none_leaves_the_chain_as_it_was(
    bundle: Path, real: Authority, spoil: Callable[[bytes], bytes]
) -> None:
    real.spoil = spoil
    before = (bundle / "custody.jsonl").read_bytes()
    with pytest.raises(HarnessError, match="127.0.0.1"):
        stamp(bundle, real.url, key=KEY)
    assert (bundle / "custody.jsonl").read_bytes() == before
    assert verify(bundle).status is Status.INTACT


def test_an_answer_of_an_authority_that_is_not_trusted_is_not_kept(
    bundle: Path, authorities: tuple[Authority, Authority]
) -> None:
    real, other = authorities
    with pytest.raises(BundleError, match="not kept"):
        stamp(bundle, real.url, roots=read_roots(other.root), key=KEY)
    assert len(verify(bundle).custody) == 1


def test_the_command_line_asks_checks_and_writes_the_token_out(
    bundle: Path, real: Authority, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = say(capsys, "timestamp", bundle, "--tsa", real.url, "--tsa-ca", real.root, "--by", "A. Tester", "--json").json
    fits("timestamp", made)
    checked = say(capsys, "verify", bundle, "--tsa-ca", real.root, "--json")
    fits("verify", checked.json)
    assert (checked.status, checked.json["stamps"]) == (0, [made])
    assert f"time stamp   {made['at']} by CN=real stamps,O=real (whose key" in say(capsys, "verify", bundle).out
    say(capsys, "custody", bundle, "--token", tmp_path / "token.tsr")
    openssl("ts", "-verify", "-in", tmp_path / "token.tsr", "-data", bundle / "manifest.sig", "-CAfile", real.root)


def test_nobody_there_no_bundle_and_no_certificates_are_told(bundle: Path, real: Authority, tmp_path: Path) -> None:
    with pytest.raises(RigError, match="does not answer"):
        stamp(bundle, "http://127.0.0.1:9/", key=KEY)
    with pytest.raises(UsageError, match="cannot be time-stamped"):
        stamp(tmp_path, real.url, key=KEY)
    (tmp_path / "x.pem").write_text("nothing")
    with pytest.raises(UsageError, match="holds no certificates"):
        read_roots(tmp_path / "x.pem")
