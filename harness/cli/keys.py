"""`harness keys`: which key signs here, and how others get its public part."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from harness.cli.options import Json
from harness.cli.output import emit, err, out, printable


def register(app: typer.Typer) -> None:
    @app.command("keys")
    def command(
        export_public: Annotated[Path | None, typer.Option(
            "--export-public", metavar="FILE", help="Write the public key into this file (PEM).")] = None,
        import_key: Annotated[Path | None, typer.Option(
            "--import", metavar="FILE",
            help="Make the Ed25519 private key in this file (PEM) this rig's own. The one before is kept beside it.")] = None,
        json: Json = False,
    ) -> int:
        """Show the key that signs bundles, or bring another.

        It is made where there is none yet. Hand its fingerprint over by another way than the bundles: it is what tells whose
        they are (`harness verify --signer`). HARNESS_SIGNING_KEY=FILE signs with another key; HARNESS_SIGN_WITH=COMMAND and
        HARNESS_PUBLIC_KEY=FILE with one that a program holds, on a token for instance.
        """
        from harness.bundle import keys
        from harness.errors import UsageError

        if import_key is not None:
            if keys.holder().kind != "own":
                raise UsageError("The environment names another key than this rig's own.", "",
                                 f"Unset {keys.FILE_NAMED} and {keys.PROGRAM_NAMED} to import one.")
            path, kept = keys.import_key(import_key)
            err.print(printable(f"imported into {path}" + (f"; the key before is kept as {kept}" if kept else "")))
        held = keys.holder()
        public = keys.public_bytes(keys.signing_key().public_key())
        if export_public is not None:
            try:
                export_public.write_bytes(keys.public_pem(public))
            except OSError as bad:
                raise UsageError(f"{export_public} cannot be written: {bad.strerror}.", "", "Name another file.") from bad
            err.print(printable(f"written  {export_public}"))
        if json:
            emit({"fingerprint": keys.fingerprint(public), "public_key": public.hex(), "algorithm": "Ed25519",
                  "held_by": held.kind, "where": held.where})
        else:
            words = {"own": "this rig's own", "file": f"named by {keys.FILE_NAMED}", "program": f"signed by {keys.PROGRAM_NAMED}"}
            out.print(f"fingerprint  {keys.fingerprint(public)} (SHA-256 of the public key)")
            out.print(f"public key   {public.hex()} (Ed25519)")
            out.print(printable(f"held by      {held.where} ({words[held.kind]})"))
        return 0
