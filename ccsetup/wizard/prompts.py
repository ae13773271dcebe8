"""The interface to the user at the terminal, who chooses, types, and can always go back."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from ccsetup.system.secret import Secret

T = TypeVar("T")


class Back(Exception):
    """The user wants the previous question again."""


@dataclass(frozen=True, slots=True)
class Choice(Generic[T]):
    """One row of a list: its value, its label, a note beside it, and why it cannot be chosen ("" if it can)."""

    value: T
    label: str
    note: str = ""
    closed: str = ""


class Person(Protocol):
    """Asks questions. Each raises Back, KeyboardInterrupt or EOFError if the user goes back or quits."""

    def choose(self, text: str, choices: Sequence[Choice[T]], default: T, *, back: bool) -> T:
        """Return one of the choices; Enter chooses `default`."""

    def type(self, text: str, default: str, known: Sequence[str], *, back: bool) -> str:
        """Return one line without surrounding spaces; Enter gives `default`. `known` are completions."""

    def hide(self, text: str, *, back: bool) -> Secret:
        """Return one line that is not shown while typing."""

    def tell(self, text: str) -> None:
        """Print a line for the user."""
