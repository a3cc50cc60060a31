"""`harness verify`: was a bundle altered since it was sealed, and who sealed it?"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from harness.cli.options import Json
from harness.cli.output import emit, out, printable

if TYPE_CHECKING:
    from harness.bundle import Verification

_WORDS = {
    "intact": (
        "Every file is as it was when the bundle was sealed, and the run came to its end.",
        "It holds what the owner of the key below recorded.",
    ),
    "incomplete": (
        "No change was found, but the run did not end properly.",
        "What it holds counts; what it lacks proves nothing.",
    ),
    "altered": (
        "Something was changed after the bundle was sealed.",
        "Do not rely on it: ask for another copy where it was made.",
    ),
    "unverifiable": (
        "No change was found, but it cannot be told whether anything was changed.",
        "Anybody may have written it: trust it no more than the one who gave it to you.",
    ),
}
"""What each status says of the bundle, and what that means for its reader."""


def as_json(result: Verification) -> dict[str, Any]:
    """The result of `verify --json`; docs/json.md is its reference."""
    signer = result.signer
    return {
        "status": str(result.status),
        "differences": [{"file": d.file, "what": d.what} for d in result.differences],
        "signer": signer and {"fingerprint": signer.fingerprint, "created": signer.created, "software": signer.software},
    }


def show(result: Verification) -> None:
    """The same for a person. Names and texts come from the bundle, so what a terminal would obey is spelt out."""
    said, meaning = _WORDS[result.status]
    out.print(f"{result.status}: {said}\n{meaning}", markup=False)
    signer = result.signer
    if signer:
        out.print(f"signed by    {signer.fingerprint} (SHA-256 of the public key)", markup=False)
        out.print(f"signed at    {printable(signer.created)} (the signer's clock)", markup=False)
        out.print(f"signed with  {printable(signer.software)}", markup=False)
    elif result.signature_found:
        out.print("A signature is there, but it does not hold: nobody vouches for this bundle.", markup=False)
    else:
        out.print("No signature is there: nobody vouches for this bundle.", markup=False)
    for difference in result.differences:
        out.print(f"  {printable(difference.file)}: {printable(difference.what)}", markup=False)


def register(app: typer.Typer) -> None:
    @app.command("verify")
    def command(
        bundle: Annotated[Path, typer.Argument(help="A bundle folder, or a zip of one.")],
        json: Json = False,
    ) -> int:
        """Say whether a bundle was altered, and who signed it.

        Every hash and the signature are computed again, and what differs is named. A signature shows which key sealed
        the bundle; whose key that is, only its fingerprint can tell, got by another way than the bundle.
        Exit status: 0 intact, 1 altered, 3 incomplete or unverifiable, 2 not a bundle.
        """
        from harness.bundle import Status, verify

        result = verify(bundle)
        if json:
            emit(as_json(result))
        else:
            show(result)
        return {Status.INTACT: 0, Status.ALTERED: 1}.get(result.status, 3)
