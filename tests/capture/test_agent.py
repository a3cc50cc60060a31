"""The agent's making, and the catalogue it is told."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from harness.capture import agent_build
from harness.capture.agent_build import AgentBroken, build, mended
from harness.capture.catalogue import CatalogueError, load_catalogue, load_kinds
from harness.resources import resource

GOOD = {
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
    personal = {h.kind for h in catalogue.hooks} & set(load_kinds())
    assert len(catalogue.methods()) >= 80
    assert len(personal) >= 25
    assert {h.kind for h in catalogue.hooks if h.method == "requestPermissions"} == {"permission_request"}


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


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"kind": "shoe_size"}, "kind 'shoe_size' is neither"),
        ({"hooks": [{"method": "getImei", "value": "return"}]}, "method must be package.Class.method"),
        ({"hooks": [{"method": "a.B.c", "value": "returned"}]}, "value must be"),
        ({"hooks": [{"method": "a.B.c", "value": "return", "api": "30..26"}]}, "api must be like"),
        ({"hooks": [{"method": "a.B.c", "value": "return", "api": ".."}]}, "api must be like"),
        ({"hooks": [{"method": "a.B.c", "value": "return", "levels": "26.."}]}, "unknown key 'levels'"),
        ({"hooks": [{"method": "a.B.c", "value": "return", "when": {"name": "x"}}]}, "'name' is not argN"),
        ({"hooks": [{"method": "a.B.c", "value": "return", "when": {"arg0.hue": "x"}}]}, "'arg0.hue' is not argN"),
        ({"hooks": [{"method": "a.B.c", "value": "return", "when": {"arg0": 16}}]}, "patterns must be texts"),
        ({"hooks": [{"method": "a.B.c", "value": "return", "overloads": ["int"]}]}, "an overload is written like"),
        ({"hooks": [{"method": "a.B.c", "value": "return", "rest": True, "when": {"arg0": "x"}}]}, "exclude each"),
        ({"hooks": []}, "at least one hook"),
        ({"id": "No Good"}, "id must be small letters"),
        ({"title": "one"}, "title must have zh and en"),
        ({"colour": "red"}, "unknown key 'colour'"),
    ],
)
def test_each_fault_names_file_and_place(tmp_path: Path, change: dict[str, object], said: str) -> None:
    found = problems(write(tmp_path, {**GOOD, **change}))
    assert any(p.startswith("unit0.yaml: ") and said in p for p in found), found


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    found = problems(write(tmp_path, {**GOOD, "kind": "shoe_size"}, "id: [", {**GOOD, "id": "NO"}))
    assert len(found) == 3


def test_one_id_in_two_files_is_a_fault(tmp_path: Path) -> None:
    other = {**GOOD, "hooks": [{"method": "a.B.c", "value": "return"}]}
    assert "unit 'good' is in unit0.yaml and in unit1.yaml" in problems(write(tmp_path, GOOD, other))


def test_a_method_that_two_hooks_take_is_a_fault(tmp_path: Path) -> None:
    method = "a.B.c"
    same = {**GOOD, "hooks": [{"method": method, "value": "return"}] * 2}
    assert any("twice without a condition" in p for p in problems(write(tmp_path, same)))
    mixed = {**GOOD, "hooks": [{"method": method, "value": "return"},
                               {"method": method, "value": "return", "when": {"arg0": "x"}}]}
    assert any("rest: true" in p for p in problems(write(tmp_path, mixed)))
    shared = {**GOOD, "hooks": [{"method": method, "value": "return", "when": {"arg0": ["x", "y"]}},
                                {"method": method, "value": "return", "when": {"arg0": "y"}}]}
    assert any("both take y" in p for p in problems(write(tmp_path, shared)))


def test_an_empty_folder_is_no_catalogue(tmp_path: Path) -> None:
    assert "no *.yaml file" in problems(tmp_path)[0]
