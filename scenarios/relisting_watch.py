"""Whether a removed app is offered again within 40 working days: a person attaches what each look at the stores found."""

from harness.suite.scenario import Scenario

scenario = Scenario(
    id="relisting-watch",
    title="Whether a removed app comes back: for a person",
    title_zh="下架后重新上架观察(人工)",
    clauses=(
        "interim-no-relisting-40wd",
    ),
    needs=("material.attachments?",),
    suites=("manual",),
)


def test_relisting_watch(app, manual):
    manual.ask()
