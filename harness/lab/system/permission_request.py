"""What a requestPermissions call leads to: silent answers, and the questions the user is asked.

The rules are those of packages/modules/Permission (Android 15): GrantPermissionsViewModel,
{Basic,Background,Location,Notification,Storage}GrantBehavior. No window is drawn here.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum, auto

from harness.lab.system.permission_table import (
    ACCESS_MEDIA_LOCATION,
    BACKGROUND_PERMISSIONS,
    COARSE,
    FINE,
    LOCATION,
    MEDIA_VISUAL,
    NOTIFICATIONS,
    ONE_TIME_GROUPS,
    STORAGE,
    STORAGE_SUPERGROUP,
    USER_SELECTED,
    PermissionTable,
    split_from,
)
from harness.lab.system.permissions import Grant, PackagePermissions, Permissions


class Prompt(Enum):
    """Which dialog; names as in AOSP's Prompt."""

    BASIC = auto()
    FG_ONLY = auto()
    ONE_TIME_FG = auto()
    SETTINGS_LINK_FOR_BG = auto()
    SETTINGS_LINK_WITH_OT = auto()
    UPGRADE_SETTINGS_LINK = auto()
    OT_UPGRADE_SETTINGS_LINK = auto()
    LOCATION_TWO_BUTTON = auto()
    LOCATION_COARSE_ONLY = auto()
    LOCATION_FINE_UPGRADE = auto()
    STORAGE_SUPERGROUP_Q_TO_S = auto()
    STORAGE_SUPERGROUP_PRE_Q = auto()
    SELECT_PHOTOS = auto()
    SELECT_MORE_PHOTOS = auto()
    SETTINGS_PAGE = auto()  # NO_UI_SETTINGS_REDIRECT
    REJECT_GROUP = auto()
    REJECT_ALL = auto()
    FILTERED = auto()


class Choice(Enum):
    """What the user chose, as GrantPermissionsViewHandler.Result."""

    GRANTED_ALWAYS = auto()
    GRANTED_FOREGROUND_ONLY = auto()
    GRANTED_ONE_TIME = auto()
    GRANTED_SELECTED = auto()
    DENIED = auto()
    DENIED_DO_NOT_ASK_AGAIN = auto()
    DENIED_MORE = auto()
    CANCELED = auto()


ONE_TIME_PROMPTS = frozenset(
    (
        Prompt.ONE_TIME_FG,
        Prompt.SETTINGS_LINK_WITH_OT,
        Prompt.LOCATION_TWO_BUTTON,
        Prompt.LOCATION_COARSE_ONLY,
        Prompt.LOCATION_FINE_UPGRADE,
    )
)


@dataclass(frozen=True)
class Question:
    """One dialog. `last_chance`: the user has decided about the group before, so a refusal now is final."""

    group: str
    prompt: Prompt
    permissions: tuple[str, ...]
    last_chance: bool
    foreground_granted: bool = False


@dataclass(frozen=True)
class Plan:
    """Questions in the order in which they are asked, and the grants made without asking."""

    questions: tuple[Question, ...]
    silent: dict[str, Grant]


@dataclass(frozen=True)
class _Group:
    """The state of a group within one package, as LightAppPermGroup."""

    name: str
    states: dict[str, Grant]
    target_sdk: int
    implicit_selection: bool

    @property
    def foreground(self) -> dict[str, Grant]:
        return {name: one for name, one in self.states.items() if name not in BACKGROUND_PERMISSIONS}

    @property
    def background(self) -> dict[str, Grant]:
        return {name: one for name, one in self.states.items() if name in BACKGROUND_PERMISSIONS}

    @property
    def foreground_granted(self) -> bool:
        return any(one.granted for one in self.foreground.values())

    @property
    def background_granted(self) -> bool:
        return any(one.granted for one in self.background.values())

    @property
    def one_time(self) -> bool:
        return any(one.granted and one.one_time for one in self.states.values())

    @property
    def user_set(self) -> bool:
        return any(one.user_set for one in self.states.values())

    @property
    def has_accuracy(self) -> bool:
        return self.name == LOCATION and self.target_sdk >= 31

    def is_fixed(self, permission: str) -> bool:
        """No dialog asks about it any more."""
        if self.has_accuracy and permission == COARSE:
            return self.states[COARSE].user_fixed
        selected = self.states.get(USER_SELECTED)
        if self.name == MEDIA_VISUAL and selected and selected.granted and selected.user_fixed:
            return False
        part = self.background if permission in BACKGROUND_PERMISSIONS else self.foreground
        return any(one.user_fixed for one in part.values())

    def is_foreground_done(self, requested: Iterable[str]) -> bool:
        if self.has_accuracy and FINE in requested:
            return FINE in self.states and self.states[FINE].granted
        return self.foreground_granted

    def is_done(self, requested: Iterable[str]) -> bool:
        """Everything asked for of this group is there, so the rest is given without asking."""
        wants_background = any(one in BACKGROUND_PERMISSIONS for one in requested)
        if self.name == MEDIA_VISUAL:
            partial = self.partial_permissions
            return any(one.granted for name, one in self.states.items() if name not in partial)
        if wants_background:
            return self.background_granted and self.foreground_granted
        return self.is_foreground_done(requested)

    @property
    def partial_permissions(self) -> frozenset[str]:
        if self.target_sdk >= 33 and not self.implicit_selection:
            return frozenset((USER_SELECTED, ACCESS_MEDIA_LOCATION))
        return frozenset((USER_SELECTED,))


