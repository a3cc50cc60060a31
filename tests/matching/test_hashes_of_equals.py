"""A value that is known under several names is found under each of them, hashed as well as raw."""

from __future__ import annotations

import base64
import hashlib
import zlib

import pytest
from test_search import UUID, hits, md5, names

EQUAL = (("oaid", UUID), ("install_id", UUID.upper()))
IMEI = "861234567890127"


@pytest.mark.parametrize("body", [
    f'{{"h":"{UUID}"}}', f'{{"h":"{md5(UUID)}"}}', f'{{"h":"{md5(UUID.upper())}"}}', f'{{"h":"{md5(UUID.replace("-", ""))}"}}',
    f'{{"h":"{md5("1")}{md5(UUID)}"}}', f'{{"h":"{base64.b64encode(hashlib.sha256(UUID.encode()).digest()).decode()}"}}',
    f'{{"oaid":"{zlib.crc32(UUID.encode()):08x}","install_id":{zlib.crc32(UUID.encode())}}}',
])  # fmt: skip
def test_a_hash_is_that_of_each_value_that_has_it(body: str) -> None:
    assert names(hits(body, *EQUAL)) == {"oaid", "install_id"}


def test_what_is_hashed_in_a_values_place_is_so_for_its_equals() -> None:
    mail = hashlib.sha256(b"liwei@gmail.com").hexdigest()
    found = hits(f"h={mail}", ("email", "Li.Wei+a@gmail.com"), ("user_email", "li.wei+a@gmail.com"))
    assert names(found) == {"email", "user_email"}


def test_a_hash_is_nobody_elses() -> None:
    """Nor is an equal value company for itself: a sum needs a hash of another beside it."""
    assert names(hits(f'{{"h":"{md5(UUID)}"}}', *EQUAL, ("gaid", UUID[:-1] + "0"))) == {"oaid", "install_id"}
    both = f'{{"x":"{md5(IMEI)}","y":{zlib.crc32(IMEI.encode())}}}'
    found = hits(both, ("imei", IMEI), ("device", IMEI), *[(f"k{number}", f"{number:016x}") for number in range(400)])
    assert {hit.variant for hit in found} == {"md5"}
