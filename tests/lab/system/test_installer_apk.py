"""What an APK says of itself is read as Android reads it, and what Android refuses is refused with its code."""

from __future__ import annotations

import zipfile
from dataclasses import replace
from importlib.resources import as_file, files
from pathlib import Path

import pytest
from apk_factory import Reference, encode_manifest, intent_filter, key, launcher, make_apk, manifest, raw_zip, tag
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.lab.apps.archive import pack
from harness.lab.apps.signature import sign
from harness.lab.system.apk import read_apk
from harness.lab.system.install_errors import InstallFailed
from harness.lab.system.jar_signature import verify_jar
from harness.lab.system.signing_block import BadSignature


def refusal(path: Path) -> str:
    with pytest.raises(InstallFailed) as caught:
        read_apk(path)
    return caught.value.code


def test_facts_of_a_plain_app(tmp_path: Path) -> None:
    root = manifest(
        "com.example.shop",
        launcher(".Main", label="店"),
        tag("activity", name="com.example.shop.Hidden"),
        tag("service", name=".Push", process=":push"),
        tag("provider", name=".Store", authorities="com.example.shop.store;com.example.shop.more", initOrder=3),
        tag("meta-data", name="channel", value="web"),
        version=7,
        label="商城",
        permissions=("android.permission.CAMERA", "android.permission.CAMERA", "android.permission.INTERNET"),
    )
    facts = read_apk(make_apk(tmp_path / "a.apk", root))
    assert (facts.package, facts.version_code, facts.version_name, facts.label) == ("com.example.shop", 7, "7.0", "商城")
    assert (facts.min_sdk, facts.target_sdk) == (26, 35)
    assert facts.processes == ("com.example.shop", "com.example.shop:push")
    assert facts.launcher is not None and facts.launcher.component == "com.example.shop/com.example.shop.Main"
    assert [one.name for one in facts.requested] == ["android.permission.CAMERA", "android.permission.INTERNET"]
    hidden = facts.component("com.example.shop.Hidden")
    assert hidden is not None and not hidden.exported
    provider = facts.component("com.example.shop.Store")
    assert provider is not None and provider.authorities == ("com.example.shop.store", "com.example.shop.more")
    assert facts.meta_data == (("channel", "web"),)
    assert facts.signer.schemes == (2,) and len(facts.signer.certificates) == 1


def test_an_alias_can_be_the_launcher_and_leads_to_its_activity(tmp_path: Path) -> None:
    root = manifest(
        "com.example.app",
        tag("activity", name=".Real", process=":ui"),
        tag(
            "activity-alias",
            intent_filter("android.intent.action.MAIN", "android.intent.category.LAUNCHER"),
            name=".Icon",
            targetActivity=".Real",
            exported=True,
        ),
    )
    facts = read_apk(make_apk(tmp_path / "a.apk", root))
    assert facts.launcher is not None
    assert (facts.launcher.name, facts.launcher.target) == ("com.example.app.Icon", "com.example.app.Real")
    assert facts.launcher.process == "com.example.app:ui"


def test_labels_and_flags_come_through_references_in_the_device_language(tmp_path: Path) -> None:
    with as_file(files("uiautomator2") / "assets" / "app-uiautomator.apk") as apk:
        assert read_apk(apk, "zh-CN").label == "ATX"
        table = zipfile.ZipFile(apk).read("resources.arsc")
    root = manifest("com.example.app", label=Reference(0x7F0C001F))
    path = make_apk(tmp_path / "a.apk", root, entries={"resources.arsc": table})
    assert read_apk(path).label == "ATX"


def test_a_reference_that_leads_nowhere_leaves_the_package_name(tmp_path: Path) -> None:
    root = manifest("com.example.app", label=Reference(0x7F010001))
    assert read_apk(make_apk(tmp_path / "a.apk", root)).label == "com.example.app"


def test_the_user_store_is_trusted_below_level_24_only(tmp_path: Path) -> None:
    old = read_apk(make_apk(tmp_path / "old.apk", manifest(target=23)))
    new = read_apk(make_apk(tmp_path / "new.apk", manifest(target=24)))
    assert (old.trusts_user_store, new.trusts_user_store) == (True, False)


