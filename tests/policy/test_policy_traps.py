"""What breaks simple readers of policies. Every text is our own."""

from __future__ import annotations

from datetime import date

import pytest

from harness.policy import read
from tests.policy.reading import declared, denied, md

# -- denial -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("text", "wanted"), [
    ("我们不会收集您的通讯录和通话记录。", {"contacts", "call_log"}),
    ("云笺不会读取您的短信、日历，也不会获取您的精确位置。", {"sms", "calendar", "location_precise"}),
    ("我們不會收集您的通訊錄。", {"contacts"}),
    ("We will not collect your contacts or your call logs.", {"contacts", "call_log"}),
    ("This app does not collect or store your email address, phone number, or precise location.",
     {"email", "phone", "location_precise"}),
    ("您的人脸信息不会被收集。", {"face"}),
    ("Your fingerprint is never stored.", {"biometric_other"}),
    ("我们不会收集以下信息：\n- 通讯录\n- 短信\n", {"contacts", "sms"}),
    ("我们不会收集您的任何个人信息（包括但不限于姓名、性别、手机号）。", {"name", "gender", "phone"}),
])  # fmt: skip
def test_a_denial_in_the_words_of_collection_declares_nothing(text: str, wanted: set[str]) -> None:
    found = md(f"# 我们如何收集和使用信息\n\n{text}")
    assert denied(found) == wanted
    assert declared(found) == set()


def test_a_kind_that_is_denied_and_declared_is_there_twice() -> None:
    found = md("# 一、我们收集的信息\n我们不会收集您的短信。\n为自动填写验证码，我们会收集您的短信、手机号。")
    assert [(k.kind, k.denied) for k in found.kinds if k.kind == "sms"] == [("sms", True), ("sms", False)]
    assert found.declares("sms") is not None and found.denies("sms") is not None


@pytest.mark.parametrize("text", [
    "未经您的同意，我们不会收集您的通讯录。",
    "如果您拒绝授权，我们将不会收集您的位置信息。",
    "We never collect your contacts without your permission.",
    "我们不会向第三方共享您的手机号。",
    "We do not sell or share your email address.",
])  # fmt: skip
def test_a_condition_or_a_promise_not_to_share_is_no_denial_of_collection(text: str) -> None:
    assert denied(md(f"# 我们收集的信息\n{text}")) == set()


def test_a_denial_ends_where_the_sentence_turns() -> None:
    found = md("# Information we collect\nWe do not collect your contacts, but we collect your email address.")
    assert (denied(found), declared(found)) == ({"contacts"}, {"email"})


# -- words that are only defined, and words of others -----------------------------------------------------------------------


@pytest.mark.parametrize("text", [
    "## 一、定义\n个人敏感信息：是指一旦泄露可能危害人身的信息，个人敏感信息包括身份证件号码、银行账户、行踪轨迹。",
    "## 附录 名词解释\n个人敏感信息包括身份证件号码、银行账户、行踪轨迹。",
    "个人敏感信息包括身份证件号码、银行账户、行踪轨迹。",
    "## Definitions\nPersonal Data means any information that relates to you, such as name, passport number or health data.",
])  # fmt: skip
def test_words_that_are_only_defined_do_not_count(text: str) -> None:
    found = md(f"# 隐私政策\n{text}\n\n## 二、我们收集的信息\n我们会收集您的手机号。")
    assert declared(found) == {"phone"}


def test_what_an_sdk_collects_is_not_the_apps() -> None:
    found = md(
        "# 一、我们收集的信息\n我们会收集您的手机号。\n# 二、第三方SDK\n青鸾推送SDK\n使用目的：推"
        "送\n收集信息：IMEI、MAC地址\n公司：青鸾有限公司\n"
    )
    assert declared(found) == {"phone"}
    assert set(found.sdks[0].kinds) == {"imei", "mac"}


def test_what_third_parties_collect_is_not_the_apps() -> None:
    found = md("# 我们收集的信息\n我们会收集您的邮箱。第三方合作伙伴可能会收集您的通讯录。")
    assert declared(found) == {"email"}


def test_what_is_asked_for_where_the_user_chooses_is_declared() -> None:
    found = md("# 我们收集的信息\n您可以选择填写您的性别、生日。\nIf you choose, we collect your occupation.")
    assert {"gender", "birthday", "occupation_education"} <= declared(found)
    assert all(k.optional for k in found.kinds)


def test_a_captcha_by_text_message_is_no_reading_of_messages() -> None:
    assert declared(md("# 我们收集的信息\n我们会收集您的手机号，用于发送短信验证码。")) == {"phone"}


