"""What the device's own installer warns of, which adb does not show: a person installs by hand and attaches what was seen."""

from harness.suite.scenario import Scenario

scenario = Scenario(
    id="install-flow",
    title="What the device says when the app is installed: for a person",
    title_zh="安装提示(人工)",
    clauses=(
        "interim-risk-warning-terminal",
    ),
    needs=("material.attachments?",),
    suites=("manual",),
)


def test_install_flow(app, manual):
    manual.ask()
