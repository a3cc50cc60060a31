"""`harness traffic`: personal information in a HAR or a file of mitmproxy's."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from harness.cli.options import Json
from harness.cli.output import cell, emit, err, out, printable

if TYPE_CHECKING:
    from harness.matching import Hit
    from harness.traffic.findings import Blind, Examined
    from harness.traffic.knowns_file import KnownsFile

_SHOWN_BLIND = 20


def register(app: typer.Typer) -> None:
    @app.command("traffic")
    def traffic(
        file: Annotated[Path, typer.Argument(help="A HAR (browsers, mitmproxy, Charles, ...), or what mitmdump -w wrote.")],
        knowns: Annotated[
            Path,
            typer.Option("--knowns", help='JSON of what is known of the device and its user: {"imei": "490154203237518", ...}.'),
        ],
        package: Annotated[
            str, typer.Option("--package", help="The app's package: its own hosts are first party; salts of hashes are of it.")
        ] = "",
        app_file: Annotated[
            Path | None,
            typer.Option("--app", help="App file: the first party's domains, and the recipients that the policy names."),
        ] = None,
        blind: Annotated[Path | None, typer.Option("--blind", help="Write what could not be looked into here, as JSON.")] = None,
        memory: Annotated[
            int,
            typer.Option("--memory", min=320, help="MiB that it may take; a HAR may have an eighth of it, less 32 MiB."),
        ] = 3072,
        time_limit: Annotated[
            float,
            typer.Option("--time-limit", min=0, help="Seconds of processor time for the file; what is left then is told."),
        ] = 3600,
        json: Json = False,
    ) -> int:
        """Find known values in traffic captured elsewhere.

        They are found decoded, hashed or scaled, and the company that received them is named. What could not be looked
        into is told on stderr.
        """
        from rich.progress import track

        from harness.traffic.findings import examine, search_for
        from harness.traffic.knowns_file import searched
        from harness.traffic.limits import Limits
        from harness.traffic.reading import read_exchanges

        given = searched(knowns)
        _tell_unsearched(given)
        known = given.knowns
        parties = _parties(package or _package_of(known), app_file)
        limits = Limits(memory << 20, time_limit)
        exchanges = read_exchanges(file, limits)
        count = len(exchanges) if isinstance(exchanges, list) else None
        search = search_for(known, package, lambda: exchanges if isinstance(exchanges, list) else read_exchanges(file))
        rows: list[dict[str, Any]] = []
        spots: list[Blind] = []
        requests = told = 0
        # What was decoded is let go with each request, so that memory does not grow with their number.
        looked: Iterable[Examined] = examine(exchanges, search, limits)
        if err.is_terminal:
            looked = track(looked, "Reading requests", count, console=err, transient=True)
        for one in looked:
            rows += [_row(one, hit, parties) for hit in sorted(one.hits, key=lambda h: (h.known.name, h.start))]
            spots += one.blind
            requests += one.looked
            told += bool(one.hits)
        if blind is not None:
            _write_blind(blind, spots)
        if json:
            emit(rows)
        else:
            _show(rows, told, requests)
        _tell_blind(spots)
        return 0


def _package_of(known: list[Any]) -> str:
    return next((k.value for k in known if k.field == "app_package"), "")


def _parties(package: str, app_file: Path | None) -> Any:
    """host -> (its Party, the name of the SDK or service, where it is known)."""
    from functools import cache

    from harness.suite.app_file import read_app_file
    from harness.tables.attribution import load_sdks
    from harness.tables.parties import AppFacts, Party, party_of
    from harness.tables.recipients import HostCatalogue

    facts = AppFacts() if app_file is None else AppFacts.of(read_app_file(app_file))
    hosts = HostCatalogue(load_sdks())

    @cache
    def of(host: str) -> tuple[Party, str]:
        named = next((sdk.name for sdk in hosts.owners(host) if sdk.purpose != "companies"), "")
        return party_of(host, package=package, facts=facts, hosts=hosts), named

    return of


def _row(one: Examined, hit: Hit, parties: Any) -> dict[str, Any]:
    host = one.exchange.host
    party, sdk = parties(host)
    return {
        "index": one.exchange.index,
        "type": hit.known.name,
        "value": hit.known.value,
        "variant": hit.variant,
        "where": hit.where,
        "encodings": list(hit.encodings),
        "host": host,
        "company": party.name if party.relation != "unknown" else "",
        "sdk": sdk,
        "party": party.relation,
        "matched": hit.matched(),
    }


def _show(rows: list[dict[str, Any]], told: int, requests: int) -> None:
    from rich.table import Table

    if not rows:
        out.print(f"None of the known values was found in {_counted(requests, 'request')}.")
        return
    table = Table(box=None, pad_edge=False)
    for title in ("#", "to", "party", "what", "as", "where"):
        table.add_column(title, overflow="fold")
    for row in rows:
        to = f"{row['host']} ({row['company']})" if row["company"] and row["company"] not in row["host"] else row["host"]
        chain = " > ".join([*row["encodings"], row["variant"]])
        table.add_row(*(cell(x) for x in (row["index"], to, row["party"], row["type"], chain, row["where"])))
    out.print(table)
    hosts = len({row["host"] for row in rows})
    values = len({(r["index"], r["type"]) for r in rows})
    out.print(f"{_counted(values, 'value')} in {told} of {_counted(requests, 'request')}, to {_counted(hosts, 'host')}.")


def _counted(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def _tell_unsearched(given: KnownsFile) -> None:
    for name in given.twice:
        err.print(printable(f"{name} stands more than once in one object of the values; each is searched for."))
    for what in given.unsearched:
        err.print(printable(f"not searched: {what}"))


def _tell_blind(spots: list[Blind]) -> None:
    if not spots:
        return
    are = "is not clean, it is" if len(spots) == 1 else "are not clean, they are"
    it = "it" if len(spots) == 1 else "they"
    err.print(f"{_counted(len(spots), 'place')} could not be looked into; {it} {are} not known:")
    for spot in spots[:_SHOWN_BLIND]:
        err.print(printable(f"  request {spot.index} to {spot.host or 'nobody'}, {spot.where}: {spot.why}"))
    if len(spots) > _SHOWN_BLIND:
        err.print(f"  and {len(spots) - _SHOWN_BLIND} more (--blind FILE has them all)")


def _write_blind(path: Path, spots: list[Blind]) -> None:
    import json

    from harness.errors import UsageError

    try:
        text = json.dumps([vars(spot) for spot in spots], ensure_ascii=False, indent=2) + "\n"
        path.write_text(text, "utf-8", errors="backslashreplace")  # half a surrogate pair is an escape, as JSON has it
    except OSError as error:
        raise UsageError(f"{path} cannot be written.", str(error.strerror)) from error
