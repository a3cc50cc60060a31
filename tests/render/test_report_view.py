"""What a report holds: its parts in order, nothing that the bundle does not hold, figures that can be counted again."""

from __future__ import annotations

import ast
import base64
import dataclasses
import datetime
import hashlib
import io
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from PIL import Image
from report_bundles import PLANTED, SCENARIO, Writer, hostile, planted, png

from harness.bundle import Bundle, Status, Verification, open_bundle, verify
from harness.bundle.checklist import Answered, answer
from harness.bundle.format import MANIFEST, canonical
from harness.clauses import catalogue
from harness.model import Fact, Screen, VerdictWord
from harness.render import chapters, events, html, sarif, timeline, view
from harness.render.chapters import app_name
from harness.render.figures import frequency, most_within
from harness.render.forms import clock, day_and_time, from_iso, iso, moment, ranges, texts, visible
from harness.render.machine import machine
from harness.render.masking import masked
from harness.render.shapes import Row
from harness.resources import resource
from harness.rules.analysis import Analysis, analyse
from harness.rules.decided import CHECKLIST, deciding
from harness.rules.engine import all_rules
from harness.rules.identity import key as key_of
from harness.tables import columns_of
from tests.render import hostile_run

SECOND = 10**9
LATE = 1_750_000_000_999_999_999  # ns: a float of seconds would be one second later
NOW = datetime.datetime(2026, 11, 30, 12, 0, 5, tzinfo=datetime.UTC)


def view_of(analysis: Analysis, language: str = "en", **how: Any) -> view.View:
    integrity = verify(analysis.bundle, report=False)
    return view.build(analysis, open_bundle(analysis.bundle), integrity, language, checked_at=NOW, **how)


@pytest.fixture(scope="module")
def analysis(tmp_path_factory: pytest.TempPathFactory) -> Analysis:
    return analyse(planted(tmp_path_factory.mktemp("planted")))


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Analysis:
    """A bundle that holds next to nothing."""
    bundle = Bundle.create(tmp_path_factory.mktemp("bare"), "example.shop")
    bundle.append(Fact(host_ns=1, type="app", data={"package": "example.shop"}))
    bundle.seal(complete=True)
    return analyse(bundle.path)


@pytest.mark.parametrize("language", html.LANGUAGES)
def test_the_parts_stand_in_the_order_of_the_trade(analysis: Analysis, language: str) -> None:
    tree = etree.fromstring(html.page(analysis, language=language), etree.HTMLParser())
    ids = [heading.get("id") for heading in tree.xpath("//main//h2") if heading.get("id")]
    assert ids == [
        "summary", "statements", "basis", "sample", "environment", "tools", "interventions", "people", "clocks", "scenarios",
        "timeline", "matrix", "verdicts", "findings", "shared", "statistics", "unseen", "checklist", "integrity", "glossary",
    ]  # fmt: skip
    assert [link.get("href") for link in tree.xpath("//ol[@class='contents']//a")] == [f"#{id}" for id in ids]
    assert tree.xpath("//main/section")[0].get("id") == "cover"


@pytest.mark.parametrize(("language", "said"), [("zh", "未记录"), ("en", "not recorded")])
def test_what_the_bundle_does_not_hold_is_said_and_not_filled_in(bare: Analysis, language: str, said: str) -> None:
    made = view_of(bare, language)
    forms = (made.cover, made.sample, made.environment, made.tools, made.interventions, made.people, made.clocks)
    rows = {row.key: row for form in forms for row in form}
    for key in ("operator", "name", "sha256", "signer", "model", "fingerprint", "witness", "reviewer", "place", "agent_hash",
                "ca", "policy_text", "downloaded", "offset_start", "granted_before", "command", "video", "authorised_by"):
        assert (rows[key].recorded, rows[key].value) == (False, said), key
    assert rows["package"].value == "example.shop"
    assert all(row.value for form in forms for row in form)


