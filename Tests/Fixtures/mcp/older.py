"""An MCP server of the first revision, without any SDK: it does not answer what comes before `initialize`."""

import json
import sys

initialized = False
PAGES = {None: (["alpha"], "2"), "2": (["beta"], "3"), "3": (["gamma"], None)}


def send(message):
    sys.stdout.write(json.dumps({"jsonrpc": "2.0", **message}) + "\n")
    sys.stdout.flush()


print("starting", file=sys.stderr)
if "--end-when-discovered" in sys.argv and json.loads(sys.stdin.readline())["method"] != "initialize":
    sys.exit(1)
if "--end-when-discovered" in sys.argv:
    sys.argv.append("--initialized")
    send({"id": 1, "result": {"protocolVersion": "2024-11-05", "capabilities": {"tools": {}}, "serverInfo": {}}})
for line in sys.stdin:
    message = json.loads(line)
    method, params = message.get("method"), message.get("params", {})
    if method == "initialize":
        send(
            {
                "id": message["id"],
                "result": {
                    "protocolVersion": "2024-11-05",
                    "capabilities": {"tools": {}, "logging": {}},
                    "serverInfo": {"name": "older", "version": "1"},
                },
            }
        )
    elif method == "notifications/initialized":
        initialized = True
        send({"id": "ask", "method": "ping"})
    elif method == "logging/setLevel":
        send({"id": message["id"], "result": {}})
        send({"method": "notifications/message", "params": {"level": "warning", "data": "level " + params["level"]}})
    elif method == "tools/list":
        names, cursor = PAGES[params.get("cursor")]
        result = {"tools": [{"name": name, "inputSchema": {"type": "object"}} for name in names]}
        if cursor:
            result["nextCursor"] = cursor
        send({"id": message["id"], "result": result})
    elif method == "tools/call":
        send({"id": message["id"], "result": {"content": [{"type": "text", "text": "called " + params["name"]}]}})
