"""Files and texts that a test adds to its evidence: objects of the bundle, each with a fact that says whose it is."""

from __future__ import annotations

import mimetypes
from pathlib import Path

from harness.errors import UsageError
from harness.model import Fact
from harness.suite.per_test import ATTACHMENT
from harness.suite.session import Session


class Evidence:
    """`attach` keeps something with the test; it is listed in the test's page in the bundle (docs/scenarios.md)."""

    def __init__(self, session: Session, test: str, scenario: str) -> None:
        self._session = session
        self._test = test
        self._scenario = scenario

    def attach(self, content: bytes | str | Path, name: str = "", media_type: str = "") -> Fact:
        """A text, bytes, or a file (by its Path). `name` is needed where it is no file. Raises UsageError."""
        if isinstance(content, Path):
            name = name or content.name
            try:
                data = content.read_bytes()
            except OSError as bad:
                raise UsageError(f"{content} cannot be attached: {bad.strerror}.", "", "Name a file that is there.") from bad
        else:
            data = content.encode("utf-8", "surrogatepass") if isinstance(content, str) else bytes(content)
        if not name:
            raise UsageError("What is attached has no name.", "", "evidence.attach(content, \"notes.txt\")")
        guessed = media_type or mimetypes.guess_type(name)[0] or ("text/plain" if isinstance(content, str) else "")
        return self._session.attach(ATTACHMENT, test=self._test, scenario=self._scenario, name=name,
                                    media_type=guessed or "application/octet-stream", size=len(data), content=data)
