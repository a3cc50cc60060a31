"""Makes a profile's values from a seed and a plan (a file of lab/profiles)."""

from __future__ import annotations

import base64
import random
import uuid
from collections.abc import Mapping
from typing import Any

SDK = 35
RELEASE = "15"
BUILD_ID = "AP4A.250205.002"
SECURITY_PATCH = "2025-02-05"
_DAY_MS = 86_400_000
_NEW_YEAR_MS = 1_735_689_600_000  # 2025-01-01T00:00:00Z: dates of what is on the phone, the same for a seed
_SENSORS = ((1, "Accelerometer"), (2, "Magnetometer"), (4, "Gyroscope"), (5, "Light"), (8, "Proximity"),
            (9, "Gravity"), (18, "Step Detector"), (19, "Step Counter"))  # fmt: skip


def luhn_digit(digits: str) -> str:
    """The check digit after `digits` (ISO/IEC 7812-1)."""
    total = 0
    for index, one in enumerate(reversed(digits)):
        value = int(one) * (2 if index % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return str(-total % 10)


class ProfileMaker:
    """Draws every value, in a fixed order, from one stream of the seed."""

    def __init__(self, plan: Mapping[str, Any], seed: int) -> None:
        self._plan = plan
        self._seed = seed
        self._random = random.Random(f"{plan['name']}:{seed}")

    def make(self) -> dict[str, Any]:
        plan = self._plan
        build = self._build()
        contacts = self._contacts()
        wifi = self._wifi()
        bluetooth = self._bluetooth()
        values: dict[str, Any] = {
            "name": plan["name"],
            "seed": self._seed,
            "identifiers": plan.get("identifiers", "open"),
            "locale": plan["locale"],
            "timezone": plan["timezone"],
            "display": dict(plan["display"]),
            "build": build,
            "telephony": self._telephony(),
            "ids": self._ids(),
            "wifi": wifi,
            "bluetooth": bluetooth,
            "location": {"track": self._track()},
            "contacts": contacts,
            "sms": self._sms(contacts),
            "calls": self._calls(contacts),
            "calendar": self._calendar(),
            "accounts": self._accounts(),
            "installed_apps": self._apps(),
            "media": self._media(),
            "sensors": [{"name": name, "vendor": "Lab", "type": kind} for kind, name in _SENSORS],
            "battery": {
                "level": self._random.randint(35, 96),
                "scale": 100,
                "status": 3,
                "plugged": 0,
                "temperature_dc": self._random.randint(240, 330),
                "health": 2,
            },
            "biometrics": {"fingerprints": int(plan.get("fingerprints", 0))},
            "clipboard": {"text": f"{self._digits(6)}-{self._hex(8)}"},
            "cameras": [{"facing": facing, "marker": self._hex(32)} for facing in ("back", "front")],
            "microphone": {"tone_hz": self._random.randrange(500, 1500)},
            "user_agent": f"Mozilla/5.0 (Linux; Android {RELEASE}; {build['model']} Build/{build['id']}; wv) "
            "AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/124.0.6367.219 Mobile Safari/537.36",
        }
        values["properties"] = self._properties(values)
        return values

    # --- drawing

    def _digits(self, count: int) -> str:
        return "".join(str(self._random.randrange(10)) for _ in range(count))

    def _hex(self, count: int) -> str:
        return "".join(self._random.choice("0123456789abcdef") for _ in range(count))

    def _mac(self) -> str:
        """Locally administered and unicast."""
        first = self._random.randrange(256) & 0b11111100 | 0b00000010
        return ":".join(f"{one:02x}" for one in (first, *(self._random.randrange(256) for _ in range(5))))

    def _uuid(self) -> str:
        return str(uuid.UUID(int=self._random.getrandbits(128), version=4))

    def _phone(self) -> str:
        rule = self._plan["phone"]
        if rule.get("fictional"):
            area = f"{self._random.randrange(2, 10)}{self._random.randrange(9)}{self._random.randrange(10)}"
            return f"{rule['prefix']}{area}55501{self._digits(2)}"
        return f"{rule['prefix']}{self._digits(rule['digits'])}"

    def _past(self, days: int) -> int:
        """A moment in the `days` before 2025-01-01, ms since the epoch."""
        return _NEW_YEAR_MS - self._random.randrange(days * _DAY_MS)

    # --- parts

    def _build(self) -> dict[str, Any]:
        build = dict(self._plan["build"])
        increment = self._digits(8)
        release = f"{RELEASE}/{BUILD_ID}/{increment}:user/release-keys"
        return {
            **build,
            "fingerprint": f"{build['brand']}/{build['product']}/{build['device']}:{release}",
            "id": BUILD_ID,
            "display": f"{BUILD_ID} release-keys",
            "host": "build.example",
            "user": "builder",
            "type": "user",
            "tags": "release-keys",
            "bootloader": f"LB{self._digits(4)}",
            "radio": f"LR{self._digits(4)}",
            "serial": "LAB" + self._hex(9).upper(),
            "release": RELEASE,
            "sdk": SDK,
            "incremental": increment,
            "security_patch": SECURITY_PATCH,
            "time_ms": 1_738_713_600_000,
        }

    def _imei(self) -> str:
        # TAC 00...: GSMA TS.06 keeps reporting body 00 for test equipment
        body = "00" + self._digits(12)
        return body + luhn_digit(body)

    def _telephony(self) -> dict[str, Any]:
        operator = self._plan["operator"]
        sims = []
        for slot in range(2):
            issuer = self._plan["icc_issuer"]
            account = issuer + self._digits(18 - len(issuer))
            imei = self._imei()
            sims.append(
                {
                    "slot": slot,
                    "imei": imei,
                    "meid": imei[:14],  # as phones that have both
                    "imsi": operator["numeric"] + self._digits(10),
                    "iccid": account + luhn_digit(account),
                    "phone_number": self._phone(),
                    "voice_mail_number": self._phone(),
                    "operator_numeric": operator["numeric"],
                    "operator_name": operator["name"],
                    "country_iso": self._plan["country_iso"],
                }
            )
        cells = [
            {
                "mcc": operator["numeric"][:3],
                "mnc": operator["numeric"][3:],
                "tac": self._random.randrange(1, 65533),
                "ci": self._random.randrange(1, 1 << 28),
                "pci": self._random.randrange(504),
                "dbm": -self._random.randrange(70, 115),
            }
            for _ in range(4)
        ]
        return {"sims": sims, "network_type": 13, "phone_type": 1, "cell": cells[0], "neighbours": cells[1:]}

    def _ids(self) -> dict[str, str]:
        return {
            "android_id": self._hex(16),
            "gaid": self._uuid(),
            "oaid": self._uuid(),
            "vaid": self._hex(16),
            "aaid": self._hex(16),
            "gsf_id": self._hex(16),
            "drm_id": base64.b64encode(self._random.randbytes(32)).decode(),
        }

    def _wifi(self) -> dict[str, Any]:
        names = list(self._plan["ssids"])
        self._random.shuffle(names)
        scan = [
            {
                "ssid": f"{name}-{self._hex(4)}",
                "bssid": self._mac(),
                "frequency_mhz": self._random.choice((2412, 2437, 2462, 5180, 5240, 5745)),
                "rssi_dbm": -self._random.randrange(35, 85),
                "capabilities": "[WPA2-PSK-CCMP][RSN-PSK-CCMP][ESS]",
            }
            for name in names
        ]
        subnet = f"10.{self._random.randrange(1, 255)}.{self._random.randrange(1, 255)}"
        return {
            "mac": self._mac(),
            "ssid": scan[0]["ssid"],
            "bssid": scan[0]["bssid"],
            "ip": f"{subnet}.{self._random.randrange(20, 250)}",
            "gateway": f"{subnet}.1",
            "netmask": "255.255.255.0",
            "dns": [f"{subnet}.1"],
            "frequency_mhz": scan[0]["frequency_mhz"],
            "rssi_dbm": scan[0]["rssi_dbm"],
            "link_speed_mbps": 433,
            "network_id": self._random.randrange(1, 30),
            "scan": scan,
        }

    def _bluetooth(self) -> dict[str, Any]:
        bonded = [{"name": f"{name}-{self._hex(4)}", "mac": self._mac()} for name in self._plan["bluetooth"]]
        return {"mac": self._mac(), "name": f"{self._plan['build']['model']}-{self._hex(4)}", "bonded": bonded}

    def _track(self) -> list[dict[str, Any]]:
        start = self._random.choice(self._plan["tracks"])
        latitude = start["latitude"] + self._random.uniform(-0.002, 0.002)
        longitude = start["longitude"] + self._random.uniform(-0.002, 0.002)
        track = []
        for step in range(12):
            track.append(
                {
                    "latitude": round(latitude, 6),
                    "longitude": round(longitude, 6),
                    "altitude_m": start["altitude_m"],
                    "accuracy_m": round(self._random.uniform(4, 18), 1),
                    "speed_mps": round(self._random.uniform(0, 1.6), 2),
                    "bearing_deg": round(self._random.uniform(0, 359.9), 1),
                    "after_s": step * 30,
                }
            )
            latitude += self._random.uniform(-0.0003, 0.0003)
            longitude += self._random.uniform(-0.0003, 0.0003)
        return track

    def _contacts(self) -> list[dict[str, Any]]:
        plan = self._plan
        contacts = []
        for number in range(1, 9):
            family, given = self._random.choice(plan["family_names"]), self._random.choice(plan["given_names"])
            name = f"{family}{given}" if plan["locale"].startswith("zh") else f"{given} {family}"
            contacts.append(
                {
                    "id": number,
                    "name": name,
                    "phones": [self._phone()],
                    "emails": [f"{self._hex(8)}@{self._random.choice(plan['mail_domains'])}"],
                    "organisation": self._random.choice(plan["organisations"]),
                    "address": self._random.choice(plan["addresses"]),
                    "note": self._hex(6),
                }
            )
        return contacts

    def _sms(self, contacts: list[dict[str, Any]]) -> list[dict[str, Any]]:
        messages = []
        for number, one in enumerate(self._plan["sms"], 1):
            sender = self._random.choice(contacts)["phones"][0] if one["from"] == "contact" else str(one["from"])
            messages.append(
                {
                    "id": number,
                    "address": sender,
                    "body": one["body"].replace("{code}", self._digits(6)),
                    "date_ms": self._past(30),
                    "type": "inbox",
                    "read": self._random.random() < 0.8,
                }
            )
        return messages

    def _calls(self, contacts: list[dict[str, Any]]) -> list[dict[str, Any]]:
        calls = []
        for number in range(1, 7):
            contact = self._random.choice(contacts)
            kind = self._random.choice(("incoming", "outgoing", "missed"))
            calls.append(
                {
                    "id": number,
                    "number": contact["phones"][0],
                    "name": contact["name"],
                    "date_ms": self._past(20),
                    "duration_s": 0 if kind == "missed" else self._random.randrange(5, 900),
                    "type": kind,
                }
            )
        return calls

    def _calendar(self) -> list[dict[str, Any]]:
        events = []
        for number, one in enumerate(self._plan["calendar"], 1):
            begin = _NEW_YEAR_MS + self._random.randrange(60) * _DAY_MS
            mail = f"{self._hex(8)}@{self._random.choice(self._plan['mail_domains'])}"
            events.append(
                {
                    "id": number,
                    **one,
                    "begin_ms": begin,
                    "end_ms": begin + 3_600_000,
                    "organizer": mail,
                    "attendees": [f"{self._hex(8)}@{self._random.choice(self._plan['mail_domains'])}"],
                }
            )
        return events

    def _accounts(self) -> list[dict[str, str]]:
        return [
            {"name": f"{self._hex(10)}@{self._random.choice(self._plan['mail_domains'])}", "type": kind}
            for kind in self._plan["account_types"]
        ]

    def _apps(self) -> list[dict[str, Any]]:
        chosen = self._random.sample(self._plan["apps"], k=max(1, len(self._plan["apps"]) - 2))
        apps = [
            {
                **one,
                "version_name": f"{self._random.randrange(1, 12)}.{self._random.randrange(10)}.{self._digits(1)}",
                "version_code": self._random.randrange(100, 90000),
                "system": False,
                "first_install_ms": self._past(300),
            }
            for one in chosen
        ]
        apps.append(
            {
                "package": f"com.example.device{self._hex(8)}",
                "label": self._plan["build"]["model"],
                "version_name": "1.0",
                "version_code": 1,
                "system": False,
                "first_install_ms": self._past(300),
            }
        )
        return sorted(apps, key=lambda one: str(one["package"]))

    def _media(self) -> list[dict[str, Any]]:
        media = []
        for number in range(1, 7):
            fix = self._random.choice(self._plan["tracks"])
            taken = self._past(200)
            media.append(
                {
                    "id": number,
                    "kind": "image",
                    "name": f"IMG_{taken // 1000}.jpg",
                    "mime": "image/jpeg",
                    "size": self._random.randrange(800_000, 5_000_000),
                    "date_ms": taken,
                    "latitude": round(fix["latitude"] + self._random.uniform(-0.01, 0.01), 5),
                    "longitude": round(fix["longitude"] + self._random.uniform(-0.01, 0.01), 5),
                }
            )
        return media

    def _properties(self, values: Mapping[str, Any]) -> dict[str, str]:
        build, sims = values["build"], values["telephony"]["sims"]
        first = sims[0]
        named = {
            "ro.product.manufacturer": build["manufacturer"],
            "ro.product.brand": build["brand"],
            "ro.product.model": build["model"],
            "ro.product.device": build["device"],
            "ro.product.name": build["product"],
            "ro.product.board": build["board"],
            "ro.hardware": build["hardware"],
            "ro.product.cpu.abi": "arm64-v8a",
            "ro.product.cpu.abilist": "arm64-v8a,armeabi-v7a,armeabi",
            "ro.build.fingerprint": build["fingerprint"],
            "ro.build.id": build["id"],
            "ro.build.display.id": build["display"],
            "ro.build.host": build["host"],
            "ro.build.user": build["user"],
            "ro.build.type": build["type"],
            "ro.build.tags": build["tags"],
            "ro.build.version.release": RELEASE,
            "ro.build.version.sdk": str(SDK),
            "ro.build.version.incremental": build["incremental"],
            "ro.build.version.security_patch": build["security_patch"],
            "ro.build.version.codename": "REL",
            "ro.build.characteristics": "default",
            "ro.bootloader": build["bootloader"],
            "ro.serialno": build["serial"],
            "ro.boot.serialno": build["serial"],
            "ro.secure": "1",
            "ro.debuggable": "0",
            "ro.sf.lcd_density": str(values["display"]["density_dpi"]),
            "gsm.operator.numeric": ",".join(one["operator_numeric"] for one in sims),
            "gsm.operator.alpha": ",".join(one["operator_name"] for one in sims),
            "gsm.operator.iso-country": ",".join(one["country_iso"] for one in sims),
            "gsm.sim.operator.numeric": first["operator_numeric"],
            "gsm.sim.operator.alpha": first["operator_name"],
            "gsm.sim.operator.iso-country": first["country_iso"],
            "gsm.sim.state": "LOADED,LOADED",
            "gsm.version.baseband": build["radio"],
            "persist.sys.timezone": values["timezone"],
            "persist.sys.locale": values["locale"],
            "ro.product.locale": values["locale"],
            "sys.boot_completed": "1",
            "dev.bootcomplete": "1",
            "init.svc.bootanim": "stopped",
            "init.svc.adbd": "running",
            "sys.usb.state": "adb",
            "dalvik.vm.heapsize": "512m",
            "ro.crypto.state": "encrypted",
            "ro.lab.device": "1",
            "ro.lab.profile": values["name"],
        }
        return {key: str(value) for key, value in named.items()}