# -- spellings --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("said", "kind"), [
    ("IMEI", "imei"), ("国际移动设备识别码", "imei"), ("ＩＭＥＩ", "imei"),
    ("AndroidID", "android_id"), ("Android_ID", "android_id"),
    ("安卓ID", "android_id"), ("IDFA", "ad_id"), ("广告标识符", "ad_id"), ("唯一设备标识码", "device_id_other"),
    ("设备识别码", "device_id_other"), ("WLAN 接入点", "ssid_bssid"), ("Wi-Fi 列表", "wifi_scan"), ("剪切板", "clipboard"),
    ("已安装应用列表", "installed_apps"), ("手机 型号", "device_model"), ("**MAC地址**", "mac"), ("電子郵箱", "email"),
    ("裝置", None),
])  # fmt: skip
def test_one_kind_has_many_spellings(said: str, kind: str | None) -> None:
    assert declared(md(f"# 我们收集的信息\n我们会收集您的{said}。")) == ({kind} if kind else set())


def test_a_general_word_that_brackets_spell_out_is_what_they_name() -> None:
    assert declared(md("# 我们收集的信息\n我们会收集您的设备信息（IMEI、OAID）。")) == {"imei", "oaid"}
    assert declared(md("# 我们收集的信息\n我们会收集您的设备信息。")) == {"device_info_other"}


def test_several_languages_in_one_file() -> None:
    found = md("# 我们收集的信息\n我们会收集您的手机号。\n\n# Information we collect\nWe colle"
               "ct your email address and device model "
               "so that you can log in again without trouble.")  # fmt: skip
    assert declared(found) == {"phone", "email", "device_model"}
    assert found.languages == ("zh", "en")
    assert read("我們會收集您的電子郵箱與手機號碼，關於權限請見設定。").languages == ("zh-hant",)


# -- dates, terms, rights ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("text", "updated", "effective"), [
    ("更新日期：2024年3月5日\n生效日期：2024年3月12日", date(2024, 3, 5), date(2024, 3, 12)),
    ("本政策更新日期为2021年12月1日，将于2021年12月16日正式生效。", date(2021, 12, 1), date(2021, 12, 16)),
    ("修订与生效日期：二〇二四年三月十五日", date(2024, 3, 15), date(2024, 3, 15)),
    ("更新日期：【2021】年【11】月【1】日", date(2021, 11, 1), None),
    ("最近更新：2024-03-05 生效时间：2024.04.01", date(2024, 3, 5), date(2024, 4, 1)),
    ("发布于：2021 年 2 月 24 日\n更新于：2025 年 2 月 06 日", date(2025, 2, 6), None),
    ("Last updated: March 5, 2024. Effective as of 1st April 2024", date(2024, 3, 5), date(2024, 4, 1)),
    ("Effective Date: 05/03/2024", None, date(2024, 5, 3)),
    ("本应用成立于2019年1月1日。", None, None),
])  # fmt: skip
def test_dates_in_many_forms(text: str, updated: date | None, effective: date | None) -> None:
    found = md(text)
    assert (found.update_date, found.effective_date) == (updated, effective)


@pytest.mark.parametrize(("text", "number", "working"), [
    ("我们将在十五个工作日内答复您的请求。", 15, True),
    ("我们会在收到您的反馈后三十天内回复。", 30, False),
    ("一般情况下，我们将在15天内处理您的投诉。", 15, False),
    ("We will respond to your request within one month.", 30, False),
    ("We answer requests within 15 business days.", 15, True),
    ("We will get back to your inquiry within thirty (30) days.", 30, False),
    ("我們將在15個工作日內答覆您的請求。", 15, True),
])  # fmt: skip
def test_the_term_for_answers(text: str, number: int, working: bool) -> None:
    days = md(f"# 联系我们\n{text}").reply_days
    assert days is not None
    assert (days.number, days.working, days.passage.text) == (number, working, text)


@pytest.mark.parametrize("text", ["日志保存30天。", "我们会提前30天通知您服务停止。", "七天无理由退货。"])
def test_other_terms_are_none_for_answers(text: str) -> None:
    assert md(f"# 联系我们\n{text}").reply_days is None


def test_rights_with_their_ways_and_under_one_another() -> None:
    found = md(
        "# 您的权利\n您可以访问、复制、更正、删除您的个人信息。\n您可以在“我的-设置-注销账号”中注销账号。\n"
        "您有权撤回同意，路径为：设置 > 隐私 > 撤回同意。\n您可以请求将个人信息转移至您指定的个人信息"
        "处理者。\n您有权限制或拒绝我们处理您的个人信息。\n"
    ).rights
    assert all(right.stated for right in found.values())
    assert found["deletion_of_account"].path == "在“我的-设置-注销账号”中注销账号"
    assert found["access"].path == ""


