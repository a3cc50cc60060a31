"""Which dialogs a request leads to, and what each answer changes, by the rules of Android 15."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.lab.system.device_state import DeviceState
from harness.lab.system.facts import DeclaredPermission, PackageFacts, RequestedPermission, Signer
from harness.lab.system.permission_request import Choice, Plan, Prompt, decide, make_plan
from harness.lab.system.permissions import Grant, Permissions, SecurityRefusal

P = "android.permission."
APP = "com.example.app"


def facts(*names: str, target: int = 35, package: str = APP, **more: object) -> PackageFacts:
    return PackageFacts(
        package=package,
        version_code=1,
        version_name="1",
        min_sdk=21,
        target_sdk=target,
        label="Sample",
        application_class="",
        process=package,
        sha256="",
        size=0,
        signer=Signer((2,), ("aa",)),
        requested=tuple(RequestedPermission(P + one if "." not in one else one) for one in names),
        **more,  # type: ignore[arg-type]
    )


class Desk:
    """One app's permissions and a user who answers."""

    def __init__(self, folder: Path, *names: str, target: int = 35) -> None:
        self.permissions = Permissions(DeviceState(folder / "permissions.json"))
        self.permissions.install(facts(*names, target=target))

    def plan(self, *names: str) -> Plan:
        return make_plan(self.permissions, APP, [P + one for one in names])

    def prompts(self, *names: str) -> list[tuple[str, Prompt]]:
        return [(one.group, one.prompt) for one in self.plan(*names).questions]

    def answer(self, choice: Choice, *names: str, precise: bool | None = None) -> None:
        """Asks and gives the same answer to every dialog."""
        plan = self.plan(*names)
        self.permissions.update(APP, plan.silent)
        for question in plan.questions:
            final = choice is Choice.DENIED and question.last_chance
            chosen = Choice.DENIED_DO_NOT_ASK_AGAIN if final else choice
            self.permissions.update(APP, decide(self.permissions, APP, question, chosen, precise))

    def state(self, name: str) -> str:
        return self.permissions.states(APP)[P + name]


def test_normal_permissions_come_with_the_package_and_signature_ones_never(tmp_path: Path) -> None:
    desk = Desk(tmp_path, "INTERNET", "READ_PRIVILEGED_PHONE_STATE", "CAMERA")
    assert desk.state("INTERNET") == "granted"
    assert desk.state("READ_PRIVILEGED_PHONE_STATE") == "denied"
    assert desk.state("CAMERA") == "denied"
    assert not desk.permissions.is_granted(APP, P + "READ_CONTACTS")


def test_a_basic_group_asks_once_and_the_second_refusal_is_final(tmp_path: Path) -> None:
    desk = Desk(tmp_path, "READ_CONTACTS")
    assert desk.prompts("READ_CONTACTS") == [("CONTACTS", Prompt.BASIC)]
    desk.answer(Choice.DENIED, "READ_CONTACTS")
    assert desk.state("READ_CONTACTS") == "refused"
    (question,) = desk.plan("READ_CONTACTS").questions
    assert question.last_chance
    desk.answer(Choice.DENIED, "READ_CONTACTS")
    assert desk.state("READ_CONTACTS") == "fixed"
    assert desk.plan("READ_CONTACTS") == Plan((), {})


def test_cancelling_is_no_refusal(tmp_path: Path) -> None:
    desk = Desk(tmp_path, "READ_CONTACTS")
    desk.answer(Choice.CANCELED, "READ_CONTACTS")
    assert desk.state("READ_CONTACTS") == "denied"
    assert not desk.plan("READ_CONTACTS").questions[0].last_chance


def test_another_permission_of_a_granted_group_comes_without_asking(tmp_path: Path) -> None:
    desk = Desk(tmp_path, "READ_CONTACTS", "WRITE_CONTACTS")
    desk.answer(Choice.GRANTED_ALWAYS, "READ_CONTACTS")
    assert desk.state("WRITE_CONTACTS") == "denied"
    assert desk.prompts("WRITE_CONTACTS") == []
    desk.answer(Choice.CANCELED, "WRITE_CONTACTS")
    assert desk.state("WRITE_CONTACTS") == "granted"


def test_several_groups_are_asked_one_after_another_those_with_only_this_time_first(tmp_path: Path) -> None:
    desk = Desk(tmp_path, "READ_CONTACTS", "CAMERA", "READ_CALENDAR", "RECORD_AUDIO")
    asked = desk.prompts("READ_CONTACTS", "CAMERA", "READ_CALENDAR", "RECORD_AUDIO")
    assert [group for group, _ in asked] == ["CAMERA", "MICROPHONE", "CALENDAR", "CONTACTS"]
    assert asked[0][1] is Prompt.ONE_TIME_FG


