"""Keys of the AndroidKeyStore do their work and outlive the process, not the app's data."""

from __future__ import annotations

import pytest

from tests.lab.service_bench import PACKAGE, ServiceBench

pytestmark = pytest.mark.lab


def test_what_was_sealed_is_opened_by_another_process_until_the_data_is_cleared(device: ServiceBench) -> None:
    device.in_front("seal")
    device.hear("sealed")
    device.kill()
    device.in_front("open")
    device.hear("opened hidden of [secret]")
    device.shell(f"pm clear {PACKAGE}")
    device.in_front("open")
    device.hear("no key")


def test_key_pairs_sign_and_have_a_certificate(device: ServiceBench) -> None:
    device.in_front("sign")
    said = device.hear("left false true")
    assert [one for one in said if "verified" in one] == ["EC verified true CN=Fake", "RSA verified true CN=Fake"]


def test_a_key_behind_a_lock_screen_cannot_be_made_without_one(device: ServiceBench) -> None:
    device.in_front("lockedKey")
    device.wait_for("logcat -d -s Services:I", "lockedKey threw java.security.InvalidAlgorithmParameterException: .*lock screen")
