"""The recogniser: labelled screens, bad input, hostile input."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.screens.hierarchy import HierarchyUnreadable, windows
from harness.screens.phrases import caption, fold, load
from harness.screens.reading import as_json
from harness.screens.recogniser import recognise

FIXTURES = Path(__file__).parent / "fixtures"
NAMES = sorted(path.stem for path in FIXTURES.glob("*.xml"))


def expectation(name: str) -> dict:
    return json.loads((FIXTURES / f"{name}.json").read_text(encoding="utf-8"))


def reading(name: str, package: str | None = "from the fixture"):
    expected = expectation(name)
    xml = (FIXTURES / f"{name}.xml").read_text(encoding="utf-8")
    return recognise(xml, expected["package"] if package == "from the fixture" else package)


@pytest.mark.parametrize("name", NAMES)
def test_a_labelled_screen_gets_its_kind_permission_and_roles(name):
    expected, seen = expectation(name), reading(name)
    assert seen.kind == expected["kind"], seen.reason
    assert seen.permission == expected.get("permission")
    roles = {control.text: control.role for control in seen.controls}
    for text, role in expected["roles"].items():
        assert roles.get(text) == role, roles
    if "checkboxes" in expected:
        boxes = [c.checked for c in seen.controls if c.role == "checkbox"]
        assert boxes[: len(expected["checkboxes"])] == expected["checkboxes"]


@pytest.mark.parametrize("name", NAMES)
def test_the_kind_does_not_depend_on_being_told_the_package(name):
    assert reading(name, package=None).kind == expectation(name)["kind"]


@pytest.mark.parametrize("name", NAMES)
def test_a_reading_says_why(name):
    assert reading(name).reason


def test_the_fixtures_hold_notices_and_look_alikes():
    kinds = [expectation(name)["kind"] for name in NAMES]
    assert len(kinds) >= 25
    assert kinds.count("other") >= 8


@pytest.mark.parametrize(("text", "role"), [
    ("不同意", "refuse"), ("不同意并退出", "refuse"), ("我不同意", "refuse"), ("残忍拒绝", "refuse"),
    ("Don’t agree", "refuse"), ("DISAGREE", "refuse"), ("I do not accept", "refuse"), ("No, thanks", "refuse"),
    ("同意", "agree"), ("同意（5s）", "agree"), ("同意 5", "agree"), ("5S 同意", "agree"), ("我已阅读并同意", "agree"),
    ("Agree & continue", "agree"), ("ACCEPT ALL", "agree"), ("【同意】", "agree"), ("同 意", "agree"),
    ("退出应用", "exit"), ("Quit", "exit"), ("游客浏览", "limited_mode"), ("Continue as guest", "limited_mode"),
    ("再想想", "later"), ("以后再说", "later"), ("去设置", "settings"), ("《隐私政策》", "link_policy"),
    ("查看隐私政策", "link_policy"), ("撤回同意", "other"), ("退出登录", "other"), ("Withdraw consent", "other"),
    ("加入购物车", "other"), ("", "other"),
])
def test_a_caption_has_the_role_its_words_promise(text, role):
    from harness.screens.controls import role_of

    assert role_of(text, load())[0] == role


def test_folding_makes_one_spelling_of_many():
    assert fold("隱私權政策") == fold("隐私权政策")
    assert fold("“Ａｇｒｅｅ”\u200b") == '"agree"'
    assert caption("同意（ 10 秒 ）") == "同意"
    assert caption("123") == "123"


def test_the_same_dump_gives_the_same_reading():
    assert as_json(reading("consent_zh_classic")) == as_json(reading("consent_zh_classic"))


@given(st.text(max_size=200))
def test_no_text_makes_it_raise(text):
    assert recognise(text, "com.example.app").kind == "other"


_ATTRIBUTE = st.sampled_from(["text", "content-desc", "bounds", "clickable", "class", "package", "resource-id",
                              "checkable", "checked", "enabled"])
_VALUE = st.one_of(st.sampled_from(["true", "false", "[0,0][10,10]", "[9,9][1,1]", "同意", "不同意", "隐私政策",
                                    "android.widget.Button", "android.widget.CheckBox",
                                    "com.android.permissioncontroller"]),
                   st.text(st.characters(codec="utf-8"), max_size=12))
_TREES = st.recursive(
    st.dictionaries(_ATTRIBUTE, _VALUE, max_size=6).map(lambda a: (a, [])),
    lambda children: st.tuples(st.dictionaries(_ATTRIBUTE, _VALUE, max_size=6), st.lists(children, max_size=4)),
    max_leaves=12,
)


def _xml(tree) -> str:
    from xml.sax.saxutils import quoteattr

    attributes, children = tree
    written = " ".join(f"{k}={quoteattr(v)}" for k, v in attributes.items())
    return f"<node {written}>{''.join(map(_xml, children))}</node>"


@given(_TREES, st.sampled_from([None, "com.example.app", "com.android.permissioncontroller"]))
def test_no_tree_makes_it_raise_and_every_control_lies_in_the_dump(tree, package):
    seen = recognise(f"<hierarchy>{_xml(tree)}</hierarchy>", package)
    assert seen.reason
    assert all(len(c.bounds) == 4 for c in seen.controls)


@given(st.data())
def test_a_cut_dump_is_not_readable_and_never_a_notice(data):
    xml = (FIXTURES / "consent_zh_classic.xml").read_text(encoding="utf-8").rstrip()
    cut = data.draw(st.integers(0, len(xml) - 1))
    seen = recognise(xml[:cut], "com.example.fixture")
    assert (seen.kind, seen.readable) == ("other", False)


def test_entities_are_not_resolved(tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("同意")
    xml = (f'<!DOCTYPE h [<!ENTITY x SYSTEM "file://{secret}"><!ENTITY y "同意">]>'
           '<hierarchy><node text="a">&x;&y;</node></hierarchy>')
    seen = recognise(xml, None)
    assert "同意" not in json.dumps(as_json(seen), ensure_ascii=False)


def test_a_bomb_of_entities_is_refused():
    levels = "".join(f'<!ENTITY e{i} "{f"&e{i - 1};" * 10}">' for i in range(1, 12))
    seen = recognise(f'<!DOCTYPE h [<!ENTITY e0 "ha">{levels}]><hierarchy><node text="&e11;"/></hierarchy>', None)
    assert not seen.readable


def test_a_tree_too_deep_is_refused_not_crashed_on():
    assert not recognise("<hierarchy>" + "<node>" * 5000 + "</node>" * 5000 + "</hierarchy>", None).readable


def test_control_characters_in_a_text_do_not_hide_the_screen():
    xml = (FIXTURES / "consent_zh_classic.xml").read_text(encoding="utf-8").replace("欢迎", "欢\x01迎&#8;")
    assert recognise(xml, "com.example.fixture").kind == "policy_consent"


def test_an_empty_screen_is_readable_and_has_no_window():
    assert windows("<?xml version='1.0' encoding='UTF-8'?><hierarchy rotation='0'/>") == []
    assert recognise("<hierarchy/>", None).readable


def test_what_is_no_hierarchy_is_refused():
    with pytest.raises(HierarchyUnreadable, match="html"):
        windows("<html><body/></html>")


def test_an_app_cannot_pass_for_the_system_by_its_ids():
    xml = (FIXTURES / "permission_zh_google_contacts.xml").read_text(encoding="utf-8")
    faked = xml.replace('package="com.google.android.permissioncontroller"', 'package="com.example.fixture"')
    assert recognise(faked, "com.example.fixture").kind != "system_permission"


def test_fifty_thousand_nodes_are_read():
    rows = '<node class="android.widget.TextView" text="商品" bounds="[0,0][9,9]" clickable="true"/>' * 50_000
    seen = recognise(f"<hierarchy>{rows}</hierarchy>", None)
    assert seen.kind == "other"
    assert seen.readable
