"""A language in its tags: zh-CN is sent as zh, zh_CN, zh-Hans-CN."""

from __future__ import annotations

import re
from collections.abc import Iterator

_TAG = re.compile(r"([A-Za-z]{2,3})(?:[-_](?:#)?([A-Za-z]{4}))?(?:[-_]([A-Za-z]{2}))?(?:[-_]#([A-Za-z]{4}))?")
_SCRIPT = {"zh": {"cn": "Hans", "sg": "Hans", "tw": "Hant", "hk": "Hant", "mo": "Hant"}}
# What Java's getISO3Language gives, and what getDisplayLanguage does, of languages whose phones are many.
_OTHER_NAMES = {
    "zh": ("zho", "chi", "Chinese", "中文", "简体中文", "繁體中文"), "en": ("eng", "English"),
    "ja": ("jpn", "Japanese", "日本語"),
    "ko": ("kor", "Korean", "한국어"), "de": ("deu", "German", "Deutsch"), "fr": ("fra", "French", "français"),
    "es": ("spa", "Spanish", "español"), "pt": ("por", "Portuguese", "português"), "it": ("ita", "Italian", "italiano"),
    "ru": ("rus", "Russian", "русский"), "tr": ("tur", "Turkish", "Türkçe"), "vi": ("vie", "Vietnamese", "Tiếng Việt"),
    "th": ("tha", "Thai", "ไทย"), "id": ("ind", "in", "Indonesian", "Indonesia"), "ar": ("ara", "Arabic", "العربية"),
    "hi": ("hin", "Hindi", "हिन्दी"), "pl": ("pol", "Polish", "polski"), "nl": ("nld", "Dutch", "Nederlands"),
    "ms": ("msa", "Malay", "Melayu"), "uk": ("ukr", "Ukrainian", "українська"), "fa": ("fas", "Persian", "فارسی"),
}  # fmt: skip


def written(value: str) -> Iterator[tuple[str, str, bool]]:
    """(variant, text, whether it counts only under a name that says language)."""
    match = _TAG.fullmatch(value)
    if match is None:
        return
    language, script, country = match[1].lower(), match[2] or match[4], match[3]
    script = script or _SCRIPT.get(language, {}).get((country or "").lower())
    for sign in "-_":
        if script and country:
            yield "with its script", sign.join((language, script, country)), False
            yield "with its script", f"{language}_{country}_#{script}", False
        if script:
            yield "with its script", sign.join((language, script)), False
        if country:
            yield "without its script", sign.join((language, country)), False
    if script or country:
        yield "without its country", language, False
    for name in _OTHER_NAMES.get(language, ()):
        yield "by another name", name, True
