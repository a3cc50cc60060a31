"""Content providers of other processes: who may open them, and what a granted URI allows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from harness.lab.appprocess import AppProcessError, ProcessGone
from harness.lab.system.binders import Binders, Node, NoSuchBinder
from harness.lab.system.facts import Component, ProviderAccess
from harness.lab.system.intents import Intent, short_component
from harness.lab.system.packages import Package, Packages
from harness.lab.system.permissions import Permissions
from harness.lab.system.processes import Processes, RunningProcess, StartFailed
from harness.lab.system.resolution import path_matches

READ, WRITE = 1, 2  # Intent.FLAG_GRANT_READ_URI_PERMISSION, FLAG_GRANT_WRITE_URI_PERMISSION
PREFIX = 128  # Intent.FLAG_GRANT_PREFIX_URI_PERMISSION
_MAX_GRANTS = 10_000


class AccessRefused(Exception):
    """The text is that of Android's SecurityException."""


@dataclass(frozen=True)
class Grant:
    """`uid` may do `modes` with the URI of this authority and path; with `prefix` with all below it.

    `lasting`: made with Context.grantUriPermission; others end with the last process of the package that holds them.
    """

    uid: int
    authority: str
    path: str
    modes: int
    prefix: bool
    lasting: bool

    def covers(self, uid: int, authority: str, path: str, mode: int) -> bool:
        below = self.prefix and path.startswith(self.path.rstrip("/") + "/")
        return self.uid == uid and self.authority == authority and bool(self.modes & mode) and (path == self.path or below)


