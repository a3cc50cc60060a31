"""The clause catalogue is whole, and what is wrong with a file of it is told with file and line."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.clauses import Force, catalogue, counted_once, load_folder
from harness.errors import UsageError

GOOD = """\
- id: x-01-notice
  source: 某规定
  text_basis: press
  force: draft
  zh: 应当告知。
  en: Users must be told.
  duty_holder: app
  mode: runtime
  decidable: violation
  observable: No notice.
  scenario: [first-launch-idle]
  severity: high
  related_standards: []
"""


def loaded(folder: Path, text: str) -> object:
    (folder / "x.yaml").write_text(text, "utf-8")
    return load_folder(folder)


def wrong(folder: Path, text: str) -> str:
    with pytest.raises(UsageError) as told:
        loaded(folder, text)
    return str(told.value)


def test_all_documents_are_there() -> None:
    of: dict[str, int] = {}
    for clause in catalogue().values():
        of[clause.document] = of.get(clause.document, 0) + 1
    assert of == {
        "interim-provisions-draft-2021": 39, "miit-292-2021": 42, "shenzhen-data-regulation": 27,
        "shenzhen-guideline-2025": 46, "shenzhen-press-2025": 16, "store-commitment-2025": 7}  # fmt: skip


def test_only_a_regulation_or_a_notice_binds() -> None:
    assert {c.force for c in catalogue().values() if c.document.startswith("interim")} == {Force.DRAFT}
    assert {c.force for c in catalogue().values() if c.document == "shenzhen-guideline-2025"} == {Force.GUIDELINE}


def test_what_asks_the_same_is_counted_once() -> None:
    same = counted_once("sz-guide-04a-notice-before-processing")
    assert "szreg-notice-first" in same and "szpress-04-prominent-notice" in same
    assert counted_once("miit292-1-4a-splash-close") == ("miit292-1-4a-splash-close",)


def test_a_good_file_is_read(tmp_path: Path) -> None:
    loaded(tmp_path, GOOD)
    assert load_folder(tmp_path)["x-01-notice"].line == 1


@pytest.mark.parametrize(("old", "new", "said"), [
    ("force: draft", "force: law", "x.yaml, line 1: `force` is 'law'"),
    ("severity: high", "severe: high", "unknown key 'severe'"),
    ("  en: Users must be told.\n", "", "`en` is no text"),
    ("scenario: [first-launch-idle]", "scenario: first-launch-idle", "`scenario` is no list"),
    ("related_standards: []", "related_standards: []\n  same_as: [y-02]", "same_as names 'y-02'"),
    ("related_standards: []", "related_standards: []\n  same_as: [x-01-notice]", "same_as names 'x-01-notice'"),
    ("zh: 应当告知。", "zh: [", "it is no YAML"),
])
def test_a_wrong_entry_is_told_with_its_place(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert said in wrong(tmp_path, GOOD.replace(old, new))


def test_the_line_is_that_of_the_entry(tmp_path: Path) -> None:
    second = GOOD.replace("x-01-notice", "x-02").replace("mode: runtime", "mode: runs")
    assert "x.yaml, line 15: `mode` is 'runs'" in wrong(tmp_path, GOOD + "\n" + second)


def test_an_id_twice_is_told_with_both_places(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(GOOD, "utf-8")
    said = wrong(tmp_path, GOOD)
    assert "x.yaml, line 1" in said and "a.yaml, line 1" in said


def test_what_is_no_list_is_told(tmp_path: Path) -> None:
    assert "it is no list of clauses" in wrong(tmp_path, "id: x\n")
