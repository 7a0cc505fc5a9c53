"""What holds for all tests."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("house", deadline=None)  # how long an example takes says how busy the machine is
settings.load_profile("house")
