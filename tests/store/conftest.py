"""Shared by the tests of the store: a home of their own, and a draft that uses every table."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.store.samples import CANONICAL
from tui.domain.draft import Draft
from tui.store.drafts import DraftStore, loads
from tui.store.locations import Locations


@pytest.fixture
def locations(tmp_path: Path) -> Locations:
    return Locations.under(tmp_path / "home")


@pytest.fixture
def store(locations: Locations) -> DraftStore:
    locations.make()
    return DraftStore(locations)


@pytest.fixture
def draft() -> Draft:
    return loads(CANONICAL)