def test_location_offers_precise_and_approximate(tmp_path: Path) -> None:
    desk = Desk(tmp_path, "ACCESS_FINE_LOCATION", "ACCESS_COARSE_LOCATION")
    assert desk.prompts("ACCESS_FINE_LOCATION", "ACCESS_COARSE_LOCATION") == [("LOCATION", Prompt.LOCATION_TWO_BUTTON)]
    desk.answer(Choice.GRANTED_FOREGROUND_ONLY, "ACCESS_FINE_LOCATION", precise=False)
    assert (desk.state("ACCESS_COARSE_LOCATION"), desk.state("ACCESS_FINE_LOCATION")) == ("granted", "denied")
    assert desk.prompts("ACCESS_FINE_LOCATION") == [("LOCATION", Prompt.LOCATION_FINE_UPGRADE)]
    desk.answer(Choice.DENIED, "ACCESS_FINE_LOCATION")
    assert (desk.state("ACCESS_COARSE_LOCATION"), desk.state("ACCESS_FINE_LOCATION")) == ("granted", "fixed")


def test_approximate_location_alone(tmp_path: Path) -> None:
    desk = Desk(tmp_path, "ACCESS_COARSE_LOCATION")
    assert desk.prompts("ACCESS_COARSE_LOCATION") == [("LOCATION", Prompt.LOCATION_COARSE_ONLY)]


def test_background_location_must_be_asked_for_alone_and_after_the_foreground(tmp_path: Path) -> None:
    names = ("ACCESS_FINE_LOCATION", "ACCESS_COARSE_LOCATION", "ACCESS_BACKGROUND_LOCATION")
    desk = Desk(tmp_path, *names)
    assert desk.prompts(*names) == []
    assert desk.prompts("ACCESS_BACKGROUND_LOCATION") == []
    desk.answer(Choice.GRANTED_FOREGROUND_ONLY, "ACCESS_FINE_LOCATION", precise=True)
    assert desk.state("ACCESS_BACKGROUND_LOCATION") == "denied"
    assert desk.prompts("ACCESS_BACKGROUND_LOCATION") == [("LOCATION", Prompt.SETTINGS_PAGE)]


def test_an_app_of_level_29_is_led_to_settings_from_the_dialog(tmp_path: Path) -> None:
    desk = Desk(tmp_path, "ACCESS_FINE_LOCATION", "ACCESS_BACKGROUND_LOCATION", target=29)
    asked = desk.prompts("ACCESS_FINE_LOCATION", "ACCESS_BACKGROUND_LOCATION")
    assert asked == [("LOCATION", Prompt.SETTINGS_LINK_WITH_OT)]


def test_background_permissions_split_off_for_old_apps(tmp_path: Path) -> None:
    desk = Desk(tmp_path, "ACCESS_FINE_LOCATION", target=28)
    assert desk.state("ACCESS_BACKGROUND_LOCATION") == "denied"
    assert desk.state("ACCESS_COARSE_LOCATION") == "denied"


def test_only_this_time_ends_with_the_processes_and_may_be_asked_again(tmp_path: Path) -> None:
    desk = Desk(tmp_path, "CAMERA")
    desk.answer(Choice.GRANTED_ONE_TIME, "CAMERA")
    assert desk.state("CAMERA") == "granted"
    assert desk.permissions.of(APP).runtime[P + "CAMERA"].flags == ["ONE_TIME"]
    desk.permissions.end_one_time(APP)
    assert desk.state("CAMERA") == "denied"
    (question,) = desk.plan("CAMERA").questions
    assert not question.last_chance


def test_notifications_cannot_be_asked_for_by_apps_below_33(tmp_path: Path) -> None:
    assert Desk(tmp_path / "new", "POST_NOTIFICATIONS").prompts("POST_NOTIFICATIONS") == [("NOTIFICATIONS", Prompt.BASIC)]
    assert Desk(tmp_path / "old", "POST_NOTIFICATIONS", target=32).prompts("POST_NOTIFICATIONS") == []


@pytest.mark.parametrize(("target", "prompt"), [(28, Prompt.STORAGE_SUPERGROUP_PRE_Q), (32, Prompt.STORAGE_SUPERGROUP_Q_TO_S)])
def test_legacy_storage_is_one_decision_about_all_media(tmp_path: Path, target: int, prompt: Prompt) -> None:
    desk = Desk(tmp_path, "READ_EXTERNAL_STORAGE", target=target)
    asked = desk.plan("READ_EXTERNAL_STORAGE").questions
    assert {one.prompt for one in asked} == {prompt}
    desk.answer(Choice.GRANTED_ALWAYS, "READ_EXTERNAL_STORAGE")
    for name in ("READ_EXTERNAL_STORAGE", "READ_MEDIA_IMAGES", "READ_MEDIA_AUDIO"):
        assert desk.state(name) == "granted"