def test_not_a_zip(tmp_path: Path) -> None:
    path = tmp_path / "a.apk"
    path.write_bytes(b"hello, I am no package\n" * 100)
    assert refusal(path) == "INSTALL_PARSE_FAILED_NOT_APK"


def test_truncated(tmp_path: Path) -> None:
    whole = make_apk(tmp_path / "a.apk").read_bytes()
    path = tmp_path / "b.apk"
    path.write_bytes(whole[: len(whole) // 2])
    assert refusal(path) == "INSTALL_PARSE_FAILED_NOT_APK"


def test_no_manifest(tmp_path: Path) -> None:
    path = raw_zip(tmp_path / "a.apk", [("classes.dex", b"dex")])
    assert refusal(path) == "INSTALL_PARSE_FAILED_BAD_MANIFEST"


def test_manifest_that_is_no_binary_xml(tmp_path: Path) -> None:
    path = raw_zip(tmp_path / "a.apk", [("AndroidManifest.xml", b"<manifest/>"), ("classes.dex", b"dex")])
    assert refusal(path) == "INSTALL_PARSE_FAILED_BAD_MANIFEST"


def test_no_code(tmp_path: Path) -> None:
    assert refusal(make_apk(tmp_path / "a.apk", code=False)) == "INSTALL_FAILED_INVALID_APK"


def test_no_code_is_fine_when_the_manifest_says_so(tmp_path: Path) -> None:
    facts = read_apk(make_apk(tmp_path / "a.apk", manifest(hasCode=False), code=False))
    assert not facts.has_code


@pytest.mark.parametrize("abi", ["x86", "x86_64", "mips", "riscv64"])
def test_only_native_code_for_another_machine(tmp_path: Path, abi: str) -> None:
    path = make_apk(tmp_path / "a.apk", entries={f"lib/{abi}/libx.so": b"elf"})
    assert refusal(path) == "INSTALL_FAILED_NO_MATCHING_ABIS"


def test_native_code_for_arm_among_others_installs(tmp_path: Path) -> None:
    path = make_apk(tmp_path / "a.apk", entries={"lib/x86/libx.so": b"e", "lib/arm64-v8a/libx.so": b"e"})
    assert read_apk(path).native_abis == ("arm64-v8a", "x86")


@pytest.mark.parametrize("name", ["../../etc/passwd", "/etc/passwd", "a/../../b", "..\\..\\b", "C:/x"])
def test_entry_names_that_lead_outside(tmp_path: Path, name: str) -> None:
    path = raw_zip(tmp_path / "a.apk", [("AndroidManifest.xml", encode_manifest(manifest())), (name, b"x")])
    assert refusal(path) == "INSTALL_FAILED_INVALID_APK"


def test_the_same_name_twice(tmp_path: Path) -> None:
    data = encode_manifest(manifest())
    with pytest.warns(UserWarning):
        path = raw_zip(tmp_path / "a.apk", [("AndroidManifest.xml", data), ("AndroidManifest.xml", data)])
    assert refusal(path) == "INSTALL_FAILED_INVALID_APK"


def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    path = raw_zip(
        tmp_path / "a.apk",
        [("AndroidManifest.xml", encode_manifest(manifest())), ("assets/zeros", bytes(300 << 20))],
    )
    assert path.stat().st_size < 1 << 20
    assert refusal(path) == "INSTALL_FAILED_INVALID_APK"


def test_no_signature(tmp_path: Path) -> None:
    assert refusal(make_apk(tmp_path / "a.apk", signed=False)) == "INSTALL_PARSE_FAILED_NO_CERTIFICATES"


def test_a_changed_entry_breaks_the_signature(tmp_path: Path) -> None:
    path = make_apk(tmp_path / "a.apk", entries={"assets/x": b"A" * 64})
    data = path.read_bytes()
    at = data.index(b"assets/x") + 9  # inside the compressed entry
    path.write_bytes(data[:at] + bytes((data[at] ^ 1,)) + data[at + 1 :])
    assert refusal(path) in ("INSTALL_PARSE_FAILED_NO_CERTIFICATES", "INSTALL_PARSE_FAILED_NOT_APK")


def test_needs_a_newer_android(tmp_path: Path) -> None:
    assert refusal(make_apk(tmp_path / "a.apk", manifest(minimum=36))) == "INSTALL_FAILED_OLDER_SDK"


def test_base_of_a_bundle_without_its_splits(tmp_path: Path) -> None:
    marker = tag("meta-data", name="com.android.vending.splits.required", value=True)
    root = manifest("com.example.app", launcher(), marker)
    assert refusal(make_apk(tmp_path / "a.apk", root)) == "INSTALL_FAILED_MISSING_SPLIT"


def test_package_name_that_is_none(tmp_path: Path) -> None:
    assert refusal(make_apk(tmp_path / "a.apk", manifest("nodots"))) == "INSTALL_PARSE_FAILED_BAD_PACKAGE_NAME"


def test_the_error_names_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(InstallFailed) as caught:
        read_apk(make_apk(tmp_path / "a.apk", signed=False))
    assert caught.value.line.startswith("Failure [INSTALL_PARSE_FAILED_NO_CERTIFICATES: ")
    assert caught.value.fix


@settings(max_examples=60)
@given(st.data())
def test_no_damage_gets_past_the_signature_or_out_as_another_error(tmp_path_factory, data: st.DataObject) -> None:
    """Any byte changed or cut: the package is refused by a code, or is read as it was (bytes outside what is signed)."""
    folder = tmp_path_factory.mktemp("damage")
    whole = make_apk(folder / "a.apk").read_bytes()
    facts = read_apk(folder / "a.apk")
    at = data.draw(st.integers(0, len(whole) - 1))
    if data.draw(st.booleans()):
        damaged = whole[:at]
    else:
        damaged = whole[:at] + bytes((whole[at] ^ data.draw(st.integers(1, 255)),)) + whole[at + 1 :]
    (folder / "b.apk").write_bytes(damaged)
    try:
        after = read_apk(folder / "b.apk")
    except InstallFailed:
        return
    assert replace(after, sha256="", size=0) == replace(facts, sha256="", size=0)


def test_v1_alone_is_believed_below_level_30_only(tmp_path: Path) -> None:
    """uiautomator2's own APK has v1 and v2; without its v2 block the v1 signature still names the same signer."""
    with as_file(files("uiautomator2") / "assets" / "app-uiautomator.apk") as apk:
        both = read_apk(apk)
        with zipfile.ZipFile(apk) as archive:
            certificates = verify_jar(archive, has_newer=True)
            assert len(certificates) == 1
            with pytest.raises(BadSignature, match="removed"):
                verify_jar(archive, has_newer=False)
    assert both.signer.schemes == (2,)


def test_v1_finds_a_changed_file(tmp_path: Path) -> None:
    with as_file(files("uiautomator2") / "assets" / "app-uiautomator.apk") as apk, zipfile.ZipFile(apk) as archive:
        entries = [(one.filename, archive.read(one)) for one in archive.infolist()]
    changed = [(name, data + b"\0" if name == "classes.dex" else data) for name, data in entries]
    with zipfile.ZipFile(raw_zip(tmp_path / "b.apk", changed)) as archive, pytest.raises(BadSignature, match="classes.dex"):
        verify_jar(archive, has_newer=True)
    added = [*entries, ("assets/extra", b"x")]
    with zipfile.ZipFile(raw_zip(tmp_path / "c.apk", added)) as archive, pytest.raises(BadSignature, match="not signed"):
        verify_jar(archive, has_newer=True)


def test_a_signature_by_another_key_does_not_pass_as_the_first(tmp_path: Path) -> None:
    from cryptography.hazmat.primitives.asymmetric import rsa

    from harness.lab.apps.signature import SigningKey

    other = SigningKey(rsa.generate_private_key(65537, 2048), key().certificate)
    data = pack({"AndroidManifest.xml": encode_manifest(manifest()), "classes.dex": b"dex"})
    (tmp_path / "a.apk").write_bytes(sign(data, other))
    assert refusal(tmp_path / "a.apk") == "INSTALL_PARSE_FAILED_NO_CERTIFICATES"
