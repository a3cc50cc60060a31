"""Two apps whose processes are FakeApps and reach each other: what the tests of binders and providers begin with."""

from __future__ import annotations

from typing import Any

from apk_factory import Tag, intent_filter, launcher, make_apk, manifest, tag
from device_bench import Bench
from fake_app import FakeApp

HOST, GUEST, STRANGER = "com.example.host", "com.example.guest", "com.example.stranger"
AUTO_CREATE = 1
READ, WRITE = 1, 2
BINDER = {"own": 1}
EMPTY = {"data": ""}


def host() -> Tag:
    return manifest(
        HOST,
        launcher(".Main"),
        tag("activity", name=".Detail"),
        tag("service", name=".Remote", process=":remote", exported=True),
        tag("service", name=".Guarded", process=":remote", exported=True, permission="com.example.READ"),
        tag("service", name=".Hidden", process=":remote"),
        tag("service", name=".Alone", isolatedProcess=True),
        tag(
            "provider", tag("path-permission", pathPrefix="/open", writePermission="com.example.READ"), name=".Notes",
            authorities="notes.example;words.example", process=":notes", exported=True, readPermission="com.example.READ",
            writePermission="com.example.WRITE", grantUriPermissions=True,
        ),
        tag("provider", name=".Own", authorities="own.example"),
        tag("provider", tag("grant-uri-permission", path="/given"), name=".Shut", authorities="shut.example", process=":notes"),
        tag("receiver", _ordered(5), name=".Second", process=":remote", exported=True),
        tag("receiver", _ordered(1), name=".Third", exported=True),
        tag("receiver", _ordered(9), name=".Guarded2", exported=True, permission="com.example.NOBODY"),
        permissions=("android.permission.BROADCAST_STICKY",),
    )  # fmt: skip


def _ordered(priority: int) -> Tag:
    made = intent_filter("com.example.ORDER")
    made.attributes["priority"] = priority
    return made


def guest() -> Tag:
    queries = tag("queries", tag("package", name=HOST))
    read = tag("permission", name="com.example.READ", protectionLevel=0)
    write = tag("permission", name="com.example.WRITE", protectionLevel=1)
    return manifest(GUEST, permissions=("com.example.READ", "com.example.WRITE"), top=(queries, read, write))


class Peers:
    """`made`: the device. `client`: the host's main process. Services answer with their object 1, providers with object 2."""

    def __init__(self, made: Bench) -> None:
        self.made = made
        self.client: FakeApp

    async def start(self) -> None:
        self.made.fake.prepare = self._prepare
        self.made.server.bindings._waits = (0.0, 0.0)
        await self.made.server.install(make_apk(self.made.folder / "guest.apk", guest()))
        await self.made.server.install(make_apk(self.made.folder / "host.apk", host()))
        await self.made.server.launch(HOST, wait=True)
        self.client = self.made.fake.bound(HOST)

    @staticmethod
    def _prepare(app: FakeApp) -> None:
        app.answers["service"] = lambda fields: {"binder": BINDER} if fields["verb"] == "bind" else {}
        app.answers["provider"] = lambda fields: {"binder": {"own": 2}}
        app.answers["transact"] = lambda fields: {"handled": True, "reply": EMPTY}

    async def guest(self) -> FakeApp:
        await self.made.server.launch(GUEST, wait=True)
        return self.made.fake.bound(GUEST)

    async def bind(self, app: FakeApp, service: str = "Remote", connection: int = 1) -> int:
        """The handle to the service's object."""
        answer = await app.ask(
            "service", verb="bind", intent={"component": f"{HOST}/.{service}"}, connection=connection, flags=AUTO_CREATE
        )
        assert answer == {"component": f"{HOST}/{HOST}.{service}"}
        await self.made.until(lambda: any(op == "connection" and one["connection"] == connection for op, one in app.calls))
        told = app.last("connection")
        assert told["state"] == "connected"
        return int(told["binder"]["handle"])

    async def stranger(self) -> FakeApp:
        """An app that declares nothing."""
        await self.made.server.install(make_apk(self.made.folder / "stranger.apk", manifest(STRANGER)))
        await self.made.server.launch(STRANGER, wait=True)
        return self.made.fake.bound(STRANGER)

    def remote(self) -> FakeApp:
        return self.made.fake.bound(f"{HOST}:remote")

    async def transact(self, app: FakeApp, handle: int, **more: Any) -> dict[str, Any]:
        return await app.ask("transact", **{"handle": handle, "code": 1, "flags": 0, "parcel": EMPTY, "thread": 1, **more})
