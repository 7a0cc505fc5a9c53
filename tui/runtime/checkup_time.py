"""The doctor's questions whether this is a time to open a flag, where the settings say when it is not."""

from __future__ import annotations

from collections.abc import Iterator

from tui.domain.concerns import coming, said
from tui.domain.errors import BadInput, GitLabError
from tui.domain.text import listing, one_line
from tui.runtime.checkup import Subject
from tui.runtime.concerns import concerns
from tui.runtime.doctor_row import Row, failed
from tui.runtime.incidents import asks, incident_gateway
from tui.store.calendar import freezes

_HINT = "Wait, or give a reason for the step: it goes into the history. Taking access away asks for none of this."


def _timely(subject: Subject) -> Iterator[Row]:
    """Nothing where the settings ask for nothing."""
    bench = subject.session.workbench
    settings = bench.settings
    if not settings.watches:
        return
    found = concerns(subject.session, subject.draft)
    if found:
        yield Row("time", "warning", "; ".join(one.text for one in found), _HINT)
        return
    following = coming(freezes(settings.windows, settings.freezes), bench.clock())
    then = f"; next is {following[0].name} from {said(following[1])}" if following else ""
    yield Row("time", "ok", f"nothing speaks against opening a flag now{then}")


def _incidents(subject: Subject) -> Iterator[Row]:
    """Whether the question for incidents can be answered at all: a label that does not exist finds nothing, ever."""
    wanted = subject.session.workbench.settings.incidents
    if not asks(subject.session):
        return
    try:
        with incident_gateway(subject.session) as gateway:
            known = {label.lower() for label in gateway.labels(wanted.project)}
    except (BadInput, GitLabError) as error:
        yield failed("incidents", error)
        return
    parts: list[str] = [one_line(part.strip()) for label in wanted.labels for part in label.split(",")]
    unknown = [part for part in parts if part.lower() not in known]
    if unknown:
        text = f"{wanted.project} has no label {listing(unknown, 'or')}: no incident would ever be found by it"
        yield Row("incidents", "warning", text, "Correct incidents.labels in the settings.")
    else:
        yield Row("incidents", "ok", f"looked for in {wanted.project}, by {listing(parts)}")


CHECKS = (_incidents, _timely)
