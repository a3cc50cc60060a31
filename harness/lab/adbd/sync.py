"""The sync: service: stat, list, send and receive files (AOSP file_sync_protocol.h, file_sync_service.cpp).

Requests and answers are little-endian: four letters, then words. A file travels as DATA blocks of at most
64 KiB and DONE; in the second version of the requests it may be compressed.
"""

from __future__ import annotations

import asyncio
import errno
import os
import stat
import struct
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from harness.lab.adbd.compression import Corrupt, Decoder, Encoder, PlainDecoder, PlainEncoder, decoder, encoder
from harness.lab.adbd.files import Files, FileStat
from harness.lab.adbd.stream import Stream

DATA_MAX = 64 * 1024
PATH_MAX = 1024
FLAG_DRY_RUN = 0x80000000

_REQUEST = struct.Struct("<4sI")
_STAT_V1 = struct.Struct("<4s3I")
_STAT_V2 = struct.Struct("<4sIQQIIIIQqqq")
_DENT_V1 = struct.Struct("<4s4I")
_DENT_V2 = struct.Struct("<4sIQQIIIIQqqqI")

_SECOND = 1_000_000_000
_WORD = 0xFFFFFFFF


class SyncFailed(Exception):
    """Answered with FAIL; the stream ends, as adbd does."""


