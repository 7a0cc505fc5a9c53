"""All that a plan is computed from, and what follows from it directly."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property

from tui.domain.as_left import Broken, Unlike, last_set, unlike
from tui.domain.audience import Labels
from tui.domain.chatops import CHAT, Chat
from tui.domain.concerns import Concern
from tui.domain.draft import Draft, IssueDraft
from tui.domain.gates import OFF, ActorName, Gates
from tui.domain.guide import Guide, Phase
from tui.domain.history import Entry
from tui.domain.lease import Lease
from tui.domain.observed import FlagSeen, Observed
from tui.domain.progress import Goal, Progress, progress
from tui.domain.requirements import Facts
from tui.domain.steps import ISSUES, ActorKey, Step, beyond, ladder, wanted
from tui.domain.strategies import NO_LISTS
from tui.domain.template import Vocabulary
from tui.domain.text import one_line
from tui.domain.verdict import Verdict


@dataclass(frozen=True)
class Situation:
    """Draft, guide, skeletons by file name, what GitLab said, the history so far (oldest first), and the time.

    `gates_before` and `gates_wanted` are set when an apply of the same step was broken off: the gates before its first
    call, and those it was on the way to; `adopted` are its changes that were found to be there, `refused` what GitLab
    answered to its requests. `chat` says how the chat bot is called, `vocabulary` what headings and placeholders of the
    project's templates mean. `concerns` speak against opening the flag further at `now`; `lead` is who
    has the lead of the rollout, or had it last; `broken` is an apply of ours that is not done.
    """

    draft: Draft
    guide: Guide
    skeletons: Mapping[str, str]
    observed: Observed
    entries: tuple[Entry, ...]
    now: datetime
    reason: str = ""
    verdict: Verdict | None = None
    gates_before: Gates | None = None
    gates_wanted: Gates | None = None
    refused: tuple[str, ...] = ()
    chat: Chat = CHAT
    vocabulary: Vocabulary = field(default_factory=Vocabulary)
    adopted: tuple[str, ...] = ()
    concerns: tuple[Concern, ...] = ()
    lead: Lease | None = None
    broken: Broken | None = None

    @cached_property
    def steps(self) -> tuple[Step, ...]:
        """The rollout's steps."""
        return ladder(self.draft, self.guide)

    @cached_property
    def progress(self) -> Progress:
        """Where the rollout is."""
        return progress(self.steps, self.entries)

    @property
    def noted(self) -> tuple[Entry, ...]:
        """The history that everybody has: an entry from before there was a plan issue is on one machine only."""
        return tuple(one for one in self.entries if one.note_url)

    @cached_property
    def names(self) -> Mapping[ActorKey, ActorName]:
        """How the flag's actors are called and kept. A project's flag keeps the names of users themselves."""
        if self.draft.flag.target != "project":
            return self.observed.names
        users = (name for step in self.steps for name in step.users)
        return {("user", name): ActorName("user", name, name) for name in users}

    def asked(self, step: Step) -> Gates:
        """The gates that a step asks for by itself: its own audience and those of the steps before it."""
        return self.spelled(wanted(self.steps, step, self.names))

    def beyond(self, step: Step) -> Gates:
        """What only the steps after `step` ask for."""
        return self.spelled(beyond(self.steps, step, self.names))

    @cached_property
    def lists_taken(self) -> bool:
        """Whether a project's flag takes user lists here: older servers do not, as their flags or a refusal show."""
        flag = self.observed.flag(self.draft.flag.name).project
        if flag is not None and flag.lists is not None:
            return flag.lists
        return not any(NO_LISTS in one.lower() for one in self.refused)

    def spelled(self, gates: Gates) -> Gates:
        """The gates with the members of user lists one by one where the lists themselves are not taken."""
        if self.draft.flag.target != "project" or self.lists_taken:
            return gates
        known = gates.groups & self.observed.user_lists.keys()
        members = {one_line(user) for name in known for user in self.observed.user_lists[name].members}
        return replace(gates, actors=gates.actors | members, groups=gates.groups - known)

    @cached_property
    def labels(self) -> Labels:
        """Words for actors: the people of the guide's first audience are the team."""
        people = {phase.id for phase in self.guide.phases if phase.audience == "people"}
        team = {key for step in self.steps if step.phase in people for key in step.actor_keys}
        names = {name.ref: word(key) for key, name in self.names.items()}
        refs = frozenset(self.names[key].ref for key in team if key in self.names)
        spec = self.draft.flag
        if spec.target == "project":
            return Labels(names, refs, place=spec.environment or "all environments")
        return Labels(names, refs, f"{spec.actor}s")

    @cached_property
    def facts(self) -> Facts:
        """What requirements ask of the world."""
        flag = self.observed.flag(self.draft.flag.name)
        return Facts(
            slots=frozenset(self.observed.issues),
            reached=frozenset(phase.id for phase in self.guide.phases if self._reached(phase)),
            flag_defined=flag.defined,
            flag_exists=flag.exists,
            similar=self.observed.similar,
            told=tuple(one for entry in self.entries for one in entry.feedback),
        )

    def _reached(self, phase: Phase) -> bool:
        """By the history, which may have skipped it with a reason, or since GitLab has its whole audience in it."""
        if self.progress.reached(phase.id):
            return True
        steps = [step for step in self.steps if step.phase == phase.id]
        if steps and all(step.key in self.progress.skipped for step in steps):
            return True
        if not steps or phase.audience == "everyone":
            return False
        asked = self.asked(steps[-1])
        gates = self.observed.flag(steps[-1].flag).gates
        return not gates.everybody and bool(asked.actors or asked.groups) and asked.within(gates)

    def shown(self, name: str) -> Gates:
        """The gates of a flag as GitLab says them; as the history has them where they could not be read."""
        seen = self.observed.flag(name)
        last = last_set(name, self.entries) if seen.unread else None
        return last.gates_after if last else seen.gates

    @cached_property
    def left_open(self) -> Mapping[str, Gates]:
        """Flags that the history has opened, that are on still, and that the draft does not name any more."""
        own = {self.draft.flag.name, *(step.flag for step in self.steps)}
        last = {name: last_set(name, self.entries) for name in {one.flag for one in self.entries} - own}
        known = {name: one.gates_after for name, one in sorted(last.items()) if one} | dict(self.observed.former)
        return {name: gates for name, gates in known.items() if gates != OFF}

    def unlike(self, flag: FlagSeen) -> Unlike | None:
        """Why the flag is not as the history says; None when it is."""
        return unlike(flag, self.entries, self.labels, self.broken)

    def goal(self, phase: str = "", step: str = "") -> Goal | None:
        """What is asked for by words; without words the next step that is due. None when nothing is left or known."""
        return self.progress.goal(phase, step)

    def slots(self, goal: Goal) -> tuple[IssueDraft, ...]:
        """The plan issues that belong to the goal, as drafted or by the guide's defaults, in the guide's order."""
        phase = self.guide.phase(goal.phase)
        found: list[IssueDraft] = []
        for kind in (issue.kind for issue in self.guide.issues):
            drafted = [one for one in self.draft.issues if one.kind == kind]
            mine = [one for one in drafted if goal.phase == ISSUES or one.phase in {"", goal.phase}]
            found.extend(one for one in mine if not one.skip)
            asked = self._asked(kind, phase, goal)
            if asked and not mine:
                found.append(IssueDraft(kind=kind))
        return tuple(found)

    def _asked(self, kind: str, phase: Phase | None, goal: Goal) -> bool:
        if goal.phase == ISSUES:
            return any(kind in one.issues for one in self.guide.phases)
        return phase is not None and kind in phase.issues


def word(key: ActorKey) -> str:
    """An actor as an operator says it: a username alone, anything else with its sort."""
    parameter, name = key
    return name if parameter == "user" else f"{parameter} {name}"
