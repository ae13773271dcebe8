"""The requests that one transcript's process made, as far as it wrote them down: which shape, which betas."""

import re
import zlib

import msgspec

from ccsetup.usage import rows
from ccsetup.usage.names import Names
from ccsetup.usage.rows import ApiRequest, Params

BILLING_HEADER = b"x-anthropic-billing-header"  # the client's first system block: varies, and is not cached
_SCOPE = re.compile(rb'"scope":\s*"([\w-]{1,40})"')
_TTL = re.compile(rb'"ttl":\s*"(\w{1,10})"')
_SHAPE = re.compile(rb'\{"type":"api-request-shape","sessionId":"[^"\\]*+","shapeHash":"(\w{16})\w*+"')
_NO_PARAMS = Params()
_NONE = (b"", b"null")
Made = tuple[int, int]  # fingerprint of the system prompt and tools, and the ledger's line `scope|ttl|betas`


class MadeRequests:
    """What is known of each request, by the id that an answer's row gives it.

    `shapes` maps shape hashes to fingerprints and is extended; `names` numbers the ledger's lines. `refs` are the
    requests that an earlier reading ended with, flat: checksum of the id, fingerprint, line, and so on.
    """

    def __init__(self, shapes: dict[str, int], names: Names, refs: tuple[int, ...]) -> None:
        self._shapes, self._names = shapes, names
        self._earlier: dict[int, Made] = {refs[at]: (refs[at + 1], refs[at + 2]) for at in range(0, len(refs), 3)}
        self._refs: dict[str, Made] = {}
        self._evidence: dict[object, int] = {}
        self._last: ApiRequest | None = None  # with its own bytes: a row's are those of a buffer that is filled again
        self._made: Made = (0, 0)  # the last one
        self._how: tuple[bytes | None, bytes | None] = (None, None)  # cache scope and lifetime of the last one
        self.lacking: dict[str, str] = {}  # {request: its shape's hash} of those whose shape was not read

    def take_request(self, row: ApiRequest) -> None:
        if not row.id:
            return
        last = self._last
        if (
            last is None
            or row.cacheControl != last.cacheControl
            or row.params != last.params
            or row.shapeHash != last.shapeHash
        ):
            self._made = self._make(row, last)
            self._last = ApiRequest(None, row.shapeHash, row.params.copy(), row.cacheControl.copy())
        if not self._made[0] and row.shapeHash:
            self.lacking[row.id] = row.shapeHash[:16]
        self._refs[row.id] = self._made

    def _make(self, row: ApiRequest, last: ApiRequest | None) -> Made:
        asked = bytes(row.cacheControl)
        scope = _SCOPE.search(asked) if b'"scope"' in asked else None
        ttl = _TTL.search(asked) if b'"ttl"' in asked else None
        how = (scope and scope[1], ttl and ttl[1])
        same = last is not None and how == self._how and row.params == last.params
        line = self._made[1] if same else self._asked(row.params, *how)
        self._how = how
        return self._shapes.get((row.shapeHash or "")[:16], 0), line

    def _asked(self, params: msgspec.Raw, *how: bytes | None) -> int:
        """The number of the ledger's line for the betas in `params`, cache scope and lifetime."""
        named = _NO_PARAMS if bytes(params) in _NONE else rows.read_params(params)
        lists = (bytes(named.betas), bytes(named.anthropic_beta))
        found = self._evidence.get((lists, how))
        if found is None:
            sent = {beta for part in lists if part not in _NONE for beta in rows.read_betas(part)}
            parts = [part.decode(errors="replace") if part else "" for part in how]
            found = self._evidence[lists, how] = self._names.number("|".join((*parts, " ".join(sorted(sent)))))
        return found

    def take_shape(self, line: memoryview) -> None:
        """Keep the fingerprint of a system prompt and tools, without what is not part of the cached prefix."""
        named = _SHAPE.match(line)
        if named and named[1].decode() in self._shapes:  # sessions of one installation share it
            return
        row = rows.read_api_shape(line)
        if not row.shapeHash or row.shape is None:
            return
        parts = [bytes(part) for part in row.shape.system]
        parts = [part for part in parts if BILLING_HEADER not in part]
        parts += [tool for tool in map(bytes, row.shape.tools) if b'"defer_loading":true' not in tool]
        self._last = None  # a request may have this shape
        self._shapes[row.shapeHash[:16]] = zlib.crc32(b"\n".join(parts)) or 1

    def find(self, ref: str) -> Made | None:
        """Return what is known of the request with this id; None if this file did not make it."""
        return self._refs.get(ref) or (self._earlier.get(_checksum(ref)) if self._earlier else None)

    def last(self, count: int) -> tuple[int, ...]:
        """Return the last `count` requests, flat as `refs` has them, for a later reading."""
        made = {**self._earlier, **{_checksum(ref): self._refs[ref] for ref in [*self._refs][-count:]}}
        return tuple(number for ref in [*made][-count:] for number in (ref, *made[ref]))


def _checksum(ref: str) -> int:
    return zlib.crc32(ref.encode(errors="replace"))
