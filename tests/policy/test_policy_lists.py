"""Lists of SDKs and services in shapes of their own: names in brackets, companies alone, services with links, records that end
alike. Every text is our own."""

from __future__ import annotations

from harness.policy import read
from tests.policy.reading import kinds, md


def test_the_names_in_brackets_behind_a_kind_of_sdks_share_what_is_said_below() -> None:
    text = (
        "## 第三方SDK说明\n\n（1）消息推送SDK（华为、小米、OPPO）\n为了推送消息，我们会使用推送SDK，获取您的IMEI、设备型号。\n"
        "（2）友盟SDK\n为了统计，该SDK会收集您的MAC地址。\n（3）高德地图SDK\n该SDK会收集您的经纬度。\n"
    )
    shared = {"imei", "device_model"}
    assert kinds(md(text)) == {
        "华为": shared, "小米": shared, "OPPO": shared, "友盟SDK": {"mac"}, "高德地图SDK": {"location_precise"},
    }  # fmt: skip


def test_what_an_sdk_does_in_brackets_is_no_name() -> None:
    text = "## 第三方SDK说明\n\n（1）微信SDK（登录、分享）\n会收集您的剪切板。\n（2）友盟SDK（统计、推送）\n会收集您的MAC地址。\n"
    assert len(kinds(md(text))) == 2


def test_companies_whose_sdks_have_no_other_name_are_named_each() -> None:
    text = (
        "## 第三方SDK\n\n目前我们的认证服务由青鸾科技有限公司、白泽信息技术（北京）有限公司和毕方股份有限公司提供，"
        "我们会接入他们的SDK，他们会通过SDK收集您的IMEI、手机号码。\n"
    )
    taken = {"imei", "phone"}
    assert kinds(md(text)) == {"青鸾科技有限公司": taken, "白泽信息技术（北京）有限公司": taken, "毕方股份有限公司": taken}


def test_each_of_several_companies_has_what_is_said_of_it_alone() -> None:
    text = (
        "## 第三方SDK\n\n目前我们的推送服务由青鸾科技有限公司和白泽信息有限公司提供，我们会接入这些公司的SDK，"
        "青鸾会通过SDK收集IMEI；白泽会通过SDK收集MAC地址。\n"
    )
    assert kinds(md(text)) == {"青鸾科技有限公司": {"imei"}, "白泽信息有限公司": {"mac"}}


def test_a_company_beside_the_name_of_its_sdk_is_no_second_one() -> None:
    text = "## 第三方SDK\n\n推送服务由深圳市和讯华谷信息技术有限公司提供，我们会接入极光推送SDK，收集您的IMEI。\n"
    assert kinds(md(text)) == {"极光推送SDK": {"imei"}}


def test_a_sentence_that_says_that_an_sdk_takes_nothing_names_it() -> None:
    text = "## 第三方SDK\n\n我们的产品集成青鸾登录SDK，不需要任何权限，不会收集您的IMEI。\n"
    assert kinds(md(text)) == {"青鸾登录SDK": set()}


def test_what_a_service_is_for_is_none_of_what_an_sdk_takes() -> None:
    text = "## 第三方SDK\n\n我们的产品集成青鸾图片SDK，需要访问您的网络状态，以提供照片上传、头像展示的服务。\n"
    assert kinds(md(text)) == {"青鸾图片SDK": {"network_type"}}


PROCESSORS = (
    "# Example subprocessors\n\nThe following is a list of personal data subprocessors we use:\n\n"
    "* [Sentry](https://sentry.example/privacy). Error reporting software.\n* [Tidepool](https://tide.example). Blog hosting.\n"
    "* [quillPost](https://quill.example/gdpr). Email newsletter service.\n\n"
)


def test_processors_with_links_and_what_they_do() -> None:
    more = "These subprocessors are located in the EU:\n\n* [Fernleaf](https://fernleaf.example). Monitoring.\n"
    assert kinds(md(PROCESSORS + more)) == {"Sentry": set(), "Tidepool": set(), "quillPost": set(), "Fernleaf": set()}


def test_kinds_of_recipients_among_services_are_none() -> None:
    text = (
        "## Sharing with third parties\n\nWe share information with these third parties:\n\n"
        "- **Sentry**: error reporting.\n- **Mixpanel**: product analytics.\n- **Service Providers**: companies that help us.\n"
        "- **Amplitude**: product analytics.\n- **AppsFlyer**: attribution.\n- **Payment Processors**: to take payments.\n"
    )
    assert set(kinds(md(text))) == {"Sentry", "Mixpanel", "Amplitude", "AppsFlyer"}


def test_examples_of_partners_are_named_and_examples_of_platforms_are_not() -> None:
    text = "## Sharing\n\nOur advertising partners (including, but not limited to, Meta, Tidepool, and Reddit) collect your IP."
    assert set(kinds(md(text))) == {"Meta", "Tidepool", "Reddit"}
    assert kinds(md("## Ads\n\nWe run ads on various third-party platforms such as Google, Reddit, and LinkedIn.")) == {}
    assert kinds(md("## Sharing\n\nWe use service providers such as hosting companies, couriers and banks.")) == {}


