"""The app's package is taken from what requests say of it, and hashes that are salted with it are found."""

from __future__ import annotations

import gzip
import hashlib
import json

import pytest

from harness.matching import Known
from harness.traffic.exchange import Exchange
from harness.traffic.findings import examine, search_for
from harness.traffic.packages import packages_in

APP = "com.example.Shop"
USER = "RZ-20981734"


def request(index: int = 0, url: str = "https://a.example/", body: bytes = b"", **headers: str) -> Exchange:
    return Exchange(index=index, url=url, headers=[(k.replace("_", "-"), v) for k, v in headers.items()], body=body)


SAID = [
    request(body=json.dumps({"app": {"bundle": APP}}).encode()),
    request(body=f"imei=1&pkgName={APP}&x=2".encode()),
    request(body=json.dumps({"d": json.dumps({"appPackageName": APP})}).encode()),
    request(url=f"https://a.example/?app_id={APP}"),
    request(url=f"https://a.example/?d=%7B%22package%22%3A%22{APP}%22%7D"),
    request(X_Requested_With=APP),
    request(body=gzip.compress(json.dumps({"package_name": APP}).encode())),
]


@pytest.mark.parametrize("one", SAID, ids=range(len(SAID)))
def test_a_field_that_is_named_for_it_says_it(one: Exchange) -> None:
    assert packages_in([one]) == [APP]


SILENT = [
    request(body=b'{"host":"com.example.shop","class":"com.example.shop.Main","text":"com.example.shop"}'),
    request(body=b"package=Premium&bundle=1.2.3&app_id=20391&pkg=shop@example.com"),
    request(body=b'{"installer_package":"x","package":"com.android.vending"}'),
    request(X_Requested_With="XMLHttpRequest"),
    request(body=b"\x1f\x8b\x08 no gzip"),
]


@pytest.mark.parametrize("one", SILENT, ids=range(len(SILENT)))
def test_what_is_no_package_of_the_app_s_is_none(one: Exchange) -> None:
    assert packages_in([one]) == []


def test_the_one_most_often_named_comes_first_and_few_are_tried() -> None:
    others = [request(body=f'{{"pkg":"com.other.app{n}"}}'.encode()) for n in range(9)]
    found = packages_in([*others, request(body=f"pkg={APP}".encode()), request(body=f"bundle={APP}".encode())])
    assert found[0] == APP and len(found) == 4


FORMS = {
    "sha256(salt:raw)": hashlib.sha256(f"{APP}:{USER}".encode()).hexdigest(),
    "sha1(raw:salt)": hashlib.sha1(f"{USER}:{APP}".encode()).hexdigest(),
    "md5(raw+salt)-upper": hashlib.md5((USER + APP).encode()).hexdigest().upper(),
    "md5(salt+raw)": hashlib.md5((APP + USER).encode()).hexdigest(),
}
KNOWN = Known(name="user_id", value=USER, field="account")


@pytest.mark.parametrize("variant", FORMS)
def test_a_salted_hash_in_another_request_is_found(variant: str) -> None:
    sent = [request(0, body=f"pkg={APP}".encode()), request(1, body=f'{{"tok":"{FORMS[variant]}"}}'.encode())]
    hits = [hit for one in examine(sent, search_for([KNOWN], read=lambda: sent)) for hit in one.hits]
    assert [(hit.known, hit.variant) for hit in hits] == [(KNOWN, variant)]


def test_a_package_that_is_known_is_the_salt_and_no_other() -> None:
    sent = [request(body=f'{{"pkg":"{APP}","tok":"{FORMS["md5(salt+raw)"]}"}}'.encode())]
    assert [one.hits for one in examine(sent, search_for([KNOWN], "com.other.app", lambda: sent))] == [[]]


def test_another_s_salted_hash_is_not_there() -> None:
    other = hashlib.md5((APP + "RZ-20981735").encode()).hexdigest()
    sent = [request(body=f'{{"pkg":"{APP}","tok":"{other}"}}'.encode())]
    assert [one.hits for one in examine(sent, search_for([KNOWN], read=lambda: sent))] == [[]]
