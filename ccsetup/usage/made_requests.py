"""The requests that one transcript's process made, as far as it wrote them down: which shape, which betas."""

import re
import zlib

from ccsetup.usage import rows
from ccsetup.usage.names import Names
from ccsetup.usage.rows import ApiRequest, Params

BILLING_HEADER = b"x-anthropic-billing-header"  # the client's first system block: varies, and is not cached
_SCOPE = re.compile(rb'"scope":\s*"([\w-]{1,40})"')
_TTL = re.compile(rb'"ttl":\s*"(\w{1,10})"')
_SHAPE = re.compile(rb'\{"type":"api-request-shape","sessionId":"[^"\\]*+","shapeHash":"(\w{16})\w*+"')
_NO_PARAMS = Params()
Made = tuple[int, int]  # fingerprint of the system prompt and tools, and the ledger's line `scope|ttl|betas`


class MadeRequests:
    """By the name that an answer's row has for its request. `refs` are those that an earlier reading ended with:
    checksum, shape, evidence, one after another."""

    def __init__(self, shapes: dict[str, int], names: Names, refs: tuple[int, ...]) -> None:
        self._shapes, self._names = shapes, names
        self._former: dict[int, Made] = {refs[at]: (refs[at + 1], refs[at + 2]) for at in range(0, len(refs), 3)}
        self._refs: dict[str, Made] = {}
        self._evidence: dict[object, int] = {}
        self.lacking: dict[str, str] = {}  # {request: its shape's hash} of those whose shape was not read

    def take_request(self, row: ApiRequest) -> None:
        if not row.id:
            return
        params, asked = row.params or _NO_PARAMS, bytes(row.cacheControl)
        scope = _SCOPE.search(asked) if b'"scope"' in asked else None
        ttl = _TTL.search(asked) if b'"ttl"' in asked else None
        key = (bytes(params.betas), bytes(params.anthropic_beta), scope and scope[1], ttl and ttl[1])
        evidence = self._evidence.get(key)
        if evidence is None:
            betas = {beta for part in key[:2] if part not in (b"", b"null") for beta in rows.read_betas(part)}
            parts = [match[1].decode(errors="replace") if match else "" for match in (scope, ttl)]
            evidence = self._evidence[key] = self._names.number("|".join((*parts, " ".join(sorted(betas)))))
        hash_ = (row.shapeHash or "")[:16]
        shape = self._shapes.get(hash_, 0)
        if hash_ and not shape:
            self.lacking[row.id] = hash_
        self._refs[row.id] = (shape, evidence)

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
        self._shapes[row.shapeHash[:16]] = zlib.crc32(b"\n".join(parts)) or 1

    def find(self, ref: str) -> Made | None:
        """A request that this file made."""
        return self._refs.get(ref) or (self._former.get(_checksum(ref)) if self._former else None)

    def last(self, count: int) -> tuple[int, ...]:
        """The last ones, for a later reading."""
        made = {**self._former, **{_checksum(ref): self._refs[ref] for ref in [*self._refs][-count:]}}
        return tuple(number for ref in [*made][-count:] for number in (ref, *made[ref]))


def _checksum(ref: str) -> int:
    return zlib.crc32(ref.encode(errors="replace"))
