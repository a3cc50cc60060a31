"""Real SDKs of nine companies in one app, through the whole line: each starts and sends, and is named as the sender.

Their code is fetched when the app is built (tests/lab/real_sdks.py) and talks to the lab internet under its own hosts' names; all
other names are refused there, so nothing leaves the machine. docs/real-sdks.md has what was seen.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from harness.bundle import BundleReader, open_bundle
from harness.decoding import unwrap
from harness.lab.artefacts import NotToBeHad
from harness.lab.internet import Request
from harness.matching import Known, Search, field_of
from harness.rules.analysis import Analysis, analyse
from harness.tables import records
from harness.tables.values import texts
from harness.traffic.exchange import parts
from tests.lab import real_sdks
from tests.lab.whole import bench, harness, only_bundle

pytestmark = pytest.mark.lab
USER = "user-7d41c9"
OBSERVE = "30"
"""Seconds for SDKs that send in their own time, on a machine that has other things to do."""


@dataclass(frozen=True, kw_only=True)
class Sender:
    """`name`: as hooks/sdks has it; `company`: whose `hosts` are, with all below them. `layers`: encodings, outermost first, that
    its requests are seen to be made of; `found`: the kinds of values that are found in its requests, `user` the user's id;
    `dark`: hosts to which it sends what nobody can read."""

    id: str
    name: str
    company: str
    hosts: tuple[str, ...]
    layers: tuple[tuple[str, ...], ...]
    found: frozenset[str]
    dark: tuple[str, ...] = ()

    def sends_to(self, host: str) -> bool:
        return any(host == own or host.endswith(f".{own}") for own in self.hosts)


SENDERS = (
    Sender(id="adjust", name="Adjust", company="Adjust", hosts=("app.adjust.com",), layers=(("percent",),),
           found=frozenset({"ad_id", "os_version", "user"})),
    Sender(id="amplitude", name="Amplitude", company="Amplitude", hosts=("api.amplitude.com",), layers=(("percent",),),
           found=frozenset({"carrier", "user"})),
    Sender(id="appsflyer", name="AppsFlyer", company="AppsFlyer", hosts=("appsflyer.com",), layers=((),), found=frozenset()),
    Sender(id="bugly", name="腾讯Bugly", company="腾讯", hosts=("android.bugly.qq.com",),
           layers=(("gzip", "jce", "jce", "jce", "jce"),), found=frozenset({"user"})),
    Sender(id="countly", name="Countly", company="Countly", hosts=("sampler.count.ly",), layers=(("percent",),),
           found=frozenset({"android_id", "carrier", "user"})),
    Sender(id="flurry", name="Flurry", company="Yahoo", hosts=("data.flurry.com",), layers=((),),
           found=frozenset({"android_id", "carrier", "user"})),
    Sender(id="mixpanel", name="Mixpanel", company="Mixpanel", hosts=("api.mixpanel.com", "decide.mixpanel.com"),
           layers=(("base64",),), found=frozenset({"carrier", "user"})),
    Sender(id="sensors", name="神策", company="神策数据", hosts=("sampler.datasink.sensorsdata.cn",),
           layers=(("percent", "base64", "gzip"),), found=frozenset({"android_id", "carrier", "imei", "mac", "user"})),
    Sender(id="umeng", name="友盟+", company="友盟", hosts=("cnlogs.umeng.com", "utoken.umeng.com"),
           layers=(("thrift-compact",), ("zlib", "json", "base64", "thrift-compact")),
           found=frozenset({"android_id", "carrier", "user"}), dark=("utoken.umeng.com",)),
)  # fmt: skip
BY_FIELD = frozenset({"user", "os_version"})
"""What the app gives the SDK, and what every SDK reads from fields of Build: no call shows who has read it."""


@dataclass(frozen=True)
class Ran:
    reader: BundleReader
    analysis: Analysis
    log: str
    requests: Sequence[Request]
    search: Search

    def flows(self, sender: Sender) -> list[dict[str, Any]]:
        return [flow for flow in records(self.analysis.run.flows) if sender.sends_to(flow["host"])]

    def body(self, flow: dict[str, Any]) -> bytes:
        message = flow["request"]
        return self.reader.object(message.body) if message.body else b""


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    try:
        apk = real_sdks.build()
    except NotToBeHad as why:
        pytest.skip(f"the SDKs cannot be fetched: {why}")
    out = tmp_path_factory.mktemp("sdks") / "out"
    with bench(tmp_path_factory.mktemp("sdks-state"), real_sdks.SOURCES / "internet.yaml") as lab:
        host, port = lab.internet.address
        ended = harness(
            "run", str(apk), "--device", lab.serial, "--json", "--out", str(out), "--limits", "demo", "--observe", OBSERVE,
            "--scenario", "first-launch-agree", "--resolve", f"*={host}:{port}", "--upstream-ca", str(lab.internet.ca_pem),
        )  # fmt: skip
        requests = lab.internet.requests
    assert "Traceback" not in ended.err, ended.err
    bundle = only_bundle(out)
    assert bundle is not None, ended.err
    analysis = analyse(bundle)
    return Ran(open_bundle(bundle), analysis, (bundle / "device.log").read_text("utf-8"), requests, search(analysis))


def search(analysis: Analysis) -> Search:
    """For every value of a catalogued kind that a hooked call gave, also those that no rule follows, and for the user's id."""
    read = {
        (call["kind"], text): name
        for call in records(analysis.run.calls)
        if call["outcome"] == "value"
        for name, text in texts(call["value"], call["kind"])
    }
    knowns = [
        Known(name=kind, value=text, field=field_of(name, text) or field_of(kind, text), kind=kind)
        for (kind, text), name in read.items()
    ]
    return Search([*knowns, Known(name="user", value=USER)], (real_sdks.PACKAGE,))


