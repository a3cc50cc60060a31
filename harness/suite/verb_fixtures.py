"""The fixtures by which scenarios reach what goes beyond app, user and timeline. The plugin has them by importing them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from harness.suite.advertising import Advertising
    from harness.suite.comparing import Profiles
    from harness.suite.differential import Differential
    from harness.suite.manual import Manual
    from harness.suite.material import Material
    from harness.suite.outside import Outside
    from harness.suite.retest import Retest
    from harness.suite.session import Session
    from harness.suite.updating import Updating


@pytest.fixture
def adverts(harness_scenario: str, harness_session: Session) -> Advertising:
    """Advertisements at the start and over pages: splash, splash_close, splash_beside, splash_shake, popup, ..."""
    return harness_session.adverts


@pytest.fixture
def outside(harness_scenario: str, harness_session: Session) -> Outside:
    """What happens to the device: screen_off, screen_on, reboot, network, install_other, force_stop, shake, ..."""
    return harness_session.outside


@pytest.fixture
def material(harness_session: Session) -> Material:
    """What the tester brought: update, other_app, profiles, earlier_run, attachments."""
    return harness_session.material


@pytest.fixture
def updating(harness_scenario: str, harness_session: Session) -> Updating:
    """From one version to a later one: update(apk), version, set_off."""
    from harness.suite.app_file import pages_of
    from harness.suite.updating import Updating

    pages = pages_of(harness_session.order.app_file)
    return Updating(harness_session.app, harness_session.user, pages.get("personalisation"))


@pytest.fixture
def profiles(harness_scenario: str, harness_session: Session) -> Profiles:
    """The app in the place of different users: turns, price, rate."""
    from harness.bundle import open_bundle
    from harness.suite.app_file import pages_of
    from harness.suite.comparing import Profiles

    session = harness_session
    return Profiles(session.app, session.user, session.material, pages_of(session.order.app_file),
                    lambda: open_bundle(session.bundle.path).flows())


@pytest.fixture
def differential(harness_scenario: str, harness_session: Session) -> Differential:
    """The same with hooks and without, in turns: each."""
    from harness.suite.differential import Differential
    from harness.suite.seen import Seen
    from harness.tables import records

    seen = Seen(harness_session, harness_scenario)

    def flows() -> list[dict[str, Any]]:
        return records(seen.tables(ask=False).flows)

    return Differential(harness_session.app, harness_session.user, flows)


@pytest.fixture
def manual(harness_scenario: str, harness_session: Session) -> Manual:
    """What a person has to attach: ask."""
    from harness.suite.manual import Manual

    return Manual(harness_session.steps, harness_session.material, harness_session.bundle.put_object)


@pytest.fixture
def retest(harness_scenario: str, harness_session: Session) -> Retest:
    """The scenarios of an earlier version's run, and what this run has of them: compare."""
    from harness.suite.retest import Retest

    session, order = harness_session, harness_session.order
    app = {"package": order.package} | (order.app_facts.as_data() if order.app_facts is not None else {})
    return Retest(session.user, session.material.earlier_run, app, session.outcomes)
