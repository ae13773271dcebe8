"""How long Claude Code keeps its transcripts."""

from collections.abc import Iterable

from ccsetup.claude_code.settings import Layer

SETTING = "cleanupPeriodDays"
KEPT_DAYS = 30  # if no setting says otherwise


def retention(layers: Iterable[Layer]) -> tuple[int, Layer | None]:
    """The days, and the layer that says so; None for the client's own number."""
    for layer in layers:
        days = layer.content.get(SETTING)
        if isinstance(days, int) and not isinstance(days, bool) and days >= 1:  # the client takes no 0
            return days, layer
    return KEPT_DAYS, None
