"""Hostile text, and an independent reading of what may not reach a person raw: by Unicode's categories."""

import re
import unicodedata

# Default_Ignorable_Code_Point of DerivedCoreProperties.txt, and the blank of Braille: drawn as nothing.
IGNORABLE = (
    (0xAD, 0xAD), (0x34F, 0x34F), (0x61C, 0x61C), (0x115F, 0x1160), (0x17B4, 0x17B5), (0x180B, 0x180F),
    (0x200B, 0x200F), (0x202A, 0x202E), (0x2060, 0x206F), (0x2800, 0x2800), (0x3164, 0x3164), (0xFE00, 0xFE0F),
    (0xFEFF, 0xFEFF), (0xFFA0, 0xFFA0), (0xFFF0, 0xFFF8), (0x1BCA0, 0x1BCA3), (0x1D173, 0x1D17A), (0xE0000, 0xE0FFF),
)  # fmt: skip
FORGED = "FORGED"  # begins a line only where a text has begun a line of its own
HOSTILE = (
    "a\x1b[2J\x1b[1;1Hb",  # clears the screen
    "a\x1b]52;c;cm0gLXJm\x07b",  # writes to the clipboard
    "a\x1b]8;;https://evil.example\x1b\\link\x1b]8;;\x1b\\b",
    "a\x1b]0;title\x07\x1b[?1049h\x1b(0b",
    "a\x1bPq#0\x1b\\b",  # sixel
    "a\x9b31mb\x9d0;t\x9cc",  # C1
    "a\x90q\x84\x8d\x85b",
    "a\rovertyped",
    f"a\n{FORGED}\r\n  {FORGED}",
    "a\b\b\b\x7fb\x0b\x0c",
    "a\n::error file=x::forged",
    "a\r\n::set-output name=x::y%0A%25",
    "::add-mask::b",
    "a ##[error]b ##vso[task.setvariable variable=x]y ##teamcity[x]",
    "a\n\n## All good\n\n| a | b |",
    "```\n# out\n````sh",
    "a`](https://evil.example)<img src=x>&#8238;<b>|~~x~~**y**",
    "a\u202egpj.exe\u202c\u2066x\u2069\u2067\u2068b",
    "a\u061cb\u200ec\u200fd",
    "a\u2028b\u2029c\x85d",
    "a\u200bb\u200cc\u200dd\u2060e\ufefff\xadg",
    "a\U000e0041\U000e0042\U000e007fb",  # tags
    "a\ufe0e\ufe01\U000e0100\U000e01efb",  # variation selectors
    "a\u3164\u115f\uffa0\u2800\u034fb",  # fillers
    "a\xa0\u2003\u3000\u202f\u1680b",  # spaces that are not one
    "a\ufff9b\ufffac\ufffb\ufffe\uffff\U0001fffeb",
    "a\ue000\U000f0000\u0378b",  # private and unassigned
    "a'; touch owned; '\n$(touch owned)`touch owned`",
    'a"${jsonencode(1)}%{ if true }\n}\nresource "x" "y" {',
    "a: b\n  - c: &d *d\n---\n# e",
    "]]>&lt;!--<![CDATA[\x00",
)
"""In TOML and JSON all of these can stand; lone surrogates only in JSON: see SURROGATES."""
SURROGATES = ("a\ud800b", "a\udcffb\udc9bc", "\udfff\ud83d")


def unsafe(text: str, *, tabs: bool = False) -> list[str]:
    """What may not leave so, with a little of where it stands; empty for a text that hides nothing."""
    found = []
    for line in text.split("\n"):
        for one in re.finditer(r"[^ -~]", line):
            place = one.start()
            if _is_unsafe(one[0], line[place - 1 : place]) and not (tabs and one[0] == "\t"):
                found.append(f"U+{ord(one[0]):04X} in {line[max(0, place - 30) : place + 30]!r}")
        if line.lstrip(" $-+|").startswith(FORGED):
            found.append(f"a forged line: {line[:80]!r}")
        if line.lstrip().startswith("::") or re.search(r"##\w*\[", line):
            found.append(f"a runner's command: {line[:80]!r}")
    return found


def _is_unsafe(letter: str, before: str) -> bool:
    number, category = ord(letter), unicodedata.category(letter)
    if letter == "\ufe0f" and before in ("⚠", "ℹ"):  # our own signs
        return False
    return category[0] in "CZ" or any(first <= number <= last for first, last in IGNORABLE)
