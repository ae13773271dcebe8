"""Every fact that ccsetup takes from an installed client, read in one pass over its text; about 0.2 s of CPU."""

import datetime
from pathlib import Path

import msgspec

from ccsetup.claude_code.facts import model_table, provider_tables, variables
from ccsetup.claude_code.facts.model_table import ModelTable
from ccsetup.claude_code.facts.program_text import UnknownLayoutError, program_texts
from ccsetup.claude_code.facts.variables import Registered
from ccsetup.system import decoding

_BEDROCK, _MANAGED = b"CLAUDE_CODE_USE_BEDROCK", b"CLAUDE_CODE_PROVIDER_MANAGED_BY_HOST"
_FAMILY = b"VERTEX_REGION_CLAUDE_"
_MODELS_REGIONS = "regions of the model table"


class ClientFacts(msgspec.Struct, frozen=True):
    """What one client's text says; all of it sorted. A fact named in `unreadable` is empty because it is not known."""

    aliases: dict[str, dict[str, str]] = {}  # provider → tier → the id asked for
    best: str = ""  # the tier that the alias `best` means
    catalogue_keys: tuple[str, ...] = ()  # RSA keys (SPKI, base64) that sign the published catalogue
    managed: tuple[str, ...] = ()  # provider-managed variables; a family ends in `*`
    models: dict[str, dict[str, str]] = {}  # the client's name of a model → provider → id
    names: tuple[str, ...] = ()  # every ANTHROPIC_…, CLAUDE_… and CLOUD_ML_… name in its text
    order: tuple[tuple[str, str], ...] = ()  # variable, provider; in the client's own order
    regions: dict[str, str] = {}  # what a model's name begins with → the variable with its Vertex region
    retirements: dict[str, dict[str, datetime.date]] = {}  # the client's name of a model → provider → day
    variables: dict[str, Registered] = {}  # its registry
    unreadable: tuple[str, ...] = ()


FACTS = tuple(field for field in ClientFacts.__struct_fields__ if field != "unreadable")


def read_aliases(path: Path) -> ModelTable | None:
    """The table of models and aliases alone, which takes a few milliseconds; None if it cannot be read."""
    try:
        return model_table.table_of(program_texts(path))
    except (UnknownLayoutError, OSError):
        return None


def read_facts(path: Path) -> ClientFacts:
    """All facts of the client whose program text is in this file. Never raises: what cannot be read is named."""
    gathered = _Gathered()
    try:
        for text in program_texts(path):
            gathered.add_named(text)
        if gathered.lacks_tables():  # one of them may be in a module that names no variable
            for text in program_texts(path):
                gathered.add_tables(text)
    except (UnknownLayoutError, OSError):
        return ClientFacts(unreadable=FACTS)
    return gathered.facts()


class _Gathered:
    """What was found so far; of a fact that several modules seem to have, the first reading counts."""

    def __init__(self) -> None:
        self.names: set[bytes] = set()
        self.found: dict[str, object] = {}

    def add_named(self, text: bytes) -> None:
        """What a module says beside the variables that it names."""
        named = False
        for name, end in variables.names(text):
            named = True
            self.names.add(name)
            if name == _BEDROCK:
                self._at_bedrock(text, end)
            elif name == _MANAGED and text.endswith(provider_tables.MANAGED, 0, end + 1):
                self._keep("managed", provider_tables.managed(text, end + 1 - len(provider_tables.MANAGED)))
        if named:
            self.add_tables(text)

    def add_tables(self, text: bytes) -> None:
        if "aliases" not in self.found and model_table.ANCHOR in text and (table := model_table.read_table(text)):
            for fact in ("aliases", "models", "best"):
                self._keep(fact, getattr(table, fact))
            self._keep(_MODELS_REGIONS, table.regions)
        if "retirements" not in self.found and provider_tables.RETIREMENTS in text:
            self._keep("retirements", provider_tables.retirements(text))
        if "catalogue_keys" not in self.found and provider_tables.KEYS in text:
            self._keep("catalogue_keys", provider_tables.keys(text))
        if "regions" not in self.found and _FAMILY in text:
            self._keep("regions", provider_tables.regions(text))

    def lacks_tables(self) -> bool:
        return not self.found.keys() >= {"aliases", "retirements", "catalogue_keys"}

    def facts(self) -> ClientFacts:
        names = tuple(sorted(name.decode() for name in self.names))
        if variables.SURE in names:
            self._keep("names", names)
        self._keep("regions", self.found.pop(_MODELS_REGIONS, None))
        known = {fact: value for fact, value in self.found.items() if fact in FACTS}
        unreadable = tuple(fact for fact in FACTS if fact not in known)
        return decoding.convert({**known, "unreadable": unreadable}, ClientFacts)

    def _at_bedrock(self, text: bytes, end: int) -> None:
        """Behind this name stands the registry's declaration, the chain of providers, or neither."""
        if text.startswith(b":()=>", end):
            self._keep("variables", variables.registry(text))
        elif text[end : end + 2] in (b'?"', b")?"):
            chain = provider_tables.ORDER.search(text, max(end - 80, 0), end + 40)
            if chain and chain[1] == _BEDROCK:
                self._keep("order", provider_tables.order(text, chain.start()))

    def _keep(self, fact: str, value: object) -> None:
        if value:
            self.found.setdefault(fact, value)
