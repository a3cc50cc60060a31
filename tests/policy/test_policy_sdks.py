"""SDKs in every shape in which policies name them. Every text is our own."""

from __future__ import annotations

import pytest

from harness.policy import Declared, SdkSaid, read
from tests.policy.reading import kinds, md

HEADS = {"name": "SDK名称", "company": "第三方公司名称", "purpose": "使用目的", "kinds": "共享信息名称", "link": "隐私政策链接"}
ROWS = (
    {
        "name": "青鸾推送SDK",
        "company": "青鸾科技（北京）有限公司",
        "purpose": "推送消息",
        "kinds": "IMEI、MAC地址",
        "link": "https://a.example/x",
    },
    {
        "name": "白泽地图",
        "company": "白泽信息技术有限公司",
        "purpose": "定位",
        "kinds": "精确位置、Wi-Fi列表",
        "link": "https://b.example/x",
    },
    {"name": "毕方支付", "company": "毕方支付有限公司", "purpose": "支付", "kinds": "无", "link": "https://c.example/x"},
)
WANTED = {"青鸾推送SDK": {"imei", "mac"}, "白泽地图": {"location_precise", "wifi_scan"}, "毕方支付": set()}
ORDERS = (("name", "company", "purpose", "kinds", "link"), ("company", "name", "kinds", "purpose", "link"),
          ("name", "kinds", "purpose", "link", "company"))  # fmt: skip


def sdk(policy: Declared, name: str) -> SdkSaid:
    return next(s for s in policy.sdks if s.name == name)


@pytest.mark.parametrize("order", ORDERS)
def test_a_table(order: tuple[str, ...]) -> None:
    rows = "".join("<tr>" + "".join(f"<td>{row[c]}</td>" for c in order) + "</tr>" for row in ROWS)
    heads = "".join(f"<th>{HEADS[c]}</th>" for c in order)
    found = read(f"<h2>第三方SDK目录</h2><table><tr>{heads}</tr>{rows}</table>", media_type="text/html")
    assert kinds(found) == WANTED
    assert [s.company for s in found.sdks] == [row["company"] for row in ROWS]
    assert [s.purpose for s in found.sdks] == [row["purpose"] for row in ROWS]


@pytest.mark.parametrize("order", ORDERS)
def test_a_table_in_markdown(order: tuple[str, ...]) -> None:
    lines = [
        " | ".join(HEADS[c] for c in order),
        "|".join("---" for _ in order),
        *(" | ".join(r[c] for c in order) for r in ROWS),
    ]
    assert kinds(md("# 第三方SDK目录\n\n" + "\n".join(f"| {line} |" for line in lines))) == WANTED


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("title", ["", "第三方合作伙伴及共享信息说明\n"])
def test_a_table_whose_cells_became_lines(order: tuple[str, ...], title: str) -> None:
    lines = [HEADS[c] for c in order] + [row[c] for row in ROWS for c in order]
    found = md("# 第三方SDK目录\n" + title + "\n".join(lines) + "\n\n# 您的权利\n您可以删除您的信息。")
    assert kinds(found) == WANTED
    assert [s.company for s in found.sdks] == [row["company"] for row in ROWS]


@pytest.mark.parametrize(
    "order", [("company", "purpose", "kinds"), ("kinds", "company", "purpose"), ("purpose", "kinds", "company")]
)
@pytest.mark.parametrize("gap", ["\n", "\n\n", " "])
def test_labels_and_values(order: tuple[str, ...], gap: str) -> None:
    parts = [gap.join([f"SDK名称：{row['name']}", *(f"{HEADS[c]}：{row[c]}" for c in order)]) for row in ROWS]
    found = md("# 第三方SDK目录\n" + "\n\n".join(parts))
    assert kinds(found) == WANTED
    assert [s.company for s in found.sdks] == [row["company"] for row in ROWS]


@pytest.mark.parametrize("number", ["", "1、", "1. ", "（1）", "①", "一、", "- ", "#### ", "**"])
def test_a_name_as_a_title_over_labels(number: str) -> None:
    closing = "**" if number == "**" else ""
    parts = [
        f"{number}{row['name']}{closing}\n使用目的：{row['purpose']}\n收集信息：{row['kinds']}\n运营方：{row['company']}"
        for row in ROWS
    ]
    found = md("# 第三方SDK目录\n" + "\n\n".join(parts))
    assert kinds(found) == WANTED


@pytest.mark.parametrize("order", [("company", "name", "purpose", "kinds"), ("kinds", "company", "name", "purpose")])
@pytest.mark.parametrize("title", ["", "推送类"])
def test_labels_of_which_the_name_is_not_the_first(order: tuple[str, ...], title: str) -> None:
    labels = HEADS | {"company": "公司名称"}
    parts = [f"{title}\n" + "\n".join(f"{labels[c]}：{row[c]}" for c in order) for row in ROWS]
    found = md("# 第三方SDK目录\n" + "\n\n".join(parts))
    assert kinds(found) == WANTED
    assert [s.company for s in found.sdks] == [row["company"] for row in ROWS]


