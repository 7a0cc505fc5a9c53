"""The part of the app that is beside the way of a draft: help, history, export, settings, theme."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from textual.app import App
from textual.binding import ActiveBinding
from textual.screen import ModalScreen, Screen

from tui.app.desk import DeskApp
from tui.domain.text import one_line
from tui.runtime.connect import Instance
from tui.widgets.background import in_background
from tui.widgets.base_screen import BaseScreen
from tui.widgets.chrome import Badge
from tui.widgets.messages import (
    BackWanted,
    EntryWanted,
    ExportWanted,
    HistoryWanted,
    SettingsWanted,
    TextsWanted,
    ThemeWanted,
    WhoWanted,
)
from tui.widgets.present import moment

if TYPE_CHECKING:
    from screens.help import KeyHelp
    from screens.settings import InstanceRow, SettingsScreen
    from screens.texts import TextsScreen
    from tui.store.index import Summary


class AsidesApp(DeskApp):
    """What any screen may ask for."""

    def action_help(self) -> None:
        """The page of the screen and its keys."""
        from screens.help import KeyHelp

        screen = self.screen
        if not isinstance(screen, BaseScreen):
            return
        keys = [
            KeyHelp(self.get_key_display(one.binding), one.binding.description, one.tooltip, enabled=one.enabled)
            for one in distinct(screen)
        ]
        in_background(
            self,
            lambda: self.bench.assets.help_page(screen.HELP),
            lambda page: self._show_help(page, keys),
            failed=self.refuse,
            what="read a help page",
        )

    def _show_help(self, page: str, keys: list[KeyHelp]) -> None:
        from screens.help import HelpScreen

        if not isinstance(self.screen, ModalScreen):
            self.push_screen(HelpScreen(page, keys))

    def on_history_wanted(self, message: HistoryWanted) -> None:
        """The table, over whatever screen asked."""
        message.stop()
        instance = self.instance_of(self.opened.draft) if self.opened and message.rollout else ""
        self.push_screen(self.history_screen(message.rollout, instance))

    def on_entry_wanted(self, message: EntryWanted) -> None:
        """One entry."""
        from screens.entry import EntryScreen

        message.stop()
        self.push_screen(EntryScreen(message.entry))

    def on_back_wanted(self, message: BackWanted) -> None:
        """The ways back of the rollout."""
        from screens.back import BackScreen

        message.stop()
        name = self.instance_of(message.draft)
        screen = BackScreen(
            message.draft,
            message.guide,
            instance=self.bench.instance(name),
            entries=message.entries,
            situation=message.situation,
            read_only=message.read_only,
            watching=message.watching,
            at=message.at,
            prefix=self.bench.settings.instance(name, self.bench.environ).chatops_prefix,
            clock=self.bench.clock,
        )
        self.push_screen(screen, message.chosen)

    def on_texts_wanted(self, message: TextsWanted) -> None:
        """The texts to tell people at this moment."""
        message.stop()
        in_background(
            self,
            lambda: self._texts(message),
            lambda screen: self.push_screen(screen, lambda draft: message.told(draft) if draft else None),
            failed=self.refuse,
            what="make the texts",
        )

    def _texts(self, message: TextsWanted) -> TextsScreen:
        """On a thread: making texts reads files and imports what fills them in."""
        from screens.texts import TextsScreen
        from tui.domain.announcing import with_marks
        from tui.domain.ways_back import remembered
        from tui.runtime.telling import texts

        draft, name = message.draft, self.instance_of(message.draft)
        now = self.bench.clock()
        known = remembered(draft, message.guide, message.entries, now, name)
        situation = replace(message.situation, now=now) if message.situation else known
        draft = with_marks(draft, situation.draft.announcement.posted)
        situation = replace(situation, draft=draft)
        return TextsScreen(
            draft,
            texts(self.bench.assets, situation),
            instance=self.bench.instance(name),
            operator=situation.observed.operator.username if message.situation else self.operator,
            read_only=message.read_only,
            clock=self.bench.clock,
        )

    def on_who_wanted(self, message: WhoWanted) -> None:
        """Who is affected by the rollout. Ids are counted without GitLab, also while it does not answer."""
        from screens.who import WhoScreen
        from tui.domain.ways_back import remembered
        from tui.runtime.affected import Affected, affected, asked

        message.stop()
        draft, name, seen = message.draft, self.instance_of(message.draft), message.situation
        situation = seen or remembered(draft, message.guide, message.entries, self.bench.clock(), name)

        def ask(text: str, tell: Callable[[str], None]) -> Affected:
            who = asked(text)
            if who.offline:
                return affected(None, situation, who, tell=tell)
            return self.sessions.use(name, lambda session: affected(session.gateway, situation, who, tell=tell))

        at = f"read {moment(situation.observed.at)} UTC" if seen else "by the history"
        badge = Badge.of(self.bench.instance(name))
        self.push_screen(WhoScreen(draft.title or draft.id, situation, ask, known=at, badge=badge))

    def on_export_wanted(self, message: ExportWanted) -> None:
        """Ask where to, and write."""
        from screens.export import ExportScreen
        from tui.runtime.exporting import export

        message.stop()
        name = f"{message.query.rollout or 'rollouts'}-history.csv"
        folder = Path.cwd() if os.access(Path.cwd(), os.W_OK) else self.bench.locations.data

        def write(path: Path, overwrite: bool) -> int:
            return export(self.history(), message.query, path, overwrite=overwrite)

        self.push_screen(ExportScreen(folder / name, write))

    def on_settings_wanted(self, message: SettingsWanted) -> None:
        """Settings and connection."""
        message.stop()
        in_background(self, self._settings, self.push_screen, failed=self.refuse, what="read the settings")

    def _settings(self) -> SettingsScreen:
        from screens.settings import SettingsScreen
        from tui.runtime.connect import instances
        from tui.store.index import Index

        bench, places = self.bench, self.bench.locations
        drafts = [one for one in Index(places).summaries() if not one.problems]
        rows = [_instance_row(one, drafts, self.forced_instance) for one in instances(bench.settings, bench.environ)]
        files = {
            "settings": places.settings,
            "drafts": places.drafts,
            "records": places.records,
            "guides": places.guides,
        }
        return SettingsScreen(rows, {name: one_line(str(path)) for name, path in files.items()})

    def on_theme_wanted(self, message: ThemeWanted) -> None:
        """Use it now and from now on."""
        message.stop()
        self.theme = message.theme
        in_background(
            self, lambda: self._keep_theme(message.theme), lambda _: None, failed=self.refuse, what="save the settings"
        )

    def _keep_theme(self, theme: str) -> None:
        from msgspec.structs import replace

        from tui.store.settings import load, save

        if not self.read_only:
            save(self.bench.locations, replace(load(self.bench.locations), theme=theme))


def distinct(screen: Screen[object]) -> list[ActiveBinding]:
    """What can be done on a screen now, each action once: the screen's own, then the app's, then the focused widget's.

    Bindings of ours have an id; Textual's own have none and speak for themselves.
    """
    found: dict[str, ActiveBinding] = {}
    for active in screen.active_bindings.values():
        if active.binding.id and active.binding.description:
            found.setdefault(active.binding.action, active)
    return sorted(found.values(), key=lambda one: 0 if one.node is screen else 1 if isinstance(one.node, App) else 2)


def _instance_row(one: Instance, drafts: Sequence[Summary], forced: str) -> InstanceRow:
    """An instance in the table of the settings; all drafts are worked on the one that the app was started for."""
    from screens.settings import InstanceRow

    own = [(draft.id, one_line(draft.title)) for draft in drafts if (forced or draft.instance) == one.name]
    kind = "sandbox" if one.is_sandbox else "PRODUCTION" if one.production else ""
    return InstanceRow(one.name, one.url or ("on this machine" if one.is_sandbox else ""), one.token, kind, tuple(own))
