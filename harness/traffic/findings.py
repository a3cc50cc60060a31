"""What is found in requests: which value, written how, went to whom; and what could not be read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from harness.decoding import Tree
from harness.matching import Hit, Known, Search
from harness.traffic.exchange import Exchange
from harness.traffic.limits import Limits
from harness.traffic.packages import packages_in


@dataclass(frozen=True)
class Blind:
    """Something of a request that could not be looked into. `where`: its place; `why`: what it is, or what was wrong with it."""

    index: int
    host: str
    where: str
    why: str


@dataclass
class Examined:
    """One request's hits and blind spots. `decoded`: bytes looked at, all layers together; `looked`: whether there was time."""

    exchange: Exchange
    hits: list[Hit] = field(default_factory=list)
    blind: list[Blind] = field(default_factory=list)
    decoded: int = 0
    looked: bool = True


def search_for(knowns: Sequence[Known], package: str = "", read: Callable[[], Iterable[Exchange]] | None = None) -> Search:
    """`package`: the app's, which SDKs put before or behind a value that they hash. Where it is not known, it is taken from
    what the requests themselves say; `read` gives them, once more than they are examined."""
    salts = [k.value for k in knowns if k.field == "app_package"] + ([package] if package else [])
    if not salts and read is not None:
        salts = packages_in(read())
    return Search(knowns, tuple(dict.fromkeys(salts)))


def examine(exchanges: Iterable[Exchange], search: Search, limits: Limits | None = None) -> Iterator[Examined]:
    """Where the time of `limits` is used up, a last one tells from which request on nothing was looked at."""
    limits = limits or Limits()
    for number, exchange in enumerate(exchanges):
        if limits.left() <= 0:
            more = f" ({len(exchanges) - number} in all)" if isinstance(exchanges, Sequence) else ""
            spent = f"the time for the file is used up ({limits.seconds:g} s)"
            why = f"{spent}: this request and all behind it{more} were not looked at"
            yield Examined(exchange, blind=[Blind(exchange.index, exchange.host, "request", why)], looked=False)
            return
        tree = exchange.taken_apart(limits.budget())
        yield Examined(
            exchange, search.hits(tree), list(blind_spots(exchange, tree)), sum(len(layer.data) for layer in tree.layers)
        )


def blind_spots(exchange: Exchange, tree: Tree) -> Iterator[Blind]:
    for note in exchange.notes:
        yield Blind(exchange.index, exchange.host, "request", note)
    for trouble in tree.troubles:
        yield Blind(exchange.index, exchange.host, trouble.where, f"{trouble.decoder}: {trouble.why}")
    if tree.spent:
        yield Blind(
            exchange.index,
            exchange.host,
            "request",
            f"the budget for one message is used up ({tree.spent}): the rest was not looked into",
        )
    for opaque in tree.opaque():
        yield Blind(
            exchange.index, exchange.host, opaque.where, f"{opaque.size} bytes of no known form"
        )
