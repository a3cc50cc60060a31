"""The signature of what is derived: report/report.sig says which report was made from which manifest, when and by whom.

The manifest leaves report/ out, because a report is made again: in another language, on another machine, with newer
rules. What is written there is therefore signed by whoever writes it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from harness.bundle.format import MANIFEST, REPORT, REPORT_SIGNATURE, BundleError
from harness.bundle.keys import SigningKey, public_bytes, signing_key
from harness.bundle.locks import folder_locked
from harness.bundle.manifest import manifest_sha256
from harness.bundle.signed import NotSigned, file_entry, listed_files, now, read_signed, sign, write_forced
from harness.bundle.source import FolderSource, Unreadable, read_whole
from harness.errors import UsageError

VOUCHED = ("files", "manifest_sha256")
_SIGNATURE = Path(REPORT_SIGNATURE).name


def report_place(bundle: Path, target: Path) -> bool:
    """Whether `target` lies in the bundle's report/ folder, and so is to be signed.

    Raises UsageError where it lies elsewhere in the bundle: it would alter what was recorded.
    """
    if not bundle.is_dir():
        return False
    root, path = bundle.resolve(), target.resolve()
    if not path.is_relative_to(root):
        return False
    if not path.is_relative_to(root / REPORT) or path in (root / REPORT, root / REPORT_SIGNATURE):
        raise UsageError(
            f"The report cannot be written to {target}.", "That would alter what the bundle holds.",
            f"Name a file outside the bundle or in its folder {REPORT}/ (but not {_SIGNATURE}).")
    return True


def write_reports(bundle: Path, contents: Mapping[Path, bytes], key: SigningKey | None = None) -> None:
    """Writes files of the report/ folder and signs them, once. Raises BundleError, and UsageError where `refuse_anothers` does.

    Other files there stay signed where they are as the same key signed them for the same manifest; this signer
    vouches for no others. Of two programs that write there at once one waits for the other.
    """
    if not contents:
        return
    signer = key or signing_key()
    target = bundle
    try:
        with folder_locked(bundle):
            signature = _renewed(bundle, contents, signer)
            for target, content in contents.items():
                target.parent.mkdir(parents=True, exist_ok=True)
                _replace(target, content)
            target = bundle / REPORT_SIGNATURE
            _replace(target, signature)
    except OSError as bad:
        raise BundleError(
            f"The report cannot be written to {target}: {bad.strerror}.", "", "Name another file with --to.") from bad


def _renewed(bundle: Path, contents: Mapping[Path, bytes], signer: SigningKey) -> bytes:
    """report.sig with these files, too."""
    before = _signed(bundle)
    _refuse(bundle, contents, signer, before)
    sha256 = _manifest_sha256(bundle)
    named = {_inside(bundle, target): content for target, content in contents.items()}
    kept = before["files"] if before is not None and before["manifest_sha256"] == sha256 else []
    files = [one for one in kept if one["path"] not in named]
    files += [file_entry(name, len(content), hashlib.sha256(content).hexdigest()) for name, content in named.items()]
    files.sort(key=lambda entry: str(entry["path"]))
    return sign({"files": files, "manifest_sha256": sha256}, signer, now())


def refuse_anothers(bundle: Path, targets: Iterable[Path]) -> None:
    """Raises UsageError where another key signed further files of report/: this one cannot vouch for them, and they would count
    as altered once its own signature stands there."""
    if (before := _signed(bundle)) is not None:
        _refuse(bundle, targets, signing_key(), before)


def _refuse(bundle: Path, targets: Iterable[Path], signer: SigningKey, before: Mapping[str, Any] | None) -> None:
    if before is None or before["public_key"] == public_bytes(signer.public_key()).hex():
        return
    names = [_inside(bundle, target) for target in targets]
    if others := [one["path"] for one in before["files"] if one["path"] not in names]:
        raise UsageError(
            f"{names[0]} of {bundle} is not written: the report there was signed by another key.",
            f"Who signs anew vouches for all of {REPORT}/, and {others[0]} is theirs.",
            "Name a place outside the bundle: --to FILE.")


def _inside(bundle: Path, target: Path) -> str:
    return target.resolve().relative_to(bundle.resolve()).as_posix()


def _replace(path: Path, content: bytes) -> None:
    unfinished = path.with_name(f".{path.name}")
    write_forced(unfinished, content)
    unfinished.replace(path)


def _manifest_sha256(bundle: Path) -> str:
    """"" where the bundle was never sealed."""
    if not (bundle / MANIFEST).exists():
        return ""
    try:
        return manifest_sha256(FolderSource(bundle))
    except Unreadable as bad:
        raise BundleError(f"{bundle / MANIFEST} {bad}.", "A report names the manifest it was made from.",
                          "Run `harness verify` on the bundle.") from bad


def _signed(bundle: Path) -> dict[str, Any] | None:
    """The fields of report.sig; None where there is none that holds: what it named is told by `verify` as not signed then."""
    source = FolderSource(bundle)
    if not source.has(REPORT_SIGNATURE):
        return None
    try:
        fields = read_signed(read_whole(source, REPORT_SIGNATURE), VOUCHED)
        listed_files(fields["files"])
    except (NotSigned, Unreadable):
        return None
    return fields
