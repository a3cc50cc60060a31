"""The agent's making, and the catalogue it is told."""

from __future__ import annotations

import contextlib
import re
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from harness.capture import agent_build
from harness.capture.agent_build import AgentBroken, build, mended
from harness.capture.catalogue import BEHAVIOURS, CatalogueError, load_catalogue
from harness.capture.catalogue_check import HOOK_KEYS, UNIT_KEYS
from harness.resources import resource

GOOD: dict[str, Any] = {
    "id": "good",
    "title": {"zh": "好", "en": "good"},
    "kind": "imei",
    "hooks": [{"method": "android.telephony.TelephonyManager.getImei", "api": "26..", "value": "return"}],
}


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    folder = tmp_path / "agent"
    folder.mkdir()
    for path in resource("hooks", "agent").glob("*.js"):
        (folder / path.name).write_bytes(path.read_bytes())
    return folder


def write(folder: Path, *units: object) -> Path:
    for number, unit in enumerate(units):
        text = unit if isinstance(unit, str) else yaml.safe_dump(unit, allow_unicode=True)
        (folder / f"unit{number}.yaml").write_text(text, encoding="utf-8")
    return folder


def problems(folder: Path) -> list[str]:
    with pytest.raises(CatalogueError) as caught:
        load_catalogue(folder)
    return caught.value.problems


def test_the_same_sources_give_the_same_agent(sources: Path, tmp_path: Path) -> None:
    one = build(sources, tmp_path)
    (tmp_path / f"{one.hash}.js").unlink()
    other = build(sources, tmp_path)
    assert one == other


def test_another_source_is_another_agent(sources: Path, tmp_path: Path) -> None:
    before = build(sources, tmp_path)
    with (sources / "clock.js").open("a") as file:
        file.write("\nexport const changed = 1;\n")
    assert build(sources, tmp_path).hash != before.hash