def test_records_without_heads_that_end_with_the_same_words() -> None:
    text = (
        "合作方列表\n\n友盟 APP统计服务\nMAC地址、IMEI点击查看第三方隐私政策\n青鸾云 文件存储 网络类型点击查看第三方隐私政策\n"
        "Bugly 崩溃上报\n设备型号点击查看第三方隐私政策\n高德地图SDK 展示地图\n经纬度点击查看第三方隐私政策\n"
    )
    found = kinds(read(text, media_type="text/plain"))
    assert set(found) == {"友盟", "青鸾云", "Bugly", "高德地图SDK"}
    assert found["友盟"] == {"mac", "imei"} and found["高德地图SDK"] == {"location_precise"}


def test_records_without_heads_that_end_with_an_address() -> None:
    text = "合作方列表\n\n" + "".join(
        f"{name}\n{company}\n{what}\nhttps://{n}.example/privacy\n"
        for n, (name, company, what) in enumerate((
            ("极光推送SDK", "深圳市和讯华谷信息技术有限公司", "IMEI、OAID"), ("白泽地图", "白泽信息有限公司", "经纬度"),
            ("友盟统计SDK", "友盟同欣（北京）科技有限公司", "MAC地址"),
        ))
    )  # fmt: skip
    found = kinds(read(text, media_type="text/plain"))
    assert found == {"极光推送SDK": {"imei", "oaid"}, "白泽地图": {"location_precise"}, "友盟统计SDK": {"mac"}}


def test_links_to_policies_that_name_no_sdk_are_no_records() -> None:
    verbs = ("store", "share", "delete", "move")
    text = "Links\n\n" + "".join(f"How we {verb} data\nhttps://{verb}.example/privacy\n" for verb in verbs)
    assert kinds(read(text, media_type="text/plain")) == {}


def test_several_names_in_one_cell_are_each_one() -> None:
    table = (
        "| SDK名称 | 功能 | 收集信息 |\n|--|--|--|\n| 友盟SDK，LinkedMe，青鸾统计SDK | 统计 | IMEI |\n"
        "| 微信SDK（登录、分享） | 登录 | OAID |\n"
    )
    found = kinds(md("## 第三方SDK清单\n\n" + table))
    assert found == {"友盟SDK": {"imei"}, "LinkedMe": {"imei"}, "青鸾统计SDK": {"imei"}, "微信SDK（登录、分享）": {"oaid"}}


def test_a_column_of_kinds_of_partners_is_none_of_names() -> None:
    table = (
        "合作伙伴类型|合作伙伴名称|合作目的|共享个人信息字段\n---|---|---|---\n数据分析服务合作方|青鸾科技有限公司|统计|IMEI\n"
        "推送服务合作方|白泽开放平台|推送|MAC地址\n推送服务合作方|毕方科技有限公司|推送|OAID\n"
    )
    found = kinds(md("## 附录：第三方合作伙伴\n\n" + table))
    assert found == {"青鸾科技有限公司": {"imei"}, "白泽开放平台": {"mac"}, "毕方科技有限公司": {"oaid"}}


def test_purposes_with_those_who_serve_them() -> None:
    text = (
        "## Third-party processors\n\n- Analytics: Google Analytics, Mixpanel\n- Crash reporting: Sentry\n"
        "- Email: Mailgun (Mailgun Inc.) and Tidepool\n"
    )
    assert set(kinds(md(text))) == {"Google Analytics", "Mixpanel", "Sentry", "Mailgun", "Tidepool"}
    text = "## 第三方SDK\n\n推送：极光推送、个推\n统计：友盟、神策\n地图：高德地图\n"
    assert set(kinds(md(text))) == {"极光推送", "个推", "友盟", "神策", "高德地图"}


def test_labels_with_values_that_are_no_names_are_no_purposes_also_beside_such_that_are() -> None:
    text = "## Third parties\n\n- Contact: Support Team, Berlin\n- Purpose: Hosting, Email\n- Retention: Two Years\n"
    assert kinds(md(text)) == {}
    known = "- Analytics: Google Analytics, Mixpanel\n- Crashes: Sentry\n"
    assert set(kinds(md(text + known))) == {"Google Analytics", "Mixpanel", "Sentry"}


def test_who_is_not_known_serves_a_purpose_where_it_is_one_of_services() -> None:
    text = (
        "## Third parties\n\n- Analytics: Google Analytics, Mixpanel\n- Push notifications: Tidepool\n"
        "- Director: Peter Fernleaf\n"
    )
    assert set(kinds(md(text))) == {"Google Analytics", "Mixpanel", "Tidepool"}


def test_subprocessors_in_a_table_by_purpose() -> None:
    table = (
        "## Subprocessors\n\n| Purpose | Subprocessor | Location |\n|---|---|---|\n| Hosting | Amazon Web Services | USA |\n"
        "| Email | Tidepool Inc | EU |\n| Analytics | Mixpanel | USA |\n"
    )
    assert set(kinds(md(table))) == {"Amazon Web Services", "Tidepool Inc", "Mixpanel"}


