"""Words that imply a kind, denials that are none of collection, rights in substance, SDKs that are none. All our own."""

from __future__ import annotations

import pytest

from tests.policy.reading import declared, denied, md, named


@pytest.mark.parametrize(("text", "kind"), [
    ("The reader uses the Reddit OAuth flow.", "third_party_account"),
    ("开始骑行后，我们会记录您的骑行路线。", "track"),
    ("Tap Start to record your hikes.", "track"),
    ("A breadcrumb trail is kept on the phone.", "track"),
    ("the country in which you live", "region"),
    ("It checks which app is currently running.", "running_apps"),
    ("摇一摇可以换一张壁纸", "sensors"),
    ("The app reads the file you picked.", "storage_files"),
    ("the application log is attached", "service_log"),
    ("我们想知道您如何使用本应用", "service_log"),
    ("您创建的待办清单", "user_content"),
    ("a short description of the incident", "user_content"),
    ("any information included in your e-mail", "communications"),
    ("questions you send to the chatbot", "genai_input"),
    ("软硬件环境信息、错误码", "device_info_other"),
    ("我们可能会获得您在第三方平台上公开的昵称和头像", "third_party_account"),
    ("your connected Strava profile", "third_party_account"),
    ("read the content of the notifications posted on your phone", "notifications"),
    ("打开手机里的图书文件夹", "storage_files"),
    ("上报应用闪退", "crash_log"),
    ("articles you have opened", "browsing_log"),
    ("the queries you have made", "search_log"),
])  # fmt: skip
def test_words_that_imply_a_kind_name_it(text: str, kind: str) -> None:
    assert kind in named(text)


@pytest.mark.parametrize(("text", "kind"), [
    ("请下载微信登录SDK。", "third_party_account"),
    ("We track the progress of your order.", "track"),
    ("similar tracking technologies to track the activity", "track"),
    ("This policy explains how we handle data when you use our app.", "service_log"),
    ("Cookies are sent to your browser from the websites that you visit.", "browsing_log"),
    ("We use session ID cookies.", "device_id_other"),
    ("用于快速定位问题并修复", "location_unspecified"),
    ("other diagnostic data", "crash_log"),
    ("本应用免费下载应用更新", "installed_apps"),
    ("所在国家的法律", "region"),
    ("Approximate location data", "location_unspecified"),
])  # fmt: skip
def test_look_alikes_name_no_such_kind(text: str, kind: str) -> None:
    assert kind not in named(text)


@pytest.mark.parametrize("text", [
    "We collect no data. The code is in public repositories.",
    "我们会使用第三方平台提供的服务。",
    "The crash reporter keeps breadcrumbs.",
    "We send reports to you.",
    "The app shows problem messages.",
])  # fmt: skip
def test_words_of_programs_and_platforms_imply_nothing(text: str) -> None:
    assert declared(md(f"# Information we collect 我们收集的信息\n\n{text}")) == set()
    assert declared(md(text)) == set()


@pytest.mark.parametrize("text", [
    "The app does not read the contacts in other cases.",
    "We never use the microphone for any other purpose.",
    "The app does not collect your location if it has been closed.",
    "Seedling does not collect your location in the background.",
    "If the permission is denied, the app will not be able to read your calendar.",
    "在您未开启语音助手时，我们不会收集您的录音。",
    "若不授权，我们将无法读取您的通讯录。",
    "我们不会在其他场景读取您的短信。",
])  # fmt: skip
def test_a_denial_of_other_cases_is_none_of_collection(text: str) -> None:
    assert denied(md(f"# What we collect 我们收集的信息\n\n{text}")) == set()


def test_what_is_not_sent_is_denied_only_where_nothing_declares_it() -> None:
    said = "# 信息收集\n\n崩溃报告不包含您的通讯录和手机号。\n\n"
    assert denied(md(said)) == {"contacts", "phone"}
    assert denied(md(said + "注册时我们会收集您的手机号。\n")) == {"contacts"}


