"""Shapes of lists of SDKs: cells that are missing, columns that are called otherwise, columns as rows; and denials of features.
Every text is our own."""

from __future__ import annotations

from harness.policy import read
from harness.policy.fields import is_company
from tests.policy.reading import declared, denied, kinds

HEADS = "功能类型\n\n第三方名称\n\n使用目的\n\n使用的敏感权限\n\n收集类型\n\n隐私政策链接\n\n"
FIRST = "毕方统计SDK\n\n毕方数据科技有限公司\n\n统计崩溃\n\n存储权限\n\nOAID、运营商信息\n\nhttps://a.example/x\n\n"
SECOND = "飞鸾账本\n\n飞鸾网络（杭州）有限公司\n\n记账\n\nIMEI、手机号码\n\nhttps://b.example/x\n\n"
THIRD = "白泽图库\n\n开源框架\n\n显示图片\n\n无\n\nhttps://c.example/x\n\n"


def test_rows_of_lines_begin_at_the_name_beside_a_company_also_where_cells_are_missing() -> None:
    policy = read("## 第三方SDK目录\n\n" + HEADS + FIRST + SECOND + THIRD, media_type="text/markdown")
    assert kinds(policy) == {
        "毕方统计SDK": {"oaid", "carrier", "storage_files"}, "飞鸾账本": {"imei", "phone"}, "白泽图库": set(),
    }  # fmt: skip
    assert [s.company for s in policy.sdks][:2] == ["毕方数据科技有限公司", "飞鸾网络（杭州）有限公司"]


def test_a_second_list_of_lines_with_the_same_heads_begins_anew() -> None:
    lists = f"安卓清单\n\n{HEADS}{FIRST}{SECOND}鸿蒙清单\n\n{HEADS}{FIRST}"
    assert set(kinds(read("## 第三方SDK目录\n\n" + lists, media_type="text/markdown"))) == {"毕方统计SDK", "飞鸾账本"}


def test_the_column_of_names_is_the_one_beside_the_companies_whatever_it_is_called() -> None:
    rows = "".join(
        f"<tr><td>{n}</td><td>{c}</td><td>登录</td><td>{k}</td></tr>"
        for n, c, k in (("青鸾登录", "青鸾科技有限公司", "手机号码"), ("白泽地图", "白泽信息有限公司", "经纬度"))
    )
    heads = "<tr><th>功能类型</th><th>第三方名称</th><th>使用目的</th><th>收集类型</th></tr>"
    policy = read(f"<h2>第三方SDK清单</h2><table>{heads}{rows}</table>", media_type="text/html")
    assert kinds(policy) == {"青鸾登录": {"phone"}, "白泽地图": {"location_precise"}}


def test_a_column_called_third_party_that_holds_names_stays_theirs() -> None:
    table = "| 使用目的 | 第三方名称 | 收集类型 |\n|--|--|--|\n| 推送 | 青鸾推送SDK | IMEI |\n| 定位 | 白泽地图SDK | 经纬度 |\n"
    policy = read("## 第三方SDK清单\n\n" + table, media_type="text/markdown")
    assert kinds(policy) == {"青鸾推送SDK": {"imei"}, "白泽地图SDK": {"location_precise"}}


def test_columns_as_rows() -> None:
    table = (
        "| SDK名称 | 青鸾推送SDK | 白泽地图SDK |\n|--|--|--|\n| 公司名称 | 青鸾科技有限公司 | 白泽信息有限公司 |\n"
        "| 使用目的 | 推送 | 定位 |\n| 收集信息 | IMEI、OAID | 经纬度 |\n"
    )
    policy = read("## 第三方SDK清单\n\n" + table, media_type="text/markdown")
    assert kinds(policy) == {"青鸾推送SDK": {"imei", "oaid"}, "白泽地图SDK": {"location_precise"}}
    assert {s.company for s in policy.sdks} == {"青鸾科技有限公司", "白泽信息有限公司"}


def test_a_table_of_columns_is_none_of_rows() -> None:
    table = (
        "| SDK名称 | 公司名称 | 收集信息 |\n|--|--|--|\n| 青鸾推送SDK | 青鸾科技有限公司 | IMEI |\n"
        "| 白泽地图SDK | 白泽信息有限公司 | 经纬度 |\n| 毕方支付SDK | 毕方科技有限公司 | 无 |\n"
    )
    assert len(read("## 第三方SDK清单\n\n" + table, media_type="text/markdown").sdks) == 3


def test_what_is_said_of_several_sdks_at_once_is_not_added_to_a_record() -> None:
    said = "## 登录\n\n您可以通过青鸾SDK、白泽SDK、毕方SDK登录。为此第三方SDK会收集您的IMEI、剪切板。\n\n"
    listed = "## 第三方SDK清单\n\n| SDK名称 | 公司 | 收集信息 |\n|--|--|--|\n| 青鸾SDK | 青鸾科技有限公司 | 手机号码 |\n"
    assert kinds(read(said + listed, media_type="text/markdown"))["青鸾SDK"] == {"phone"}
    alone = kinds(read(said, media_type="text/markdown"))
    assert "imei" in alone["青鸾SDK"] and "imei" in alone["毕方SDK"]


def test_generic_words_are_no_names() -> None:
    text = "## 说明\n\n关于部分SDK自启动的说明：将存在一定频率唤醒推送SDK。当您集成对应品牌的SDK时，会调用应用市场。\n"
    assert kinds(read(text, media_type="text/markdown")) == {}