def test_an_sdk_split_over_two_sections_and_under_two_names_is_one() -> None:
    found = md(
        "# 一、统计\n我们接入了友盟统计SDK，会收集您的IMEI。\n# 附录：第三方SDK目录\nSDK名称：友盟+"
        "\n公司：友盟同欣（北京）科技有限公司\n收集信息：OAID\n"
    )
    (one,) = found.sdks
    assert one.names == ("友盟统计SDK", "友盟+")
    assert (one.known, set(one.kinds), one.company) == ("友盟+", {"imei", "oaid"}, "友盟同欣（北京）科技有限公司")


def test_an_unknown_sdk_under_two_spellings_is_one() -> None:
    found = md(
        "# 第三方SDK\n1. 晨星 SDK（Android）\n收集信息：IMEI\n公司：晨星有限公司\n2. 晨星SDK（"
        "iOS）\n收集信息：IDFA\n公司：晨星有限公司\n"
    )
    (one,) = found.sdks
    assert set(one.kinds) == {"imei", "ad_id"}
    assert one.platforms == ("android", "ios")


def test_platform_tags_in_cells_are_no_kinds() -> None:
    found = md(
        "# 第三方SDK\n1. 晨星SDK\n公司：晨星有限公司\n收集信息：\nAndroid版本：设备信息（"
        "IMEI、OAID）\niOS版本：设备信息（IDFA）\n"
    )
    assert set(found.sdks[0].kinds) == {"imei", "oaid", "ad_id"}


def test_cells_over_many_lines() -> None:
    cell = "<p>必选信息：【双端】设备品牌、型号</p><p>【仅Android】Android ID、<br>OAID</p>"
    found = read(
        "<table><tr><td>SDK名称</td><td>厂商</td><td>个人信息类型</td><td>个人信息字段</td></tr>"
        f"<tr><td rowspan=2>晨星广告SDK(com.chenxing)</td><td rowspan=2>晨星有限公司</td><td>设备信息</td><td>{cell}</td></tr>"
        "<tr><td>网络信息</td><td>IP地址</td></tr></table>", media_type="text/html")  # fmt: skip
    (one,) = found.sdks
    assert set(one.kinds) == {"device_model", "android_id", "oaid", "ip"}
    assert (one.company, one.packages) == ("晨星有限公司", ("com.chenxing",))


@pytest.mark.parametrize("text", [
    "3. 天狗推送（Android）：由天狗网络公司提供，用于推送消息，收集您的设备标识符、网络信息。",
    "“天狗推送”：该SDK由“天狗网络公司”提供，用于推送消息。需要收集的信息包括：\n设备标识符、网络信息",
    "我们接入了天狗推送SDK，由天狗网络公司提供，会收集您的设备标识符、网络信息。",
])  # fmt: skip
def test_an_sdk_in_prose(text: str) -> None:
    (one,) = md(f"# 一、第三方SDK\n{text}").sdks
    assert "天狗推送" in one.name
    assert (one.company, set(one.kinds)) == ("天狗网络公司", {"device_id_other", "network_type"})


def test_services_named_without_the_word_sdk() -> None:
    found = md(
        "# Service Providers\nThe app uses third-party services that may collect information used to identify you:\n"
        "* Google Play Services\n* AdMob\n* Firebase Crashlytics\n\n# Information\nWe use App"
        "sFlyer, which collects your advertising ID.\n"
    )
    assert {s.known for s in found.sdks} == {"Google Play services", "AdMob", "Crashlytics", "AppsFlyer"}
    assert sdk(found, "AppsFlyer").kinds == ("ad_id",)


@pytest.mark.parametrize("text", [
    "我们会对合作方获取信息的软件工具开发包（SDK）进行严格的安全监测。",
    "请注意，第三方SDK可能因版本升级导致数据类型变化。",
    "We may use third-party SDKs.",
    "交易信息保存三年。",
    "用于判断 SDK 与服务器的连接状态。",
])  # fmt: skip
def test_talk_of_sdks_names_none(text: str) -> None:
    assert md(f"# 第三方服务\n{text}").sdks == ()


def test_the_apps_own_list_is_no_list_of_sdks() -> None:
    found = read("<h1>已收集个人信息清单</h1><table><tr><th>信息类型</th><th>收集目的</th><th>收"
                 "集场景</th></tr><tr><td>手机号码</td>"
                 "<td>注册</td><td>登录时</td></tr><tr><td>头像、昵称</td><td>展示</td><td>编辑资料</td></tr></table>",
                 media_type="text/html")  # fmt: skip
    assert found.sdks == ()
    assert {k.kind for k in found.kinds} == {"phone", "avatar", "nickname"}


def test_a_table_below_an_sdks_name_is_of_that_sdk() -> None:
    found = md(
        "# 二、第三方SDK\n## 2.1 晨星SDK\n\n| 收集的个人信息 | 收集目的 |\n|---|---|\n| IP地"
        "址 | 提供网络定位 |\n| 基站信息 | 定位 |\n"
    )
    assert kinds(found) == {"晨星SDK": {"ip", "base_station"}}
    assert found.kinds == ()
