"""Open the link to the privacy policy, at the notice and in the app: does it open, and what does it show?"""

from harness.suite import documents
from harness.suite.driver import PolicyNotice
from harness.suite.scenario import Scenario

scenario = Scenario(
    id="policy-link-recheck",
    title="Does the link to the policy open?",
    title_zh="复核隐私政策链接",
    clauses=("sz-guide-01c-policy-link-lasting",),
    opens=("before_consent", "after_agree"),
    needs=("pages.policy?",),
    suites=("full",),
)


def test_policy_link_recheck(app, user, pages):
    app.install_fresh()
    app.launch()
    notice = user.find(PolicyNotice)
    if notice is not None:
        documents.open_link_of_notice(pages, notice)
        user.agree(user.expect(PolicyNotice))
    user.answer_all("allow")
    documents.read(pages, "policy")
