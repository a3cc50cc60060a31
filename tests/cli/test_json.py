"""docs/json.md and docs/schemas are true: what the commands print with `--json` is what they say, and all of it."""

from __future__ import annotations

import copy
import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from referencing import Registry
from referencing.jsonschema import DRAFT202012
from typer.main import get_command

from harness.bundle import Bundle, Status, verify
from harness.bundle.keys import read_public
from harness.cli import editions
from harness.cli.comparison import Comparison
from harness.cli.lab import as_rows
from harness.cli.main import build
from harness.cli.verdicts import as_json
from harness.lab.registry import LabDeviceHandle
from harness.model import Fact, Gap, GapKind, Grade, Stage, VerdictWord
from harness.rules.analysis import analyse
from tests.cli.command_line import ROOT, say, violating_run
from tests.lab.system.apk_factory import launcher, make_apk, manifest

SCHEMAS = {p.name.removesuffix(".schema.json"): json.loads(p.read_text("utf-8")) for p in (ROOT / "docs/schemas").glob("*.json")}
REFERENCE = (ROOT / "docs" / "json.md").read_text("utf-8")
SCREENS = sorted((ROOT / "tests" / "screens" / "fixtures").glob("*.xml"))


def closed(schema: Any) -> Any:
    """The same schema, that takes no key it does not name."""
    made = copy.deepcopy(schema)

    def close(part: Any) -> None:
        if isinstance(part, dict):
            if "properties" in part:
                part["unevaluatedProperties"] = False
            for value in part.values():
                close(value)
        elif isinstance(part, list):
            for value in part:
                close(value)

    close(made)
    return made


def check(name: str, document: Any, schemas: dict[str, Any] | None = None) -> None:
    """Raises ValidationError."""
    known = schemas or SCHEMAS
    registry: Registry[Any] = Registry().with_resources(
        (f"{n}.schema.json", DRAFT202012.create_resource(s)) for n, s in known.items())
    jsonschema.Draft202012Validator(known[name], registry=registry).validate(document)


def fits(name: str, document: Any) -> None:
    """The document is what the schema says, and has no key that the schema leaves out."""
    check(name, document)
    check(name, document, {n: schema if n == "analyze" and name == "run" else closed(schema) for n, schema in SCHEMAS.items()})


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    return violating_run(tmp_path)


@pytest.fixture
def killed(tmp_path: Path) -> Path:
    """What a killed harness leaves: no app file, no device, no end."""
    made = Bundle.create(tmp_path / "killed", "example.shop")
    made.append(Fact(host_ns=5, type="app", data={"package": "example.shop"}))
    made.append(Gap(host_ns=6, kind=GapKind.NOT_REACHED, detail="the second dialog", from_ns=6))
    made.close()
    return made.path


# -- the schemas themselves -------------------------------------------------------------------------------------------


