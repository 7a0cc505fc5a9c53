"""Feature flags of an instance: those with gates, merged with those that GitLab's own code defines."""

from __future__ import annotations

from tui.domain.errors import NotFound, ServerFault
from tui.domain.observed import FlagSeen
from tui.gateway import seen, wire
from tui.gateway.transport import Transport


class Flags(dict[str, FlagSeen]):
    """Flags by name; `complete` when those are among them that are defined and have no gates."""

    complete = False

    def named(self, name: str) -> FlagSeen:
        """The flag; for one that is not there `defined` tells whether that is certain."""
        return self.get(name) or FlagSeen(name, defined=False if self.complete else None)


def read_gates(transport: Transport) -> Flags:
    """All flags that have gates: one request. Raises NotAdmin."""
    features = transport.read("/features", list[wire.Feature], subject="its feature flags")
    return Flags((flag.name, flag) for flag in map(seen.flag, features))


def read_all(transport: Transport) -> Flags:
    """All flags that have gates, and those that have a definition where GitLab tells. Raises NotAdmin."""
    found = read_gates(transport)
    definitions = _definitions(transport)
    found.complete = definitions is not None
    for definition in definitions or ():
        found[definition.name] = seen.with_definition(found.get(definition.name), definition)
    return found


def read_one(transport: Transport, name: str) -> FlagSeen:
    """One flag; when it has no definition, `defined` tells whether that is certain. Raises NotAdmin."""
    return read_all(transport).named(name)


def _definitions(transport: Transport) -> list[wire.Definition] | None:
    try:
        return transport.read("/features/definitions", list[wire.Definition])
    except (NotFound, ServerFault):
        return None
