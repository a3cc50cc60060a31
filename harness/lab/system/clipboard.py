"""The clipboard: one for all apps, seen by the one in front (AOSP ClipboardService, Android 10 and later)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from harness.lab.system.identity import Caller
from harness.lab.system.logs import LogBuffer

_MAX_PARCEL = 1 << 20
_MAX_TEXT = 100_000


class Clipboard:
    """`in_front(package)`: has the focus. `accessed(package)`: somebody read what another had put there.
    `changed()`: there is another clip."""

    def __init__(
        self,
        text: str,
        logs: LogBuffer,
        *,
        in_front: Callable[[str], bool],
        accessed: Callable[[str], None],
        changed: Callable[[], None],
    ) -> None:
        self._logs = logs
        self._in_front = in_front
        self._accessed = accessed
        self._changed = changed
        self._text: str | None = text or None
        self._parcel = ""
        self._owner = ""
        self._told: set[str] = set()

    @property
    def text(self) -> str:
        """"" where there is nothing, or nothing that is text."""
        return self._text or ""

    def put(self, text: str) -> None:
        """The user copies something, or uiautomator in their name."""
        self._set(text, "", "")

    def _set(self, text: str | None, parcel: str, owner: str) -> None:
        self._text, self._parcel, self._owner = text, parcel, owner
        self._told.clear()
        self._changed()

    def answer(self, caller: Caller, verb: str, fields: Mapping[str, Any]) -> dict[str, Any]:
        """set, clear, get, peek. Raises ValueError for what is malformed."""
        if verb not in ("set", "clear", "get", "peek"):
            raise ValueError(f"no verb {verb!r}")
        if not self._in_front(caller.package):
            self._logs.system(
                "ClipboardService", f"Denying clipboard access to {caller.package}, application is not in focus nor is it a "
                f"system service for user 0", priority="E",
            )  # fmt: skip
            return {}
        if verb == "clear":
            self._set(None, "", caller.package)
            return {}
        if verb == "set":
            parcel, text = fields["parcel"], fields.get("text")
            if not isinstance(parcel, str) or not isinstance(text, str) or len(parcel) > _MAX_PARCEL:
                raise ValueError("a clip is no text, or too long")
            self._set(text[:_MAX_TEXT], parcel, caller.package)
            return {}
        if self._text is None:
            return {}
        if verb == "get" and self._owner != caller.package and caller.package not in self._told:
            self._told.add(caller.package)
            self._accessed(caller.package)
        clip: dict[str, Any] = {"parcel": self._parcel} if self._parcel else {"text": self._text}
        return {**clip, "has_text": bool(self._text)}
