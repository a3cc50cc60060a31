"""Device profiles: the same for a seed, different for every device, and nobody's."""

from __future__ import annotations

import ipaddress
import json
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.errors import UsageError
from harness.lab.system.profile import list_profiles, make_profile
from harness.lab.system.profile_maker import luhn_digit

SEEDS = st.integers(0, 2**63 - 1)
NAMES = st.sampled_from(["default-zh", "default-en"])


def luhn_holds(digits: str) -> bool:
    """Independent of the generator: the whole number's Luhn sum is a multiple of ten."""
    doubled = [sum(divmod(2 * int(one), 10)) if place % 2 else int(one) for place, one in enumerate(reversed(digits))]
    return sum(doubled) % 10 == 0


def test_luhn_against_a_published_example() -> None:
    """ISO/IEC 7812-1's example account number 7992739871 has the check digit 3."""
    assert luhn_digit("7992739871") == "3"
    assert luhn_holds("79927398713")


def test_both_profiles_are_there() -> None:
    assert {"default-zh", "default-en"} <= set(list_profiles())


@settings(max_examples=30)
@given(NAMES, SEEDS)
def test_same_seed_same_phone_other_seed_other_phone(name: str, seed: int) -> None:
    first = make_profile(name, seed)
    assert dict(first) == dict(make_profile(name, seed))
    assert identifiers(first).isdisjoint(identifiers(make_profile(name, (seed + 1) % 2**63)))


def identifiers(profile: object) -> set[str]:
    values = dict(profile)  # type: ignore[call-overload]
    found = {values["build"]["serial"], values["wifi"]["mac"], values["wifi"]["bssid"], values["wifi"]["ssid"],
             values["bluetooth"]["mac"], values["clipboard"]["text"]}  # fmt: skip
    found |= {values["ids"][key] for key in ("android_id", "gaid", "oaid", "vaid", "aaid", "gsf_id", "drm_id")}
    for sim in values["telephony"]["sims"]:
        found |= {sim["imei"], sim["imsi"], sim["iccid"]}
    return found


@settings(max_examples=30)
@given(NAMES, SEEDS)
def test_numbers_belong_to_nobody_and_are_well_formed(name: str, seed: int) -> None:
    profile = make_profile(name, seed)
    imeis = set()
    for sim in profile["telephony"]["sims"]:
        imeis.add(sim["imei"])
        assert re.fullmatch(r"00\d{13}", sim["imei"]) and luhn_holds(sim["imei"])
        assert re.fullmatch(r"89\d{17}", sim["iccid"]) and luhn_holds(sim["iccid"])
        assert re.fullmatch(r"00101\d{10}", sim["imsi"])
        assert sim["meid"] == sim["imei"][:14]
    assert len(imeis) == 2
    numbers = [sim["phone_number"] for sim in profile["telephony"]["sims"]]
    numbers += [one for contact in profile["contacts"] for one in contact["phones"]]
    for number in numbers:
        assert re.fullmatch(r"\+86154\d{8}|\+1[2-9][0-8]\d55501\d\d", number)
    macs = [profile["wifi"]["mac"], profile["wifi"]["bssid"], profile["bluetooth"]["mac"]]
    for mac in macs:
        first = int(mac[:2], 16)
        assert first & 0b10 and not first & 0b1
    assert ipaddress.ip_address(profile["wifi"]["ip"]).is_private
    for mail in [one["name"] for one in profile["accounts"]] + [one for c in profile["contacts"] for one in c["emails"]]:
        assert mail.endswith(".example")
    assert re.fullmatch(r"[0-9a-f]{16}", profile["ids"]["android_id"])


def test_the_profile_is_plain_json_and_has_what_the_document_lists() -> None:
    profile = make_profile("default-zh", 1)
    text = Path(__file__).resolve().parents[3].joinpath("docs", "lab-protocol.md").read_text(encoding="utf-8")
    section = text.split("## Profile")[1].split("\n## ")[0]
    listed = {name.strip() for row in re.findall(r"^\| ([a-z_, ]+) \|", section, re.M) for name in row.split(",")}
    assert listed - {"key"} == set(profile)
    json.dumps(dict(profile))


def test_the_location_moves_along_the_track() -> None:
    profile = make_profile("default-zh", 1)
    track = profile["location"]["track"]
    assert profile.fix_at(0) == track[0]
    assert profile.fix_at(31) == track[1]
    assert profile.fix_at(10**6) == track[-1]


def test_each_signer_sees_another_android_id_always_the_same() -> None:
    profile = make_profile("default-zh", 1)
    assert profile.android_id("aa") == profile.android_id("aa") != profile.android_id("bb")
    assert re.fullmatch(r"[0-9a-f]{16}", profile.android_id("aa"))


def test_a_profile_of_one_s_own(tmp_path: Path) -> None:
    plan = Path(__file__).resolve().parents[3] / "lab" / "profiles" / "default-en.yaml"
    own = tmp_path / "mine.yaml"
    own.write_text(plan.read_text(encoding="utf-8").replace("name: default-en", "name: mine"), encoding="utf-8")
    assert make_profile(str(own), 1).name == "mine"
    own.write_text("name: mine\n", encoding="utf-8")
    with pytest.raises(UsageError, match="incomplete"):
        make_profile(str(own), 1)
    own.write_text("{", encoding="utf-8")
    with pytest.raises(UsageError, match="cannot be read"):
        make_profile(str(own), 1)
    with pytest.raises(UsageError, match="no profile"):
        make_profile("nowhere")
