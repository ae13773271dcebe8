"""Executables in Bun's single-file format, made by hand: the layouts that a client comes in, and damaged ones."""

import struct
from collections.abc import Mapping

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