def commands(group: Any, *before: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, command in group.commands.items():
        inner = commands(command, *before, name) if hasattr(command, "commands") else {"-".join([*before, name]): command}
        found |= inner
    return found


def test_every_command_with_json_has_a_schema_and_no_other_has() -> None:
    with_json = {name for name, command in commands(get_command(build())).items()
                 if any("--json" in parameter.opts for parameter in command.params)}
    assert with_json == set(SCHEMAS)


def keys(part: Any) -> set[str]:
    if isinstance(part, list):
        return {key for value in part for key in keys(value)}
    if not isinstance(part, dict):
        return set()
    return set(part.get("properties", ())) | {key for value in part.values() for key in keys(value)}


def requirements(part: Any) -> list[tuple[list[str], list[str]]]:
    if isinstance(part, list):
        return [found for value in part for found in requirements(value)]
    if not isinstance(part, dict):
        return []
    here = [(part["required"], list(part.get("properties", ())))] if isinstance(part.get("required"), list) else []
    return here + [found for value in part.values() for found in requirements(value)]


@pytest.mark.parametrize("name", sorted(SCHEMAS))
def test_a_schema_is_one_and_is_described(name: str) -> None:
    schema = SCHEMAS[name]
    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["title"] == f"harness {name.replace('-', ' ')} --json"
    assert all(set(required) <= set(named) for required, named in requirements(schema))
    sections = dict(re.findall(r"^## ([^\n]+)\n(.*?)(?=^## |\Z)", REFERENCE, re.M | re.S))
    (text,) = [body for title, body in sections.items() if name.replace("-", " ") in title.split(", ")]
    described = set(re.findall(r"`(\w+)`", text))
    assert keys(schema) <= described, keys(schema) - described


def test_the_words_of_verdicts_are_those_of_the_model() -> None:
    verdict = SCHEMAS["analyze"]["$defs"]["verdict"]["properties"]
    assert verdict["verdict"]["enum"] == [str(word) for word in VerdictWord]
    assert verdict["grade"]["enum"] == [*map(str, Grade), None]
    assert SCHEMAS["verify"]["properties"]["status"]["enum"] == [str(status) for status in Status]
    assert SCHEMAS["analyze"]["properties"]["integrity"]["enum"] == [str(status) for status in Status]
    named = set(re.findall(r"\w+", REFERENCE))
    assert {str(kind) for kind in GapKind} | {str(stage) for stage in Stage} <= named


# -- what is printed --------------------------------------------------------------------------------------------------


def test_the_two_lists(capsys: pytest.CaptureFixture[str], bundle: Path, killed: Path) -> None:
    said = say(capsys, "lists", bundle, "--json").json
    fits("lists", said)
    assert said["collected"] and said["shared"]
    fits("lists", say(capsys, "lists", killed, "--json").json)


@pytest.mark.parametrize("name", ["rules", "clauses", "hooks", "scenarios"])
def test_lists(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    said = say(capsys, name, "--json")
    assert said.status == 0
    assert len(said.json) > 2
    fits(name, said.json)


def test_hooks_of_a_bundle(killed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = say(capsys, "hooks", killed, "--json")
    fits("hooks", said.json)
    assert {row["status"] for row in said.json} == {"not asked"}


def test_hooks_of_a_bundle_for_a_person(killed: Path, bundle: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "No process was hooked in that run." in say(capsys, "hooks", killed).out
    said = say(capsys, "hooks", bundle).out
    assert "gaps of the hooks" in said
    assert "kinds of personal information and" in said


def test_hooks_against_the_framework(capsys: pytest.CaptureFixture[str]) -> None:
    fits("hooks", say(capsys, "hooks", "--verify", "--index", "--json").json)


@pytest.mark.parametrize("path", SCREENS, ids=lambda p: p.stem)
def test_screen(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    fits("screen", say(capsys, "screen", path, "--json").json)


@pytest.mark.parametrize("words", [
    ["drawn_faint.xml", "--image", "drawn_faint.png", "--density", "320"], ["--image", "drawn_faint.png"]])
def test_screen_with_its_picture(words: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT / "tests" / "screens" / "pictures")
    document = say(capsys, "screen", *words, "--json").json
    fits("screen", document)
    assert document["read_from"] == "picture"
    assert {"exit_only", "refusal_low_contrast"} <= {pattern["id"] for pattern in document["dark_patterns"]}


def test_several_screens(capsys: pytest.CaptureFixture[str]) -> None:
    documents = say(capsys, "screen", *SCREENS[:3], "--json").json
    assert len(documents) == 3
    fits("screen", documents)


def test_analyze(bundle: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = say(capsys, "analyze", bundle, "--json")
    assert said.status == 1
    fits("analyze", said.json)
    assert any(v["verdict"] == "VIOLATION" for v in said.json["verdicts"])
    assert said.json["integrity"] == "intact"


def test_analyze_what_a_killed_run_left(killed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = say(capsys, "analyze", killed, "--json")
    assert said.status == 3
    fits("analyze", said.json)
    assert (said.json["app"]["sha256"], said.json["device"]["kind"], said.json["complete"]) == (None, None, False)
    assert {g["kind"] for g in said.json["gaps"]} >= {"interrupted", "not_reached"}


def test_run(bundle: Path) -> None:
    """A run prints what `analyze` prints, and where its report is."""
    document = json.loads(json.dumps(as_json(analyse(bundle), verify(bundle))))
    fits("run", document | {"report": "report.html"})
    with pytest.raises(jsonschema.ValidationError, match="report"):
        check("run", document)
    with pytest.raises(jsonschema.ValidationError, match="verdicts"):
        check("run", {"report": "report.html"})


def test_report(bundle: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = say(capsys, "report", bundle, "--to", tmp_path / "page.html", "--lang", "en", "--json")
    assert said.status == 0
    fits("report", said.json)
    assert Path(said.json["report"]).read_text("utf-8").startswith("<!doctype html>")


def test_export_and_custody(bundle: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    whole, cut = tmp_path / "whole.zip", tmp_path / "cut.zip"
    fits("export", say(capsys, "export", bundle, "--to", whole, "--json").json)
    fits("export", say(capsys, "export", bundle, "--to", cut, "--redact", "--note", "to the bureau", "--json").json)
    fits("verify", say(capsys, "verify", cut, "--json").json)
    said = say(capsys, "custody", bundle, "--add", "handed_over", "--by", "A. Tester", "--json").json
    fits("custody", said)
    assert [entry["action"] for entry in said["entries"]] == ["sealed", "exported", "exported", "handed_over"]
    (bundle / "custody.sig").unlink()
    broken = say(capsys, "custody", bundle, "--json")
    fits("custody", broken.json)
    assert (broken.status, broken.json["entries"]) == (1, []) and "is missing" in broken.json["broken"]


def test_keys(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = say(capsys, "keys", "--export-public", tmp_path / "public.pem", "--json")
    fits("keys", said.json)
    assert (said.status, said.json["held_by"]) == (0, "own")
    assert read_public(tmp_path / "public.pem").hex() == said.json["public_key"]


def test_verify(bundle: Path, killed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for path, status in ((bundle, "intact"), (killed, "incomplete")):
        document = say(capsys, "verify", path, "--json").json
        fits("verify", document)
        assert document["status"] == status
    say(capsys, "report", bundle)
    fits("verify", say(capsys, "verify", bundle, "--json").json)
    (bundle / "calls.jsonl").unlink()
    document = say(capsys, "verify", bundle, "--json").json
    fits("verify", document)
    assert document["differences"][0] == {"file": "calls.jsonl", "what": "is missing"}


def test_demo(bundle: Path) -> None:
    analysis = analyse(bundle)
    judged = [
        editions.Judged(
            run=editions.EditionRun(edition, name, Path(f"{name}.apk"), result={"report": report}), analysis=analysis,
            comparison=Comparison(found=["a"], missed=[], false_findings=["r/item/caller/stage"]))
        for (edition, name), report in zip(editions.EDITIONS.items(), ("report.html", None), strict=True)
    ]
    document = json.loads(json.dumps(editions.as_json(judged, 12.345)))
    fits("demo", document)
    assert document["ok"] is False


def test_no_lab_device_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("HARNESS_STATE", str(tmp_path))
    listed, stopped = say(capsys, "lab", "list", "--json"), say(capsys, "lab", "stop", "--all", "--json")
    assert (listed.json, stopped.json) == ([], [])
    fits("lab-list", listed.json)
    fits("lab-stop", stopped.json)
    with pytest.raises(jsonschema.ValidationError):
        check("lab-start", listed.json)


def test_a_lab_device() -> None:
    handle = LabDeviceHandle(serial="127.0.0.1:5555", name="lab1", pid=1, profile="default-zh", seed=7, contained=False,
                             why_not="no namespaces", started="1", folder="lab1")
    for name in ("lab-list", "lab-start"):
        fits(name, as_rows([handle]))


def test_the_check_sees_what_is_wrong(capsys: pytest.CaptureFixture[str]) -> None:
    document = say(capsys, "rules", "--json").json
    for wrong in ([{**document[0], "new": 1}], [{k: v for k, v in document[0].items() if k != "needs"}],
                  [{**document[0], "clauses": "one"}]):
        with pytest.raises(jsonschema.ValidationError):
            fits("rules", wrong)
    check("rules", [{**document[0], "new": 1}])


def test_lab_check(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    good = make_apk(tmp_path / "good.apk", manifest("com.example.good", launcher(), hasCode=False), code=False)
    bad = make_apk(tmp_path / "bad.apk", manifest("com.example.bad", launcher(), minimum=36, hasCode=False), code=False)
    said = say(capsys, "lab", "check", good, bad, "--json")
    fits("lab-check", said.json)
    assert [(one["package"], one["starts"]) for one in said.json] == [("com.example.good", True), ("com.example.bad", False)]
    assert said.status == 1
    assert say(capsys, "lab", "check", good).status == 0
