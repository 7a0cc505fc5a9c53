"""What others did to the same flag while a step was applied, from the entries that they noted on the plan issue.

`true` answers the same whatever was there before, and a percentage replaces whatever percentage was there: the answer
to such a call cannot tell that somebody has just taken access away. Their note can. Each apply notes its step first and
looks at the notes then, so of two that cross at least the one that is later sees the other.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from tui.domain.audience import Labels, who
from tui.domain.gates import Gates
from tui.domain.history import ACTION_WORDS, BACK, TOLD, Entry
from tui.domain.steps import named
from tui.domain.text import one_line, shorten

_SHOWN = 120
"""Characters of a reason that are shown."""


def crossing(own: Entry, noted: Iterable[Entry], known: Collection[str]) -> tuple[Entry, ...]:
    """The steps that crossed `own`, oldest first: of the same flag, not `known` when it was planned, and for others.

    Who did the same is no surprise; who put the rollout on hold is.
    """
    others = [
        one
        for one in noted
        if one.flag == own.flag
        and one.rollout == own.rollout
        and one.id not in known
        and one.id != own.id
        and (one.action == "hold" or (one.action not in TOLD and not one.gates_after.same_audience(own.gates_after)))
    ]
    return tuple(sorted({one.id: one for one in others}.values(), key=lambda one: (one.at, one.id)))


def told(crossed: Entry) -> str:
    """A sentence about one of them."""
    place = named(crossed.phase, crossed.step)
    did = f"{ACTION_WORDS[crossed.action]}, {place}" if place else ACTION_WORDS[crossed.action]
    left = "" if crossed.action in TOLD else f", in then: {who(crossed.gates_after, Labels(crossed.names))}"
    why = f" (“{shorten(crossed.reason, _SHOWN)}”)" if crossed.reason else ""
    return one_line(f"While this was applied, {crossed.operator} noted at {crossed.at:%H:%M} UTC: {did}{left}{why}.")


def outcome(own: Entry, crossed: Iterable[Entry], now: Gates | None) -> str:
    """What has come of the crossing, and what to do about it. `now` is what GitLab shows, None where it does not."""
    who_now = who(now, Labels(own.names)) if now is not None else ""
    shown = (
        f"GitLab shows in now: {who_now} (a reading may be a minute old)."
        if who_now
        else "GitLab did not say who is in."
    )
    less = [one for one in (own, *crossed) if one.action in BACK]
    if not any(now is None or not now.within(one.gates_after) for one in less):
        return f"{shown} Look again before you go on."
    way = f"b on the rollout screen leads back, rollout-tui panic {own.flag} turns it off for everybody"
    return f"{shown} Access that was taken away may be back: ask each other; {way}."
