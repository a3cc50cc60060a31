"""What Android and Frida call a processor, and how a program says which it is made for."""

from __future__ import annotations

FRIDA_ARCH = {"arm64-v8a": "arm64", "armeabi-v7a": "arm", "armeabi": "arm", "x86_64": "x86_64", "x86": "x86"}
"""ABI as in ro.product.cpu.abilist -> the word in the names of Frida's releases."""
_MACHINES = {0xB7: "arm64", 0x28: "arm", 0x3E: "x86_64", 0x03: "x86"}    # e_machine of ELF


def arch_of(head: str) -> str:
    """Frida's word, from a program's first 20 bytes in hexadecimal; "" where it is none, or of another processor."""
    try:
        data = bytes.fromhex("".join(head.split()))
    except ValueError:
        return ""
    return _MACHINES.get(int.from_bytes(data[18:20], "little"), "") if data[:4] == b"\x7fELF" and len(data) >= 20 else ""
