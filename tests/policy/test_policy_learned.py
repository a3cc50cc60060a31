"""The learned part: what it sees, what its file holds, and that it is asked only where the rules have not settled it."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest

from benchmarks import policy_train
from harness.policy import files, learned, read
from harness.policy.candidates import candidates
from harness.policy.evidence import features, grams
from harness.policy.statements import statements

FILE = Path(learned.__file__).parent / "kinds.tsv"


def seen(text: str, kind: str) -> set[str]:
    document = files.document(text, "text/markdown")
    one = next(c for c in candidates(document, statements(document), ()) if c.mention.kind == kind)
    return features(document, one)


def test_the_file_is_small_and_holds_a_bias_and_whole_numbers() -> None:
    assert FILE.stat().st_size < 500_000
    assert "" in learned.weights()
    assert all(isinstance(w, int) and abs(w) < 1000 for w in learned.weights().values())


def test_its_features_are_of_the_sorts_that_are_trained() -> None:
    sorts = {name.partition(":")[0] for name in learned.weights() if name}
    assert sorts <= set(policy_train.AWAY) == set(policy_train.SCALE)


def test_what_stands_nowhere_weighs_nothing() -> None:
    assert learned.points(["v:no such verdict"]) == learned.points([]) == learned.weights()[""] / 100


@pytest.mark.parametrize(("one", "other", "kinds"), [
    ("# 信息收集\n我们会收集您的手机号，用于登录。", "# 信息收集\n我们会收集您的身份证号，用于登录。", ("phone", "id_card")),
    ("# Data\nWe collect your nationality to log you in.", "# Data\nWe collect your gender to log you in.", ("region", "gender")),
])  # fmt: skip
def test_one_kind_reads_like_another(one: str, other: str, kinds: tuple[str, str]) -> None:
    """All but the kind and the term is the same, so that what was learned of one kind holds for the next."""
    differ = seen(one, kinds[0]) ^ seen(other, kinds[1])
    assert {name.partition(":")[0] for name in differ} <= {"k", "t", "s"}


def test_grams_are_characters_of_chinese_and_words_of_english() -> None:
    assert {"收", "收集", "collect", "we collect"} <= set(grams("收集 we collect"))


@pytest.mark.parametrize("text", [
    "未经您同意，我们不会收集您的手机号。",
    "We will not collect your location without your consent.",
    "我们不收集您的手机号。",
    "We never collect your contacts.",
])  # fmt: skip
def test_what_is_denied_is_never_declared(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(learned, "weights", lambda: {"": 900})
    assert not [k for k in read(text).kinds if not k.denied]


@pytest.mark.parametrize(("text", "kind"), [
    ("下单时需要留下收货人姓名和手机号，用于为您配送。", "phone"),
    ("导入文件时，应用会读取您选择的照片。", "photos"),
    ("When you sign up, you give us your email.", "email"),
    ("# Features\nWhen you post a story, we keep your photos.", "photos"),
])  # fmt: skip
def test_a_declaration_carries_the_sentence_that_makes_it(text: str, kind: str) -> None:
    said = {k.kind: k.passage.text for k in read(text, media_type="text/markdown").kinds if not k.denied}
    assert said[kind] in text


def test_signs_are_filled_and_found_again() -> None:
    text, slots = policy_train.filled(["我们收集{+,}，不收集{!}。"], [["手机号"], ["邮箱"]], random.Random(1), True)
    assert [sign for _, _, sign in slots][-1] == "!"
    assert len(slots) > 2
    assert all(text[a:b] in ("手机号", "邮箱") for a, b, _ in slots)


def test_training_is_the_same_each_time_and_learns() -> None:
    rows = [{"b:收集"}, {"b:删除"}] * 40
    wanted, worth = np.array([1.0, 0.0] * 40, np.float32), np.ones(80, np.float32)
    first, again = (policy_train.fit(rows, wanted, worth, ["b:删除", "b:收集"], 0) for _ in range(2))
    assert first.rounded() == again.rounded()
    assert first.points([{"b:收集"}])[0] > first.points([{"b:删除"}])[0]
