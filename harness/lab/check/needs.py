"""What is said of an app: one need for each thing that it asks for and the lab device does not have."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

MOST_SUBJECTS = 40  # names that a need lists; its count says how many there are


class Severity(StrEnum):
    """The weightiest first."""

    STOPS = "stops"      # it is not installed, or will not come up
    LIMITS = "limits"    # parts of it will not work, or see less than on a phone
    NOTE = "note"        # worth knowing; nothing of it fails by that


@dataclass(frozen=True, kw_only=True)
class Need:
    """`what` the app needs, `why` that is a want (with the source, where the fact is not the APK's), and what happens `then`.

    `id`: which check it is. `subjects`: the libraries, classes or methods that it is about, the most used first.
    """

    severity: Severity
    id: str
    what: str
    why: str
    then: str
    subjects: tuple[str, ...] = ()
    count: int = 1

    @classmethod
    def of(cls, severity: Severity, id: str, what: str, why: str, then: str, subjects: Iterable[str] = ()) -> Need:
        every = tuple(dict.fromkeys(subjects))
        return cls(severity=severity, id=id, what=what, why=why, then=then, subjects=every[:MOST_SUBJECTS], count=len(every) or 1)
