"""What no device can show: for each clause of a scenario what a person has to attach, as clauses.yaml says it, and whether
it was. Never a verdict."""

from __future__ import annotations

from collections.abc import Callable

from harness.clauses import Clause, catalogue
from harness.model import GapKind
from harness.suite.material import Material
from harness.suite.steps import Steps


def rows(scenario: str) -> list[Clause]:
    """The clauses that name the scenario, those that only repeat another left out."""
    return [one for one in catalogue().values() if scenario in one.scenario and not one.same_as]


class Manual:
    """`keep`: bytes into the bundle; their name there."""

    def __init__(self, steps: Steps, material: Material, keep: Callable[[bytes], str]) -> None:
        self._steps = steps
        self._material = material
        self._keep = keep

    def ask(self) -> list[str]:
        """The fact `checklist` for each clause of the scenario: what is to be attached, and what was. The clauses for which
        nothing was; a gap counts them."""
        scenario = self._steps.scenario
        lacking = []
        for row in rows(scenario):
            file = self._material.attachments.get(row.id)
            there = file is not None and file.is_file()
            self._steps.fact(
                "checklist", scenario=scenario, clause=row.id, mode=row.mode,
                duty_holder=row.duty_holder,
                wanted=row.wanted, state="attached" if there else "to_attach",
                name=file.name if file is not None else None,
                object=self._keep(file.read_bytes()) if there and file is not None else None,
            )  # fmt: skip
            if not there:
                lacking.append(row.id)
        if lacking:
            detail = f"{scenario} is for a person to do: nothing was attached for {len(lacking)} of its clauses."
            self._steps.gap(GapKind.NOT_REACHED, detail, subject=scenario)
        return lacking
