"""Permissions that no install gives and no user is asked for, but `pm grant` may."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.lab.system.device_state import DeviceState
from harness.lab.system.facts import PackageFacts, RequestedPermission, Signer
from harness.lab.system.permissions import Permissions, SecurityRefusal

TOOL = "com.example.tool"
SECURE = "android.permission.WRITE_SECURE_SETTINGS"
SIGNATURE = "android.permission.BIND_INPUT_METHOD"


def _facts() -> PackageFacts:
    return PackageFacts(
        package=TOOL, version_code=1, version_name="1", min_sdk=24, target_sdk=34, label=TOOL, application_class="", process=TOOL,
        sha256="0" * 64, size=1, signer=Signer((3, 2), ("ab" * 32,)),
        requested=(RequestedPermission(SECURE), RequestedPermission(SIGNATURE)),
    )  # fmt: skip


def test_one_is_given_by_pm_grant_kept_and_taken_away(tmp_path: Path) -> None:
    told: list[tuple[str, dict[str, str]]] = []
    state = DeviceState(tmp_path / "permissions.json")
    made = Permissions(state, lambda package, states: told.append((package, states)))
    made.install(_facts())
    assert not made.is_granted(TOOL, SECURE)
    made.grant(TOOL, SECURE)
    made.grant(TOOL, SECURE)
    assert made.is_granted(TOOL, SECURE)
    assert told == [(TOOL, {SECURE: "granted"})]
    made.reset(TOOL)
    made.install(_facts())
    assert made.is_granted(TOOL, SECURE), "neither a reset nor an update takes it away"
    again = Permissions(DeviceState(tmp_path / "permissions.json"))
    again.install(_facts())
    assert again.is_granted(TOOL, SECURE), "nor does a restart of the device"
    again.revoke(TOOL, SECURE)
    assert not again.is_granted(TOOL, SECURE)


def test_other_signature_permissions_are_not_to_be_had(tmp_path: Path) -> None:
    made = Permissions(DeviceState(tmp_path / "permissions.json"))
    made.install(_facts())
    with pytest.raises(SecurityRefusal, match="not a changeable permission type"):
        made.grant(TOOL, SIGNATURE)
    with pytest.raises(SecurityRefusal, match="has not requested"):
        made.grant(TOOL, "android.permission.DUMP")
