"""Apps installed, updated, cleared, told of changes; what they see of the device and of each other."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from apk_factory import launcher, make_apk, manifest, tag
from device_bench import Bench, bench
from example_shop import OTHER, SHOP, installed, launched, shop
from fake_app import FakeApp

from harness.lab.system.activities import ActivityRefused
from harness.lab.system.install_errors import InstallFailed
from harness.lab.system.intents import Intent
from harness.lab.system.packages import UnknownPackage
from harness.lab.system.server import SystemServer
from harness.lab.system.trust import SYSTEM_STORE

OnDevice = Callable[..., None]


def test_proxy_and_permission_changes_reach_running_apps(on_device: OnDevice) -> None:
    async def work(made: Bench) -> None:
        app = await launched(made)
        await made.server.put_setting("global", "http_proxy", "127.0.0.1:8899")
        await made.server.grant(SHOP, "android.permission.CAMERA")
        await made.settled()
        sent = [fields for op, fields in app.calls if op == "set"]
        assert {"proxy": {"host": "127.0.0.1", "port": 8899}} in sent
        assert {"permissions": {"android.permission.CAMERA": "granted"}} in sent
        await made.server.put_setting("global", "http_proxy", ":0")
        await made.settled()
        assert app.last("set") == {"proxy": None}

    on_device(work)


def test_revoking_a_permission_that_was_held_ends_the_app(on_device: OnDevice) -> None:
    async def work(made: Bench) -> None:
        await launched(made)
        await made.server.revoke(SHOP, "android.permission.CAMERA")
        assert len(made.server.processes.running()) == 1
        await made.server.grant(SHOP, "android.permission.CAMERA")
        await made.server.revoke(SHOP, "android.permission.CAMERA")
        assert made.server.processes.running() == []

    on_device(work)


def test_clearing_data_also_forgets_decisions(on_device: OnDevice) -> None:
    async def work(made: Bench) -> None:
        await launched(made)
        await made.server.grant(SHOP, "android.permission.CAMERA")
        data = made.server.packages.get(SHOP).data
        (data / "files" / "note").write_text("x")
        await made.server.clear_data(SHOP)
        assert not (data / "files" / "note").exists() and (data / "files").is_dir()
        assert made.server.permissions.states(SHOP)["android.permission.CAMERA"] == "denied"
        assert made.server.processes.running() == []

    on_device(work)


def test_updates_keep_data_uid_and_decisions_and_refuse_downgrades(on_device: OnDevice) -> None:
    async def work(made: Bench) -> None:
        await installed(made, shop(version=2))
        await made.server.grant(SHOP, "android.permission.CAMERA")
        before = made.server.packages.get(SHOP)
        (before.data / "files" / "kept").write_text("x")
        await installed(made, shop(version=3))
        after = made.server.packages.get(SHOP)
        assert after.uid == before.uid and after.facts.version_code == 3
        assert after.first_install_ms == before.first_install_ms
        assert (after.data / "files" / "kept").exists()
        assert not before.apk.exists() and after.apk.exists()
        assert made.server.permissions.is_granted(SHOP, "android.permission.CAMERA")
        with pytest.raises(InstallFailed) as caught:
            await installed(made, shop(version=1))
        assert caught.value.code == "INSTALL_FAILED_VERSION_DOWNGRADE"
        with pytest.raises(InstallFailed) as caught:
            await made.server.install(make_apk(made.folder / "b.apk", shop(version=3)), replace=False)
        assert caught.value.code == "INSTALL_FAILED_ALREADY_EXISTS"

    on_device(work)


def test_a_test_only_package_needs_the_flag(on_device: OnDevice) -> None:
    async def work(made: Bench) -> None:
        apk = make_apk(made.folder / "t.apk", manifest(OTHER, testOnly=True))
        with pytest.raises(InstallFailed) as caught:
            await made.server.install(apk)
        assert caught.value.code == "INSTALL_FAILED_TEST_ONLY"
        await made.server.install(apk, test_only=True)

    on_device(work)


def test_two_packages_cannot_share_a_provider(on_device: OnDevice) -> None:
    async def work(made: Bench) -> None:
        provider = tag("provider", name=".P", authorities="com.example.same")
        await made.server.install(make_apk(made.folder / "a.apk", manifest(SHOP, launcher(), provider)))
        with pytest.raises(InstallFailed) as caught:
            await made.server.install(make_apk(made.folder / "b.apk", manifest(OTHER, launcher(), provider)))
        assert caught.value.code == "INSTALL_FAILED_CONFLICTING_PROVIDER"

    on_device(work)


def test_everything_is_there_again_after_the_daemon_was_killed(tmp_path: Path) -> None:
    async def first() -> None:
        async with bench(tmp_path) as made:
            await installed(made)
            await made.server.grant(SHOP, "android.permission.CAMERA")
            await made.server.put_setting("secure", "x", "1")
            await made.server.set_enabled(f"{SHOP}/.View", "disabled")

    async def second() -> None:
        async with bench(tmp_path) as made:
            server: SystemServer = made.server
            assert server.permissions.is_granted(SHOP, "android.permission.CAMERA")
            assert server.settings.get("secure", "x") == "1"
            with pytest.raises(ActivityRefused):
                await server.start_activity(Intent(action="android.intent.action.VIEW"))
            await server.uninstall(SHOP)
            with pytest.raises(UnknownPackage):
                await server.launch(SHOP, wait=True)
            assert not list((server.root / "data" / "app").iterdir())

    asyncio.run(first())
    asyncio.run(second())


def test_broadcasts_reach_manifest_receivers_explicitly_and_results_come_back(on_device: OnDevice) -> None:
    async def work(made: Bench) -> None:
        await installed(made)
        quiet = await made.server.broadcast(Intent(action="com.example.PING"))
        assert quiet.receivers == 0  # a stopped package, and an implicit broadcast to level 26 and up

        def answering(app: FakeApp) -> None:
            app.answers["broadcast"] = lambda _fields: {"result_code": 7, "result_data": "pong"}

        made.fake.prepare = answering
        result = await made.server.broadcast(Intent(action="com.example.PING", component=f"{SHOP}/{SHOP}.Ping"))
        assert (result.code, result.data) == (7, "pong")
        assert made.fake.bound(SHOP).last("broadcast")["receiver"] == f"{SHOP}.Ping"

    on_device(work)


def test_a_service_is_not_started_from_the_background(on_device: OnDevice) -> None:
    async def work(made: Bench) -> None:
        app = await launched(made)
        await made.server.home()
        made.server.activities._left_front.clear()
        answer = await app.ask("service", component=f"{SHOP}/{SHOP}.Push", verb="start", intent={})
        assert "app is in background" in answer["error"]

    on_device(work)


def test_an_app_sees_only_what_it_may_of_other_packages(on_device: OnDevice) -> None:
    async def work(made: Bench) -> None:
        await made.server.install(make_apk(made.folder / "o.apk", manifest(OTHER)))
        app = await launched(made)
        planted = made.server.profile["installed_apps"][0]["package"]
        mine = {one["package"] for one in (await app.ask("packages", query="installed"))["packages"]}
        assert mine == {SHOP}
        assert (await app.ask("packages", query="info", package=planted))["packages"] == []
        old = manifest("com.example.old", target=29)
        await made.server.install(make_apk(made.folder / "old.apk", old))
        await made.server.launch("com.example.old", wait=True)
        seen = await made.fake.bound("com.example.old").ask("packages", query="installed")
        assert {SHOP, OTHER, planted} <= {one["package"] for one in seen["packages"]}

    on_device(work)


def test_each_signer_has_an_android_id_of_its_own_and_each_device_another(on_device: OnDevice) -> None:
    async def work(made: Bench) -> None:
        app = await launched(made)
        secure = app.last("bind")["settings"]["secure"]["android_id"]
        signer = made.server.packages.get(SHOP).facts.signer.certificates[0]
        assert secure == made.server.profile.android_id(signer)
        assert secure != made.server.settings.get("secure", "android_id")

    on_device(work)


def test_a_ca_in_the_system_store_becomes_a_trust_store(on_device: OnDevice) -> None:
    async def work(made: Bench) -> None:
        from apk_factory import key
        from cryptography.hazmat.primitives.serialization import Encoding

        store = made.server.root / SYSTEM_STORE[0]
        (store / "0.0").write_bytes(key().certificate.public_bytes(Encoding.PEM))
        app = await launched(made)
        trust = Path(app.last("bind")["trust"])
        assert key().certificate.public_bytes(Encoding.DER) in trust.read_bytes()

    on_device(work)


def test_a_file_in_the_store_that_is_no_certificate_is_said_and_passed_over(
    on_device: OnDevice,
) -> None:
    async def work(made: Bench) -> None:
        (made.server.root / SYSTEM_STORE[0] / "bad.0").write_text("no certificate")
        await installed(made)
        result = await made.server.launch(SHOP, wait=True)
        assert result.started
        assert any(line.tag == "LabDevice" and "bad.0" in line.text for line in made.server.logs.lines())

    on_device(work)


def test_logs_are_followed_as_they_come(on_device: OnDevice) -> None:
    async def work(made: Bench) -> None:
        app = await launched(made)
        made.server.logs.clear()
        lines = made.server.logs.follow()
        first: Awaitable[object] = asyncio.ensure_future(anext(lines))
        app.event("log", priority="W", tag="Shop", text="one\ntwo", time_ns=5, tid=9)
        line = await first
        assert (line.tag, line.text, line.priority, line.pid, line.tid) == ("Shop", "one", "W", app.pid, 9)  # type: ignore[attr-defined]
        assert (await anext(lines)).text == "two"
        app.event("log", tag="Shop\n1.0 1000 1000 W LabContainment", text="forged", time_ns=5)
        assert (await anext(lines)).tag == "Shop?1.0 1000 1000 W LabContainment"
        await lines.aclose()  # type: ignore[attr-defined]

    on_device(work)
