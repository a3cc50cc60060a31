"""The same done in the place of different users, in turns: what each is shown, with the screen that shows it.

The turns are interleaved (A B, B A, A B, ...), so that neither the time of day nor what was seen first explains a difference.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from harness.model import Flow, GapKind
from harness.suite import ways
from harness.suite.app import App
from harness.suite.app_file import KnownPage, written
from harness.suite.driver import NotReached, Sight, UiDriver
from harness.suite.material import Material

_PRICE = re.compile(r"[¥￥$€£]\s*(\d[\d,]*(?:\.\d{1,2})?)|(\d[\d,]*(?:\.\d{1,2})?)\s*元")


def prices(text: str) -> list[str]:
    """The prices in a page's text, in order, as written but for commas."""
    return [(one or other).replace(",", "") for one, other in _PRICE.findall(text)]


class Profiles:
    """`pages`: those of the app file, by name; `flows`: the exchanges of the run up to now."""

    def __init__(
        self, app: App, user: UiDriver, material: Material, pages: dict[str, KnownPage],
        flows: Callable[[], Iterable[Flow]] = tuple,
    ) -> None:  # fmt: skip
        self._app = app
        self._user = user
        self._material = material
        self._pages = pages
        self._flows = flows

    def turns(self) -> Iterator[tuple[int, KnownPage]]:
        """Round and profile, once the app is that profile's. Raises NotReached, with its gap, where fewer than two are told."""
        profiles = self._material.profiles
        if len(profiles) < 2:
            raise self._missing("material.profiles", "two accounts or more, and the way to become each")
        for number in range(self._user.limits.rounds):
            for profile in profiles if number % 2 == 0 else profiles[::-1]:
                self._app.restart()
                self.do(profile)
                yield number + 1, profile

    def do(self, page: KnownPage) -> Sight | None:
        """Goes the way of a page, fills in what it says and taps what it says; the screen at its end. Raises NotReached."""
        user = self._user
        seen = ways.follow(user, page.open, page.name).seen
        for label, text in page.fill:
            field, seen = ways.find(user, seen, label) if seen is not None else (None, seen)
            if field is None or seen is None:
                raise self._missing(f"{page.name}: the field {label!r}", "it is not on the page")
            said, shown = written(text)
            seen = user.type(field, said, seen, secret=shown if shown != said else "")
        if page.tap:
            seen = ways.follow(user, page.tap, page.name, seen=seen).seen
        if page.done and (seen is None or page.done not in seen.reading.text):
            came = user.capture.watch(user.limits.settle, stop=lambda s: page.done in s.reading.text)
            seen = came[-1] if came else seen
            if seen is None or page.done not in seen.reading.text:
                raise self._missing(f"{page.name}: {page.done!r}", "the text that shows that it worked did not come up")
        return seen

    def price(self, number: int, profile: KnownPage) -> str:
        """The price that the profile is shown, by the fact `price`. Raises NotReached where the page has none."""
        product = self._page("product", "the page of a product with its price")
        seen = self.do(product)
        found = prices(seen.reading.text) if seen is not None else []
        if seen is None or not found:
            raise self._missing("a price", "the page of the product shows none that could be read")
        name = product.open[-1] if product.open else product.name
        self._user.steps.fact("price", scenario=self._user.steps.scenario, product=name, profile=profile.name, round=number,
                              price=found[0], prices=found, screen=seen.event.id)
        return found[0]

    def rate(self, number: int, profile: KnownPage) -> float:
        """Downloads once, and tells the fact `rate`: the bytes that came meanwhile from the host that sent most, by the proxy's
        clock. In bytes a second. Raises NotReached where nothing was seen to come."""
        page = self._page("download", "the way to a file that is downloaded, and the text that shows that it is there")
        began = self._user.steps.clock()
        self.do(page)
        ended = self._user.steps.clock()
        by_host: dict[str, list[Flow]] = {}
        for flow in self._flows():
            if began <= flow.host_ns <= ended and flow.response is not None and flow.end_ns is not None:
                by_host.setdefault(flow.host, []).append(flow)
        if not by_host:
            raise self._missing("a download", "no response was seen while it went on")
        host, flows = max(by_host.items(), key=lambda item: sum(_size(flow) for flow in item[1]))
        size = sum(_size(flow) for flow in flows)
        seconds = (max(flow.end_ns or 0 for flow in flows) - min(flow.host_ns for flow in flows)) / 1e9
        rate = size / seconds if seconds > 0 else 0.0
        self._user.steps.fact("rate", scenario=self._user.steps.scenario, profile=profile.name, round=number, host=host,
                              bytes=size, seconds=round(seconds, 3), bytes_per_second=round(rate), flows=len(flows))
        return rate

    def _page(self, name: str, what: str) -> KnownPage:
        page = self._pages.get(name)
        if page is None:
            raise self._missing(f"pages.{name}", what)
        return page

    def _missing(self, what: str, why: str) -> NotReached:
        detail = f"{self._user.steps.scenario} lacks {what}: {why}."
        self._user.steps.gap(GapKind.NOT_REACHED, detail, subject=f"{what} {self._user.steps.scenario}")
        return NotReached(detail, "", "docs/app-file.md shows how it is told.")


def _size(flow: Flow) -> int:
    return flow.response.size if flow.response is not None else 0
