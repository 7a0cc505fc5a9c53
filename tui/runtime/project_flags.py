"""Looking at flags that a project owns."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from tui.domain.draft import FlagSpec
from tui.domain.errors import Denied, NotFound
from tui.domain.gates import Gates
from tui.domain.observed import FlagSeen, ProjectSeen
from tui.domain.strategies import DEVELOPER, EVERYWHERE, UserList
from tui.runtime.reading import Reading

if TYPE_CHECKING:
    from tui.gateway.client import Gateway


SIMILAR = 3
"""How many flags of a like name are shown."""


@dataclass(frozen=True)
class FlagLook:
    """The rollout's flags by name, and names like the draft's; for a project's flags also that, its role and lists.

    `former` are the gates of flags that only the history names.
    """

    flags: Mapping[str, FlagSeen]
    similar: tuple[str, ...] = ()
    project: ProjectSeen | None = None
    role: int = DEVELOPER
    lists: Mapping[str, UserList] = field(default_factory=dict)
    former: Mapping[str, Gates] = field(default_factory=dict)


class ProjectFlagReader:
    """Reads the flags of the project that a draft's flag belongs to; the project itself is read once."""

    def __init__(self, gateway: Gateway, spec: FlagSpec) -> None:
        self._gateway = gateway
        self._spec = spec
        self._project: ProjectSeen | None = None

    def look(self, names: Iterable[str], reading: Reading, *, whole: bool) -> FlagLook:
        """The flags of those names, none when the token may not read them; `whole` for all else that a plan wants."""
        project = self._read_project(reading)
        if project is None:
            return FlagLook({})
        if project.moved_from(self._spec.project):
            reading.remarks.append(
                f"The project {self._spec.project} has moved to {project.path}: write that into flag.project."
            )
        try:
            flags = {name: self._flag(project, name) for name in names}
        except Denied as error:
            reading.remarks.append(f"The flag's strategies could not be read: {error}")
            return FlagLook({}, project=project)
        if not whole:
            return FlagLook(flags, project=project)
        own = flags.get(self._spec.name)
        similar = () if own is None or own.exists or reading.lenient else self._similar(project)
        role = reading.needed("The flag's settings", partial(self._gateway.flag_role, project.id), DEVELOPER)
        listed = partial(self._gateway.user_lists, project.id)
        lists = reading.needed("The flag's user lists", listed, dict[str, UserList]())
        return FlagLook(flags, similar, project, role, lists)

    def _read_project(self, reading: Reading) -> ProjectSeen | None:
        """The project; on a way back also where nobody can tell what the operator's role in it is."""
        if self._project is None and self._spec.project:
            known = partial(self._gateway.project, self._spec.project)
            with suppress(NotFound):
                self._project = reading.needed("The role in the flag's project", known, None) or known(level=False)
        return self._project

    def _flag(self, project: ProjectSeen, name: str) -> FlagSeen:
        found = self._gateway.project_flag(project.id, name)
        if found is None:
            return FlagSeen(name, defined=False)
        gates = found.gates(self._spec.environment or EVERYWHERE)
        return FlagSeen(name, gates, exists=True, defined=True, project=found)

    def _similar(self, project: ProjectSeen) -> tuple[str, ...]:
        try:
            known = self._gateway.project_flag_names(project.id)
        except NotFound:
            return ()
        return tuple(difflib.get_close_matches(self._spec.name, known, n=SIMILAR, cutoff=0.6))
