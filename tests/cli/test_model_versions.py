"""Versions of Vertex AI's models in pins: `models` reads them as Google does, or says that it did not check them."""

import pytest

from tests.cli.test_models import init, listed
from tests.support.program import Program


@pytest.mark.parametrize(
    ("pin", "said"),
    [
        ("claude-opus-5-5@default", "opus: claude-opus-5-5@default means claude-opus-5-5"),
        ("claude-haiku-4-5", "opus: claude-haiku-4-5 means claude-haiku-4-5@20251001"),
        ("claude-haiku-4-5%4020251001", "means claude-haiku-4-5@20251001"),
        ("claude-opus-5-5@latest", "the pin claude-opus-5-5@latest was not checked"),
        ("claude-opus-5-5@20990101", "is not listed; closest"),
    ],
)
def test_version_of_a_pin_is_read_as_google_reads_it(here: Program, pin: str, said: str) -> None:
    place = {"project": "acme-ml", "location": "global", "models.opus": pin}
    assert init(here, "v", "vertex", "--no-verify", **place).code == 0
    assert said in here.run("models", "v").err
    is_pinned = "means" in said
    models = listed(here, "v")["models"]
    assert isinstance(models, list)
    assert any(one["pinned"] for one in models) is is_pinned