class Providers:
    """`sees`: whether the first package may know of the second (package visibility)."""

    def __init__(
        self, packages: Packages, processes: Processes, permissions: Permissions, binders: Binders,
        sees: Callable[[Package, Package], bool],
    ) -> None:  # fmt: skip
        self._packages = packages
        self._processes = processes
        self._permissions = permissions
        self._binders = binders
        self._sees = sees
        self._grants: list[Grant] = []

    def find(self, authority: str) -> tuple[Package, Component] | None:
        """The enabled provider of that authority."""
        for package in self._packages:
            for component in package.facts.components:
                if component.kind == "provider" and authority in component.authorities and package.is_enabled(component):
                    return package, component
        return None

    def exists(self, caller: RunningProcess, authority: str) -> bool:
        """Whether another process has the provider, as far as the caller may know. Raises AccessRefused."""
        found = self.find(authority)
        if found is None:
            return False
        package, component = found
        if package.name == caller.package and component.process == caller.name:
            return False  # it is the caller's own, and it would wait for itself
        if caller.uid != package.uid:
            asking = self._packages.get(caller.package)
            if not self._sees(asking, package) and not self._has_grant(caller.uid, authority):
                return False
            self._check_open(caller, package, component, authority)
        return True

    async def open(self, caller: RunningProcess, authority: str) -> Node | None:
        """The object that speaks for the provider, its process started if need be; None where there is none.

        Raises AccessRefused.
        """
        found = self.find(authority) if self.exists(caller, authority) else None
        if found is None:
            return None
        package, component = found
        reason = f"content provider {{{short_component(component.component)}}}"
        try:
            process = await self._processes.obtain(package, component.process, reason)
            self._packages.set_stopped(package.name, False)
            answer = await self._processes.call(process, "provider", authority=authority)
            return self._binders.accept(process, answer.get("binder"))
        except (StartFailed, ProcessGone, NoSuchBinder) as fault:
            raise AppProcessError(f"Failed to find provider info for {authority}: {fault}") from fault

    def _has_grant(self, uid: int, authority: str) -> bool:
        return any(one.uid == uid and one.authority == authority for one in self._grants)

    def _check_open(self, caller: RunningProcess, package: Package, component: Component, authority: str) -> None:
        """ActivityManager's checkContentProviderPermission: any way in is enough here, each operation is checked later."""
        access = component.access or ProviderAccess()
        needed = [access.read, access.write, *(one for path in access.paths for one in (path.read, path.write))]
        open_way = "" in (access.read, access.write) or any(self._holds(caller.uid, one) for one in needed if one)
        if (component.exported and open_way) or self._has_grant(caller.uid, authority):
            return
        needs = f"requires {access.read} or {access.write}"
        why = needs if component.exported else f"that is not exported from UID {package.uid}"
        raise AccessRefused(
            f"Permission Denial: opening provider {component.name} from {caller.name} (pid={caller.pid}, uid={caller.uid}) {why}"
        )

    def _holds(self, uid: int, permission: str) -> bool:
        if not permission:
            return True
        return any(one.uid == uid and self._permissions.is_granted(one.name, permission) for one in self._packages)

    def why_not(self, owner: RunningProcess, authority: str, path: str, write: bool, uid: int) -> str:
        """Why `uid` may not, or "": ContentProvider.enforceReadPermissionInner and its like for writing.

        Raises ValueError when the provider is none of the owner's package.
        """
        found = self.find(authority)
        if found is None or found[0].name != owner.package:
            raise ValueError(f"{authority} is no provider of {owner.package}")
        package, component = found
        if uid == package.uid:
            return ""
        access = component.access or ProviderAccess()
        missing = ""
        if component.exported:
            needed = access.write if write else access.read
            if needed and self._holds(uid, needed):
                return ""
            default = not needed
            missing = needed
            for one in access.paths:
                wanted = one.write if write else one.read
                if wanted and path_matches(one.path, path):
                    if self._holds(uid, wanted):
                        return ""
                    default = False
                    missing = wanted
            if default:
                return ""
        if any(one.covers(uid, authority, path, WRITE if write else READ) for one in self._grants):
            return ""
        verb = "writing" if write else "reading"
        what = f"{missing if component.exported else 'the provider be exported'}, or grantUriPermission()"
        return f"Permission Denial: {verb} {component.name} uri content://{authority}{path} from uid={uid} requires {what}"

    # --- grants

    def grant(self, granter: RunningProcess, uri: str, receiver: Package, modes: int, *, lasting: bool) -> None:
        """Raises AccessRefused where Android throws a SecurityException."""
        authority, path = split_uri(uri)
        found = self.find(authority)
        if found is None or receiver.uid == found[0].uid or not modes & (READ | WRITE):
            return
        package, component = found
        access = component.access or ProviderAccess()
        if not access.grants_all and not any(path_matches(one, path) for one in access.grants):
            name = f"{package.name}/{component.name}"
            raise AccessRefused(f"Provider {name} does not allow granting of Uri permissions (uri {uri})")
        for mode in (READ, WRITE):
            if modes & mode and granter.uid != package.uid and not self._may_grant(granter.uid, component, authority, path, mode):
                raise AccessRefused(f"UID {granter.uid} does not have permission to {uri} [user 0]")
        if len(self._grants) >= _MAX_GRANTS:
            raise ValueError("too many grants")
        one = Grant(receiver.uid, authority, path, modes & (READ | WRITE), bool(modes & PREFIX), lasting)
        if one not in self._grants:
            self._grants.append(one)

    def _may_grant(self, uid: int, component: Component, authority: str, path: str, mode: int) -> bool:
        access = component.access or ProviderAccess()
        needed = access.write if mode == WRITE else access.read
        if component.exported and self._holds(uid, needed):
            return True
        return any(one.covers(uid, authority, path, mode) for one in self._grants)

    def grant_with(self, granter: RunningProcess, intent: Intent, receiver: Package) -> None:
        """What an intent's flags give with it. Raises AccessRefused."""
        if intent.data.startswith("content:") and intent.flags & (READ | WRITE):
            self.grant(granter, intent.data, receiver, intent.flags, lasting=False)

    def revoke(self, granter: RunningProcess, uri: str, modes: int, receiver: Package | None) -> None:
        """Only the provider's own app takes everybody's away; any other its own."""
        authority, path = split_uri(uri)
        found = self.find(authority)
        own = found is not None and found[0].uid == granter.uid
        kept = []
        for one in self._grants:
            theirs = receiver is None or one.uid == receiver.uid
            meant = one.authority == authority and (one.path == path or one.path.startswith(path.rstrip("/") + "/"))
            if not (meant and one.modes & modes and ((own and theirs) or one.uid == granter.uid)):
                kept.append(one)
            elif left := one.modes & ~modes:
                kept.append(Grant(one.uid, one.authority, one.path, left, one.prefix, one.lasting))
        self._grants = kept

    def process_ended(self, process: RunningProcess) -> None:
        """Grants that came with an intent end with the package's last process."""
        if not self._processes.of_package(process.package):
            self._grants = [one for one in self._grants if one.lasting or one.uid != process.uid]

    def uninstalled(self, uid: int) -> None:
        self._grants = [one for one in self._grants if one.uid != uid]


def split_uri(uri: str) -> tuple[str, str]:
    """Authority and decoded path of a content: URI. Raises ValueError."""
    parts = urlsplit(uri)
    if parts.scheme != "content":
        raise ValueError(f"no content: URI: {uri!r}")
    return parts.netloc.rpartition("@")[2], unquote(parts.path)

