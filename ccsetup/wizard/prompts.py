"""The person at the terminal, as the wizard sees one: somebody who chooses, types, and can always go back."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from ccsetup.system.secret import Secret

T = TypeVar("T")


class Back(Exception):
    """The person wants the question before this one again."""


@dataclass(frozen=True, slots=True)
class Choice(Generic[T]):
    """One row of a list: what it stands for, label, a note beside it, and why it cannot be taken (empty: it can)."""

    value: T
    label: str
    note: str = ""
    closed: str = ""


class Person(Protocol):
    """Every question raises Back, KeyboardInterrupt or EOFError when the person says so."""

    def choose(self, text: str, choices: Sequence[Choice[T]], default: T, *, back: bool) -> T:
        """One of the choices; Enter alone takes `default`."""

    def type(self, text: str, default: str, known: Sequence[str], *, back: bool) -> str:
        """A line, without white space around it; Enter alone takes `default`. `known` are offered while typing."""

    def hide(self, text: str, *, back: bool) -> Secret:
        """A line that is not shown."""

    def tell(self, text: str) -> None:
        """Something to read."""
