"""Editions of an example app: what a file of one may say, and what is built of it."""

from __future__ import annotations

import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from harness.clauses import catalogue
from harness.device.apk import read_apk
from harness.errors import UsageError
from harness.lab.apps.editions import app_file_of, build_edition, edition, editions
from harness.lab.apps.sources import apps
from harness.rules.engine import all_rules
from harness.suite.scenario import find

WITH_EDITIONS = [one.name for one in apps() if (one.folder / "editions").is_dir()]


@pytest.mark.parametrize("name", WITH_EDITIONS)
def test_each_edition_names_what_is_there(name: str) -> None:
    known = {one.name: one for one in editions(name)}
    for one in known.values():
        assert not one.update_to or known[one.update_to].version_code > one.version_code
        assert not one.other_app or one.other_app in {source.name for source in apps()}
        assert {one.scenario, *one.also} <= set(find()) and set(one.attachments) <= set(catalogue())
        assert {*one.expect.get("violates", ()), *one.expect.get("not_observed", ())} <= {rule.id for rule in all_rules()}


def test_an_edition_with_a_later_version_has_it_in_its_app_file() -> None:
    one = edition("update-resets", "adverts")
    later = read_apk(Path(app_file_of(one)["material"]["update"]))
    first = read_apk(build_edition(one))
    assert (first.package, first.version_code, later.version_code) == (later.package, 1, 2)


def test_an_edition_may_ask_for_more_than_the_manifest() -> None:
    with zipfile.ZipFile(build_edition(edition("later-resetting", "adverts"))) as more:
        assert "android.permission.READ_CONTACTS".encode("utf-16-le") in more.read("AndroidManifest.xml")
    with zipfile.ZipFile(build_edition(edition("later-same", "adverts"))) as plain:
        assert "android.permission.READ_CONTACTS".encode("utf-16-le") not in plain.read("AndroidManifest.xml")


def test_an_edition_without_either_has_the_testers_file_alone() -> None:
    one = edition("price-is-one", "adverts")
    assert app_file_of(one) is one.app_file
    assert app_file_of(edition("wakes-at-boot", "adverts")) == {}


def test_an_update_to_no_later_version_is_refused() -> None:
    with pytest.raises(UsageError, match="cannot be updated"):
        app_file_of(replace(edition("update-keeps", "adverts"), update_to="wakes-never"))


def test_what_a_person_attaches_is_a_file_that_the_testers_file_names() -> None:
    one = edition("attached-good", "account")
    named = app_file_of(one)["material"]["attachments"]
    assert {clause: Path(file).read_text("utf-8") for clause, file in named.items()} == one.attachments
