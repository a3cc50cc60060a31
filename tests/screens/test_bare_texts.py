"""A refusal that is only a text beside the agreement is read as a button of the same words; what is not known is counted."""

from __future__ import annotations

import pytest

from harness.screens import dark_patterns
from harness.screens.recogniser import recognise
from tests.screens.drawn import dump, node

APP = "com.example.app"
EN, ES = "Please review our Privacy Policy and Terms.", "Lee nuestra Política de privacidad y los Términos."
PT, KO = "Leia nossa Política de Privacidade e os Termos.", "이용약관 및 개인정보 처리방침을 읽어 주세요."
JA, ZH = "利用規約およびプライバシーポリシーをお読みください。", "请仔细阅读《用户协议》与《隐私政策》，我们会收集设备标识。"
DE, FR = "Bitte lies die Datenschutzerklärung und die AGB.", "Lisez notre politique de confidentialité et nos CGU."


def notice(words: str, yes: str, text: str, *, clickable: bool = False, top: int = 1560) -> str:
    return dump(node("", (0, 0, 1080, 1920), node(words, (80, 300, 1000, 900)), node(yes, (140, 1400, 940, 1510), clickable=True),
                     node(text, (440, top, 640, top + 50), clickable=clickable)))


def found(xml: str) -> dict:
    reading = recognise(xml, APP)
    assert reading.is_notice, reading.reason
    return {p.id: p for p in dark_patterns.find(reading, xml)}


def role(xml: str, text: str) -> str:
    return next((c.role for c in recognise(xml, APP).controls if c.text == text), "none")


TEXTS = [
    (EN, "Continue", "I'd rather not"), (EN, "Continue", "Skip for now"), (EN, "Continue", "Maybe another time"),
    (ES, "Continuar", "Ahora no"), (ES, "Entrar", "Prefiero no hacerlo"),
    (PT, "Continuar", "Agora não"), (JA, "はじめる", "やめておく"),
    (JA, "同意してはじめる", "今はしない"), (KO, "시작하기", "나중에"),
    (DE, "Weiter", "Nein danke"), (FR, "Continuer", "Plus tard"),
    (ZH, "同意", "下次吧"), (ZH, "进入", "先逛逛"), (ZH, "同意", "取消"),
]


@pytest.mark.parametrize(("words", "yes", "text"), TEXTS)
def test_a_text_answers_as_a_button_of_its_words(words, yes, text):
    bare, button = notice(words, yes, text), notice(words, yes, text, clickable=True)
    assert role(bare, text) == role(button, text) != "none"
    patterns = found(bare)
    assert "agree_by_continuing" not in patterns
    assert ("no_refusal" in patterns) is (role(bare, text) == "later")    # put off, which the rule doubts
    assert not recognise(bare, APP).bare_texts


@pytest.mark.parametrize("text", ["© 2026 Brookly", "暖橙笔记", "Brookly 3.2.1"])
def test_a_text_of_which_nobody_can_tell_is_counted_and_no_control(text):
    xml = notice(EN, "Continue", text)
    assert role(xml, text) == "none"
    patterns = found(xml)
    assert patterns["no_refusal"].measured["texts"].value == [text]
    assert patterns["agree_by_continuing"].measured["texts"].value == [text]


@pytest.mark.parametrize(("xml", "why"), [
    (notice(EN, "Continue", "Learn more"), "it tells more"), (notice(EN, "Continue", "Brookly", top=1200), "it stands above"),
    (notice(EN, "Continue", "Brookly", top=1850), "it stands far off"),
    (notice(EN, "Continue", "We wish you joy."), "a sentence"),
    (notice(EN, "Continue", "Privacy Policy"), "a document")])
def test_what_cannot_be_a_refusal_makes_no_doubt(xml, why):
    assert found(xml)["no_refusal"].measured["texts"].value == [], why


def test_beside_a_control_that_refuses_no_text_is_asked():
    xml = notice(EN, "Continue", "Brookly").replace("</hierarchy>", "")
    more = node("Decline", (140, 1250, 940, 1380), clickable=True)
    xml = xml.replace('text="Continue"', 'text="Continue"', 1).rsplit("</node>", 1)[0] + more + "</node></hierarchy>"
    reading = recognise(xml, APP)
    assert reading.with_role("refuse") and not reading.bare_texts and role(xml, "Brookly") == "none"


@pytest.mark.parametrize("text", ["I'd rather not", "Skip for now"])
def test_other_screens_have_no_such_control(text):
    xml = dump(node("", (0, 0, 1080, 1920), node("Weather", (80, 300, 1000, 400)), node("Refresh", (140, 1400, 940, 1510),
               clickable=True), node(text, (440, 1560, 640, 1610))))
    assert role(xml, text) == "none" and not recognise(xml, APP).bare_texts
