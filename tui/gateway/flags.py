"""Feature flags of an instance: those with gates, merged with those that GitLab's own code defines."""

from __future__ import annotations

from tui.domain.errors import NotFound, ServerFault
from tui.domain.observed import FlagSeen
from tui.gateway import seen, wire
from tui.gateway.transport import Transport


def read_gates(transport: Transport) -> dict[str, FlagSeen]:
    """All flags that have gates, by name: one request. Raises NotAdmin."""
    return _with_gates(transport)


def read_all(transport: Transport) -> dict[str, FlagSeen]:
    """All flags that have gates or a definition, by name. Raises NotAdmin."""
    found = _with_gates(transport)
    for definition in _definitions(transport) or ():
        found[definition.name] = seen.with_definition(found.get(definition.name), definition)
    return found


def read_one(transport: Transport, name: str) -> FlagSeen:
    """One flag; when it has no definition, `defined` tells whether that is certain. Raises NotAdmin."""
    gates = _with_gates(transport).get(name)
    definitions = _definitions(transport)
    if definitions is None:
        return gates or FlagSeen(name)
    definition = next((one for one in definitions if one.name == name), None)
    return seen.with_definition(gates, definition) if definition else gates or FlagSeen(name, defined=False)


def _with_gates(transport: Transport) -> dict[str, FlagSeen]:
    features = transport.read("/features", list[wire.Feature], subject="its feature flags")
    return {flag.name: flag for flag in map(seen.flag, features)}


def _definitions(transport: Transport) -> list[wire.Definition] | None:
    try:
        return transport.read("/features/definitions", list[wire.Definition])
    except (NotFound, ServerFault):
        return None
