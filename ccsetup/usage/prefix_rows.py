"""The rows of a transcript that show what precedes every prompt, as sizes: no text is decoded.

Format: Claude Code 2.1.330 to 2.1.332; older clients do not write them.
"""

import msgspec

from ccsetup.system import decoding

_NOTHING = msgspec.Raw(b"")


class Attachment(msgspec.Struct):
    type: str | None = None
    addedNames: list[str] | None = None
    removedNames: list[str] | None = None


class AttachmentRow(msgspec.Struct):
    """A conversation row; `rendered` is what the request has of it."""

    type: str | None = None
    attachment: Attachment | None = None
    rendered: msgspec.Raw = _NOTHING
    message: msgspec.Raw = _NOTHING


class BlobRow(msgspec.Struct):
    """A message of a request; its text stays undecoded."""

    hash: str | None = None
    message: msgspec.Raw = _NOTHING


class RequestParams(msgspec.Struct):
    model: str | None = None


class RequestRow(msgspec.Struct):
    """A request; one with a `base` goes on from an earlier one, of whose messages it keeps some."""

    id: str | None = None
    base: str | None = None
    shapeHash: str | None = None
    querySource: str | None = None
    timestamp: str | None = None
    params: RequestParams | None = None
    tail: list[str] | None = None


class ToolName(msgspec.Struct):
    name: str | None = None


read_attachment = decoding.json_reader(AttachmentRow)
read_blob = decoding.json_reader(BlobRow)
read_request = decoding.json_reader(RequestRow)
read_tool = decoding.json_reader(ToolName)