def test_a_list_of_what_is_done_with_information_is_no_right() -> None:
    found = md("# 总则\n处理包括个人信息的收集、存储、使用、加工、传输、提供、公开、删除等，我们会保护您的权利。").rights
    assert not found["delete"].stated


def test_a_transfer_abroad_is_no_right() -> None:
    assert not md("# 您的权利\n未经您同意我们不会将您的个人信息转移至境外第三方。").rights["transfer"].stated


def test_topics_channels_and_parties() -> None:
    found = md(
        "# 云笺隐私政策\n云笺由星河（杭州）科技有限公司（以下简称“我们”）运营。"
        "\n# 存储\n我们在中国境内保存您的信息，保存期限为180天。\n"
        "# 未成年人\n未满14周岁的儿童须由监护人同意。\n# 个性化推荐\n您可以在设置中关闭个性化推荐。"
        "\n# 联系我们\n邮箱：privacy@yunjian.example\n电话：0571-88886666\n"
    )
    assert "云笺" in found.parties_named and any("星河（杭州）科技有限公司" in p for p in found.parties_named)
    assert found.retention.stated and found.minors.stated and found.personalisation_optout.stated and found.cross_border.stated
    assert {(c.kind, c.value) for c in found.channels} >= {("email", "privacy@yunjian.example"), ("phone", "0571-88886666")}


# -- questions that rules ask ------------------------------------------------------------------------------------------------


def test_a_wider_word_covers_the_narrower_thing_and_not_the_other_way_round() -> None:
    wide = md("# 我们收集的信息\n我们会收集您的位置信息、设备标识信息。")
    assert wide.declares("location_coarse") and wide.declares("imei") and wide.declares("oaid")
    assert wide.declares("device_model") is None
    narrow = md("# 我们收集的信息\n我们会收集您的粗略位置、IMEI。")
    assert narrow.declares("location_precise") is None and narrow.declares("android_id") is None


def test_an_sdk_is_found_by_name_alias_package_host_and_company() -> None:
    found = md("# 第三方SDK\n| SDK名称 | 公司 | 收集的信息 |\n|---|---|---|\n| 极光推送 | 深圳"
               "市和讯华谷信息技术有限公司 | IMEI |\n"
               "| 晨星SDK com.chenxing.sdk | 晨星科技（北京）有限公司 | 无 |\n")  # fmt: skip
    for asked in ({"name": "JPush"}, {"packages": ["cn.jpush.android"]}, {"hosts": ["sdk.jpush.cn"]}):
        sdk = found.sdk_named(**asked)
        assert sdk is not None and sdk.name == "极光推送", asked
    for asked in ({"name": "晨星"}, {"packages": ["com.chenxing.sdk.core"]}, {"company": "晨星科技"}):
        sdk = found.sdk_named(**asked)
        assert sdk is not None and sdk.known == "", asked
    assert found.sdk_named(name="友盟") is None
    assert found.sdk_declares(found.sdks[0], "imei") is not None
    assert found.sdk_declares(found.sdks[1], "imei") is None


@pytest.mark.parametrize(("text", "kind"), [
    ("Precise location: we do not collect it.", "location_precise"),
    ("Your passwords are not visible to us.", "password"),
    ("Contacts are never uploaded or collected.", "contacts"),
    ("在此过程中我们不作任何人脸信息的收集。", "face"),
])  # fmt: skip
def test_a_denial_may_stand_behind_what_it_denies_or_around_it(text: str, kind: str) -> None:
    policy = md(f"# Information we collect\n\n{text}\n")
    assert kind in denied(policy) and kind not in declared(policy)


@pytest.mark.parametrize("text", [
    "# Permissions\n\nFace ID / Touch ID: authenticate App Lock.",
    "# Information we collect\n\nYou can unlock the app with your fingerprint.",
    "# 我们收集的信息\n\n您可以使用指纹解锁。",
])  # fmt: skip
def test_a_face_or_a_finger_that_unlocks_is_read_by_the_system(text: str) -> None:
    assert not declared(md(text)) & {"face", "biometric_other"}


def test_a_face_that_is_collected_to_verify_who_it_is_is_declared() -> None:
    assert "face" in declared(md("# Information we collect\n\nWe collect your face image to verify who you are.\n"))
