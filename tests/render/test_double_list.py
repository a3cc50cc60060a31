"""The two lists that are made from what was observed, for the developer to complete."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
import yaml

from harness.render.double_list import TO_FILL, Lists, as_csv, as_markdown, double_list, tables
from harness.tables import load_run
from tests.cli.command_line import say
from tests.rules.test_rules import write_bundle

RUN = """
app_file:
  first_party: [shop.example]
events:
  - step: {at: 0, scenario: agree, action: scenario_start}
  - step: {at: 100, action: tap, control: {text: 同意, role: agree}, opens: after_agree}
  - step: {at: 150, action: launch}
  - call:
      {at: 200, kind: android_id, method: "android.provider.Settings$Secure.getString", value: 9f3c5a7e1b2d4c68,
       frames: ["com.adnimbus.sdk.A.b(A.java:1)"]}
  - call:
      {at: 210, kind: android_id, method: "android.provider.Settings$Secure.getString", value: 9f3c5a7e1b2d4c68,
       frames: ["com.adnimbus.sdk.A.b(A.java:1)"]}
  - call: {at: 220, kind: imei, method: android.telephony.TelephonyManager.getImei, outcome: denied, value: null}
  - flow: {at: 300, url: "https://track.adnimbus.example/v2/e?id=9f3c5a7e1b2d4c68"}
  - flow: {at: 310, url: "https://api.shop.example/e?id=9f3c5a7e1b2d4c68"}
  - step: {at: 2000, action: scenario_end}
"""


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    return write_bundle(tmp_path, yaml.safe_load(RUN))


@pytest.fixture
def made(bundle: Path) -> Lists:
    return double_list(load_run(bundle).tables)


def test_what_gave_a_value_is_collected_and_what_was_denied_is_not(made: Lists) -> None:
    (row,) = made.collected
    assert (row["kind"], row["collected_by"], row["origin"], row["count"]) == ("android_id", "AdNimbus", "sdk", 2)
    assert row["scenes"] == ["first page"] and row["stages"] == ["after_agree"]
    assert row["sent_to"] == ["api.shop.example", "track.adnimbus.example"]


def test_the_first_party_is_no_third_party(made: Lists) -> None:
    (row,) = made.shared
    assert (row["company"], row["kinds"], row["hosts"], row["count"]) == (
        "云雀广告(虚构)", ["android_id"], ["track.adnimbus.example"], 1)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_purpose_is_left_to_the_developer(made: Lists, language: str) -> None:
    for heads, *rows in tables(made, language):
        assert rows and all(len(row) == len(heads) and TO_FILL[language] in row for row in rows)
    assert as_markdown(made, language).count(TO_FILL[language]) == 2


def test_a_cell_is_no_formula() -> None:
    assert list(csv.reader(io.StringIO(as_csv([["=1+1", "a,b", "-"]])))) == [["'=1+1", "a,b", "'-"]]


def test_files_are_written(capsys: pytest.CaptureFixture[str], bundle: Path, tmp_path: Path) -> None:
    said = say(capsys, "lists", bundle, "--out", tmp_path / "made")
    assert said.status == 0 and not said.out
    assert {one.name for one in (tmp_path / "made").iterdir()} == {"collected.csv", "shared.csv", "lists.md"}
    assert (tmp_path / "made" / "shared.csv").read_text("utf-8-sig").startswith("第三方,公司,信息种类")
