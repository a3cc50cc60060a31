"""The rows that no device can show: what a person has to attach to each."""

from harness.suite.scenario import Scenario

scenario = Scenario(
    id="checklist",
    title="Duties of people: for a person",
    title_zh="人工核查清单",
    clauses=(
        "sz-guide-00-scope",
        "sz-guide-06c-withdraw-not-retroactive",
        "sz-guide-12a-training-lawful",
        "sz-guide-15d-actual-term",
        "store-01-listing-review",
        "store-02-principal-responsibility",
        "store-03-dynamic-supervision",
        "store-04-accept-supervision",
        "store-05-urge-apps",
        "store-06-implement-law",
        "store-07-transparency",
        "interim-02-scope",
        "interim-six-should",
        "interim-six-shall-not",
        "interim-duty-app",
        "interim-duty-store",
        "interim-duty-sdk",
        "interim-duty-terminal",
        "interim-duty-network",
        "interim-disposal-sequence",
        "interim-direct-removal",
        "interim-risk-warning-terminal",
        "interim-ban-measures",
        "interim-confidentiality",
        "miit292-1-3b-summary-plain",
        "miit292-1-5b-netdisk-no-misleading",
        "miit292-1-5c-netdisk-free-rate",
        "miit292-3-3b-hotline-human",
        "miit292-3-3c-hotline-elderly",
        "miit292-3-3d-hotline-30s",
        "miit292-3-3e-hotline-85pct",
        "miit292-3-4a-store-testing",
        "miit292-3-4b-store-feedback",
        "miit292-3-4c-store-block",
        "miit292-4-1-organisation",
        "miit292-4-4a-long-term",
        "interimx-removal-after-5wd",
    ),
    needs=("material.attachments?",),
    suites=("manual",),
)


def test_checklist(app, manual):
    manual.ask()
