"""What holds for every screen: help, keys with an id and a tooltip, nothing dangerous with priority."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from textual.binding import Binding
from textual.dom import DOMNode
from textual.screen import ModalScreen, Screen

import screens
import tui.widgets
from tui.app import RolloutApp
from tui.store.assets import asset
from tui.widgets.base_screen import BaseScreen
from tui.widgets.form import Form

ROOT = Path(tui.widgets.__file__).parents[2]


def ours() -> Iterator[type[DOMNode]]:
    """All classes of ours that Textual draws, and the app."""
    for package in (screens, tui.widgets):
        for module in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
            for _, kind in inspect.getmembers(importlib.import_module(module.name), inspect.isclass):
                if issubclass(kind, DOMNode) and kind.__module__ == module.name:
                    yield kind
    yield RolloutApp


NODES = sorted(set(ours()), key=lambda kind: kind.__name__)
SCREENS = [kind for kind in NODES if issubclass(kind, Screen) and kind.__module__.startswith("screens.")]
WHOLE = [kind for kind in SCREENS if not issubclass(kind, ModalScreen)]


def bindings(kind: type[DOMNode]) -> Iterator[Binding]:
    """The bindings that a class itself declares."""
    yield from (one for one in vars(kind).get("BINDINGS", ()) if isinstance(one, Binding))


@pytest.mark.parametrize("kind", NODES, ids=lambda kind: kind.__name__)
def test_every_key_has_an_id_and_says_what_it_does(kind: type[DOMNode]) -> None:
    assert all(isinstance(one, Binding) for one in vars(kind).get("BINDINGS", ())), "a binding is only a tuple"
    for one in bindings(kind):
        assert one.id, f"{one.key} has no id"
        assert one.tooltip, f"{one.id} has no tooltip"
        assert "[" not in one.tooltip + one.description, "the palette reads tooltips as markup"
        assert not one.priority or one.action == "quit" or kind is Form, f"{one.id} would fire through a dialog"


def test_no_two_keys_share_an_id() -> None:
    ids = [one.id or one.key for kind in NODES for one in bindings(kind)]
    assert sorted(ids) == sorted(set(ids))


@pytest.mark.parametrize("kind", WHOLE, ids=lambda kind: kind.__name__)
def test_every_screen_has_a_help_page(kind: type[Screen[object]]) -> None:
    assert issubclass(kind, BaseScreen)
    page = asset(f"help/{kind.HELP}.md")
    assert kind.HELP
    assert len(page.read_text(encoding="utf-8").strip().splitlines()) >= 3
    assert max(len(line) for line in page.read_text(encoding="utf-8").splitlines()) <= 130


def test_markup_is_never_made_from_data() -> None:
    """Toasts read markup unless told otherwise."""
    for path in [*(ROOT / "tui").rglob("*.py"), *(ROOT / "screens").glob("*.py")]:
        for call in re.findall(r"\.notify\((?:[^()]|\([^()]*\))*\)", path.read_text(encoding="utf-8")):
            assert "markup=False" in call, f"{path.name}: {call}"
