"""Stages: intervals bounded by what happened on the screen, never by a timer."""

from __future__ import annotations

from enum import StrEnum


class Stage(StrEnum):
    BEFORE_CONSENT = "before_consent"
    AFTER_REFUSAL = "after_refusal"
    AFTER_AGREE = "after_agree"
    AFTER_PERMISSION_DENIAL = "after_permission_denial"
    BACKGROUND = "background"
    AFTER_WITHDRAWAL = "after_withdrawal"
    AFTER_OPTOUT = "after_optout"
    AFTER_DELETION = "after_deletion"
    CONSENT_UNRESOLVED = "consent_unresolved"
    """The app is used though no notice was recognised: whether it asked for consent is not known."""
