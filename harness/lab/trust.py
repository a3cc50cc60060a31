"""Which APKs may run where there is no containment: our own example apps, and what the user vouches for."""

from __future__ import annotations

from pathlib import Path

from harness.errors import UsageError
from harness.lab.artefacts import sha256_of
from harness.resources import cache_dir


def is_example_app(apk: Path) -> bool:
    """Whether the file is, byte for byte, an example app built on this machine.

    Their signature proves nothing: the key they are signed with is public. Only the builder writes to the folder.
    """
    wanted = sha256_of(apk)
    return any(sha256_of(built) == wanted for built in cache_dir("apps").glob("*/*.apk"))


def check_trust(apk: Path, why_not_contained: str, trust_apk: bool) -> None:
    """Raises UsageError for a foreign APK on a device without containment. `why_not_contained`: "" with it."""
    if not why_not_contained or trust_apk or is_example_app(apk):
        return
    raise UsageError(
        "This APK is foreign code, and the lab cannot shut it in here.",
        f"{why_not_contained[:1].upper()}{why_not_contained[1:]}.",
        "Use a phone or a Linux machine with user namespaces, or vouch for the APK with --trust-apk: "
        "it then runs with your rights on this machine.",
    )
