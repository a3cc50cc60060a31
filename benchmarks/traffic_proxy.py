"""What the proxy lets through beside plain `mitmdump -w FILE`: `python -m benchmarks.traffic_proxy`. Ratios within one run.

Both are given the same work in turn, over plain HTTP on loopback, several rounds after one to warm up: many small requests
with bodies on a few connections that stay open, and large uploads and downloads. Told are the medians of bytes or
requests a second, and of the processor time that each proxy itself took for them, which says more where other work shares the
machine. Then `--gibibytes` are uploaded through ours, and how much its memory grew is told.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from harness.bundle import Bundle
from harness.capture.traffic import TrafficCapture

AIM = 0.9
CONNECTIONS = 4
SMALL_REQUESTS = 400
SMALL = json.dumps({"imei": "004999010640000", "event": "launch", "pad": "x" * 150, "n": 10_000_000}).encode()
ANSWER = json.dumps({"ok": True, "pad": "y" * 250}).encode()
MEBIBYTE = 1 << 20
PIECE = os.urandom(MEBIBYTE)
NUMBERS = itertools.count()    # so that no two small bodies are the same
MITMDUMP = "from mitmproxy.tools.main import mitmdump; mitmdump()"


class _Server(asyncio.Protocol):
    """Answers POST when its body has come, that to /chunked in chunks, and GET /down/N with N mebibytes."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport, self.head, self.left = transport, b"", -1

    def data_received(self, data: bytes) -> None:
        if self.left < 0:
            self.head += data
            if b"\r\n\r\n" not in self.head:
                return
            head, _, data = self.head.partition(b"\r\n\r\n")
            self.first, self.head = head.split(b"\r\n")[0], b""
            lengths = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
            self.left = int(lengths[0].split(b":")[1]) if lengths else 0
        self.left -= len(data)
        if self.left <= 0:
            self.left = -1
            if b"/chunked" in self.first:
                self.transport.write(
                    b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
                    b"%x\r\n%s\r\n0\r\n\r\n" % (len(ANSWER), ANSWER))
                return
            count = int(self.first.split()[1].rsplit(b"/", 1)[1]) if b"/down/" in self.first else 0
            size = count * MEBIBYTE if count else len(ANSWER)
            self.transport.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % size)
            if count:
                self.pouring = asyncio.ensure_future(self._pour(count))
            else:
                self.transport.write(ANSWER)

    async def _pour(self, count: int) -> None:
        for _ in range(count):
            self.transport.write(PIECE)
            while self.transport.get_write_buffer_size() > MEBIBYTE:
                await asyncio.sleep(0.001)


def serve() -> None:
    async def forever() -> None:
        server = await asyncio.get_running_loop().create_server(_Server, "127.0.0.1", 0)
        print(server.sockets[0].getsockname()[1], flush=True)
        await asyncio.Event().wait()

    asyncio.run(forever())


@contextmanager
def child(*words: str, quiet: bool = False) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, *words], stdout=subprocess.DEVNULL if quiet else subprocess.PIPE, stdin=subprocess.DEVNULL, text=True)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


@dataclass(frozen=True)
class Proxy:
    name: str
    port: int
    pid: int

    def processor_seconds(self) -> float:
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def memory(self, field: str) -> int:
        lines = Path(f"/proc/{self.pid}/status").read_text().splitlines()
        return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(field))


@contextmanager
def plain(folder: Path) -> Iterator[Proxy]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    options = ["-q", "--listen-host", "127.0.0.1", "-p", str(port), "-w", str(folder / "flows"), "--set", f"confdir={folder}"]
    with child("-c", MITMDUMP, *options, quiet=True) as process:
        for _ in range(600):
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                time.sleep(0.1)
        yield Proxy("mitmdump -w", port, process.pid)


@contextmanager
def ours(folder: Path, server: int) -> Iterator[Proxy]:
    # The machine itself is reached by a route only.
    capture = TrafficCapture(
        Bundle.create(folder, "com.example.shop"), resolve={"localhost": f"127.0.0.1:{server}"}, ca_dir=folder)
    with capture:
        yield Proxy("ours", capture.address.port, capture.pid)


def _answer(stream: socket.socket, buffer: bytearray) -> None:
    """Reads one answer to its end and lets it go."""
    head = b""
    while b"\r\n\r\n" not in head:
        head += stream.recv(65536)
    head, _, rest = head.partition(b"\r\n\r\n")
    if b" 200 " not in head.split(b"\r\n")[0]:
        sys.exit(f"the proxy answered {head!r}")
    if b"chunked" in head.lower():
        while not rest.endswith(b"0\r\n\r\n"):
            rest += stream.recv(65536)
        return
    length = next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
    left = int(length.split(b":")[1]) - len(rest)
    while left:
        left -= stream.recv_into(buffer, min(left, len(buffer)))


