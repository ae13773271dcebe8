"""An operation of a simulated service, and what identifies a request to it."""

from collections.abc import Callable
from dataclasses import dataclass

from ccsetup.lab.call import Ask, Service
from ccsetup.lab.wire import Answer

Play = Callable[[Ask], Answer]


@dataclass(frozen=True, slots=True)
class Rest:
    """An operation identified by method and path; groups of the pattern name model, project and place."""

    service: Service
    operation: str
    method: str
    path: str
    play: Play


@dataclass(frozen=True, slots=True)
class Named:
    """An operation identified by its name, in X-Amz-Target or in the form."""

    service: Service
    operation: str
    play: Play
