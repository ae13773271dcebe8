"""An MCP server on standard input and output, with three tools. It writes a line for each start to the file given."""

import json
import os
import sys
from pathlib import Path

TOOLS = ("search", "read", "list")


def reply(method: str) -> dict[str, object]:
    if method == "initialize":
        version = {"protocolVersion": "2025-06-18", "serverInfo": {"name": "docs", "version": "1"}}
        return {**version, "capabilities": {"tools": {}}}
    if method == "tools/list":
        schema = {"type": "object", "properties": {"query": {"type": "string", "description": "what to find " * 20}}}
        about = "Finds passages of the documentation. " * 10
        return {"tools": [{"name": name, "description": f"{name}: {about}", "inputSchema": schema} for name in TOOLS]}
    return {"content": [{"type": "text", "text": "a passage"}]} if method == "tools/call" else {}


if __name__ == "__main__":
    with Path(sys.argv[1]).open("a") as file:
        file.write(f"{os.getpid()}\n")
    for text in sys.stdin:
        asked = json.loads(text)
        if "id" in asked:
            answer = {"jsonrpc": "2.0", "id": asked["id"], "result": reply(asked["method"])}
            sys.stdout.write(json.dumps(answer) + "\n")
            sys.stdout.flush()
