"""What new policies showed: one test for each class of what was misread. Every text is our own."""

from __future__ import annotations

import pytest

from harness.policy import read
from tests.policy.reading import declared, denied, md


def collected(text: str) -> set[str]:
    return declared(md(f"# 我们收集的信息\n\n{text}"))


def test_a_file_of_several_pages_is_read_to_its_end() -> None:
    page = "<!DOCTYPE html><html><head><title>a</title></head><body><h2>{}</h2><p>{}</p></body></html>\n"
    found = read(
        page.format("我们收集的信息", "我们会收集您的昵称。") + page.format("Information we collect", "We collect your gender."),
        media_type="text/html",
    )
    assert declared(found) == {"nickname", "gender"}


def test_members_of_a_list_are_no_headings_by_their_words() -> None:
    items = "<li>我们不会故意收集13岁以下儿童的个人信息</li><li>家长可以联系我们</li>"
    found = read(f"<h2>儿童</h2><ul>{items}</ul>", media_type="text/html")
    assert denied(found) == {"minor"}


def test_a_list_of_what_the_app_takes_under_a_heading_with_sdk_in_it_is_the_apps() -> None:
    found = md(
        "# 三、第三方SDK与信息收集\n\n1.2 **收集范围**：我们可能收集的个人信息包括但不限于：\n\n"
        "* 设备信息：手机型号、IP地址\n* 其他：手机号\n"
    )
    assert declared(found) == {"device_model", "ip", "phone"}
    assert found.sdks == ()


@pytest.mark.parametrize("text", [
    "The data we collect can include SDK/API code version and browser type.",
    "为实现特定功能，我们的应用中集成了以下第三方SDK，这些SDK可能会收集信息。",
    "软件会对SDK进行严格的安全检测。",
    "我们可能使用第三方的软件工具包（简称“SDK”）。",
    "该SDK由系统调用。",
    "Please read the terms of any third-party SDK; see our Third-Party SDK Directory.",
    "引入第三方服务（如分析、崩溃上报等SDK）。",
])  # fmt: skip
def test_a_sentence_with_the_word_sdk_names_none(text: str) -> None:
    assert md(f"# 第三方服务\n\n{text}\n").sdks == ()


def test_bare_names_under_a_sentence_that_announces_sdks() -> None:
    found = md("# 收集的信息\n\n我们接入的第三方SDK：\n\n- Qing-Login\n- 毕方消息\n- Baize_Log\n\n我们会收集您的昵称。\n")
    assert [s.name for s in found.sdks] == ["Qing-Login", "毕方消息", "Baize_Log"]
    assert declared(found) == {"nickname"}


def test_what_stands_under_an_sdks_heading_is_the_sdks() -> None:
    found = md(
        "## Firebase Crashlytics\n\nWe use Firebase Crashlytics to fix crashes.\n\n- Device model\n- OS version\n\n"
        "## Other\n\nWe collect your email.\n"
    )
    assert {"device_model", "os_version"} <= set(found.sdks[0].kinds)
    assert declared(found) == {"email"}


@pytest.mark.parametrize("text", [
    "请避免上传身份证件、银行卡或完整人脸。",
    "请勿在评论中填写手机号、住址。",
    "请妥善保管您的账号及密码。",
    "Please do not send us your bank card or passport.",
    "我们如何处理未成年人的个人信息",
    "这些技术包括IP地址定位、GPS定位，不适用于本政策。",
    "我们使用SSL保护您的密码，不承担任何责任。",
])  # fmt: skip
def test_warnings_and_disclaimers_declare_nothing(text: str) -> None:
    assert collected(text) == set()


@pytest.mark.parametrize("text", [
    "联系邮箱：someone@mail.example",
    "如有疑问，请拨打客服电话与我们联系。",
    "For questions, contact us by email at help@mail.example.",
])  # fmt: skip
def test_the_line_of_the_companys_address_declares_nothing(text: str) -> None:
    found = md(f"# 隐私政策\n\n{text}")
    assert found.kinds == ()


def test_where_things_are_kept_is_no_kind() -> None:
    assert collected("您的昵称仅本地存储，不会上传。") == {"nickname"}
    assert collected("我们会通过安全的方式存储您的信息，包括本地存储、数据库和服务器日志。") == set()


def test_how_a_place_is_found_is_no_further_kind() -> None:
    assert collected("我们会通过GPS、基站或Wi-Fi等方式获取您的位置信息。") == {"location_unspecified"}


