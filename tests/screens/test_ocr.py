"""The engine itself, on pictures of the lab device: few, since each takes a part of a second."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from harness.screens import dark_patterns
from harness.screens.ocr import RapidOcr, engine
from harness.screens.picture import Picture, decode
from harness.screens.recogniser import recognise, recognise_picture

PICTURES = Path(__file__).parent / "pictures"
APP = "example.choices"
ROOT = Path(__file__).resolve().parents[2]


def screen(name: str) -> tuple[str, bytes]:
    return (PICTURES / f"{name}.xml").read_text("utf-8"), (PICTURES / f"{name}.png").read_bytes()


@pytest.mark.parametrize(("name", "ticks"), [
    ("drawn_box_empty", [False]), ("drawn_box_ticked", [True]), ("drawn_dark_ticked", [True]), ("drawn_faint", []),
])
def test_a_notice_that_draws_itself_is_read(name, ticks):
    xml, png = screen(name)
    read = recognise(xml, APP, png)
    assert (read.kind, read.read_from) == ("policy_consent", "picture")
    assert [b.checked for b in read.with_role("checkbox")] == ticks
    agree, refuse = read.with_role("agree")[0], read.with_role("refuse")[0]
    assert agree.text == "同意并继续"
    assert refuse.text.startswith("不同意")
    assert max(abs(a - b) for a, b in zip(agree.bounds, (96, 975, 726, 1066), strict=True)) <= 4, "the drawn button"
    assert "包括设备信息、位置信息,用于为您提供基本服务" in read.text, "lines are joined"


def test_the_faint_refusal_is_measured_as_it_was_painted():
    xml, png = screen("drawn_faint")
    found = {p.id: p for p in dark_patterns.find(recognise(xml, APP, png), xml, decode(png))}
    assert set(found) == {"exit_only", "refusal_small", "refusal_low_contrast", "refusal_coloured_as_disabled", "refusal_as_link"}
    assert found["refusal_low_contrast"].measured["ink"].value == "#c4c4c4"       # Drawn.java
    assert found["refusal_low_contrast"].measured["contrast"].value == pytest.approx(1.74, abs=0.05)
    xml, png = screen("drawn_box_empty")
    assert dark_patterns.find(recognise(xml, APP, png), xml, decode(png)) == []


def test_a_picture_alone_reads_as_its_hierarchy_does():
    xml, png = screen("notice_plain")
    alone, with_nodes = recognise_picture(png), recognise(xml, APP)
    assert alone.kind == with_nodes.kind == "policy_consent"
    for role in ("agree", "refuse"):
        x, y = alone.with_role(role)[0].centre
        left, top, right, bottom = with_nodes.with_role(role)[0].bounds
        assert left < x < right and top < y < bottom


def test_what_was_read_is_remembered_by_its_pixels(monkeypatch):
    reader = engine()
    picture = decode(screen("drawn_faint")[1])
    first = reader.lines(picture)
    monkeypatch.setattr(RapidOcr, "_read", lambda self, picture: pytest.fail("it was read before"))
    assert reader.lines(Picture(picture.pixels.copy())) == first


@pytest.mark.parametrize("size", [(1, 1), (7, 900), (900, 7), (40, 40)])
def test_a_picture_without_words_has_no_lines(size):
    import numpy as np

    assert engine().lines(Picture(np.full((*size, 3), 200, np.uint8))) == ()


def test_nothing_is_fetched_and_the_models_come_with_the_wheel():
    code = (
        "import socket, sys, json\n"
        "def closed(*a, **k): raise AssertionError('a connection')\n"
        "socket.socket.connect = closed; socket.getaddrinfo = closed\n"
        "from harness.screens.recogniser import recognise_picture\n"
        f"read = recognise_picture(open({str(PICTURES / 'drawn_faint.png')!r}, 'rb').read())\n"
        "print(json.dumps([read.kind, len(read.controls)]))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout)[0] == "policy_consent"
    assert done.stderr == ""


def test_a_hierarchy_with_words_loads_no_engine():
    code = (
        "import sys\n"
        "from harness.screens.recogniser import recognise\n"
        "from harness.screens import dark_patterns\n"
        f"xml = open({str(PICTURES / 'notice_plain.xml')!r}).read()\n"
        "read = recognise(xml, 'example.choices'); dark_patterns.find(read, xml)\n"
        "print([m for m in ('cv2', 'numpy', 'onnxruntime', 'rapidocr', 'PIL') if m in sys.modules])\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
