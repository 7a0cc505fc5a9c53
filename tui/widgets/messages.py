"""What screens tell the app. The app does the work on a thread and hands the result back to the screen's `show`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.message import Message

if TYPE_CHECKING:
    from tui.domain.draft import Draft
    from tui.domain.guide import Guide
    from tui.domain.history import Entry
    from tui.domain.history_query import HistoryQuery
    from tui.domain.planning import Situation
    from tui.domain.wish import Wish
    from tui.runtime.workbench import Prepared
    from tui.widgets.wizard_parts import Templates


@dataclass
class OpenDraft(Message):
    """Open a draft or running rollout from the home table."""

    draft_id: str


@dataclass
class NewDraft(Message):
    """Make a new draft; `sample` is the id of a sample to start from, empty for an empty one."""

    sample: str = ""


@dataclass
class NewWanted(Message):
    """Choose what a new draft starts from."""


@dataclass
class DuplicateDraft(Message):
    """Make a copy of a draft."""

    draft_id: str


@dataclass
class DeleteDraft(Message):
    """Delete a draft; the app asks first."""

    draft_id: str
    title: str = ""


@dataclass
class DraftChanged(Message):
    """The operator changed something: to be saved."""

    draft: Draft


@dataclass
class PlanWanted(Message):
    """Compute a plan for the wish; an open one is for the step that is due. Answered by `show(Prepared | None)`."""

    draft: Draft
    wish: Wish


@dataclass
class ApplyWanted(Message):
    """Make a plan's changes. Answered by `update_operation(Operation)` and at the end `finish(ApplyResult)`."""

    prepared: Prepared


@dataclass
class CancelWanted(Message):
    """Stop the running apply as soon as what is under way has been answered."""


@dataclass
class StatusWanted(Message):
    """Look at GitLab for the rollout screen. Answered by `show(Situation)`."""

    draft: Draft


@dataclass
class LeadWanted(Message):
    """Take the lead of a rollout, or give it up, then look at GitLab. Answered by `show(Situation)`."""

    draft: Draft
    take: bool


@dataclass
class BackWanted(Message):
    """Show the ways back of a running rollout, from what GitLab said last or from its history; `at` is one's key.

    `chosen` is told the wish that is to be reviewed, or None.
    """

    draft: Draft
    guide: Guide
    entries: Sequence[Entry]
    situation: Situation | None
    read_only: str
    watching: bool
    at: str
    chosen: Callable[[Wish | None], None]


@dataclass
class TextsWanted(Message):
    """Show the texts to tell people now, from what GitLab said last or from the history.

    `told` is told the draft, in which it is marked where the announcement was posted.
    """

    draft: Draft
    guide: Guide
    entries: Sequence[Entry]
    situation: Situation | None
    read_only: str
    told: Callable[[Draft], None]


@dataclass
class ReportWanted(Message):
    """Bring the report on the plan issue up to date; `taken_back` is a channel that is no longer marked.

    Answered by `show(Situation)`.
    """

    draft: Draft
    taken_back: str = ""


@dataclass
class WhoWanted(Message):
    """Show who is affected by a running rollout, from what GitLab said last or from its history."""

    draft: Draft
    guide: Guide
    entries: Sequence[Entry]
    situation: Situation | None


@dataclass
class TemplatesWanted(Message):
    """Read the issue templates of the draft's project and hand them to `show`, on the event loop."""

    draft: Draft
    show: Callable[[Templates], object]


@dataclass
class HistoryWanted(Message):
    """Show the phase history, of one rollout or of all."""

    rollout: str = ""


@dataclass
class SettingsWanted(Message):
    """Show settings and connection."""


@dataclass
class DoctorWanted(Message):
    """Check the connection to an instance, and what a draft needs. Answered by `show(rows)` more than once."""

    instance: str
    draft_id: str = ""


@dataclass
class ThemeWanted(Message):
    """Use and keep a theme."""

    theme: str


@dataclass
class EntryWanted(Message):
    """Show one entry of the history."""

    entry: Entry


@dataclass
class ExportWanted(Message):
    """Write what the query finds into a file; the app asks where."""

    query: HistoryQuery
