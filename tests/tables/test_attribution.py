"""The caller is the nearest frame that is neither framework nor ours; the longest prefix wins; unresolved is said."""

from __future__ import annotations

import pytest

from harness.tables.attribution import Sdk, attribute, class_of, code_packages
from harness.tables.parties import AppFacts, Recipient, party_of, registrable
from harness.tables.recipients import HostCatalogue

SDKS = (
    Sdk(name="Nimbus", packages=("com.adnimbus",), source="test"),
    Sdk(name="Nimbus Push", packages=("com.adnimbus.push",), hosts=("adnimbus.example",), source="test"),
)
METHOD = "android.telephony.TelephonyManager.getImei"


@pytest.mark.parametrize(
    ("frames", "expected"),
    [
        (["example.shop.Main.a(Main.java:3)"], ("example.shop", "app")),
        (
            ["android.telephony.TelephonyManager.getImei(TelephonyManager.java:9)", "com.adnimbus.A.b(A.java:1)"],
            ("Nimbus", "sdk"),
        ),
        (["com.adnimbus.push.A$B.run(A.java:1)", "example.shop.Main.a(Main.java:3)"], ("Nimbus Push", "sdk")),
        (["com.adnimbuses.A.b(A.java:1)"], ("unresolved", "unresolved")),
        (
            ["java.lang.reflect.Method.invoke(Method.java:5)", "example.shop.Main.a(Main.java:3)"],
            ("example.shop", "app"),
        ),
        (
            ["android.webkit.WebView.<init>(WebView.java:5)", "example.shop.Main.a(Main.java:3)"],
            ("example.shop", "framework"),
        ),
        (["androidx.core.Compat.get(Compat.java:5)", "example.shop.Main.a(Main.java:3)"], ("example.shop", "app")),
        (["android.os.Looper.loop(Looper.java:5)"], ("unresolved", "framework")),
        (["com.android.tracker.Spy.run(S.java:5)", "example.shop.Main.a(Main.java:3)"], ("unresolved", "unresolved")),
        (["android.evil.Spy$1.run(S.java:5)", "example.shop.Main.a(Main.java:3)"], ("unresolved", "unresolved")),
        (["com.android.internal.telephony.X.a(X.java:5)", "example.shop.Main.a(Main.java:3)"], ("example.shop", "framework")),
        (["kotlin.io.FilesKt.readText(F.kt:5)", "example.shop.Main.a(Main.java:3)"], ("example.shop", "app")),
        (["libshield.so!0x4a10(Native Code)", "com.adnimbus.A.b(A.java:1)"], ("Nimbus", "sdk")),
        (
            ["libshield.so!0x4a10(Native Code)", "java.io.File.c(File.java:1)", "example.shop.Main.a(Main.java:3)"],
            ("example.shop", "app"),
        ),
        (["libshield.so!0x4a10(Native Code)"], ("unresolved", "unresolved")),
        ([], ("unresolved", "unresolved")),
        (["a.b.c(Unknown Source:8)"], ("unresolved", "unresolved")),
    ],
)
def test_caller(frames: list[str], expected: tuple[str, str]) -> None:
    who = attribute(frames, package="example.shop", method=METHOD, sdks=SDKS)
    assert (who.name, who.origin) == expected


POOL = ["java.util.concurrent.FutureTask.run(F.java:1)", "java.lang.Thread.run(Thread.java:1)"]
BY_SDK = [
    "java.util.concurrent.ThreadPoolExecutor.execute(T.java:1)", "com.adnimbus.A.b(A.java:1)", "example.shop.Main.a(M.java:1)",
]


@pytest.mark.parametrize(
    ("frames", "handed_over", "expected"),
    [
        (POOL, [BY_SDK], ("Nimbus", "sdk")),
        (POOL, [], ("unresolved", "framework")),
        (["example.shop.Task.run(T.java:1)", *POOL], [BY_SDK], ("example.shop", "app")),
        (POOL, [["android.os.Handler.post(H.java:1)"], BY_SDK], ("Nimbus", "sdk")),
        (["android.webkit.WebViewFactory.load(W.java:1)", *POOL], [BY_SDK], ("Nimbus", "framework")),
        (["a.b.c(Unknown Source:8)", *POOL], [BY_SDK], ("unresolved", "unresolved")),
    ],
)
def test_who_handed_the_work_over_is_asked_where_a_thread_has_no_code_of_its_own(
    frames: list[str], handed_over: list[list[str]], expected: tuple[str, str]
) -> None:
    who = attribute(frames, package="example.shop", method=METHOD, sdks=SDKS, handed_over=handed_over)
    assert (who.name, who.origin) == expected


def test_an_edition_whose_id_is_not_its_code_package() -> None:
    app = {"package": "example.shop.pro", "launcher": "example.shop.Splash"}
    code = code_packages(app, SDKS)
    who = attribute(["example.shop.Main.a(Main.java:3)"], package="example.shop.pro", method=METHOD, sdks=SDKS, code=code)
    assert (who.name, who.origin) == ("example.shop.pro", "app")
    assert code_packages({"package": "a.b", "launcher": "com.adnimbus.Splash"}, SDKS) == ("a.b",)


def test_of_a_thread_that_no_java_code_is_on_the_library_is_named() -> None:
    who = attribute(["libshield.so!0x4a10(Native Code)"], package="example.shop", method=METHOD, sdks=SDKS)
    assert who.frame == "libshield.so!0x4a10(Native Code)"


def test_class_of_a_frame() -> None:
    assert class_of("example.shop.Main$1.run(Main.java:12)") == "example.shop.Main$1"
    assert class_of("java.base/java.lang.Thread.run(Thread.java:8)") == "java.lang.Thread"
    assert class_of("app//example.shop.Main.<init>(Main.java)") == "example.shop.Main"


@pytest.mark.parametrize(
    ("host", "domain"),
    [
        ("a.b.example.com.cn", "example.com.cn"),
        ("x.example", "x.example"),
        ("api.x.example", "x.example"),
        ("10.0.0.1", "10.0.0.1"),
        ("localhost", "localhost"),
        ("[::1]", "::1"),
        ("CDN.Foo.Co.UK.", "foo.co.uk"),
    ],
)
def test_registrable_domain(host: str, domain: str) -> None:
    assert registrable(host) == domain


def test_parties() -> None:
    facts = AppFacts(
        known=True, first_party=("shop.example",), recipients=(Recipient(name="晴空", domains=("q.example",)),)
    )

    def relation(host: str, about: AppFacts) -> tuple[str, str]:
        party = party_of(host, package="example.shop.app", facts=about, hosts=HostCatalogue(SDKS))
        return party.relation, party.name

    assert relation("api.shop.example", facts) == ("first", "shop.example")
    assert relation("c.q.example", facts) == ("third", "晴空")
    assert relation("notq.example", facts) == ("third", "notq.example")
    assert relation("t.adnimbus.example", AppFacts()) == ("third", "Nimbus Push")
    assert relation("api.shop.example", AppFacts()) == ("first", "shop.example")
    assert relation("elsewhere.example", AppFacts()) == ("unknown", "elsewhere.example")
