"""The first start, with nothing configured: try it on the sandbox, or connect to GitLab."""

from __future__ import annotations

from typing import ClassVar, Literal

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.widgets import Static

from tui.store.assets import asset
from tui.widgets.base_screen import BaseScreen
from tui.widgets.chrome import KeyBar, TitleBar
from tui.widgets.present import line, styled

WelcomeAnswer = Literal["sample", "new", "home"]


class WelcomeScreen(BaseScreen[WelcomeAnswer]):
    """What this is, and the two ways to begin."""

    HELP = "welcome"
    CSS_PATH: ClassVar = [asset("styles/welcome.tcss")]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "sample", "Try it", id="welcome.sample", tooltip="A sample rollout on the sandbox"),
        Binding("n", "new", "New rollout", id="welcome.new", tooltip="Choose what to start from"),
        Binding("escape", "home", "Home", id="welcome.home", tooltip="To the list of rollouts, which is empty"),
    ]

    def __init__(self, settings_path: str) -> None:
        super().__init__()
        self._settings_path = settings_path

    def compose(self) -> ComposeResult:
        """A few short paragraphs; the keys are beside what they do."""
        yield TitleBar("Welcome")
        with VerticalScroll(id="welcome"):
            yield Static(line(("Roll out an AI model by the book", "strong")))
            yield Static(
                "This app takes a new model behind a feature flag through the Model Rollout Guide: the checklist, the "
                "plan issues, then the flag in phases. It shows every change before it makes it, makes it once, and "
                "keeps the history.",
                markup=False,
            )
            yield Static(line(("enter  ", "accent"), ("Try it on the sandbox", "strong")), classes="way")
            yield Static(
                "A small GitLab of its own on this machine, with people, a project and a feature flag. Nothing leaves "
                "the machine, and a sample rollout is ready to go through.",
                classes="text",
                markup=False,
            )
            yield Static(line(("       ", ""), ("Connect to GitLab", "strong")), classes="way")
            yield Static(styled(self._connect()), classes="text")
        yield KeyBar()

    def _connect(self) -> str:
        return (
            "Set GITLAB_URL and GITLAB_TOKEN and start again. The token needs the scope api; instance feature flags "
            "need an administrator's token (with Admin Mode on, also admin_mode).\n"
            "Or name a section of python-gitlab's own configuration file in the settings: "
            f"{self._settings_path}. Tokens never go into files of this app. `rollout-tui doctor` checks it all."
        )

    def action_sample(self) -> None:
        """A sample on the sandbox."""
        self.answer("sample")

    def action_new(self) -> None:
        """Choose."""
        self.answer("new")

    def action_home(self) -> None:
        """The empty list."""
        self.answer("home")
