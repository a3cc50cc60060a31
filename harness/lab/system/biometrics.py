"""The fingerprint sensor: who is enrolled, who waits for a touch, the prompt on the screen (AOSP BiometricService)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from harness.lab.appprocess import AppProcessError
from harness.lab.system.permissions import Permissions
from harness.lab.system.processes import Processes, RunningProcess
from harness.lab.ui.biometric_dialog import BiometricDialog
from harness.lab.ui.screen import Screen
from harness.lab.ui.strings import Texts

# BiometricManager.BIOMETRIC_*, Authenticators
SUCCESS, NONE_ENROLLED, NO_HARDWARE = 0, 11, 12
_BIOMETRIC, _CREDENTIAL = 0xFF, 1 << 15
# BiometricConstants.BIOMETRIC_ERROR_*
CANCELED, LOCKOUT, USER_CANCELED, NO_BIOMETRICS, NO_CREDENTIAL = 5, 7, 10, 11, 14
_NEGATIVE = 2  # BiometricPrompt.DISMISSED_REASON_NEGATIVE
_MAX_FAILS = 5  # LockoutTracker: then the sensor is shut for 30 s
_LOCKOUT_S = 30.0
_MAX_TEXT = 500
MOST = 5  # config_fingerprintMaxTemplatesPerUser


class SensorRefused(Exception):
    """The text is what the shell says."""


@dataclass(eq=False)
class Session:
    """One request for a touch. `number` is the app process's. `window`: None for FingerprintManager's, which shows none."""

    process: RunningProcess
    number: int
    window: BiometricDialog | None = None
    fails: int = 0


class Biometrics:
    """One sensor; one request at a time, of the app in front. `now`: seconds, of a clock that never goes back."""

    def __init__(
        self, permissions: Permissions, processes: Processes, screen: Screen, texts: Texts,
        is_foreground: Callable[[str], bool], now: Callable[[], float], enrolled: int,
    ) -> None:  # fmt: skip
        self._permissions, self._processes, self._screen, self._texts = permissions, processes, screen, texts
        self._is_foreground, self._now = is_foreground, now
        self.enrolled = enrolled
        self._session: Session | None = None
        self._fails = 0
        self._locked_until = 0.0

    @property
    def waiting(self) -> bool:
        """Whether somebody waits for a touch."""
        return self._session is not None

    # --- what apps ask

    def answer(self, process: RunningProcess, verb: str, fields: Mapping[str, Any]) -> dict[str, Any]:
        """can, enrolled, authenticate, cancel. Raises AppProcessError for what Android throws."""
        fingerprint = fields.get("fingerprint") is True
        self._check(process, fingerprint)
        if verb == "can":
            return {"result": self.can(int(fields["authenticators"]))}
        if verb == "enrolled":
            return {"fingers": self.enrolled}
        if verb == "authenticate":
            self._begin(process, int(fields["session"]), fields, fingerprint)
        elif verb == "cancel":
            one = self._session
            if one is not None and (one.process, one.number) == (process, int(fields["session"])):
                self._error(one, CANCELED)
        else:
            raise ValueError(f"no verb {verb!r}")
        return {}

    def _check(self, process: RunningProcess, fingerprint: bool) -> None:
        names = ["USE_BIOMETRIC", "USE_FINGERPRINT"] if fingerprint else ["USE_BIOMETRIC", "USE_BIOMETRIC_INTERNAL"]
        if not any(self._permissions.is_granted(process.package, f"android.permission.{name}") for name in names):
            why = f"Must have android.permission.{names[1 if fingerprint else 0]} permission."
            raise AppProcessError(f"java.lang.SecurityException: {why}")

    def can(self, authenticators: int) -> int:
        """BiometricManager.canAuthenticate. There is no lock screen, so no credential of the device either."""
        if authenticators & _BIOMETRIC:
            return SUCCESS if self.enrolled else NONE_ENROLLED
        return NONE_ENROLLED if authenticators & _CREDENTIAL else NO_HARDWARE

    def _begin(self, process: RunningProcess, number: int, fields: Mapping[str, Any], fingerprint: bool) -> None:
        one = Session(process, number)
        authenticators = int(fields.get("authenticators") or _BIOMETRIC)
        if not self._is_foreground(process.package):
            self._tell(one, "error", CANCELED)
        elif not self.enrolled:
            self._tell(one, "error", NO_BIOMETRICS if authenticators & _BIOMETRIC else NO_CREDENTIAL)
        elif self._now() < self._locked_until:
            self._tell(one, "error", LOCKOUT)
        else:
            if self._session is not None:
                self._error(self._session, CANCELED)
            self._session = one
            if not fingerprint:
                one.window = self._prompt(one, fields)
                self._screen.show(one.window)

    def _prompt(self, one: Session, fields: Mapping[str, Any]) -> BiometricDialog:
        async def refuse() -> None:
            self._end(one)
            self._tell(one, "dismissed", _NEGATIVE)

        def gone() -> None:
            if self._session is one:
                self._error(one, USER_CANCELED)

        texts = {name: str(fields.get(name) or "")[:_MAX_TEXT] for name in ("title", "subtitle", "description", "negative")}
        return BiometricDialog(self._screen.look, self._texts, texts, refuse, gone)

    # --- the sensor

    def enroll(self, fingers: int) -> None:
        """So many fingers, numbered from 1."""
        if not 0 <= fingers <= MOST:
            raise SensorRefused(f"0 to {MOST} fingers can be enrolled")
        self.enrolled = fingers
        if not fingers and self._session is not None:
            self._error(self._session, CANCELED)

    def touch(self, finger: int) -> bool:
        """A finger on the sensor; False where nobody waits for one."""
        one = self._session
        if one is None or not self._screen.on:
            return False
        if not self._is_foreground(one.process.package):
            self._error(one, CANCELED)
            return False
        if 1 <= finger <= self.enrolled:
            self._fails = 0
            self._end(one)
            self._tell(one, "succeeded", finger)
            return True
        self._fails += 1
        self._tell(one, "failed", 0)
        if one.window is not None:
            one.window.say(self._texts("fingerprint_not_match"))
        if self._fails >= _MAX_FAILS:
            self._fails, self._locked_until = 0, self._now() + _LOCKOUT_S
            self._error(one, LOCKOUT)
        return True

    # --- ends

    def process_ended(self, process: RunningProcess) -> None:
        if self._session is not None and self._session.process is process:
            self._end(self._session)

    def _error(self, one: Session, code: int) -> None:
        self._end(one)
        self._tell(one, "error", code)

    def _end(self, one: Session) -> None:
        if self._session is one:
            self._session = None
        if one.window is not None:
            self._screen.close(one.window)

    def _tell(self, one: Session, what: str, code: int) -> None:
        call = self._processes.call(one.process, "biometric", session=one.number, what=what, code=code)
        self._processes.run(call, "the fingerprint sensor")