@pytest.mark.parametrize(("text", "wanted"), [
    ("我们不会主动收集你的姓名、手机号。", {"name", "phone"}),
    ("本应用不申请位置、相册、麦克风等与功能无关的权限。", {"location_unspecified", "photos", "microphone"}),
    ("除上述权限外，本应用不申请通讯录、相机。", {"contacts", "camera"}),
    ("我们不设置账号系统，不收集您的姓名。", {"account", "name"}),
    ("不保存轨迹，系统定位能力会按设备系统处理。", {"track"}),
    ("App 不读取通讯录和短信内容。", {"contacts", "sms"}),
    ("我们不会搜集您的地址。", {"address"}),
    ("We do not knowingly collect information from children under 13.", {"minor"}),
])  # fmt: skip
def test_denials_reach_what_they_name_and_no_further(text: str, wanted: set[str]) -> None:
    found = md(f"# 说明\n\n{text}")
    assert denied(found) == wanted
    assert declared(found) == set()


def test_a_list_under_what_is_not_collected() -> None:
    found = md(
        "## 不收集的信息\n\n我们声明不会收集以下信息：\n\n- 您的真实姓名\n- 您设备上的其他应用信息\n"
        "- 任何无关的个人隐私信息\n"
    )
    assert denied(found) == {"name", "installed_apps"}
    assert declared(found) == set()


@pytest.mark.parametrize(("text", "wanted"), [
    ("我们会处理必要的账号、设备、网络、版本和诊断信息。", {"account", "device_info_other", "network_type", "app_info"}),
    ("日志信息，指您使用时系统可能通过cookies收集的信息，包括您的浏览信息。", {"cookie", "browsing_log"}),
])  # fmt: skip
def test_terse_and_defining_sentences_that_collect(text: str, wanted: set[str]) -> None:
    assert wanted <= collected(text)


@pytest.mark.parametrize(("text", "kind"), [
    ("recipient name", "name"), ("nickname", "nickname"), ("gender", "gender"), ("users you follow", "friends"),
    ("clickstream data", "service_log"), ("physical activity", "health"), ("text messages you send", "communications"),
    ("network card (MAC) address", "mac"), ("equipment model", "device_model"), ("app instance identifier", "install_id"),
    ("screen density", "device_info_other"), ("purchase history", "order"), ("blood pressure", "health"),
])  # fmt: skip
def test_english_words_for_kinds(text: str, kind: str) -> None:
    assert kind in declared(md(f"# Information we collect\n\nWe collect your {text}, and more.\n"))


def test_english_lists_after_a_verb_and_before_a_break_of_the_line() -> None:
    found = md("# Information we collect\n\nWe may require you to provide us with data, such as your name, address, pictures.\n")
    assert declared(found) == {"name", "address", "photos"}
    found = md("# Information we collect\n\nThe Service Provider may receive the type of mobile device you use.\n")
    assert declared(found) == {"device_model"}


def test_what_information_is_used_for_declares_nothing() -> None:
    found = md("# How we use your information\n\n- Respond to your comments\n- Fix crashes\n- Verify your phone number\n")
    assert declared(found) == set()


def test_rights_that_are_headings_and_rights_in_lists() -> None:
    found = md(
        "# 您的权利\n\n## 更正权\n\n- 改您的资料\n\n## 撤回同意权\n\n- 关闭分析选项\n\n"
        "## 其他\n\n- 删除数据：卸载应用即可\n"
    )
    assert {r for r, v in found.rights.items() if v.stated} >= {"correct", "withdraw", "delete"}
    found = md("# Your Privacy Rights\n\nThese may include:\n\n- The right to access\n- The right to restrict processing\n")
    assert found.rights["restrict"].stated


def test_a_merger_is_no_right_to_move_ones_data() -> None:
    found = md("# 您的权利\n\n在合并、收购时，如涉及个人信息的转移，我们会告知您。\n")
    assert not found.rights["transfer"].stated


def named(text: str, heading: str = "第三方服务") -> list[str]:
    return [s.name for s in md(f"# {heading}\n\n{text}\n").sdks]


@pytest.mark.parametrize("text", [
    "我们使用程序化广告SDK、即时消息推送SDK和境外SDK。",
    "本应用未集成极光推送、友盟统计或任何行为追踪 SDK。",
    "The app does not include Firebase Analytics or any tracking SDK.",
    "We use no analytics such as Firebase Analytics.",
    "| 第三方服务 | 用途 | 数据 |\n|---|---|---|\n| 第三方AI绘图服务 | 绘图 | 照片 |\n| 应用商店（Google Play） | 计费 | 订单 |",
    "We share data only:\n\n- **With your consent**: When you ask us\n- **Service providers**: Those who help us",
])  # fmt: skip
def test_kinds_of_services_stores_and_what_is_absent_are_no_sdks(text: str) -> None:
    assert named(text) == []


def test_ways_to_pay_that_the_user_chooses_are_no_sdks() -> None:
    assert named("您可以选择支付机构（包括微信支付等支付通道）付款。", "我们收集的信息") == []


