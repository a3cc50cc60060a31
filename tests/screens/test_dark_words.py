"""Dark patterns in languages other than Chinese and English: nothing is said to be absent for want of words."""

from __future__ import annotations

import pytest

from harness.screens import dark_patterns, dark_words
from harness.screens.recogniser import recognise
from tests.cli.command_line import say
from tests.screens.drawn import dump, node

APP = "com.example.app"
NOTICES = {
    "es": ("Lee nuestra Política de privacidad y los Términos de uso antes de empezar.", "Aceptar", "No acepto"),
    "pt": ("Leia os Termos de Uso e a Política de Privacidade. Coletamos dados do aparelho para você.", "Aceitar", "Não aceito"),
    "ja": ("ご利用の前に利用規約とプライバシーポリシーをご確認ください。", "同意する", "同意しない"),
    "ko": ("서비스 이용을 위해 이용약관 및 개인정보 처리방침에 동의해 주세요.", "동의", "동의하지 않음"),
    "de": ("Bitte lies unsere Nutzungsbedingungen und die Datenschutzerklärung.", "Zustimmen", "Ablehnen"),
    "fr": ("Merci de lire nos conditions d'utilisation et notre politique de confidentialité.", "J'accepte", "Je refuse"),
    "it": ("Leggi la nostra Informativa sulla privacy e i Termini di servizio prima di usare l'app.", "Accetto", "Non accetto"),
    "ru": ("Ознакомьтесь с Условиями использования и Политикой конфиденциальности.", "Принять", "Не принимаю"),
}
BUNDLES = {
    "es": "Al continuar aceptas la Política de privacidad, recibir publicidad y compartir tus datos con terceros.",
    "pt": "Ao continuar você aceita a Política de Privacidade, receber publicidade e compartilhar seus dados com terceiros.",
    "fr": "En continuant, vous acceptez la politique de confidentialité, la publicité et le partage avec des tiers.",
    "it": "Continuando accetti l'Informativa sulla privacy, la pubblicità e di condividere i tuoi dati con terze parti.",
    "de": "Indem du fortfährst, stimmst du der Datenschutzerklärung, Werbung und der Weitergabe deiner Daten an Dritte zu.",
    "ja": "利用することでプライバシーポリシーに同意し、広告の受信と第三者への共有に同意したものとみなします。",
    "ko": "계속하면 개인정보 처리방침, 광고 수신 및 제3자 공유에 동의하는 것으로 간주합니다.",
}


def notice(words: str, yes: str, no: str) -> str:
    return dump(node("", (0, 0, 1080, 1920), node(words, (80, 300, 1000, 900)),
                     node(yes, (560, 1600, 1000, 1720), clickable=True),
                     node(no, (80, 1600, 520, 1720), clickable=True)))


def found(xml: str) -> dict:
    reading = recognise(xml, APP)
    assert reading.is_notice, reading.reason
    return {p.id: p for p in dark_patterns.find(reading, xml)}


@pytest.mark.parametrize("language", NOTICES)
def test_a_policy_named_in_another_language_is_not_missing_and_is_counted(language):
    assert "policy_link_missing" not in found(notice(*NOTICES[language]))
    assert dark_words.documents_in(NOTICES[language][0]) == ["policy", "terms"]
    assert dark_words.spoken(NOTICES[language][0]) >= {language}


def test_a_notice_that_names_no_policy_lacks_one_in_another_language_too():
    words = "Antes de empezar, acepta que tratamos tus datos personales para que la app funcione."
    assert "policy_link_missing" in found(notice(words, "Aceptar", "No acepto"))


@pytest.mark.parametrize("language", BUNDLES)
def test_what_one_consent_covers_is_read_in_another_language(language):
    patterns = found(notice(BUNDLES[language], *NOTICES[language][1:]))
    assert patterns["bundled_items"].measured["items"].value == ["marketing", "sharing"]
    assert "agree_by_continuing" in patterns
    assert not list(dark_words.left_out(BUNDLES[language]))


def test_what_is_denied_is_not_bundled():
    words = "Lee la Política de privacidad. No compartimos tus datos con terceros sin tu consentimiento. Acepta para empezar."
    assert "bundled_items" not in found(notice(words, "Aceptar", "No acepto"))


def test_a_box_is_read_in_the_language_of_its_screen():
    screen = BUNDLES["es"]
    assert dark_words.documents_in("Acepto la Política de privacidad", screen) == ["policy"]
    assert dark_words.items_in("Acepto recibir publicidad", screen) == {"marketing": "publicidad"}
    assert dark_words.consents("Acepto recibir publicidad", screen)
    assert dark_words.stands_alone("Acepto recibir publicidad", screen)
    assert not dark_words.stands_alone("Acepto todo lo anterior", screen)


def test_a_measure_without_words_of_the_language_is_said_to_be_left_out(tmp_path, capsys):
    file = tmp_path / "dump.xml"
    file.write_text(notice(*NOTICES["ru"]), "utf-8")
    told = say(capsys, "screen", file, "--json").json
    assert {one["id"] for one in told["left_out"]} == {"bundled_items", "agree_by_continuing"}
    assert "not measured bundled_items" in say(capsys, "screen", file).out


def test_of_a_language_without_any_words_no_policy_is_said_to_be_missing():
    greek = "Διαβάστε την Πολιτική Απορρήτου πριν ξεκινήσετε να χρησιμοποιείτε την εφαρμογή."
    assert not dark_words.is_known(greek)
    assert [one.id for one in dark_words.left_out(greek)] == ["policy_link_missing", "bundled_items", "agree_by_continuing"]
    assert all(map(dark_words.is_known, ("Please read the policy before you start", "请阅读", "OK")))


def test_a_heading_that_names_no_document_is_none():
    assert dark_words.documents_in("隐私保护提示") == [] and dark_words.documents_in("个人信息保护指引") == []
    assert dark_words.documents_in("《隐私政策》") == ["policy"]


def test_every_language_of_the_measures_has_all_of_them():
    items = [entry["item"] for entry in dark_words.data()["items"]]
    for name, told in dark_words.data()["languages"].items():
        assert list(told["items"]) == items, name
        assert dark_words.words(frozenset({name}))
