"""A package of a base and splits: what is refused, in Android's words, and what is kept of it."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from apk_factory import Tag, key, launcher, make_apk, manifest, tag
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from device_bench import Bench
from example_shop import SHOP

from harness.lab.apps.signature import SigningKey
from harness.lab.system.apk import read_package
from harness.lab.system.install_errors import InstallFailed

OnDevice = Callable[..., None]


def base(*more: Tag, version: int = 1, **attributes: object) -> Tag:
    root = manifest(SHOP, launcher(), *more, version=version)
    root.attributes.update(attributes)
    return root


def split(name: str, *application: Tag, package: str = SHOP, version: int = 1, code: bool = False, **attributes: object) -> Tag:
    return tag("manifest", tag("application", *application, hasCode=code), package=package, split=name, versionCode=version,
               **attributes)  # fmt: skip


def files(folder: Path, *roots: Tag, signers: tuple[SigningKey | None, ...] = ()) -> list[Path]:
    return [
        make_apk(folder / f"{number}.apk", root, code="split" not in root.attributes,
                 signer=signers[number] if signers else None)
        for number, root in enumerate(roots)
    ]  # fmt: skip


def refusal(folder: Path, *roots: Tag, **options: tuple[SigningKey | None, ...]) -> str:
    with pytest.raises(InstallFailed) as caught:
        read_package(files(folder, *roots, **options))
    return caught.value.line


def stranger() -> SigningKey:
    own = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    made = (
        x509.CertificateBuilder()
        .subject_name(key().certificate.subject)
        .issuer_name(key().certificate.subject)
        .public_key(own.public_key())
        .serial_number(1)
        .not_valid_before(key().certificate.not_valid_before_utc)
        .not_valid_after(key().certificate.not_valid_after_utc)
        .sign(own, hashes.SHA256())
    )
    return SigningKey(own, made)


@pytest.mark.parametrize(
    ("roots", "line"),
    [
        ((base(), split("a", package="com.example.other")), "INSTALL_FAILED_INVALID_APK: 1.apk package com.example.other"),
        ((base(), split("a", version=2)), "INSTALL_FAILED_INVALID_APK: 1.apk version code 2 inconsistent with 1"),
        ((base(), base()), "INSTALL_FAILED_INVALID_APK: Split null was defined multiple times"),
        ((base(), split("a"), split("a")), "INSTALL_FAILED_INVALID_APK: Split a was defined multiple times"),
        ((split("a"), split("b")), "INSTALL_FAILED_INVALID_APK: Full install must include a base package"),
        ((split("a"),), "INSTALL_FAILED_INVALID_APK: Full install must include a base package"),
        ((base(isSplitRequired=True),), f"INSTALL_FAILED_MISSING_SPLIT: Missing split for {SHOP}"),
        ((base(tag("meta-data", name="com.android.vending.splits.required", value=True)),), "INSTALL_FAILED_MISSING_SPLIT"),
        ((base(requiredSplitTypes="lang,density"), split("a", splitTypes="lang")), "MISSING_SPLIT: .* of the types density"),
        ((base(), split("../a")), "INSTALL_PARSE_FAILED_BAD_PACKAGE_NAME: Invalid manifest split: '../a'"),
        ((base(), split("a", code=True)), f"INSTALL_FAILED_INVALID_APK: Package {SHOP} code is missing"),
    ],
)  # fmt: skip
def test_what_does_not_make_one_package_is_refused(tmp_path: Path, roots: tuple[Tag, ...], line: str) -> None:
    assert re.match(rf"Failure \[(INSTALL_FAILED_)?{line}", refusal(tmp_path, *roots))


def test_splits_of_another_signer_are_refused(tmp_path: Path) -> None:
    told = refusal(tmp_path, base(), split("a"), signers=(None, stranger()))
    assert told == "Failure [INSTALL_FAILED_INVALID_APK: 1.apk signatures are inconsistent]"


def test_what_a_base_asks_for_is_enough(tmp_path: Path) -> None:
    facts = read_package(files(tmp_path, split("b", splitTypes="density"), base(requiredSplitTypes="density"), split("a")))
    assert [one.name for one in facts.splits] == ["a", "b"]


def test_components_of_a_split_are_the_packages_with_the_defaults_of_its_base(tmp_path: Path) -> None:
    root = base()
    application = next(one for one in root.children if one.name == "application")
    application.attributes |= {"process": ":all", "permission": "com.example.USE"}
    extra = split("extra", tag("activity", name=".Extra"), tag("meta-data", name="more", value="1"))
    facts = read_package(files(tmp_path, root, extra))
    component = facts.component(f"{SHOP}.Extra")
    assert component is not None
    assert (component.process, component.permission, component.exported) == (f"{SHOP}:all", "com.example.USE", False)
    assert facts.meta_data == (("more", "1"),)


def test_every_file_is_kept_updated_and_removed(on_device: OnDevice) -> None:
    async def work(made: Bench) -> None:
        first = await made.server.install(*files(made.folder, split("b"), base(), split("a")))
        assert [path.name for path in first.apks] == ["base.apk", "split_a.apk", "split_b.apk"]
        assert all(path.is_file() for path in first.apks) and len(first.classes) == 3
        await made.server.install(*files(made.folder, base(version=2), split("a", version=2)))
        second = made.server.packages.get(SHOP)
        assert list(second.splits) == ["a"] and second.uid == first.uid
        assert not any(path.exists() for path in first.apks)
        await made.server.uninstall(SHOP)
        assert not any(path.exists() for path in second.apks)

    on_device(work)


def test_an_app_process_is_bound_with_every_file(on_device: OnDevice) -> None:
    async def work(made: Bench) -> None:
        package = await made.server.install(*files(made.folder, base(), split("a")))
        await made.server.launch(SHOP, wait=True)
        bound = made.fake.bound(SHOP).last("bind")
        assert bound["apks"] == [str(path) for path in package.apks]
        assert len(bound["classes"]) == 2

    on_device(work)


def test_splits_are_added_to_what_is_installed_and_taken_away(on_device: OnDevice) -> None:
    async def work(made: Bench) -> None:
        await made.server.install(*files(made.folder, base(), split("a")))
        await made.server.install(*files(made.folder, split("b")), inherit=SHOP)
        assert list(made.server.packages.get(SHOP).splits) == ["a", "b"]
        with pytest.raises(InstallFailed, match="version code 2 inconsistent|inconsistent with 2"):
            await made.server.install(*files(made.folder, split("c", version=2)), inherit=SHOP)
        await made.server.remove_splits(SHOP, ["a"])
        assert list(made.server.packages.get(SHOP).splits) == ["b"]
        with pytest.raises(InstallFailed, match="Split not found: a"):
            await made.server.remove_splits(SHOP, ["a"])
        with pytest.raises(InstallFailed, match="Missing existing base package for com.example.none"):
            await made.server.install(*files(made.folder, split("c")), inherit="com.example.none")

    on_device(work)


def test_the_next_daemon_finds_all_of_them(on_device: OnDevice) -> None:
    async def work(made: Bench) -> None:
        await made.server.install(*files(made.folder, base(), split("a")))
        made.server.packages.load()
        assert list(made.server.packages.get(SHOP).splits) == ["a"]

    on_device(work)


def test_installing_the_same_files_again_keeps_them(on_device: OnDevice) -> None:
    async def work(made: Bench) -> None:
        first = await made.server.install(*files(made.folder, base(), split("a")))
        again = await made.server.install(*files(made.folder, base(), split("a")))
        assert again.apks == first.apks and all(path.is_file() for path in again.apks)

    on_device(work)