def test_what_the_case_says_of_people_stands_on_the_report(analysis: Analysis) -> None:
    made = view_of(analysis)
    rows = {row.key: row.value for row in (*made.cover, *made.people)}
    assert (rows["operator"], rows["client"]) == ("A. Tester", "Office")
    assert made.number.startswith("2026-17-PH20250615-")
    assert made.number == view_of(analysis, "zh").number


def test_each_clause_has_a_row_with_the_worst_verdict_of_its_rules_and_what_it_is(analysis: Analysis) -> None:
    made = view_of(analysis)
    assert [row.clause.id for row in made.matrix] == list(catalogue())
    worst = list(VerdictWord)
    for row in made.matrix:
        verdicts = [v.verdict for v in analysis.verdicts if row.clause.id in v.clauses]
        if verdicts:
            assert row.word == min(verdicts, key=worst.index)
        elif deciding(catalogue()[row.clause.id]).first == CHECKLIST:
            assert row.word == "unanswered"
        else:
            assert row.word == "undecided"
        assert row.clause.force == made.t["force"][catalogue()[row.clause.id].force]
    assert {row.word for row in made.matrix} >= {"VIOLATION", "INCONCLUSIVE", "unanswered"}


@pytest.mark.parametrize("language", html.LANGUAGES)
def test_nothing_on_the_page_calls_silence_a_pass_or_a_draft_law(analysis: Analysis, language: str) -> None:
    page = html.page(analysis, language=language)
    tree = etree.fromstring(page, etree.HTMLParser())
    cells = tree.xpath("//table[contains(@class,'matrix') or contains(@class,'verdicts')]//td[1]")
    words = {"".join(cell.itertext()) for cell in cells}
    allowed = {"zh": {"违规", "待人工确认", "无法判定", "未观察到", "未作答", "尚无判定方法"},
               "en": {"VIOLATION", "CANDIDATE", "INCONCLUSIVE", "NOT OBSERVED", "not answered", "nothing decides it"}}
    assert {"zh": "无法判定", "en": "INCONCLUSIVE"}[language] in words <= allowed[language]
    assert re.findall("合格|通过检测|未发现违规", page) == []
    for row in view_of(analysis, language).matrix:
        if catalogue()[row.clause.id].force == "draft":
            assert row.clause.force == {"zh": "征求意见稿(非现行有效)", "en": "draft for comment, not in force"}[language]


def test_a_finding_names_its_clauses_frequency_stage_subject_control_and_what_to_do(analysis: Analysis) -> None:
    made = view_of(analysis)
    found = next(f for f in made.findings if f.verdict.item == "imei" and f.verdict.caller == "Quillmetrics")
    assert found.subject == "Quillmetrics" and found.stage == "before consent" and found.advice
    assert found.clauses and all(c.force for c in found.clauses)
    assert found.frequency is not None and found.frequency.count == len(found.calls)
    frame = found.calls[0].frames[0]
    assert frame.own and frame.text == "com.quillmetrics.sdk.Collector.read(Collector.java:7)"
    assert "android.permission.READ_PHONE_STATE" in found.permission
    assert found.trigger.startswith(f"{SCENARIO} · t1 ")
    assert any(r.steps[-1][0] == "IMEI or MEID" and len(r.steps) >= 2 and r.body_sha256 for r in found.requests)
    assert found.screens and all(s.image for s in found.screens)


def test_of_a_step_that_is_cited_the_screen_is_shown_with_the_control_framed_and_its_text_masked(analysis: Analysis) -> None:
    maker = view.gather(analysis, open_bundle(analysis.bundle), verify(analysis.bundle), "en").maker
    [tap] = [id for id, step in maker.steps.items() if step["action"] == "tap"]
    cited = dataclasses.replace(analysis.violations[0], evidence=[tap])
    [touched] = maker.finding(1, cited, {rule.id: rule for rule in all_rules()}).screens
    assert touched.marked == f"同意 {masked(str(PLANTED['phone']))}"
    assert touched.image and touched.image != maker.screen(maker.screens[touched.id]).image