def test_companies_alone() -> None:
    companies = ("青鸾科技（北京）有限公司及其关联公司", "bluebird software, inc.", "开源框架", "甲有限公司、乙有限公司")
    assert all(map(is_company, companies))
    assert not any(map(is_company, ("青鸾推送sdk", "由青鸾有限公司提供推送;", "用于登录")))


def test_features_that_need_nothing_are_denied() -> None:
    text = (
        "## About\n\n- No account registration required\n- No location data\n- Works without access to your contacts\n"
        "\n## Information we collect\n\n- We collect your email address.\n"
    )
    policy = read(text, media_type="text/markdown")
    assert {"account", "location_unspecified", "contacts"} <= denied(policy)
    assert declared(policy) == {"email"}


def test_without_consent_and_no_longer_deny_nothing() -> None:
    text = (
        "## Information we collect\n\nWe collect your contacts. We will not read your contacts without your consent. "
        "No longer needed photos are deleted."
    )
    policy = read(text, media_type="text/markdown")
    assert "contacts" in declared(policy) and "contacts" not in denied(policy)


def test_chinese_needs_no() -> None:
    policy = read("## 说明\n\n本应用无需登录账号，不申请定位权限，也没有读取通讯录。\n", media_type="text/markdown")
    assert {"location_unspecified", "contacts"} <= denied(policy) and not declared(policy)
    policy = read("## 我们收集的信息\n\n如您不需要定位服务，可以关闭。我们会收集您的位置信息。\n", media_type="text/markdown")
    assert "location_unspecified" in declared(policy)


def test_a_space_between_chinese_and_latin_letters() -> None:
    assert {"account", "device_id_other", "ip"} <= declared(read("## 收集的信息\n\n我们会收集您的用户 ID、设备 ID、IP 信息。\n"))


def test_what_a_policy_says_its_personal_information_is_counts_also_among_definitions() -> None:
    text = "## 第一章 定义\n\n本隐私协议中可能涉及的个人信息包括：\n\n- 昵称、IMEI\n\n## 第二章\n\n敏感个人信息包括指纹、病历。\n"
    found = declared(read(text, media_type="text/markdown"))
    assert found == {"nickname", "imei"}


SDKS = "## 第三方SDK清单\n\n"


def test_a_row_that_was_split_belongs_to_the_name_above() -> None:
    table = (
        "| 序号 | SDK名称 | 收集信息 | 公司 |\n|--|--|--|--|\n| 1 | 青鸾推送SDK v3.2.1 | IMEI、 | 青鸾科技有限公司 |\n"
        "|  |  | OAID、IP地址 |  |\n| 2 | 白泽地图 | 设备信息、网络信息 | 白泽信息有限公司 |\n"
    )
    policy = read(SDKS + table, media_type="text/markdown")
    assert kinds(policy) == {
        "青鸾推送SDK v3.2.1": {"imei", "oaid", "ip"}, "白泽地图": {"device_info_other", "network_type"},
    }  # fmt: skip
    assert declared(policy) == set()


def test_numbered_sentences_with_packages_and_versions() -> None:
    text = (
        "1. 青鸾推送SDK（com.qingluan.push）v3.2.1，由青鸾科技有限公司提供，用于推送消息，收集IMEI、设备型号。\n"
        "2. 白泽地图SDK 5.0，由白泽信息有限公司提供，用于定位，收集经纬度。\n"
    )
    policy = read(SDKS + text, media_type="text/markdown")
    assert kinds(policy) == {"青鸾推送SDK": {"imei", "device_model"}, "白泽地图SDK": {"location_precise"}}


def test_a_heading_with_a_link_over_labels_and_their_lists() -> None:
    text = (
        "### [青鸾推送SDK](https://q.example)\n\n- 开发者：青鸾科技有限公司\n- 功能：推送\n- 收集的个人信息：\n"
        "  - 设备信息：IMEI、OAID\n  - 网络信息：IP地址、WiFi信息\n- 权限：存储权限\n\n"
        "### 白泽地图SDK\n\n- 开发者：白泽信息有限公司\n- 收集的个人信息：经纬度\n"
    )
    assert kinds(read(SDKS + text, media_type="text/markdown")) == {
        "青鸾推送SDK": {"imei", "oaid", "ip", "wifi_scan", "storage_files"}, "白泽地图SDK": {"location_precise"},
    }  # fmt: skip


def test_a_sentence_of_two_sdks_gives_each_its_own() -> None:
    text = "我们接入了青鸾推送SDK，该SDK会收集IMEI、OAID；我们接入了白泽地图SDK，该SDK会收集经纬度。\n"
    assert kinds(read(SDKS + text, media_type="text/markdown")) == {
        "青鸾推送SDK": {"imei", "oaid"}, "白泽地图SDK": {"location_precise"},
    }  # fmt: skip


def test_english_items_with_the_company_in_brackets() -> None:
    text = (
        "## Third-party services\n\n* **Bluebird Analytics** (Bluebird Inc.): collects your IP address and device model.\n"
        "* **Data types** (see above): we list them here.\n"
    )
    assert kinds(read(text, media_type="text/markdown")) == {"Bluebird Analytics": {"ip", "device_model"}}


def test_one_sdk_in_the_lists_of_two_platforms_is_one() -> None:
    text = "".join(
        f"#### {system}\n\n| SDK名称 | 公司 | 收集信息 |\n|--|--|--|\n| 青鸾推送SDK | 青鸾科技有限公司 | {kind} |\n\n"
        for system, kind in (("Android", "IMEI"), ("iOS", "IDFA"))
    )
    assert kinds(read(SDKS + text, media_type="text/markdown")) == {"青鸾推送SDK": {"imei", "ad_id"}}
