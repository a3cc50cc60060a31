"""The catalogue of SDKs: every fault is told, real classes find their SDK, and libraries name no caller in passing."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.resources import resource
from harness.tables.attribution import FRAMEWORK, TRANSPARENT, Sdk, SdkError, attribute, code_packages, load_sdks, longest

METHOD = "android.provider.Settings$Secure.getString"
PURPOSE = "purpose: {zh: 广告, en: advertising}\n"
ENTRY = "  - {name: One, packages: [com.one.sdk], source: a list}\n"


def caller(*frames: str, package: str = "example.shop") -> tuple[str, str]:
    who = attribute([f"{f}.run(A.java:1)" for f in frames], package=package, method=METHOD, sdks=load_sdks())
    return who.name, who.origin


def test_the_catalogue_is_large_and_each_file_is_a_purpose() -> None:
    sdks = load_sdks()
    assert len(sdks) >= 350
    assert {s.purpose for s in sdks} == {p.stem for p in resource("hooks", "sdks").glob("*.yaml")}
    assert all(s.name and s.source and (s.packages or s.hosts) for s in sdks)
    assert {s.name for s in sdks if s.source == "invented"} == {
        "AdNimbus", "PigeonPost", "Quillmetrics", "Sablefin", "流影统计", "雁鹭广告"}  # fmt: skip
    assert {s.name for s in sdks if s.source == "invented" and s.purpose != "examples"} == {"雁鹭广告"}
    assert {s.purpose for s in sdks if s.transparent} == {"network_library", "ui_framework", "storage"}


def test_no_prefix_is_a_whole_group_of_companies_or_of_strangers() -> None:
    groups = (
        "amazon", "alibaba", "aliyun", "android", "baidu", "bytedance", "didi", "facebook", "github", "google",
        "heytap", "hihonor", "huawei", "kuaishou", "kwai", "meituan", "microsoft", "mob", "netease", "samsung", "sina",
        "squareup", "taobao", "tencent", "vivo", "xiaomi",
    )  # fmt: skip
    shared = {*(f"com.{g}" for g in groups), "com.google.android", "com.ss.android", "org.apache", "io.github"}
    assert not shared & {p for s in load_sdks() for p in s.packages}


@pytest.mark.parametrize(
    ("class_name", "sdk"),
    [
        ("com.bytedance.sdk.openadsdk.TTAdSdk", "穿山甲"),
        ("com.qq.e.comm.managers.GDTAdSdk", "优量汇"),
        ("com.kwad.sdk.api.KsAdSDK", "快手联盟"),
        ("com.baidu.mobads.sdk.api.BDAdConfig", "百度联盟"),
        ("com.sigmob.windad.WindAds", "Sigmob"),
        ("com.mbridge.msdk.out.MBridgeSDKFactory", "Mintegral"),
        ("com.anythink.core.api.ATSDK", "TopOn"),
        ("com.bytedance.msdk.api.v2.GMMediationAdSdk", "GroMore"),
        ("com.umeng.analytics.MobclickAgent", "友盟+"),
        ("com.umeng.commonsdk.UMConfigure", "友盟+"),
        ("com.umeng.message.UmengMessageCallbackHandlerService", "友盟推送"),
        ("com.umeng.socialize.media.WBShareCallBackActivity", "友盟分享"),
        ("com.tendcloud.tenddata.TCAgent", "TalkingData"),
        ("com.sensorsdata.analytics.android.sdk.SensorsDataAPI", "神策"),
        ("com.growingio.android.sdk.track.ErrorReporter", "GrowingIO"),
        ("com.reyun.tracking.sdk.Tracking", "热云"),
        ("cn.jpush.android.service.PushService", "极光推送"),
        ("cn.jiguang.union.ads.service.UnionService", "极光联盟"),
        ("cn.jiguang.verifysdk.api.JVerificationInterface", "极光认证"),
        ("com.igexin.sdk.PushManager", "个推"),
        ("cn.sharesdk.framework.utils.ShareSDKFileProvider", "ShareSDK"),
        ("com.tencent.bugly.crashreport.CrashReport", "腾讯Bugly"),
        ("com.tencent.smtt.sdk.VideoActivity", "腾讯浏览服务"),
        ("com.tencent.android.tpush.XGPushReceiver", "腾讯移动推送"),
        ("com.amap.api.location.APSService", "高德地图"),
        ("com.baidu.location.f", "百度定位"),
        ("com.baidu.mapapi.SDKInitializer", "百度地图"),
        ("com.tencent.map.geolocation.s", "腾讯地图"),
        ("com.tencent.mm.opensdk.openapi.WXAPIFactory", "微信"),
        ("com.tencent.mm.opensdk.modelpay.PayReq", "微信支付"),
        ("com.tencent.tauth.AuthActivity", "QQ互联"),
        ("com.sina.weibo.sdk.share.ShareTransActivity", "微博"),
        ("com.alipay.sdk.app.PayResultActivity", "支付宝"),
        ("com.alipay.mobile.nebulacore.wallet.H5LoggerPlugin", "Nebula"),
        ("com.unionpay.UPPayWapActivity", "银联"),
        ("com.chuanglan.shanyan_sdk.view.CmccLoginActivity", "闪验"),
        ("com.mobile.auth.gatewayauth.LoginAuthActivity", "阿里云号码认证"),
        ("com.ta.utdid2.device.UTDevice", "UTDID"),
        ("com.ishumei.smantifraud.SmAntiFraud", "数美"),
        ("cn.tongdun.android.shell.FMAgent", "同盾"),
        ("com.dingxiang.mobile.risk.DXRisk", "顶象"),
        ("com.netease.htprotect.HTProtect", "网易易盾"),
        ("com.geetest.sdk.GT3GeetestUtils", "极验"),
        ("com.megvii.livenesslib.LivenessActivity", "旷视"),
        ("com.arcsoft.face.FaceEngine", "虹软"),
        ("com.hyphenate.chat.EMChatService", "环信"),
        ("io.rong.imlib.ipc.RongService", "融云"),
        ("com.netease.nimlib.service.NimService$Aux", "网易云信"),
        ("io.agora.rtc.RtcEngine", "声网"),
        ("com.tencent.tinker.lib.service.TinkerPatchService", "Tinker"),
        ("com.taobao.sophix.SophixManager", "Sophix"),
        ("com.meituan.robust.PatchProxy", "Robust"),
        ("com.stub.StubApp", "360加固"),
        ("io.dcloud.common.util.Md5Utils", "DCloud"),
        ("com.bun.miitmdid.core.MdidSdkHelper", "MSA"),
        ("com.huawei.hms.aaid.InitProvider", "HUAWEI AAID"),
        ("com.huawei.hms.activity.BridgeActivity", "HMS Core"),
        ("com.xiaomi.mipush.sdk.PushMessageHandler", "小米推送"),
        ("com.heytap.msp.push.service.DataMessageCallbackService", "OPPO推送"),
        ("com.google.android.gms.ads.identifier.AdvertisingIdClient", "Google Advertising ID"),
        ("com.google.android.gms.ads.MobileAds", "AdMob"),
        ("com.google.android.gms.common.GoogleApiAvailability", "Google Play services"),
        ("com.google.firebase.messaging.FirebaseMessagingService", "Firebase Cloud Messaging"),
        ("com.appsflyer.AppsFlyerLib", "AppsFlyer"),
        ("io.sentry.android.core.SentryInitProvider", "Sentry"),
        ("com.adnimbus.sdk.Ads", "AdNimbus"),
    ],
)
def test_a_real_class_finds_its_sdk(class_name: str, sdk: str) -> None:
    assert caller(class_name) == (sdk, "sdk")


@pytest.mark.parametrize(
    ("frames", "expected"),
    [
        (["okhttp3.RealCall", "com.qq.e.comm.net.NetworkClientImpl", "example.shop.Main"], ("优量汇", "sdk")),
        (["okhttp3.internal.connection.RealCall", "okio.Okio", "retrofit2.OkHttpCall", "example.shop.Api"],
         ("example.shop", "app")),
        (["okhttp3.internal.connection.RealCall$AsyncCall", "java.lang.Thread"], ("OkHttp", "sdk")),
        (["okio.RealBufferedSource", "okhttp3.Dispatcher", "java.lang.Thread"], ("Okio", "sdk")),
        (["com.tencent.mmkv.MMKV", "com.umeng.commonsdk.UMConfigure"], ("友盟+", "sdk")),
        (["io.flutter.plugin.common.MethodChannel", "example.shop.Main"], ("example.shop", "app")),
        (["okhttp3.RealCall", "a.b.c"], ("unresolved", "unresolved")),
        (["androidx.work.Worker", "com.bumptech.glide.Glide", "com.kwad.sdk.A"], ("快手联盟", "sdk")),
        (["com.google.android.gms.dynamite.DynamiteModule", "example.shop.Main"], ("example.shop", "framework")),
        (["android.os.Handler", "okhttp3.RealCall"], ("OkHttp", "framework")),
    ],
)
def test_libraries_are_passed_over(frames: list[str], expected: tuple[str, str]) -> None:
    assert caller(*frames) == expected


@pytest.mark.parametrize("prefix", sorted({*FRAMEWORK, *TRANSPARENT}))
def test_framework_code_is_no_sdk(prefix: str) -> None:
    assert caller(prefix + "Some$Inner")[0] == "unresolved"


def test_an_app_that_is_the_sdks_own_is_the_app() -> None:
    assert caller("com.unionpay.Main", package="com.unionpay") == ("com.unionpay", "app")
    assert caller("com.unionpay.tsmservice.A", package="com.unionpay.lite") == ("银联", "sdk")


def test_a_first_screen_of_a_framework_or_library_is_not_the_apps_code() -> None:
    for launcher in ("android.app.NativeActivity", "com.unity3d.player.UnityPlayerActivity", "com.stub.Stub01"):
        assert code_packages({"package": "example.shop", "launcher": launcher}, load_sdks()) == ("example.shop",)


def folder_of(tmp_path: Path, **files: str) -> Path:
    for name, text in files.items():
        (tmp_path / f"{name}.yaml").write_text(text, "utf-8")
    return tmp_path


def test_a_folder_is_read(tmp_path: Path) -> None:
    entry = "  - {name: 一, en: One, company: C, packages: [one], hosts: [one.example], source: s}\n"
    text = PURPOSE + "transparent: true\nsdks:\n" + entry
    assert load_sdks(folder_of(tmp_path, net=text)) == (
        Sdk(
            name="一", en="One", company="C", packages=("one",), hosts=("one.example",), source="s",
            purpose="net", transparent=True,
        ),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (PURPOSE + "sdks:\n  - {name: One, packages: [com.one.sdk]}\n", "a.yaml: One: source is missing"),
        (PURPOSE + "sdks:\n  - {packages: [com.one.sdk], source: s}\n", "a.yaml: number 1: name is missing"),
        (PURPOSE + "sdks:\n  - {name: One, packages: [com], source: s}\n", "a.yaml: One: package 'com' has fewer than two parts"),
        (PURPOSE + "sdks:\n  - {name: One, packages: [okhttp3], source: s}\n", "One: package 'okhttp3' has fewer than two"),
        (PURPOSE + "transparent: true\nsdks:\n  - {name: One, packages: [org], source: s}\n", "package 'org' has fewer"),
        (PURPOSE + "sdks:\n  - {name: One, packages: [com.android], source: s}\n", "holds classes of the framework"),
        (PURPOSE + "sdks:\n  - {name: One, packages: [com.one.], source: s}\n", "One: package 'com.one.' is no Java package"),
        (PURPOSE + "sdks:\n  - {name: One, packages: com.one.sdk, source: s}\n", "One: packages must be a list"),
        (PURPOSE + "sdks:\n  - {name: One, hosts: [One.example/x], source: s}\n", "One: host 'One.example/x' is no domain"),
        (PURPOSE + "sdks:\n  - {name: One, source: s}\n", "One: neither packages nor hosts"),
        (PURPOSE + "sdks:\n  - {name: One, packages: [a.b], company: 360, source: s}\n", "One: company must be a text"),
        (PURPOSE + "sdks:\n  - {name: One, packages: [a.b], owner: x, source: s}\n", "a.yaml: One: unknown key 'owner'"),
        (PURPOSE + "sdks:\n  - just text\n", "a.yaml: entry 1: a mapping is wanted"),
        (PURPOSE + "sdks: []\n", "a.yaml: sdks must be a list with at least one entry"),
        (PURPOSE + "kind: x\nsdks:\n" + ENTRY, "a.yaml: unknown key 'kind'"),
        (PURPOSE + "transparent: maybe\nsdks:\n" + ENTRY, "a.yaml: transparent must be true or false"),
        ("sdks:\n" + ENTRY, "a.yaml: purpose must have zh and en"),
        (PURPOSE + "sdks:\n" + ENTRY + "  - {name: One, packages: [com.two.sdk], source: s}\n",
         "name 'One' is in a.yaml (One) and in a.yaml (One)"),
        (PURPOSE + "sdks:\n" + ENTRY + "  - {name: Two, packages: [com.one.sdk], source: s}\n",
         "package 'com.one.sdk' is in a.yaml (One) and in a.yaml (Two)"),
        ("- a list\n", "a.yaml: a mapping is wanted at the top"),
        ("a: [\n", "a.yaml: not YAML"),
    ],
)  # fmt: skip
def test_a_fault_is_told_by_file_and_entry(text: str, told: str, tmp_path: Path) -> None:
    with pytest.raises(SdkError, match=re.escape(told)):
        load_sdks(folder_of(tmp_path, a=text))


def test_faults_are_told_at_once_and_across_files(tmp_path: Path) -> None:
    good = PURPOSE + "sdks:\n" + ENTRY
    with pytest.raises(SdkError) as caught:
        load_sdks(folder_of(tmp_path, a=good, b=good + "  - {name: Two, packages: [com], source: s}\n"))
    assert [p.split(":")[0].split(" is in")[0] for p in caught.value.problems] == [
        "b.yaml", "name 'One'", "package 'com.one.sdk'",
    ]  # fmt: skip
    assert "a.yaml (One) and in b.yaml (One)" in str(caught.value)
    with pytest.raises(SdkError, match=r"no \*\.yaml file"):
        load_sdks(folder_of(tmp_path / "c"))


def naive(name: str, prefixes: Iterable[str]) -> str:
    best = ""
    for prefix in prefixes:
        if len(prefix) > len(best) and (name == prefix or name.startswith((prefix + ".", prefix + "$"))):
            best = prefix
    return best


NAMES = st.text(st.sampled_from("ab.$"), max_size=12)


@given(name=NAMES, prefixes=st.sets(NAMES, max_size=12))
def test_the_lookup_is_the_longest_prefix(name: str, prefixes: set[str]) -> None:
    assert longest(name, prefixes) == naive(name, prefixes)


PREFIXES = {p for s in load_sdks() for p in s.packages}


@given(name=st.sampled_from(sorted(PREFIXES)), tail=st.sampled_from(["", ".A", "$A", "x", ".a.B$C"]))
def test_the_lookup_in_the_catalogue_is_the_longest_prefix(name: str, tail: str) -> None:
    assert longest(name + tail, PREFIXES) == naive(name + tail, PREFIXES)


def test_an_index_made_for_other_sdks_is_not_used_again() -> None:
    one = [Sdk(name="One", packages=("com.one",), source="s")]

    def name() -> str:
        return attribute(["com.one.A.b(A.java:1)"], package="a.b", method=METHOD, sdks=one).name

    assert name() == "One"
    one[0] = Sdk(name="Uno", packages=("com.one",), source="s")
    assert name() == "Uno"
    one.clear()
    assert name() == "unresolved"
