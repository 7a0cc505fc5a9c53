"""One look at GitLab: everything a plan is computed from, read side by side."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from tui.domain.attested import attested_flag
from tui.domain.carried_out import ME
from tui.domain.draft import Draft
from tui.domain.errors import Denied, GitLabError, NotAdmin, NotFound
from tui.domain.gates import ActorName, Gates
from tui.domain.guide import Guide
from tui.domain.history import Entry
from tui.domain.observed import FlagSeen, IssueSeen, Observed, ProjectSeen, Template, doubted
from tui.domain.operation import Operation
from tui.domain.quick_actions import QuickAction
from tui.domain.steps import ActorKey, ladder
from tui.runtime.connect import SANDBOX
from tui.runtime.find_issues import IssueAddress, IssueFinder
from tui.runtime.project_flags import SIMILAR, FlagLook, ProjectFlagReader
from tui.runtime.templates import commands, read
from tui.runtime.twins import later

if TYPE_CHECKING:
    from tui.gateway.client import Gateway
    from tui.gateway.tokens import TokenSeen

T = TypeVar("T")

LEAST_LIFE = timedelta(days=3)
"""A token that ends sooner is remarked on at each look."""

READERS = 4
"""How many reads are under way at once; python-gitlab gains nothing from more."""


class Observer:
    """Looks at GitLab for one rollout. `entries` are its history: a reading may be older than our last change.

    `commands` are its chat commands so far; `wanted` are the gates that a broken apply was on the way to: their actors
    need names too.
    """

    def __init__(
        self,
        gateway: Gateway,
        instance: str,
        draft: Draft,
        guide: Guide,
        *,
        entries: Iterable[Entry],
        commands: Callable[[], Iterable[Operation]] = tuple,
        clock: Callable[[], datetime],
        wanted: Gates | None = None,
    ) -> None:
        self._entries = tuple(entries)
        self._commands = commands
        self._clock = clock
        self._gateway = gateway
        self._instance = instance
        self._draft = draft
        self._guide = guide
        self._steps = ladder(draft, guide)
        self._finder = IssueFinder(gateway, draft, guide)
        self._project_flags = ProjectFlagReader(gateway, draft.flag)
        self._wanted = wanted

    def observe(self, addresses: Mapping[str, IssueAddress]) -> Observed:
        """Everything; `addresses` are the plan issues that the journal says we created, by slot.

        Errors that leave nothing to plan with are raised; the rest become remarks.
        """
        gateway, remarks = self._gateway, list[str]()
        me = gateway.operator()
        with ThreadPoolExecutor(READERS, thread_name_prefix="observe") as pool:
            flags = pool.submit(self._flags, remarks)
            project = pool.submit(self._project, addresses, remarks)
            token = pool.submit(gateway.token)
            actors = pool.submit(self._actors)
            seen_project = project.result()
            issues = pool.submit(self._finder.find, addresses, seen_project, me.id)
            templates = pool.submit(self._templates, seen_project, remarks)
            names, unknown = actors.result()
            look = flags.result()
            found = issues.result()
            links = _or_remark(partial(self._links, pool, found), frozenset[frozenset[str]](), "issue links", remarks)
            remarks.extend(_ending(token.result(), self._clock()))
            foreign = self._foreign(look.flags.values(), names)
            texts = templates.result()
            actions = commands(texts, self._draft)
            milestones = self._milestones(seen_project, actions, remarks)
            return Observed(
                at=self._clock(),
                instance=self._instance,
                operator=gateway.operator(),
                project=seen_project,
                flags=look.flags,
                flag_project=look.project,
                flag_role=look.role,
                user_lists=look.lists,
                issues=found,
                links=links,
                names={**names, **foreign, **self._assigned(actions, names)},
                unknown=unknown,
                templates=texts,
                milestones=milestones,
                similar=look.similar,
                remarks=tuple(remarks),
            )

    def again(self, observed: Observed, *, creating: bool = False) -> Observed:
        """The same look, only at what a fingerprint covers: gates and issues.

        With `creating` also for plan issues that somebody else made since, on whatever machine. Raises Denied when the
        flags could be read then and cannot be now: that says nothing of who is in.
        """
        addresses = {slot: IssueAddress(seen.project_id, seen.iid) for slot, seen in observed.issues.items()}
        project = observed.project if creating else None
        with ThreadPoolExecutor(len(addresses) + 2, thread_name_prefix="again") as pool:
            reads = [pool.submit(self._finder.read_one, item) for item in addresses.items()]
            marked = pool.submit(self._finder.marked, project, observed.operator.id) if project is not None else None
            remarks: list[str] = []
            flags = pool.submit(self._flags, remarks, whole=False)  # last: nothing ages as dangerously
            issues = dict(read.result() for read in reads)
            known = {slot: seen for slot, seen in issues.items() if seen is not None}
            found = {**marked.result(), **known} if marked is not None else known
            look = flags.result()
            if observed.flags and not look.flags:
                raise Denied(remarks[-1] if remarks else "The flag's gates cannot be read any more.")
            return replace(observed, flags=look.flags, issues=found)

    def later(self, observed: Observed, made: Iterable[Operation]) -> tuple[Operation, ...]:
        """Those of our creations that yield to somebody else's; see `twins`."""
        if observed.project is None:
            return ()
        return later(self._gateway, self._finder, observed.project, observed.operator.id, made)

    def flag_again(self, name: str) -> FlagSeen:
        """One flag, read now."""
        return self._flags([], whole=False).flags.get(name, FlagSeen(name))

    def _flags(self, remarks: list[str], *, whole: bool = True) -> FlagLook:
        """The rollout's flags; none at all when the token may not read them."""
        names = dict.fromkeys(filter(None, [self._draft.flag.name, *(step.flag for step in self._steps)]))
        if self._draft.flag.target == "project":
            return self._project_flags.look(names, remarks, whole=whole)
        if self._draft.flag.target == "chatops" and self._instance == SANDBOX:
            return self._attested(names)  # nobody listens there: what is rehearsed is what is said
        try:
            everything = self._gateway.flags() if whole else self._gateway.gates()
        except (NotAdmin, Denied) as error:
            if self._draft.flag.target == "chatops":
                return self._attested(names)
            remarks.append(f"The flag's gates could not be read: {error}")
            return FlagLook({})
        similar = difflib.get_close_matches(self._draft.flag.name, list(everything), n=SIMILAR, cutoff=0.6)
        seen = {name: everything.named(name) for name in names}
        remarks.extend(
            f"This GitLab does not tell which flags there are: a mistyped {name} would be made anew."
            for name, flag in seen.items()
            if flag.defined is None and not flag.exists
        )
        now = self._clock()
        return FlagLook({name: doubted(flag, self._entries, now) for name, flag in seen.items()}, tuple(similar))

    def _attested(self, names: Iterable[str]) -> FlagLook:
        return FlagLook({name: attested_flag(name, self._entries, self._commands()) for name in names})

    def _project(self, addresses: Mapping[str, IssueAddress], remarks: list[str]) -> ProjectSeen | None:
        """The project; one that was renamed since its plan issues were made is still known by its number.

        Newer servers redirect from the former path, older ones (13.8) do not know it any more.
        """
        path = self._draft.gitlab.project
        if not path:
            return None
        try:
            found = self._gateway.project(path)
        except NotFound as error:
            numbers = {one.project_id for one in addresses.values() if one.was_in(path)}
            seen = self._gateway.project_numbered(numbers.pop()) if len(numbers) == 1 else None
            if seen is None:
                remarks.append(str(error))
                return None
            found = seen
        if found.moved_from(path):
            remarks.append(f"The project {path} has moved to {found.path}: write that into gitlab.project.")
        return found

    def _actors(self) -> tuple[dict[ActorKey, ActorName], frozenset[ActorKey]]:
        keys: list[ActorKey] = [key for step in self._steps for key in step.actor_keys]
        people = {name for issue in self._draft.issues for name in issue.assignees} | {self._draft.team.dri}
        keys += [("user", name) for name in sorted(filter(None, people))]
        names: dict[ActorKey, ActorName] = {}
        for key in dict.fromkeys(keys):
            parameter, name = key
            seen = self._gateway.user(name) if parameter == "user" else self._gateway.group(name)
            if seen is not None:
                names[key] = seen
        wanted = {key for step in self._steps for key in step.actor_keys}
        return names, frozenset(wanted - names.keys())

    def _foreign(self, flags: Iterable[FlagSeen], names: Mapping[ActorKey, ActorName]) -> dict[ActorKey, ActorName]:
        """Names of actors that somebody else put into the flag: without them they could not be added again."""
        known = {name.ref for name in names.values()}
        aimed = self._wanted.actors if self._wanted else frozenset[str]()
        refs = {ref for flag in flags for ref in flag.widest.actors} | aimed
        found = [seen for seen in map(self._gateway.actor, sorted(refs - known)) if seen is not None]
        return {(seen.parameter, seen.name): seen for seen in found}

    def _links(self, pool: ThreadPoolExecutor, issues: Mapping[str, IssueSeen]) -> frozenset[frozenset[str]]:
        slots = {(seen.project_id, seen.iid): slot for slot, seen in issues.items()}
        reads = {slot: pool.submit(self._gateway.links, seen.project_id, seen.iid) for slot, seen in issues.items()}
        pairs = (
            frozenset({slot, slots[other.project_id, other.iid]})
            for slot, read in reads.items()
            for other in read.result()
            if (other.project_id, other.iid) in slots
        )
        return frozenset(pairs)

    def _templates(self, project: ProjectSeen | None, remarks: list[str]) -> dict[str, Template] | None:
        """The project's own template for each kind that has one of the names that the guide gives."""
        if project is None:
            return None
        wanted: Callable[[], dict[str, Template] | None] = partial(read, self._gateway, project.id, self._guide)
        return _or_remark(wanted, None, "issue templates", remarks)

    def _assigned(
        self, actions: Iterable[QuickAction], names: Mapping[ActorKey, ActorName]
    ) -> dict[ActorKey, ActorName]:
        """The people whom quick actions assign."""
        people = {name for action in actions if action.assigns for name in action.people}
        found = {name: self._gateway.user(name) for name in sorted(people - {ME}) if ("user", name) not in names}
        return {("user", name): seen for name, seen in found.items() if seen is not None}

    def _milestones(
        self, project: ProjectSeen | None, actions: Iterable[QuickAction], remarks: list[str]
    ) -> dict[str, int]:
        """The project's milestones, when a quick action names one."""
        if project is None or not any(action.name == "milestone" for action in actions):
            return {}
        return _or_remark(partial(self._gateway.milestones, project.id), {}, "milestones", remarks)


def _ending(token: TokenSeen | None, now: datetime) -> Iterable[str]:
    """A rollout waits between its steps: a token that ends before the next one is told of in time."""
    if token is not None and token.expires is not None and token.expires - now < LEAST_LIFE:
        yield f"The token ends on {token.expires:%Y-%m-%d %H:%M} UTC: make a new one before the steps still to come."


def _or_remark(read: Callable[[], T], instead: T, what: str, remarks: list[str]) -> T:
    """For what a plan can do without: an older GitLab that lacks it, or a token that may not see it."""
    try:
        return read()
    except GitLabError as error:
        remarks.append(f"The project's {what} could not be read: {error}")
        return instead
