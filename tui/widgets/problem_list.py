"""What is still open: one line that says how much, and a list from which Enter jumps to the field."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from textual.content import Content

from tui.domain.text import counted
from tui.domain.wizard import STEPS, Level, OpenItem, StepId
from tui.widgets.outline import Outline, Row
from tui.widgets.present import LOOKS, State, line

STATES: Mapping[Level, State] = {"error": "failed", "open": "open", "warning": "attention", "later": "waiting"}
WORDS: Mapping[Level, str] = {"error": "wrong", "open": "open", "warning": "check", "later": "later"}
TITLES: Mapping[StepId, str] = {step.id: step.title for step in STEPS}


class ProblemList(Outline):
    """The open items, those of this step first. Chosen keys are `step path`."""

    DEFAULT_CSS = "ProblemList { display: none; height: auto; max-height: 40%; background: $surface; }"

    def show(self, here: StepId, items: Sequence[OpenItem], wrong: Mapping[str, str]) -> None:
        """The items of the step `here` and then the others; `wrong` is what is typed there and not in the draft."""
        typed = [OpenItem(here, path, f"{text}; the draft keeps what it had", "error") for path, text in wrong.items()]
        own = [*typed, *(one for one in items if one.step == here)]
        rest = [one for one in items if one.step != here]
        rows = [*(_row(one, here) for one in own), *(_row(one, here) for one in rest)]
        self.set_rows(rows or [Row(line(("✓ ", "success"), "Nothing is open."))])


def _row(item: OpenItem, here: StepId) -> Row:
    look = LOOKS[STATES[item.level]]
    where = "" if item.step == here else f"{TITLES[item.step]} › "
    text = line((f"{look.glyph} {WORDS[item.level]:<6}", look.tone), (where, "muted"), item.text)
    return Row(text, key=f"{item.step} {item.path}", hang=8)


def summary(here: StepId, items: Sequence[OpenItem], wrong: Mapping[str, str]) -> Content:
    """One line on what is open in this step and elsewhere, the worst first."""
    own = [one for one in items if one.step == here and one.level != "later"]
    elsewhere = sum(one.step != here and one.level in {"error", "open"} for one in items)
    other = f"   {counted(elsewhere, 'open item')} in other steps" if elsewhere else ""
    if wrong:
        return line(("✗ ", "error"), f"{next(iter(wrong.values()))}; the draft keeps what it had")
    if not own:
        return line(("✓ ", "success"), "Nothing is open here.", (other, "muted"))
    look = LOOKS[STATES[own[0].level]]
    count = counted(len(own), "item")
    return line((f"{look.glyph} ", look.tone), f"{count} here: {own[0].text}", (other, "muted"))
