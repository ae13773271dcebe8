"""Edits in JSON text: the same as on the parsed object, and everything else byte for byte."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccsetup.claude_code import json_edit

KEYS = st.text(st.sampled_from('abé"\\\n{}:, '), max_size=3)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | KEYS,
    lambda inner: st.lists(inner) | st.dictionaries(KEYS, inner),
    max_leaves=6,
)
OBJECTS = st.dictionaries(KEYS, VALUES, max_size=4)
INDENTS = st.sampled_from([2, 4, "\t", None])


@given(OBJECTS, st.dictionaries(KEYS, KEYS, max_size=3), KEYS, KEYS, INDENTS)
def test_put_and_drop_are_what_they_are_on_the_object(
    rest: dict[str, object], env: dict[str, str], key: str, value: str, indent: int | str | None
) -> None:
    content = {**rest, "env": env}
    text = json.dumps(content, indent=indent)
    assert json.loads(json_edit.put(text, ("env", key), value)) == {**content, "env": {**env, key: value}}
    assert json.loads(json_edit.put(text, (key,), value)) == {**content, key: value}
    without = {name: one for name, one in env.items() if name != key}
    assert json.loads(json_edit.drop(text, ("env", key))) == {**content, "env": without}
    assert json.loads(json_edit.drop(text, (key,))) == {name: one for name, one in content.items() if name != key}
    assert json.loads(json_edit.spread(text, "env")) == content
    if key not in env:
        assert json_edit.drop(json_edit.put(text, ("env", key), value), ("env", key)) == text or not env


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", '{\n  "env": {\n    "A": "1"\n  }\n}\n'),
        ("{}", '{\n  "env": {\n    "A": "1"\n  }\n}'),
        ('{\n\t"x": [1,  2]\n}\n', '{\n\t"x": [1,  2],\n\t"env": {\n\t\t"A": "1"\n\t}\n}\n'),
        ('{"x":1}', '{"x":1, "env": {"A": "1"}}'),
        ('{\r\n  "env": {}\r\n}\r\n', '{\r\n  "env": {\r\n    "A": "1"\r\n  }\r\n}\r\n'),
        ('{\n  "env": {\n    "A": "0",\n    "B": "é"\n  }\n}', '{\n  "env": {\n    "A": "1",\n    "B": "é"\n  }\n}'),
    ],
)
def test_what_is_added_looks_like_its_neighbours(before: str, after: str) -> None:
    assert json_edit.put(before, ("env", "A"), "1") == after


@pytest.mark.parametrize(
    "value", ["[" * 50_000 + "]" * 50_000, '{"a":[' * 9_000 + "0" + "]}" * 9_000, "9" * 5_000, '"}]"', "-1.5e9", "null"]
)
@pytest.mark.parametrize(
    "line", ['{{"x":{},"env":{{"A":"0"}}}}', '{{"env":{{"A":"0","x":{}}}}}', '{{"env":{{"A":"0"}},"x":{} }}']
)
def test_value_of_any_depth_and_length_is_skipped_over(line: str, value: str) -> None:
    text = line.format(value)
    assert json_edit.put(text, ("env", "A"), "1") == line.replace('"A":"0"', '"A":"1"').format(value)
    assert json_edit.drop(json_edit.put(text, ("B",), "1"), ("B",)) == text
    assert value not in json_edit.drop(json_edit.drop(text, ("x",)), ("env", "x"))