def test_storage_is_rejected_without_a_dialog_from_33_on(tmp_path: Path) -> None:
    assert Desk(tmp_path, "READ_EXTERNAL_STORAGE").prompts("READ_EXTERNAL_STORAGE") == []


def test_photos_can_be_selected(tmp_path: Path) -> None:
    desk = Desk(tmp_path, "READ_MEDIA_IMAGES", "READ_MEDIA_VISUAL_USER_SELECTED", target=34)
    assert desk.prompts("READ_MEDIA_IMAGES") == [("READ_MEDIA_VISUAL", Prompt.SELECT_PHOTOS)]
    desk.answer(Choice.GRANTED_SELECTED, "READ_MEDIA_IMAGES")
    assert desk.state("READ_MEDIA_VISUAL_USER_SELECTED") == "granted"
    assert desk.state("READ_MEDIA_IMAGES") == "refused"
    assert desk.prompts("READ_MEDIA_IMAGES") == [("READ_MEDIA_VISUAL", Prompt.SELECT_MORE_PHOTOS)]


def test_an_app_below_23_holds_everything_and_asks_nothing(tmp_path: Path) -> None:
    desk = Desk(tmp_path, "READ_CONTACTS", target=22)
    assert desk.state("READ_CONTACTS") == "granted"
    assert desk.prompts("READ_CONTACTS") == []


def test_what_was_not_declared_is_never_asked(tmp_path: Path) -> None:
    assert Desk(tmp_path, "CAMERA").prompts("READ_CONTACTS", "NO_SUCH_THING") == []


def test_grants_by_adb_and_their_refusals(tmp_path: Path) -> None:
    desk = Desk(tmp_path, "CAMERA", "INTERNET")
    desk.permissions.grant(APP, P + "CAMERA")
    assert desk.state("CAMERA") == "granted"
    desk.permissions.revoke(APP, P + "CAMERA")
    assert desk.state("CAMERA") == "denied"
    with pytest.raises(SecurityRefusal, match="is not a changeable permission type"):
        desk.permissions.grant(APP, P + "INTERNET")
    with pytest.raises(SecurityRefusal, match="has not requested permission"):
        desk.permissions.grant(APP, P + "RECORD_AUDIO")
    with pytest.raises(SecurityRefusal, match="Unknown permission"):
        desk.permissions.grant(APP, P + "FLY")
    with pytest.raises(SecurityRefusal, match="Unknown package"):
        desk.permissions.grant("com.example.other", P + "CAMERA")


def test_decisions_survive_the_daemon_and_an_update(tmp_path: Path) -> None:
    desk = Desk(tmp_path, "CAMERA", "READ_CONTACTS")
    desk.answer(Choice.DENIED, "READ_CONTACTS")
    desk.answer(Choice.GRANTED_FOREGROUND_ONLY, "CAMERA")
    again = Permissions(DeviceState(tmp_path / "permissions.json"))
    again.install(facts("CAMERA", "READ_CONTACTS", "READ_CALENDAR"))
    assert again.states(APP) == {
        P + "CAMERA": "granted",
        P + "READ_CONTACTS": "refused",
        P + "READ_CALENDAR": "denied",
    }
    again.uninstall(APP)
    again.install(facts("CAMERA"))
    assert again.states(APP)[P + "CAMERA"] == "denied"


def test_changes_are_told(tmp_path: Path) -> None:
    told: list[tuple[str, dict[str, str]]] = []
    permissions = Permissions(DeviceState(tmp_path / "p.json"), lambda package, states: told.append((package, states)))
    permissions.install(facts("CAMERA"))
    permissions.grant(APP, P + "CAMERA")
    permissions.grant(APP, P + "CAMERA")
    assert told == [(APP, {P + "CAMERA": "granted"})]


def test_a_permission_of_the_same_signer_is_granted_and_of_another_not(tmp_path: Path) -> None:
    permissions = Permissions(DeviceState(tmp_path / "p.json"))
    own = "com.example.lib.permission.TALK"
    permissions.install(facts(package="com.example.lib", declared=(DeclaredPermission(own, "signature"),)))
    permissions.install(facts(own))
    assert permissions.is_granted(APP, own)
    stranger = facts(own, package="com.example.stranger")
    permissions.install(PackageFacts(**{**stranger.__dict__, "signer": Signer((2,), ("bb",))}))
    assert not permissions.is_granted("com.example.stranger", own)


def test_states_are_what_the_runtime_is_told() -> None:
    assert Grant().state == "denied"
    assert Grant(user_set=True).state == "refused"
    assert Grant(user_set=True, user_fixed=True).state == "fixed"
    assert Grant(granted=True, one_time=True).state == "granted"
