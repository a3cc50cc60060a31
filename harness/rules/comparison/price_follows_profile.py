"""One product costs one profile more than another, in every round."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from harness.model import Finding, Gap
from harness.rules.crawls import on_screen
from harness.rules.readings import Readings
from harness.rules.rule import Rule, not_reached
from harness.tables import Note, Tables


def _rounds(run: Tables) -> dict[tuple[str, str], dict[int, dict[str, list[tuple[Decimal, Note]]]]]:
    """Scenario and product -> round -> profile -> what it was shown."""
    found: dict[tuple[str, str], dict[int,
        dict[str, list[tuple[Decimal, Note]]]]] = defaultdict(lambda: defaultdict(lambda: defaultdict(list)))
    for note in run.noted("price"):
        try:
            price = Decimal(str(note.data.get("price")))
        except InvalidOperation:
            continue
        found[note.scenario, str(note.data.get("product"))][int(note.data.get("round")
            or 0)][str(note.data.get("profile"))].append((price, note))
    return found


def _whole(rounds: dict[int, dict[str, list[tuple[Decimal, Note]]]]) -> dict[int, dict[str, list[tuple[Decimal, Note]]]]:
    """Rounds in which every profile was shown a price."""
    profiles = {profile for seen in rounds.values() for profile in seen}
    return {number: seen for number, seen in rounds.items() if set(seen) == profiles and len(profiles) > 1}


def decide(run: Tables, readings: Readings) -> Iterator[Finding]:
    for (_, product), rounds in sorted(_rounds(run).items()):
        whole = _whole(rounds)
        if len(whole) < readings.of("price_rounds"):
            continue
        profiles = sorted({profile for seen in whole.values() for profile in seen})
        prices = {p: {price for seen in whole.values() for price, _ in seen[p]} for p in profiles}
        dear = [(a, b) for a in profiles for b in profiles if a != b and min(prices[a]) > max(prices[b])]
        if not dear:
            continue
        shown = "; ".join(f"{p}: {', '.join(map(str, sorted(prices[p])))}" for p in profiles)
        notes = [note for seen in whole.values() for p in profiles for _, note in seen[p]]
        yield on_screen(
            run, notes, product, f"In each of {len(whole)} rounds, in turns, {product} cost {dear[0][0]} more than {dear[0][1]} "
                f"({shown}): coupons, offers to new users or stock may explain it, a person must say.",
            f"交替查看 {len(whole)} 轮,“{product}”对{dear[0][0]}的价格均高于{dear[0][1]}({shown});是否因优惠券、"
            "新人优惠或库存所致需人工判断。",
            candidate=True)


@dataclass(frozen=True)
class Interleaved:
    """Two profiles or more were shown the price of a product, in several rounds."""

    def missing(self, run: Tables, readings: Readings) -> list[Gap]:
        from harness.rules.readings import load_readings

        if any(len(_whole(rounds)) >= load_readings().of("price_rounds") for rounds in _rounds(run).values()):
            return []
        why = "No product's price was seen for two profiles in turns and often enough to compare."
        return not_reached(run, why, "price", "two-profile-price")


rule = Rule(
    id="price-follows-profile",
    title="A price that follows the profile",
    title_zh="价格随用户画像变化",
    clauses=("szreg-price-discrimination",),
    scenarios=("two-profile-price",),
    needs=(Interleaved(),),
    decide=decide,
    sees="The price on the screen of one product for two accounts or more, in turns whose order changes; what differs the same "
         "way in every round.",
    cannot_see="Whether the conditions are the same and whether there is a reason: it never says more than CANDIDATE.",
    advice="Keep proof of the reason for each difference in price between users.",
    advice_zh="对不同用户的价格差异,应留存正当理由的证明。",
    readings=("price_rounds",),
)
