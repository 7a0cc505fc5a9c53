"""One look at GitLab: everything a plan is computed from, read side by side."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from tui.domain.attested import attested_flag
from tui.domain.draft import Draft
from tui.domain.errors import Denied, GitLabError, NotAdmin, NotFound
from tui.domain.gates import Gates
from tui.domain.guide import Guide
from tui.domain.history import Entry
from tui.domain.observed import FlagSeen, IssueSeen, Observed, Operator, ProjectSeen, Template, doubted
from tui.domain.operation import Operation
from tui.domain.quick_actions import QuickAction
from tui.domain.steps import ladder
from tui.domain.text import one_line
from tui.runtime.connect import SANDBOX
from tui.runtime.find_issues import IssueAddress, IssueFinder
from tui.runtime.naming import Names, Naming
from tui.runtime.project_flags import SIMILAR, FlagLook, ProjectFlagReader
from tui.runtime.reading import Reading
from tui.runtime.templates import commands, read
from tui.runtime.twins import later

if TYPE_CHECKING:
    from tui.gateway.client import Gateway
    from tui.gateway.tokens import TokenSeen

LEAST_LIFE = timedelta(days=3)
"""A token that ends sooner is remarked on at each look."""

READERS = 4
"""How many reads are under way at once; python-gitlab gains nothing from more."""

UNKNOWN = Operator(0, one_line("?"), one_line("?"))
"""The operator of a way back when GitLab does not say whose token it is: no username is like that."""


class Observer:
    """Looks at GitLab for one rollout. `entries` are its history: a reading may be older than our last change.

    `commands` are its chat commands so far; `wanted` are the gates that a broken apply was on the way to: their actors
    need names too. For what is `reducing` only the flag itself must be readable; what else is not becomes a remark.
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
        reducing: bool = False,
    ) -> None:
        self._entries = tuple(entries)
        self._commands = commands
        self._clock = clock
        self._gateway = gateway
        self._instance = instance
        self._draft = draft
        self._guide = guide
        self._steps = ladder(draft, guide)
        self._naming = Naming(gateway, draft, self._steps, self._entries)
        self._reducing = reducing
        self._finder = IssueFinder(gateway, draft, guide)
        self._project_flags = ProjectFlagReader(gateway, draft.flag)
        self._wanted = wanted

    def observe(self, addresses: Mapping[str, IssueAddress]) -> Observed:
        """Everything; `addresses` are the plan issues that the journal says we created, by slot.

        Errors that leave nothing to plan with are raised; the rest become remarks.
        """
        gateway, reading = self._gateway, Reading(lenient=self._reducing)
        me = reading.needed("Whose token it is", gateway.operator, UNKNOWN)
        with ThreadPoolExecutor(READERS + 1, thread_name_prefix="observe") as pool:  # the token takes an old GitLab two
            flags = pool.submit(self._flags, reading)
            project = pool.submit(self._project, addresses, reading)
            token = pool.submit(reading.needed, "What the token may do", gateway.token, None)
            actors = pool.submit(self._naming.of_draft, reading)
            seen_project = project.result()
            issues = pool.submit(self._issues, addresses, seen_project, me.id, reading)
            templates = pool.submit(self._templates, seen_project, reading)
            names, unknown = actors.result()
            look = flags.result()
            found = issues.result()
            links = self._links(pool, found, reading)
            reading.remarks.extend(_ending(token.result(), self._clock()))
            foreign = self._foreign(look.flags.values(), names, reading)
            texts = templates.result()
            actions = commands(texts, self._draft)
            milestones = self._milestones(seen_project, actions, reading)
            return Observed(
                at=self._clock(),
                instance=self._instance,
                operator=gateway.operator() if me.id else me,
                project=seen_project,
                flags=look.flags,
                flag_project=look.project,
                flag_role=look.role,
                user_lists=look.lists,
                former=look.former,
                issues=found,
                links=links,
                names={**names, **foreign, **self._naming.assigned(actions, names, reading)},
                unknown=unknown,
                templates=texts,
                milestones=milestones,
                similar=look.similar,
                exposed=frozenset(slot for slot, one in addresses.items() if one.private and _public(found.get(slot))),
                gone=frozenset(addresses) - frozenset(found),
                remarks=tuple(reading.remarks),
            )

    def again(self, observed: Observed, *, creating: bool = False) -> Observed:
        """The same look, only at what a fingerprint covers: gates and issues.

        With `creating` also for plan issues that somebody else made since, on whatever machine. Raises Denied when the
        flags could be read then and cannot be now: that says nothing of who is in.
        """
        project = observed.project if creating else None
        with ThreadPoolExecutor(len(observed.issues) + 2, thread_name_prefix="again") as pool:
            reads = [pool.submit(self._one_again, slot, seen) for slot, seen in observed.issues.items()]
            marked = pool.submit(self._finder.marked, project, observed.operator.id) if project is not None else None
            reading = Reading(lenient=self._reducing)
            flags = pool.submit(self._flags, reading, whole=False)  # last: nothing ages as dangerously
            issues = dict(read.result() for read in reads)
            known = {slot: seen for slot, seen in issues.items() if seen is not None}
            found = {**marked.result(), **known} if marked is not None else known
            look = flags.result()
            if observed.flags and not look.flags:
                raise Denied(reading.remarks[-1] if reading.remarks else "The flag's gates cannot be read any more.")
            return replace(observed, flags=look.flags, issues=found)

    def _one_again(self, slot: str, seen: IssueSeen) -> tuple[str, IssueSeen | None]:
        """The plan issue as it is now; on a way back the one that was seen when it cannot be read."""
        where = slot, IssueAddress(seen.project_id, seen.iid)
        try:
            with Reading(lenient=self._reducing).pace():
                return self._finder.read_one(where)
        except GitLabError:
            if not self._reducing:
                raise
            return slot, seen

    def later(self, observed: Observed, made: Iterable[Operation]) -> tuple[Operation, ...]:
        """Those of our creations that yield to somebody else's; see `twins`."""
        if observed.project is None:
            return ()
        return later(self._gateway, self._finder, observed.project, observed.operator.id, made)

    def flag_again(self, name: str) -> FlagSeen:
        """One flag, read now."""
        return self._flags(Reading(lenient=False), whole=False).flags.get(name, FlagSeen(name))

    def _flags(self, reading: Reading, *, whole: bool = True) -> FlagLook:
        """The rollout's flags; none at all when the token may not read them."""
        names = dict.fromkeys(filter(None, [self._draft.flag.name, *(step.flag for step in self._steps)]))
        if self._draft.flag.target == "project":
            return self._project_flags.look(names, reading, whole=whole)
        if self._draft.flag.target == "chatops" and self._instance == SANDBOX:
            return self._attested(names)  # nobody listens there: what is rehearsed is what is said
        try:
            everything = self._gateway.flags() if whole and not reading.lenient else self._gateway.gates()
        except GitLabError as error:
            refused = isinstance(error, NotAdmin | Denied)
            if self._draft.flag.target == "chatops" and (refused or reading.lenient):
                return self._attested(names)
            if not refused:
                raise
            reading.remarks.append(f"The flag's gates could not be read: {error}")
            return FlagLook({})
        similar = difflib.get_close_matches(self._draft.flag.name, list(everything), n=SIMILAR, cutoff=0.6)
        seen = {name: everything.named(name) for name in names}
        reading.remarks.extend(
            f"This GitLab does not tell which flags there are: a mistyped {name} would be made anew."
            for name, flag in seen.items()
            if flag.defined is None and not flag.exists and not reading.lenient
        )
        now = self._clock()
        flags = {name: doubted(flag, self._entries, now) for name, flag in seen.items()}
        former = {name: everything.named(name).gates for name in {one.flag for one in self._entries} - seen.keys()}
        return FlagLook(flags, tuple(similar), former=former)

    def _attested(self, names: Iterable[str]) -> FlagLook:
        return FlagLook({name: attested_flag(name, self._entries, self._commands()) for name in names})

    def _project(self, addresses: Mapping[str, IssueAddress], reading: Reading) -> ProjectSeen | None:
        """The project for plan issues, where there is one."""
        path = self._draft.gitlab.project
        if not path:
            return None
        found = reading.needed("The project", partial(self._found_project, path, addresses, reading), None)
        if found is not None and found.moved_from(path):
            reading.remarks.append(f"The project {path} has moved to {found.path}: write that into gitlab.project.")
        return found

    def _found_project(self, path: str, addresses: Mapping[str, IssueAddress], reading: Reading) -> ProjectSeen | None:
        """One that was renamed since its plan issues were made is still known by its number.

        Newer servers redirect from the former path, older ones (13.8) do not know it any more.
        """
        try:
            return self._gateway.project(path)
        except NotFound as error:
            numbers = {one.project_id for one in addresses.values() if one.was_in(path)}
            found = self._gateway.project_numbered(numbers.pop()) if len(numbers) == 1 else None
            if found is None:
                reading.remarks.append(str(error))
            return found

    def _issues(
        self, addresses: Mapping[str, IssueAddress], project: ProjectSeen | None, me: int, reading: Reading
    ) -> dict[str, IssueSeen]:
        """The plan issues; on a way back those that the journal knows will do, as far as they can be read."""
        find: Callable[[], dict[str, IssueSeen] | None] = partial(self._finder.find, addresses, project, me)
        found = reading.needed("The plan issues", find, None)
        if found is None:
            known: Callable[[], dict[str, IssueSeen]] = partial(self._finder.read, addresses)
            return Reading(lenient=True).needed("What the journal knows of them", known, {})
        return found

    def _foreign(self, flags: Iterable[FlagSeen], names: Names, reading: Reading) -> Names:
        """Names of actors that somebody else put into the flag: without them they could not be added again."""
        known = {name.ref for name in names.values()}
        aimed = self._wanted.actors if self._wanted else frozenset[str]()
        refs = {ref for flag in flags for ref in flag.widest.actors} | aimed
        return self._naming.behind(refs - known, reading)

    def _links(
        self, pool: ThreadPoolExecutor, issues: Mapping[str, IssueSeen], reading: Reading
    ) -> frozenset[frozenset[str]]:
        slots = {(seen.project_id, seen.iid): slot for slot, seen in issues.items()}
        reads = {slot: pool.submit(self._gateway.links, seen.project_id, seen.iid) for slot, seen in issues.items()}

        def pairs() -> frozenset[frozenset[str]]:
            found = ((slot, (one.project_id, one.iid)) for slot, read in reads.items() for one in read.result())
            return frozenset(frozenset({slot, slots[other]}) for slot, other in found if other in slots)

        return reading.spare("The project's issue links", pairs, frozenset())

    def _templates(self, project: ProjectSeen | None, reading: Reading) -> dict[str, Template] | None:
        """The project's own template for each kind that has one of the names that the guide gives."""
        if project is None:
            return None
        wanted: Callable[[], dict[str, Template] | None] = partial(read, self._gateway, project.id, self._guide)
        with reading.pace():
            return reading.spare("The project's issue templates", wanted, None)

    def _milestones(
        self, project: ProjectSeen | None, actions: Iterable[QuickAction], reading: Reading
    ) -> dict[str, int]:
        """The project's milestones, when a quick action names one."""
        if project is None or not any(action.name == "milestone" for action in actions):
            return {}
        return reading.spare("The project's milestones", partial(self._gateway.milestones, project.id), {})


def _public(seen: IssueSeen | None) -> bool:
    return seen is not None and not seen.confidential


def _ending(token: TokenSeen | None, now: datetime) -> Iterable[str]:
    """A rollout waits between its steps: a token that ends before the next one is told of in time."""
    if token is not None and token.expires is not None and token.expires - now < LEAST_LIFE:
        yield f"The token ends on {token.expires:%Y-%m-%d %H:%M} UTC: make a new one before the steps still to come."
