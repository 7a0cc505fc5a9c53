"""The end of an apply as rows: what came of it, what stopped it, and what can be done."""

from __future__ import annotations

from tui.domain.errors import RolloutError
from tui.domain.operation import Outcome
from tui.runtime.apply import ApplyResult
from tui.widgets.outline import Row
from tui.widgets.present import Tone, line

PROCEED = "proceed"
REPLAN = "replan"
"""The keys of the rows on which Enter does what the row says."""

_WORDS: dict[Outcome, tuple[str, str]] = {
    "done": ("Applied", ""),
    "running": ("Not ended", "Look again: a new plan tells what is there."),
    "stopped": (
        "Stopped before its end",
        "What was confirmed stays. A new plan looks at what is there and does only the rest.",
    ),
    "rejected": (
        "GitLab refused a change",
        "What was confirmed stays. Put right what it says, then make a new plan: it does only the rest.",
    ),
    "unknown": (
        "The outcome of a change is unknown",
        "It was sent and no answer came: it may be there or not. A new plan looks for it first; nothing is sent twice.",
    ),
    "stale": (
        "GitLab is not as the plan saw it",
        "Somebody else changed it. Nothing more was written. Make a new plan and review it.",
    ),
}


_COMMAND_WORDS: dict[Outcome, tuple[str, str]] = {
    "rejected": (
        "A chat command did not work",
        "What ran stays.",
    ),
    "stopped": (
        "Stopped before its end",
        "Nobody said whether the last command ran. A new plan shows it again; run twice it does what once does.",
    ),
}
"""The words where it was a chat command that ended it: nothing was sent by this program."""


def _words(result: ApplyResult) -> tuple[str, str]:
    ended = any(one.kind == "run-command" and one.state in {"rejected", "unknown"} for one in result.operations)
    return _COMMAND_WORDS.get(result.outcome, _WORDS[result.outcome]) if ended else _WORDS[result.outcome]


def end_words(result: ApplyResult) -> str:
    """The end in a few words."""
    return _words(result)[0]


def end_look(outcome: Outcome) -> tuple[str, Tone]:
    """The glyph of an end: only a refusal is a failure, the others ask for a look."""
    if outcome == "done":
        return "✓ ", "success"
    if outcome == "unknown":
        return "? ", "warning"
    return ("✗ ", "error") if outcome == "rejected" else ("! ", "warning")


def done_look(result: ApplyResult) -> tuple[str, Tone]:
    """The glyph of an apply that is done: it is no success as long as nobody has looked what another one did."""
    return ("! ", "warning") if _crossed(result) else ("✓ ", "success")


def done_words(result: ApplyResult) -> str:
    """What to add to it in the headline."""
    return ": somebody else was at it too" if _crossed(result) else ""


def _crossed(result: ApplyResult) -> bool:
    return result.entry is not None and bool(result.entry.meanwhile)


def result_rows(result: ApplyResult) -> list[Row]:
    """Reason, advice and keys of an end that was not the plan's; remarks in any case."""
    rows: list[Row] = []
    if result.outcome == "done":
        rows.append(_key("n", "goes on to the rollout", PROCEED))
    else:
        glyph, tone = end_look(result.outcome)
        rows += _rows(glyph, tone, result.reason)
        rows += [Row(line("  ", _words(result)[1]), hang=2), *_ways_out()]
    rows += [_row("! ", "warning", remark) for remark in result.remarks]
    return rows + [Row(line("  ", (told, "muted")), hang=2) for told in result.told]


def failure_rows(error: RolloutError) -> list[Row]:
    """An error that kept the apply from running to its end."""
    rows = _rows("✗ ", "error", str(error))
    if error.hint:
        rows.append(Row(line("  ", error.hint), hang=2))
    return [*rows, *_ways_out()]


def _ways_out() -> list[Row]:
    return [_key("r", "makes a new plan", REPLAN), _key("escape", "leaves it as it is")]


def _rows(glyph: str, tone: Tone, text: str) -> list[Row]:
    """A row for each line of the text; only the first has the glyph."""
    return [
        _row("  " if number else glyph, tone, one.strip())
        for number, one in enumerate(text.splitlines())
        if one.strip()
    ]


def _row(glyph: str, tone: Tone, text: str) -> Row:
    return Row(line((glyph, tone), text), hang=2)


def _key(key: str, text: str, row_key: str = "") -> Row:
    return Row(line("  ", (key, "accent"), f" {text}"), row_key)
