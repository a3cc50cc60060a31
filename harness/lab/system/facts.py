"""What a package says of itself in its manifest, and who signed it. Plain data, read once at install."""

from __future__ import annotations

from dataclasses import dataclass, field

from harness.resource_table import Value


@dataclass(frozen=True)
class DataPattern:
    """One <data> element's parts; a filter combines those of all its <data> elements, as Android does."""

    scheme: str = ""
    host: str = ""
    port: str = ""
    path: str = ""
    path_prefix: str = ""
    path_pattern: str = ""
    mime: str = ""


@dataclass(frozen=True)
class IntentFilter:
    """android.content.IntentFilter as declared."""

    actions: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    data: tuple[DataPattern, ...] = ()
    priority: int = 0


@dataclass(frozen=True)
class PathPermission:
    """A <path-permission> of a provider; "" asks for nothing."""

    path: DataPattern
    read: str = ""
    write: str = ""


@dataclass(frozen=True)
class ProviderAccess:
    """Who may read and write a provider. `read`, `write`: a permission or "".

    `grants_all`: access to any of its URIs can be granted; `grants`: to URIs with one of these paths.
    """

    read: str = ""
    write: str = ""
    grants_all: bool = False
    grants: tuple[DataPattern, ...] = ()
    paths: tuple[PathPermission, ...] = ()


@dataclass(frozen=True)
class Component:
    """An activity, activity-alias, service, receiver or provider. `name` is the full class name."""

    kind: str
    package: str
    name: str
    process: str
    exported: bool
    enabled: bool = True
    permission: str = ""
    filters: tuple[IntentFilter, ...] = ()
    label: str = ""
    target: str = ""  # an alias's activity
    launch_mode: str = "standard"
    affinity: str = ""
    no_history: bool = False
    exclude_from_recents: bool = False
    authorities: tuple[str, ...] = ()
    meta_data: tuple[tuple[str, str], ...] = ()
    foreground_types: int = 0  # of a service: ServiceInfo.FOREGROUND_SERVICE_TYPE_*
    isolated: bool = False  # a service in a process and with a uid of its own
    access: ProviderAccess | None = None

    @property
    def component(self) -> str:
        """package/class"""
        return f"{self.package}/{self.name}"

    @property
    def launchable(self) -> bool:
        """Has an icon in the launcher."""
        return self.kind in ("activity", "alias") and any(
            "android.intent.action.MAIN" in one.actions and "android.intent.category.LAUNCHER" in one.categories
            for one in self.filters
        )


@dataclass(frozen=True)
class DeclaredPermission:
    """A <permission> of the app's own. `level` as in lab/platform/permissions.json."""

    name: str
    level: str
    group: str = ""


@dataclass(frozen=True)
class RequestedPermission:
    """A <uses-permission>; `max_sdk` 0 means without limit."""

    name: str
    max_sdk: int = 0


@dataclass(frozen=True)
class Queries:
    """<queries>: what else the app may see of other packages (Android 11 package visibility)."""

    packages: tuple[str, ...] = ()
    authorities: tuple[str, ...] = ()
    intents: tuple[IntentFilter, ...] = ()


@dataclass(frozen=True)
class Signer:
    """`schemes`: the signature schemes that verified, newest first. `certificates`: SHA-256 in lower-case hex."""

    schemes: tuple[int, ...]
    certificates: tuple[str, ...]
    subject: str = ""


@dataclass(frozen=True)
class SplitFacts:
    """An APK besides the base. `sha256` is the file's."""

    name: str
    sha256: str


@dataclass(frozen=True)
class PackageFacts:
    """Everything installing learns from an APK and its splits, which are sorted by name. `sha256` is the base's."""

    package: str
    version_code: int
    version_name: str
    min_sdk: int
    target_sdk: int
    label: str
    application_class: str
    process: str
    sha256: str
    size: int
    signer: Signer
    components: tuple[Component, ...] = ()
    requested: tuple[RequestedPermission, ...] = ()
    declared: tuple[DeclaredPermission, ...] = ()
    features: tuple[tuple[str, bool], ...] = ()
    libraries: tuple[tuple[str, bool], ...] = ()
    native_abis: tuple[str, ...] = ()
    queries: Queries = Queries()
    shared_user: str = ""
    debuggable: bool = False
    test_only: bool = False
    has_code: bool = True
    split_required: bool = False
    cleartext: bool = True
    network_security_config: str = ""
    trusts_user_store: bool = False
    meta_data: tuple[tuple[str, str], ...] = ()
    splits: tuple[SplitFacts, ...] = ()

    @property
    def launcher(self) -> Component | None:
        """The first launchable activity or alias that is enabled in the manifest."""
        return next((one for one in self.components if one.launchable and one.enabled), None)

    @property
    def processes(self) -> tuple[str, ...]:
        """All process names, the application's own first."""
        names = dict.fromkeys([self.process, *(one.process for one in self.components)])
        return tuple(names)

    def component(self, name: str) -> Component | None:
        """By full class name; activities before aliases before the rest."""
        return next((one for one in self.components if one.name == name), None)


@dataclass
class Element:
    """A node of the decoded manifest: attributes by name, resource-mapped ones by their framework name."""

    tag: str
    attributes: dict[str, Value] = field(default_factory=dict)
    children: list[Element] = field(default_factory=list)

    def each(self, tag: str) -> list[Element]:
        """Direct children of that tag."""
        return [child for child in self.children if child.tag == tag]

    def first(self, tag: str) -> Element | None:
        """The first direct child of that tag."""
        return next((child for child in self.children if child.tag == tag), None)
