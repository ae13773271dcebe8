"""One model under several names: Bedrock and Vertex AI answer with a bare name, and bill the id that was asked for."""

from collections.abc import Iterable
from functools import lru_cache

from ccsetup.providers.catalogue import without_suffix
from ccsetup.providers.prices.price import family_of

_CLOUDS = ("msg_bdrk_", "msg_vrtx_")  # how the ids of their messages begin


def billed_model(id_: str, answered: str, requested: str | None) -> str:
    """The model that an answer is billed as. Only for a cloud's message: a gateway gives names any meaning."""
    if not requested or requested == answered or not id_.startswith(_CLOUDS):
        return answered
    return _asked(answered, requested)


@lru_cache(400)
def _asked(answered: str, requested: str) -> str:
    requested, family = without_suffix(requested), family_of(answered)
    same = requested.startswith("arn:") or (family is not None and family_of(requested) == family)
    return requested if same else answered


def pinned_as(model: str, pins: Iterable[str]) -> str:
    """The pin that a bare name stands for, which is all that older clients wrote; the name itself if no pin is of that
    model, or two are."""
    pins, family = {without_suffix(pin) for pin in pins}, family_of(model)
    same = [pin for pin in pins if family is not None and family_of(pin) == family]
    return same[0] if len(same) == 1 and model not in pins else model
