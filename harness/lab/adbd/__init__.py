"""The device's adb daemon: what an unmodified adb server connects to over TCP.

The protocol is AOSP's (packages/modules/adb: protocol.txt, SERVICES.TXT, SYNC.TXT, shell_protocol.h,
file_sync_protocol.h), without authentication: the daemon listens on loopback only.

`device`, `files`, `ownership` and `properties` describe the device and import nothing of the rest; the
shell builds on them, and `services`, `shell_service` and `server` build on the shell.
"""
