"""The ways back as rows: a list of them, and what the one under the cursor comes to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from tui.domain import duration
from tui.domain.audience import Labels
from tui.domain.by_hand import by_hand, rails
from tui.domain.gates import OFF
from tui.domain.guide import Guide
from tui.domain.history import TOLD
from tui.domain.lifecycle import state_of
from tui.domain.text import counted, listing
from tui.domain.waits import SPREAD
from tui.domain.ways_back import DIRECT, Outcome, Way
from tui.widgets.gate_view import call_rows, effect_rows, gate_diff_rows, gates_title
from tui.widgets.outline import Row, heading, joined
from tui.widgets.present import Tone, line, moment

_GLYPHS: dict[str, tuple[str, Tone]] = {
    "hold": ("‖", "warning"),
    "repair": ("←", "accent"),
    "step-back": ("←", "accent"),
    "undo": ("↺", "accent"),
    "roll-back": ("○", "warning"),
    "abandon": ("–", "warning"),
}
_NAMED = {"people": "named people", "feature-group": "members only"}
"""What a step back leaves, by the audience of its phase."""

_GAP = "For a moment the flag is off for everybody, the team too: from the first call until each call gives it back."
_ALL = "Off is off for everybody: for the team and the members too."
_WHOLE = "At no moment is it off for anybody who stays in."
_AGAIN = (
    "GitLab's change management asks for a change issue before a flag is opened again that was rolled back for what "
    "users saw."
)


@dataclass(frozen=True)
class Look:
    """What the rows need besides the outcome: words for actors, how to reach GitLab by hand, what was read."""

    labels: Labels
    url: str = ""
    prefix: str = ""
    target: str = "instance"
    attested: bool = False


def way_rows(ways: Iterable[Way], guide: Guide) -> list[Row]:
    """One row for each way; those that are not possible now say why."""
    return [_way(way, guide) for way in ways]


def _way(way: Way, guide: Guide) -> Row:
    glyph, tone = _GLYPHS[way.action]
    if way.refused:
        return Row(line((f"{glyph} {way.title}: {way.refused}", "muted")), way.key, 2)
    phase = guide.phase(way.goal.phase) if way.goal and way.action == "step-back" else None
    note = _NAMED.get(phase.audience, "") if phase else ""
    return Row(line((f"{glyph} ", tone), way.title, (f"  {note}" if note else "", "muted")), way.key, 2)


def outcome_rows(way: Way, found: Outcome, look: Look) -> list[Row]:
    """What the way comes to: who is in, the gap, how soon, what it asks for next time, what stays, how by hand."""
    still = way.action in TOLD
    effect = [_STAYS] if still else [*effect_rows(found.route.start, found.route.end, look.labels), *_gap(found)]
    return joined(
        [heading(way.title), *_blocks(way, found), *effect],
        [] if still else [heading("How soon"), *_soon(look)],
        [heading("After that"), *_then(way, found)],
        _remarks(found),
        [] if still or not found.kept else [heading("Not touched"), *(_said("–", "muted", one) for one in found.kept)],
        [] if still else _gates(found, look),
        _sent(found),
        [] if still else _hand(found, look),
    )


def _said(glyph: str, tone: Tone, text: str, after: str = "") -> Row:
    return Row(line("  ", (f"{glyph} ", tone), text, (after, "muted")), hang=4)


_STAYS = _said("○", "muted", "The flag stays as it is, and nobody goes on before the rollout is resumed.")


def _blocks(way: Way, found: Outcome) -> list[Row]:
    if way.refused:
        return [_said("–", "muted", f"Not possible now: {way.refused}")]
    return [_said("✗", "error", one.text, "  blocks") for one in found.plan.blocked]


def _gap(found: Outcome) -> list[Row]:
    if not found.route.after:
        return [_said("○", "muted", "The gates are so already: only the rollout's place changes.")]
    if found.route.end == OFF:
        return [_said("!", "warning", _ALL)]
    return [_said("!", "warning", _GAP)] if found.route.dips else [_said("✓", "success", _WHOLE)]


def _soon(look: Look) -> list[Row]:
    if look.target == "project":
        return [_said("○", "muted", "The application: when its own client asks GitLab for the flag again")]
    spread, direct = duration.words(SPREAD), duration.words(DIRECT)
    first = "run" if look.target == "chatops" else "answered"
    return [
        _said("○", "muted", "All of GitLab's processes: ", f"{spread} after the last call is {first} (their caches)"),
        _said("○", "muted", "Who is connected to the model directly: ", f"up to {direct} (until the token ends)"),
    ]


def _then(way: Way, found: Outcome) -> list[Row]:
    then, state = found.then, state_of(found.then)
    rows = []
    if state in {"held", "abandoned", "finished"}:
        rows.append(_said("‖", "warning", "Nobody goes on before the rollout is resumed, which the history tells."))
    if found.again:
        steps = f"{counted(len(found.again), 'step')} once more: {listing([one.title for one in found.again])}"
        rows.append(_said("○", "muted", steps, "; to pass over one asks for a reason"))
    at = then.due_at()
    if then.next and at and way.action not in TOLD:
        wait = duration.words(at - then.since) if then.since else ""
        rows.append(_said("○", "muted", f"The wait begins anew: {wait} until {then.next.title}", _from(at)))
    if then.next:
        rows += [_said("○", "muted", f"Asked for before {then.next.title}: {one.text}") for one in found.asks]
    if way.action not in {*TOLD, "repair"}:
        rows.append(_said("○", "muted", _AGAIN))
    return rows


def _from(at: datetime) -> str:
    return f" (at {moment(at)} UTC, were it done now)"


def _remarks(found: Outcome) -> list[Row]:
    told = [one for one in found.plan.warnings if not one.startswith("Between two calls")]
    return [heading("To know"), *(_said("!", "warning", one) for one in told)] if told else []


def _gates(found: Outcome, look: Look) -> list[Row]:
    route = found.route
    rows = [
        heading(gates_title(found.plan.flag, look.labels.place, attested=look.attested)),
        *gate_diff_rows(route.start, route.end, look.labels),
    ]
    if len(route.calls) > 1:
        calls = f"{len(route.calls)} calls, one after the other"
        rows = joined(rows, [heading(calls), *call_rows(route, look.labels)])
    return rows


def _sent(found: Outcome) -> list[Row]:
    changes = found.plan.changes
    if not changes:
        return []
    title = f"{counted(len(changes), 'change')}, after the review"
    return [heading(title), *(_said(f"{place}.", "muted", one.summary) for place, one in enumerate(changes, start=1))]


def _hand(found: Outcome, look: Look) -> list[Row]:
    ways = [(name, lines) for name, lines in hand_lines(found, look) if lines]
    rows = [heading("By hand, should this program be in the way")] if ways else []
    for name, lines in ways:
        rows.append(Row(line("  ", (name, "muted"))))
        rows += [Row(line("    ", one), hang=6) for text in lines for one in text.splitlines()]
    return rows


def hand_lines(found: Outcome, look: Look) -> Sequence[tuple[str, list[str]]]:
    """The same by curl, chat command and Rails console, as far as each can say it; texts of one or more lines."""
    gates = [one for one in found.plan.changes if one.is_gate]
    curls = [by_hand(one, "curl", look.url) for one in gates]
    chats = [by_hand(one, "chat", look.url, look.prefix) for one in gates]
    console = [rails(found.plan.flag, call) for call in found.route.calls]
    said = (("curl", curls), ("chat", chats), ("Rails console", console))
    return [(name, lines if all(lines) else []) for name, lines in said]
