"""The wizard's screens over the shipped samples, for tests by keys."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime

from textual.pilot import Pilot
from textual.widget import Widget
from textual.widgets import Input

from screens.checklist import ChecklistScreen
from screens.model import ModelScreen
from screens.phases import PhasesScreen
from screens.plan_issues import PlanIssuesScreen
from tests.domain.shipped import ASSETS, guides, samples
from tests.support.host import Host
from tests.support.rollouts import NOW, vocabulary
from tests.support.waiting import wait_for
from tui.domain.draft import Draft
from tui.domain.history import Entry
from tui.runtime.connect import Instance
from tui.widgets.field_help import FieldHelp
from tui.widgets.field_rows import FieldRow
from tui.widgets.inputs import ManyLines, OneLine, Picker
from tui.widgets.messages import DraftChanged
from tui.widgets.table_row import TableRow
from tui.widgets.wizard_parts import NOT_READ, Templates
from tui.widgets.wizard_screen import WizardContext, WizardScreen

SCREENS: tuple[type[WizardScreen], ...] = (ModelScreen, ChecklistScreen, PlanIssuesScreen, PhasesScreen)
EMPTY = Draft(schema=1, id="empty")
SAMPLE = samples()["sample-codestral-2501"]
SIZE = (80, 24)


def context(
    read_only: str = "",
    entries: tuple[Entry, ...] = (),
    templates: Templates = NOT_READ,
    clock: Callable[[], datetime] = lambda: NOW,
) -> WizardContext:
    """What the app gives a screen of the wizard."""
    return WizardContext(
        instance=Instance("sandbox", "SANDBOX"),
        guides=guides(),
        skeletons={path.name: path.read_text("utf-8") for path in (ASSETS / "skeletons").glob("*.md")},
        instances=(Instance("sandbox", "SANDBOX"), Instance("main", "PRODUCTION main", "https://g.example", True)),
        read_only=read_only,
        entries=entries,
        clock=clock,
        operator="zoe",
        vocabulary=vocabulary(),
        templates=templates,
    )


class Wizard:
    """One screen of the wizard and the keys that are pressed on it."""

    def __init__(self, app: Host, screen: WizardScreen, pilot: Pilot[None]) -> None:
        self.app, self.screen, self.pilot = app, screen, pilot

    @property
    def draft(self) -> Draft:
        """The draft as the screen has it."""
        return self.screen.draft

    @property
    def saved(self) -> list[Draft]:
        """What the app was told to save."""
        return [one.draft for one in self.app.asked if isinstance(one, DraftChanged)]

    @property
    def at(self) -> str:
        """The path of the field that has the focus."""
        focused = self.app.screen.focused
        rows = [one for one in focused.ancestors_with_self if isinstance(one, FieldRow | TableRow)] if focused else []
        return rows[0].spec.path if rows else ""

    @property
    def help(self) -> str:
        """The help below the form."""
        return str(self.screen.query_one(FieldHelp).render())

    @property
    def status(self) -> str:
        """The status line."""
        return self.screen.query_one("#status").plain  # type: ignore[attr-defined, no-any-return]

    async def press(self, *keys: str) -> None:
        """Press keys."""
        await self.pilot.press(*keys)
        await self.pilot.pause()

    async def write(self, text: str) -> None:
        """Type a text."""
        await self.press(*("space" if one == " " else one for one in text))

    async def go(self, path: str) -> None:
        """Take the focus to a field, as a click does; that Tab reaches every field is a test of its own."""
        await self.until(lambda: self._focusable(path) is not None, f"the field {path}")
        found = self._focusable(path)
        assert found is not None
        found.focus()
        await self.until(lambda: self.at == path, f"the focus on {path}")
        await self.pilot.pause()

    def _focusable(self, path: str) -> Widget | None:
        row = next((one for one in self.screen.form.rows if one.spec.path == path), None)
        return row.control if isinstance(row, FieldRow) else row

    async def settled(self) -> None:
        """Wait until the screen is in step with its draft."""
        await self.until(lambda: self.screen.in_step and self._mounted, "the form to be in step")

    @property
    def _mounted(self) -> bool:
        rows = self.screen.form.rows
        return all(row.virtual_region.height for row in rows)

    async def until(self, predicate: Callable[[], object], what: str) -> None:
        """Wait for something."""
        await wait_for(self.pilot, predicate, what=what)

    def row(self, path: str) -> FieldRow:
        """The row of a field."""
        return next(row for row in self.screen.form.rows if isinstance(row, FieldRow) and row.spec.path == path)

    def shown(self, path: str) -> str:
        """What a field shows."""
        control = self.row(path).control
        if isinstance(control, ManyLines):
            return control.text
        if isinstance(control, Picker):
            return control.options[control.chosen].label
        assert isinstance(control, OneLine | Input)
        return control.value

    def paths(self) -> list[str]:
        """The fields and tables of the form."""
        return [row.spec.path for row in self.screen.form.rows]


@asynccontextmanager
async def wizard(
    kind: type[WizardScreen],
    draft: Draft = SAMPLE,
    *,
    size: tuple[int, int] = SIZE,
    field: str = "",
    read_only: str = "",
    entries: tuple[Entry, ...] = (),
    templates: Templates = NOT_READ,
    clock: Callable[[], datetime] = lambda: NOW,
) -> AsyncIterator[Wizard]:
    """A screen of the wizard on top of an empty app."""
    screen = kind(draft, guides()[draft.guide], context=context(read_only, entries, templates, clock), field=field)
    app = Host(screen)
    async with app.run_test(size=size, notifications=True) as pilot:
        found = Wizard(app, screen, pilot)
        await wait_for(pilot, lambda: screen.focused and found.help, what="a field to have the focus")
        yield found
