"""`harness verify`: was a bundle altered since it was sealed, and who sealed it?"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from harness.cli.options import Json
from harness.cli.output import emit, err, out, printable

if TYPE_CHECKING:
    from harness.bundle import Signer, Verification

_WORDS = {
    "intact": (
        "What was recorded is as it was when the bundle was sealed, and the run came to its end.",
        "It holds what the owner of the key below recorded.",
    ),
    "incomplete": (
        "No change was found, but the run did not end properly.",
        "What it holds counts; what it lacks proves nothing.",
    ),
    "altered": (
        "Something was changed after it was signed.",
        "Do not rely on it: ask for another copy where it was made.",
    ),
    "unverifiable": (
        "No change was found, but it cannot be told whether anything was changed.",
        "Anybody may have written it: trust it no more than the one who gave it to you.",
    ),
}
"""What each status says of the bundle, and what that means for its reader."""
_TOLD = 5  # differences that a warning names; `harness verify` names all


def as_json(result: Verification) -> dict[str, Any]:
    """The result of `verify --json`; docs/json.md is its reference."""
    return {
        "status": str(result.status),
        "differences": [{"file": d.file, "what": d.what} for d in result.differences],
        "signer": _signer(result.signer),
        "report_signer": _signer(result.report_signer),
        "redaction": None if result.redaction is None else {
            "removed": result.redaction.removed, "cut": result.redaction.cut, "signer": _signer(result.redaction.signer)},
        "custody": [vars(entry) for entry in result.custody],
        "stamps": [vars(stamp) for stamp in result.stamps],
    }


def _signer(signer: Signer | None) -> dict[str, str] | None:
    if signer is None:
        return None
    return {"fingerprint": signer.fingerprint, "created": signer.created, "software": signer.software}


def show(result: Verification) -> None:
    """The same for a person. Names and texts come from the bundle, so each stays on its line."""
    said, meaning = _WORDS[result.status]
    if result.trusted is False and [one.file for one in result.differences] == ["manifest.sig"]:
        said = "It is sealed by another key than the one that was named. Nothing else differs."
        meaning = "Whose key that is, only its fingerprint can tell, got by another way than the bundle."
    out.print(f"{result.status}: {said}\n{meaning}")
    signer = result.signer
    if signer:
        out.print(f"signed by    {signer.fingerprint} (SHA-256 of the public key)")
        out.print(f"signed at    {printable(signer.created)} (the signer's clock)")
        out.print(f"signed with  {printable(signer.software)}")
    elif result.signature_found:
        out.print("A signature is there, but it does not hold: nobody vouches for this bundle.")
    else:
        out.print("No signature is there: nobody vouches for this bundle.")
    _show_redaction(result)
    _show_report(result)
    if result.custody:
        last = result.custody[-1]
        out.print(printable(f"custody      {len(result.custody)} entries, the last: {last.action} {last.at} {last.by}".rstrip()))
    for stamp in result.stamps:
        unsure = "" if stamp.checked else " (whose key that is was not checked: --tsa-ca)"
        out.print(printable(f"time stamp   {stamp.at} by {stamp.authority}{unsure}"))
    for difference in result.differences:
        out.print(f"  {printable(difference.file)}: {printable(difference.what)}")


def _show_redaction(result: Verification) -> None:
    if result.redaction is None:
        return
    lacks, by = result.redaction, result.redaction.signer
    out.print(f"This is a redacted copy: it lacks {len(lacks.removed)} files, and what is personal in {len(lacks.cut)} journals.")
    out.print("What is left is as it was sealed.")
    out.print(f"redacted by  {by.fingerprint} (SHA-256 of the public key)")
    out.print(f"redacted at  {printable(by.created)} (that signer's clock)")


def _show_report(result: Verification) -> None:
    maker = result.report_signer
    if maker is None:
        out.print("No signature vouches for its report." if result.report_found else "No report is in it.")
    elif result.signer is not None and maker.fingerprint == result.signer.fingerprint:
        out.print(f"report made  {printable(maker.created)} by the same key")
    else:
        out.print("The report was made by another key than that of the bundle:" if result.signer else "Its report is signed:")
        out.print(f"report by    {maker.fingerprint} (SHA-256 of the public key)")
        out.print(f"report made  {printable(maker.created)} (that signer's clock)")
        out.print(f"report with  {printable(maker.software)}")


def warn(result: Verification) -> None:
    """On stderr, where a bundle that is about to be judged was altered or cannot be verified."""
    if str(result.status) not in ("altered", "unverifiable"):
        return
    said, meaning = _WORDS[result.status]
    err.print(f"{result.status}: {said} {meaning}", style="bold yellow")
    for difference in result.differences[:_TOLD]:
        err.print(f"  {printable(difference.file)}: {printable(difference.what)}")
    if len(result.differences) > _TOLD:
        err.print(f"  and {len(result.differences) - _TOLD} more: harness verify names all")


def check_all(path: Path) -> Verification:
    """A bundle and those it goes on from, or all of a run's folder: checked, warned of, and the worst of it given. That an
    earlier bundle was broken off is why the run went on, and says nothing against it."""
    from harness.bundle import Status, verify
    from harness.tables import bundles_in, is_run_folder
    from harness.tables.parts import continued

    folder = is_run_folder(path)
    own = bundles_in(path) if folder else [path]
    earlier = [] if folder else continued(path)
    results = [(bundle, verify(bundle)) for bundle in (*own, *earlier)]
    for bundle, result in results:
        if len(results) > 1 and str(result.status) in ("altered", "unverifiable"):
            err.print(printable(f"of {bundle}:"), style="bold yellow")
        warn(result)
    counted = [result for bundle, result in results if bundle not in earlier or result.status is not Status.INCOMPLETE]
    order = (Status.ALTERED, Status.UNVERIFIABLE, Status.INCOMPLETE, Status.INTACT)
    return min(counted, key=lambda result: order.index(result.status))


def register(app: typer.Typer) -> None:
    @app.command("verify")
    def command(
        bundle: Annotated[Path, typer.Argument(help="A bundle folder, or a zip of one.")],
        tsa_ca: Annotated[Path | None, typer.Option(
            "--tsa-ca", help="Root certificates (PEM) that the keys of its time stamps are checked against.")] = None,
        signer: Annotated[Path | None, typer.Option(
            "--signer", metavar="FILE",
            help="The public key (PEM) that it must be sealed with: `harness keys --export-public`.")] = None,
        json: Json = False,
    ) -> int:
        """Say whether a bundle was altered, and who signed it.

        Every hash and every signature is computed again, and what differs is named. A signature shows which key sealed
        the bundle or made its report; whose key that is, only its fingerprint can tell, got by another way than the bundle.
        Exit status: 0 intact, 1 altered, 3 incomplete or unverifiable, 2 not a bundle.
        """
        from harness.bundle import Status, verify
        from harness.bundle.keys import read_public
        from harness.bundle.timestamp import read_roots

        result = verify(bundle, read_public(signer) if signer else None, authorities=read_roots(tsa_ca) if tsa_ca else ())
        if json:
            emit(as_json(result))
        else:
            show(result)
        return {Status.INTACT: 0, Status.ALTERED: 1}.get(result.status, 3)
