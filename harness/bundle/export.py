"""A bundle as one zip, whole or with what is personal taken out (docs/evidence.md)."""

from __future__ import annotations

import itertools
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import IO

from harness.bundle import custody, redaction
from harness.bundle.format import MANIFEST, REDACTION, REPORT, SAMPLE, BundleError
from harness.bundle.keys import SigningKey, signing_key
from harness.bundle.manifest import covered
from harness.bundle.signed import cut_files, now, read_canonical, sign
from harness.bundle.source import FolderSource, lines_of
from harness.bundle.verify import REDACTED, Status, verify
from harness.errors import UsageError

CHECKER = "check_bundle.py"
_DATE = (1980, 1, 1, 0, 0, 0)
_CHUNK = 1 << 20
_PACKED = frozenset({".apk", ".png", ".jpg", ".zip"})
Progress = Callable[[int, int], None]
"""Told how many files are written, and of how many."""


def export(
    bundle: Path, target: Path, *, redact: bool = False, sample: bool = True, by: str = "", note: str = "",
    key: SigningKey | None = None, progress: Progress | None = None,
) -> Path:
    """Writes the zip, and the script that checks it beside it; returns the script's path: under another name where CHECKER is
    a file with other contents, which stays.

    An entry `exported` is appended to the chain of custody first. `redact`: see harness.bundle.redaction; `sample`: whether the
    app that was tested goes along. Raises UsageError where the bundle is not sealed, lies in a zip or is altered, or where
    `target` is there already or lies in the bundle; BundleError where it cannot be written.
    """
    if not bundle.is_dir():
        raise UsageError(f"{bundle} is no folder of a bundle.", "Only a folder can be exported.", "Unpack it, or copy the zip.")
    if target.exists() or target.resolve().is_relative_to(bundle.resolve()):
        raise UsageError(f"{target} cannot be written.", "It is there already, or in the bundle.", "Name another with --to.")
    found = verify(bundle)
    if found.status in (Status.ALTERED, Status.UNVERIFIABLE) or found.signer is None:
        raise UsageError(f"{bundle} is not exported: it is {found.status}.", "A copy would be worth no more.",
                         "`harness verify` names what differs.")
    signer = key or signing_key()
    cut = _cut(bundle, FolderSource(bundle)) if redact else {}
    part = target.with_name(f".{target.name}.part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        part.touch()
    except OSError as bad:
        raise UsageError(
            f"{target} cannot be written: {bad.strerror}.", "The bundle is as it was.", "Name another with --to.") from bad
    try:
        custody.append(bundle, custody.Action.EXPORTED, note=note or target.name, by=by, data={"redacted": redact}, key=signer)
        source = FolderSource(bundle)
        names = [name for name in source.names() if sample or not name.startswith(f"{SAMPLE}/")]
        pieces: dict[str, bytes] = {}
        removed = [name for name in source.names() if covered(name) and name not in names]
        if redact:
            removed += [name for name in names if redaction.among(name, redaction.REMOVED)]
            names = [name for name in names if not redaction.among(name, redaction.REMOVED) and not name.startswith(f"{REPORT}/")]
        if removed or cut:
            told = {"cut": sorted(cut), "manifest_sha256": found.manifest_sha256, "removed": sorted(removed)}
            assert sorted(told) == sorted(REDACTED)
            pieces[REDACTION] = sign(told, signer, now())
        with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as archive:
            for number, name in enumerate(sorted([*names, *pieces])):
                if progress:
                    progress(number, len(names) + len(pieces))
                _put(archive, source, name, pieces.get(name), name in cut)
        part.replace(target)
        checker = _put_checker(target.parent)
    except OSError as bad:
        raise BundleError(f"{target} cannot be written: {bad.strerror}.",
                          "Its chain of custody has the export already; nothing else of the bundle was changed.",
                          "Free some space, and export again.") from bad
    finally:
        part.unlink(missing_ok=True)
    return checker


def _cut(bundle: Path, source: FolderSource) -> dict[str, tuple[int, str]]:
    """What the manifest says of each journal when cut. Raises BundleError where it says nothing, or another thing than is so."""
    sealed = cut_files(read_canonical((bundle / MANIFEST).read_bytes())["resources"])
    if not sealed or not source.has(redaction.SEED):
        raise BundleError(
            f"{bundle} cannot be redacted.", "It was sealed by a version that did not prepare for that, or is a redacted copy.",
            "Export it whole, or run the test again.")
    if redaction.cut_journals(source) != sealed:
        raise BundleError(f"{bundle} cannot be redacted.", "What was sealed for a cut copy is not what its journals give.",
                          "Export it whole: its manifest and signature hold.")
    return sealed


def _put_checker(folder: Path) -> Path:
    content = Path(__file__).with_name(CHECKER).read_bytes()
    names = itertools.chain([CHECKER], (f"{Path(CHECKER).stem}-{number}.py" for number in itertools.count(2)))
    for path in (folder / name for name in names):
        try:
            with path.open("xb") as file:
                file.write(content)
        except FileExistsError:
            if not _has(path, content):
                continue
        except OSError:
            path.unlink(missing_ok=True)
            raise
        return path
    raise AssertionError("there are names without end")


def _has(path: Path, content: bytes) -> bool:
    """Whether that is a file with just this; one that cannot be read is somebody else's."""
    try:
        return path.is_file() and path.read_bytes() == content
    except PermissionError:
        return False


def _put(archive: zipfile.ZipFile, source: FolderSource, name: str, piece: bytes | None, cut: bool) -> None:
    entry = zipfile.ZipInfo(name, _DATE)
    entry.external_attr = 0o600 << 16
    entry.compress_type = zipfile.ZIP_STORED if Path(name).suffix in _PACKED else zipfile.ZIP_DEFLATED
    with archive.open(entry, "w", force_zip64=True) as into:
        if piece is not None:
            into.write(piece)
        elif cut:
            with source.open(name) as file:
                for line in redaction.cut(name, lines_of(file), redaction.seed_of(source)):
                    into.write(line)
        else:
            _copy(source, name, into)


def _copy(source: FolderSource, name: str, into: IO[bytes]) -> None:
    with source.open(name) as file:
        while chunk := file.read(_CHUNK):
            into.write(chunk)
