"""What is observed and what is decided. Imports nothing of ours."""

from harness.model.events import (
    JOURNALS,
    Call,
    Control,
    Event,
    Fact,
    Flow,
    Gap,
    GapKind,
    Message,
    Outcome,
    Screen,
    Stack,
    Step,
)
from harness.model.stages import Stage
from harness.model.verdicts import FOUND, Answered, Finding, Grade, Verdict, VerdictWord

__all__ = [
    "FOUND", "JOURNALS", "Answered", "Call", "Control", "Event", "Fact", "Finding", "Flow", "Gap", "GapKind", "Grade",
    "Message", "Outcome", "Screen", "Stack", "Stage", "Step", "Verdict", "VerdictWord",
]
