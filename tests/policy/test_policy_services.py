"""Services that English policies name: by what the catalogue knows and what stands round the names. Every text is our own."""

from __future__ import annotations

import pytest

from harness.policy import read
from tests.policy.reading import declared, kinds, md

USED = {
    "We use Sentry for error reports.": {"Sentry"},
    "For customer support we rely on Intercom and Zendesk.": {"Intercom", "Zendesk"},
    "Our servers are hosted by Amazon Web Services in Ireland.": {"Amazon Web Services"},
    "Payments are processed by Stripe; newsletters are sent through Mailchimp.": {"Stripe", "Mailchimp"},
    "We use services for analytics (Amplitude), crash reports (Sentry) and mail (Postmark).": {"Amplitude", "Sentry", "Postmark"},
    "Our providers include AWS (hosting), Auth0 (login) and Datadog (monitoring).": {"AWS", "Auth0", "Datadog"},
    "Mailchimp is an email marketing service provided by The Rocket Science Group LLC.": {"Mailchimp"},
    "Our tools are Segment, Fernleaf and Braze.": {"Segment", "Fernleaf", "Braze"},
    "Some data are shared with Meta and Cloudflare.": {"Meta", "Cloudflare"},
}


@pytest.mark.parametrize("sentence", USED)
def test_a_known_service_that_a_sentence_says_is_used_or_given_something_is_one(sentence: str) -> None:
    assert set(kinds(md(f"# Privacy\n\n## Sharing\n\n{sentence}\n"))) == USED[sentence]


@pytest.mark.parametrize("sentence", [
    "You can share your results on Facebook, WhatsApp or Instagram, and follow us on LinkedIn.",
    "If you register through Facebook or sign in with Twitter, we receive your name.",
    "Purchases are processed by the App Store or Google Play.",
    "We do not share data with Facebook or AppsFlyer, and Sentry is not used.",
    "You can import contacts from Mailchimp or HubSpot, and connect your Stripe account.",
    "To opt out of Google Analytics, visit its page.",
    "Unlike apps that use AdMob, ours is free.",
    "If you use an Apple Watch or a Samsung phone, we read your steps.",
    "Our page has links to YouTube, Reddit and Twitch.",
    "We segment users and adjust what they see; a sentry guards the branch.",
])  # fmt: skip
def test_names_that_are_chosen_linked_denied_or_sold_in_are_no_services(sentence: str) -> None:
    assert kinds(md(f"# Privacy\n\n## Data\n\n{sentence}\n")) == {}


def test_services_in_a_definition_are_none_that_the_app_uses() -> None:
    text = "# Privacy\n\n## Definitions\n\nA service provider means a company such as Sentry, which processes data.\n"
    assert kinds(md(text)) == {}


def test_the_company_whose_policy_it_is_is_none_of_its_services() -> None:
    text = "# Cloudflare privacy\n\nOur policy.\n\n## Data\n\nFeatures are offered by Cloudflare for your use.\n"
    assert kinds(md(text)) == {}


def test_what_is_given_to_a_service_stands_before_its_name() -> None:
    text = "# Privacy\n\n## Sharing\n\nWe share your email address with Mailchimp, and your photos are stored on Supabase.\n"
    assert kinds(md(text)) == {"Mailchimp": {"email"}, "Supabase": {"photos"}}


def test_what_the_app_stores_with_a_service_is_the_apps_too() -> None:
    policy = md("# Privacy\n\n## Data we collect\n\n- Email address: for your account, stored with Supabase.\n")
    assert "email" in declared(policy) and "email" in kinds(policy)["Supabase"]


def test_what_a_service_is_for_is_none_of_what_it_takes() -> None:
    text = "# Privacy\n\n## Analytics\n\nWe use Mixpanel to understand how you use the app. It collects your IP address.\n"
    assert kinds(md(text)) == {"Mixpanel": {"ip"}}


def test_a_heading_over_what_is_sent_to_the_company_is_of_its_service() -> None:
    text = (
        "# Privacy\n\n## 7. Firebase Crashlytics\n\nWe use Firebase Crashlytics. When the app fails, your device "
        "model is sent to Google.\n\n## 8. Newsletter with Brevo\n\n"
        "We use Brevo. Your email address is stored on the servers of Brevo.\n"
    )
    assert kinds(md(text)) == {"Firebase Crashlytics": {"device_model"}, "Brevo": {"email"}}


def test_services_with_their_companies_under_headings_of_their_purposes() -> None:
    text = (
        "# Privacy\n\n## Details on the processing\n\n### Analytics\n\n#### Mixpanel (Mixpanel, Inc.)\n\nMixpanel is an "
        "analytics service provided by Mixpanel, Inc.\n\nPersonal Data processed: IP address, cookies.\n\n### Hosting\n\n"
        "#### Amazon Web Services (AWS) (Amazon Web Services, Inc.)\n\nAmazon Web Services (AWS) is a hosting service.\n\n"
        "Personal Data processed: device model.\n"
    )
    found = {name.split(" (")[0]: taken for name, taken in kinds(md(text)).items()}
    assert found == {"Mixpanel": {"ip", "cookie"}, "Amazon Web Services": {"device_model"}}


