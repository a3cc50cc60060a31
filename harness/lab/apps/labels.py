"""What is planted in an example app: lab/apps/<name>/labels.yaml as data. docs/example-apps.md describes it."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import yaml

from harness.errors import HarnessError
from harness.lab.apps.sources import app

KINDS = ("call", "flow", "prompt", "screen")
_REQUIRED = ("id", "kind", "rule", "item", "caller", "stage", "scenarios", "why")
_OPTIONAL = ("method", "value", "host", "party", "encoding", "process", "group", "sometimes")

ROUTES = ("direct", "reflection", "binder", "exec", "native-property", "file", "thread-pool")
OUTCOMES = ("value", "empty", "denied", "thrown", "act")
_SENDER_REQUIRED, _SENDER_OPTIONAL = ("host", "caller"), ("user_agent",)
_READ_REQUIRED = ("id", "kind", "method", "route", "outcome")
_READ_OPTIONAL = ("caller", "lab", "why")


@dataclass(frozen=True, kw_only=True)
class Label:
    """One planted behaviour, or one look-alike.

    `kind`: call, flow, prompt, or screen: what shows on screens, in texts, or in how the app answers. `rule`: the rule
    that must find it, or that is tempted to. `item`: an id of hooks/kinds.yaml, for prompts the permission, for screens
    what the rule calls it ("" where it has no item). `caller`: the app's package or an SDK's package prefix.
    `scenarios`: those in which it happens; it can be missed only where one of them ran. `value`: where in the
    device profile the value stands, by dotted path. `encoding`: how it is written on the wire, outermost first.
    `process`: the name after the package, "" for the main process. `group`: of a permission. `sometimes`: whether it shows
    hangs on how fast the device is, so that it is no false finding and not missed either.
    """

    id: str
    kind: str
    rule: str
    item: str
    caller: str
    stage: str
    scenarios: tuple[str, ...]
    why: str
    method: str = ""
    value: str = ""
    host: str = ""
    party: str = ""
    encoding: tuple[str, ...] = ()
    process: str = ""
    group: str = ""
    sometimes: bool = False


@dataclass(frozen=True, kw_only=True)
class ReadLabel:
    """One read of the app `collector`, and the call that the hooks must record of it.

    `kind`: an id of hooks/kinds.yaml or a behaviour. `method`: the hooked method. `caller`: the package whose code calls
    it. `outcome` of the call; `act` where the call itself is what counts. `lab`: whether the lab can show it; `why` not.
    """

    id: str
    kind: str
    method: str
    route: str
    caller: str
    outcome: str
    lab: bool = True
    why: str = ""


@dataclass(frozen=True, kw_only=True)
class SenderLabel:
    """Whose code sends the requests to a host: all, or those alone whose User-Agent matches. `caller` as in `Label`."""

    host: str
    caller: str
    user_agent: str = ""

    def fits(self, host: str, user_agent: str) -> bool:
        return host == self.host and fnmatchcase(user_agent, self.user_agent or "*")


@dataclass(frozen=True, kw_only=True)
class Labels:
    """The labels of one app. `planted` must be found, `look_alikes` must not be called violations, `reads` are recorded. Of
    `senders` the first that fits a request says whose it is."""

    app: str
    package: str
    planted: tuple[Label, ...] = ()
    look_alikes: tuple[Label, ...] = ()
    reads: tuple[ReadLabel, ...] = ()
    senders: tuple[SenderLabel, ...] = ()

    def expected(self, scenarios: set[str], rules: set[str] | None = None) -> tuple[Label, ...]:
        """What a run of these scenarios must find, with these rules (all, where None)."""
        return tuple(
            label for label in self.planted
            if scenarios & set(label.scenarios) and (rules is None or label.rule in rules) and not label.sometimes
        )


def labels(name: str) -> Labels:
    """The labels of the example app `name`; an app without a labels file has none."""
    source = app(name)
    path = source.folder / "labels.yaml"
    if not path.is_file():
        return Labels(app=name, package=source.package)
    return read_labels(path, name, source.package)


def read_labels(path: Path, name: str, package: str) -> Labels:
    data: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    planted = tuple(_label(entry, path) for entry in data.get("planted", ()))
    look_alikes = tuple(_label(entry, path) for entry in data.get("look_alikes", ()))
    reads = tuple(_read_label(entry, path, package) for entry in data.get("reads", ()))
    senders = tuple(_sender(entry, path) for entry in data.get("senders", ()))
    ids = [label.id for label in planted + look_alikes] + [label.id for label in reads]
    twice = sorted({i for i in ids if ids.count(i) > 1})
    if twice:
        raise _wrong(path, f"The id {twice[0]} stands there twice.")
    return Labels(app=name, package=package, planted=planted, look_alikes=look_alikes, reads=reads, senders=senders)


def _label(entry: dict[str, Any], path: Path) -> Label:
    _check_keys(entry, path, _REQUIRED, _OPTIONAL)
    if entry["kind"] not in KINDS:
        raise _wrong(path, f"{entry['id']} is of kind {entry['kind']}, which is none of {', '.join(KINDS)}.")
    values = dict(entry, scenarios=tuple(entry["scenarios"]), encoding=tuple(entry.get("encoding", ())))
    return Label(**values)


def _sender(entry: dict[str, Any], path: Path) -> SenderLabel:
    _check_keys(entry, path, _SENDER_REQUIRED, _SENDER_OPTIONAL)
    return SenderLabel(**entry)


def _read_label(entry: dict[str, Any], path: Path, package: str) -> ReadLabel:
    _check_keys(entry, path, _READ_REQUIRED, _READ_OPTIONAL)
    for key, known in (("route", ROUTES), ("outcome", OUTCOMES)):
        if entry[key] not in known:
            raise _wrong(path, f"{entry['id']} is of {key} {entry[key]}, which is none of {', '.join(known)}.")
    if not entry.get("lab", True) and not entry.get("why"):
        raise _wrong(path, f"{entry['id']} is nothing for the lab and does not say why.")
    return ReadLabel(**{"caller": package, **entry})


def _check_keys(entry: dict[str, Any], path: Path, required: tuple[str, ...], optional: tuple[str, ...]) -> None:
    missing = [key for key in required if key not in entry]
    unknown = sorted(set(entry) - set(required) - set(optional))
    if missing or unknown:
        raise _wrong(path, f"{entry.get('id', 'an entry')} lacks {missing} or has unknown keys {unknown}.")


def _wrong(path: Path, why: str) -> HarnessError:
    place = f"{path.parent.name}/{path.name}"
    return HarnessError(f"{place} is no labels file.", why, "docs/example-apps.md shows its shape.")
