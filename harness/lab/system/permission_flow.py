"""requestPermissions from the app's call to its answer: dialogs one after another, decisions kept."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from harness.lab.appprocess import AppProcessError, ProcessGone
from harness.lab.system.activities import Activities
from harness.lab.system.logs import LogBuffer
from harness.lab.system.packages import Packages
from harness.lab.system.permission_request import Choice, Prompt, Question, decide, make_plan
from harness.lab.system.permission_table import BACKGROUND_PERMISSIONS
from harness.lab.system.permissions import Grant, Permissions
from harness.lab.system.processes import Processes, RunningProcess
from harness.lab.ui.permission_dialog import PermissionDialog
from harness.lab.ui.screen import Screen
from harness.lab.ui.strings import Texts
from harness.lab.ui.system_pages import Option, PermissionPage
from harness.lab.ui.window import SystemWindow

_MAX_PERMISSIONS = 200


@dataclass(eq=False)
class _Request:
    """One requestPermissions call that is being answered."""

    process: RunningProcess
    token: str
    request_code: int
    permissions: list[str]
    task: int
    waiting: list[Question] = field(default_factory=list)
    window: SystemWindow | None = None


class PermissionFlow:
    """Asks the user. `deciding` is told of each decision: (package, group, choice)."""

    def __init__(
        self,
        permissions: Permissions,
        packages: Packages,
        processes: Processes,
        activities: Activities,
        screen: Screen,
        texts: Texts,
        logs: LogBuffer,
        deciding: Callable[[str, str, Choice], None] = lambda _package, _group, _choice: None,
    ) -> None:
        self._permissions = permissions
        self._packages = packages
        self._processes = processes
        self._activities = activities
        self._screen = screen
        self._texts = texts
        self._logs = logs
        self._deciding = deciding
        self._requests: list[_Request] = []

    def check(self, fields: object) -> list[str]:
        """The permissions of an ask. Raises ValueError."""
        if not isinstance(fields, list) or not all(isinstance(one, str) for one in fields):
            raise ValueError("permissions is no list of names")
        if len(fields) > _MAX_PERMISSIONS:
            raise ValueError(f"more than {_MAX_PERMISSIONS} permissions")
        return fields

    async def ask(self, process: RunningProcess, token: str, request_code: int, names: Sequence[str]) -> None:
        """Answers at once, or shows the first dialog."""
        plan = make_plan(self._permissions, process.package, names)
        if plan.silent:
            self._permissions.update(process.package, plan.silent)
        activity = self._activities.tasks.find(token)
        task = activity.task.id if activity else 0
        request = _Request(process, token, request_code, list(names), task, list(plan.questions))
        if not request.waiting:
            await self._answer(request)
            return
        self._requests.append(request)
        if activity is not None:
            await self._activities.cover(token)
        self._next(request)

    def forget(self, process: RunningProcess) -> None:
        """The process ended: nobody waits for the answer."""
        for request in [one for one in self._requests if one.process is process]:
            self._requests.remove(request)
            if request.window is not None:
                self._screen.close(request.window)

    def _next(self, request: _Request) -> None:
        question = request.waiting[0]
        package = self._packages.get(request.process.package)
        look = self._screen.look
        if question.prompt is Prompt.SETTINGS_PAGE:
            window: SystemWindow = self._page(request, question)
        else:

            async def answered(choice: Choice, precise: bool | None) -> None:
                await self._decided(request, question, choice, precise)

            async def linked() -> None:
                self._replace(request, self._page(request, question))

            window = PermissionDialog(
                look, self._texts, package.facts.label, question, answered, linked, question.group.rpartition(".")[2]
            )
        self._replace(request, window)

    def _replace(self, request: _Request, window: SystemWindow) -> None:
        if request.window is not None:
            self._screen.close(request.window)
        window.task = request.task
        request.window = window
        self._screen.show(window)

    async def _decided(self, request: _Request, question: Question, choice: Choice, precise: bool | None) -> None:
        package = request.process.package
        changes = decide(self._permissions, package, question, choice, precise)
        self._logs.system(
            "PermissionController",
            f"Permission grant result callingPackage={package} group={question.group} "
            f"permissions={','.join(question.permissions)} result={choice.name}",
        )
        self._permissions.update(package, changes)
        self._deciding(package, question.group, choice)
        if choice is Choice.CANCELED:
            request.waiting.clear()
        await self._proceed(request)

    async def _proceed(self, request: _Request) -> None:
        if request.window is not None:
            self._screen.close(request.window)
            request.window = None
        del request.waiting[:1]
        request.waiting = [one for one in request.waiting if not self._is_settled(request.process.package, one)]
        if request.waiting:
            self._next(request)
            return
        if request in self._requests:
            self._requests.remove(request)
            await self._answer(request)
            await self._activities.uncover(request.token)

    def _is_settled(self, package: str, question: Question) -> bool:
        """An earlier dialog has decided it too: legacy storage asks for three groups in one."""
        runtime = self._permissions.of(package).runtime
        return all(runtime[name].granted or runtime[name].user_fixed for name in question.permissions)

    async def _answer(self, request: _Request) -> None:
        package = request.process.package
        grants = [self._permissions.is_granted(package, name) for name in request.permissions]
        try:
            # onRequestPermissionsResult must already see the new state in checkSelfPermission
            await self._processes.call(request.process, "set", permissions=dict(self._permissions.states(package)))
            await self._processes.call(
                request.process,
                "permission_result",
                token=request.token,
                request_code=request.request_code,
                permissions=request.permissions,
                grants=grants,
            )
        except (ProcessGone, AppProcessError) as fault:
            self._logs.system("PermissionController", f"result for {package}: {fault}", priority="W")

    # --- the settings' page, where background access is given

    def _page(self, request: _Request, question: Question) -> PermissionPage:
        package, group = request.process.package, question.group
        runtime = self._permissions.of(package).runtime
        members = [name for name in runtime if self._permissions.table.group(name) == group]
        background = [name for name in members if name in BACKGROUND_PERMISSIONS]
        foreground = [name for name in members if name not in BACKGROUND_PERMISSIONS]
        always = any(runtime[name].granted for name in background)
        while_used = any(runtime[name].granted for name in foreground)
        once = any(runtime[name].one_time for name in foreground)
        options = [
            Option("allow_always_radio_button", self._texts("settings.allow_always"), always),
            Option(
                "allow_foreground_only_radio_button",
                self._texts("settings.allow_foreground"),
                while_used and not always and not once,
            ),
            Option("ask_radio_button", self._texts("settings.ask"), once and not always),
            Option("deny_radio_button", self._texts("settings.deny"), not while_used),
        ]
        granted = Grant(granted=True, user_set=True)
        denied = Grant(user_set=True, user_fixed=True)

        async def choose(name: str) -> None:
            if name == "allow_always_radio_button":
                kept = [one for one in foreground if runtime[one].granted] or foreground
                self._permissions.update(package, dict.fromkeys([*kept, *background], granted))
            elif name == "allow_foreground_only_radio_button":
                kept = [one for one in foreground if runtime[one].granted] or foreground
                self._permissions.update(
                    package, {**dict.fromkeys(kept, granted), **dict.fromkeys(background, Grant(user_set=True))}
                )
            elif name == "ask_radio_button":
                self._permissions.update(package, dict.fromkeys(members, Grant()))
            else:
                self._permissions.update(package, dict.fromkeys(members, denied))
            self._replace(request, self._page(request, question))

        async def close() -> None:
            await self._proceed(request)

        label = f"group.{group}"
        header = self._texts("settings.header", self._texts(label) if label in self._texts else group)
        return PermissionPage(self._screen.look, header, options, choose, close)