HEADS = [
    "| Vendor | Purpose | Data shared |", "| Service Provider | Service | Data processed |",
    "| Recipient | Role | Categories of personal data |", "| Partner | Why | What we share |", "| Who | Why | What |",
    "| Company | Purpose | What they receive |",
]  # fmt: skip


@pytest.mark.parametrize("heads", HEADS)
def test_a_table_of_who_gets_what_is_read_whatever_its_columns_are_called(heads: str) -> None:
    rows = "| Braze | Messages | Email address |\n| Twilio, Inc. | Codes | Phone number |\n| Sentry | Errors | IP address |\n"
    found = kinds(md(f"# Privacy\n\n## How we share information\n\n{heads}\n|---|---|---|\n{rows}"))
    assert found == {"Braze": {"email"}, "Twilio, Inc": {"phone"}, "Sentry": {"ip"}}


def test_a_table_of_what_the_app_takes_names_who_gets_it_and_stays_the_apps() -> None:
    policy = md(
        "# Privacy\n\n## What we collect\n\n| Data | Why | Who gets it |\n|---|---|---|\n| Email address | Account | Supabase |\n"
        "| Crash logs | Stability | Sentry |\n| Nickname | Profile | nobody |\n"
    )
    assert kinds(policy) == {"Supabase": {"email"}, "Sentry": {"crash_log"}}
    assert declared(policy) == {"email", "crash_log", "nickname"}


def test_a_table_of_words_that_are_names_of_services_too_names_none() -> None:
    rows = "| Email address | Account | Server |\n| Photos | Posts | Phone |\n"
    text = f"# Privacy\n\n## Data\n\n| Data | Why | Where |\n|---|---|---|\n{rows}"
    assert kinds(md(text)) == {}


def test_what_stands_above_a_list_of_partners_is_said_of_each() -> None:
    text = (
        "# Privacy\n\n## Advertising partners\n\nOur partners collect the advertising ID and the IP address. "
        "The partners are:\n\n* Google AdMob\n* ironSource\n* InMobi\n"
    )
    assert kinds(md(text)) == {name: {"ad_id", "ip"} for name in ("Google AdMob", "ironSource", "InMobi")}


def test_a_long_label_begins_a_field() -> None:
    text = (
        "Third-Party SDK List\n\n1. SDK Name: Fernleaf Push SDK\nThird-party company: Fernleaf Network Technology Co., Ltd.\n"
        "Purpose of use: push\nTypes of personal information collected: device model, IMEI\n\n2. SDK Name: Tidepool SDK\n"
        "Third-party company: Tidepool Ltd.\nPurpose of use: maps\nTypes of personal information collected: IP address\n"
    )
    assert kinds(read(text)) == {"Fernleaf Push SDK": {"device_model", "imei"}, "Tidepool SDK": {"ip"}}


def test_unknown_services_in_a_part_on_them_count_where_each_says_what_it_takes() -> None:
    text = (
        "# Privacy\n\n## Third-party services we use\n\n### Fernleaf Analytics\n\nData collected: IP address.\n\n"
        "### Tidepool Push\n\nData collected: advertising ID.\n\n### OneSignal\n\nData collected: email address.\n"
    )
    assert kinds(md(text)) == {"Fernleaf Analytics": {"ip"}, "Tidepool Push": {"ad_id"}, "OneSignal": {"email"}}


def test_a_record_that_begins_with_a_known_company_is_of_that_company() -> None:
    text = (
        "# Privacy\n\n## Recipients\n\n**Recipient:** Twilio Inc.\n**Purpose:** SMS\n**Data:** phone number\n\n"
        "**Recipient:** Zendesk, Inc.\n**Purpose:** support\n**Data:** email address\n"
    )
    assert kinds(md(text)) == {"Twilio Inc": {"phone"}, "Zendesk, Inc": {"email"}}


def test_a_record_that_begins_with_the_maker_of_the_app_is_of_no_service() -> None:
    text = "# Privacy\n\n## Who we are\n\nDeveloper: Fernleaf Studio\nData: email address\nPurpose: login\n"
    assert kinds(md(text)) == {}


def test_a_table_with_known_services_as_its_columns_is_read_down() -> None:
    text = (
        "# Privacy\n\n## Third-party services\n\n| | Mixpanel | Sentry |\n|---|---|---|\n| Purpose | Statistics | Errors |\n"
        "| Data | IP address | Device model |\n| Privacy policy | https://m.example | https://s.example |\n"
    )
    assert kinds(md(text)) == {"Mixpanel": {"ip"}, "Sentry": {"device_model"}}


def test_what_a_service_does_in_brackets_is_none_of_what_it_takes() -> None:
    text = "# Privacy\n\n## Who receives your data\n\nData is received by these processors: Hetzner (hosting), Crisp (chat).\n"
    assert kinds(md(text)) == {"Hetzner": set(), "Crisp": set()}


def test_the_chinese_name_of_an_app_names_no_kinds() -> None:
    text = "# 运动轨迹记录本隐私政策\n\n## 我们收集的信息\n\n使用运动轨迹记录本时，我们会收集您的手机号。\n"
    assert declared(md(text)) == {"phone"}