@dataclass(frozen=True)
class SyncService:
    """One sync: stream."""

    files: Files
    stream: Stream

    async def run(self) -> None:
        """Until QUIT, the end of the stream, or a failure that has been answered."""
        actions: dict[bytes, Callable[[str], Awaitable[None]]] = {
            b"STAT": self._stat_v1,
            b"STA2": lambda path: self._stat_v2(b"STA2", path),
            b"LST2": lambda path: self._stat_v2(b"LST2", path),
            b"LIST": self._list_v1,
            b"LIS2": self._list_v2,
            b"SEND": self._send_v1,
            b"SND2": self._send_v2,
            b"RECV": self._receive_v1,
            b"RCV2": self._receive_v2,
        }
        while True:
            request, length = _REQUEST.unpack(await self.stream.read_exactly(_REQUEST.size))
            if request == b"QUIT":
                return
            try:
                if length > PATH_MAX:
                    raise SyncFailed("path too long")
                path = os.fsdecode(await self.stream.read_exactly(length))
                action = actions.get(request)
                if action is None:
                    raise SyncFailed(f"unknown command {int.from_bytes(request, 'little'):08x}")
                await action(path)
            except SyncFailed as failure:
                reason = str(failure).encode()
                await self.stream.write(_REQUEST.pack(b"FAIL", len(reason)) + reason)
                return

    async def _stat_v1(self, path: str) -> None:
        try:
            info = self.files.lstat(path)
        except OSError:
            info = FileStat(0, 0, 0)
        await self.stream.write(_STAT_V1.pack(b"STAT", info.mode, info.size & _WORD, info.mtime_ns // _SECOND & _WORD))

    async def _stat_v2(self, request: bytes, path: str) -> None:
        error = 0
        try:
            info = self.files.stat(path) if request == b"STA2" else self.files.lstat(path)
        except OSError as failure:
            error = failure.errno or errno.EIO
            info = FileStat(0, 0, 0, nlink=0)
        await self.stream.write(_STAT_V2.pack(request, error, *_fields_v2(info)))

    async def _list_v1(self, path: str) -> None:
        listing = bytearray()
        for name, info in self._entries(path):
            data = os.fsencode(name)
            mtime = info.mtime_ns // _SECOND & _WORD
            listing += _DENT_V1.pack(b"DENT", info.mode, info.size & _WORD, mtime, len(data)) + data
        await self.stream.write(bytes(listing) + _DENT_V1.pack(b"DONE", 0, 0, 0, 0))

    async def _list_v2(self, path: str) -> None:
        listing = bytearray()
        for name, info in self._entries(path):
            data = os.fsencode(name)
            listing += _DENT_V2.pack(b"DNT2", 0, *_fields_v2(info), len(data)) + data
        await self.stream.write(bytes(listing) + _DENT_V2.pack(b"DONE", *[0] * 12))

    def _entries(self, path: str) -> list[tuple[str, FileStat]]:
        """As readdir gives them, "." and ".." first; nothing where the folder cannot be read."""
        entries = []
        try:
            names = [".", "..", *self.files.list(path)]
        except OSError:
            return []
        for name in names:
            try:
                entries.append((name, self.files.lstat(f"{path}/{name}")))
            except OSError:
                continue  # went away while we looked: readdir would not have named it
        return entries

    async def _send_v1(self, spec: str) -> None:
        path, comma, mode = spec.rpartition(",")
        if not comma:
            raise SyncFailed("missing , in ID_SEND_V1")
        try:
            number = int(mode, 8) if mode.startswith("0") else int(mode)
        except ValueError:
            raise SyncFailed("bad mode") from None
        await self._send(path, number, PlainDecoder(), dry_run=False)

    async def _send_v2(self, path: str) -> None:
        _, mode, flags = struct.unpack("<4sII", await self.stream.read_exactly(12))
        try:
            unpacking = decoder(flags & ~FLAG_DRY_RUN)
        except KeyError:
            raise SyncFailed(f"unknown flags: {flags & ~FLAG_DRY_RUN}") from None
        await self._send(path, mode, unpacking, dry_run=bool(flags & FLAG_DRY_RUN))

    async def _send(self, path: str, mode: int, unpacking: Decoder, *, dry_run: bool) -> None:
        try:
            if stat.S_ISLNK(mode):
                mtime = await self._take_link(path, dry_run=dry_run)
            elif dry_run:
                await self._take_data(-1, unpacking)
                mtime = -1
            else:
                mtime = await self._take_file(path, mode, unpacking)
            if mtime >= 0 and not dry_run:
                self.files.utime(path, mtime * _SECOND)
        except OSError as error:
            await self._discard()
            raise SyncFailed(f"couldn't create file: {os.strerror(error.errno or errno.EIO)}") from error
        await self.stream.write(_REQUEST.pack(b"OKAY", 0))

    async def _take_file(self, path: str, mode: int, unpacking: Decoder) -> int:
        """Writes what comes to `path`; the seconds of its mtime. Half a file is not left behind."""
        bits = mode & 0o700
        bits |= bits >> 3 | bits >> 6
        self._clear_the_way(path)
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
        try:
            descriptor = self.files.open(path, flags, 0o600)
        except FileNotFoundError:
            self.files.make_folders(path.rpartition("/")[0])
            descriptor = self.files.open(path, flags, 0o600)
        complete = False
        try:
            mtime = await self._take_data(descriptor, unpacking)
            os.fchmod(descriptor, bits)
            complete = True
        finally:
            os.close(descriptor)
            if not complete:
                self.files.unlink(path)
        return mtime

    def _clear_the_way(self, path: str) -> None:
        """Replaces a file or link rather than writing through it."""
        try:
            there = self.files.lstat(path)
        except OSError:
            return
        if there.is_file or there.is_link:
            self.files.unlink(path)

    async def _take_data(self, descriptor: int, unpacking: Decoder) -> int:
        while True:
            request, size = _REQUEST.unpack(await self.stream.read_exactly(_REQUEST.size))
            if request == b"DONE":
                _unpacked(unpacking, None)
                return int(size)
            if request != b"DATA" or size > DATA_MAX:
                raise SyncFailed("invalid data message")
            block = _unpacked(unpacking, await self.stream.read_exactly(size))
            while block and descriptor >= 0:
                block = block[os.write(descriptor, block) :]

    async def _take_link(self, path: str, *, dry_run: bool) -> int:
        request, size = _REQUEST.unpack(await self.stream.read_exactly(_REQUEST.size))
        if request != b"DATA":
            raise SyncFailed("invalid data message: expected ID_DATA")
        if size > PATH_MAX:
            raise SyncFailed("oversize data message")
        target = os.fsdecode((await self.stream.read_exactly(size)).rstrip(b"\0"))
        request, mtime = _REQUEST.unpack(await self.stream.read_exactly(_REQUEST.size))
        if request != b"DONE":
            raise SyncFailed("invalid data message: expected ID_DONE")
        if not dry_run:
            self._clear_the_way(path)
            try:
                self.files.symlink(target, path)
            except FileNotFoundError:
                self.files.make_folders(path.rpartition("/")[0])
                self.files.symlink(target, path)
        return int(mtime)

    async def _discard(self) -> None:
        """After a failure: what the client still sends, until DONE, so that it reads our FAIL."""
        while True:
            request, size = _REQUEST.unpack(await self.stream.read_exactly(_REQUEST.size))
            if request != b"DATA" or size > DATA_MAX:
                return
            await self.stream.read_exactly(size)

    async def _receive_v2(self, path: str) -> None:
        _, flags = struct.unpack("<4sI", await self.stream.read_exactly(8))
        try:
            packing = encoder(flags)
        except KeyError:
            raise SyncFailed(f"unknown flags: {flags}") from None
        await self._receive(path, packing)

    async def _receive_v1(self, path: str) -> None:
        await self._receive(path, PlainEncoder())

    async def _receive(self, path: str, packing: Encoder) -> None:
        """The last block and DONE go out together: apart, Nagle's algorithm costs the client 40 ms a file."""
        try:
            descriptor = self.files.open(path, os.O_RDONLY)
        except OSError as error:
            raise SyncFailed(f"open failed: {os.strerror(error.errno or errno.EIO)}") from error
        ready = b""
        try:
            while block := _read(descriptor):
                if ready:
                    await self.stream.write(ready)
                    await asyncio.sleep(0)
                ready = _data(packing.encode(block))
        finally:
            os.close(descriptor)
        await self.stream.write(ready + _data(packing.finish()) + _REQUEST.pack(b"DONE", 0))


def _data(content: bytes) -> bytes:
    """In DATA blocks, none for nothing."""
    blocks = (content[start : start + DATA_MAX] for start in range(0, len(content), DATA_MAX))
    return b"".join(_REQUEST.pack(b"DATA", len(block)) + block for block in blocks)


def _unpacked(unpacking: Decoder, data: bytes | None) -> bytes:
    """What `data` completes; None for the end."""
    try:
        if data is None:
            unpacking.finish()
            return b""
        return unpacking.decode(data)
    except Corrupt as why:
        raise SyncFailed(f"decompress failed: {why}") from why


def _read(descriptor: int) -> bytes:
    try:
        return os.read(descriptor, DATA_MAX)
    except OSError as error:
        raise SyncFailed(f"read failed: {error.strerror}") from error


def _fields_v2(info: FileStat) -> tuple[int, ...]:
    return (
        info.dev, info.ino, info.mode, info.nlink, info.uid, info.gid, info.size,
        info.atime_ns // _SECOND, info.mtime_ns // _SECOND, info.ctime_ns // _SECOND,
    )  # fmt: skip