def test_the_way_to_a_value_names_each_thing_that_was_undone(analysis: Analysis) -> None:
    ways = [[what for what, _ in r.steps] for f in view_of(analysis).findings for r in f.requests]
    assert any(way[:2] == ["Request body", "gzip"] for way in ways)
    assert all(way[0] in {"Request body", "Request head"} for way in ways)


def test_the_key_of_a_finding_is_that_of_all_formats(analysis: Analysis) -> None:
    findings = view_of(analysis).findings
    assert findings and [f.key for f in findings] == [key_of(f.verdict, analysis.run.package) for f in findings]


@given(st.lists(st.integers(0, 200 * SECOND), min_size=1, max_size=40).map(sorted), st.integers(1, 100 * SECOND))
def test_the_most_within_a_window_is_what_counting_each_window_gives(times: list[int], window: int) -> None:
    assert most_within(times, window) == max(sum(begin <= t < begin + window for t in times) for begin in times)


def test_a_rate_is_given_only_where_there_is_one_to_speak_of() -> None:
    assert frequency([]) is None
    short = frequency([0, SECOND, 2 * SECOND])
    long = frequency([0, 10 * SECOND, 20 * SECOND, 60 * SECOND])
    assert short is not None and (short.rate, short.most_1s, short.least_gap) == ("", 1, 1.0)
    assert long is not None and (long.rate, long.most_60s, long.window) == ("4.0", 3, 60.0)


def test_the_figures_count_what_the_tables_hold(analysis: Analysis) -> None:
    made = view_of(analysis)
    tables = {t.id: t for t in made.statistics}
    calls = analysis.run.calls
    assert sum(int(row[4].replace(",", "")) for row in tables["reads"].rows) == len(calls[calls["kind"].isin(list(_kinds()))])
    assert sum(int(row[3]) for row in tables["hosts"].rows) == len(analysis.run.flows)
    assert all(len(row) == len(t.columns) for t in made.statistics for row in t.rows)


def _kinds() -> Mapping[str, object]:
    from harness.rules.sensitive import kinds

    return kinds()


def test_the_checklist_has_each_clause_for_a_person_and_says_what_was_attached(tmp_path: Path) -> None:
    asked = [c for c in catalogue().values() if deciding(c).first == CHECKLIST]
    w = Writer(tmp_path)
    w.fact("app", package="example.shop")
    w.step("scenario_start", scenario="checklist")
    w.fact("checklist", scenario="checklist", clause=asked[0].id, state="attached", name="answer.png",
           object=w.bundle.put_object(png((4, 4))), wanted="x")
    w.step("scenario_end", scenario="checklist")
    w.bundle.seal(complete=True)
    rows = {row.clause.id: row for row in view_of(analyse(w.bundle.path)).checklist}
    assert [id for id in rows if id in {c.id for c in asked}] == [c.id for c in asked]
    assert rows[asked[0].id].attachments == [("answer.png", hashlib.sha256(png((4, 4))).hexdigest())]
    assert {row.state for row in rows.values()} == {"attached", "unanswered"}
    assert rows[asked[1].id].state_text == "not answered"


