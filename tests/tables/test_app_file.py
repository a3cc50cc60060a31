"""An app file is what its writer meant, or is refused with file, key and what is wanted. Misread, it makes false verdicts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from harness.errors import UsageError
from harness.resources import resource
from harness.rules.sensitive import kinds
from harness.suite.app_file import read_app_file
from harness.tables import AppFacts
from harness.tables.domains import why_no_domain
from harness.tables.kinds import known_kinds
from harness.tables.parties import Recipient

GOOD = {"name": "Maps", "domains": ["maps.example"], "packages": ["com.maps.sdk"], "kinds": ["android_id"]}


def recipient(**changed: Any) -> dict[str, Any]:
    return {"recipients": [{k: v for k, v in (GOOD | changed).items() if v != "left out"}]}


def test_a_whole_file_is_read_as_it_is_meant(tmp_path: Path) -> None:
    file = tmp_path / "app.yaml"
    file.write_text(yaml.safe_dump({"first_party": ["Shop.Example", "*.shop.example.cn", "10.0.0.7"], **recipient(),
                                    "functions": [{"name": "a", "open": ["b"], "permissions": ["location"], "core": True}]}))
    facts = AppFacts.of(read_app_file(file))
    assert facts.known
    assert facts.first_party == ("shop.example", "shop.example.cn", "10.0.0.7")
    assert facts.recipients == (
        Recipient(name="Maps", domains=("maps.example",), packages=("com.maps.sdk",), kinds=("android_id",)),)


def test_whether_it_is_a_carriers_app(tmp_path: Path) -> None:
    assert not AppFacts.of({"first_party": ["shop.example"]}).carrier
    assert AppFacts.of({"carrier": True}).carrier
    file = tmp_path / "app.yaml"
    file.write_text("carrier: often")
    with pytest.raises(UsageError, match="carrier"):
        read_app_file(file)


def test_every_key_is_optional(tmp_path: Path) -> None:
    file = tmp_path / "app.yaml"
    file.write_text("recipients: [{name: Maps}]")
    assert AppFacts.of(read_app_file(file)).recipients == (Recipient(name="Maps"),)
    assert AppFacts.of({}) == AppFacts.of(None) == AppFacts()


@pytest.mark.parametrize("path", sorted(resource("lab", "apps").glob("*/app.yaml")), ids=lambda p: p.parent.name)
def test_the_files_of_the_example_apps_are_good(path: Path) -> None:
    assert read_app_file(path)


WRONG: list[tuple[dict[str, Any], str, str]] = [
    (recipient(domains="maps.example"), "`recipients[0].domains` is no list", "[maps.example]"),
    (recipient(kinds="android_id"), "`recipients[0].kinds` is no list", "[android_id]"),
    (recipient(packages="com.maps"), "`recipients[0].packages` is no list", "[com.maps.sdk]"),
    (recipient(domains=None), "`recipients[0].domains` is no list", "It is empty"),
    (recipient(domains=[10.5]), "`recipients[0].domains[0]` is no text", "10.5"),
    (recipient(kinds=[True]), "`recipients[0].kinds[0]` is no text", "True"),
    (recipient(kinds=[]), "`recipients[0].kinds` is empty", "Leave it out"),
    (recipient(kinds=["androidid"]), "`recipients[0].kinds[0]` is no kind", "The nearest is android_id"),
    (recipient(kind=["android_id"]), "`recipients[0].kind` is no key", "The nearest is kinds"),
    (recipient(name="left out"), "`recipients[0].name` is missing", "Give it a name"),
    (recipient(name=7), "`recipients[0].name` is no text", "It is 7"),
    (recipient(packages=["com/maps"]), "`recipients[0].packages[0]` is no Java package", "com/maps"),
    (recipient(domains=["https://maps.example/v1"]), "`recipients[0].domains[0]` is no domain", "neither scheme"),
    ({"recipients": ["Maps"]}, "`recipients[0]` is no mapping", "{name: Maps"),
    ({"recipients": {"name": "Maps"}}, "`recipients` is no list", "[{name: Maps"),
    ({"first_party": "shop.example"}, "`first_party` is no list", "[maps.example]"),
    ({"first_party": ["com.cn"]}, "`first_party[0]` is no domain", "public suffix"),
    ({"firstparty": ["shop.example"]}, "`firstparty` is no key", "The nearest is first_party"),
    ({1: 2}, "`1` is no key", "Known: first_party"),
    ({"functions": "search"}, "`functions` is no list", "[{name: Stores"),
    ({"functions": [{"name": "a", "open": ["b"], "permissions": "location"}]}, "`permissions` is no list", "[location]"),
    ({"functions": [{"name": "a", "open": ["b"], "core": "yes"}]}, "`core` is neither", "core: true"),
    ({"functions": [{"name": "a", "open": "b"}]}, "how to open", "List the texts"),
]


@pytest.mark.parametrize(("data", "what", "wanted"), WRONG, ids=[what for _, what, _ in WRONG])
def test_what_cannot_be_meant_is_refused(tmp_path: Path, data: dict[str, Any], what: str, wanted: str) -> None:
    file = tmp_path / "maps.yaml"
    file.write_text(yaml.safe_dump(data))
    with pytest.raises(UsageError) as caught:
        read_app_file(file)
    told = f"{caught.value.what} {caught.value.why} {caught.value.fix}"
    assert str(file) in caught.value.what
    assert what in told
    assert wanted in told


@pytest.mark.parametrize("domain", ["maps.example", "*.maps.example", "a-b.c_d.example.com.cn", "10.0.0.1", "xn--fiqs8s.cn",
                                    "github.io", "MAPS.Example"])
def test_a_domain(domain: str) -> None:
    assert why_no_domain(domain) == ""


@pytest.mark.parametrize("domain", ["", "maps", "localhost", "com", "co.uk", "maps.example.", ".example", "a b.example", "a..b",
                                    "-a.example", "maps.example:443", "maps.example/x", "*.com", "*", "地图.example",
                                    "a@b.example", "x" * 64 + ".example"])
def test_no_domain(domain: str) -> None:
    assert why_no_domain(domain)


def test_what_a_newer_version_kept_in_a_bundle_is_left_out_but_nothing_is_misread() -> None:
    newer = recipient(kinds=["android_id", "aura"], since="2030") | {"purpose": "shop"}
    (found,) = AppFacts.of(newer).recipients
    assert found.kinds == ("android_id", "aura")
    with pytest.raises(UsageError, match="`recipients\\[0\\].domains` is no list") as caught:
        AppFacts.of(recipient(domains="maps.example"))
    assert "--app FILE" in caught.value.fix


def test_the_kinds_are_those_of_the_rules() -> None:
    assert known_kinds() == set(kinds())
