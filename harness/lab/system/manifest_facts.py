"""From the decoded manifest to the package's facts (AOSP: ParsingPackageUtils, ApkLiteParseUtils)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from harness.lab.system import install_errors as errors
from harness.lab.system.facts import (
    Component,
    DataPattern,
    DeclaredPermission,
    Element,
    IntentFilter,
    PackageFacts,
    PathPermission,
    ProviderAccess,
    Queries,
    RequestedPermission,
    Signer,
    SplitFacts,
)
from harness.lab.system.install_errors import InstallFailed
from harness.lab.system.intents import full_class
from harness.lab.system.manifest import Reader
from harness.resource_table import ResourceTable

_PACKAGE_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*(\.[A-Za-z][A-Za-z0-9_]*)+")
_KINDS = {
    "activity": "activity",
    "activity-alias": "alias",
    "service": "service",
    "receiver": "receiver",
    "provider": "provider",
}
_LAUNCH_MODES = {0: "standard", 1: "singleTop", 2: "singleTask", 3: "singleInstance", 4: "singleInstancePerTask"}
_LEVELS = {0: "normal", 1: "dangerous", 2: "signature", 3: "signature|privileged", 4: "internal"}


def read_manifest(
    manifest: Element,
    table: ResourceTable | None,
    locale: str,
    *,
    sha256: str,
    size: int,
    signer: Signer,
    native_abis: tuple[str, ...],
    network_config: Element | None,
    splits: Sequence[SplitFacts] = (),
    split_manifests: Sequence[Element] = (),
) -> PackageFacts:
    """Raises InstallFailed where Android's parser would refuse the manifest.

    Of a split only what is in its <application> counts; what it leaves out there the base's <application> says.
    """
    read = Reader(table, locale)
    if manifest.tag != "manifest":
        raise InstallFailed(errors.MANIFEST_MALFORMED, f"The root element is <{manifest.tag}>, not <manifest>")
    package = read.text(manifest, "package")
    if not _PACKAGE_NAME.fullmatch(package) or len(package) > 223:
        raise InstallFailed(errors.BAD_PACKAGE_NAME, f"Invalid manifest package: {package!r}")
    application = _application(manifest)
    parts = [application, *(_application(one) for one in split_manifests)]
    min_sdk, target_sdk = _sdk_levels(manifest, read)
    process = _process(read.text(application, "process"), package, package)
    name = read.text(application, "name")
    return PackageFacts(
        package=package,
        version_code=read.number(manifest, "versionCodeMajor") << 32 | (read.number(manifest, "versionCode") & 0xFFFFFFFF),
        version_name=read.text(manifest, "versionName"),
        min_sdk=min_sdk,
        target_sdk=target_sdk,
        label=read.text(application, "label") or _launcher_label(application, read) or package,
        application_class=full_class(package, name) if name else "android.app.Application",
        process=process,
        sha256=sha256,
        size=size,
        signer=signer,
        components=tuple(
            one for part in parts for one in _components(part, application, read, package, process, target_sdk)
        ),
        requested=tuple(_requested(manifest, read)),
        declared=tuple(_declared(manifest, read)),
        features=tuple(
            (read.text(one, "name"), read.flag(one, "required", True))
            for one in manifest.each("uses-feature")
            if read.text(one, "name")
        ),
        libraries=tuple(
            (read.text(one, "name"), read.flag(one, "required", True)) for part in parts for one in part.each("uses-library")
        ),
        native_abis=native_abis,
        queries=_queries(manifest, read),
        shared_user=read.text(manifest, "sharedUserId"),
        debuggable=read.flag(application, "debuggable"),
        test_only=read.flag(application, "testOnly"),
        has_code=read.flag(application, "hasCode", True),
        split_required=_split_required(manifest, application, read),
        cleartext=_cleartext(application, network_config, read, target_sdk),
        network_security_config=read.text(application, "networkSecurityConfig"),
        trusts_user_store=_trusts_user_store(network_config, read, target_sdk),
        meta_data=tuple(one for part in parts for one in _meta_data(part, read)),
        splits=tuple(splits),
    )


def _application(manifest: Element) -> Element:
    found = manifest.first("application")
    if found is None:
        raise InstallFailed(errors.MANIFEST_MALFORMED, "<manifest> has no <application>")
    return found


def _sdk_levels(manifest: Element, read: Reader) -> tuple[int, int]:
    uses = manifest.first("uses-sdk")
    if uses is None:
        return 1, 1
    written = read.text(uses, "minSdkVersion")
    if written and not written.lstrip("-").isdigit():
        raise InstallFailed(errors.OLDER_SDK, f"Requires development platform {written}")
    min_sdk = read.number(uses, "minSdkVersion", 1)
    return min_sdk, read.number(uses, "targetSdkVersion", min_sdk)


_PROCESS_NAME = re.compile(r":?[A-Za-z0-9_.]{1,200}")  # FrameworkParsingPackageUtils.validateName, and a bound


def _process(written: str, package: str, default: str) -> str:
    if not written:
        return default
    if not _PROCESS_NAME.fullmatch(written):
        raise InstallFailed(errors.BAD_PACKAGE_NAME, f"Invalid process name {written[:80]!r} in package {package}")
    return package + written if written.startswith(":") else written


def _launcher_label(application: Element, read: Reader) -> str:
    for element in application.children:
        if element.tag in ("activity", "activity-alias") and any(
            "android.intent.category.LAUNCHER" in one.categories for one in _filters(element, read)
        ):
            return read.text(element, "label")
    return ""


def _components(
    part: Element, application: Element, read: Reader, package: str, process: str, target_sdk: int
) -> Iterator[Component]:
    """Those in `part`, with the defaults of `application`, the base's."""
    processes: dict[str, str] = {}
    affinity = read.text(application, "taskAffinity", package)
    on = read.flag(application, "enabled", True)
    for element in part.children:
        kind = _KINDS.get(element.tag)
        name = read.text(element, "name")
        if kind is None or not name:
            continue
        full = full_class(package, name)
        target = read.text(element, "targetActivity")
        target = full_class(package, target) if target else ""
        home = _process(read.text(element, "process"), package, process)
        isolated = kind == "service" and read.flag(element, "isolatedProcess")
        if isolated:
            home = f"{home}:{full}"  # as ActivityManager names the processes of WebView's isolated services
        processes[full] = processes.get(target, home) if kind == "alias" else home
        filters = tuple(_filters(element, read))
        # without the attribute a component with a filter is exported; providers were before API 17
        exported = bool(filters) if kind != "provider" else target_sdk < 17
        permission = read.text(element, "permission") or read.text(application, "permission")
        yield Component(
            kind=kind,
            package=package,
            name=full,
            process=processes[full],
            exported=read.flag(element, "exported", exported),
            enabled=on and read.flag(element, "enabled", True),
            permission=permission,
            filters=filters,
            label=read.text(element, "label"),
            target=target,
            launch_mode=_LAUNCH_MODES.get(read.number(element, "launchMode"), "standard"),
            affinity=read.text(element, "taskAffinity", affinity),
            no_history=read.flag(element, "noHistory"),
            exclude_from_recents=read.flag(element, "excludeFromRecents"),
            authorities=tuple(part for part in read.text(element, "authorities").split(";") if part),
            meta_data=_meta_data(element, read),
            foreground_types=read.number(element, "foregroundServiceType"),
            isolated=isolated,
            access=_access(element, read, permission) if kind == "provider" else None,
        )


