"""The one error hierarchy: what went wrong, why, and what to do about it.

The command line prints exactly these three and sets the exit status; anything that is not a
`HarnessError` is a bug and is shown as one.
"""

from __future__ import annotations


class HarnessError(Exception):
    """A failure that a user can understand and act on.

    `what`: one sentence, what failed. `why`: the cause as far as it is known.
    `fix`: what the user can do. `exit_status`: see docs/exit-status.md.
    """

    exit_status = 2

    def __init__(self, what: str, why: str = "", fix: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.why = why
        self.fix = fix

    def __str__(self) -> str:
        return " ".join(part for part in (self.what, self.why, self.fix) if part)


class UsageError(HarnessError):
    """The call was wrong: a missing file, two devices and none named, an unknown scenario."""

    exit_status = 2


class BadApk(HarnessError):
    """The file is not an APK that can be installed."""

    exit_status = 2


class RigError(HarnessError):
    """The rig failed, not the app: device lost, Frida refused, proxy dead. Worth a retry."""

    exit_status = 4


class ProcessGone(RigError):
    """The app's process ended before it could be reached."""


class NoFrida(RigError):
    """Nothing answers as Frida does."""


class NothingSelected(HarnessError):
    """The selection matched no app, scenario or rule."""

    exit_status = 5
