"""The report in the description of a plan issue: state, timeline, exposure, what happened and why, announcements.

It is a function of what is recorded and of nothing else (not of the time of day), so that the same history gives the
same text on every machine, and a description that is up to date is left alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tui.domain import markdown, timeline
from tui.domain.announcing import comment, posts
from tui.domain.audience import GAP, Labels, who
from tui.domain.draft import Draft
from tui.domain.exposure import chart, points
from tui.domain.gates import tidy
from tui.domain.heard import as_list, latest
from tui.domain.history import BACK, TOLD, Action, Entry
from tui.domain.lease import Lease
from tui.domain.lifecycle import State, state_of
from tui.domain.progress import Progress, progress
from tui.domain.steps import ISSUES, OFF_PHASE, Step, named
from tui.domain.text import counted, listing, lowered, sentence
from tui.domain.timeline import Stamp
from tui.domain.verdict import Verdict

WIDTH = 72
"""Cells of the chart: GitLab shows them without scrolling beside its sidebar."""

_LEAD = "**Lead:** "
_LEAD_LINE = re.compile(rf"^- {re.escape(_LEAD)}.*\n?", re.MULTILINE)

ROWS = 60
"""Rows of what happened, the last ones: a description is read, and the rest is in the comments."""


@dataclass(frozen=True)
class Source:
    """What the report is made from; `entries` oldest first, `lead` is who has the lead or had it last."""

    draft: Draft
    steps: Sequence[Step]
    entries: Sequence[Entry]
    lead: Lease | None = None


def report(source: Source) -> str:
    """The Markdown between the markers. It has no heading: a heading would cut the section of a template in two."""
    stamp = timeline.stamps(source.entries)
    parts = [_state(source, stamp), timeline.table(source.steps, source.entries)]
    drawn = _exposure(source)
    if drawn:
        parts += ["**Exposure** (share of all users, times in UTC)", drawn]
    happened = _happened(source, stamp)
    if happened:
        parts += ["**What happened**", happened]
    found = as_list(latest(one for entry in source.entries for one in entry.feedback))
    if found:
        parts += ["**What was found**", found]
    marks = comment(source.draft.announcement)
    return "\n\n".join([*parts, marks] if marks else parts)


def marked(source: Source) -> str:
    """The report between its markers, as a new description carries it."""
    return timeline.between(report(source))


def _state(source: Source, stamp: Stamp) -> str:
    here = progress(source.steps, source.entries)
    lines = [f"**State:** {_now(source, here, stamp)}"]
    last = next((one for one in reversed(source.entries) if _moves(one, source.draft)), None)
    if last is not None:
        lines.append(f"**In:** {markdown.inline(who(last.gates_after, labels(source.draft, last)))}")
    following = _next(here)
    if following:
        lines.append(f"**Next:** {following}")
    leader = "" if state_of(here) in _OVER else _leader(source)
    if leader:
        lines.append(f"{_LEAD}{leader}")
    lines.extend(_course(source, stamp))
    lines.extend(_announced(source.draft))
    return "\n".join(f"- {line}" for line in lines)


def _course(source: Source, stamp: Stamp) -> Iterable[str]:
    """How it went, in one line: since when, how often on, held and back, and by whom."""
    moves = [one for one in source.entries if one.phase != ISSUES]
    if moves:
        counts = {
            "step on": sum(one.action == "advance" for one in moves),
            "hold": sum(one.action == "hold" for one in moves),
            "way back": sum(one.action in BACK for one in moves),
        }
        told = [counted(number, word, _PLURAL.get(word)) for word, number in counts.items() if number]
        people = [markdown.inline(one) for one in dict.fromkeys(entry.operator for entry in moves)]
        yield f"**Course:** since {stamp(moves[0].at)} UTC {listing(told) or 'nothing has moved'}, by {listing(people)}"


_PLURAL = {"step on": "steps on", "way back": "ways back"}
_OPENING: frozenset[Action] = frozenset({"advance", "repair"})
_OVER: frozenset[State] = frozenset({"finished", "abandoned"})
_STATES: dict[State, str] = {
    "planned": "nobody is in yet",
    "ready": "nobody is in yet",
    "live": "**live**",
    "held": "**on hold**",
    "full": "**everybody is in**, to be finished after a day",
    "off": "**off for everybody**",
    "finished": "**finished**",
    "abandoned": "**abandoned**, off for everybody",
}


def _now(source: Source, here: Progress, stamp: Stamp) -> str:
    state = state_of(here)
    words = _STATES[state]
    if state == "live" and here.position is not None:
        words = f"**live** at {markdown.inline(here.position.title)}"
    if here.position is not None and state == "held":
        words += f" at {markdown.inline(here.position.title)}"
    said = here.held or here.finished or here.abandoned
    if said is None and state == "off":
        said = next((one for one in reversed(source.entries) if one.phase == OFF_PHASE), None)
    if said is not None:
        why = f": {markdown.inline(said.reason)}" if said.reason.strip() else ""
        return f"{words} since {stamp(said.at)} UTC by {markdown.inline(said.operator)}{why}"
    return f"{words} since {stamp(here.since)} UTC" if here.since and here.position else words


def _next(here: Progress) -> str:
    state, step = state_of(here), here.next
    if step is None or state in {"finished", "abandoned"}:
        return ""
    title = markdown.inline(sentence(step.title))
    if state == "held":
        return f"{title}, after the rollout is resumed"
    wait = here.position.wait if here.position else ""
    return f"{title}, after at least {markdown.inline(wait)}" if wait else title


def apart_from_lead(text: str) -> str:
    """A description without the line that says who has the lead."""
    return _LEAD_LINE.sub("", text)


def _leader(source: Source) -> str:
    """Who has the lead, without until when: each apply moves that on. Who opens the flag has the lead from then on."""
    openers = [one for one in source.entries if one.action in _OPENING]
    if not openers:
        return ""
    last, lead = openers[-1], source.lead
    if lead is None or (last is source.entries[-1] and not last.id):
        return markdown.inline(last.operator)
    if lead.released:
        return f"nobody; {markdown.inline(lead.holder)} gave it up at {timeline.minute(lead.until)} UTC"
    return markdown.inline(lead.holder)


def _announced(draft: Draft) -> Iterable[str]:
    told = draft.announcement
    for one in posts(told):
        by = f" by {markdown.inline(one.by)}" if one.by.strip() else ""
        where = f": {markdown.inline(one.url)}" if one.url.strip() else ""
        yield f"**Announced** in {markdown.inline(one.channel)} at {timeline.minute(one.at)} UTC{by}{where}"
    if told.unposted:
        yield f"**Not announced yet** in {', '.join(markdown.inline(one) for one in dict.fromkeys(told.unposted))}"


def labels(draft: Draft, entry: Entry) -> Labels:
    """Words for the actors in the gates of an entry."""
    spec = draft.flag
    if spec.target == "project":
        return Labels(entry.names, place=spec.environment or "all environments")
    return Labels(entry.names, unit=f"{spec.actor}s")


def _moves(entry: Entry, draft: Draft) -> bool:
    return entry.flag == draft.flag.name and entry.phase != ISSUES


def _exposure(source: Source) -> str:
    """The chart up to the last entry; one point alone is no course."""
    found = points(source.entries, source.draft.flag.name)
    if len(found) < 2:  # noqa: PLR2004 - a course has two ends
        return ""
    lines = chart(found, found[-1].at, WIDTH)
    return "\n".join(["```plaintext", *lines, "```"])


def _happened(source: Source, stamp: Stamp) -> str:
    moves = [one for one in source.entries if one.phase != ISSUES]
    entries = moves[-ROWS:]
    units = {one.metric: one.unit for one in source.draft.criteria}
    rows = [
        (stamp(one.at), markdown.cell(one.operator), _what(one, source.steps), _why(one, units) or "-")
        for one in entries
    ]
    if not rows:
        return ""
    table = markdown.table(("When (UTC)", "Who", "What", "Why, and what was seen of the step before"), rows)
    left = len(moves) - len(entries)
    return f"{table}\n\n{counted(left, 'earlier row is', 'earlier rows are')} in the comments." if left else table


_WHAT: dict[Action, str] = {
    "create-issues": "Created {place}",
    "advance": "Opened to {place}",
    "repair": "Put back as it was at {place}",
    "step-back": "Stepped **back** to {place}",
    "roll-back": "Rolled **back** to {place}",
    "undo": "**Undid** the last step: back to {place}",
    "skip": "Skipped {place}",
    "hold": "Put **on hold** at {place}",
    "resume": "Resumed at {place}",
    "finish": "**Finished** with {place}",
    "abandon": "**Abandoned**: {place}",
}


def _what(entry: Entry, steps: Sequence[Step]) -> str:
    step = next((one for one in steps if one.key == (entry.phase, entry.step)), None)
    place = markdown.cell(lowered(step.title) if step else _place(entry))
    words = _WHAT[entry.action].format(place=place)
    if GAP in entry.effect:
        words += " (off for everybody for a moment in between)"
    if entry.attested and entry.action not in TOLD:
        words += " (by chat command, as the operator says)"
    return words


def _place(entry: Entry) -> str:
    if entry.phase == OFF_PHASE:
        return "off for everybody"
    return "the plan issues" if entry.phase == ISSUES else named(entry.phase, entry.step)


def _why(entry: Entry, units: dict[str, str]) -> str:
    """The operator's own words first, then what the numbers said of the step before."""
    parts = [markdown.cell(entry.reason.strip().rstrip("."))] if entry.reason.strip() else []
    if entry.verdict:
        parts.append(_verdict(entry.verdict, units))
    return ". ".join(parts)


def _verdict(verdict: Verdict, units: dict[str, str]) -> str:
    words = f"Verdict **{verdict.decision.replace('-', ' ')}**"
    if verdict.decision != verdict.proposed:
        words += f" (the numbers propose to {verdict.proposed.replace('-', ' ')})"
    if verdict.incident:
        words += ", the provider has an incident"
    fired = "; ".join(markdown.cell(one) for one in verdict.fired)
    seen = ", ".join(
        markdown.cell(f"{name} {tidy(value)} {units.get(name, '')}".strip())
        for name, value in sorted(verdict.readings.items())
        if not any(name in one for one in verdict.fired)
    )
    told = "; besides ".join(filter(None, (fired, seen)))
    return f"{words}: {told}" if told else words
