"""The two themes, made from one palette each, and what every screen's styles may count on."""

from __future__ import annotations

from typing import ClassVar, TypeVar

from textual.app import App
from textual.binding import Binding
from textual.theme import Theme

from tui.store.assets import asset

DARK = "rollout-dark"
LIGHT = "rollout-light"

Result = TypeVar("Result")


def _theme(name: str, *, dark: bool, muted: str, rule: str, cursor: str, colours: dict[str, str]) -> Theme:
    variables = {
        "muted": muted,
        "rule": rule,
        "cursor": cursor,
        "sandbox": "#e5b567",
        "on-sandbox": "#11141b",
        "production": "#b3261e",
        "on-production": "#ffffff",
        "input-cursor-background": colours["primary"],
        "input-cursor-foreground": colours["background"],
        "scrollbar": rule,
        "scrollbar-hover": muted,
        "scrollbar-active": colours["primary"],
        "scrollbar-background": colours["background"],
        "scrollbar-background-hover": colours["background"],
        "scrollbar-background-active": colours["background"],
        "scrollbar-corner-color": colours["background"],
    }
    return Theme(
        name=name,
        dark=dark,
        variables=variables,
        primary=colours["primary"],
        secondary=colours["secondary"],
        accent=colours["primary"],
        foreground=colours["foreground"],
        background=colours["background"],
        surface=colours["surface"],
        panel=colours["panel"],
        success=colours["success"],
        warning=colours["warning"],
        error=colours["error"],
    )


THEMES = (
    _theme(
        DARK,
        dark=True,
        muted="#7d879c",
        rule="#2c3547",
        cursor="#25324d",
        colours={
            "primary": "#7aa7ff",
            "secondary": "#b69cf5",
            "foreground": "#d5dbe8",
            "background": "#11141b",
            "surface": "#171c26",
            "panel": "#1f2633",
            "success": "#8fce7a",
            "warning": "#e5b567",
            "error": "#f2777a",
        },
    ),
    _theme(
        LIGHT,
        dark=False,
        muted="#5f6b80",
        rule="#c9d1de",
        cursor="#d6e4ff",
        colours={
            "primary": "#1f5fd1",
            "secondary": "#6b46c1",
            "foreground": "#1d2433",
            "background": "#f7f8fb",
            "surface": "#eef1f6",
            "panel": "#e2e7ef",
            "success": "#2f7d1f",
            "warning": "#8a5a00",
            "error": "#b3261e",
        },
    ),
)


class ThemedApp(App[Result]):
    """An app with our themes and common styles: the real one and those of the tests."""

    CSS_PATH: ClassVar = [asset("styles/app.tcss")]
    ENABLE_COMMAND_PALETTE = True

    def __init__(self, theme: str = "") -> None:
        super().__init__()
        for one in THEMES:
            self.register_theme(one)
        self.theme = theme if theme in {one.name for one in THEMES} else DARK

    def get_key_display(self, binding: Binding) -> str:
        """Textual's way, but Enter in letters: not every font has its sign."""
        return "enter" if binding.key == "enter" and not binding.key_display else super().get_key_display(binding)

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """What our styles name and a theme of Textual's own does not define."""
        return THEMES[0].variables
