"""The subset of Terraform's language that a policy needs."""

import re
from collections.abc import Iterable, Sequence

from ccsetup.providers.policy.iam import Statement
from ccsetup.system import display

_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t", "${": "$${", "%{": "%%{"}


def quote_text(value: str) -> str:
    """Quote `value` as a string without interpolation."""
    plain = re.sub(r'\$\{|%\{|[\\"\n\r\t]', lambda match: _ESCAPES[match[0]], value)
    return f'"{display.escaped(plain, display.code_point)}"'


def label(name: str) -> str:
    """A profile's name as an identifier."""
    return "claude_" + re.sub(r"[^A-Za-z0-9_]", "_", name)


def format_list(values: Iterable[str], indent: str) -> str:
    """A list with one value per line."""
    return "[\n" + "".join(f"{indent}  {quote_text(value)},\n" for value in values) + f"{indent}]"


def aws(name: str, policy: Sequence[Statement]) -> str:
    """The policy document and the managed policy."""
    identifier = label(name)
    blocks = "\n".join(_statement(statement) for statement in policy)
    return (
        f'data "aws_iam_policy_document" "{identifier}" {{\n{blocks}}}\n\n'
        f'resource "aws_iam_policy" "{identifier}" {{\n'
        f"  name        = {quote_text(f'claude-code-{name}')}\n"
        f'  description = "What Claude Code needs on Amazon Bedrock: the pinned models and nothing else"\n'
        f"  policy      = data.aws_iam_policy_document.{identifier}.json\n}}\n"
    )


def _statement(statement: Statement) -> str:
    conditions = "".join(
        f"\n    condition {{\n      test     = {quote_text(statement.test)}\n      variable = {quote_text(key)}\n"
        f"      values = {format_list(values, '      ')}\n    }}\n"
        for key, values in statement.when.items()
    )
    return (
        f'  statement {{\n    sid    = {quote_text(statement.sid)}\n    effect = "Allow"\n'
        f"    actions = {format_list(statement.actions, '    ')}\n"
        f"    resources = {format_list(statement.resources, '    ')}\n"
        f"{conditions}  }}\n"
    )
