"""Who has a camera open (AOSP CameraService), and who records sound (AudioPolicyService)."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from harness.lab.system.app_ops import CAMERA, RECORD_AUDIO, AppOps, Use
from harness.lab.system.logs import LogBuffer, one_line
from harness.lab.system.processes import Processes, RunningProcess

# ICameraService
PERMISSION_DENIED, ILLEGAL_ARGUMENT, DISABLED, IN_USE = 1, 3, 6, 7

_LONGEST_ID = 64  # characters of a camera's id in the log
_MOST_RECORDINGS = 32  # of one process at once


@dataclass(eq=False)
class Client:
    """An open camera. `api`: 1 for android.hardware.Camera, 2 for camera2."""

    number: int
    camera: str
    api: int
    process: RunningProcess
    use: Use


class Cameras:
    """A camera is one app's at a time: whoever is in front gets it, and who no longer is loses it.

    `cameras`: those of the profile, by their place; `in_front(package)`: has the resumed activity.
    """

    def __init__(
        self,
        cameras: list[Mapping[str, Any]],
        ops: AppOps,
        processes: Processes,
        logs: LogBuffer,
        *,
        in_front: Callable[[str], bool],
    ) -> None:
        self._ids = [str(place) for place in range(len(cameras))]
        self._ops = ops
        self._processes = processes
        self._logs = logs
        self._in_front = in_front
        self._numbers = itertools.count(1)
        self._clients: list[Client] = []

    def answer(self, process: RunningProcess, verb: str, fields: Mapping[str, Any]) -> dict[str, Any]:
        """open, close. Raises ValueError for what is malformed."""
        if verb == "open":
            camera, api = fields["camera"], int(fields["api"])
            if not isinstance(camera, str) or api not in (1, 2):
                raise ValueError("no camera is named")
            return self._open(process, camera, api)
        if verb == "close":
            number = int(fields["client"])
            self._close([one for one in self._clients if one.process is process and one.number == number])
            return {}
        raise ValueError(f"no verb {verb!r}")

    def _open(self, process: RunningProcess, camera: str, api: int) -> dict[str, Any]:
        package, camera = process.package, one_line(camera[:_LONGEST_ID])
        who = f'Caller "{package}" (PID {process.pid}, UID {process.uid}) cannot open camera "{camera}"'
        self._logs.system(
            "CameraService",
            f'CameraService::connect call (PID {process.pid} "{package}", camera ID {camera}) and Camera API version {api}',
        )
        if camera not in self._ids:
            return self._refused(ILLEGAL_ARGUMENT, f"{who}: no such camera")
        if not self._ops.holds_permission(package, CAMERA):
            self._ops.refuse(package, CAMERA)
            return self._refused(PERMISSION_DENIED, f"{who} without camera permission")
        if not self._ops.may_use(package, CAMERA):
            self._ops.refuse(package, CAMERA)
            return self._refused(DISABLED, f"{who} from background")
        held = next((one for one in self._clients if one.camera == camera), None)
        if held is not None:
            if held.process is not process and self._in_front(held.process.package) and not self._in_front(package):
                return self._refused(IN_USE, f"{who}: camera in use by {held.process.package}")
            self._take(held, "disconnected")  # of two opens by one process the later wins
        client = Client(next(self._numbers), camera, api, process, self._ops.start(process, CAMERA, self._blocked))
        self._clients.append(client)
        return {"client": client.number}

    def _refused(self, code: int, why: str) -> dict[str, Any]:
        self._logs.system("CameraService", why, priority="E")
        return {"code": code, "why": why}

    def _blocked(self, use: Use, allowed: bool) -> None:
        for one in [] if allowed else [one for one in self._clients if one.use is use]:
            self._take(one, "disabled")

    def _take(self, client: Client, why: str) -> None:
        """Its app is told, and has it no more."""
        self._logs.system(
            "CameraService", f"camera {client.camera} is taken from {client.process.package} (PID {client.process.pid}): {why}"
        )
        self._close([client])
        told = self._processes.call(client.process, "camera", client=client.number, why=why)
        self._processes.run(told, f"camera {client.camera} is {why}")

    def _close(self, clients: list[Client]) -> None:
        for one in clients:
            self._clients.remove(one)
            self._ops.finish(one.use)

    def process_ended(self, process: RunningProcess) -> None:
        self._close([one for one in self._clients if one.process is process])

    def describe(self) -> str:
        """dumpsys media.camera"""
        lines = [f"Number of camera devices: {len(self._ids)}", "Active Camera Clients:"]
        lines += [
            f"  (Camera ID: {one.camera}, PID: {one.process.pid}, Client Package Name: {one.process.package}, API: {one.api})"
            for one in self._clients
        ] or ["  []"]
        return "\n".join(lines) + "\n"


class Microphone:
    """Recordings that run: an app that may not record at the moment hears silence (AOSP AudioPolicyService)."""

    def __init__(self, ops: AppOps, processes: Processes, logs: LogBuffer) -> None:
        self._ops = ops
        self._processes = processes
        self._logs = logs
        self._numbers = itertools.count(1)
        self._recordings: dict[int, Use] = {}

    def answer(self, process: RunningProcess, verb: str, fields: Mapping[str, Any]) -> dict[str, Any]:
        """start, stop. Raises ValueError for what is malformed."""
        if verb == "start":
            if not self._ops.holds_permission(process.package, RECORD_AUDIO):
                self._ops.refuse(process.package, RECORD_AUDIO)
                self._logs.system("AudioFlinger", f"{process.package} has no android.permission.RECORD_AUDIO", priority="W")
                return {"allowed": False}
            if sum(use.process is process for use in self._recordings.values()) >= _MOST_RECORDINGS:
                return {"allowed": False}
            number = next(self._numbers)
            use = self._recordings[number] = self._ops.start(process, RECORD_AUDIO, self._changed)
            self._tell(use)
            return {"allowed": True, "recording": number, "silenced": not use.allowed}
        if verb == "stop":
            number = int(fields["recording"])
            recording = self._recordings.get(number)
            if recording is not None and recording.process is process:
                self._ops.finish(self._recordings.pop(number))
            return {}
        raise ValueError(f"no verb {verb!r}")

    def _tell(self, use: Use) -> None:
        state = "records" if use.allowed else "is silenced"
        self._logs.system("AudioPolicyService", f"{use.process.package} (PID {use.process.pid}) {state}")

    def _changed(self, use: Use, allowed: bool) -> None:
        self._tell(use)
        for number in [number for number, one in self._recordings.items() if one is use]:
            told = self._processes.call(use.process, "microphone", recording=number, silenced=not allowed)
            self._processes.run(told, "a recording is silenced")

    def process_ended(self, process: RunningProcess) -> None:
        for number in [number for number, use in self._recordings.items() if use.process is process]:
            self._ops.finish(self._recordings.pop(number))
