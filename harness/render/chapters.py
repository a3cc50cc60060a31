"""The forms of a report: cover, sample, environment, tools, interventions, people, clocks, integrity. What the bundle does not
hold is said, never filled in."""

from __future__ import annotations

import datetime
import hashlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from harness import __version__
from harness.bundle import BundleReader, Verification
from harness.model import VerdictWord
from harness.render.forms import day_and_time, from_iso, instant, moment, number, plain, word
from harness.render.manifest import listed
from harness.render.masking import Masker
from harness.render.shapes import CustodyRow, FileRow, Row
from harness.rules.analysis import Analysis
from harness.tables import records

_PEOPLE = ("operator", "reviewer", "witness", "client", "authority", "place")
_NOT_CASE = frozenset({*_PEOPLE, "command_line", "number", "received"})
_FOLDERS = {"objects": "file_object", "sample": "file_sample"}
_SHOWN_FILES = 400  # rows of the list of evidence


@dataclass(frozen=True)
class Told:
    """What the chapters are made from."""

    analysis: Analysis
    bundle: BundleReader
    integrity: Verification
    mask: Masker
    t: Mapping[str, Any]
    language: str

    def row(self, key: str, value: Any, *, code: bool = False, note: str = "", length: int = 400) -> Row:
        """`value` is masked as a text; None, "" and empty lists read `not recorded`."""
        label = self.t["rows"][key]
        if isinstance(value, (list, tuple)):
            value = ", ".join(filter(None, map(plain, value)))
        elif isinstance(value, bool):
            value = self.t["yes"] if value else self.t["no"]
        if value is None or value in ("", {}):
            return Row(key=key, label=label, value=self.t["not_recorded"], recorded=False, note=note)
        return Row(key=key, label=label, value=self.mask.text(value, length), code=code, note=note)

    def fact(self, kind: str) -> dict[str, Any]:
        return self.analysis.run.fact(kind)

    def first(self, kind: str, key: str) -> dict[str, Any]:
        """The data of the first fact of a type that has this key; {} where there is none."""
        return next((f.data for f in self.analysis.run.facts if f.type == kind and key in f.data), {})

    @property
    def device_kind(self) -> str:
        return word(self.t, "device_kinds", self.fact("device").get("kind", ""))

    @property
    def begun(self) -> int:
        return next((f.host_ns for f in self.analysis.run.facts if f.host_ns), 0)

    @property
    def ended(self) -> int:
        run = self.analysis.run
        return max([f.host_ns for f in run.facts if f.type == "end"] or [0])

    def at(self, ns: int) -> str:
        return moment(ns, self.language)


def report_number(told: Told) -> str:
    """The case's number where the run was given one, with the beginning of the manifest's hash: two runs of a case differ."""
    case = plain(told.fact("case").get("number"))
    begun = instant(told.begun) if told.begun else None
    day = begun.strftime("%Y%m%d") if begun else "0"
    sealed = told.integrity.manifest_sha256[:8].upper() or told.t["unsealed"]
    return told.mask.text("-".join(filter(None, (case, f"PH{day}", sealed))), 120)


def app_name(app: Mapping[str, Any], language: str) -> str:
    """What the app calls itself in a language, "" where its file does not say so or there was none. `language`: zh or en."""
    labels = app.get("labels")
    return plain(labels.get(language) if isinstance(labels, Mapping) else "") or plain(app.get("label"))


def cover(told: Told, number_: str, made: datetime.datetime, checked: str) -> list[Row]:
    app, device, case = told.fact("app"), told.fact("device"), told.fact("case")
    t = told.t
    code = app.get("version_code")
    version = plain(app.get("version")) + (f" ({code})" if code is not None else "")
    model = " ".join(filter(None, (plain(device.get("brand")), plain(device.get("model")))))
    named = " · ".join(filter(None, (told.device_kind, model, plain(device.get("serial")))))
    stamp = told.integrity.stamps[-1] if told.integrity.stamps else None
    source = (f"{t['stamped']} {from_iso(stamp.at, told.language)} ({stamp.authority})" if stamp else t["host_clock"])
    return [
        told.row("number", number_, code=True, note="" if case.get("number") else t["number_note"]),
        told.row("name", app_name(app, told.language)),
        told.row("package", app.get("package"), code=True),
        told.row("version", version),
        told.row("sha256", app.get("sha256"), code=True),
        told.row("signer", app.get("signers"), code=True),
        told.row("device", named),
        told.row("operator", case.get("operator")),
        told.row("period", " – ".join(filter(None, (told.at(told.begun), told.at(told.ended))))),
        told.row("time_source", source),
        told.row("issued", day_and_time(made, told.language), note=f"privacy-harness {__version__}"),
        told.row("integrity", t["integrity_words"][str(told.integrity.status)], note=f"({t['checked_when_made']}: {checked})"),
        told.row("authorised_by", case.get("authorised_by")),
    ]


def summary(told: Told, problems: list[str]) -> list[Row]:
    """The line in which regulators publish: number, app, developer, source, version, problems."""
    app, case = told.fact("app"), told.fact("case")
    shown = app_name(app, told.language) or plain(app.get("package"))
    return [
        told.row("line_number", "1"),
        told.row("line_app", shown),
        told.row("line_developer", case.get("developer")),
        told.row("line_source", case.get("source")),
        told.row("line_version", app.get("version")),
        told.row("line_problems", "; ".join(problems) or told.t["no_problem"], length=4000),
    ]


def statements(told: Told, simulated: bool) -> list[str]:
    """What the report is not."""
    t, run = told.t, told.analysis.run
    said = [t["statement_sample"], t["notice_negative"]]
    said.append(t["notice_simulated"] if simulated else t["statement_device"])
    if not run.complete:
        said.append(t["notice_incomplete"])
    said.append(t["masked_note"] if told.mask.on else t["unmasked_note"])
    said.append(t["statement_bundle"])
    said.append(t["statement_force"])
    if any(v.verdict == VerdictWord.CANDIDATE for v in told.analysis.verdicts):
        said.append(t["statement_candidate"])
    return said


def sample(told: Told) -> list[Row]:
    app, case = told.fact("app"), told.fact("case")
    t = told.t
    policy = [text for text in told.analysis.run.texts("policy") if text.text]
    seen = None
    if policy:
        last = policy[-1]
        digest = hashlib.sha256(last.text.encode("utf-8", "surrogatepass")).hexdigest()
        whole = t["read_whole"] if last.whole else t["read_in_part"]
        seen = f"{last.note.id} · {told.at(last.note.t)} · {number(len(last.text))} {t['signs']} · {whole} · SHA-256 {digest}"
    sdk = ", ".join(f"{key} {app[key]}" for key in ("min_sdk", "target_sdk") if app.get(key) is not None)
    files = app.get("splits") or app.get("file")
    return [
        told.row("name", app_name(app, told.language)),
        told.row("package", app.get("package"), code=True),
        told.row("version", app.get("version")),
        told.row("version_code", plain(app.get("version_code"))),
        told.row("file", files),
        told.row("size", number(app["size"]) + " B" if isinstance(app.get("size"), int) else None),
        told.row("sha256", app.get("sha256"), code=True),
        told.row("signer", app.get("signers"), code=True),
        told.row("schemes", app.get("signature_schemes")),
        told.row("sdk_levels", sdk),
        told.row("permissions", app.get("permissions"), code=True, length=6000),
        told.row("developer", case.get("developer")),
        told.row("source", case.get("source")),
        told.row("downloaded", case.get("downloaded") or case.get("received")),
        told.row("policy_text", seen, code=True, note=t["policy_hash_note"] if seen else ""),
    ]


def environment(told: Told) -> list[Row]:
    device = told.fact("device")
    properties = _mapping(device.get("properties"))
    proxy = told.first("proxy", "proxy")
    at_start = next((f.data for f in told.analysis.run.facts if f.type == "permissions" and f.data.get("at") == "start"), None)
    granted = sorted(name for name, state in _mapping((at_start or {}).get("table")).items()
                     if isinstance(state, Mapping) and state.get("granted"))
    sim = ", ".join(filter(None, (plain(properties.get(name)) for name in ("gsm.sim.state", "gsm.operator.alpha"))))
    return [
        told.row("device_kind", told.device_kind),
        told.row("maker", properties.get("ro.product.manufacturer") or device.get("brand")),
        told.row("model", device.get("model")),
        told.row("serial", device.get("serial"), code=True),
        told.row("os", " · ".join(filter(None, (plain(device.get("release")) and f"Android {device.get('release')}",
                                                plain(device.get("sdk")) and f"API {device.get('sdk')}",
                                                plain(device.get("patch")))))),
        told.row("fingerprint", device.get("fingerprint"), code=True),
        told.row("abis", device.get("abis")),
        told.row("root", device.get("root"), code=True),
        told.row("sim", sim),
        told.row("locale", device.get("locale")),
        told.row("timezone", device.get("timezone")),
        told.row("network", (told.t["by_proxy"] + " " + plain(proxy.get("proxy"))) if proxy else None),
        told.row("granted_before", granted or (told.t["none"] if at_start is not None else None), code=bool(granted)),
        told.row("accounts_used", told.fact("case").get("accounts")),
    ]


def tools(told: Told) -> list[Row]:
    kit, agent, case = told.fact("tools"), told.fact("agent"), told.fact("case")
    versions = ", ".join(f"{name} {plain(version)}" for name, version in kit.items())
    command = case.get("command_line")
    return [
        told.row("tool_versions", versions, length=2000),
        told.row("report_tool", f"privacy-harness {__version__}"),
        _selftest(told),
        told.row("agent_hash", agent.get("agent"), code=True),
        told.row("catalogue_hash", agent.get("catalogue"), code=True),
        told.row("profile", told.analysis.readings.name, note=told.t["profile_note"]),
        told.row("command", " ".join(map(plain, command)) if isinstance(command, list) else command, code=True, length=2000),
    ]


def _selftest(told: Told) -> Row:
    """What the last self-test of this device showed, and what has changed since."""
    t, last = told.t, told.fact("selftest")
    if not last:
        return told.row("selftest", t["selftest_none"])
    said = t["selftest_said"].format(
        at=plain(last.get("at")), recorded=plain(last.get("recorded")), reads=plain(last.get("reads")),
        tls=t["selftest_tls"] if last.get("tls") is True else t["selftest_no_tls"])
    more = [f"{t[key]}: {', '.join(map(plain, last[name]))}" for key, name in (("selftest_missed", "missed"),
            ("selftest_changed", "changed")) if isinstance(last.get(name), list) and last[name]]
    if last.get("ended") is False:
        more.insert(0, t["selftest_cut"])
    evidence = f"{t['selftest_evidence']}: {plain(last.get('bundle'))}, manifest.json SHA-256 {plain(last.get('manifest'))}"
    return told.row("selftest", "; ".join((said, *more)), note=evidence, length=1000)


def interventions(told: Told, hook_counts: Mapping[str, int]) -> list[Row]:
    run, t = told.analysis.run, told.t
    device, proxy, agent = told.fact("device"), told.first("proxy", "certificate"), told.fact("agent")
    started = [f.data for f in run.facts if f.type == "process" and f.data.get("state") == "hooked"]
    late = sum(bool(f.get("late")) for f in started)
    checks = Counter(plain(f.data.get("canary")) for f in run.facts if f.type == "canary")
    answered = [step for step in records(run.steps)
                if isinstance(step.get("detail"), Mapping) and step["detail"].get("permission")]
    given = Counter(str(getattr(step["control"], "role", "") or step["action"]) for step in answered)
    hooked = ", ".join(f"{word(t, 'hook_words', state)} {number(count)}" for state, count in hook_counts.items())
    return [
        told.row("root", device.get("root"), code=True),
        told.row("hooks_loaded", f"{number(agent['hooks'])} / {number(agent['methods'])}" if isinstance(agent.get("hooks"), int)
                 and isinstance(agent.get("methods"), int) else None, note=t["hooks_loaded_note"]),
        told.row("hooks_state", hooked),
        told.row("processes", f"{len(started)} ({t['late']}: {late})" if started else None),
        told.row("canaries", ", ".join(f"{state} {count}" for state, count in checks.items()), note=t["canary_note"]),
        told.row("ca", proxy.get("certificate"), code=True, note=plain(proxy.get("store"))),
        told.row("proxy_mode", proxy.get("proxy"), code=True),
        told.row("pinning", t["pinning_none"]),
        told.row("answered", ", ".join(f"{role} {count}" for role, count in given.items()) or t["none"]),
    ]


def _mapping(value: Any) -> Mapping[str, Any]:
    """What should be a mapping; an empty one for anything else that a bundle may hold there."""
    return value if isinstance(value, Mapping) else {}


def _ms(ns: Any) -> str:
    """Nanoseconds as milliseconds with their sign; what is no number as it is."""
    return f"{ns / 1e6:+.3f}" if isinstance(ns, (int, float)) else plain(ns)


def people(told: Told) -> list[Row]:
    case = told.fact("case")
    rows = [told.row(key, case.get(key)) for key in _PEOPLE]
    rows += [
        told.row("begun", told.at(told.begun)),
        told.row("ended", told.at(told.ended)),
        told.row("video", case.get("video")),
    ]
    for key in sorted(map(str, case.keys() - _NOT_CASE)):
        if case[key] not in (None, "", [], {}):
            rows.append(Row(key=f"case.{key}", label=told.mask.text(key, 60), value=told.mask.text(case[key])))
    return rows


def clocks(told: Told) -> list[Row]:
    t = told.t
    rows = [told.row("host_time", t["host_clock"])]
    measured = [f.data for f in told.analysis.run.facts if f.type == "clock"]
    for when in ("start", "end"):
        one = next((m for m in measured if m.get("at") == when and isinstance(m.get("offset_ns"), (int, float))), None)
        said = None
        if one is not None:
            said = (f"{_ms(one['offset_ns'])} ms ± {_ms(one.get('uncertainty_ns', 0)).lstrip('+')} ms "
                    f"({plain(one.get('source'))}, {plain(one.get('rounds'))} {t['rounds']})")
        rows.append(told.row(f"offset_{when}", said))
    agents = [m for m in measured if isinstance(m.get("agent_offset_ns"), (int, float))]
    each = [f"{plain(m.get('process'))} ({plain(m.get('pid'))}): {_ms(m['agent_offset_ns'])} ms" for m in agents[:20]]
    rows.append(told.row("offset_agents", ", ".join(each), length=2000))
    rows.append(told.row("zone", "UTC", note=t["zone_note"]))
    stamps = [f"{from_iso(s.at, told.language)} · {s.authority} · {t['stamp_checked'] if s.checked else t['stamp_unchecked']}"
              for s in told.integrity.stamps]
    rows.append(told.row("stamps", "; ".join(stamps) or t["no_stamp"], length=2000))
    return rows


def seals(told: Told) -> list[Row]:
    found, t = told.integrity, told.t
    cut = found.redaction
    return [
        told.row("manifest_sha256", found.manifest_sha256 or t["no_manifest"], code=bool(found.manifest_sha256)),
        told.row("key_fingerprint", found.signer.fingerprint if found.signer else t["no_signature"], code=bool(found.signer)),
        told.row("signed_at", found.signer and f"{from_iso(found.signer.created, told.language)} · {found.signer.software}"),
        told.row("files_checked", number(found.files)),
        told.row("redacted_copy", f"{t['yes']}: {cut.signer.fingerprint if cut.signer else ''}" if cut else t["no"]),
    ]


def files(told: Told, shown: set[str]) -> tuple[list[FileRow], int]:
    """Rows of the manifest: what is no object, then the objects in `shown`; and how many more it lists."""
    known = listed(told.bundle)
    rows = [
        FileRow(path=path, what=told.t["file_kinds"].get(path) or told.t.get(_FOLDERS.get(path.partition("/")[0], ""), ""),
                bytes=size, sha256=digest)
        for path, (size, digest) in sorted(known.items(), key=lambda one: (one[0].startswith("objects/"), one[0]))
        if not path.startswith("objects/") or digest in shown
    ][:_SHOWN_FILES]
    return rows, len(known) - len(rows)


def custody(told: Told) -> list[CustodyRow]:
    return [CustodyRow(number=one.number, at=from_iso(one.at, told.language), action=word(told.t, "custody_words", one.action),
                       by=told.mask.text(one.by), note=told.mask.text(one.note), key=one.fingerprint)
            for one in told.integrity.custody]
