"""A token that cannot be shown by accident."""

from __future__ import annotations

import hmac
from typing import Final, NoReturn

MASK: Final = "***"


class Secret:
    """Holds a token; every way of printing it gives `***`. `reveal()` is the only way out, and it is not picklable."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """The token itself, for the header of a request and nothing else."""
        return self._value

    def __bool__(self) -> bool:
        return bool(self._value)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret):
            return NotImplemented
        return hmac.compare_digest(self._value.encode(), other._value.encode())

    def __hash__(self) -> int:
        return hash(self._value)

    def __repr__(self) -> str:
        return MASK

    def __format__(self, spec: str) -> str:
        return format(MASK, spec)

    def __reduce__(self) -> NoReturn:
        raise TypeError("a secret is not written anywhere, so it cannot be pickled or copied")
