"""The records of a bundle's journals. docs/bundle.md describes each byte; this is the same in types.

Times are integers: nanoseconds since 1970-01-01T00:00:00Z. `host_ns` is the clock of the machine
that runs the harness, `device_ns` the device's, and they are never mixed without the measured
offset (`Fact` of type "clock").

An event's `id` is a letter for its journal and a number that counts from 1 inside it: c17 is the
17th call. It is unique in its bundle, and it is what verdicts cite.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, ClassVar


class Outcome(StrEnum):
    VALUE = "value"      # the call gave something
    EMPTY = "empty"      # null, "", an empty list, a placeholder such as 02:00:00:00:00:00
    DENIED = "denied"    # SecurityException
    THROWN = "thrown"    # any other exception


class GapKind(StrEnum):
    """Why something could not be seen. A verdict that needed it is INCONCLUSIVE."""

    HOOK_NOT_INSTALLED = "hook_not_installed"
    PROCESS_NOT_ATTACHED = "process_not_attached"
    PROCESS_LOST = "process_lost"
    TRAFFIC_NOT_READ = "traffic_not_read"
    CAPTURE_LOST = "capture_lost"
    MESSAGE_LOST = "message_lost"
    SCREEN_NOT_READABLE = "screen_not_readable"
    NOT_REACHED = "not_reached"
    CLOCK_UNCERTAIN = "clock_uncertain"
    NATIVE_CODE = "native_code"      # it ran, unseen
    CODE_NOT_RUN = "code_not_run"    # code of the app that the device could not run
    DEVICE_LIMIT = "device_limit"    # the app asked for something that the device does not have or do
    INTERRUPTED = "interrupted"
    UNDECIDED = "undecided"          # seen, but the text of the clause leaves open what it is


@dataclass(frozen=True, kw_only=True)
class Event:
    journal: ClassVar[str]
    prefix: ClassVar[str]

    id: str = ""
    host_ns: int


@dataclass(frozen=True, kw_only=True)
class Call(Event):
    """A hooked API call. `host_ns` is when the harness received it; `device_ns` when it happened."""

    journal: ClassVar[str] = "calls.jsonl"
    prefix: ClassVar[str] = "c"

    device_ns: int
    pid: int
    process: str
    tid: int
    thread: str
    seq: int                       # the agent's own count in that process, from 1, no holes
    hook: str                      # id of the catalogue unit, e.g. "device-identifier"
    kind: str                      # kind of personal information (hooks/kinds.yaml), or "permission_request", ...
    method: str                    # android.telephony.TelephonyManager.getImei
    signature: str = "()"          # (int)
    arguments: list[Any] = field(default_factory=list)
    value: Any = None              # JSON: what the app got (text, number, list, object); null unless outcome is "value"
    outcome: Outcome
    error: str | None = None       # class and message of what was thrown
    stack: str | None = None       # id in stacks.jsonl
    submitted: list[str] = field(default_factory=list)  # ids of the stacks that handed the work to this thread, nearest first
    permission: str | None = None
    object: int | None = None      # of crypto calls: a number of the object called, its own in its process while it lives


@dataclass(frozen=True, kw_only=True)
class Stack(Event):
    """A call stack, written once for each (process, stack). Frames: nearest first, `class.method(File.java:12)`."""

    journal: ClassVar[str] = "stacks.jsonl"
    prefix: ClassVar[str] = "s"

    pid: int
    frames: list[str]


@dataclass(frozen=True, kw_only=True)
class Message:
    """One direction of a flow, as it was on the wire: `body` is the SHA-256 of a file in objects/, content
    encodings (gzip, br) not undone, or null where there is none. `size` is its length in bytes.

    `complete` is false where the connection or the capture ended inside the body, and where only its first bytes were
    kept (udp). `omitted` is the SHA-256 of a response's body that passed whole, but whose bytes are not kept, by
    `--keep-responses`; `body` is null then.
    """

    headers: list[list[str]] = field(default_factory=list)
    body: str | None = None
    size: int = 0
    complete: bool = True
    trailers: list[list[str]] = field(default_factory=list)
    omitted: str | None = None


@dataclass(frozen=True, kw_only=True)
class Flow(Event):
    """One exchange on the network, or a part of one. `host_ns` is when its first byte reached the proxy.

    An exchange is journalled as it goes on, so that the death of the proxy in its middle loses nothing.
    `phase` says how far it had come, and `of` names the exchange's first line, whose id is the id of
    the exchange: "open" (the request's head), "request" (the whole request, before it is sent on),
    "done" (final; repeats all that is known), "message" (one WebSocket message: `request` if from the
    app, `response` if to it, `method` is "text" or "binary"), "closed" (the end of a WebSocket).
    `harness.bundle.reader` joins them.

    A flow `dns` is one question: `host` is the name asked for, `method` the type (A, AAAA, ...), `status` the response
    code, `answers` what was answered.
    """

    journal: ClassVar[str] = "flows.jsonl"
    prefix: ClassVar[str] = "f"

    end_ns: int | None = None
    protocol: str                  # http, https, websocket, tls, tcp, udp, dns, quic
    method: str | None = None
    url: str | None = None
    host: str
    port: int
    address: str | None = None     # where the proxy connected to
    client_port: int | None = None
    request: Message | None = None
    status: int | None = None
    response: Message | None = None
    error: str | None = None
    phase: str = "done"
    of: str | None = None
    sni: str | None = None         # the host name of the client's TLS greeting
    version: str | None = None     # of HTTP or TLS: HTTP/1.1, HTTP/2.0, TLSv1.3
    via: str = "proxy"             # how it came: proxy, wireguard
    cause: str | None = None       # protocol tls: why it failed (harness.capture.tls_causes)
    answers: list[str] = field(default_factory=list)  # protocol dns: addresses and names


@dataclass(frozen=True, kw_only=True)
class Control:
    """What a step touched, or a screen offers. `bounds`: left, top, right, bottom in pixels. `checked`: the state
    of a box that can be ticked; null for any other control, and where the box does not tell."""

    text: str = ""
    role: str = "other"
    resource_id: str = ""
    package: str = ""
    bounds: tuple[int, int, int, int] = (0, 0, 0, 0)
    checked: bool | None = None
    enabled: bool = True


@dataclass(frozen=True, kw_only=True)
class Screen(Event):
    """A UI state. `hierarchy` and `screenshot` are SHA-256 names in objects/."""

    journal: ClassVar[str] = "screens.jsonl"
    prefix: ClassVar[str] = "v"

    package: str | None
    activity: str | None = None
    kind: str = "other"            # what the recogniser says: policy_consent, system_permission, ...
    reason: str = ""
    permission: str | None = None  # kind system_permission: what is asked for, where it can be told
    controls: list[Control] = field(default_factory=list)
    hierarchy: str | None = None
    screenshot: str | None = None
    after_step: str | None = None  # the last step that acted on the device before this state was seen


@dataclass(frozen=True, kw_only=True)
class Step(Event):
    """What the scenario did. `host_ns` just before it was sent, `end_ns` when the device had answered.

    `opens`: the stage that begins with this step; calls between the two times belong to the new
    stage, in the app's favour.
    """

    journal: ClassVar[str] = "steps.jsonl"
    prefix: ClassVar[str] = "t"

    end_ns: int
    scenario: str
    action: str                    # scenario_start, install, clear, launch, tap, back, home, observe, kill, scenario_end, ...
    target: str = ""
    control: Control | None = None
    screen: str | None = None      # the screen before the step
    opens: str | None = None
    outcome: str = "done"          # done, failed, not_reached; of a refusal: continues, limited, asks_again, exits, no_effect
    detail: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Gap(Event):
    """Something that could not be seen, from `from_ns` to `to_ns` (null: to the end of the run)."""

    journal: ClassVar[str] = "gaps.jsonl"
    prefix: ClassVar[str] = "g"

    kind: GapKind
    detail: str
    from_ns: int | None = None
    to_ns: int | None = None
    subject: str = ""              # the method, process, host or scenario it is about
    detail_zh: str = ""            # the same in Chinese; "" where there is none yet
    count: int = 1                 # how often it was told of
    cause: str = ""                # a word for the likely reason, of the vocabulary of the kind; "" where there is none


@dataclass(frozen=True, kw_only=True)
class Fact(Event):
    """A fact of the run: type is device, app, tools, clock, hook, process, case, labels, end, ..."""

    journal: ClassVar[str] = "run.jsonl"
    prefix: ClassVar[str] = "r"

    type: str
    data: dict[str, Any] = field(default_factory=dict)


JOURNALS: dict[str, type[Event]] = {
    t.journal: t for t in (Call, Stack, Flow, Screen, Step, Gap, Fact)
}
