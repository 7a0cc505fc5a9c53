"""What all screens' tests need."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.shell import close_all


@pytest.fixture(autouse=True)
def _closed() -> Iterator[None]:
    yield
    close_all()
