"""What `apply` is given: a draft to be planned, or the file of a plan to be applied exactly."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tui.domain.wish import Wish

if TYPE_CHECKING:
    from tui.domain.draft import Draft
    from tui.runtime.workbench import Prepared, Session, Workbench
    from tui.store.plan_files import PlanFile


@dataclass(frozen=True)
class Asked:
    """What is asked of a draft in words, or by the `file` of a plan."""

    draft: Draft
    instance: str
    wish: Wish
    file: PlanFile | None = None

    def prepare(self, session: Session) -> Prepared | None:
        """The plan. Raises Stale for a file that no longer holds, else as `Session.prepare`."""
        if self.file is None:
            return session.prepare_wish(self.draft, self.wish)
        from tui.runtime.planned import taken_up

        return taken_up(session, self.file)


def asked(bench: Workbench, argument: str, *, phase: str, step: str, reason: str, instance: str) -> Asked:
    """What a draft (id or path) or a plan file asks for. Raises Stale when the draft of a file is another by now."""
    if not _means_file(bench, argument):
        draft = bench.drafts.load(argument)
        return Asked(draft, instance or draft.gitlab.instance, Wish(phase, step, reason))
    from tui.runtime.planned import check_draft
    from tui.store.plan_files import load

    if phase or step or reason or instance:
        raise click.UsageError("a plan file says itself which step it is about, why and where: leave the options out")
    file = load(Path(argument).expanduser())
    draft = bench.drafts.load(file.source)
    check_draft(bench, file, draft)
    return Asked(draft, file.instance, Wish(file.phase, file.step, file.reason), file)


def _means_file(bench: Workbench, argument: str) -> bool:
    """A draft's id wins over a file of that name; drafts outside the drafts folder end in .toml."""
    if argument.endswith((".json", ".toml")):
        return argument.endswith(".json")
    return Path(argument).expanduser().is_file() and argument not in bench.drafts.ids()
