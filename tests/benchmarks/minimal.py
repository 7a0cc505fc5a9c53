"""The baseline: a Textual app with one Static, which a key changes."""

from __future__ import annotations

from textual.app import App, ComposeResult
from textual.events import Key
from textual.widgets import Static


class Minimal(App[None]):
    """READY, then READY and the number of keys."""

    count = 0

    def compose(self) -> ComposeResult:
        """One line."""
        yield Static("READY")

    def on_key(self, event: Key) -> None:
        """Show that a key came."""
        self.count += 1
        self.query_one(Static).update(f"READY {self.count}")


if __name__ == "__main__":
    Minimal().run()