each = pytest.mark.parametrize("sender", SENDERS, ids=lambda s: s.id)


@each
def test_it_starts_and_takes_an_event(ran: Ran, sender: Sender) -> None:
    told = [line for line in ran.log.splitlines() if " Sampler : " in line and line.split()[-1] == sender.id]
    assert [line.split()[-2] for line in told][:2] == ["STARTED", "SENT"], told


@each
def test_each_request_is_named_by_its_host_and_by_the_code_that_made_it(ran: Ran, sender: Sender) -> None:
    flows = ran.flows(sender)
    assert flows, f"nothing was captured of {', '.join(sender.hosts)}"
    assert {(flow["party"], flow["sender"]) for flow in flows} == {(sender.company, sender.name)}
    assert {flow["made_by"].confidence for flow in flows} <= {"high", "medium"}


@each
def test_its_format_is_taken_apart_and_what_it_read_is_found(ran: Ran, sender: Sender) -> None:
    met: set[tuple[str, ...]] = set()
    found: set[str] = set()
    for flow in ran.flows(sender):
        headers = flow["request"].headers
        coding = ", ".join(value for name, value, *_ in headers if name.lower() == "content-encoding")
        tree = unwrap(parts(flow["url"], headers, ran.body(flow)), codings=coding)
        assert not tree.spent
        met |= {layer.encodings for layer in tree.layers if layer.root == "body"}
        found |= {hit.known.name for hit in ran.search.hits(tree)}
    assert set(sender.layers) <= met
    assert sender.found <= found
    for kind in sender.found - BY_FIELD:
        readers = {call["caller"] for call in records(ran.analysis.run.calls) if call["kind"] == kind}
        assert sender.name in readers, f"{kind} was found, but not seen to be read by {sender.name}"


def test_nothing_went_to_a_host_that_is_not_expected(ran: Ran) -> None:
    strange = {r.host for r in ran.requests if not any(sender.sends_to(r.host) for sender in SENDERS)}
    assert strange == set()
    assert all(request.known and request.status == 200 for request in ran.requests)


def test_an_sdk_that_starts_itself_is_caught_before_consent(ran: Ran) -> None:
    """Flurry's content provider runs before any line of the app; the app starts all others after the user has agreed."""
    found = {(v.rule, v.item, v.stage, v.caller) for v in ran.analysis.violations}
    assert ("collection-before-consent", "android_id", "before_consent", "Flurry") in found
    assert {caller for rule, _, _, caller in found if rule == "collection-before-consent"} == {"Flurry"}


@pytest.mark.parametrize("sender", [s for s in SENDERS if s.dark], ids=lambda s: s.id)
def test_what_stays_dark_is_told(ran: Ran, sender: Sender) -> None:
    unread = {gap.subject for gap in ran.analysis.run.gaps if gap.kind == "traffic_not_read"}
    assert set(sender.dark) <= unread


def test_an_encrypted_body_is_joined_to_the_call_that_encrypted_it(ran: Ran) -> None:
    """AppsFlyer's cipher comes in code that it loads while it runs; the hooked calls have what went in. Which of its hosts get
    a body (conversions, launches, inapps) depends on how long the app took to start, for the SDK waits for its first launch."""
    sender = next(s for s in SENDERS if s.id == "appsflyer")
    bodies = {flow["host"]: ran.body(flow).hex() for flow in ran.flows(sender)}
    made = [
        call
        for call in records(ran.analysis.run.calls)
        if call["method"] == "javax.crypto.Cipher.doFinal" and call["caller"] == "AppsFlyer" and isinstance(call["value"], str)
    ]
    of = {host: [bytes.fromhex(call["arguments"][0]) for call in made if call["value"] in body] for host, body in bodies.items()}
    assert of and all(of.values()), {host: len(found) for host, found in of.items()}
    assert all(b'"appsflyerKey":"' in plain for found in of.values() for plain in found)
    assert not {gap.subject for gap in ran.analysis.run.gaps if gap.kind == "traffic_not_read"} & set(bodies)
    assert any(call["kind"] == "code_loading" and call["caller"] == "AppsFlyer" for call in records(ran.analysis.run.calls))