def make_plan(permissions: Permissions, package: str, requested: Iterable[str]) -> Plan:
    """What `requested` leads to. An app below level 23, or an unknown permission, is answered at once."""
    record = permissions.of(package)
    facts = record.facts
    if facts.target_sdk < 23:
        return Plan((), {})
    affected = _affected(record, permissions.table, requested)
    groups = _groups(record, permissions.table)
    by_group: dict[str, list[str]] = {}
    for name in affected:
        group = groups[permissions.table.group(name)]
        if not group.is_fixed(name):
            by_group.setdefault(group.name, []).append(name)

    silent: dict[str, Grant] = {}
    questions = []
    for group_name, names in by_group.items():
        group = groups[group_name]
        if group.is_done(names):
            missing = [name for name in names if not group.states[name].granted]
            silent.update({name: Grant(granted=True, one_time=group.one_time) for name in missing})
            continue
        prompt = _prompt(group, names)
        if prompt is Prompt.REJECT_ALL:
            return Plan((), silent)
        if prompt in (Prompt.REJECT_GROUP, Prompt.FILTERED):
            continue
        questions.append(Question(group_name, prompt, tuple(names), group.user_set, group.is_foreground_done(names)))
    if len(questions) > 1 and any(one.prompt is Prompt.SETTINGS_PAGE for one in questions):
        return Plan((), silent)
    questions.sort(key=lambda one: (one.prompt not in ONE_TIME_PROMPTS, one.group))
    return Plan(tuple(questions), silent)


def _affected(record: PackagePermissions, table: PermissionTable, requested: Iterable[str]) -> list[str]:
    target = record.facts.target_sdk
    names: dict[str, None] = {}
    for name in requested:
        names[name] = None
        names.update(dict.fromkeys(split_from(name, target)))
    if target < 26:
        asked_groups = {table.group(name) for name in names if name in record.runtime}
        names.update((one, None) for one in record.runtime if table.group(one) in asked_groups)
    return [name for name in names if name in record.runtime]


def _groups(record: PackagePermissions, table: PermissionTable) -> dict[str, _Group]:
    states: dict[str, dict[str, Grant]] = {}
    for name, grant in record.runtime.items():
        states.setdefault(table.group(name), {})[name] = grant
    implicit = not any(one.name == USER_SELECTED for one in record.facts.requested)
    return {name: _Group(name, group, record.facts.target_sdk, implicit) for name, group in states.items()}


def _prompt(group: _Group, names: list[str]) -> Prompt:
    if group.name == NOTIFICATIONS:
        return Prompt.FILTERED if group.target_sdk < 33 else Prompt.BASIC
    if group.name in STORAGE_SUPERGROUP:
        return _storage_prompt(group, names)
    if group.has_accuracy and not any(one in BACKGROUND_PERMISSIONS for one in names):
        coarse = group.states.get(COARSE)
        if FINE in names:
            return Prompt.LOCATION_FINE_UPGRADE if coarse and coarse.granted else Prompt.LOCATION_TWO_BUTTON
        if COARSE in names and not (coarse and coarse.granted):
            return Prompt.LOCATION_COARSE_ONLY
    if group.name in ONE_TIME_GROUPS or group.background:
        return _background_prompt(group, names)
    return Prompt.BASIC


