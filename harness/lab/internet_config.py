"""What the lab internet answers, read from YAML.

    unknown: refuse        # a host that is not named below: refuse (close the connection) or empty (200, no body)
    hosts:
      api.shop.example:
        paths:
          /v1/config: {status: 200, headers: {content-type: application/json}, body: '{"ads": true}'}
          /v1/items/*: {json: {items: []}}
          /push: {websocket: echo}
        default: {status: 404}
      "*.ads.example":
        default: {status: 204}

`paths` are matched without the query, exact ones before patterns; `default` (404 if not given) answers the rest.
"""

from __future__ import annotations

import fnmatch
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from harness.errors import UsageError

REFUSE, EMPTY = "refuse", "empty"
_KEYS = {"status", "headers", "body", "json", "websocket"}


@dataclass(frozen=True, kw_only=True)
class Answer:
    """`websocket`: the connection becomes a WebSocket that sends each message back."""

    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    websocket: bool = False


NOT_FOUND = Answer(status=404)


@dataclass(frozen=True, kw_only=True)
class Site:
    paths: Mapping[str, Answer] = field(default_factory=dict)
    default: Answer = NOT_FOUND

    def answer(self, path: str) -> Answer:
        if path in self.paths:
            return self.paths[path]
        for pattern, answer in self.paths.items():
            if fnmatch.fnmatchcase(path, pattern):
                return answer
        return self.default


@dataclass(frozen=True, kw_only=True)
class Config:
    hosts: Mapping[str, Site] = field(default_factory=dict)
    unknown: str = REFUSE

    def site(self, host: str) -> Site | None:
        """The site of a host; None where none of that name is there."""
        name = host.lower().rstrip(".")
        if name in self.hosts:
            return self.hosts[name]
        for pattern, site in self.hosts.items():
            if fnmatch.fnmatchcase(name, pattern):
                return site
        return None


def read_config(path: Path) -> Config:
    try:
        value = yaml.safe_load(path.read_text("utf-8"))
    except (OSError, yaml.YAMLError, UnicodeDecodeError) as bad:
        raise UsageError(
            f"{path} cannot be read.", str(bad), "It should be YAML that names hosts and answers.") from bad
    return parse_config(value, str(path))


def parse_config(value: Any, where: str = "the lab internet") -> Config:
    """Raises UsageError that names the place of what is wrong."""
    top = _mapping(value, where, {"hosts", "unknown"})
    unknown = top.get("unknown", REFUSE)
    if unknown not in (REFUSE, EMPTY):
        raise _wrong(f"{where}: unknown", f"{unknown!r} is neither {REFUSE} nor {EMPTY}")
    hosts = {}
    for host, site in _mapping(top.get("hosts", {}), f"{where}: hosts").items():
        place = f"{where}: hosts: {host}"
        parts = _mapping(site, place, {"paths", "default"})
        paths = {
            str(path): _answer(answer, f"{place}: {path}")
            for path, answer in _mapping(parts.get("paths", {}), f"{place}: paths").items()
        }
        default = _answer(parts["default"], f"{place}: default") if "default" in parts else NOT_FOUND
        hosts[str(host).lower()] = Site(paths=paths, default=default)
    return Config(hosts=hosts, unknown=unknown)


def _answer(value: Any, where: str) -> Answer:
    parts = _mapping(value, where, _KEYS)
    status = parts.get("status", 200)
    if not isinstance(status, int) or not 200 <= status < 600:
        raise _wrong(where, f"status {status!r} is no final HTTP status")
    headers = [(str(k).lower(), str(v)) for k, v in _mapping(parts.get("headers", {}), f"{where}: headers").items()]
    if parts.get("websocket") not in (None, "echo"):
        raise _wrong(where, "websocket can only be echo")
    if "json" in parts:
        body = json.dumps(parts["json"], ensure_ascii=False).encode("utf-8")
        if all(name != "content-type" for name, _ in headers):
            headers.append(("content-type", "application/json"))
    else:
        body = str(parts.get("body", "")).encode("utf-8")
    return Answer(status=status, headers=tuple(headers), body=body, websocket="websocket" in parts)


def _mapping(value: Any, where: str, keys: set[str] | None = None) -> dict[Any, Any]:
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise _wrong(where, f"a mapping was expected, not {type(value).__name__}")
    if keys is not None and (odd := {str(key) for key in value} - keys):
        raise _wrong(where, f"unknown: {', '.join(sorted(odd))}; known: {', '.join(sorted(keys))}")
    return value


def _wrong(where: str, why: str) -> UsageError:
    return UsageError(f"{where} is wrong.", why, "docs/traffic.md shows how the lab internet is described.")
