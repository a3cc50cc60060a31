"""Agree, then open what takes an identity card, a face, a place or health information: what is said before, and what is asked?"""

from harness.suite import sensitive
from harness.suite.driver import PolicyNotice
from harness.suite.scenario import Scenario

scenario = Scenario(
    id="sensitive-function",
    title="A function that takes sensitive information",
    title_zh="敏感个人信息功能",
    clauses=(
        "sz-guide-05a-sensitive-necessity-notice",
        "sz-guide-05b-sensitive-separate-consent",
        "sz-guide-09a-no-deceptive-authorisation",
        "szreg-biometric-alternative",
    ),
    opens=("after_agree",),
    windows=("observe",),
    needs=("pages.sensitive?", "pages.login?"),
    suites=("full",),
)


def test_sensitive_function(app, user, timeline, pages):
    app.install_fresh()
    app.launch()
    notice = user.find(PolicyNotice)
    if notice is not None:
        user.agree(notice)
    user.answer_all("allow")
    pages.sign_in()
    if sensitive.open_functions(pages):
        timeline.observe()
