"""Binder objects across processes: nodes, handles and transactions, as the kernel's driver has them.

docs/lab-protocol.md, "Binders", is what is carried out here. All that processes say is a stranger's: a handle counts only in
the process that was given it, and what is under way to a process is bounded.
"""

from __future__ import annotations

import asyncio
import itertools
import weakref
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeGuard

from harness.lab.appprocess import AppProcessError, ProcessGone
from harness.lab.system.logs import LogBuffer
from harness.lab.system.processes import Processes, RunningProcess

ROOM = (1 << 20) - (8 << 10)
"""Bytes under way to one process: BINDER_VM_SIZE of ProcessState.cpp."""

FLAG_ONEWAY = 1
_OVERHEAD = 128  # bytes counted for each transaction besides its parcel, so that empty ones are bounded too
_MAX_BINDERS = 4096  # in one parcel
_MAX_NODES = 20_000  # objects that others hold of one process
_MAX_DEPTH = 64  # calls within calls


class NoSuchBinder(Exception):
    """A process used a handle that was not given to it, or said something that is no binder."""


_OBJECT_BYTES = 24  # flat_binder_object


@dataclass(eq=False)
class Node:
    """An object of `owner`, which knows it as `own`. `seen`: how many times the owner has named it.

    It lives as long as somebody holds it: a handle, an intent that waits to be delivered, saved state.
    """

    owner: RunningProcess
    own: int
    seen: list[int] = field(default_factory=lambda: [0])

    @property
    def alive(self) -> bool:
        return not self.owner.ended


@dataclass(frozen=True)
class Parcel:
    """What goes from one process to another: `data`, which only app processes read, and the objects in it."""

    data: str = ""
    nodes: tuple[Node | None, ...] = ()

    @property
    def size(self) -> int:
        """Bytes on a phone, at most. Base64 of an encoding that is at most a quarter longer than Android's."""
        return len(self.data) * 3 // 5 + _OBJECT_BYTES * len(self.nodes)


@dataclass
class _Handle:
    node: Node
    count: int = 0


@dataclass
class _Table:
    """What one process has been given."""

    handles: dict[int, _Handle] = field(default_factory=dict)
    by_node: dict[Node, int] = field(default_factory=dict)
    numbers: Any = field(default_factory=lambda: itertools.count(1))


@dataclass(frozen=True)
class _Transaction:
    """A sync call under way. `thread`: the caller's thread that waits, by the caller's own number."""

    number: int
    caller: RunningProcess
    target: RunningProcess
    thread: int
    parent: _Transaction | None
    depth: int