def test_an_answer_of_the_checklist_is_shown_with_who_gave_it_and_the_matrix_calls_the_clause_answered(tmp_path: Path) -> None:
    w = Writer(tmp_path)
    w.fact("app", package="example.shop")
    w.bundle.seal(complete=True)
    first, second = [c.id for c in catalogue().values() if deciding(c).first == CHECKLIST][:2]
    (tmp_path / "proof.txt").write_text("seen")
    answer(w.bundle.path, first, Answered.NOT_MET, "No <b>tariff</b> is shown.", attach=[tmp_path / "proof.txt"], by="A. Tester")
    answer(w.bundle.path, second, Answered.MET, "It is.")
    answer(w.bundle.path, second, Answered.OPEN)
    made = view_of(analyse(w.bundle.path))
    rows = {row.clause.id: row for row in made.checklist}
    assert (rows[first].state, rows[first].answer, rows[first].by) == ("not_met", "No <b>tariff</b> is shown.", "A. Tester")
    assert rows[first].attachments == [("proof.txt", hashlib.sha256(b"seen").hexdigest())]
    assert rows[second].state == "unanswered"
    words = {row.clause.id: row.word for row in made.matrix}
    assert (words[first], words[second]) == ("answered", "unanswered")


def test_the_list_of_evidence_has_the_hashes_of_the_files(analysis: Analysis) -> None:
    made = view_of(analysis)
    assert {"calls.jsonl", "run.jsonl"} <= {f.path for f in made.files}
    for file in made.files:
        content = (analysis.bundle / file.path).read_bytes()
        assert (file.bytes, file.sha256) == (len(content), hashlib.sha256(content).hexdigest())
    pictures = {s.sha256 for f in made.findings for s in f.screens if s.image}
    bodies = {r.body_sha256 for f in made.findings for r in f.requests if r.body_sha256}
    assert pictures and bodies
    assert {f.sha256 for f in made.files if f.path.startswith("objects/")} == pictures | bodies


@pytest.mark.parametrize("language", html.LANGUAGES)
def test_each_shipped_scenario_has_its_title(language: str) -> None:
    known = texts(language)["scenarios"]
    for file in sorted(resource("scenarios").glob("*.py")):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Scenario":
                given = {k.arg: k.value.value for k in node.keywords if isinstance(k.value, ast.Constant)}
                assert known[given["id"]] == given["title_zh" if language == "zh" else "title"]


def of(data: Any) -> Iterator[str]:
    """All texts of a view."""
    if isinstance(data, str):
        yield data
    elif isinstance(data, Mapping):
        for key, value in data.items():
            yield from of(key)
            yield from of(value)
    elif isinstance(data, (list, tuple, set, frozenset)):
        for one in data:
            yield from of(one)
    elif isinstance(data, view.View) or (dataclasses.is_dataclass(data) and type(data).__module__ == "harness.render.shapes"):
        for field in dataclasses.fields(data):
            if field.name not in {"integrity", "readings", "rules", "rule", "t", "verdict"}:
                yield from of(getattr(data, field.name))


@pytest.mark.parametrize("unmask", [False, True])
def test_every_text_of_a_view_can_be_read_whatever_an_app_says(tmp_path: Path, unmask: bool) -> None:
    made = view_of(analyse(hostile(tmp_path)), unmask=unmask)
    assert [text for text in of(made) if text != visible(text)] == []
    assert max(map(len, of(made)), default=0) < 6000 + 400 * 1024    # a picture is the longest


def test_a_long_run_makes_no_longer_drawing(tmp_path: Path) -> None:
    w = Writer(tmp_path)
    w.fact("app", package="example.shop")
    w.step("scenario_start")
    for _ in range(3000):
        w.call("sensors", 1)
    w.step("scenario_end")
    w.bundle.seal(complete=True)
    found = analyse(w.bundle.path)
    strip, = timeline.strips(found.run, found.verdicts)
    assert sum(mark.count for mark in strip.marks) == 3002
    assert len(strip.marks) < timeline.WIDTH * len(timeline.LANES) / 2


def test_the_data_of_the_timeline_give_back_each_event_at_its_time(analysis: Analysis) -> None:
    material = view.gather(analysis, open_bundle(analysis.bundle), verify(analysis.bundle), "en")
    data = events.payload(material)
    at, times = data["t0"] * 1e6, {}
    micro = 0
    for step, id in zip(data["dt"], data["id"], strict=True):
        micro += step
        times[id] = at + micro * 1000
    run = analysis.run
    for frame in (run.calls, run.flows, run.screens, run.steps):
        for row in columns_of(frame, "event_id", "t"):
            assert abs(times.pop(row[0]) - row[1]) < 2000    # ns; the data are in microseconds
    assert times == {}