def test_a_made_agent_is_not_made_again(sources: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = build(sources, tmp_path)
    monkeypatch.setattr(agent_build, "compile_bundle", lambda folder: pytest.fail("compiled again"))
    assert build(sources, tmp_path) == before


def test_a_fault_in_the_source_is_told(sources: Path, tmp_path: Path) -> None:
    (sources / "clock.js").write_text("export class {")
    with pytest.raises(AgentBroken, match="does not compile"):
        build(sources, tmp_path)


def test_the_bridge_is_mended_once() -> None:
    shipped = agent_build.bridge()
    once = mended(shipped)
    assert mended(once) == once
    assert abs(len(once) - len(shipped)) < 10


def test_the_catalogue_is_wide_enough() -> None:
    catalogue = load_catalogue()
    personal = {h.kind for h in catalogue.hooks} - set(BEHAVIOURS)
    assert len(catalogue.methods()) >= 300
    assert len({h.name for h in catalogue.hooks if h.kind in personal}) >= 300
    assert len(personal) >= 40
    assert {h.kind for h in catalogue.hooks if h.method == "requestPermissions"} == {"permission_request"}


def test_every_behaviour_that_there_is_a_name_for_is_watched() -> None:
    assert set(BEHAVIOURS) <= {h.kind for h in load_catalogue().hooks}


def test_the_plan_tells_each_method_once_with_all_its_kinds() -> None:
    plan = load_catalogue().plan("com.example.shop")
    names = [f"{h['className']}.{h['method']}" for h in plan["hooks"]]
    assert len(names) == len(set(names))
    query = plan["hooks"][names.index("android.content.ContentResolver.query")]
    assert {"contacts", "call_log", "sms", "calendar", "photos"} <= {c["kind"] for c in query["candidates"]}
    info = plan["hooks"][names.index("android.app.ApplicationPackageManager.getPackageInfo")]
    assert info["candidates"][0]["when"][0]["patterns"] == ["com.example.shop"]
    known = plan["hooks"][names.index("android.location.LocationManager.getLastKnownLocation")]
    assert known["candidates"][-1]["when"] == [], "what takes the rest must come last"


HOOK = "a.B.c"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"kind": "shoe_size"}, "hook android.telephony.TelephonyManager.getImei: kind: 'shoe_size' is neither"),
        ({"kind": ["imei"]}, "kind: ['imei'] is neither"),
        ({"hooks": [{"method": "getImei", "value": "return"}]}, "hook getImei: method: must be package.Class.method"),
        ({"hooks": [{"method": HOOK, "value": "returned"}]}, "hook a.B.c: value: must be"),
        ({"hooks": [{"method": HOOK, "value": "return", "api": "30..26"}]}, "api: 30..26 ends before it begins"),
        ({"hooks": [{"method": HOOK, "value": "return", "api": "0.."}]}, "api: 0.. is no API level"),
        ({"hooks": [{"method": HOOK, "value": "return", "api": "26..100"}]}, "api: 26..100 is no API level"),
        ({"hooks": [{"method": HOOK, "value": "return", "api": ".."}]}, "api: must be like"),
        ({"hooks": [{"method": HOOK, "value": "return", "api": "26..", "from": "app"}]}, "api: what comes from the app is not"),
        ({"hooks": [{"method": HOOK, "value": "return", "narrow": "so"}]}, "narrow: says why"),
        ({"hooks": [{"method": HOOK, "value": "return", "levels": "26.."}]}, "unknown field 'levels'"),
        ({"hooks": [{"method": HOOK, "value": "return", "from": "moon"}]}, "from: must be framework, vendor, app"),
        ({"hooks": [{"method": HOOK, "value": "return", "direct": "yes, please"}]}, "direct: must be true or false"),
        ({"hooks": [{"method": HOOK, "value": "return", "off": True}]}, "off: must be a text"),
        ({"hooks": [{"method": HOOK, "value": "return", "empty": "x"}]}, "empty: must be a list"),
        ({"hooks": [{"method": HOOK, "value": "return", "when": {"name": "x"}}]}, "when: 'name' is neither argN"),
        ({"hooks": [{"method": HOOK, "value": "return", "when": {"arg0.hue": "x"}}]}, "when: 'arg0.hue' is neither argN"),
        ({"hooks": [{"method": HOOK, "value": "return", "when": {"receiver.action": "x"}}]}, "'receiver.action' is neither"),
        ({"hooks": [{"method": HOOK, "value": "return", "when": {"arg0": 16}}]}, "when: arg0: patterns must be texts"),
        ({"hooks": [{"method": HOOK, "value": "return", "when": {"arg0": []}}]}, "when: arg0: patterns must be texts"),
        ({"hooks": [{"method": HOOK, "value": "return", "when": "arg0"}]}, "when: must be a mapping"),
        ({"hooks": [{"method": HOOK, "value": "return", "when": {}}]}, "when: must be a mapping"),
        ({"hooks": [{"method": HOOK, "value": "act", "from": "native"}]}, "is written libc.so.NAME"),
        ({"hooks": [{"method": "libc.so.open", "value": "return", "from": "native"}]}, "value: return is for"),
        ({"hooks": [{"method": "libc.so.open", "value": "arg3", "from": "native"}]}, "arg0 to arg2 are seen"),
        ({"hooks": [{"method": "libc.so.open", "value": "act", "from": "native", "direct": True}]}, "direct: a function of"),
        ({"hooks": [{"method": "libc.so.open", "value": "act", "from": "native", "when": {"receiver": "x"}}]}, "argN.path only"),
        ({"hooks": [{"method": HOOK, "value": "return", "overloads": ["int"]}]}, "overloads: one is written like"),
        ({"hooks": [{"method": HOOK, "value": "return", "overloads": "()"}]}, "overloads: must be a list"),
        ({"hooks": [{"method": HOOK, "value": "return", "rest": True, "when": {"arg0": "x"}}]}, "rest: it and when exclude"),
        ({"hooks": ["a.B.c"]}, "hook 1: a mapping is wanted"),
        ({"hooks": []}, "hooks: must be a list with at least one hook"),
        ({"id": "No Good"}, "id: must be small letters"),
        ({"title": "one"}, "title: must have zh and en"),
        ({"colour": "red"}, "unknown field 'colour'"),
    ],
)
def test_each_fault_names_file_line_and_field(tmp_path: Path, change: dict[str, object], said: str) -> None:
    found = problems(write(tmp_path, {**GOOD, **change}))
    assert any(re.match(r"unit0\.yaml:\d+: ", p) and said in p for p in found), found


def test_off_may_be_written_without_quotes(tmp_path: Path) -> None:
    """YAML 1.1 takes it for false."""
    hooks = "hooks:\n  - method: a.B.c\n    value: return\n    off: later\n"
    (tmp_path / "unit.yaml").write_text("id: good\ntitle: {zh: 好, en: good}\nkind: imei\n" + hooks, "utf-8")
    [hook] = load_catalogue(tmp_path).hooks
    assert hook.off == "later"


LINES = """\
id: good
title: {zh: 好, en: good}
kind: imei
hooks:
  - method: a.B.c
    value: return
    overloads:
      - (int)
      - int
  - method: a.B.d
    kind: shoe_size
    when:
      arg0: x
      arg1: 16
    api: 99..100
    value: return
    value: act
"""


