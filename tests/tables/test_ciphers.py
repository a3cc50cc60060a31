"""What went into a cipher or a hash is found in the request in which its output left, and nothing else is."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import os
from collections.abc import Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from harness.tables.ciphers import Piece, handed_over, piece_of
from harness.tables.values import Dark, Follower, Sighting, knowns

IMEI = "860461037294518"
KEY, IV = bytes(range(16)), bytes(16)
READ = {"event_id": "c1", "kind": "imei", "value": IMEI}


def encrypted(plain: bytes) -> bytes:
    machine = Cipher(algorithms.AES(KEY), modes.CTR(IV)).encryptor()
    return machine.update(plain) + machine.finalize()


def call(
    name: str, method: str, arguments: list[Any], value: Any, *, tid: int = 7, at: int = 10, on: int | None = None
) -> dict[str, Any]:
    return {
        "object": on,
        "event_id": name,
        "pid": 100,
        "tid": tid,
        "t": at,
        "method": method,
        "arguments": arguments,
        "value": value,
        "outcome": "value",
    }


def do_final(plain: bytes, output: bytes, name: str = "c2") -> dict[str, Any]:
    return call(name, "javax.crypto.Cipher.doFinal", [plain.hex()], output.hex())


def looked(calls: list[dict[str, Any]], body: bytes, headers: list[list[str]] | None = None) -> tuple[list[Sighting], Dark]:
    follower = Follower(knowns([READ]), handed=handed_over(calls))
    return follower.sightings("f1", "https://t.example/e", headers or [], body)


SENT: dict[str, Callable[[bytes], bytes]] = {
    "as it is": lambda o: o,
    "behind a header": lambda o: b"\x01\x02V1" + o + b"\x00\x10",
    "base64": base64.b64encode,
    "base64 in a form": lambda o: (
        b"v=1&d=" + base64.b64encode(o).replace(b"+", b"%2B").replace(b"/", b"%2F").replace(b"=", b"%3D")
    ),
    "base64 in lines": base64.encodebytes,
    "url-safe base64 in JSON": lambda o: json.dumps({"d": base64.urlsafe_b64encode(o).decode().rstrip("=")}).encode(),
    "hex": lambda o: o.hex().encode(),
    "HEX in JSON": lambda o: json.dumps({"d": o.hex().upper()}).encode(),
    "in gzip": gzip.compress,
}


@pytest.mark.parametrize("sent", SENT)
@pytest.mark.parametrize(
    "plain", [f"imei={IMEI}&n=1".encode(), gzip.compress(json.dumps({"i": [IMEI]}).encode())], ids=["plain", "gzip"]
)
def test_an_encrypted_value_is_proven_to_have_left(sent: str, plain: bytes) -> None:
    output = encrypted(plain)
    hits, dark = looked([do_final(plain, output)], SENT[sent](output))
    assert [(h.kind, h.value, h.calls, h.via) for h in hits] == [("imei", IMEI, ("c1",), ("c2",))]
    assert "cipher" in hits[0].encodings
    assert dark == Dark()


def test_a_look_alike_that_encrypts_something_else_is_not() -> None:
    """The same app encrypts the IMEI, but what leaves is the output of another call."""
    stays, leaves = f"imei={IMEI}".encode(), b"nothing of anybody's, as long"
    hits, dark = looked([do_final(stays, encrypted(stays)), do_final(leaves, os.urandom(29), "c3")], os.urandom(200))
    assert hits == []
    assert len(dark.opaque) == 1
    output = os.urandom(29)
    hits, dark = looked([do_final(stays, encrypted(stays)), do_final(leaves, output, "c3")], output)
    assert hits == []
    assert dark == Dark()


def test_pieces_are_put_together_and_threads_kept_apart() -> None:
    plain = f"imei={IMEI}&more".encode()
    output = encrypted(plain)
    calls = [
        call("c2", "javax.crypto.Cipher.init", [1, {"class": "Key"}], None),
        call("c3", "javax.crypto.Cipher.update", [plain[:9].hex()], output[:9].hex()),
        call("c4", "javax.crypto.Cipher.update", [b"other thread's".hex()], os.urandom(14).hex(), tid=8),
        call("c5", "javax.crypto.Cipher.doFinal", [plain[9:].hex()], output[9:].hex()),
    ]
    hits, _ = looked(calls, output)
    assert [h.via for h in hits] == [("c3", "c5")]


MD5 = "java.security.MessageDigest"
FIRST, SECOND = 4711, 4712
"""Numbers of two objects."""


def hashed(name: str, what: bytes, on: int | None) -> list[dict[str, Any]]:
    return [
        call(f"{name}u", f"{MD5}.update", [what.hex()], None, on=on),
        call(f"{name}d", f"{MD5}.digest", [], hashlib.md5(what).hexdigest(), on=on),
    ]


@pytest.mark.parametrize("order", ["one inside the other", "crossed"])
def test_two_hashes_at_once_on_one_thread_are_two(order: str) -> None:
    (a, b), (c, d) = hashed("a", IMEI.encode(), FIRST), hashed("b", b"text of a signature", SECOND)
    calls = [a, c, d, b] if order == "one inside the other" else [a, c, b, d]
    sign = hashlib.md5(b"text of a signature").hexdigest().encode()
    assert looked(calls, b"sign=" + sign)[0] == []
    hits, _ = looked([one for one in calls if one in (a, b)], b"id=" + hashlib.md5(IMEI.encode()).hexdigest().encode())
    assert [h.kind for h in hits] == ["imei"]


def test_what_went_in_before_a_reset_is_not_what_was_hashed() -> None:
    calls = [
        call("c1", f"{MD5}.update", [IMEI.encode().hex()], None, on=FIRST),
        call("c2", f"{MD5}.reset", [], None, on=FIRST),
        *hashed("c3", b"text of a signature", FIRST),
    ]
    assert [one.plain.data for one in handed_over(calls)] == [b"text of a signature"]
    calls[1] = call("c2", f"{MD5}.reset", [], None, on=SECOND)
    assert [one.plain.data for one in handed_over(calls)] == [IMEI.encode() + b"text of a signature"]


def test_a_machine_that_decrypts_does_not_hide_one_that_encrypts() -> None:
    plain = f"imei={IMEI}&n=1".encode()
    calls = [
        call("c1", "javax.crypto.Cipher.init", [1, {"class": "Key"}], None, on=FIRST),
        call("c2", "javax.crypto.Cipher.init", [2, {"class": "Key"}], None, on=SECOND),
        call("c3", "javax.crypto.Cipher.doFinal", [plain.hex()], encrypted(plain).hex(), on=FIRST, tid=9),
        call("c4", "javax.crypto.Cipher.doFinal", [b"answer".hex()], b"what it says".hex(), on=SECOND),
    ]
    assert [one.calls for one in handed_over(calls)] == [("c3",)]


def test_a_bundle_that_names_no_objects_is_judged_by_thread_and_class() -> None:
    """As those were that older versions made."""
    calls = [*hashed("a", IMEI.encode(), None), *hashed("b", b"other", None)]
    for one in calls:
        del one["object"]
    assert [one.plain.data for one in handed_over(calls)] == [IMEI.encode(), b"other"]


def test_bytes_that_go_in_one_by_one_are_put_together() -> None:
    calls = [call(f"c{i}", f"{MD5}.update", [digit - 256 if digit > 127 else digit], digit) for i, digit in enumerate(b"86\xff")]
    calls.append(call("c9", f"{MD5}.digest", [], hashlib.md5(b"86\xff").hexdigest()))
    assert [one.plain.data for one in handed_over(calls)] == [b"86\xff"]


@pytest.mark.parametrize("sent", ["base64 in lines", "base64", "as it is"])
def test_a_look_alike_that_only_begins_alike_is_not(sent: str) -> None:
    """Two bodies of one app, encrypted with one key, share what both begin with."""
    begin = b'{"app":"com.example.shop","sdk":"1.2.3","os":"android","data":{'
    stays, leaves = begin + f'"imei":"{IMEI}"'.encode() + b"}" * 160, begin + b'"colour":"green"' + b"}" * 160
    assert encrypted(stays)[:60] == encrypted(leaves)[:60]
    assert looked([do_final(stays, encrypted(stays))], SENT[sent](encrypted(leaves)))[0] == []
    assert looked([do_final(stays, encrypted(stays))], SENT[sent](encrypted(stays)))[0] != []


def test_an_output_in_the_caller_s_own_array_counts() -> None:
    plain = b"xx" + f"imei={IMEI}".encode() + b"yy"
    output = encrypted(plain[2:-2])
    arguments = [plain.hex(), 2, len(plain) - 4, (b"\x00" * 4 + output).hex(), 4]
    hits, _ = looked([call("c2", "javax.crypto.Cipher.doFinal", arguments, len(output))], b"head" + output)
    assert [h.via for h in hits] == [("c2",)]


def test_what_is_decrypted_is_no_sending() -> None:
    plain, output = f"imei={IMEI}".encode(), encrypted(f"imei={IMEI}".encode())
    calls = [call("c2", "javax.crypto.Cipher.init", [2, {"class": "Key"}], None), do_final(output, plain, "c3")]
    assert handed_over(calls) == []


def test_a_salted_hash_is_proven_by_what_was_hashed() -> None:
    """No list of salts has it; the call that made it had both."""
    salted = f"s3cr3t-{IMEI}-1732857600".encode()
    calls = [
        call("c2", "java.security.MessageDigest.update", [salted[:10].hex()], None),
        call("c3", "java.security.MessageDigest.digest", [salted[10:].hex()], hashlib.sha256(salted).digest().hex()),
    ]
    hits, _ = looked(calls, b"sign=" + hashlib.sha256(salted).hexdigest().encode())
    assert [(h.value, h.via, h.encodings[-1]) for h in hits] == [(IMEI, ("c2", "c3"), "digest")]


def test_of_a_long_text_the_recorded_part_counts_and_the_rest_is_told() -> None:
    plain = f"imei={IMEI};".encode() + b"x" * 3000
    output = encrypted(plain)
    cut = {"hex": plain[:1024].hex(), "length": len(plain), "sha256": hashlib.sha256(plain).hexdigest()}
    out = {"hex": output[:1024].hex(), "length": len(output), "sha256": hashlib.sha256(output).hexdigest()}
    calls = [call("c2", "javax.crypto.Cipher.doFinal", [cut], out)]
    hits, dark = looked(calls, output)
    assert [h.via for h in hits] == [("c2",)]
    assert [t.why for t in dark.troubles] == ["of what c2 encrypted, 1024 of 3021 bytes were recorded"]
    other = output[:1024] + os.urandom(len(output) - 1024)
    assert looked(calls, other)[0] == [], "it begins alike and goes on otherwise"


@pytest.mark.parametrize("value", [None, 3, "no hex", {"class": "x"}, {"hex": "zz"}, ["00"]])
def test_what_holds_no_bytes_is_none(value: object) -> None:
    assert piece_of(value) is None


def test_bytes_are_read_as_recorded() -> None:
    assert piece_of("00ff") == Piece(b"\x00\xff", 2)
    assert piece_of({"hex": "00", "length": 5, "sha256": "ab"}) == Piece(b"\x00", 5, "ab")