def test_what_is_only_stored_is_not_denied_by_a_promise_not_to_look_at_it() -> None:
    found = md("# 信息收集\n\n经您允许我们会收集您的日志文件，仅做存储，不会读取您的日志文件。\n")
    assert denied(found) == set()


@pytest.mark.parametrize(("text", "right"), [
    ("您可以在设置页导出全部记录。", "copy"),
    ("Users may export this data as a spreadsheet.", "copy"),
    ("When you export your notes, they leave the app.", "copy"),
    ("You may opt out of certain analytics features on your phone.", "withdraw"),
    ("The update check can be disabled in the settings.", "withdraw"),
    ("您可以随时在设置中关闭使用统计。", "withdraw"),
    ("用户体验改进计划可随时在设置中退出。", "withdraw"),
])  # fmt: skip
def test_what_is_offered_is_a_right_in_substance(text: str, right: str) -> None:
    assert md(f"# About\n\n{text}").rights[right].stated


@pytest.mark.parametrize(("text", "right"), [
    ("账号注销后，我们会删除您的个人信息。", "delete"),
    ("After your account is closed, we delete your personal data.", "delete"),
    ("We keep your data as long as your account is active or until you request its termination.", "deletion_of_account"),
    ("您可以下载的内容包括壁纸和铃声。", "copy"),
    ("服务结束后，该第三方将被禁止访问此前的所有资料。", "access"),
    ("我们不会将您的个人信息转移给任何公司，但法律另有规定的除外。", "transfer"),
    ("You can unsubscribe from or opt out of our newsletters.", "withdraw"),
    ("We do not control export controls.", "copy"),
    ("You can delete your account in the profile.", "delete"),
    ("Your data will be deleted 30 days after you close your account.", "delete"),
    ("You may opt out of personalized ads on your phone.", "withdraw"),
    ("未经授权不得访问用户数据。", "access"),
])  # fmt: skip
def test_what_only_follows_or_sounds_alike_is_no_right(text: str, right: str) -> None:
    assert not md(f"# 您的权利 Your rights\n\n{text}").rights[right].stated


def test_a_deletion_asked_for_with_the_closing_of_an_account_is_both() -> None:
    found = md("# 您的权利\n\n您可以申请注销账号，并要求我们在注销后删除您的个人信息。\n")
    assert found.rights["delete"].stated and found.rights["deletion_of_account"].stated


@pytest.mark.parametrize("text", [
    "Earlier versions used Flurry; it was removed.",
    "Install the Google Analytics opt-out add-on.",
    "Maps by OpenStreetMap contributors.",
    "我们计划在后续版本接入广告SDK（如穿山甲、优量汇等）。",
    "届时本政策会更新广告SDK的名称。",
    "We plan to use AdMob in future versions.",
    "友盟统计已移除。",
    "Google AdMob has been removed.",
    "The map uses public datasets including OpenStreetMap.",
    "Home Privacy Terms Support Third-Party SDK Licenses",
    "您提交的问题将发送至第三方服务商（DeepSeek）。",
])  # fmt: skip
def test_what_is_planned_removed_a_source_or_a_recipient_is_no_sdk(text: str) -> None:
    assert md(f"# 第三方SDK Third-party SDKs\n\n{text}\n").sdks == ()


def test_the_app_in_quotes_is_no_sdk_of_its_own() -> None:
    text = "“青禾笔记”由某某公司开发和运营。SDK由合作方提供。"
    text += "使用“青禾笔记”前请阅读。使用“青禾笔记”时请遵守规定。关于“青禾笔记”的更多说明见官网。"
    assert md(f"# 第三方SDK\n\n{text}\n").sdks == ()


@pytest.mark.parametrize(("text", "name"), [
    ("本应用集成了 RevenueKit，用于订阅。", "RevenueKit"),
    ("We use Firebase Authentication and Firestore to keep your data.", "Firestore"),
    ("We use Firebase Authentication and Firestore to keep your data.", "Firebase Authentication"),
])  # fmt: skip
def test_a_part_that_is_taken_in_by_name_is_one(text: str, name: str) -> None:
    assert name in {s.name for s in md(f"# 第三方服务 Third-party services\n\n{text}\n").sdks}


