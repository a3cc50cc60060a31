"""From a text or a file to what it declares."""

from __future__ import annotations

import re

from harness.policy import files
from harness.policy.blocks import Document
from harness.policy.dates import policy_dates, reply_days
from harness.policy.declared import Declared, Note
from harness.policy.own_kinds import own_kinds
from harness.policy.rights import read_rights
from harness.policy.sdks import read_sdks
from harness.policy.statements import statements
from harness.policy.topics import channels, parties, recipients, said_of

_HAN = re.compile(r"[\u4e00-\u9fff]")
_TRADITIONAL = re.compile(r"[個資訊們會關於蒐儲權護與為將過隱產號碼應]")
_WORD = re.compile(r"[A-Za-z]{2,}")
_SHORT = 300


def read(text: str, *, media_type: str = "text/plain") -> Declared:
    """What a policy declares. `media_type`: text/plain, text/markdown or text/html. Any text gives a result; one that has nothing to
    read has a note that says so."""
    return declared(files.document(text.replace("\r\n", "\n").replace("\r", "\n"), media_type))


def from_bytes(data: bytes, *, name: str = "") -> Declared:
    """What a policy file declares, HTML, PDF, Markdown or plain text in any charset. Raises PolicyUnreadable for a file that holds no
    text of a policy: empty, a picture, a program, a page whose text only its scripts would bring."""
    document, _ = files.read_file(data, name)
    return declared(document)


def declared(document: Document) -> Declared:
    """What the blocks of a document declare."""
    said = statements(document)
    sdks, taken = read_sdks(document, said)
    kinds = own_kinds(document, said, taken)
    updated, effective = policy_dates(document.folded.text[document.folded.forth(document.starts[0]) if document.blocks else 0 :])
    notes = [Note(kind=kind, detail=detail) for kind, detail in document.notes]
    length = len(document.text.strip())
    if length < _SHORT:
        notes.append(Note(kind="too_short", detail=f"{length} characters"))
    if not kinds and not sdks:
        notes.append(Note(kind="nothing_declared", detail="no kind of personal information and no SDK was found"))
    return Declared(
        text=document.text, kinds=kinds, sdks=sdks, recipients=recipients(document, said, sdks),
        rights=read_rights(document, said), channels=channels(document, said, taken), reply_days=reply_days(document, said),
        minors=said_of(document, said, "minors"), retention=said_of(document, said, "retention"),
        personalisation_optout=said_of(document, said, "personalisation_optout"),
        cross_border=said_of(document, said, "cross_border"), update_date=updated, effective_date=effective,
        parties_named=parties(document, said, taken), languages=_languages(document.text), title=document.title, notes=tuple(notes),
    )  # fmt: skip


def _languages(text: str) -> tuple[str, ...]:
    """Languages that have a tenth of the text or more."""
    han, words = len(_HAN.findall(text)), len(_WORD.findall(text))
    found = []
    if han and han * 10 >= words:
        found.append("zh-hant" if len(_TRADITIONAL.findall(text)) * 40 > han else "zh")
    if words and words * 10 >= han:
        found.append("en")
    return tuple(found)
