"""Agree, then look for the entries that the clauses ask for: where each is, how many taps away, and what was looked at.

The ways that the policy states are then driven step by step."""

from harness.suite import documents, stated_paths
from harness.suite.driver import PolicyNotice
from harness.suite.scenario import Scenario

scenario = Scenario(
    id="ui-entry-crawl",
    title="Find the entries for policy, lists, rights and complaints",
    title_zh="查找隐私政策、清单、行权与投诉入口",
    clauses=(
        "sz-guide-01a-policy-link-in-app",
        "sz-guide-02f-stated-paths-exist",
        "sz-guide-06a-withdraw-path",
        "sz-guide-10a-recommendation-optout",
        "sz-guide-15a-rights-channel",
        "miit292-1-3a-policy-summary",
        "miit292-2a-collected-list",
        "miit292-2b-shared-list",
        "miit292-2c-second-level-menu",
        "miit292-3-3a-hotline-in-app",
        "szreg-withdraw-path",
        "szreg-refuse-easy-effective",
    ),
    opens=("after_agree",),
    needs=("pages.login?",),
    suites=("full",),
)


def test_ui_entry_crawl(app, user, pages):
    app.install_fresh()
    app.launch()
    notice = user.find(PolicyNotice)
    if notice is not None:
        user.agree(notice)
    user.answer_all("allow")
    pages.sign_in()
    crawl = pages.entries()
    if "policy" in crawl.found:
        stated_paths.check(pages, documents.read(pages, "policy").text)
