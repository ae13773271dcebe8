"""What a probe yields beside findings."""

from dataclasses import dataclass

from ccsetup.knowledge.pages import Finding


@dataclass(frozen=True, slots=True)
class Passed:
    """The check ran and found no problem. `detail` is what it saw, for the user; `model` is the one that answered a
    real request."""

    check: str
    detail: str = ""
    model: str = ""


@dataclass(frozen=True, slots=True)
class Skipped:
    """The check did not run, on purpose or for lack of permission; not a fault by itself.

    `telling` is False if the check does not apply to this profile.
    """

    check: str
    reason: str
    telling: bool = True


@dataclass(frozen=True, slots=True)
class Broken:
    """A necessary check could not run. `hints` say what to do about it, if ccsetup knows."""

    check: str
    reason: str
    hints: tuple[str, ...] = ()


Result = Finding | Passed | Skipped | Broken