def test_a_fault_is_told_at_its_own_line(tmp_path: Path) -> None:
    begins = [
        "unit0.yaml:17: value: ",
        "unit0.yaml:9: hook a.B.c: overloads: ",
        "unit0.yaml:11: hook a.B.d: kind: ",
        "unit0.yaml:15: hook a.B.d: api: ",
        "unit0.yaml:14: hook a.B.d: when: arg1: ",
    ]
    for begin, found in zip(begins, problems(write(tmp_path, LINES)), strict=True):
        assert found.startswith(begin)


def test_text_that_is_no_yaml_is_told_where_it_stops(tmp_path: Path) -> None:
    assert problems(write(tmp_path, LINES + "  oops: ["))[0].startswith("unit0.yaml:18: not YAML: ")
    (tmp_path / "unit0.yaml").write_bytes(b"\xff\xfe\x00")
    assert problems(tmp_path)[0].startswith("unit0.yaml:1: not YAML: ")


FIELDS = st.sampled_from([*sorted(UNIT_KEYS | HOOK_KEYS), "arg0", "zh", 7])
DOCUMENTS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(FIELDS, inner, max_size=5),
    max_leaves=12,
)


@given(DOCUMENTS)
def test_no_document_breaks_the_reader(document: object) -> None:
    with TemporaryDirectory() as folder:
        for text in (document, {**GOOD, "hooks": [document]}, {**GOOD, "hooks": [{**GOOD["hooks"][0], "when": document}]}):
            write(Path(folder), text)
            with contextlib.suppress(CatalogueError):
                load_catalogue(Path(folder))


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    found = problems(write(tmp_path, {**GOOD, "kind": "shoe_size"}, "id: [", {**GOOD, "id": "NO"}))
    assert len(found) == 3


def test_one_id_in_two_files_is_a_fault(tmp_path: Path) -> None:
    other = {**GOOD, "hooks": [{"method": HOOK, "value": "return"}]}
    [found] = problems(write(tmp_path, GOOD, other))
    assert re.fullmatch(r"unit1\.yaml:\d: id: 'good' is that of unit0\.yaml already", found)


def test_a_method_that_two_hooks_take_is_a_fault(tmp_path: Path) -> None:
    def both(one: dict[str, object], two: dict[str, object]) -> str:
        hooks = [{"method": HOOK, "value": "return", **one}, {"method": HOOK, "value": "return", **two}]
        [found] = problems(write(tmp_path, {**GOOD, "hooks": hooks}))
        assert re.match(r"unit0\.yaml:\d+: hook a\.B\.c: ", found)
        return found

    assert "when: without one it takes every call" in both({}, {})
    assert "rest: it takes every call" in both({}, {"when": {"arg0": "x"}})
    assert "when: y is taken by unit0.yaml:" in both({"when": {"arg0": ["x", "y"]}}, {"when": {"arg0": "y"}})
    assert "from: vendor here, framework in" in both({"when": {"arg0": "x"}}, {"when": {"arg0": "y"}, "from": "vendor"})
    assert "overloads: not the same" in both({"when": {"arg0": "x"}}, {"when": {"arg0": "y"}, "overloads": ["()"]})


def test_what_is_off_is_listed_and_not_told_to_the_agent(tmp_path: Path) -> None:
    hooks = [{"method": "a.B.c", "value": "return", "off": "it would break the app"}, {"method": "a.B.d", "value": "return"}]
    catalogue = load_catalogue(write(tmp_path, {**GOOD, "hooks": hooks}))
    assert catalogue.methods() == ["a.B.c", "a.B.d"]
    assert [(h["index"], h["method"]) for h in catalogue.plan("x")["hooks"]] == [(1, "d")], "a place is its place in methods()"


def test_a_maker_s_class_is_looked_for_where_the_framework_s_are(tmp_path: Path) -> None:
    when = {"receiver.path": "/x", "arg1.path": "/y"}
    hooks = [{"method": HOOK, "value": "return", "from": "vendor", "direct": True, "when": when}]
    [hook] = load_catalogue(write(tmp_path, {**GOOD, "hooks": hooks})).plan("x")["hooks"]
    assert hook["origin"] == "framework"
    [candidate] = hook["candidates"]
    assert candidate["direct"] is True
    assert {(c["arg"], c["part"]) for c in candidate["when"]} == {("receiver", ""), (1, "")}


def test_an_empty_folder_is_no_catalogue(tmp_path: Path) -> None:
    assert "no *.yaml file" in problems(tmp_path)[0]