def test_a_record_that_looks_like_those_of_sdks_is_one() -> None:
    lines = "{}\n\n提供方名称：某某科技有限公司\n\n个人信息类型：{}\n\n使用目的：推送\n\n"
    rows = [("甲乙推送SDK", "MAC地址"), ("丙丁SDK", "OAID"), ("万象钥匙", "设备信息")]
    found = md("# 目录\n\n" + "".join(lines.format(*row) for row in rows))
    assert [s.name for s in found.sdks] == ["甲乙推送SDK", "丙丁SDK", "万象钥匙"]


def test_a_note_below_a_name_is_no_part_of_it() -> None:
    found = md("# SDK\n\n| SDK名称 | 收集信息 |\n|---|---|\n| 甲乙统计SDK<br>(v3版本移除) | MAC地址 |\n")
    assert [s.kinds for s in found.sdks] == [("mac",)]


@pytest.mark.parametrize(("said", "kinds"), [
    ("设备标识信息及硬件序列号（IMEI、IMSI）", {"imei", "imsi", "device_serial"}),
    ("唯一设备识别码（OAID、Android ID）", {"oaid", "android_id"}),
    ("应用信息（包名）、系统时间", {"app_info", "device_info_other"}),
    ("手机账户列表、应用使用记录", {"account", "service_log"}),
    ("设备网络运营商名称", {"carrier"}),
    ("SIM卡国家代码", {"region"}),
])  # fmt: skip
def test_a_cell_names_what_its_brackets_spell_out(said: str, kinds: set[str]) -> None:
    found = md(f"# SDK\n\n| SDK名称 | 收集的个人信息 |\n|---|---|\n| 甲乙SDK | {said} |\n")
    assert set(found.sdks[0].kinds) == kinds


@pytest.mark.parametrize(("text", "wanted"), [
    ("## Firebase Analytics\n\n- Device model\n- App version\n\n## AdMob\n\n- Advertising ID\n",
     {"Firebase Analytics": {"device_model", "app_info"}, "AdMob": {"ad_id"}}),
    ("We use these services:\n\n- AdMob\n- Sentry\n\nThese services may collect your IP address and device model.\n",
     {"AdMob": {"ip", "device_model"}, "Sentry": {"ip", "device_model"}}),
    ("Our partners (AdMob, Unity Ads) may collect your IP address.\n", {"AdMob": {"ip"}, "Unity Ads": {"ip"}}),
    ("We use Sentry for crash reports. After a crash, Sentry receives:\n\n* device model\n* OS version\n",
     {"Sentry": {"device_model", "os_version"}}),
    ("Usage data (device model, country) is sent to Firebase Analytics.\n", {"Firebase Analytics": {"device_model", "region"}}),
    ("1.1 甲乙推送SDK：由甲乙科技有限公司提供，用于推送。\n需收集的个人信息类型：IMEI、应用列表。\n",
     {"甲乙推送SDK": {"imei", "installed_apps"}}),
    ("丙丁SDK：由丙丁公司提供。\n\n使用目的：统计\n\n个人信息类型：OAID\n", {"丙丁SDK": {"oaid"}}),
])  # fmt: skip
def test_what_stands_behind_or_below_a_name_is_what_it_takes(text: str, wanted: dict[str, set[str]]) -> None:
    found = md(f"# Third-party services 第三方SDK\n\n{text}")
    said = {s.name: set(s.kinds) - {"crash_log", "service_log"} for s in found.sdks}
    assert said == wanted


def test_a_login_by_another_platform_is_its_account_with_what_is_shown_there() -> None:
    assert {"third_party_account", "nickname", "avatar"} <= named("登录时我们会获得您的微信昵称、头像")


def test_access_to_the_net_is_no_kind_of_network() -> None:
    assert named("本应用需要网络访问权限，internet access") == set()


