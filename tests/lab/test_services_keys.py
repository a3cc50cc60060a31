"""Keys of the AndroidKeyStore do their work and outlive the process, not the app's data."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.lab.service_bench import PACKAGE, ServiceBench, service_bench

pytestmark = pytest.mark.lab


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServiceBench]:
    with service_bench(tmp_path_factory.mktemp("state")) as made:
        yield made


def test_what_was_sealed_is_opened_by_another_process_until_the_data_is_cleared(lab: ServiceBench) -> None:
    lab.in_front("seal")
    lab.hear("sealed")
    lab.kill()
    lab.in_front("open")
    lab.hear("opened hidden of [secret]")
    lab.shell(f"pm clear {PACKAGE}")
    lab.in_front("open")
    lab.hear("no key")


def test_key_pairs_sign_and_have_a_certificate(lab: ServiceBench) -> None:
    lab.in_front("sign")
    said = lab.hear("left false true")
    assert [one for one in said if "verified" in one] == ["EC verified true CN=Fake", "RSA verified true CN=Fake"]


def test_a_key_behind_a_lock_screen_cannot_be_made_without_one(lab: ServiceBench) -> None:
    lab.in_front("lockedKey")
    lab.wait_for("logcat -d -s Services:I", "lockedKey threw java.security.InvalidAlgorithmParameterException: .*lock screen")
