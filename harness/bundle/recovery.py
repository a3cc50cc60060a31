"""What a killed harness left: closed later by whoever finds it, but never in a way that hides what may have happened since.

A seal says that nothing changed since the run ended. Nobody who comes later can say that, so nothing that has, or ever
had, a manifest or an `end` is sealed again: a bundle whose seal was taken off stays unverifiable.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import BinaryIO

from harness.bundle.format import PENDING, REPORT_SIGNATURE, SIGNATURE, BundleError
from harness.bundle.keys import SigningKey, fingerprint, public_bytes, signing_key
from harness.bundle.reader import open_bundle
from harness.bundle.run import Bundle
from harness.bundle.signed import SOFTWARE
from harness.bundle.source import FolderSource
from harness.bundle.verify import Status, verify_source
from harness.model import Fact

_SEAL = (*PENDING, *PENDING.values(), REPORT_SIGNATURE)


def seal_interrupted(path: Path | str, key: SigningKey | None = None) -> bool:
    """Closes what a killed harness left, marked as interrupted. False where that is not what it is: it has a manifest,
    a signature or the fact `end`.

    The fact `recovered` says who closed it and when: until then the journals could have been changed unseen.
    Raises BundleError while a process still writes to it.
    """
    folder = Path(path)
    if any((folder / name).exists() for name in _SEAL):
        return False
    reader = open_bundle(folder)
    facts = reader.facts()
    if any(fact.type == "end" for fact in facts):
        return False
    signer = key or signing_key()
    bundle = Bundle(folder, time.time_ns)
    try:
        bundle.hold()
        bundle.append(Fact(host_ns=time.time_ns(), type="recovered", data={
            "last_fact_ns": max((fact.host_ns for fact in facts), default=0),
            "software": SOFTWARE,
            "public_key": public_bytes(signer.public_key()).hex(),
            "fingerprint": fingerprint(public_bytes(signer.public_key())),
            "note": "The run had been killed before it was sealed. What was written before this fact could have been "
                    "changed by anyone who could write to the folder.",
        }))
        bundle.seal(False, "The harness was killed or crashed before the run had ended.", signer)
    except BundleError:
        bundle.close()
        raise
    return True


def finish_seal(path: Path | str) -> bool:
    """Moves manifest and signature to their names where the run was killed after it had made both, and every file is
    as they say. Nothing is signed: it is the signature that the run itself had made. False where there is none such.
    """
    folder = Path(path)
    if not (folder / PENDING[SIGNATURE]).exists() or (folder / SIGNATURE).exists():
        return False
    if verify_source(_Placed(folder), report=False).status not in (Status.INTACT, Status.INCOMPLETE):
        return False
    try:
        for name, pending in PENDING.items():
            if (folder / pending).exists():
                (folder / pending).replace(folder / name)
    except OSError as bad:
        raise BundleError(
            f"The seal of {folder} could not be put in its place: {bad.strerror}.", "", "Make the folder writable.") from bad
    return True


class _Placed(FolderSource):
    """A bundle as it would be with manifest and signature moved to their names."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        there = super().names()
        self._moved = {name: pending for name, pending in PENDING.items() if pending in there and name not in there}

    def names(self) -> list[str]:
        moved = {pending: name for name, pending in self._moved.items()}
        return sorted(moved.get(name, name) for name in super().names())

    def has(self, name: str) -> bool:
        return name not in self._moved.values() and super().has(self._moved.get(name, name))

    def open(self, name: str) -> BinaryIO:
        return super().open(self._moved.get(name, name))