def test_companies_as_titles_over_labels() -> None:
    text = (
        "## 第三方SDK目录\n\n1、青鸾科技有限公司\n使用目的：推送\n收集信息：IMEI\n2、白泽信息有限责任公司\n使用目的：定位\n"
        "收集信息：OAID\n"
    )
    assert kinds(md(text)) == {"青鸾科技有限公司": {"imei"}, "白泽信息有限责任公司": {"oaid"}}


def test_a_table_within_a_cell_is_of_its_row() -> None:
    inner = "<table><tr><td>设备</td><td>IMEI</td></tr><tr><td>网络</td><td>IP地址</td></tr></table>"
    page = (
        f"<h2>第三方SDK目录</h2><table><tr><td>SDK名称</td><td>收集信息</td></tr><tr><td>青鸾推送SDK</td><td>{inner}</td></tr>"
        "<tr><td>白泽地图SDK</td><td><ul><li>经纬度</li><li>OAID</li></ul></td></tr></table>"
    )
    found = kinds(read(page, media_type="text/html"))
    assert found == {"青鸾推送SDK": {"imei", "ip"}, "白泽地图SDK": {"location_precise", "oaid"}}


def test_sdks_called_by_their_makers_and_what_they_do() -> None:
    text = (
        "## 第三方SDK\n\n我们接入了由青鸾科技有限公司提供的推送SDK，会收集IMEI。"
        "我们使用了由白泽有限公司开发的地图SDK，会收集经纬度。\n"
    )
    assert kinds(md(text)) == {"青鸾科技有限公司": {"imei"}, "白泽有限公司": {"location_precise"}}


def test_rows_run_together_end_their_names_with_the_word_sdk() -> None:
    text = (
        "SDK名称公司用途收集信息链接\n\n青鸾推送SDK青鸾科技有限公司推送消息IMEI、OAIDhttps://a.example/p\n"
        "白泽地图SDK白泽信息有限公司展示地图经纬度https://b.example/p\n毕方统计SDK毕方科技有限公司统计MAC地址https://c.example/p\n"
    )
    assert kinds(read(text, media_type="text/plain")) == {
        "青鸾推送SDK": {"imei", "oaid"}, "白泽地图SDK": {"location_precise"}, "毕方统计SDK": {"mac"},
    }  # fmt: skip


def test_ways_to_log_in_and_to_share_are_no_sdks() -> None:
    text = "## Sharing\n\n- Facebook: you can share photos to Facebook.\n- Twitter: you share posts.\n- Email: do write.\n"
    assert kinds(md(text)) == {}
    text = "## 功能说明\n\n（1）微信支付\n您可以用微信支付付款，我们会收集订单。\n（2）支付宝支付\n您可以付款，我们会收集订单。\n"
    assert kinds(md(text)) == {}


def test_a_table_that_goes_on_in_a_second_one_keeps_its_first_row() -> None:
    head = "<tr><th>SDK名称</th><th>公司</th><th>收集信息</th></tr>"
    rows = [
        f"<tr><td>{name}SDK</td><td>{name}有限公司</td><td>{kind}</td></tr>"
        for name, kind in (("青鸾", "IMEI"), ("白泽", "OAID"), ("毕方", "MAC地址"))
    ]
    page = f"<h2>第三方SDK目录</h2><table>{head}{rows[0]}</table><table>{rows[1]}{rows[2]}</table>"
    assert kinds(read(page, media_type="text/html")) == {"青鸾SDK": {"imei"}, "白泽SDK": {"oaid"}, "毕方SDK": {"mac"}}


def test_records_that_begin_with_who_receives_are_each_of_the_sdk_named_there() -> None:
    text = (
        "第三方信息共享清单\n接收方：流影统计SDK（流影数据有限公司）\n信息种类：Android ID\n使用目的：统计应用的使用情况\n"
        "使用场景：启动应用时\n接收方：雁鹭广告SDK（雁鹭广告有限公司）\n信息种类：Android ID、设备型号\n"
        "使用目的：展示活动和广告\n使用场景：打开活动时\n"
    )
    said = read(text).sdks
    assert [(one.name, one.company, set(one.kinds), one.purpose) for one in said] == [
        ("流影统计SDK", "流影数据有限公司", {"android_id"}, "统计应用的使用情况"),
        ("雁鹭广告SDK", "雁鹭广告有限公司", {"android_id", "device_model"}, "展示活动和广告"),
    ]


def test_a_company_below_the_name_of_an_sdk_begins_no_record() -> None:
    text = (
        "## 第三方SDK清单\n\n青鸾推送SDK\n公司：青鸾SDK科技有限公司\n信息种类：MAC地址\n使用目的：推送\n\n"
        "白泽地图SDK\n公司：白泽SDK信息有限公司\n信息种类：经纬度\n使用目的：地图\n"
    )
    assert kinds(md(text)) == {"青鸾推送SDK": {"mac"}, "白泽地图SDK": {"location_precise"}}
