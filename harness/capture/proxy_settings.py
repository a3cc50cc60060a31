"""What the harness tells the proxy process at its start. Apart from proxy.py, which needs all of mitmproxy."""

from __future__ import annotations

import dataclasses
import json
import sys
from dataclasses import dataclass, field
from enum import StrEnum

KEEP_RESPONSES = 1 << 20
"""Bytes of a response's body that are kept, if nothing else is asked for."""


class Way(StrEnum):
    """How a device's traffic is brought here."""

    PROXY = "proxy"              # the device's proxy setting, over adb
    WIREGUARD = "wireguard"      # a tunnel, over the network
    BOTH = "both"


@dataclass(frozen=True, kw_only=True)
class Settings:
    """`bundle`, `ca_dir`: folders. The rest as in `TrafficCapture`."""

    bundle: str
    ca_dir: str
    port: int = 0
    resolve: dict[str, str] = field(default_factory=dict)
    upstream_ca: str | None = None
    reach_private: bool = False
    keep_responses: int | None = KEEP_RESPONSES
    wireguard: str | None = None         # file with the keys
    wireguard_listen: str = ""           # ADDRESS:PORT
    read_quic: bool = False


def command_line(settings: Settings) -> list[str]:
    return [sys.executable, "-m", "harness.capture.proxy", json.dumps(dataclasses.asdict(settings))]


def read_settings(argument: str) -> Settings:
    return Settings(**json.loads(argument))
