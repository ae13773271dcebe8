"""The catalogue of models that Anthropic publishes, as Claude Code keeps it in its cache: where it moves an alias.

Believed only if its signature verifies with a key that Claude Code would use. Seen on 2.1.330 and 2.1.332: the signed
`documentBytes` count, an expired document too; aliases on Bedrock and Vertex move, on Mantle and Foundry they do not.
"""

import base64
import hashlib
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from ccsetup.claude_code.facts.client_facts import ClientFacts
from ccsetup.claude_code.settings import MANAGED, Layer
from ccsetup.knowledge import settings_files
from ccsetup.system import decoding, presence

MOVES = ("bedrock", "vertex")  # providers whose aliases it moves
_URL = "https://downloads.claude.ai/model-catalog/v1/catalog.json"
_CONTEXT = b"claude-code-model-catalog-v1\0"
_OFF = ("0", "false", "no", "off")
_LARGEST = 16 << 20  # bytes
_SURFACE = "cc"


class _Sidecar(msgspec.Struct, frozen=True):
    signature: str
    publicKeySha256: str


class _Cached(msgspec.Struct, frozen=True):
    documentBytes: str
    sidecar: _Sidecar


class _Moved(msgspec.Struct, frozen=True):
    default: str = ""
    per_provider: dict[str, str] = {}


class _Row(msgspec.Struct, frozen=True):
    id: str
    disabled: bool = False
    section: str = ""
    provider_ids: dict[str, str | None] = {}


class _Selector(msgspec.Struct, frozen=True):
    id: str
    provider_alias_targets: dict[str, _Moved] = {}
    models: tuple[_Row, ...] = ()


class _OneSurface(msgspec.Struct, frozen=True):
    model_selector_config: tuple[_Selector, ...] = ()


class _Document(msgspec.Struct, frozen=True):
    version: int
    surfaces: dict[str, _OneSurface]


@dataclass(frozen=True, slots=True)
class Published:
    """The ids that a published catalogue gives to aliases of one provider; `problem` is why it is not believed."""

    version: int
    ids: Mapping[str, str]
    problem: str = ""


def cached_path(values: Mapping[str, str], layers: Sequence[Layer], home: Path) -> Path | None:
    """The file of the catalogue that Claude Code would follow here; None if it is switched off."""
    url = _managed(layers, "modelCatalogUrl") or values.get("CLAUDE_CODE_MODEL_CATALOG_URL") or _URL
    quiet = values.get("CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC", "").strip().lower() not in ("", *_OFF)
    if values.get("CLAUDE_CODE_MODEL_CATALOG", "").strip().lower() in _OFF or (quiet and not url.startswith("file:")):
        return None
    folder = Path(settings_files.user_folder(values.get("CLAUDE_CONFIG_DIR"), str(home), os.curdir))
    name = f"published-{hashlib.sha256(url.encode(errors='surrogateescape')).hexdigest()[:32]}.json"
    path = folder / "cache" / "model-catalog" / name
    return path if presence.is_file(path) else None


def read_published(path: Path, provider: str, facts: ClientFacts, layers: Sequence[Layer]) -> Published:
    """What the file says of one provider's aliases, if its signature verifies."""
    try:
        if path.stat().st_size > _LARGEST:
            return Published(0, {}, "it is too large")
        cached = decoding.from_json(path.read_bytes(), _Cached)
        text = base64.b64decode(cached.documentBytes, validate=True)
        signature = base64.b64decode(cached.sidecar.signature, validate=True)
        if not _is_signed(text, signature, cached.sidecar.publicKeySha256, _keys(facts, layers)):
            return Published(0, {}, "its signature does not verify")
        document = decoding.from_json(text, _Document)
    except (OSError, ValueError, RecursionError):  # DecodeError is a ValueError
        return Published(0, {}, "it cannot be read")
    selectors = document.surfaces.get(_SURFACE, _OneSurface()).model_selector_config
    selector = next((one for one in selectors if one.id == _SURFACE), _Selector(_SURFACE))
    return Published(document.version, dict(_ids(selector, provider, facts)))


def _ids(selector: _Selector, provider: str, facts: ClientFacts) -> list[tuple[str, str]]:
    """A target counts only if its row is listed and not disabled; one for the provider, not the general one."""
    rows = {row.id: row for row in selector.models if not row.disabled and row.section != "deprecated"}
    found = []
    for tier, moved in selector.provider_alias_targets.items():
        row = rows.get(moved.per_provider.get(provider, "").strip())
        id_ = row and (facts.models.get(row.id, {}).get(provider) or row.provider_ids.get(provider))
        if id_:
            found.append((tier, id_))
    return found


def _keys(facts: ClientFacts, layers: Sequence[Layer]) -> list[bytes]:
    """The keys in the client, and the one of managed settings where they name the catalogue's URL too."""
    keys = [base64.b64decode(key) for key in facts.catalogue_keys]
    own = _managed(layers, "modelCatalogPublicKey")
    if own and _managed(layers, "modelCatalogUrl"):
        lines = [line for line in own.strip().splitlines() if not line.startswith("-----")]
        keys.append(base64.b64decode("".join(lines)))
    return keys


def _is_signed(text: bytes, signature: bytes, named: str, keys: Sequence[bytes]) -> bool:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric import padding
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
    from cryptography.hazmat.primitives.hashes import SHA512
    from cryptography.hazmat.primitives.serialization import load_der_public_key

    key = next((load_der_public_key(one) for one in keys if hashlib.sha256(one).hexdigest() == named), None)
    if not isinstance(key, RSAPublicKey) or key.key_size < 2048:
        return False
    try:
        key.verify(signature, _CONTEXT + text, padding.PKCS1v15(), SHA512())
    except InvalidSignature:
        return False
    return True


def _managed(layers: Sequence[Layer], line: str) -> str:
    values = (layer.content.get(line) for layer in layers if layer.name == MANAGED)
    return next((value for value in values if isinstance(value, str) and value), "")
