"""docs/terminal.svg shows what the commands print today; `make terminal` records it again."""

import importlib.util
import re
from pathlib import Path

import pytest

from tests.support.client_runner import require_client

DOCS = Path(__file__).parent.parent / "docs"


@pytest.mark.thorough
@pytest.mark.client
def test_recording_is_what_the_commands_show_today() -> None:
    require_client()
    spec = importlib.util.spec_from_file_location("record", DOCS / "record.py")
    assert spec is not None
    assert spec.loader is not None
    record = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(record)
    kept = (DOCS / "terminal.svg").read_text(encoding="utf-8")
    kept_lines, lines = (re.sub(r"\d{4}-\d\d-\d\d", "DATE", text).splitlines() for text in (kept, record.recorded()))
    assert lines == kept_lines, "record it again: make terminal"
