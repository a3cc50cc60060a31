"""The device's profile: who this phone says it is and what is on it (docs/lab-protocol.md, "Profile").

Two devices never share a value that could identify one of them, so that a value seen on the network
leads back to the device, and nobody's real number is used.
"""

from __future__ import annotations

import hashlib
import hmac
import random
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from harness.errors import UsageError
from harness.lab.system.profile_maker import ProfileMaker
from harness.resources import resource


class Profile(Mapping[str, Any]):
    """The object of docs/lab-protocol.md, section Profile."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self._values = dict(values)

    def __getitem__(self, key: str) -> Any:
        return self._values[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    @property
    def name(self) -> str:
        return str(self["name"])

    @property
    def seed(self) -> int:
        return int(self["seed"])

    @property
    def locale(self) -> str:
        """BCP 47: zh-CN."""
        return str(self["locale"])

    @property
    def qualifiers(self) -> str:
        """Robolectric's: zh-rCN-w411dp-h731dp-xhdpi."""
        return str(self["display"]["qualifiers"])

    @property
    def properties(self) -> dict[str, str]:
        """What getprop shows."""
        return dict(self["properties"])

    @property
    def settings(self) -> dict[str, dict[str, str]]:
        """What the profile plants in the settings' tables."""
        return {
            "secure": {
                "android_id": self.android_id("com.android.shell"),
                "bluetooth_address": self["bluetooth"]["mac"],
                "bluetooth_name": self["bluetooth"]["name"],
                "advertising_id": self["ids"]["gaid"],
            },
            "global": {"device_name": self["build"]["model"]},
            "system": {},
        }

    def android_id(self, signer: str) -> str:
        """Settings.Secure.ANDROID_ID as the apps of one signer see it (SSAID, Android 8 and later): 16 hex digits."""
        key = bytes.fromhex(self["ids"]["android_id"])
        return hmac.new(key, signer.encode(), hashlib.sha256).hexdigest()[:16]

    def fix_at(self, seconds: float) -> Mapping[str, Any]:
        """The location `seconds` after boot."""
        track = self["location"]["track"]
        return next(one for one in reversed(track) if one["after_s"] <= max(seconds, 0))


def list_profiles() -> list[str]:
    """Names that `--profile` takes."""
    return sorted(path.stem for path in resource("lab", "profiles").glob("*.yaml"))


def make_profile(name: str = "default-zh", seed: int | None = None) -> Profile:
    """The profile of that name for a device. `name` may also be the path of a YAML file.

    Without a seed a random one is taken (63 bits). Raises UsageError.
    """
    source = _find(name)
    with source.open(encoding="utf-8") as file:
        try:
            plan = yaml.safe_load(file)
        except yaml.YAMLError as fault:
            raise UsageError(f"The profile {source.name} cannot be read.", str(fault), "Correct the YAML.") from fault
    chosen = random.SystemRandom().getrandbits(63) if seed is None else seed
    try:
        return Profile(ProfileMaker(plan, chosen).make())
    except (KeyError, TypeError, IndexError) as fault:
        raise UsageError(
            f"The profile {source.name} is incomplete.", repr(fault), "Take lab/profiles/default-zh.yaml as a model."
        ) from fault


def _find(name: str) -> Path:
    if name.endswith((".yaml", ".yml")):
        path = Path(name)
        if path.is_file():
            return path
    elif name in list_profiles():
        return resource("lab", "profiles", f"{name}.yaml")
    raise UsageError(f"There is no profile {name}.", "", f"Known: {', '.join(list_profiles())}, or a .yaml file.")
