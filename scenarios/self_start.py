"""Leave the app, end its processes, and see what starts it again: unlocking, network, other apps, a broadcast, a restart.

Twice over: with its processes ended as the system does it, and stopped by the user, after which nothing of the system's
wakes it. The restart of the device comes last, for an app that is not stopped.
"""

from harness.suite.driver import PolicyNotice
from harness.suite.scenario import Scenario

scenario = Scenario(
    id="self-start",
    title="Does it start by itself: restart, force-stop, unlock, network, packages, broadcasts",
    title_zh="自启动与关联启动",
    clauses=(
        "miit292-3-4d-sdk-no-self-start",
        "miit292-3-4e-sdk-no-associated-start",
        "miit292-3-4f-app-start-choice",
        "miit292-3-4g-sdk-start-choice",
        "interimx-sdk-no-self-wake",
    ),
    opens=("before_consent", "after_agree", "background"),
    windows=("wake", "boot"),
    needs=("material.other_app?",),
    suites=("full",),
)


def test_self_start(app, user, outside, material):
    app.install_fresh()
    app.launch()
    notice = user.find(PolicyNotice)
    if notice is not None:
        user.agree(notice)
    user.answer_all("allow")
    app.home()
    watch = user.limits.wake
    for end in (outside.end_processes, outside.force_stop):
        end(watch)
        outside.unlock(watch)
        outside.network(False)
        outside.network(True, watch)
        if material.other_app is not None:
            outside.remove_other(outside.install_other(material.other_app, watch), watch)
        for action in outside.other_actions():
            outside.broadcast(action, watch)
    app.launch()
    app.home()
    outside.reboot(user.limits.boot)
