"""The words that policies are read by are in order."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

import yaml

from harness.policy.known import bare, known_sdks
from harness.policy.statements import pattern
from harness.policy.words import read
from harness.resources import resource

KINDS = {kind for group in yaml.safe_load(resource("hooks", "kinds.yaml").read_text("utf-8")).values() for kind in group}
FILES = ("aliases", "covers", "dates", "fields", "fold", "kinds", "listed", "rights", "sections", "statements", "topics")


def texts(data: Any) -> list[str]:
    if isinstance(data, dict):
        return [t for value in data.values() for t in texts(value)]
    if isinstance(data, list):
        return [t for value in data for t in texts(value)]
    return [data] if isinstance(data, str) else []


def test_every_kind_has_words_and_no_other_has() -> None:
    assert set(read("kinds")) - {"none"} == KINDS


def test_no_term_stands_twice() -> None:
    count = Counter(term for terms in read("kinds").values() for term in terms)
    assert [term for term, number in count.items() if number > 1] == []


def test_kinds_cover_kinds() -> None:
    covers = read("covers")["covers"]
    assert set(covers) | {k for kinds in covers.values() for k in kinds} <= KINDS
    assert all(wider not in kinds for wider, kinds in covers.items())


def test_words_that_count_only_in_a_listing_are_words_of_kinds() -> None:
    terms = {term for terms in read("kinds").values() for term in terms}
    assert [t for t in read("listed")["general"] if t not in terms] == []
    assert [t for t in read("listed")["terms"] if t not in terms] == []


def test_traditional_characters_stand_in_pairs() -> None:
    assert len("".join(read("fold")["traditional"].split())) % 2 == 0


def test_every_pattern_can_be_made() -> None:
    for name in read("statements"):
        assert pattern(name)
    for file in ("fields", "rights", "sections", "topics", "dates"):
        for text in texts(read(file)):
            re.compile(text)


def test_aliases_are_of_sdks_that_there_are_and_mean_one() -> None:
    known = {sdk.name for sdk in known_sdks()}
    aliases = read("aliases")["sdks"]
    assert [name for name in aliases if name not in known] == []
    owners: dict[str, set[str]] = {}
    for name, others in aliases.items():
        for other in (name, *others):
            owners.setdefault(bare(other), set()).add(name)
    assert {alias: names for alias, names in owners.items() if len(names) > 1} == {}


def test_the_files_are_all_there() -> None:
    assert all(read(name) for name in FILES)
