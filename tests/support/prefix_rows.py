"""Rows of a session whose requests are on record: what the client writes about a request's prefix."""

from collections.abc import Sequence

from tests.support.transcripts import answer, clock

Row = dict[str, object]


def tool(name: str, size: int, **more: object) -> Row:
    """A tool whose compact JSON has `size` bytes."""
    bare: Row = {"name": name, "description": "", **more}
    return {**bare, "description": "x" * (size - len(_compact(bare)))}


def shape(hash_: str, system: Sequence[int], tools: Sequence[Row]) -> Row:
    """`system` are the sizes of its blocks in bytes; the client's billing header comes before them."""
    header: Row = {"type": "text", "text": "x-anthropic-billing-header: cc_version=2.1.332"}
    blocks = [{"type": "text", "text": "x" * (size - 25)} for size in system]
    return {"type": "api-request-shape", "shapeHash": hash_, "shape": {"system": [header, *blocks], "tools": tools}}


def request(id_: str, shape_hash: str, at: float, *, source: str = "sdk", **more: object) -> Row:
    row: Row = {"type": "api-request", "id": id_, "timestamp": clock(at), "querySource": source}
    return {**row, "shapeHash": shape_hash, "params": {"model": "claude-opus-5-5"}, "tail": [], **more}


def attachment(kind: str, size: int, **more: object) -> Row:
    """An attachment of which the request has `size` bytes."""
    content = [{"content": "x" * (size - 16)}]
    return {
        "parentUuid": None,
        "isSidechain": False,
        "attachment": {"type": kind, **more},
        "type": "attachment",
        "rendered": content,
    }


def session(name: str = "s1", at: float = 0) -> list[Row]:
    """A first request of 10,000 bytes that was billed 2,500 tokens: system 1,000, own tools 4,000, an MCP server with a
    tool of 2,000 and two deferred ones, CLAUDE.md 1,500, skills 500, a prompt of 1,000. One MCP tool is called."""
    tools = [tool("Bash", 4_000), tool("mcp__docs__search", 2_000), tool("DeferredToolPlaceholder", 200)]
    names = ["WebFetch", "mcp__docs__read", "mcp__docs__list", "mcp__idle__ping"]
    call = {"type": "tool_use", "id": "t1", "name": "mcp__docs__search", "input": {}}
    prompt: Row = {"parentUuid": None, "isSidechain": False, "type": "user", "message": "x" * 998}
    return [
        prompt,
        attachment("instructions", 1_500),
        attachment("skill_listing", 500),
        {**attachment("deferred_tools_delta", 16, addedNames=names, removedNames=[]), "rendered": None},
        shape("h1", [1_000], tools),
        request(f"{name}-r1", "h1", at),
        answer(f"{name}-m1", at, (0, 2_500, 0, 0, 9), session=name, content=[call], requestRef=f"{name}-r1"),
    ]


def _compact(row: Row) -> bytes:
    import json

    return json.dumps(row, separators=(",", ":")).encode()
