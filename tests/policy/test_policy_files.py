"""Files that policies come in, and files that are none."""

from __future__ import annotations

import io
import time
from pathlib import Path

import pytest

from harness.policy import PolicyUnreadable, from_bytes
from harness.policy.files import media_type_of

SAID = "# 我们收集的信息\n我们会收集您的手机号、设备型号。我們會收集您的電子郵箱。\n"


@pytest.mark.parametrize("charset", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "gb18030"])
def test_any_charset(charset: str) -> None:
    found = from_bytes((SAID * 20).encode(charset), name="policy.md")
    assert {k.kind for k in found.kinds} == {"phone", "device_model", "email"}


def test_a_page_says_its_charset() -> None:
    page = "<html><head><meta charset='big5'></head><body><h1>我們收集的資訊</h1><p>我們會收集您的電話號碼。</p></body></html>"
    assert [k.kind for k in from_bytes(page.encode("big5"), name="a.html").kinds] == ["phone"]


def test_big5_that_is_not_said() -> None:
    text = "我們收集的資訊\n我們會收集您的電話號碼與電子郵箱，以便為您提供服務。\n" * 10
    assert {k.kind for k in from_bytes(text.encode("big5"), name="a.txt").kinds} == {"phone", "email"}


@pytest.mark.parametrize(("data", "name", "kind"), [
    (b"", "a.html", "empty"),
    (b"  \n\t\r\n", "a.txt", "empty"),
    (b"\xef\xbb\xbf", "a.txt", "empty"),
    (b"\x89PNG\r\n\x1a\n" + bytes(64), "a.png", "image"),
    (b"\xff\xd8\xff\xe0" + bytes(64), "policy.html", "image"),
    (b"RIFF\x00\x00\x00\x00WEBPVP8 " + bytes(64), "a.webp", "image"),
    (bytes(range(256)) * 40, "a.txt", "binary"),
    (b"PK\x03\x04" + bytes(range(256)) * 40, "a.apk", "binary"),
    (b"%PDF-1.7\nnothing", "a.pdf", "pdf"),
    (b"<html><body></body></html>", "a.html", "empty"),
    (b"<!doctype html><html><body><div id='app'></div><script src='/a.js'></script></body></html>", "a.html", "needs_javascript"),
    (b"<html><body><noscript>You need to enable JavaScript to run this app.</noscript><div id=root></div></body></html>", "a.html",
     "needs_javascript"),
])  # fmt: skip
def test_a_file_that_holds_no_policy_says_why_and_what_to_do(data: bytes, name: str, kind: str) -> None:
    with pytest.raises(PolicyUnreadable) as caught:
        from_bytes(data, name=name)
    assert (caught.value.kind, caught.value.exit_status) == (kind, 2)
    assert caught.value.what and caught.value.why and caught.value.fix


def test_what_a_file_is_is_seen_in_it_whatever_it_is_called() -> None:
    assert media_type_of(b"<!DOCTYPE html><p>x") == "text/html"
    assert media_type_of(b"<!DOCTYPE html><p>x", "a.txt") == "text/html"
    assert media_type_of(b"# A\n", "a.md") == "text/markdown"
    assert media_type_of(b"plain words", "a.html") == "text/plain"
    assert media_type_of(b"%PDF-1.4 ...", "a.txt") == "application/pdf"


def pdf(lines: list[str]) -> bytes:
    """A PDF of one page with these lines in a standard font."""
    words = "BT /F1 11 Tf 40 780 Td 14 TL " + " ".join(f"({line}) Tj T*" for line in lines) + " ET"
    parts = ["<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
             "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
             f"<< /Length {len(words)} >>\nstream\n{words}\nendstream", "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"]
    out, places = "%PDF-1.4\n", []
    for number, part in enumerate(parts, 1):
        places.append(len(out))
        out += f"{number} 0 obj\n{part}\nendobj\n"
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    out += f"xref\n0 {len(parts) + 1}\n0000000000 65535 f \n{table}trailer\n<< /Size {len(parts) + 1} /Root 1 0 R >>\nstartxref\n{len(out)}\n%%EOF"
    return out.encode("latin-1")


def test_a_pdf_is_read() -> None:
    found = from_bytes(pdf(["Privacy Policy", "Information We Collect", "We collect your email address and device model.",
                            "We do not collect your contacts.", "Last updated: March 5, 2024"]), name="a.pdf")  # fmt: skip
    assert {(k.kind, k.denied) for k in found.kinds} == {("email", False), ("device_model", False), ("contacts", True)}
    assert str(found.update_date) == "2024-03-05"


def test_a_pdf_without_words_is_one_of_pictures() -> None:
    with pytest.raises(PolicyUnreadable) as caught:
        from_bytes(pdf([]), name="scan.pdf")
    assert caught.value.kind == "image"


def test_a_pdf_with_its_first_bytes_alone_is_damaged(tmp_path: Path) -> None:
    with pytest.raises(PolicyUnreadable, match="damaged"):
        from_bytes(pdf(["Privacy"])[:60], name="a.pdf")


def test_something_else_that_is_text_has_notes() -> None:
    found = from_bytes(b"Buy one, get one free. Offer ends soon.", name="a.txt")
    assert {n.kind for n in found.notes} == {"too_short", "nothing_declared"}


@pytest.mark.parametrize("unit", [
    "<p>我们会收集您的手机号、IMEI。我们不会收集您的通讯录，除非您同意。</p>", "<div>", "<b>", "<table><tr><td>SDK</td>", "<li>x", "|a|b|c|\n",
    "SDK名称：青鸾\n公司：青鸾有限公司\n", "（", "a" * 80, "https://", "(((", "，", "\n", "不会收集", "1.1.", "“", "设备信息（", "collect not "])
def test_a_long_file_takes_time_by_its_length(unit: str) -> None:
    """Twice the file takes about twice the time: what grows with its square would take four times."""
    def seconds(size: int) -> float:
        data = (unit * (size // len(unit.encode()) + 1)).encode()
        began = time.process_time()
        try:
            from_bytes(data, name="a.html" if unit.startswith("<") else "a.md")
        except PolicyUnreadable:
            pass
        return time.process_time() - began

    seconds(1 << 10)
    small, large = seconds(1 << 16), seconds(1 << 18)
    assert large < 10 * small + 1.5, (small, large)


def test_bytes_of_a_stream_are_not_needed() -> None:
    assert from_bytes(io.BytesIO(SAID.encode()).read()).declares("phone")
