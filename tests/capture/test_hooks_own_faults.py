"""What goes wrong in the agent, and what it calls itself, never reaches the app or the records."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from jvm_app import HookedApp, hooked

from harness.capture.catalogue import load_catalogue
from harness.model import Call, Gap, GapKind

pytestmark = pytest.mark.lab

UNIT = """
id: at-fault
title: {zh: 出错, en: at fault}
kind: imei
hooks:
  - {method: android.telephony.TelephonyManager.getImei, value: arg7}
  - {method: android.location.LocationManager.getLastKnownLocation, kind: location_precise, value: return}
  - {method: android.location.Location.getLatitude, kind: location_precise, value: return}
"""


@pytest.fixture(scope="module")
def rig(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HookedApp]:
    folder: Path = tmp_path_factory.mktemp("catalogue")
    (folder / "faulty.yaml").write_text(UNIT, "utf-8")
    with hooked(load_catalogue(folder)) as made:
        yield made


def test_a_hook_that_cannot_write_its_call_down_leaves_the_app_alone_and_says_so(rig: HookedApp) -> None:
    """arg7 of a method without arguments: the error comes while the call is recorded."""
    assert rig.calls("imei") == []
    assert rig.said == "490154203237518"
    gaps = rig.journal.of(Gap, kind=GapKind.MESSAGE_LOST)
    assert gaps
    assert all("the agent failed to write it down: 1" in gap.detail for gap in gaps)
    [fault, *_] = [fault for fact in rig.journal.facts("agent_fault") for fault in fact["faults"]]
    assert fault.startswith("android.telephony.TelephonyManager.getImei: ")


def test_what_the_agent_asks_to_show_a_value_is_no_call_of_the_app(rig: HookedApp) -> None:
    """To show a place it calls the hooked getLatitude."""
    call = rig.call("location gps")
    assert call.value["lat"] == 31.2304
    assert call.method == "android.location.LocationManager.getLastKnownLocation"
    assert not rig.journal.of(Call, method="android.location.Location.getLatitude")
