"""Freeze windows in the settings, and those that ship: all that is wrong is told with its place."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tui.domain.concerns import frozen
from tui.store import settings
from tui.store.calendar import freezes
from tui.store.locations import Locations
from tui.store.settings import Settings, SettingsInvalid

OWN = """
working_day = "Mon-Fri 09:00-17:30"
zone = "America/New_York"
freezes = "gitlab"

[incidents]
project = "infra/production"
labels = ["incident,severity::1", "blocks feature-flags"]
instance = "sandbox"

[[freeze]]
name = "Quarter end"
level = "hard"
from = "2026-12-30 18:00"
to = "2027-01-04 08:00"
zone = "Europe/Berlin"
environments = ["production", "staging"]

[[freeze]]
name = "Weekly release"
level = "soft"
from = "Tuesday 23:00"
to = "Wednesday 02:00"
"""


def loaded(locations: Locations, text: str) -> Settings:
    locations.make()
    locations.settings.write_text(text, encoding="utf-8")
    return settings.load(locations)


def test_own_windows_are_kept_and_come_with_the_calendar_that_ships(locations: Locations) -> None:
    found = loaded(locations, OWN)
    settings.save(locations, found)
    assert settings.load(locations) == found
    names = [one.name for one in freezes(found.freeze, found.freezes)]
    assert names[:2] == ["Weekend", "Monthly release day"]
    assert names[-2:] == ["Quarter end", "Weekly release"]
    assert [one.name for one in freezes(found.freeze, "")] == ["Quarter end", "Weekly release"]


@pytest.mark.parametrize(
    ("now", "said"),
    [
        ("2026-11-22T12:00", "Soft freeze Weekend until Sun 2026-11-22 21:00 UTC"),
        ("2024-12-31T12:00", "Hard freeze End of year 2024 until Mon 2025-01-06 02:00 UTC"),
        ("2026-01-04T23:59", "Hard freeze End of year 2025 until Mon 2026-01-05 00:00 UTC"),
    ],
)
def test_the_locks_of_gitlab_are_for_its_production(now: str, said: str) -> None:
    moment = datetime.fromisoformat(now).replace(tzinfo=UTC)
    assert said in [one.text for one in frozen(freezes((), "gitlab"), moment, "production")]
    assert not frozen(freezes((), "gitlab"), moment, "staging")


def test_without_settings_nothing_is_frozen() -> None:
    assert freezes(Settings().freeze, Settings().freezes) == ()


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ('"2027-01-04 08:00"', '"2027-12-04 08:00"', "freeze[0].to: the window lasts 338 days: is the year right?"),
        ('"2027-01-04 08:00"', '"2026-01-04 08:00"', "freeze[0].to: is not after from"),
        ('"2027-01-04 08:00"', '"Monday 08:00"', "freeze[0].to: is not of the same sort as from"),
        ('"2027-01-04 08:00"', "2027-01-04T08:00:00", "freeze[0].to: is "),
        ('"Wednesday 02:00"', '"Tuesday 23:00"', "freeze[1].to: is the same as from"),
        ('"Tuesday 23:00"', '"Tuseday 23:00"', 'freeze[1].from: is "Tuseday 23:00"'),
        ('"Europe/Berlin"', '"Europe/Berlim"', 'freeze[0].zone: there is no time zone "Europe/Berlim"'),
        ('"Europe/Berlin"', '"../../etc/passwd"', "freeze[0].zone: there is no time zone"),
        ('"soft"', '"softish"', "freeze[1].level: is the text"),
        ('"Weekly release"', '" "', "freeze[1].name: is empty"),
        ('"Mon-Fri 09:00-17:30"', '"nine to five"', 'working_day: is "nine to five" (such as 09:00-17:30'),
        ('"America/New_York"', '"New York"', 'zone: there is no time zone "New York"'),
        ('"infra/production"', '"infra"', 'incidents.project: "infra" is no path of a project'),
        ('"blocks feature-flags"', '"a,,b"', 'incidents.labels[1]: is "a,,b"'),
        ('"sandbox"', '"sandbocks"', 'incidents.instance: there is no instance "sandbocks" (one of: env, sandbox)'),
        ('labels = ["incident,severity::1", "blocks feature-flags"]', "", "incidents.labels: is empty"),
        ('"gitlab"', '"../gitlab"', 'freezes: there is no calendar "../gitlab" (one of: gitlab)'),
    ],
)
def test_slips_are_told_with_their_place(locations: Locations, old: str, new: str, problem: str) -> None:
    with pytest.raises(SettingsInvalid) as caught:
        loaded(locations, OWN.replace(old, new))
    assert problem in str(caught.value)
