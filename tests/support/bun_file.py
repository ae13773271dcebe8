"""Executables in Bun's single-file format, made by hand: the layouts that a client comes in, and damaged ones; and
clients that say what a test wants of their aliases."""

import json
import struct
from collections.abc import Mapping
from pathlib import Path

HEADS: Mapping[str, bytes] = {"linux": b"\x7fELF", "macos": b"\xcf\xfa\xed\xfe", "windows": b"MZ\x90\0"}
TRAILER = b"\n---- Bun! ----\n"
SCRIPT, ASSET = 1, 5  # loaders


def bun_file(
    modules: Mapping[str, str],
    *,
    head: bytes = HEADS["linux"],
    tail: bytes = b"",
    root: str = "/$bunfs/root/",
    padding: int = 32,
    loader: int = SCRIPT,
) -> bytes:
    """An executable with these modules; `padding` is what a row has between the text's place and its kind."""
    payload = b"\0" * 100  # bytecode
    rows = b""
    for name, text in modules.items():
        places = []
        for content in ((root + name).encode(), text.encode("latin-1")):
            places += [len(payload), len(content)]
            payload += content + b"\0"
        rows += struct.pack(f"<IIII{padding}xBBBB", *places, 1, loader, 1, 0)
    table = len(payload)
    payload += rows + b"\0"
    record = struct.pack("<QIIIIII", len(payload), table, len(rows), 0, 0, 0, 0)
    return head + b"\0" * 500 + payload + record + TRAILER + tail


def models_text(aliases: Mapping[str, Mapping[str, str]]) -> str:
    """Program text whose tiers ask these providers for these ids: {provider: {tier: id}}."""
    tiers = dict.fromkeys(tier for ids in aliases.values() for tier in ids)
    models = [
        {"id": f"claude-{tier}", "provider_ids": {name: ids[tier] for name, ids in aliases.items() if tier in ids}}
        for tier in tiers
    ]
    table = {
        "models": models,
        "aliases": {tier: {"default": f"claude-{tier}"} for tier in tiers},
        "latest_per_family": {},
    }
    text = json.dumps(table, separators=(",", ":")).replace('"latest_per_family":', "latest_per_family:")
    return f"var t={text};"


def install(home: Path, version: str, *, provider: str = "bedrock", more: str = "", **aliases: str) -> Path:
    """Claude Code of this version in `home/bin`, whose tiers ask `provider` for these ids. It cannot be run."""
    text = models_text({provider: aliases})
    code = home / ".local" / "share" / "claude" / "versions" / version
    code.parent.mkdir(parents=True, exist_ok=True)
    code.write_bytes(bun_file({"models.js": text, "more.js": more}))
    code.chmod(0o755)
    link = home / "bin" / "claude"
    link.parent.mkdir(exist_ok=True)
    link.unlink(missing_ok=True)
    link.symlink_to(code)
    return code
