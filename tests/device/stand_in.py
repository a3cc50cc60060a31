"""A file that the lab takes for a frida-server (harness/lab/shell/native_program.py), and a phone that has one of that sort."""

from __future__ import annotations

from importlib.metadata import version

ARM64, ARM, X86_64 = 0xB7, 0x28, 0x3E


def frida_server(said: str = "", machine: int = ARM64) -> bytes:
    """`said`: its version, else the one that is installed here."""
    head = bytearray(64)
    head[:6], head[18] = b"\x7fELF\x02\x01", machine
    return bytes(head) + b"re.frida.server\0version=" + (said or version("frida")).encode() + b"\0"