@pytest.mark.parametrize(("text", "kinds"), [
    ("Storage: to save files", {"storage_files"}),
    ("Location (precise): to show the map", {"location_precise"}),
    ("该权限用于检测正在运行的应用程序。", {"running_apps"}),
])  # fmt: skip
def test_what_a_permission_is_for_is_taken_by_it(text: str, kinds: set[str]) -> None:
    assert kinds <= declared(md(f"# Permissions 权限说明\n\n- {text}\n"))


def test_what_parts_the_kinds_of_a_record_begins_no_new_one() -> None:
    found = md(
        "1. 甲乙SDK\n\n使用目的：广告\n\n获取信息：\n\n·静默状态：\n\n设备信息：\n\n1. 设备型号、IMEI\n\n"
        "应用信息：\n\n包名\n\n隐私政策：https://a.example\n\n2. 丙丁SDK\n\n使用目的：统计\n\n获取信息：MAC地址\n"
    )
    assert {s.name: set(s.kinds) for s in found.sdks} == {"甲乙SDK": {"device_model", "imei", "app_info"}, "丙丁SDK": {"mac"}}


def test_what_the_app_takes_by_an_sdk_is_of_both_in_a_listing_too() -> None:
    found = md(
        "We use Firebase Analytics to collect certain information. This includes:\n\n"
        "Device Information: We collect the operating system version.\n\n"
        "Other Information: We may collect the country where you are located.\n"
    )
    assert [set(s.kinds) for s in found.sdks] == [{"os_version", "region"}]
    assert {"os_version", "region"} <= declared(found)


def test_the_apps_own_name_names_no_kind() -> None:
    found = md("# Privacy Policy for Contacts Location Widget\n\nIn Contacts Location Widget we collect your gender.\n")
    assert declared(found) == {"gender"}


def test_an_item_of_a_list_of_sdks_begins_with_its_name() -> None:
    listed = "我们使用的第三方SDK如下：\n\n* 青鸾推送：推送消息，OAID\n* 毕方统计：统计分析，MAC地址\n\n"
    found = md(f"# 信息共享\n\n{listed}我们会收集您的昵称。\n")
    assert {s.name: set(s.kinds) for s in found.sdks} == {"青鸾推送": {"oaid"}, "毕方统计": {"mac"}}
    assert declared(found) == {"nickname"}


@pytest.mark.parametrize("head", ["", "# 我们收集的信息 Information we collect\n\n"])
@pytest.mark.parametrize(("text", "kind"), [
    ("Neither your messages nor your call history are collected.", "call_log"),
    ("Unlike other apps we collect no browsing history.", "browsing_log"),
    ("The camera is not used.", "camera"),
    ("Your location isn't tracked.", "location_unspecified"),
    ("Location data is neither stored nor shared.", "location_unspecified"),
    ("There is no tracking of your location.", "location_unspecified"),
    ("The app is free of cookies.", "cookie"),
    ("We avoid collecting your location.", "location_unspecified"),
    ("At no time do we collect your contacts.", "contacts"),
    ("Under no circumstances will we record your voice.", "microphone"),
    ("We are unable to see your photos.", "photos"),
    ("We do not want your phone number.", "phone"),
    ("Contacts: not collected", "contacts"),
    ("相机、麦克风、通讯录：均不使用", "contacts"),
    ("我们没有能力获取您的短信。", "sms"),
    ("我们绝不会偷看您的相册。", "photos"),
    ("没有账号系统。", "account"),
])  # fmt: skip
def test_a_denial_in_other_words_declares_nothing(text: str, kind: str, head: str) -> None:
    found = md(head + text)
    assert kind in denied(found)
    assert kind not in declared(found)


@pytest.mark.parametrize("text", [
    "The app is free of charge and we collect your phone number.",
    "We use no more than your phone number, which we collect when you register.",
    "You cannot register without a phone number, and we collect your phone number.",
    "We do not only collect your phone number but also your email.",
    "If you do not want us to have it, leave it out; otherwise we collect your phone number.",
])  # fmt: skip
def test_words_that_only_sound_like_a_denial_deny_nothing(text: str) -> None:
    found = md(f"# Information we collect\n\n{text}")
    assert denied(found) == set()
    assert "phone" in declared(found)