def _access(element: Element, read: Reader, permission: str) -> ProviderAccess:
    return ProviderAccess(
        read=read.text(element, "readPermission") or permission,
        write=read.text(element, "writePermission") or permission,
        grants_all=read.flag(element, "grantUriPermissions"),
        grants=tuple(_path(one, read) for one in element.each("grant-uri-permission")),
        paths=tuple(
            PathPermission(
                _path(one, read),
                read.text(one, "readPermission") or read.text(one, "permission"),
                read.text(one, "writePermission") or read.text(one, "permission"),
            )
            for one in element.each("path-permission")
        ),
    )


def _path(one: Element, read: Reader) -> DataPattern:
    return DataPattern(
        path=read.text(one, "path"), path_prefix=read.text(one, "pathPrefix"), path_pattern=read.text(one, "pathPattern")
    )


def _filters(element: Element, read: Reader) -> Iterator[IntentFilter]:
    for one in element.each("intent-filter"):
        yield _filter(one, read)


def _filter(one: Element, read: Reader) -> IntentFilter:
    return IntentFilter(
        actions=tuple(read.text(action, "name") for action in one.each("action")),
        categories=tuple(read.text(category, "name") for category in one.each("category")),
        data=tuple(
            DataPattern(
                scheme=read.text(data, "scheme"),
                host=read.text(data, "host"),
                port=read.text(data, "port"),
                path=read.text(data, "path"),
                path_prefix=read.text(data, "pathPrefix"),
                path_pattern=read.text(data, "pathPattern"),
                mime=read.text(data, "mimeType"),
            )
            for data in one.each("data")
        ),
        priority=read.number(one, "priority"),
    )


