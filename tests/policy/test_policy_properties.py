"""What holds for any text."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from harness.policy import Declared, Passage, read
from harness.policy.changes import compare
from harness.policy.files import MEDIA_TYPES, PolicyUnreadable
from harness.policy.folding import Folded
from harness.policy.reading import from_bytes

WORDS = st.sampled_from([
    "我们", "会", "不会", "收集", "您的", "手机号", "IMEI", "设备信息", "（", "）", "、", "，", "。", "；", "：", "\n", "\n\n", " ", "# ", "- ", "| ", "|---|",
    "SDK", "SDK名称：", "公司：", "收集信息：", "友盟", "极光推送", "第三方", "一、", "1. ", "（一）", "无", "We ", "do not ", "collect ", "your ",
    "email address", ", ", ". ", "contacts", "Third-party SDKs", "您可以", "删除", "注销账号", "15个工作日", "答复", "更新日期：", "2024年3月5日", "**", "`",
    "[a](https://x.cn)", "<td>", "</td>", "<tr>", "<table>", "<p>", "<h1>", "<br>", "&nbsp;", "\u200b", "\x00", "２０２４", "İ", "ß", "𠮷", "\ud800",
])  # fmt: skip
TEXTS = st.one_of(st.lists(WORDS, max_size=60).map("".join), st.text(max_size=200))
TYPES = st.sampled_from([t for t in MEDIA_TYPES if t.startswith("text/")])
ANY = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def passages(read: Declared) -> list[Passage]:
    found = [k.passage for k in read.kinds] + [p for s in read.sdks for p in (s.passage, *s.passages)]
    found += [r.passage for r in read.recipients] + [c.passage for c in read.channels]
    found += [r.passage for r in read.rights.values() if r.passage]
    found += [s.passage for s in (read.minors, read.retention, read.personalisation_optout, read.cross_border) if s.passage]
    return found + ([read.reply_days.passage] if read.reply_days else [])


@ANY
@given(TEXTS, TYPES)
def test_any_text_is_read_and_quoted_word_for_word(text: str, media_type: str) -> None:
    found = read(text, media_type=media_type)
    for passage in passages(found):
        assert passage.text == found.text[passage.start : passage.end]
        assert passage.text.strip() == passage.text
    if media_type == "text/plain":
        assert found.text == text.replace("\r\n", "\n").replace("\r", "\n")
    assert len({(k.kind, k.denied) for k in found.kinds}) == len(found.kinds)
    assert read(text, media_type=media_type) == found


@ANY
@given(st.binary(max_size=300), st.sampled_from(["", "a.md", "a.html", "a.pdf"]))
def test_any_bytes_are_read_or_refused(data: bytes, name: str) -> None:
    try:
        from_bytes(data, name=name)
    except PolicyUnreadable as refused:
        assert refused.why


@ANY
@given(TEXTS)
def test_nothing_changes_between_a_text_and_itself(text: str) -> None:
    assert not compare(read(text), read(text)).any


@ANY
@given(TEXTS, TEXTS)
def test_a_comparison_turned_round_has_what_was_added_removed(one: str, other: str) -> None:
    there, back = compare(read(one), read(other)), compare(read(other), read(one))
    for name in ("kinds", "denials", "rights", "recipients"):
        assert set(getattr(there, f"{name}_added")) == set(getattr(back, f"{name}_removed"))
    assert sorted(there.text_added) == sorted(back.text_removed)


@ANY
@given(TEXTS)
def test_a_place_in_the_folded_text_can_be_carried_back(text: str) -> None:
    folded = Folded(text)
    for place in range(len(folded.text)):
        back = folded.back(place)
        assert 0 <= back < len(text)
        assert folded.forth(back) == place


@ANY
@given(st.lists(WORDS, max_size=30).map("".join))
def test_a_word_that_nobody_says_is_declared_by_nobody(text: str) -> None:
    assert read(text).declares("vehicle") is None
    assert read(text).sdk_named(name="no such name", packages=["no.such.package"], hosts=["no.such.host"]) is None
