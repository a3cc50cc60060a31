"""What hooked writes to a socket cost: `python -m benchmarks.writes`. Against the same without hooks; decides nothing.

A kibibyte at a time goes over loopback: bytes that are no head of a request, which the hook turns away, and heads, each of which
is recorded with its stack (docs/hooks.md, "Heads of requests").
"""

from __future__ import annotations

import dataclasses
import statistics
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests" / "capture"))
from jvm_app import PACKAGE, JvmApp, Portal, Quick, compiled, running

from harness.capture.catalogue import load_catalogue
from harness.capture.hooks import HookCapture

ROUNDS = 7
WRITES = 2000


def main() -> None:
    whole = load_catalogue()
    catalogue = dataclasses.replace(whole, hooks=tuple(h for h in whole.hooks if h.kind == "http_write"))
    portal = Portal()
    with running(compiled(), PACKAGE) as plain, running(compiled(), PACKAGE) as app:
        portal.join(app)
        capture = HookCapture(portal.link(), PACKAGE, Quick(), catalogue, level=35, per_second=10**9)
        capture.start()
        assert portal.announce(app).wait(30), "the process was never let go"
        for what in ("other", "head"):
            found = [(_write(plain, what), _write(app, what)) for _ in range(ROUNDS)]
            without, hooked = (statistics.median(column) for column in zip(*found, strict=True))
            print(f"{what}: {without / 1000:.1f} us without a hook, {hooked / without:.1f} times that with it")
    portal.stop()


def _write(app: JvmApp, what: str) -> int:
    return int(app.order(f"http-time {what} {WRITES}"))


if __name__ == "__main__":
    main()
