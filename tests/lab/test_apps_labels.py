"""The labels say what the sources do: every item, method, host, caller and scenario in them exists."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
import yaml

from harness.capture.catalogue import load_catalogue
from harness.errors import HarnessError
from harness.lab.apps import Label, Labels, app, apps, labels
from harness.lab.apps.labels import ROUTES, read_labels
from harness.lab.internet_config import Config, read_config
from harness.resources import resource

LABELLED = [source.name for source in apps() if labels(source.name).planted + labels(source.name).look_alikes]


def java_of(name: str) -> str:
    source = app(name)
    texts = [p.read_text("utf-8") for root in source.code for p in sorted((root / "java").rglob("*.java"))]
    return source.rewrite("\n".join(texts))


def internet() -> Config:
    return read_config(resource("lab", "apps", "internet.yaml"))


def every_label(name: str) -> tuple[Label, ...]:
    found = labels(name)
    return found.planted + found.look_alikes


def test_both_editions_are_labelled() -> None:
    assert LABELLED == ["shop-compliant", "shop-violating"]
    assert len(labels("shop-violating").planted) > 20
    assert labels("shop-compliant").planted == ()
    assert len(labels("shop-compliant").look_alikes) >= 8


@pytest.mark.parametrize("name", LABELLED)
def test_items_are_words_of_the_vocabulary_or_permissions_the_app_declares(name: str) -> None:
    kinds = {k for group in yaml.safe_load(resource("hooks", "kinds.yaml").read_text("utf-8")).values() for k in group}
    manifest = (app(name).folder / "AndroidManifest.xml").read_text("utf-8")
    for label in every_label(name):
        if label.kind == "screen":      # in the rule's own words
            continue
        assert label.item in kinds if label.kind != "prompt" else f'"{label.item}"' in manifest, label.id


@pytest.mark.parametrize("name", LABELLED)
def test_labelled_methods_are_called_in_the_sources_and_hooked(name: str) -> None:
    hooked = {
        (hook["method"], hook.get("kind", unit.get("kind")))
        for path in resource("hooks", "catalogue").glob("*.yaml")
        for unit in [yaml.safe_load(path.read_text("utf-8"))]
        for hook in unit["hooks"]
    }
    java = java_of(name)
    for label in every_label(name):
        if label.method:
            kind = "permission_request" if label.kind == "prompt" else label.item
            assert (label.method, kind) in hooked, label.id
            if not label.id.endswith("by-framework"):
                assert f"{label.method.rpartition('.')[2]}(" in java, label.id


def test_each_read_of_the_collector_is_labelled_in_order_and_every_route_is_there() -> None:
    found = labels("collector").reads
    java = app("collector").folder / "java" / "example" / "collector"
    groups = re.findall(r"(\w+)\.ALL\b", (java / "Reads.java").read_text("utf-8"))
    told = [
        (name, route or "EXEC")
        for group in groups
        for name, route in re.findall(
            r'new (?:Read|Built)\("(\w+)", "[^"]*"(?:, Route\.(\w+))?', (java / f"{group}.java").read_text("utf-8")
        )
    ]
    assert [(label.id, label.route) for label in found] == [(name, route.lower().replace("_", "-")) for name, route in told]
    assert {label.route for label in found if label.lab} == set(ROUTES)
    assert {label.caller for label in found} == {"example.collector"}


def test_each_read_s_method_is_hooked_for_its_kind_and_every_kind_is_read() -> None:
    hooks = [hook for hook in load_catalogue().hooks if not hook.off]
    known = {(hook.name, hook.kind) for hook in hooks}
    found = labels("collector").reads
    assert [label.id for label in found if label.lab and (label.method, label.kind) not in known] == []
    assert sorted({hook.kind for hook in hooks} - {label.kind for label in found}) == []


@pytest.mark.parametrize("name", LABELLED)
def test_labelled_callers_are_packages_of_the_sources(name: str) -> None:
    java = java_of(name)
    for label in every_label(name):
        assert f"package {label.caller};" in java, label.id


@pytest.mark.parametrize("name", LABELLED)
def test_each_host_has_a_sender_and_each_sender_is_in_the_sources(name: str) -> None:
    java, senders = java_of(name), labels(name).senders
    hosts = set(re.findall(r"https://([\w.]+)\"", java))
    assert {sender.host for sender in senders} == hosts
    assert all(any(s.fits(host, "anybody") for s in senders) for host in hosts), "where no User-Agent is asked for"
    for sender in senders:
        assert f"package {sender.caller};" in java
        assert sender.user_agent.rstrip("*") in java


@pytest.mark.parametrize("name", [source.name for source in apps()])
def test_every_host_in_the_sources_is_an_example_name_that_the_lab_internet_answers(name: str) -> None:
    hosts = set(re.findall(r"https?://([^/\"\s]+)", java_of(name)))
    for host in hosts:
        assert host.endswith(".example"), host
        assert internet().site(host) is not None, host
    for label in every_label(name):
        assert not label.host or label.host in hosts, label.id


@pytest.mark.parametrize("name", LABELLED)
def test_every_path_that_the_sources_ask_for_is_answered(name: str) -> None:
    known = {path for site in internet().hosts.values() for path in site.paths}
    for path in re.findall(r"\"(/(?:v\d|register)[\w/]*)", java_of(name)):
        assert path in known, path


def test_a_flow_to_a_third_party_is_planted_only_where_the_policy_does_not_name_it() -> None:
    for name in LABELLED:
        facts = yaml.safe_load((app(name).folder / "app.yaml").read_text("utf-8"))
        named = {(d, k) for r in facts["recipients"] for d in r["domains"] for k in r["kinds"]}
        for label in labels(name).planted:
            if label.rule == "third-party-sharing" and label.stage == "after_agree":
                assert not any(label.host.endswith(d) and label.item == k for d, k in named), label.id
        assert not any(label.host.endswith(d) for label in labels(name).planted for d in facts["first_party"]
                       if label.kind == "flow")  # fmt: skip


@pytest.mark.parametrize("name", LABELLED)
def test_the_app_file_says_what_the_policy_text_says(name: str) -> None:
    folder = app(name).folder
    facts = yaml.safe_load((folder / "app.yaml").read_text("utf-8"))
    words = {
        "android_id": ("Android ID", "Android ID"),
        "device_model": ("设备型号", "device model"),
        "os_version": ("系统版本", "OS version"),
    }
    for at, language in enumerate(("zh", "en")):
        text = (folder / "assets" / f"policy.{language}.html").read_text("utf-8")
        section = text[text.index('id="sdk"') : text.rindex("<h2>")]
        for recipient in facts["recipients"]:
            assert recipient["name"] in section
            assert all(domain in section for domain in recipient["domains"])
            assert {k for k, word in words.items() if word[at] in section} == set(recipient["kinds"])


@pytest.mark.parametrize("name", [source.name for source in apps()])
def test_chinese_and_english_texts_have_the_same_names(name: str) -> None:
    def names(folder: str) -> set[str]:
        files = [root / "res" / folder / "strings.xml" for root in app(name).code]
        return {str(e.get("name")) for f in files if f.is_file() for e in ElementTree.parse(f).iter("string")}

    assert names("values") == names("values-zh")


def test_expected_labels_are_those_of_the_scenarios_that_ran() -> None:
    found = labels("shop-violating")
    ids = {label.id for label in found.expected({"refuse-permissions"}, {"repeated-permission-prompts"})}
    assert ids == {"ask-phone-again", "ask-location-again"}
    assert found.expected(set()) == ()
    assert "share-contacts-unnamed" not in {label.id for label in found.expected({"refuse-restart"})}


GOOD = "id: a, rule: r, item: i, caller: c, stage: s, scenarios: [], why: w"
READ = "id: a, kind: imei, method: m, route: direct"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("planted: [{id: a, kind: call}]", "lacks"),
        ("senders: [{host: a.example, agent: x, caller: c}]", "unknown keys"),
        (f"planted: [{{kind: wave, {GOOD}}}]", "of kind wave"),
        (f"planted: [{{kind: call, {GOOD}, colour: red}}]", "colour"),
        (f"planted: [{{kind: call, {GOOD}}}]\nlook_alikes: [{{kind: call, {GOOD}}}]", "twice"),
        ("reads: [{id: a, kind: imei}]", "lacks"),
        (f"reads: [{{{READ}, outcome: value, colour: red}}]", "colour"),
        (f"reads: [{{{READ}, outcome: fine}}]", "outcome fine"),
        (f"reads: [{{{READ}, outcome: value, lab: false}}]", "does not say why"),
        (f"reads: [{{{READ}, outcome: value}}, {{{READ}, outcome: value}}]", "twice"),
    ],
)
def test_a_wrong_labels_file_is_refused(tmp_path: Path, text: str, why: str) -> None:
    path = tmp_path / "labels.yaml"
    path.write_text(text)
    with pytest.raises(HarnessError, match=why):
        read_labels(path, "x", "example.x")


def test_an_app_without_labels_has_none() -> None:
    assert labels("tiny") == Labels(app="tiny", package="example.tiny")
