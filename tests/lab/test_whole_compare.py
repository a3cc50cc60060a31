"""Three versions of one app, violating, half mended and compliant, each driven on a lab device: the comparison says exactly what
changed, and calls nothing fixed that the later run did not look for."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from harness.bundle.export import export
from harness.lab.apps.editions import edition
from tests.lab.edition_runs import EditionBench, edition_bench
from tests.lab.whole import Ended, harness

pytestmark = pytest.mark.lab
VIOLATING, HALF, COMPLIANT = "rectify-1-violating", "rectify-2-half", "rectify-3-compliant"
APP, SDK = "example.choices", "Nimbus"
Found = tuple[str, str]    # rule, whose act


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EditionBench]:
    with edition_bench(tmp_path_factory.mktemp("state"), tmp_path_factory.mktemp("versions")) as made:
        yield made


@pytest.fixture(scope="module")
def versions(bench: EditionBench) -> dict[str, Path]:
    found = {}
    for name in (VIOLATING, HALF, COMPLIANT):
        ran = bench.run(edition(name))
        assert ran.mismatches() == [], name
        found[name] = ran.outcome.bundle
    return found


def told(document: dict[str, Any], change: str) -> list[Found]:
    return sorted((one["rule"], one["caller"]) for one in document[change])


def compared(old: Path, new: Path) -> Ended:
    return harness("compare", str(old), str(new), "--json")


def test_from_violating_to_half_mended(versions: dict[str, Path]) -> None:
    ended = compared(versions[VIOLATING], versions[HALF])
    said = ended.json
    assert told(said, "fixed") == [
        ("collection-before-consent", APP), ("preticked-consent", APP), ("processing-before-notice", APP)]
    assert told(said, "still") == [
        ("collection-before-consent", SDK), ("processing-before-notice", SDK), ("third-party-sharing", SDK)]
    assert told(said, "new") == [("sent-in-clear", APP)]
    assert told(said, "unobservable") == []
    assert said["new"][0]["other_could_show"] is True, "the first version was looked at, and did not send in clear"
    (text,) = [one for one in said["differences"]["texts"] if one["page"] == "policy"]
    assert (text["changes"]["sdks"]["added"], text["changes"]["sdks"]["removed"]) == (["Nimbus SDK"], [])
    assert said["differences"]["permissions"]["removed"] == [] and said["differences"]["sdks"]["removed"] == []
    assert ended.status == 1


def test_from_half_mended_to_compliant(versions: dict[str, Path]) -> None:
    said = compared(versions[HALF], versions[COMPLIANT]).json
    assert told(said, "fixed") == [
        ("collection-before-consent", SDK), ("processing-before-notice", SDK), ("sent-in-clear", APP),
        ("third-party-sharing", SDK)]
    assert [told(said, change) for change in ("still", "new", "unobservable")] == [[], [], []]
    lists = said["differences"]
    assert [row["name"] for row in lists["permissions"]["removed"]] == ["android.permission.CAMERA"]
    assert [row["name"] for row in lists["sdks"]["removed"]] == [SDK]
    assert [row["host"] for row in lists["hosts"]["removed"]] == ["track.adnimbus.example"]
    assert [row["party"] for row in lists["recipients"]["removed"]] == [SDK]
    assert [(row["kind"], row["party"]) for row in lists["kinds_sent"]["removed"]] == [("android_id", SDK)]
    assert all(lists[name]["added"] == [] for name in ("permissions", "sdks", "hosts", "recipients", "kinds_read", "kinds_sent"))


def test_from_violating_to_compliant_and_back(versions: dict[str, Path], tmp_path: Path) -> None:
    export(versions[COMPLIANT], tmp_path / "new.zip")
    there = compared(versions[VIOLATING], tmp_path / "new.zip").json
    assert len(there["fixed"]) == 6 and not there["still"] + there["new"] + there["unobservable"]
    back = compared(tmp_path / "new.zip", versions[VIOLATING]).json
    assert {one["key"] for one in back["new"]} == {one["key"] for one in there["fixed"]}
    assert [one["kind"] for one in back["remarks"]] == ["swapped"]


def test_a_run_that_did_less_leaves_open_what_it_did_not_do(bench: EditionBench, versions: dict[str, Path]) -> None:
    """The compliant version, of which only the notice was looked at: what else is gone nobody knows."""
    short = bench.run(dataclasses.replace(edition(COMPLIANT), also=())).outcome.bundle
    said = compared(versions[VIOLATING], short).json
    assert told(said, "fixed") == []
    assert told(said, "unobservable") == told(compared(versions[VIOLATING], versions[COMPLIANT]).json, "fixed")
    assert all(one["why"] for one in said["unobservable"])
    assert {"fixed", "new"}.isdisjoint({clause["change"] for clause in said["clauses"]})
