"""Whose host it is: the longest domain wins at a cost of the host alone, and every recipient has its public source."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.resources import resource
from harness.tables.attribution import Sdk, load_sdks
from harness.tables.domains import domain_over, registrable, why_no_domain
from harness.tables.parties import AppFacts, Party, Recipient, party_of
from harness.tables.recipients import HostCatalogue, shared_domains
from tests.cli.command_line import ROOT, say

PAGE = ROOT / "docs" / "recipients.md"
SDKS = load_sdks()
HOSTS = HostCatalogue(SDKS)
NAMED = [sdk for sdk in SDKS if sdk.hosts]
# What anybody can rent a name under: such a host says who keeps the machine and nothing of who receives.
CLOUDS = {
    "akadns.net", "akamai.net", "akamaiedge.net", "akamaihd.net", "akamaized.net", "aliyuncs.com", "amazonaws.com",
    "amazonaws.com.cn", "appspot.com", "azureedge.net", "azurewebsites.net", "bcebos.com", "clouddn.com", "cloudapp.net",
    "cloudflare.net", "cloudfront.net", "cloudfunctions.net", "edgekey.net", "edgesuite.net", "elasticbeanstalk.com",
    "fastly.net", "fastlylb.net", "github.io", "githubusercontent.com", "googleapis.com", "googleusercontent.com",
    "herokuapp.com", "myhuaweicloud.com", "myqcloud.com", "netlify.app", "qiniucdn.com", "run.app", "trafficmanager.net",
    "vercel.app", "volces.com", "windows.net", "workers.dev",
}  # fmt: skip


def who(host: str, package: str = "example.shop", facts: AppFacts | None = None, hosts: HostCatalogue = HOSTS) -> Party:
    return party_of(host, package=package, facts=facts or AppFacts(), hosts=hosts)


def naive(host: str, domains: Iterable[str]) -> str:
    return max((d for d in domains if host == d or host.endswith("." + d)), key=len, default="")


NAMES = st.lists(st.sampled_from(["a", "b", "ab"]), min_size=1, max_size=4).map(".".join)


@given(host=NAMES, domains=st.sets(NAMES, max_size=8))
def test_the_domain_over_a_host_is_the_longest(host: str, domains: set[str]) -> None:
    assert domain_over(host, domains) == naive(host, domains)


@given(host=st.sampled_from(sorted({h for s in SDKS for h in s.hosts})), before=st.sampled_from(["", "a.", "x.y.", "not", "-"]))
def test_the_lookup_in_the_catalogue_is_the_longest(host: str, before: str) -> None:
    known = {h for s in SDKS for h in s.hosts}
    assert domain_over(before + host, known) == naive(before + host, known)


@pytest.mark.parametrize(
    ("host", "domain"),
    [("T.Push.One.Example.", "push.one.example"), ("notone.example", ""), ("example", ""), ("", ""), ("::1", "")],
)
def test_how_a_host_is_written_does_not_matter_and_a_part_of_a_label_is_no_domain(host: str, domain: str) -> None:
    assert domain_over(host, {"one.example", "push.one.example"}) == domain


class Counting(dict[str, Sdk]):
    """Counts how often it is asked."""

    asked = 0

    def __contains__(self, key: object) -> bool:
        self.asked += 1
        return super().__contains__(key)


@pytest.mark.parametrize("size", [0, 10, 10_000])
def test_the_cost_is_that_of_the_host_however_many_domains_there_are(size: int) -> None:
    domains = Counting({f"d{n}.example": Sdk(name="One") for n in range(size)})
    domain_over("a.b.c.elsewhere.example", domains)
    assert domains.asked == 5


def test_the_longest_host_wins_in_whatever_order_the_entries_stand() -> None:
    whole = Sdk(name="Whole", company="Whole", hosts=("big.example",))
    push = Sdk(name="Push", company="Big", packages=("com.big.push",), hosts=("push.big.example",))
    for sdks in ((whole, push), (push, whole)):
        hosts = HostCatalogue(sdks)
        assert [s.name for s in hosts.owners("a.push.big.example")] == ["Push"]
        assert [s.name for s in hosts.owners("a.big.example")] == ["Whole"]
        assert not hosts.owners("example")


def test_a_host_of_two_entries_has_both() -> None:
    both = HostCatalogue([Sdk(name="One", hosts=("one.example",)), Sdk(name="Two", hosts=("one.example",))])
    assert [sdk.name for sdk in both.owners("a.one.example")] == ["One", "Two"]


def test_of_the_policys_recipients_the_one_with_the_longest_domain_is_meant() -> None:
    whole, push = Recipient(name="Whole", domains=("q.example",)), Recipient(name="Push", domains=("p.q.example",))
    facts = AppFacts(recipients=(whole, push))
    assert [who(host, facts=facts).name for host in ("a.p.q.example", "p.q.example", "a.q.example")] == ["Push", "Push", "Whole"]


@pytest.mark.parametrize(
    ("host", "company", "entry"),
    [
        ("ulogs.umeng.com", "友盟", "友盟+"),
        ("utoken.umeng.com", "友盟", "友盟设备标识"),
        ("android.bugly.qq.com", "腾讯", "腾讯Bugly"),
        ("sdk.e.qq.com", "腾讯", "优量汇"),
        ("somewhere.else.qq.com", "腾讯", "腾讯"),
        ("hm.baidu.com", "百度", "百度统计"),
        ("anything.baidu.com", "百度", "百度"),
        ("log.snssdk.com", "字节跳动", "火山引擎DataFinder"),
        ("configure.rayjump.com", "汇量科技", "Mintegral"),
        ("cn.register.xmpush.xiaomi.com", "小米", "小米推送"),
        ("app-measurement.com", "Google", "Firebase Analytics"),
        ("firebaseinstallations.googleapis.com", "Google", "Firebase"),
        ("firebase-settings.crashlytics.com", "Google", "Crashlytics"),
        ("googleads.g.doubleclick.net", "Google", "AdMob"),
        ("securepubads.g.doubleclick.net", "Google", "Google Ad Manager"),
        ("www.googleadservices.com", "Google", "Google Ads"),
        ("graph.facebook.com", "Meta", "Facebook SDK"),
        ("in.appcenter.ms", "Microsoft", "App Center"),
        ("www.clarity.ms", "Microsoft", "Microsoft Clarity"),
        ("app.adjust.com", "Adjust", "Adjust"),
        ("api2.branch.io", "Branch", "Branch"),
        ("sdk-api-v1.singular.net", "Singular", "Singular"),
        ("api2.amplitude.com", "Amplitude", "Amplitude"),
        ("sdk.iad-01.braze.com", "Braze", "Braze"),
        ("notify.bugsnag.com", "SmartBear", "Bugsnag"),
        ("report.appmetrica.yandex.net", "Yandex", "Yandex AppMetrica"),
        ("api.mercadopago.com", "Mercado Libre", "Mercado Pago"),
        ("api.rdstation.com.br", "RD Station", "RD Station"),
        ("api.tomtom.com", "TomTom", "TomTom"),
        ("device.clearsale.com.br", "ClearSale", "ClearSale"),
        ("api.konduto.com", "Konduto", "Konduto"),
        ("track01.wt-eu02.net", "Mapp", "Mapp Intelligence"),
        ("log.fivecdm.com", "LINE", "FIVE"),
        ("api.juspay.in", "Juspay", "Juspay"),
        ("api.midtrans.com", "GoTo", "Midtrans"),
        ("api.tosspayments.com", "Viva Republica", "Toss Payments"),
        ("api.safaricom.co.ke", "Safaricom", "M-PESA"),
        ("payment.momo.vn", "MoMo", "Ví MoMo"),
        ("api.onfido.com", "Onfido", "Onfido"),
    ],
)
def test_a_host_names_its_company_and_service(host: str, company: str, entry: str) -> None:
    party = who(host)
    assert (party.relation, party.name, party.basis) == ("third", company, f"host catalogue: {entry}")


@pytest.mark.parametrize("host", ["x.amazonaws.com", "d1.cloudfront.net", "storage.googleapis.com", "else.example", "10.0.0.1"])
def test_what_nobody_knows_stays_unknown(host: str) -> None:
    assert who(host) == Party(relation="unknown", name=registrable(host), basis="")


@pytest.mark.parametrize(
    ("package", "host", "relation"),
    [
        ("com.tencent.mm", "a.tencent.com", "first"),
        ("org.mozilla.firefox", "incoming.telemetry.mozilla.org", "first"),
        ("com.tencent.mm", "android.bugly.qq.com", "third"),
        ("io.dcloud.H5000000", "stream.dcloud.io", "third"),
        ("com.amap.clone", "restapi.amap.com", "third"),
    ],
)
def test_an_app_may_be_a_companys_own_but_an_sdk_is_a_third_party_to_all(package: str, host: str, relation: str) -> None:
    assert who(host, package).relation == relation


def test_hundreds_of_recipients_are_known_each_with_company_purpose_and_source() -> None:
    services = [sdk for sdk in NAMED if sdk.purpose not in {"companies", "examples"}]
    assert all(sdk.company and sdk.purpose and sdk.source for sdk in NAMED)
    assert sum(len(sdk.hosts) for sdk in services) >= 2_000
    assert len({registrable(host) for sdk in services for host in sdk.hosts}) >= 1_700
    assert len({sdk.company for sdk in services}) >= 1_000
    assert all(not sdk.packages for sdk in NAMED if sdk.purpose == "companies")


def test_no_host_is_a_shared_cloud_or_a_public_suffix() -> None:
    hosts = {host for sdk in SDKS for host in sdk.hosts}
    assert not hosts & CLOUDS
    assert not [host for host in hosts if why_no_domain(host)]


def test_no_host_lies_under_one_of_its_own_entry_or_of_another_companys_sdk() -> None:
    for sdk in NAMED:
        for host in sdk.hosts:
            for above in HOSTS.owners(host.partition(".")[2]):
                assert above is not sdk, f"{host} says nothing that {sdk.name} does not say already"
                assert above.company == sdk.company or above.purpose == "companies", f"{host} of {sdk.name}, {above.name}"


ONE, TWO = "One", "Two"


def test_a_host_without_an_entry_is_its_siblings_company() -> None:
    hosts = HostCatalogue([
        Sdk(name="Push", company=ONE, hosts=("push.sole.com", "a.mixed.com")),
        Sdk(name="Ads", company=ONE, hosts=("ads.sole.com",)),
        Sdk(name="Other", company=TWO, hosts=("b.mixed.com", "x.aliyuncs.com", "x.github.io", "other.example")),
    ])  # fmt: skip
    found = who("new.sole.com", hosts=hosts)
    assert (found.relation, found.name) == ("third", ONE)
    assert found.basis == "under sole.com, as push.sole.com of the host catalogue"
    assert hosts.owners("new.sole.com") == ()
    for host in ("c.mixed.com", "y.aliyuncs.com", "y.github.io", "new.example", "sole.com.cn", "192.0.2.1"):
        assert hosts.sibling(host) is None, host
    assert hosts.sibling("a.push.sole.com") is None  # an entry is over it


def test_an_app_is_no_sibling_of_its_own_companys_sdk() -> None:
    hosts = HostCatalogue([Sdk(name="Push", company=ONE, hosts=("push.sole.com",))])
    assert who("api.sole.com", package="com.sole.app", hosts=hosts).relation == "first"
    told = AppFacts(known=True, first_party=("sole.com",))
    assert who("api.sole.com", facts=told, hosts=hosts).relation == "first"


def test_no_domain_with_customers_hosts_makes_siblings() -> None:
    assert [domain for domain in CLOUDS if HOSTS.sibling(f"anybody.{domain}")] == []
    assert {why_no_domain(domain) for domain in shared_domains()} <= {"", why_no_domain("co.uk")}
    assert all(shared_domains().values())


def test_every_source_is_explained() -> None:
    readme = resource("hooks", "sdks", "README.md").read_text("utf-8")
    sources = {source.strip() for sdk in SDKS for source in sdk.source.split(";")}
    repositories = {s for s in sources if s.startswith("github.com/") and s.count("/") == 2}
    assert [source for source in sorted(sources - repositories) if source not in readme] == []


def test_the_page_in_docs_is_the_one_that_is_made(capsys: pytest.CaptureFixture[str]) -> None:
    """harness hooks --recipients > docs/recipients.md"""
    said = say(capsys, "hooks", "--recipients")
    assert (said.status, said.out) == (0, PAGE.read_text("utf-8"))
    assert "(虚构)" not in said.out
