"""Agree, go to where a request about one's own information is made, and note it: what was asked, by which way, until when."""

from harness.suite import requests_of_users
from harness.suite.driver import PolicyNotice
from harness.suite.scenario import Scenario

scenario = Scenario(
    id="rights-request",
    title="A request about one's own information, and its term",
    title_zh="行使个人信息权利与时限",
    clauses=(
        "sz-guide-15a-rights-channel",
        "sz-guide-15b-no-unreasonable-conditions",
        "sz-guide-15d-actual-term",
    ),
    opens=("after_agree",),
    needs=("pages.rights?", "pages.login?"),
    suites=("full",),
)


def test_rights_request(app, user, pages):
    app.install_fresh()
    app.launch()
    notice = user.find(PolicyNotice)
    if notice is not None:
        user.agree(notice)
    user.answer_all("allow")
    pages.sign_in()
    requests_of_users.make(pages)
