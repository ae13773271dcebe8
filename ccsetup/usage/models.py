"""One model under several names: Bedrock and Vertex AI answer with a bare name, and bill the id that was asked for."""

import re
from collections.abc import Iterable
from functools import lru_cache

from ccsetup.providers.catalogue import without_suffix
from ccsetup.providers.prices.price import family_of

_OF_A_CLOUD = re.compile(r"anthropic\.|@")
_CLOUDS = ("msg_bdrk_", "msg_vrtx_")  # how the ids of their messages begin


def billed_model(id_: str, answered: str, requested: str | None) -> str:
    """The model that an answer is billed as. Only for a cloud's message: a gateway gives names any meaning."""
    if not requested or requested == answered or not id_.startswith(_CLOUDS) or _OF_A_CLOUD.search(answered):
        return answered
    return _asked(answered, requested)


@lru_cache(400)
def _asked(answered: str, requested: str) -> str:
    requested, family = without_suffix(requested), family_of(answered)
    same = requested.startswith("arn:") or (family is not None and family_of(requested) == family)
    return requested if same else answered


def pinned_as(model: str, pins: Iterable[str]) -> str:
    """The cloud's id that a bare name stands for, which is all that older clients wrote: the only one of that model
    among `pins`. Any other name is itself, but for the two spellings of Vertex AI."""
    pins, family, plain = {without_suffix(pin) for pin in pins}, family_of(model), model.replace("@", "-")
    if plain in pins and model not in pins:
        return plain
    if family is None or model in pins or _OF_A_CLOUD.search(model):
        return model
    same = [pin for pin in pins if _OF_A_CLOUD.search(pin) and family_of(pin) == family]
    return same[0] if len(same) == 1 else model
