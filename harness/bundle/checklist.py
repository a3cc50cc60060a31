"""What people answered to what no device can show: entries `annotated` in the chain of custody, with their texts and files in
attachments/ (docs/evidence.md, "Checklist").

The chain has the clause, the verdict and the SHA-256 of each file. The words of an answer, which may be about somebody, are a
file themselves, so that a redacted copy can go without them.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import secrets
import shutil
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.bundle.custody import ATTACHED, Action, Entry, append, read_chain
from harness.bundle.format import ATTACHMENTS, CUSTODY, MANIFEST, REDACTION, BundleError
from harness.bundle.keys import SigningKey
from harness.bundle.manifest import manifest_sha256
from harness.bundle.objects import CHUNK
from harness.bundle.redaction import compact
from harness.bundle.signed import NotSigned, file_entry, listed_files, write_forced
from harness.bundle.source import FolderSource, Source, Unreadable, source_of
from harness.errors import UsageError
from harness.model import Answered

MOST = 1 << 20
"""Bytes of an answer's words."""
_PATH = re.compile(rf"{ATTACHMENTS}/[0-9a-f]{{64}}")
_SALT = 16    # bytes: so that nobody finds a short answer by its hash in a copy that lacks it


@dataclass(frozen=True, kw_only=True)
class File:
    """An attachment. `path`: in the bundle; `name`: what it was called, "" where the words are not in this copy; `there`: whether
    the file is (whether it is as it was signed, `verify` says)."""

    path: str
    name: str
    size: int
    sha256: str
    there: bool


@dataclass(frozen=True, kw_only=True)
class Answer:
    """`entry`: its number in the chain; `at`: UTC, ISO 8601, by the clock of whoever answered; `fingerprint`: SHA-256 of the
    raw public key that signed it. `text`: None where it is not in this copy, or not as it was signed."""

    entry: int
    clause: str
    verdict: Answered
    text: str | None
    by: str
    at: str
    fingerprint: str
    files: tuple[File, ...] = ()


def answers(source: Source) -> list[Answer]:
    """All answers, the first first: a later one to the same clause replaces the earlier. [] for a bundle without a chain.
    Raises BrokenChain where the chain does not hold, Unreadable."""
    if not source.has(MANIFEST):
        return []
    chain = read_chain(source, manifest_sha256(source))
    return [one for entry in chain if (one := _answer(source, entry)) is not None]


def answer(
    bundle: Path, clause: str, verdict: Answered, text: str = "", *, attach: Sequence[Path] = (), keep: Sequence[File] = (),
    by: str = "", key: SigningKey | None = None,
) -> Answer:
    """Appends an answer. `attach`: files to copy into the bundle; `keep`: attachments of earlier answers that go with this
    one, too. Raises UsageError where there is nothing to say or nowhere to put it, BundleError where it cannot be written."""
    _check(bundle, verdict, text, attach, keep)
    source = FolderSource(bundle)
    staging: Path | None = None
    placed: list[Path] = []
    try:
        staging = Path(tempfile.mkdtemp(prefix=f".{bundle.resolve().name}.", dir=bundle.resolve().parent))
        files = [_staged(staging, path) for path in attach]
        names = [{"name": path.name, "path": listed["path"]} for path, listed in zip(attach, files, strict=True)]
        names += [{"name": one.name, "path": one.path} for one in keep]
        files += [file_entry(one.path, one.size, one.sha256) for one in keep]
        words = _words(staging, text, names)
        placed = _place(bundle, staging)
        listed = list({one["path"]: one for one in (words, *files)}.values())
        entry = append(
            bundle, Action.ANNOTATED, note=f"checklist {clause}: {verdict}", by=by, key=key,
            data={"clause": clause, "verdict": str(verdict), "words": words["path"], ATTACHED: listed})
    except BaseException as bad:
        if not _in_chain(bundle, placed):
            for path in placed:
                path.unlink(missing_ok=True)
        if isinstance(bad, OSError):
            raise BundleError(f"The answer cannot be put into {bundle}: {bad.strerror}.", "The bundle is as it was.",
                              "Free some space, or let this user write there.") from bad
        raise
    finally:
        if staging is not None:
            shutil.rmtree(staging, ignore_errors=True)
    made = _answer(source, entry)
    assert made is not None
    return made


