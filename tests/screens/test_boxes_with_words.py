"""A tick box that has words of its own takes none of a button beside it; one without has the text that stands there."""

from __future__ import annotations

import pytest

from harness.screens.recogniser import recognise
from tests.screens.test_learned import APP

POLICY = {"en": "Please read and accept the Privacy Policy and the Terms of Use.",
          "es": "Lea y acepte la política de privacidad y los términos y condiciones de uso."}


def node(text: str, top: int, cls: str, **more: str) -> str:
    fields = {"class": f"android.widget.{cls}", "package": APP, "text": text, "enabled": "true",
              "bounds": f"[50,{top}][1030,{top + 90}]"} | more
    return "<node {}/>".format(" ".join(f'{name}="{value}"' for name, value in fields.items()))


def screen(language: str, boxes: tuple[str, ...], agree: str, cls: str) -> str:
    rows = [node(POLICY[language], 200, "TextView")]
    rows += [node(text, 300 + 100 * at, "CheckBox", clickable="true", checkable="true", checked="false")
             for at, text in enumerate(boxes)]
    rows.append(node(agree, 700, cls, clickable="true"))
    return (f'<hierarchy rotation="0"><node class="android.widget.FrameLayout" package="{APP}" bounds="[0,0][1080,2340]">'
            f'{"".join(rows)}</node></hierarchy>')


@pytest.mark.parametrize(("language", "box", "agree"), [
    ("en", "Send me offers", "Accept"), ("en", "Send me offers", "I agree"), ("es", "Quiero ofertas", "Aceptar"),
    ("es", "Lo anterior", "Acepto"),
])
def test_a_button_beside_a_box_that_has_words_is_a_button(language: str, box: str, agree: str) -> None:
    reading = recognise(screen(language, (box,), agree, "Button"), APP)
    assert [c.text for c in reading.with_role("agree")] == [agree]
    assert [c.text for c in reading.with_role("checkbox")] == [box]


def test_a_text_beside_a_box_that_has_none_is_the_boxs() -> None:
    text = "I have read and agree to the Privacy Policy"
    reading = recognise(screen("en", ("",), text, "TextView"), APP)
    assert not reading.with_role("agree")
    assert [text in box.text for box in reading.with_role("checkbox")] == [True]
