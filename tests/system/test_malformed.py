"""What a document lacks is said in words, not in those of the decoder."""

import json
from pathlib import Path

import msgspec
import pytest

from ccsetup.system import decoding
from ccsetup.system.malformed import Language, describe
from tests.support.program import Program


class Document(msgspec.Struct, forbid_unknown_fields=True):
    schema: int
    parts: dict[str, dict[str, str]]


@pytest.mark.parametrize(
    ("content", "language", "said"),
    [
        ("[]", "JSON", "it must be an object, not a list"),
        ("{}", "JSON", "key schema is missing"),
        ('{"schema":"x"}', "JSON", "key schema: must be a number, not text in quotes"),
        ('{"schema":null}', "JSON", "key schema: must be a number, not null"),
        ('{"schema":1,"other":2}', "JSON", "unknown key other"),
        ('{"schema":1,"parts":[]}', "JSON", "key parts: must be an object, not a list"),
        ('{"schema":1,"parts":{"a":1}}', "JSON", "key parts.*: must be an object, not a number"),
        ('{"schema":1', "JSON", "not valid JSON: it ends too early"),
        ("", "JSON", "not valid JSON: it ends too early"),
        ("}", "JSON", "not valid JSON: invalid character (byte 0)"),
        ("schema = ", "TOML", "not valid TOML: Invalid value (at end of document)"),
        ("parts = 1", "TOML", "key parts: must be a table, not a number"),
    ],
)
def test_error_of_a_document_names_the_key_and_the_problem(content: str, language: Language, said: str) -> None:
    decode = decoding.from_json if language == "JSON" else decoding.from_toml
    with pytest.raises(msgspec.DecodeError) as caught:
        decode(content.encode(), Document)
    assert describe(caught.value, language) == said


@pytest.mark.parametrize(
    ("words", "content"),
    [
        (("import", "-"), "[a]"),
        (("import", "FILE"), "schema = 'x'"),
        (("drift", "--merge", "FILE"), "[]"),
        (("report", "--html", "page.html", "--merge", "FILE"), json.dumps({"schema": 1, "machine": 1})),
    ],
)
def test_document_of_another_form_is_refused_in_plain_words(
    program: Program, tmp_path: Path, words: tuple[str, ...], content: str
) -> None:
    file = tmp_path / "document"
    file.write_text(content)
    done = program.run(*(str(file) if word == "FILE" else word for word in words), stdin=content)
    assert done.code == 2
    assert done.err.startswith("ccsetup: standard input: " if "-" in words else "ccsetup: ")
    assert len(done.err.splitlines()) == 2
    assert not any(word in done.err for word in ("`int`", "`object`", "required field", "Object "))


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("drift", "--within", "-1"), "--within must be at least 0"),
        (("schedule", "--print", "--within", "-1"), "--within must be at least 0"),
        (("trace", "--seconds", "1"), "--seconds must be at least 2"),
        (("trace", "--seconds", "121"), "--seconds must be at most 120"),
    ],
)
def test_number_beyond_its_bounds_is_refused_with_them(program: Program, words: tuple[str, ...], said: str) -> None:
    done = program.run(*words)
    assert (done.code, done.err.splitlines()[0]) == (2, f"ccsetup: {said}")