def test_a_screen_that_is_no_picture_is_told_without_one(tmp_path: Path) -> None:
    w = Writer(tmp_path)
    w.fact("app", package="example.shop")
    w.step("scenario_start")
    w.bundle.append(Screen(host_ns=w.later(), package="x", screenshot=w.bundle.put_object(b"no picture")))
    w.call("imei", "490154203237518", stack=w.stack("example.shop.Main.a(M.java:1)"))
    w.step("tap", opens="after_agree")
    w.step("scenario_end")
    w.bundle.seal(complete=True)
    made = view_of(analyse(w.bundle.path))
    assert made.findings
    assert {s.image for f in made.findings for s in f.screens} == {""}


def test_the_touched_control_is_framed_in_red(analysis: Analysis) -> None:
    material = view.gather(analysis, open_bundle(analysis.bundle), verify(analysis.bundle), "en")
    step = next(s for s in material.maker.in_order if s["control"] is not None)
    shown = material.maker.screen(material.maker.screens[step["screen"]], step["control"])
    picture = Image.open(io.BytesIO(base64.b64decode(shown.image.partition(",")[2])))
    scale = shown.width / 822
    left, top, right, bottom = (round(edge * scale) for edge in step["control"].bounds)
    edge, inside = picture.getpixel((left + 1, (top + bottom) // 2)), picture.getpixel(((left + right) // 2, (top + bottom) // 2))
    assert isinstance(edge, tuple) and isinstance(inside, tuple)
    assert edge[0] > 150 and edge[1] < 110
    assert inside[1] > 200
    assert shown.marked == "同意 ********678"


def test_moments_numbers_and_ids_are_written_for_a_reader() -> None:
    assert day_and_time(NOW, "zh") == "2026年11月30日 12:00:05 UTC"
    assert day_and_time(NOW, "en") == "30 November 2026, 12:00:05 UTC"
    assert from_iso("2026-11-30T12:00:05Z", "en") == "30 November 2026, 12:00:05 UTC"
    assert from_iso("yesterday", "en") == "yesterday"
    assert clock(LATE) == "15:06:40.999Z"
    assert [iso(LATE, digits) for digits in (0, 3, 9)] == [
        "2025-06-15T15:06:40Z", "2025-06-15T15:06:40.999Z", "2025-06-15T15:06:40.999999999Z"]
    assert moment(LATE) == "15 June 2025, 15:06:40 UTC"
    assert iso(0) is iso(None) is iso(10**40, 9) is None
    assert clock(0) == "–" and clock(10**40) == "–"
    assert ranges(["c3", "c1", "f7", "c2", "c9", "f6", "x"]) == "c1–c3, c9, f6, f7, x"
    assert ranges([f"c{n}" for n in range(0, 200, 2)], 2) == "c0, c2 (+98)"
    assert ranges(["c2@aaaaaa", "c1@aaaaaa", "c3"]) == "c3, c1@aaaaaa, c2@aaaaaa"


def test_an_app_is_named_in_the_language_of_the_report() -> None:
    app = {"label": "Old", "labels": {"zh": "商店", "en": "Shop"}}
    assert [app_name(app, language) for language in ("zh", "en", "fr")] == ["商店", "Shop", "Old"]
    assert app_name({"labels": {"zh": "商店"}}, "en") == app_name({"labels": 3}, "en") == ""


SCALARS = st.none() | st.booleans() | st.integers(-10**20, 10**20) | st.floats() | st.text(max_size=20)
JSON = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
                    max_leaves=6)
NAMES = st.sampled_from([
    "package", "label", "labels", "version", "version_code", "sha256", "signers", "size", "permissions", "file", "brand", "model",
    "serial",
    "kind", "properties", "release", "root", "table", "at", "offset_ns", "uncertainty_ns", "agent_offset_ns", "rounds", "number",
    "operator", "command_line", "hooks", "methods", "agent", "proxy", "certificate", "status", "state", "late", "canary", "text",
    "reads", "recorded", "tls", "missed", "changed", "ended", "bundle", "manifest",
])  # fmt: skip
TYPES = ("app", "device", "case", "tools", "agent", "proxy", "clock", "permissions", "hook", "process", "canary", "selftest",
         "end")
FACTS = st.lists(st.builds(
    lambda type, data, at: Fact(id="r1", host_ns=at, type=type, data=data),
    st.sampled_from(TYPES), st.dictionaries(NAMES, JSON, max_size=6), st.integers(0, 2**63)), max_size=8)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(facts=FACTS)
def test_facts_of_any_shape_make_a_report(bare: Analysis, facts: list[Fact]) -> None:
    """What a bundle says of its run may be by another tool, or by an enemy."""
    odd = dataclasses.replace(bare, run=dataclasses.replace(bare.run, facts=facts))
    made = chapters_of(odd)
    assert all(isinstance(row.value, str) and row.value for row in made)


def test_what_the_last_selftest_showed_is_said_with_what_it_missed_and_whether_it_was_cut_short(bare: Analysis) -> None:
    def row(**more: Any) -> str:
        data = {"at": "2026-01-02T03:04:05Z", "reads": 9, "recorded": 8, "tls": True, "missed": ["imei"], "changed": [], **more}
        run = dataclasses.replace(bare.run, facts=[Fact(id="r1", host_ns=1, type="selftest", data=data)])
        return next(one.value for one in chapters_of(dataclasses.replace(bare, run=run)) if one.key == "selftest")

    assert "8 of 9 planted reads were recorded by the hooks; a request over TLS was read; not seen: imei" in row()
    assert "did not come to its end" not in row(ended=True)
    assert "the app did not come to its end" in row(ended=False)
    assert "could NOT be read" in row(tls=False)
    assert "since then changed: frida was 16.0.0" in row(changed=["frida was 16.0.0"])
    assert "None is known" in next(one.value for one in chapters_of(bare) if one.key == "selftest")


def chapters_of(analysis: Analysis) -> list[Row]:
    material = view.gather(analysis, open_bundle(analysis.bundle), VERIFIED, "en")
    told = material.told
    _, counts = view._hooks(analysis.run, material.mask)
    number = chapters.report_number(told)
    return [
        *chapters.cover(told, number, NOW, "x"), *chapters.summary(told, []), *chapters.sample(told), *chapters.environment(told),
        *chapters.tools(told), *chapters.interventions(told, counts), *chapters.people(told), *chapters.clocks(told),
        *chapters.seals(told),
    ]  # fmt: skip


VERIFIED = Verification(status=Status.INTACT)


@pytest.mark.parametrize("bad", [{"bytes": None}, {"bytes": "many"}, {"path": "x", "size": 7}, None])
def test_a_manifest_that_is_none_stops_no_report(tmp_path: Path, bad: dict[str, Any] | None) -> None:
    folder = hostile_run.write(tmp_path)
    listing = json.loads((folder / MANIFEST).read_text("utf-8"))
    whole = len(listing["resources"])
    found = analyse(folder)
    listing["resources"][2] = bad and (listing["resources"][2] if "bytes" in bad else {}) | bad
    (folder / MANIFEST).write_bytes(canonical(listing))
    integrity = verify(folder, report=False)
    made = view.build(found, open_bundle(folder), integrity, "en", checked_at=NOW)
    [run] = json.loads(sarif.write(machine(found, integrity)))["runs"]
    assert whole > 5
    assert integrity.status is not Status.INTACT
    assert (made.files, made.files_left, run["artifacts"]) == ([], 0, [])
