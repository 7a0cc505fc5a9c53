"""Who is behind the names of a draft and the references in a flag."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from tui.domain.carried_out import ME
from tui.domain.draft import Draft
from tui.domain.errors import GitLabError
from tui.domain.gates import ActorName, ActorParameter
from tui.domain.history import Entry
from tui.domain.planning.situation import word
from tui.domain.quick_actions import QuickAction
from tui.domain.steps import ActorKey, Step
from tui.domain.text import one_line
from tui.runtime.reading import Reading

if TYPE_CHECKING:
    from tui.gateway.client import Gateway

_SORTS: Mapping[str, ActorParameter] = {"User": "user", "Group": "group", "Project": "project"}

Names = dict[ActorKey, ActorName]


class Naming:
    """Asks GitLab for the names of one rollout. Where it does not answer, a way back takes those of the history."""

    def __init__(self, gateway: Gateway, draft: Draft, steps: Iterable[Step], entries: Iterable[Entry]) -> None:
        self._gateway, self._draft = gateway, draft
        self._wanted = tuple(key for step in steps for key in step.actor_keys)
        self._told = {ref: said for entry in entries for ref, said in entry.names.items()}

    def of_draft(self, reading: Reading) -> tuple[Names, frozenset[ActorKey]]:
        """The actors of the steps, the assignees and the DRI that GitLab knows, and the actors that it does not."""
        people = {name for issue in self._draft.issues for name in issue.assignees} | {self._draft.team.dri}
        keys = [*self._wanted, *(("user", name) for name in sorted(filter(None, people)))]
        names: Names = {}
        try:
            with reading.pace():
                for key in dict.fromkeys(keys):
                    parameter, name = key
                    seen = self._gateway.user(name) if parameter == "user" else self._gateway.group(name)
                    if seen is not None:
                        names[key] = seen
        except GitLabError as error:
            if not reading.lenient:
                raise
            reading.remarks.append(f"Names could not be looked up, so those of the history are taken: {error}")
            known = {said: ref for ref, said in self._told.items()}
            old = {key: known[word(key)] for key in keys if word(key) in known}
            return {(key[0], key[1]): _actor(ref, word(key)) for key, ref in old.items()} | names, frozenset()
        return names, frozenset(set(self._wanted) - names.keys())

    def behind(self, refs: Iterable[str], reading: Reading) -> Names:
        """The actors of these references; those that are gone are left out."""
        found: Names = {}
        asked = sorted(refs)
        try:
            with reading.pace():
                for ref in asked:
                    seen = self._gateway.actor(ref)
                    if seen is not None:
                        found[seen.parameter, seen.name] = seen
        except GitLabError as error:
            if not reading.lenient:
                raise
            reading.remarks.append(f"Who is in the flag could not be looked up by name: {error}")
            old = [_actor(ref, self._told[ref]) for ref in asked if ref in self._told]
            return {(one.parameter, one.name): one for one in old} | found
        return found

    def assigned(self, actions: Iterable[QuickAction], names: Names, reading: Reading) -> Names:
        """The people whom quick actions assign and who are not in `names`; a way back makes no issues to assign."""
        if reading.lenient:
            return {}
        people = {name for action in actions if action.assigns for name in action.people}
        found = {name: self._gateway.user(name) for name in sorted(people - {ME}) if ("user", name) not in names}
        return {("user", name): seen for name, seen in found.items() if seen is not None}


def _actor(ref: str, said: str) -> ActorName:
    """The actor that the history calls `said`: a user by the username alone, others with their sort before it."""
    sort = _SORTS.get(ref.partition(":")[0], "user")
    return ActorName(sort, one_line(said if sort == "user" else said.removeprefix(f"{sort} ")), ref)