def talk(proxy: Proxy, server: int, head: str, body: bytes, pieces: int, times: int) -> None:
    buffer = bytearray(MEBIBYTE)
    with socket.create_connection(("127.0.0.1", proxy.port), 120) as stream:
        stream.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        method, path = head.split()
        request = (f"{method} http://localhost:{server}{path} HTTP/1.1\r\nHost: localhost:{server}\r\n"
                   f"Content-Type: application/json\r\nContent-Length: {len(body) * pieces}\r\n\r\n").encode()
        for _ in range(times):
            if pieces == 1:
                stream.sendall(request + body.replace(b"10000000", b"%08d" % next(NUMBERS)))
            else:
                stream.sendall(request)
                for _ in range(pieces):
                    stream.sendall(body)
            _answer(stream, buffer)


def small(proxy: Proxy, server: int, head: str = "POST /small") -> float:
    each = SMALL_REQUESTS // CONNECTIONS
    threads = [
        threading.Thread(target=talk, args=(proxy, server, head, SMALL, 1, each)) for _ in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return SMALL_REQUESTS


def small_in_chunks(proxy: Proxy, server: int) -> float:
    return small(proxy, server, "POST /chunked")


def upload(proxy: Proxy, server: int, mebibytes: int = 64) -> float:
    talk(proxy, server, "POST /up", PIECE, mebibytes, 1)
    return mebibytes


def download(proxy: Proxy, server: int) -> float:
    talk(proxy, server, "GET /down/64", b"", 0, 1)
    return 64


WORK: dict[str, tuple[Callable[[Proxy, int], float], str]] = {
    "small requests": (small, "requests"), "chunked answers": (small_in_chunks, "requests"),
    "upload": (upload, "MiB"), "download": (download, "MiB")}


def rates(rounds: int, only: list[str]) -> dict[str, dict[str, dict[str, float]]]:
    """Work -> proxy -> units a second, and units a second of its own processor time."""
    found: dict[str, dict[str, dict[str, list[float]]]] = {}
    with tempfile.TemporaryDirectory() as folder, child(__file__, "--serve") as serving:
        assert serving.stdout is not None
        server = int(serving.stdout.readline())
        for place in ("plain", "ours"):
            Path(folder, place).mkdir()
        with plain(Path(folder, "plain")) as theirs, ours(Path(folder, "ours"), server) as mine:
            for number in range(rounds + 1):
                for what in only:
                    for proxy in (theirs, mine) if number % 2 else (mine, theirs):
                        spent, began = proxy.processor_seconds(), time.perf_counter()
                        units = WORK[what][0](proxy, server)
                        wall, spent = time.perf_counter() - began, proxy.processor_seconds() - spent
                        if number:
                            told = found.setdefault(what, {}).setdefault(proxy.name, {"wall": [], "processor": []})
                            told["wall"].append(units / wall)
                            told["processor"].append(units / max(spent, 0.01))
    return {what: {name: {kind: statistics.median(times) for kind, times in kinds.items()} for name, kinds in of.items()}
            for what, of in found.items()}


def growth(gibibytes: float) -> dict[str, float]:
    """MiB by which the proxy's memory grew at most while so much was uploaded."""
    with tempfile.TemporaryDirectory() as folder, child(__file__, "--serve") as serving:
        assert serving.stdout is not None
        server = int(serving.stdout.readline())
        with ours(Path(folder), server) as mine:
            talk(mine, server, "POST /small", SMALL, 1, 1)
            before = mine.memory("VmRSS")
            upload(mine, server, int(gibibytes * 1024))
            return {"GiB": gibibytes, "MiB grown": (mine.memory("VmHWM") - before) / MEBIBYTE}


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--only", action="append", choices=list(WORK))
    options.add_argument("--gibibytes", type=float, default=1.0, help="0 leaves the memory out")
    options.add_argument("--json", action="store_true", help="the figures as one JSON object on standard output")
    options.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    chosen = options.parse_args()
    if chosen.serve:
        serve()
    found = rates(chosen.rounds, chosen.only or list(WORK))
    memory = growth(chosen.gibibytes) if chosen.gibibytes else {}
    if chosen.json:
        print(json.dumps({"rates": found, "memory": memory}))
        return
    for what, of in found.items():
        mine, theirs = of["ours"], of["mitmdump -w"]
        ratio, by_processor = mine["wall"] / theirs["wall"], mine["processor"] / theirs["processor"]
        print(f"{what:15} {mine['wall']:8.0f} {WORK[what][1]}/s, {ratio:.2f} of mitmdump's; by processor time {by_processor:.2f} "
              f"(aim {AIM})")
    if memory:
        print(f"{memory['GiB']:.1f} GiB uploaded: {memory['MiB grown']:.1f} MiB more memory at most (aim 64)")


if __name__ == "__main__":
    main()
