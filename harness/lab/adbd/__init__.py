"""The device's adb daemon: what an unmodified adb server connects to over TCP.

The protocol is AOSP's (packages/modules/adb: protocol.txt, SERVICES.TXT, SYNC.TXT, shell_protocol.h,
file_sync_protocol.h), without authentication: the daemon listens on loopback only.
"""

from harness.lab.adbd.device import Device
from harness.lab.adbd.server import AdbDaemon

__all__ = ["AdbDaemon", "Device"]
