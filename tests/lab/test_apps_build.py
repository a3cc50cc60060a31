"""An example app is an ordinary APK: aligned, signed as Android checks it, and the same bytes each time."""

from __future__ import annotations

import hashlib
import io
import struct
import threading
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding

from harness.errors import UsageError
from harness.lab.apps import app, apps, build, builder
from harness.lab.apps.archive import pack
from harness.lab.apps.signature import read_signing_key, sign
from harness.lab.apps.sources import AppSource
from harness.resources import resource

FILES = {
    "AndroidManifest.xml": b"m" * 77,
    "resources.arsc": b"r" * 1001,
    "res/a.png": b"p" * 1_500_000,
    "classes.dex": b"d" * 2_500_000,
}


def key_file() -> Path:
    return resource("lab", "apps", "public-test-key.pem")


def take(data: bytes) -> tuple[bytes, bytes]:
    """The first length-prefixed part, and what follows it."""
    (size,) = struct.unpack_from("<I", data)
    return data[4 : 4 + size], data[4 + size :]


def verify_v2(apk: bytes) -> x509.Certificate:
    """Checks the v2 signature as the specification tells a verifier to; written apart from the signer."""
    end_at = apk.rindex(b"PK\x05\x06")
    (directory_at,) = struct.unpack_from("<I", apk, end_at + 16)
    assert apk[directory_at - 16 : directory_at] == b"APK Sig Block 42"
    (size,) = struct.unpack_from("<Q", apk, directory_at - 24)
    block_at = directory_at - size - 8
    assert struct.unpack_from("<Q", apk, block_at) == (size,)
    pair_size, identity = struct.unpack_from("<QI", apk, block_at + 8)
    assert identity == 0x7109871A
    signers, _ = take(apk[block_at + 20 : block_at + 16 + pair_size])
    signer, others = take(signers)
    assert others == b""
    signed, rest = take(signer)
    signatures, rest = take(rest)
    public_key, _ = take(rest)
    digests, rest = take(signed)
    certificates, _ = take(rest)
    certificate = x509.load_der_x509_certificate(take(certificates)[0])
    signature_record = take(signatures)[0]
    assert struct.unpack_from("<I", signature_record) == (0x0103,)
    key = certificate.public_key()
    assert isinstance(key, rsa.RSAPublicKey)
    key.verify(take(signature_record[4:])[0], signed, padding.PKCS1v15(), hashes.SHA256())
    assert public_key in certificate.public_bytes(Encoding.DER)
    end = bytearray(apk[end_at:])
    struct.pack_into("<I", end, 16, block_at)
    chunks = []
    for section in (apk[:block_at], apk[directory_at:end_at], bytes(end)):
        for at in range(0, len(section), 1 << 20):
            chunk = section[at : at + (1 << 20)]
            chunks.append(hashlib.sha256(b"\xa5" + struct.pack("<I", len(chunk)) + chunk).digest())
    whole = hashlib.sha256(b"\x5a" + struct.pack("<I", len(chunks)) + b"".join(chunks)).digest()
    digest_record = take(digests)[0]
    assert take(digest_record[4:])[0] == whole, "content digest"
    return certificate


def test_stored_entries_begin_on_four_bytes() -> None:
    data = pack(FILES)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        stored = [e for e in archive.infolist() if e.compress_type == zipfile.ZIP_STORED]
        assert {e.filename for e in stored} == {"resources.arsc", "res/a.png"}
        for entry in stored:
            name, extra = struct.unpack_from("<HH", data, entry.header_offset + 26)
            start = entry.header_offset + 30 + name + extra
            assert start % 4 == 0
            assert data[start : start + entry.file_size] == FILES[entry.filename]


def test_a_signed_archive_verifies_and_still_opens() -> None:
    signed = sign(pack(FILES), read_signing_key(key_file()))
    assert "public test key" in verify_v2(signed).subject.rfc4514_string()
    with zipfile.ZipFile(io.BytesIO(signed)) as archive:
        assert {name: archive.read(name) for name in archive.namelist()} == FILES


def test_a_changed_byte_breaks_the_signature() -> None:
    signed = bytearray(sign(pack(FILES), read_signing_key(key_file())))
    for at in (40, len(signed) - 40):
        changed = bytes(signed[:at]) + bytes([signed[at] ^ 1]) + bytes(signed[at + 1 :])
        with pytest.raises((AssertionError, InvalidSignature)):
            verify_v2(changed)


def test_the_same_files_make_the_same_archive() -> None:
    key = read_signing_key(key_file())
    assert sign(pack(FILES), key) == sign(pack(dict(FILES)), key)


def test_what_is_no_plain_zip_is_not_signed() -> None:
    with pytest.raises(ValueError, match="comment"):
        sign(b"x" * 100, read_signing_key(key_file()))


def test_an_unknown_app_is_refused_with_the_names_there_are() -> None:
    with pytest.raises(UsageError, match="shop-compliant, shop-violating"):
        app("no-such-app")


def test_shared_source_is_written_in_the_editions_own_package() -> None:
    source = AppSource(
        name="x", folder=Path(), package="example.shop.violating", label="", version_code=1, version_name="1", code=(),
        write_as={"example.shop": "example.shop.violating"},
    )  # fmt: skip
    text = 'package example.shop;\nimport example.shop.R;\nimport example.shopping.R;\nString s = "my.example.shop.x";'
    once = source.rewrite(text)
    assert once.splitlines()[0] == "package example.shop.violating;"
    assert once.splitlines()[1] == "import example.shop.violating.R;"
    assert once.splitlines()[2:] == text.splitlines()[2:]
    assert source.rewrite(once) == once


def test_who_asks_while_an_app_is_being_built_waits_for_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asking = threading.Semaphore(0)
    builds: list[str] = []

    def contents(source: AppSource, work: Path) -> dict[str, bytes]:
        others = 0 if builds else 4
        builds.append(source.name)
        for _ in range(others):
            asking.acquire()
        return FILES

    def ask(_: int) -> Path:
        asking.release()
        return build("tiny")

    monkeypatch.setattr(builder, "_contents", contents)
    monkeypatch.setattr(builder, "cache_dir", lambda *parts: made(tmp_path.joinpath(*parts)))
    with ThreadPoolExecutor(4) as threads:
        found = set(threads.map(ask, range(4)))
    assert builds == ["tiny"]
    assert len(found) == 1 and zipfile.ZipFile(found.pop()).testzip() is None


@pytest.mark.lab
@pytest.mark.parametrize("name", [source.name for source in apps()])
def test_every_example_app_builds_into_a_signed_apk(name: str) -> None:
    apk = build(name)
    verify_v2(apk.read_bytes())
    with zipfile.ZipFile(apk) as archive:
        assert archive.testzip() is None
        assert {"AndroidManifest.xml", "resources.arsc", "classes.dex"} <= set(archive.namelist())
        assert archive.getinfo("resources.arsc").compress_type == zipfile.ZIP_STORED


@pytest.mark.lab
def test_the_same_sources_make_the_same_apk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = build("shop-compliant").read_bytes()
    monkeypatch.setattr(builder, "cache_dir", lambda *parts: made(tmp_path.joinpath(*parts)))
    again = build("shop-compliant")
    assert again.is_relative_to(tmp_path)
    assert again.read_bytes() == first


def made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder
