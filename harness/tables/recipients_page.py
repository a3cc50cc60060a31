"""docs/recipients.md: who receives what apps send, by purpose, with the public source of each entry."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

import yaml

from harness.resources import resource
from harness.tables.attribution import Sdk
from harness.tables.domains import registrable

_HEAD = """\
# Who receives what apps send

Made by `harness hooks --recipients` from hooks/sdks, whose README.md says what the sources are and under which licence. A host
stands for all below it; of several that fit, the longest counts. A host that none of these is over belongs to the company whose
hosts these are under the same registrable domain (Public Suffix List, its private part included), if they are of one company
only, and customers have no hosts there (hooks/shared-domains.yaml). The company alone is named then, no SDK, and the party's
basis says `under DOMAIN, as HOST of the host catalogue`. All else stays unknown.

"""


def page(sdks: Sequence[Sdk]) -> str:
    """The whole page, in Markdown. `sdks`: the shipped catalogue, file by file; what the example apps invent is left out."""
    known = [sdk for sdk in sdks if sdk.hosts and sdk.source != "invented"]
    parts = [(purpose, list(entries)) for purpose, entries in groupby(known, key=lambda sdk: sdk.purpose)]
    titles = {purpose: _title(purpose) for purpose, _ in parts}
    rows = [f"| {titles[purpose]} | {_counts(entries)} |" for purpose, entries in parts]
    counts = ["| purpose | entries | companies | hosts | registrable domains |", "|---|---|---|---|---|", *rows]
    counts.append(f"| all of them | {_counts(known)} |")
    sections = [_section(titles[purpose], entries) for purpose, entries in parts]
    return _HEAD + "\n\n".join(["\n".join(counts), *sections]) + "\n"


def _title(purpose: str) -> str:
    return str(yaml.safe_load(resource("hooks", "sdks", f"{purpose}.yaml").read_text("utf-8"))["purpose"]["en"])


def _counts(entries: Sequence[Sdk]) -> str:
    hosts = {host for sdk in entries for host in sdk.hosts}
    return f"{len(entries)} | {len({s.company for s in entries})} | {len(hosts)} | {len({registrable(h) for h in hosts})}"


def _section(title: str, entries: Sequence[Sdk]) -> str:
    rows = [f"## {title[0].upper()}{title[1:]}", "", "| company | SDK or service | hosts | source |", "|---|---|---|---|"]
    return "\n".join(rows + [f"| {s.company} | {_name(s)} | {' '.join(s.hosts)} | {s.source} |" for s in entries])


def _name(sdk: Sdk) -> str:
    other = sdk.en or sdk.zh
    return f"{sdk.name} ({other})" if other else sdk.name
