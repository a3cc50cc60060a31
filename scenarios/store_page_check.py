"""What the stores show of the app: a person attaches the pages."""

from harness.suite.scenario import Scenario

scenario = Scenario(
    id="store-page-check",
    title="The app's page in the stores: for a person",
    title_zh="应用商店页面检查(人工)",
    clauses=(
        "sz-guide-01b-policy-link-in-store",
        "store-01-listing-review",
        "interim-no-relisting-40wd",
        "interim-risk-warning-store",
        "miit292-3-4c-store-block",
    ),
    needs=("material.attachments?",),
    suites=("manual",),
)


def test_store_page_check(app, manual):
    manual.ask()
