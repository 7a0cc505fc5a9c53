"""Open incidents, asked of the GitLab that the settings name. What cannot be asked is no all-clear."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from typing import TYPE_CHECKING

from tui.domain.concerns import WAIVED, Concern, troubled
from tui.domain.errors import BadInput, GitLabError
from tui.runtime.connect import connection

if TYPE_CHECKING:
    from tui.gateway.client import Gateway
    from tui.runtime.workbench import Session

TIMEOUTS = (5.0, 10.0)
"""Seconds to connect to another GitLab for this question, and to wait for its answer."""


def open_incidents(session: Session, now: datetime) -> tuple[Concern, ...]:
    """One for each open issue with any of the labels, and one when GitLab does not answer the question."""
    wanted = session.workbench.settings.incidents
    if not asks(session):
        return ()
    try:
        with incident_gateway(session) as gateway:
            found = {one for labels in wanted.labels for one in gateway.incidents(wanted.project, labels)}
    except (BadInput, GitLabError) as error:
        text = f"Whether an incident is open could not be asked: {error}"
        return (Concern("incidents", "not asked", text, since=now - WAIVED),)
    return troubled(found, now)


def asks(session: Session) -> bool:
    """Whether the settings ask for incidents; a rehearsal on the sandbox does only when they name the sandbox."""
    wanted = session.workbench.settings.incidents
    return bool(wanted.project) and (bool(wanted.instance) or not session.instance.is_sandbox)


@contextmanager
def incident_gateway(session: Session) -> Iterator[Gateway]:
    """The session's own, or one to the instance that the settings name for incidents."""
    from tui.gateway.client import Gateway

    bench = session.workbench
    name = bench.settings.incidents.instance
    if name in {"", session.instance.name}:
        yield session.gateway
        return
    with ExitStack() as stack:
        link = connection(name, bench.settings, bench.environ, bench.locations, stack)
        yield stack.enter_context(Gateway(link, cancel=session.cancel, timeouts=TIMEOUTS, total=sum(TIMEOUTS)))
