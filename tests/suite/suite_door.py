"""What a tester has: a folder of scenarios and a conftest.py; here with the scripted rig in place of a device."""

from __future__ import annotations

CONFTEST = """
import pytest
from suite_equipment import equipment
from harness.device.lease import lease_one

FAILING = {failing!r}
RIG, CLOCK = equipment(failing=FAILING)
RIG.facts = {facts!r}

@pytest.fixture(scope="session")
def harness_equipment(android_device_args):
    with lease_one(["fake:1", "fake:2", "fake:3"], float(android_device_args["wait"])) as lease:
        RIG.serial = lease.serial
        yield RIG

@pytest.fixture(scope="session")
def harness_clock():
    return dict(clock=CLOCK.time_ns, monotonic=CLOCK.monotonic, sleep=CLOCK.sleep)
"""
SCENARIO = '''
"""Mine."""
from harness.suite.driver import PolicyNotice
from harness.suite.scenario import Scenario
scenario = Scenario(id="mine", title="mine", title_zh="我的")

def test_mine(app, user, timeline):
    app.install_fresh()
    app.launch()
    {body}
'''
READS = '''
def reads(bundle, kind="android_id", value="0123456789abcdef"):
    """As if a hook had seen the app read something."""
    import time
    from harness.model import Call, Outcome, Stack
    from suite_equipment import APP
    at = list(__import__("harness.bundle").bundle.open_bundle(bundle.path).steps())[-1].end_ns + 1000
    stack = bundle.append(Stack(host_ns=at, pid=1, frames=[f"{APP}.Main.onCreate(Main.java:7)"]))
    bundle.append(Call(host_ns=at, device_ns=at, pid=1, process=APP, tid=1, thread="main", seq=1, hook="h", kind=kind,
                       method="android.provider.Settings$Secure.getString", stack=stack.id, outcome=Outcome.VALUE, value=value))
'''
