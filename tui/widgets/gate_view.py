"""Gates as rows: who is in, what changes gate by gate, and the calls one after the other."""

from __future__ import annotations

from collections.abc import Iterable

from tui.domain.audience import Labels, gains, loses, who
from tui.domain.gates import OFF, Call, Gates, Route, tidy
from tui.domain.planning.instance_target import summary
from tui.widgets.outline import BLANK, Row, heading
from tui.widgets.present import Tone, line

_NAME = 22
"""Cells for the longest name of a gate, `percentage of actors`, and a gap."""

_PEOPLE, _LISTS = ("actors", "users"), ("groups", "user lists")
"""The gates that hold names, as a flag of the instance and one of a project call them."""

_WORD = 10
"""Cells for `In after` and a gap."""


def effect_rows(before: Gates, after: Gates, labels: Labels) -> list[Row]:
    """In now, in after, gains and loses, one row each."""
    gained, lost = gains(before, after, labels), loses(before, after, labels)
    return [
        _pair("In now", who(before, labels)),
        _pair("In after", who(after, labels), "strong"),
        _pair("Gains", gained or "nobody", "success" if gained else "muted"),
        _pair("Loses", lost or "nobody", "error" if lost else "muted"),
    ]


def _pair(word: str, text: str, tone: Tone = "") -> Row:
    return Row(line("  ", (word.ljust(_WORD), "muted"), (text, tone)), hang=_WORD + 2)


def gate_rows(gates: Gates, labels: Labels) -> list[Row]:
    """The gates as they are, one row each; closed ones muted."""
    return [
        _gate(name, value, "muted" if value in {"–", "0 %", "false"} else "") for name, value in _values(gates, labels)
    ]


def gate_diff_rows(before: Gates, after: Gates, labels: Labels) -> list[Row]:
    """Each gate before and after. People are listed as `+alice` and `-bob`, so that nobody is overlooked."""
    rows = []
    for (name, old), (_, new) in zip(_values(before, labels), _values(after, labels), strict=True):
        if old == new:
            rows.append(_gate(name, old, "muted"))
        elif name in {*_PEOPLE, *_LISTS}:
            rows.append(_set_diff(name, *_sets(name, before, after, labels)))
        else:
            rows.append(_arrow(name, old, new))
    return rows


def _sets(name: str, before: Gates, after: Gates, labels: Labels) -> tuple[list[str], list[str], list[str]]:
    old, new = (before.actors, after.actors) if name in _PEOPLE else (before.groups, after.groups)
    plain = Labels(labels.names)
    return plain.actors(old & new), plain.actors(new - old), plain.actors(old - new)


def _set_diff(name: str, kept: list[str], added: list[str], removed: list[str]) -> Row:
    words: list[tuple[str, Tone]] = [
        ("  ", ""),
        (name.ljust(_NAME), ""),
        (", ".join([*kept, *removed]) or "–", "muted"),
        ("  →", "muted"),
    ]
    changes: list[tuple[str, Tone]] = [(f"+{one}", "success") for one in added]
    changes += [(f"-{one}", "error") for one in removed]
    for change in changes:
        words.extend([("  ", ""), change])
    return Row(line(*words), hang=_NAME + 2)


def _arrow(name: str, old: str, new: str) -> Row:
    return Row(line("  ", name.ljust(_NAME), (old, "muted"), ("  →  ", "muted"), (new, "strong")), hang=_NAME + 2)


def _gate(name: str, value: str, tone: Tone) -> Row:
    return Row(line("  ", (name.ljust(_NAME), tone), (value, tone)), hang=_NAME + 2)


def _values(gates: Gates, labels: Labels) -> list[tuple[str, str]]:
    """The name and the value of each gate; the deprecated percentage of time is always there to be seen as zero."""
    project = bool(labels.place)
    return [
        ("everybody" if project else "boolean", str(gates.boolean).lower()),
        (_PEOPLE[project], ", ".join(Labels(labels.names).actors(gates.actors)) or "–"),
        (_LISTS[project], ", ".join(sorted(gates.groups)) or "–"),
        (f"percentage of {_PEOPLE[project]}", f"{tidy(gates.percentage_of_actors)} %"),
        ("percentage of time", f"{tidy(gates.percentage_of_time)} %"),
    ]


def call_rows(route: Route, labels: Labels) -> list[Row]:
    """The calls, numbered, with who is in after each; a moment of off for everybody is marked."""
    rows: list[Row] = []
    gates = list(zip(route.calls, route.after, strict=True))
    for number, (call, after) in enumerate(gates, start=1):
        dip = after == OFF and number < len(gates)
        mark: tuple[str, Tone] = ("! ", "warning") if dip else ("  ", "")
        rows.append(Row(line(mark, (f"{number}. ", "muted"), _words(call, labels)), hang=5))
        inside = "off for everybody until the next call" if dip else f"in then: {who(after, labels)}"
        rows.append(Row(line("     ", (inside, "warning" if dip else "muted")), hang=5))
    return rows


def _words(call: Call, labels: Labels) -> str:
    return summary(call, "the flag", dict(labels.names), labels.unit)


def gates_title(flag: str, place: str = "", *, attested: bool) -> str:
    """What the gates of a flag are headed by: nobody must take what was said for what was read."""
    if place:
        return f"Strategies of {flag} for {place}"
    return f"Gates of {flag}, attested" if attested else f"Gates of {flag}"


def route_rows(route: Route, flag: str, labels: Labels, *, attested: bool = False) -> Iterable[Row]:
    """Effect and gates of a route under their titles, with the calls when there is more than one."""
    yield from effect_rows(route.start, route.end, labels)
    yield BLANK
    yield heading(gates_title(flag, labels.place, attested=attested))
    yield from gate_diff_rows(route.start, route.end, labels)
    if len(route.calls) > 1:
        yield BLANK
        yield heading(f"{len(route.calls)} calls, one after the other")
        yield from call_rows(route, labels)
