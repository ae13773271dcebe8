"""A conversation that can go back: answers are remembered, and the wizard restarts from its first question.

The wizard is one function that asks its questions in order. Going back means forgetting the last answer and running
that function again: remembered answers are not asked again, and a forgotten one becomes the default.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from ccsetup.system.secret import Secret
from ccsetup.wizard.prompts import Back, Choice, Person

T = TypeVar("T")


_MOMENTARY = ("stuck", "change", "save", "models")  # what to do next, not answers to remember


class Again(Exception):
    """Restart the wizard: an answer was forgotten."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A question's key, its text, the answer, and its displayed form."""

    key: str
    text: str
    value: Any
    shown: str


class Talk:
    """Asks a Person, and remembers the answers."""

    def __init__(self, person: Person) -> None:
        self._person = person
        self._answers: list[Answer] = []
        self._at = 0
        self._before: dict[str, Any] = {}
        self._noted: set[tuple[str, ...]] = set()

    @property
    def answers(self) -> tuple[Answer, ...]:
        return tuple(self._answers)

    @property
    def live(self) -> bool:
        """Whether the next question is new. Messages before a remembered question were printed already."""
        return self._at == len(self._answers)

    def restart(self) -> None:
        """Start again at the first question."""
        self._at = 0

    def forget(self, index: int = -1) -> None:
        """Forget an answer and all after it; after the next Again they are asked again."""
        for answer in self._answers[index:]:
            if answer.key.partition(".")[0] not in _MOMENTARY:
                self._before[answer.key] = answer.value
        del self._answers[index:]
        self._at = min(self._at, len(self._answers))

    def choose(self, key: str, text: str, choices: Sequence[Choice[T]], default: T) -> T:
        """Return one of the choices. The previous choice, else `default`, is preselected."""

        def ask(back: bool) -> tuple[T, str]:
            before = self._before.get(key, default)
            known = [choice.value for choice in choices]
            value = self._person.choose(text, choices, before if before in known else default, back=back)
            return value, next(choice.label for choice in choices if choice.value == value).strip()

        return self._asked(key, text, ask)

    def type(self, key: str, text: str, default: str, check: Callable[[str], str], known: Sequence[str] = ()) -> str:
        """Return a line that `check` accepts; its message is printed and the question repeated until then."""

        def ask(back: bool) -> tuple[str, str]:
            while True:
                typed = self._person.type(text, str(self._before.get(key, default)), known, back=back)
                problem = check(typed) if typed else "required"
                if not problem:
                    return typed, typed
                self._told(problem)

        return self._asked(key, text, ask)

    def hide(self, key: str, text: str, check: Callable[[str], str]) -> Secret:
        """Return a secret that `check` accepts."""

        def ask(back: bool) -> tuple[Secret, str]:
            while True:
                secret = self._person.hide(text, back=back)
                problem = check(secret.reveal())
                if not problem:
                    return secret, str(secret)
                self._told(problem)

        return self._asked(key, text, ask)

    def tell(self, *lines: str) -> None:
        """Print lines for the user, once."""
        if self.live:
            for line in lines:
                self._person.tell(line)

    def note(self, *lines: str) -> None:
        """Like `tell`, but what was said is not repeated, even if the user goes back and answers again."""
        if self.live and lines not in self._noted:
            self._noted.add(lines)
            self.tell(*lines)

    def _told(self, problem: str) -> None:
        for part in problem.split("; "):
            self._person.tell(f"  {part}")

    def _asked(self, key: str, text: str, ask: Callable[[bool], tuple[T, str]]) -> T:
        if not self.live:
            answer = self._answers[self._at]
            self._at += 1
            value: T = answer.value
            return value
        try:
            value, shown = ask(bool(self._answers))
        except Back as back_request:
            self.forget()
            raise Again from back_request
        self._answers.append(Answer(key, text, value, shown))
        self._at += 1
        return value
