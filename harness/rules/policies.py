"""What the app's own texts declare: its policy and lists as the suite read them, parsed once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from harness.policy import Declared, Passage, SdkSaid, read
from harness.rules.sensitive import kinds
from harness.tables import Tables
from harness.tables.noted import AppText, Note

PAGES = ("policy", "collected_list", "shared_list")
_IDENTIFIERS = frozenset({
    "imei", "imsi", "iccid", "device_serial", "android_id", "oaid", "ad_id", "idfv", "media_drm_id", "device_id_other", "mac",
    "bluetooth_mac", "push_token", "install_id",
})  # fmt: skip
GENERAL = {
    **dict.fromkeys(_IDENTIFIERS, "device_info_other"),
    **dict.fromkeys(("ip", "ssid_bssid", "wifi_scan", "base_station", "carrier"), "network_type"),
}
"""Kind -> the general word that may or may not mean it (设备信息, 网络信息)."""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """`word`: declared, denied, ambiguous or none. `passage`: what the text says; `evidence`: the facts that hold the texts."""

    word: str
    passage: str
    evidence: tuple[str, ...]


@lru_cache(maxsize=64)
def parsed(text: str) -> Declared:
    return read(text)


def texts(
    run: Tables, pages: Sequence[str] = PAGES, *, before: int | None = None, after: int | None = None, whole: bool = False
) -> Iterator[tuple[AppText, Declared]]:
    """Each text that counts, the same words once; of some time only, or read to its end only, where that is said."""
    seen = set()
    for page in pages:
        for text in run.texts(page):
            if whole and not text.whole:
                continue
            late = (before is not None and text.note.t >= before) or (after is not None and text.note.t < after)
            if not late and text.text not in seen:
                seen.add(text.text)
                yield text, parsed(text.text)


def policy_is_known(run: Tables) -> bool:
    return any(text.whole for text in run.texts("policy"))


def there_is_none(run: Tables) -> bool:
    """A complete look through the app found no policy."""
    return not run.texts("policy") and bool(looked_for(run, "policy"))


def looked_for(run: Tables, page: str) -> list[Note]:
    """That a complete look through the app found no such page."""
    return [n for n in run.noted("page") if n.data.get("page") == page and n.data.get("outcome") == "no_way"
            and n.data.get("when") != "notice"]


def passage_of(run: Tables, kind: str) -> tuple[Passage, str] | None:
    """Where a text declares the kind, as the app's or an SDK's; with the fact that holds the text."""
    for text, declared in texts(run):
        found = declared.declares(kind) or next(
            (one for sdk in declared.sdks if (one := declared.sdk_declares(sdk, kind)) is not None), None
        )
        if found is not None:
            return found, text.note.id
    return None


def answer(run: Tables, kind: str, caller: str, origin: str, read_texts: list[tuple[AppText, Declared]]) -> Answer:
    """What the texts say of this kind, read by this caller."""
    evidence = tuple(text.note.id for text, _ in read_texts)
    denied, general = "", ""
    for text, declared in read_texts:
        own = declared.declares(kind)
        if own is not None:
            return Answer(word="declared", passage=str(own), evidence=(text.note.id,))
        for sdk in declared.sdks:
            said = declared.sdk_declares(sdk, kind)
            if said is None:
                continue
            if origin == "sdk" and _is(declared, sdk, caller):
                return Answer(word="declared", passage=str(said), evidence=(text.note.id,))
            general = general or str(said)
        no = declared.denies(kind)
        denied = denied or (str(no) if no is not None else "")
        wider = GENERAL.get(kind)
        if wider is not None and (found := declared.declares(wider)) is not None:
            general = general or str(found)
    if denied:
        return Answer(word="denied", passage=denied, evidence=evidence)
    if general or kind not in kinds():
        return Answer(word="ambiguous", passage=general, evidence=evidence)
    return Answer(word="none", passage="", evidence=evidence)


def _is(declared: Declared, sdk: SdkSaid, caller: str) -> bool:
    return declared.sdk_named(caller) == sdk
