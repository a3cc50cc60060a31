"""Agree, then open the policy, its summary, the lists and the page of rights, and keep each text with its hash."""

from harness.suite import documents
from harness.suite.driver import PolicyNotice
from harness.suite.scenario import Scenario

scenario = Scenario(
    id="document-check",
    title="Keep the texts of policy, summary and lists",
    title_zh="留存隐私政策、摘要与清单文本",
    clauses=(
        "sz-guide-02a-policy-states-rules",
        "sz-guide-02c-policy-states-rights-path",
        "sz-guide-02d-policy-states-complaint-channel",
        "sz-guide-03a-minors-rules",
        "sz-guide-04b-notice-content",
        "sz-guide-07b-least-impact",
        "sz-guide-12b-training-consent",
        "sz-guide-14-rights-informed",
        "sz-guide-15c-promised-term",
        "miit292-1-3a-policy-summary",
        "miit292-1-3b-summary-plain",
        "miit292-2d-collected-list-content",
        "miit292-2f-shared-list-content",
        "miit292-3-3a-hotline-in-app",
        "szreg-profile-disclose",
        "interim-consent-clear-language",
        "interim-min-purpose",
    ),
    opens=("after_agree",),
    needs=("pages.policy?", "pages.summary?", "pages.collected_list?", "pages.shared_list?", "pages.permission_list?"),
    suites=("full",),
)


def test_document_check(app, user, pages):
    app.install_fresh()
    app.launch()
    notice = user.find(PolicyNotice)
    if notice is not None:
        user.agree(notice)
    user.answer_all("allow")
    documents.read_all(pages)
