"""The doctor's question whether this is a time to open a flag, for operators whose settings say when it is not."""

from __future__ import annotations

from collections.abc import Iterator

from tui.domain.concerns import coming, said
from tui.runtime.checkup import Subject
from tui.runtime.concerns import concerns
from tui.runtime.doctor_row import Row
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
    following = coming(freezes(settings.freeze, settings.freezes), bench.clock())
    then = f"; next is {following[0].name} from {said(following[1])}" if following else ""
    yield Row("time", "ok", f"nothing speaks against opening a flag now{then}")


CHECKS = (_timely,)