def _check(bundle: Path, verdict: Answered, text: str, attach: Sequence[Path], keep: Sequence[File]) -> None:
    if source_of(bundle).has(REDACTION):
        raise UsageError(f"{bundle} takes no answers: it is a redacted copy.", "", "Answer in the bundle that it was made from.")
    if not bundle.is_dir():
        raise UsageError(f"{bundle} takes no answers: it is a zip.", "An answer is appended to the bundle itself.",
                         "Unpack it into a folder, answer there, and pack it again with `harness export`.")
    if verdict is not Answered.OPEN and not text.strip() and not attach and not keep:
        raise UsageError("There is no reason for the verdict.", "An answer has a text, or a file, or both.",
                         "Say why with --text, or show it with --attach.")
    if len(text.encode("utf-8", "surrogatepass")) > MOST:
        raise UsageError("The text is too long.", f"An answer's text has {MOST} bytes at most.", "Attach it as a file.")
    for path in attach:
        if not path.is_file():
            raise UsageError(f"{path} cannot be attached.", "It is no file." if path.exists() else "It is not there.",
                             "Name files; pack a folder into one.")


def _staged(staging: Path, path: Path) -> dict[str, Any]:
    """A copy of the file under the name of its hash, and what the chain says of it."""
    digest, size = hashlib.sha256(), 0
    part = staging / "part"
    try:
        with path.open("rb") as source, part.open("wb") as target:
            while piece := source.read(CHUNK):
                digest.update(piece)
                size += len(piece)
                target.write(piece)
            target.flush()
            os.fsync(target.fileno())
    except PermissionError as bad:
        if bad.filename == str(path):
            raise UsageError(f"{path} cannot be attached.", "It cannot be read.", "") from bad
        raise
    part.chmod(0o600)
    part.replace(staging / digest.hexdigest())
    return _listed(digest.hexdigest(), size)


def _words(staging: Path, text: str, names: Iterable[dict[str, str]]) -> dict[str, Any]:
    content = compact({"names": list(names), "salt": secrets.token_hex(_SALT), "text": text}) + b"\n"
    written = staging / hashlib.sha256(content).hexdigest()
    write_forced(written, content)
    written.chmod(0o600)
    return _listed(written.name, len(content))


def _listed(sha256: str, size: int) -> dict[str, Any]:
    return file_entry(f"{ATTACHMENTS}/{sha256}", size, sha256)


def _place(bundle: Path, staging: Path) -> list[Path]:
    """Moves all that is staged into the bundle; those that were not there before."""
    folder = bundle / ATTACHMENTS
    folder.mkdir(mode=0o700, exist_ok=True)
    placed = []
    for path in sorted(staging.iterdir()):
        target = folder / path.name
        if not target.exists():
            path.replace(target)
            placed.append(target)
    return placed


def _in_chain(bundle: Path, placed: Sequence[Path]) -> bool:
    """Whether the entry was written before it went wrong: its files must stay then."""
    try:
        chain = (bundle / CUSTODY).read_bytes()
    except OSError:
        return False
    return any(path.name.encode("ascii") in chain for path in placed)


def _answer(source: Source, entry: Entry) -> Answer | None:
    """None for an entry that is no answer of a shape that is known."""
    data = entry.data
    if entry.action != Action.ANNOTATED or not isinstance(data.get("clause"), str):
        return None
    try:
        verdict, listed = Answered(str(data.get("verdict"))), listed_files(data.get(ATTACHED, []))
    except (ValueError, NotSigned):
        return None
    if not all(_PATH.fullmatch(path) for path in listed):
        return None
    said = str(data.get("words", ""))
    words = _read_words(source, said, listed[said]) if said in listed else {}
    names = {str(one.get("path")): str(one.get("name")) for one in words.get("names", []) if isinstance(one, dict)}
    text = words.get("text")
    return Answer(
        entry=entry.number, clause=data["clause"], verdict=verdict, text=text if isinstance(text, str) else None, by=entry.by,
        at=entry.at, fingerprint=entry.fingerprint,
        files=tuple(File(path=path, name=names.get(path, ""), size=size, sha256=sha256, there=source.has(path))
                    for path, (size, sha256) in listed.items() if path != said))


def _read_words(source: Source, path: str, signed: tuple[int, str]) -> dict[str, Any]:
    """{} where the file is not there, or not as it was signed."""
    if not source.has(path):
        return {}
    try:
        with source.open(path) as file:
            content = file.read(signed[0] + 1)
        value = json.loads(content) if hashlib.sha256(content).hexdigest() == signed[1] else None
    except (Unreadable, ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) and isinstance(value.get("names"), list) else {}
