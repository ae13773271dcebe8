"""The price documents of tests/data/prices, written by hand in the sellers' own forms, and how tests change one."""

import copy
import datetime
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parents[1] / "data" / "prices"
NOW = datetime.datetime(2026, 11, 27, tzinfo=datetime.UTC)
OPUS, HAIKU = "anthropic.claude-opus-5-5", "Claude Haiku 4.5"
Document = Any
"""A JSON document, which has no type."""


def offers() -> Document:
    return json.loads((FOLDER / "offers.json").read_text())


def products() -> list[Document]:
    found: list[Document] = json.loads((FOLDER / "price-list.json").read_text())
    return found


def texts(entries: list[Document]) -> list[str]:
    return [json.dumps(entry) for entry in entries]


def file() -> Document:
    return json.loads((FOLDER / "price-list-bulk.json").read_text())


def page() -> str:
    return (FOLDER / "pricing.md").read_text()


def google() -> dict[str, Document]:
    found: dict[str, Document] = json.loads((FOLDER / "google-answers.json").read_text())
    return found


def changed(document: Document, change: Callable[[Document], object]) -> Document:
    """A copy of the document with a change made in place."""
    copied = copy.deepcopy(document)
    change(copied)
    return copied
