"""A key that never leaves what holds it (a token, a card, a service): a program signs, the harness checks what it gave."""

from __future__ import annotations

import shlex
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from harness.bundle.keys import PROGRAM_NAMED, PUBLIC_NAMED, read_public
from harness.errors import HarnessError, UsageError

_WAIT = 300.0
"""Seconds for a person to give a PIN or touch a token."""
_DO = "See docs/evidence.md, \"Keys\"."


@dataclass(frozen=True)
class ProgramKey:
    """`command`: words of a program that reads what is to be signed on its standard input, a file, or in the file that {}
    stands for, and writes the 64 bytes of the signature. `public`: the key that must have made it."""

    command: tuple[str, ...]
    public: Ed25519PublicKey

    @classmethod
    def of(cls, command: str, public: str) -> ProgramKey:
        """Raises HarnessError."""
        if not public:
            raise UsageError(f"{PROGRAM_NAMED} is set and {PUBLIC_NAMED} is not.", "Whose signature it makes is not known.",
                             f"{PUBLIC_NAMED}=FILE names its public key (PEM).")
        try:
            words = tuple(shlex.split(command))
        except ValueError as bad:
            raise UsageError(f"{PROGRAM_NAMED} is no command: {bad}.", "", _DO) from bad
        if not words:
            raise UsageError(f"{PROGRAM_NAMED} is empty.", "", _DO)
        return cls(words, Ed25519PublicKey.from_public_bytes(read_public(Path(public))))

    def public_key(self) -> Ed25519PublicKey:
        return self.public

    def sign(self, data: bytes, /) -> bytes:
        """Raises HarnessError where the program fails, or gives no signature of this key."""
        with tempfile.NamedTemporaryFile(prefix="to-sign-") as file:
            file.write(data)
            file.flush()
            file.seek(0)
            words = [word.replace("{}", file.name) for word in self.command]
            try:
                ran = subprocess.run(words, stdin=file, capture_output=True, check=False, timeout=_WAIT)
            except (OSError, subprocess.TimeoutExpired) as bad:
                self._fail(str(bad), bad)
        if ran.returncode != 0:
            self._fail(f"It ended with status {ran.returncode}: {ran.stderr.decode(errors='replace').strip()[-500:]}", None)
        try:
            self.public.verify(ran.stdout, data)
        except InvalidSignature as bad:
            self._fail(f"The {len(ran.stdout)} bytes that it wrote are no signature by the key that {PUBLIC_NAMED} names.", bad)
        return ran.stdout

    def _fail(self, why: str, cause: Exception | None) -> NoReturn:
        raise HarnessError(f"{shlex.join(self.command)} did not sign.", why, _DO) from cause
