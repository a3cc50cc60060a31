"""The device's first process does one thing after the other, also where several are ready at once."""

from __future__ import annotations

import os
import selectors
import socket

from namespaces import needs_containment

from harness.lab.containment.init import Init

pytestmark = needs_containment


def test_what_another_thing_ended_is_not_done_though_it_was_ready_with_it() -> None:
    """A process dies while a system call of its waits: the death is reaped, and there is no supervisor left."""
    ours, theirs = socket.socketpair()
    init = Init(theirs, -1, -1)
    first, second = os.pipe(), os.pipe()
    done: list[str] = []

    def ends(other: int, name: str) -> None:
        done.append(name)
        init._selector.unregister(other)

    init._selector.register(first[0], selectors.EVENT_READ, lambda: ends(second[0], "first"))
    init._selector.register(second[0], selectors.EVENT_READ, lambda: ends(first[0], "second"))
    try:
        os.write(first[1], b"x")
        os.write(second[1], b"x")
        init._turn()
        assert len(done) == 1
    finally:
        for fd in (*first, *second):
            os.close(fd)
        ours.close()
        theirs.close()
