"""The app that most device tests install, and the steps that they begin with."""

from __future__ import annotations

from apk_factory import Tag, intent_filter, launcher, make_apk, manifest, tag
from device_bench import Bench
from fake_app import FakeApp

SHOP, OTHER = "com.example.shop", "com.example.other"


def shop(**more: object) -> Tag:
    return manifest(
        SHOP,
        launcher(".Main"),
        tag("activity", name=".Detail"),
        tag("activity", name=".Single", launchMode=1),
        tag("activity", name=".Web", process=":web"),
        tag(
            "activity",
            intent_filter("android.intent.action.VIEW", "android.intent.category.DEFAULT"),
            name=".View",
            exported=True,
        ),
        tag("service", name=".Push", process=":push"),
        tag("receiver", intent_filter("com.example.PING"), name=".Ping", exported=True),
        permissions=("android.permission.CAMERA", "android.permission.INTERNET"),
        **more,  # type: ignore[arg-type]
    )


async def installed(made: Bench, root: Tag | None = None) -> None:
    await made.server.install(make_apk(made.folder / "app.apk", root or shop()))


async def launched(made: Bench) -> FakeApp:
    await installed(made)
    await made.server.launch(SHOP, wait=True)
    return made.fake.bound(SHOP)
