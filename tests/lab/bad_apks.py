"""The app of tests/lab/bad, and APKs made from it of which one part is spoilt."""

from __future__ import annotations

import datetime
import zipfile
from functools import cache
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa

from harness.lab.apps.archive import pack
from harness.lab.apps.builder import build_source
from harness.lab.apps.signature import SigningKey, read_signing_key, sign
from harness.lab.apps.sources import AppSource
from harness.resources import resource

PACKAGE = "example.bad"
MANIFEST, TABLE, DEX = "AndroidManifest.xml", "resources.arsc", "classes.dex"


def bad_app(package: str = PACKAGE) -> Path:
    """Under another package's name it is another app."""
    folder = (Path(__file__).parent / "bad").resolve()
    write_as = {} if package == PACKAGE else {PACKAGE: package}
    return build_source(
        AppSource(name=package, folder=folder, package=package, label="bad", version_code=1, version_name="1.0", code=(folder,),
                  write_as=write_as)
    )  # fmt: skip


@cache
def parts() -> dict[str, bytes]:
    """The app's entries."""
    with zipfile.ZipFile(bad_app()) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def public_key() -> SigningKey:
    """That of the example apps."""
    return read_signing_key(resource("lab", "apps", "public-test-key.pem"))


def other_key() -> SigningKey:
    """A stranger's, made now."""
    key = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "stranger.example")])
    begin = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(begin)
        .not_valid_after(begin + datetime.timedelta(days=36500))
        .sign(key, hashes.SHA256())
    )
    return SigningKey(key, certificate)


def spoilt(folder: Path, name: str, changed: dict[str, bytes], key: SigningKey | None = None) -> Path:
    """The app with other content for some of its entries, signed."""
    path = folder / f"{name}.apk"
    path.write_bytes(sign(pack(parts() | changed), key or public_key()))
    return path


def renamed(content: bytes, old: str, new: str) -> bytes:
    """A text of a string pool replaced by one as long, whatever the pool's encoding."""
    assert len(old) == len(new)
    out = content
    for encoding in ("utf-8", "utf-16-le"):
        out = out.replace(old.encode(encoding), new.encode(encoding))
    assert out != content
    return out
