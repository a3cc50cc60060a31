"""Which scenarios of an earlier version's run this run has done again. Name it last: it sees those that were done before it."""

from harness.suite.scenario import Scenario

scenario = Scenario(
    id="retest",
    title="Retest of a later version: the same scenarios again",
    title_zh="整改版本复测:重复同一组场景",
    clauses=(
        "store-03-dynamic-supervision",
        "store-05-urge-apps",
        "interim-disposal-sequence",
        "interim-direct-removal",
        "miit292-3-4b-store-feedback",
        "miit292-4-4a-long-term",
        "miit292-4-4b-look-back",
        "interimx-removal-after-5wd",
    ),
    needs=("material.earlier_run",),
    suites=("manual",),
)


def test_retest(app, retest):
    retest.compare()