@pytest.mark.parametrize(("text", "names"), [
    ("有关友盟SDK的条款，请参阅友盟SDK的说明。", ["友盟SDK"]),
    ("我们会使用信息流广告SDK（穿山甲、青鸾）推荐内容。", ["穿山甲", "青鸾"]),
    ("Data is passed to third-party services, including:\n\n- Firebase for sign-in\n- AdMob (ads)", ["Firebase", "AdMob"]),
])  # fmt: skip
def test_names_behind_references_in_brackets_and_before_what_for(text: str, names: list[str]) -> None:
    assert named(text) == names


@pytest.mark.parametrize(("text", "name"), [
    ("通过友盟统计上报崩溃。", "友盟统计"),
    ("Crash reports are sent with Sentry.", "Sentry"),
])  # fmt: skip
def test_a_known_sdk_by_which_something_is_done_is_named_outside_of_the_part_on_sdks(text: str, name: str) -> None:
    assert named(text, "隐私政策") == [name]


def test_what_the_app_takes_by_an_sdk_is_said_of_both() -> None:
    found = md("# 我们收集的信息\n\n本应用会通过内嵌的友盟SDK收集您的设备型号。\n")
    assert found.sdks[0].kinds == ("device_model",)
    assert declared(found) == {"device_model"}


@pytest.mark.parametrize("text", [
    "我们通过 Firebase Analytics 统计，并限制 IP 地址采集。",
    "阿里云 OSS：保存文件。",
])  # fmt: skip
def test_what_is_switched_off_for_an_sdk_or_stands_in_its_name_is_none_of_its_kinds(text: str) -> None:
    assert all(not {"ip", "os_version"} & set(s.kinds) for s in md(f"# 第三方SDK\n\n{text}\n").sdks)


@pytest.mark.parametrize(("heading", "text", "right"), [
    ("权限说明", "您可以随时在系统设置中关闭相机权限。", "withdraw"),
    ("Permissions", "You can revoke the permission at any time in the system settings.", "withdraw"),
    ("数据存储", "卸载应用后，所有数据将被清除。", "delete"),
    ("Data storage", "Uninstalling the app removes all data stored on your device.", "delete"),
    ("Privacy Policy", "To have your data removed, contact the developer.", "delete"),
    ("隐私说明", "如需删除数据，请发送邮件给开发者。", "delete"),
    ("您的权利", "- 查看 / 修改单条记录：在应用内操作。", "access"),
])  # fmt: skip
def test_rights_that_short_policies_give_without_the_word(heading: str, text: str, right: str) -> None:
    assert md(f"# {heading}\n\n{text}\n").rights[right].stated


@pytest.mark.parametrize(("text", "right"), [
    ("我们将安全地存储您的个人信息并限制对其的任何进一步的处理。", "restrict"),
    ("用户上传的文章有可能会被他人复制、转载。", "copy"),
    ("如需删除自己的访问数据，请联系我们。", "access"),
    ("You can disable location access in the settings.", "access"),
    ("## 注销账号\n\n本应用无需注册账号即可使用。", "deletion_of_account"),
])  # fmt: skip
def test_words_of_a_right_that_state_none(text: str, right: str) -> None:
    assert not md(f"# 您的权利\n\n{text}\n").rights[right].stated


@pytest.mark.parametrize("text", [
    "我们仅会读取剪切板内容，不会存储您的剪切板内容。",
    "您享有以下权利（无需注册）：\n\n- 您可以撤销已授予的相机权限",
    "We do not have control over these cookies.",
    "We do not link your email to other records.",
    "We do not require your name to be your real name.",
])  # fmt: skip
def test_denials_of_keeping_linking_or_form_are_none_of_collection(text: str) -> None:
    assert denied(md(f"# 隐私政策\n\n{text}\n")) == set()


def test_the_information_of_users_of_any_age_is_that_of_children_too() -> None:
    found = md("# 儿童\n\n我们不主动收集任何年龄用户的个人信息。\n")
    assert denied(found) == {"minor"}
    assert denied(md("# Children\n\nWe do not collect data from anyone who we know to be under the age of 18.\n")) == {"minor"}


@pytest.mark.parametrize("text", ["为营造公平、健康及安全的环境，我们会改进服务。", "All settings are saved on your phone."])
def test_words_of_kinds_that_name_none(text: str) -> None:
    assert not {"health", "phone"} & collected(text)


def test_a_permission_as_android_writes_it_needs_no_verb() -> None:
    assert "storage_files" in declared(md("# Privacy Policy\n\nREAD_EXTERNAL_STORAGE: to open your files.\n"))


@pytest.mark.parametrize("text", [
    "我们只会在实现目的所必需的时间内存储信息。",
    "记录会保留直至您删除。",
    "Logs are deleted after 30 days.",
    "Your data is retained until you close the account.",
])  # fmt: skip
def test_terms_of_keeping(text: str) -> None:
    assert md(f"# 存储\n\n{text}\n").retention.stated