def _background_prompt(group: _Group, names: list[str]) -> Prompt:
    wants_background = any(one in BACKGROUND_PERMISSIONS for one in names)
    wants_foreground = any(one not in BACKGROUND_PERMISSIONS for one in names)
    one_time = group.name in ONE_TIME_GROUPS
    if not wants_background:
        return Prompt.ONE_TIME_FG if one_time else Prompt.FG_ONLY
    if not wants_foreground and not group.foreground_granted:
        return Prompt.REJECT_GROUP
    split_at = 33 if group.name == "SENSORS" else 30
    if group.target_sdk >= split_at:
        return Prompt.REJECT_ALL if wants_foreground else Prompt.SETTINGS_PAGE
    if group.foreground_granted:
        return Prompt.OT_UPGRADE_SETTINGS_LINK if group.one_time else Prompt.UPGRADE_SETTINGS_LINK
    return Prompt.SETTINGS_LINK_WITH_OT if one_time else Prompt.SETTINGS_LINK_FOR_BG


def _storage_prompt(group: _Group, names: list[str]) -> Prompt:
    if group.target_sdk < 33:
        return Prompt.STORAGE_SUPERGROUP_PRE_Q if group.target_sdk < 29 else Prompt.STORAGE_SUPERGROUP_Q_TO_S
    if group.name == STORAGE:
        return Prompt.REJECT_GROUP
    offers_selection = group.target_sdk >= 34 or not group.implicit_selection
    if group.name != MEDIA_VISUAL or not offers_selection:
        return Prompt.BASIC
    if all(name in group.partial_permissions for name in names):
        return Prompt.REJECT_GROUP
    selected = group.states.get(USER_SELECTED)
    return Prompt.SELECT_MORE_PHOTOS if selected and selected.granted else Prompt.SELECT_PHOTOS


def decide(permissions: Permissions, package: str, question: Question, choice: Choice, precise: bool | None) -> dict[str, Grant]:
    """The grants that follow from the user's choice. `precise`: the radio button of location's dialog, if shown."""
    record = permissions.of(package)
    if choice is Choice.CANCELED:
        return {}
    if choice in (Choice.GRANTED_SELECTED, Choice.DENIED_MORE):
        return _select_photos(record, question)
    names = list(question.permissions)
    if record.facts.target_sdk <= 32 and question.group in STORAGE_SUPERGROUP:
        table = permissions.table
        names = [one for one in record.runtime if table.group(one) in STORAGE_SUPERGROUP]
    foreground = [one for one in names if one not in BACKGROUND_PERMISSIONS]
    background = [one for one in names if one in BACKGROUND_PERMISSIONS]
    if choice in (Choice.DENIED, Choice.DENIED_DO_NOT_ASK_AGAIN):
        refused = Grant(user_set=True, user_fixed=choice is Choice.DENIED_DO_NOT_ASK_AGAIN)
        if question.foreground_granted and background:
            return dict.fromkeys(background, refused)
        if question.prompt is Prompt.LOCATION_FINE_UPGRADE:
            return {FINE: refused}
        return dict.fromkeys(names, refused)
    one_time = choice is Choice.GRANTED_ONE_TIME
    granted = Grant(granted=True, user_set=not one_time, one_time=one_time)
    if choice is Choice.GRANTED_ALWAYS:
        return dict.fromkeys(names, granted)
    if question.prompt is Prompt.LOCATION_TWO_BUTTON and precise is False:
        foreground = [COARSE]
    return {name: granted for name in foreground if name in record.runtime}


def _select_photos(record: PackagePermissions, question: Question) -> dict[str, Grant]:
    """Access to chosen photos only: an app that knows of it gets that permission, an older one a one-time grant."""
    implicit = not any(one.name == USER_SELECTED for one in record.facts.requested)
    if implicit:
        return {
            name: Grant(granted=True, user_set=True) if name == USER_SELECTED else Grant(granted=True, one_time=True)
            for name in question.permissions
        }
    before = record.runtime[USER_SELECTED]
    fixed = before.user_set or before.user_fixed
    partial = (USER_SELECTED, ACCESS_MEDIA_LOCATION)
    return {
        name: Grant(granted=name in partial, user_set=True, user_fixed=fixed)
        for name in (*question.permissions, USER_SELECTED)
        if name in record.runtime
    }