def _requested(manifest: Element, read: Reader) -> Iterator[RequestedPermission]:
    seen: set[str] = set()
    for tag in ("uses-permission", "uses-permission-sdk-23"):
        for one in manifest.each(tag):
            name = read.text(one, "name")
            if name and name not in seen:
                seen.add(name)
                yield RequestedPermission(name, read.number(one, "maxSdkVersion"))


def _declared(manifest: Element, read: Reader) -> Iterator[DeclaredPermission]:
    for one in manifest.each("permission"):
        level = _LEVELS.get(read.number(one, "protectionLevel") & 0xF, "signature")
        yield DeclaredPermission(read.text(one, "name"), level, read.text(one, "permissionGroup"))


def _queries(manifest: Element, read: Reader) -> Queries:
    element = manifest.first("queries")
    if element is None:
        return Queries()
    authorities = [part for one in element.each("provider") for part in read.text(one, "authorities").split(";") if part]
    return Queries(
        packages=tuple(read.text(one, "name") for one in element.each("package")),
        authorities=tuple(authorities),
        intents=tuple(_filter(one, read) for one in element.each("intent")),
    )


def _meta_data(element: Element, read: Reader) -> tuple[tuple[str, str], ...]:
    found = []
    for one in element.each("meta-data"):
        reference = read.reference(one, "resource")
        value = f"@0x{reference:08x}" if reference else read.text(one, "value")
        found.append((read.text(one, "name"), value))
    return tuple(found)


def _split_required(manifest: Element, application: Element, read: Reader) -> bool:
    """An app bundle's base that cannot run without its splits (Play's marker, and Android 14's attribute)."""
    if read.flag(manifest, "isSplitRequired") or read.text(manifest, "requiredSplitTypes"):
        return True
    markers = dict(_meta_data(application, read))
    return markers.get("com.android.vending.splits.required") == "true"


def _cleartext(application: Element, config: Element | None, read: Reader, target_sdk: int) -> bool:
    base = config.first("base-config") if config else None
    if base is not None and "cleartextTrafficPermitted" in base.attributes:
        return read.flag(base, "cleartextTrafficPermitted")
    return read.flag(application, "usesCleartextTraffic", target_sdk < 28)


def _trusts_user_store(config: Element | None, read: Reader, target_sdk: int) -> bool:
    """Whether CAs that the user installed count: below API 24 always, else if the config says so.

    Only <base-config> is looked at; a <domain-config> or <debug-overrides> of its own is not.
    """
    base = config.first("base-config") if config else None
    anchors = base.first("trust-anchors") if base else None
    if anchors is None:
        return target_sdk < 24
    return any(read.text(one, "src") == "user" for one in anchors.each("certificates"))