class Binders:
    """All objects and calls between the app processes of one device."""

    def __init__(self, processes: Processes, logs: LogBuffer) -> None:
        self._processes = processes
        self._logs = logs
        self._tables: dict[RunningProcess, _Table] = defaultdict(_Table)
        self._nodes: dict[RunningProcess, weakref.WeakValueDictionary[int, Node]] = defaultdict(weakref.WeakValueDictionary)
        self._open: dict[int, _Transaction] = {}
        self._room: dict[RunningProcess, int] = defaultdict(int)
        self._oneway_room: dict[RunningProcess, int] = defaultdict(int)
        self._numbers = itertools.count(1)

    # --- reading what a process says

    def accept(self, speaker: RunningProcess, binder: object) -> Node | None:
        """The node that a BINDER of `speaker` means. Raises NoSuchBinder."""
        if binder is None:
            return None
        if not isinstance(binder, dict):
            raise NoSuchBinder("no binder")
        own, handle = binder.get("own"), binder.get("handle")
        if _is_number(own):
            return self._node(speaker, own)
        if _is_number(handle):
            entry = self._tables[speaker].handles.get(handle)
            if entry is not None:
                return entry.node
        raise NoSuchBinder(f"{speaker.name} has no binder {binder}")

    def _node(self, owner: RunningProcess, own: int) -> Node:
        nodes = self._nodes[owner]
        node = nodes.get(own)
        if node is None:
            if len(nodes) >= _MAX_NODES:
                raise NoSuchBinder(f"{owner.name} has more than {_MAX_NODES} objects that others hold")
            node = Node(owner, own)
            nodes[own] = node
            loop = asyncio.get_running_loop()
            weakref.finalize(node, _later, loop, self._forgotten, owner, own, node.seen).atexit = False
        node.seen[0] += 1
        return node

    def _forgotten(self, owner: RunningProcess, own: int, seen: list[int]) -> None:
        if not owner.ended:
            self._processes.run(owner.link.call("forget", own=own, count=seen[0]), f"forget to {owner.name}")

    def accept_all(self, speaker: RunningProcess, binders: object) -> tuple[Node | None, ...]:
        """Raises NoSuchBinder."""
        if not isinstance(binders, list) or len(binders) > _MAX_BINDERS:
            raise NoSuchBinder("no list of binders, or too long a one")
        return tuple(self.accept(speaker, one) for one in binders)

    def accept_parcel(self, speaker: RunningProcess, parcel: object) -> Parcel:
        """Raises NoSuchBinder."""
        if parcel is None:
            return Parcel()
        if not isinstance(parcel, dict) or not isinstance(parcel.get("data"), str):
            raise NoSuchBinder("no parcel")
        return Parcel(parcel["data"], self.accept_all(speaker, parcel.get("binders") or []))

    def accept_arguments(self, speaker: RunningProcess, arguments: Mapping[str, Any]) -> Mapping[str, Any]:
        """The arguments of an ask, the binders of its intents as nodes. Raises NoSuchBinder."""
        accepted = dict(arguments)
        for name in ("intent", "fill_in"):
            if name in arguments:
                accepted[name] = self._accept_intent(speaker, arguments[name])
        if isinstance(arguments.get("intents"), list):
            accepted["intents"] = [self._accept_intent(speaker, one) for one in arguments["intents"]]
        return accepted

    def _accept_intent(self, speaker: RunningProcess, intent: object) -> object:
        if not isinstance(intent, dict) or "binders" not in intent:
            return intent
        return {**intent, "binders": self.accept_all(speaker, intent["binders"])}

    # --- writing for a process

    def give(self, receiver: RunningProcess, node: Node | None) -> dict[str, int] | None:
        """The BINDER by which `receiver` knows the node from now on."""
        if node is None or receiver.ended:
            return None
        if node.owner is receiver:
            return {"own": node.own}
        table = self._tables[receiver]
        handle = table.by_node.get(node)
        if handle is None:
            handle = next(table.numbers)
            table.by_node[node] = handle
            table.handles[handle] = _Handle(node)
        table.handles[handle].count += 1
        return {"handle": handle} if node.alive else {"handle": handle, "dead": 1}

    def give_parcel(self, receiver: RunningProcess, parcel: Parcel) -> dict[str, Any]:
        """The PARCEL that `receiver` reads."""
        return {"data": parcel.data, "binders": [self.give(receiver, one) for one in parcel.nodes]}

    def localised(self, receiver: RunningProcess, value: Any) -> Any:
        """`value` with every Node and Parcel in it as `receiver` reads it; anything else as it is."""
        if isinstance(value, Node):
            return self.give(receiver, value)
        if isinstance(value, Parcel):
            return self.give_parcel(receiver, value)
        if isinstance(value, dict):
            return {key: self.localised(receiver, one) for key, one in value.items()}
        if isinstance(value, list | tuple):
            return [self.localised(receiver, one) for one in value]
        return value

    def drop(self, holder: RunningProcess, handle: object, count: object) -> None:
        """The process holds the handle no more, unless it was given it again meanwhile. Raises NoSuchBinder."""
        table = self._tables[holder]
        if not _is_number(handle) or not _is_number(count):
            raise NoSuchBinder("a number is missing")
        entry = table.handles.get(handle)
        if entry is None or not 0 < count <= entry.count:
            raise NoSuchBinder(f"{holder.name} drops what it does not hold")
        entry.count -= count
        if entry.count == 0:
            del table.handles[handle]
            del table.by_node[entry.node]

    # --- calls

    async def transact(self, caller: RunningProcess, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """Carries out the ask `transact`. Raises NoSuchBinder for what is no such ask."""
        handle, code, flags = (_number(arguments.get(name)) for name in ("handle", "code", "flags"))
        node = self.accept(caller, {"handle": handle})
        parcel = self.accept_parcel(caller, arguments.get("parcel"))
        assert node is not None
        target = node.owner
        if not node.alive:
            return {"status": "dead"}
        size = parcel.size + _OVERHEAD
        oneway = bool(flags & FLAG_ONEWAY)
        if self._room[target] + size > ROOM or (oneway and self._oneway_room[target] + size > ROOM // 2):
            self._note(target, f"no room for a transaction of {size} bytes from {caller.name} (pid {caller.pid})")
            return {"status": "failed"}
        fields = {
            "own": node.own,
            "code": code,
            "flags": flags,
            "parcel": self.give_parcel(target, parcel),
            "uid": caller.uid,
            "pid": 0 if oneway else caller.pid,
        }
        del parcel
        if oneway:
            self._processes.run(self._send(target, fields, size, oneway=True), f"transaction to {target.name}")
            return {"status": "done", "handled": True, "reply": None}
        parent = self._open.get(_number(arguments.get("within"), 0))
        if parent is not None and parent.target is not caller:
            parent = None  # it serves no such call
        depth = parent.depth + 1 if parent else 0
        if depth > _MAX_DEPTH:
            return {"status": "failed"}
        number = next(self._numbers)
        mine = _Transaction(number, caller, target, _number(arguments.get("thread"), 0), parent, depth)
        self._open[number] = mine
        try:
            answer = await self._send(target, {**fields, "transaction": number, "thread": _waiting(mine)}, size)
            return self._reply(caller, target, answer)
        except ProcessGone:
            return {"status": "dead"}
        except AppProcessError as fault:
            self._note(target, f"transaction {code} of {caller.name}: {fault}")
            return {"status": "failed"}
        finally:
            del self._open[number]

    async def _send(
        self, target: RunningProcess, fields: dict[str, Any], size: int, *, oneway: bool = False
    ) -> dict[str, Any]:
        self._room[target] += size
        if oneway:
            self._oneway_room[target] += size
        try:
            return await target.link.call("transact", **fields)
        finally:
            _take_off(self._room, target, size)
            if oneway:
                _take_off(self._oneway_room, target, size)

    def _reply(self, caller: RunningProcess, target: RunningProcess, answer: Mapping[str, Any]) -> dict[str, Any]:
        try:
            parcel = self.accept_parcel(target, answer.get("reply"))
        except NoSuchBinder as fault:
            self._note(target, f"no reply: {fault}")
            return {"status": "failed"}
        if parcel.size > ROOM:
            self._note(target, f"a reply of {parcel.size} bytes is too large")
            return {"status": "failed"}
        handled = answer.get("handled") is True
        return {"status": "done", "handled": handled, "reply": self.give_parcel(caller, parcel)}

    # --- the end of a process

    def process_ended(self, process: RunningProcess) -> None:
        """Tells the holders of its objects, and lets go of what it held."""
        self._tables.pop(process, None)
        self._nodes.pop(process, None)
        for holder, table in list(self._tables.items()):
            dead = [handle for node, handle in table.by_node.items() if node.owner is process]
            if dead and not holder.ended:
                self._processes.run(holder.link.call("died", handles=dead), f"deaths to {holder.name}")

    def held_by(self, process: RunningProcess) -> Sequence[int]:
        """The handles that it was given and has not dropped."""
        return sorted(self._tables[process].handles) if process in self._tables else []

    def _note(self, process: RunningProcess, text: str) -> None:
        self._logs.write("LabBinder", f"{process.name}: {text}", priority="W", pid=process.pid)


def _waiting(mine: _Transaction) -> int:
    """The thread of the target that waits, at some remove, for this call's caller; 0: none does."""
    above = mine.parent
    while above is not None:
        if above.caller is mine.target:
            return above.thread
        above = above.parent
    return 0


def _take_off(rooms: dict[RunningProcess, int], target: RunningProcess, size: int) -> None:
    rooms[target] -= size
    if not rooms[target]:
        del rooms[target]


def _later(loop: asyncio.AbstractEventLoop, work: Any, *arguments: Any) -> None:
    """A node may be collected in any thread, and after the loop has ended."""
    if not loop.is_closed():
        loop.call_soon_threadsafe(work, *arguments)


def _is_number(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool)


def _number(value: object, default: int | None = None) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and -(1 << 31) <= value < 1 << 53:
        return value
    if default is None:
        raise NoSuchBinder("a number is missing")
    return default
