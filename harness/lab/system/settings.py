"""The settings provider: three tables of text, kept over restarts."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from harness.lab.system.device_state import DeviceState

NAMESPACES = ("system", "secure", "global")

_DEFAULTS: Mapping[str, Mapping[str, str]] = {
    "system": {
        "font_scale": "1.0",
        "screen_brightness": "102",
        "screen_brightness_mode": "0",
        "screen_off_timeout": "60000",
        "accelerometer_rotation": "1",
        "user_rotation": "0",
        "time_12_24": "24",
    },
    "secure": {
        "location_mode": "3",
        "default_input_method": "com.android.inputmethod.latin/.LatinIME",
        "enabled_input_methods": "com.android.inputmethod.latin/.LatinIME",
        "user_setup_complete": "1",
        "accessibility_enabled": "0",
        "mock_location": "0",
        "install_non_market_apps": "1",
    },
    "global": {
        "adb_enabled": "1",
        "development_settings_enabled": "1",
        "airplane_mode_on": "0",
        "wifi_on": "1",
        "bluetooth_on": "1",
        "mobile_data": "1",
        "device_provisioned": "1",
        "stay_on_while_plugged_in": "0",
        "window_animation_scale": "1.0",
        "transition_animation_scale": "1.0",
        "animator_duration_scale": "1.0",
        "auto_time": "1",
        "auto_time_zone": "1",
    },
}

Changed = Callable[[str, str, str | None], None]


class Settings:
    """`changed(namespace, key, value or None)` is told of every change, after it is stored."""

    def __init__(
        self,
        state: DeviceState,
        planted: Mapping[str, Mapping[str, str]] | None = None,
        changed: Changed = lambda _namespace, _key, _value: None,
    ) -> None:
        """`planted`: what the device's profile says (android_id, device_name ...)."""
        self._state = state
        self._changed = changed
        kept = state.load()
        self._tables: dict[str, dict[str, str]] = {}
        for namespace in NAMESPACES:
            first = {**_DEFAULTS[namespace], **(planted or {}).get(namespace, {})}
            self._tables[namespace] = dict(kept.get(namespace, first))

    def get(self, namespace: str, key: str) -> str | None:
        """None where it was never set. Raises KeyError for an unknown namespace."""
        return self._tables[namespace].get(key)

    def put(self, namespace: str, key: str, value: str | None) -> None:
        """None deletes."""
        table = self._tables[namespace]
        if value is None:
            if table.pop(key, None) is None:
                return
        else:
            table[key] = value
        self._state.store(self._tables)
        self._changed(namespace, key, value)

    def items(self, namespace: str) -> list[tuple[str, str]]:
        """Sorted by key."""
        return sorted(self._tables[namespace].items())

    def tables(self) -> dict[str, dict[str, str]]:
        """A copy of all, as `bind` carries it."""
        return {namespace: dict(table) for namespace, table in self._tables.items()}

    @property
    def proxy(self) -> tuple[str, int] | None:
        """`global http_proxy` as host and port; None where it is unset, ":0" or no HOST:PORT."""
        value = self._tables["global"].get("http_proxy") or ""
        host, _, port = value.rpartition(":")
        if not host or not port.isdigit() or not 0 < int(port) < 65536:
            return None
        return host, int(port)
