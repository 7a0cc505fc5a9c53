"""How the errors of reads are taken: a way back can do without everything but its flag."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from typing import TypeVar

from tui.domain.errors import GitLabError
from tui.gateway.waits import hurried

T = TypeVar("T")


class Reading:
    """The reads of one look. `remarks` are what could not be read, for people; reads of several threads share it."""

    def __init__(self, *, lenient: bool) -> None:
        self.lenient = lenient
        self.remarks: list[str] = []

    def spare(self, what: str, read: Callable[[], T], instead: T) -> T:
        """For what any plan can do without: an older GitLab that lacks it, or a token that may not see it."""
        try:
            return read()
        except GitLabError as error:
            self.remarks.append(f"{what} could not be read: {error}")
            return instead

    def needed(self, what: str, read: Callable[[], T], instead: T) -> T:
        """For what the way on is planned from; a way back does without it and tells. Raises what `read` raises."""
        if not self.lenient:
            return read()
        with hurried():
            return self.spare(what, read, instead)

    @contextmanager
    def pace(self) -> Iterator[None]:
        """For reads whose errors are taken by whoever asks: a way back does not wait long for them."""
        with hurried() if self.lenient else nullcontext():
            yield
