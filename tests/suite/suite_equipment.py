"""A rig over a scripted device: the session's view of it, with what can go wrong on a real one."""

from __future__ import annotations

from contextlib import nullcontext
from typing import Any, ClassVar

from suite_device import APP, Clock, FakeDevice, Page, permission

from harness.errors import RigError

POLICY = "欢迎使用!请您阅读并同意《用户协议》和《隐私政策》,我们会收集、使用您的个人信息。"


def shop() -> dict[str, Page]:
    """A shop: notice with a second chance, then a page with two functions that want a permission."""
    return {
        "notice": Page(body=("隐私政策提示", POLICY), buttons={"不同意": "second", "同意": agreed}),
        "second": Page(body=("温馨提示", "很遗憾,若您不同意《隐私政策》,我们将无法为您提供服务。"),
                       buttons={"不同意并退出": "!exit", "再想想": "notice"}),
        "main": Page(body=("青禾商城",), buttons={"附近门店": "where", "扫一扫": "camera", "退出登录": "!exit"}),
        "where": permission("Allow Harbor to access this device’s location?", then="main"),
        "camera": permission("Allow Harbor to take pictures and record video?", then="main"),
    }


def agreed(device: FakeDevice) -> None:
    device.start = "main"
    device.follow("main")


class Hooks:
    stops = 0

    def __init__(self) -> None:
        self.proved: list[str] = []

    def prove(self, where: str) -> None:
        self.proved.append(where)

    def holding(self):
        return False

    def stopping(self):
        self.stops += 1
        return nullcontext()

    def leaving_alone(self):
        return nullcontext()


class FakeEquipment:
    """`failing`: names of methods that raise RigError."""

    def __init__(self, device: FakeDevice, *, failing: tuple[str, ...] = (), lost: tuple[str, ...] = ()) -> None:
        self.device = device
        self.failing = set(failing)
        self.lost = list(lost)
        self.hooked = Hooks()
        self.calls: list[str] = []
        clear = device.clear

        def cleared(package: str) -> None:
            clear(package)
            device.start = "notice"

        device.clear = cleared

    serial = "fake:1"
    ui = None
    facts: ClassVar[dict[str, Any]] = {}
    outside: Any = None

    @property
    def screen(self) -> FakeDevice:
        return self.device

    hands = phone = screen

    def _does(self, what: str) -> None:
        self.calls.append(what)
        if what in self.failing:
            raise RigError(f"{what} failed.", "The script says so.", "Nothing.")

    def check_app(self, app: Any) -> None:
        self._does("check_app")

    def start(self, bundle: Any, package: str, progress: Any) -> None:
        self._does("start")

    def device_facts(self) -> dict[str, Any]:
        return {"serial": self.serial, "kind": "script"} | self.facts

    def tool_facts(self) -> dict[str, Any]:
        return {"script": "1"}

    def clock_facts(self) -> dict[str, Any]:
        self._does("clock_facts")
        return {"offset_ns": 0, "uncertainty_ns": 1000, "source": "date"}

    def permissions(self, package: str) -> dict[str, Any]:
        self._does("permissions")
        return {}

    def check(self) -> None:
        self._does("check")

    def again(self, seconds: float) -> None:
        self._does("again")

    def losses(self) -> list[str]:
        return self.lost

    def log(self) -> dict[str, Any]:
        self._does("log")
        return {"source": "logcat", "file": "device.log", "size": 0}

    def stop(self) -> list[str]:
        self._does("stop")
        return []


def equipment(pages: dict[str, Page] | None = None, start: Any = "notice", **more: Any) -> tuple[FakeEquipment, Clock]:
    clock = Clock()
    return FakeEquipment(FakeDevice(clock, pages or shop(), start), **more), clock


__all__ = ["APP", "FakeEquipment", "equipment", "shop"]
