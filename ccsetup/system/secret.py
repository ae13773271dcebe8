"""A secret value that cannot be printed by accident."""

from typing import NoReturn

from ccsetup.system import redact


class Secret:
    """A credential. Only `reveal()` returns it; every other rendering is `…f3a9`.

    The value is noted, so that a provider's response that repeats it is redacted (see `redact`).
    """

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value
        redact.note(value)

    def reveal(self) -> str:
        return self._value

    def __repr__(self) -> str:
        # The last four characters of a short value would reveal it.
        return f"…{self._value[-4:]}" if len(self._value) >= 16 else "…"

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        return format(repr(self), spec)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._value == self._value

    def __hash__(self) -> int:
        return hash(self._value)

    def __reduce__(self) -> NoReturn:
        raise TypeError("a secret is not pickled or copied")
