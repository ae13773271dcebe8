"""Going back and forth, with a person who answers from a list."""

# ruff: noqa: ARG002 - a scripted person does not read

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field

import pytest

from ccsetup.system.secret import Secret
from ccsetup.wizard.prompts import Back, Choice, T
from ccsetup.wizard.talk import Again, Talk

BACK = "<"


@dataclass
class Scripted:
    """Says what `says` holds, in order; "" is Enter alone."""

    says: list[str]
    told: list[str] = field(default_factory=list)
    defaults: list[object] = field(default_factory=list)

    def _next(self, default: object) -> str:
        self.defaults.append(default)
        word = self.says.pop(0)
        if word == BACK:
            raise Back
        return word

    def choose(self, text: str, choices: Sequence[Choice[T]], default: T, *, back: bool) -> T:
        word = self._next(default)
        return next((choice.value for choice in choices if choice.label == word), default)

    def type(self, text: str, default: str, known: Sequence[str], *, back: bool) -> str:
        return self._next(default) or default

    def hide(self, text: str, *, back: bool) -> Secret:
        return Secret(self._next(""))

    def tell(self, text: str) -> None:
        self.told.append(text)


def run(person: Scripted) -> list[object]:
    """Three questions, the second only after "b"."""
    talk = Talk(person)
    while True:
        talk.restart()
        try:
            first = talk.choose("first", "First", [Choice("a", "a"), Choice("b", "b")], "a")
            answers: list[object] = [first]
            if first == "b":
                answers.append(talk.type("second", "Second", "x", lambda typed: "no; never" if typed == "bad" else ""))
            talk.tell("before the last")
            answers.append(talk.hide("third", "Third", lambda text: "" if text else "needed"))
        except Again:
            continue
        return answers


def test_straight_through() -> None:
    assert run(Scripted(["", "key"])) == ["a", Secret("key")]


def test_going_back_asks_again_with_the_old_answer_preselected() -> None:
    person = Scripted(["b", "y", BACK, "", BACK, BACK, "", "z", "key"])
    assert run(person) == ["b", "z", Secret("key")]
    assert person.defaults == ["a", "x", "", "y", "", "y", "b", "y", ""]


def test_an_answer_that_is_none_is_asked_again_and_says_why() -> None:
    person = Scripted(["b", "bad", "good", "", "key"])
    assert run(person) == ["b", "good", Secret("key")]
    assert person.told == ["  no", "  never", "before the last", "  needed"]


def test_what_was_said_is_not_repeated_for_an_old_answer() -> None:
    person = Scripted(["b", "y", BACK, "y", "key"])
    run(person)
    assert person.told == ["before the last", "before the last"]


def test_ctrl_c_passes_through() -> None:
    class Leaving(Scripted):
        def _next(self, default: object) -> str:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(Leaving([]))


def test_note_is_not_repeated_after_going_back() -> None:
    person = Scripted([BACK, "", "", ""])
    talk = Talk(person)
    talk.note("note: one", "more")
    for _ in range(2):
        talk.restart()
        with suppress(Again):
            talk.note("note: two")
            talk.choose("first", "First", [Choice("a", "a")], "a")
            talk.note("note: three")
            talk.type("second", "Second", "x", lambda _: "")
    assert person.told == ["note: one", "more", "note: two", "note: three"]
