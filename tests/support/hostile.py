"""Text that has crashed or fooled terminal programs, as it could come from GitLab, a file or a colleague."""

from __future__ import annotations

STRINGS = (
    "[JIRA-1] x",
    "[/]",
    "[bold red]x",
    "[@click=app.quit]x[/]",
    "[foo='x",
    "select '[/foo]' as \"[/bar]\"",
    "$primary [$error]x",
    "\x1b]0;owned\x07",
    "\x1b[2J\x1b[31mred",
    "\x9b31mx",
    "a\u202eb\u2066c",
    "e" + "\u0301" * 40,
    "\u200b\ufeff",
    "漢字" * 90,
    "x" * 300,
    "line\nbreak\ttab\r\nend",
    "",
)

IDS = [f"hostile-{number}" for number in range(len(STRINGS))]


def harmless(text: str) -> bool:
    """Whether nothing in what is on screen can command a terminal or turn text around."""
    return not any((ord(one) < 32 and one != "\n") or one in "\x7f\x9b\u202e\u2066" for one in text)
