"""An MCP server without any SDK that does what no SDK lets it do. With a file's name it starts once only: while there is none.
Where ROUGH_METHODS names a file, it writes there what it is asked for, a line each."""

import json
import os
import sys
import threading
import time

LIMIT = 16 << 20
NAMES = ["add", "babble", "crash", "flood", "hang", "line", "long", "mute"]
if len(sys.argv) > 1:
    open(sys.argv[1], "x").close()
flooded = 0


def send(message):
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


def babble():
    global flooded
    # Short enough to be written at once, between other messages.
    while True:
        flooded += os.write(1, b"J" * 99 + b"\n")


def flood():
    global flooded
    line = b"E" * 99 + b"\n"
    while True:
        flooded += os.write(2, line * 10)


def call(name, arguments):
    if name == "crash":
        os._exit(3)
    if name == "flood":
        threading.Thread(target=flood, daemon=True).start()
    if name == "babble":
        threading.Thread(target=babble, daemon=True).start()
    if name == "line":
        sys.stdout.write("J" * arguments["bytes"])
        sys.stdout.flush()
        sys.stdout.write("\n" if arguments["ends"] else "")
    if name == "hang" or not arguments.get("ends", True):
        while True:
            time.sleep(60)
    if name == "long":
        return "x" * (LIMIT + 1)
    return str(arguments.get("number", 0) + flooded)


for line in sys.stdin:
    message = json.loads(line)
    method, params, number = message.get("method"), message.get("params", {}), message.get("id")
    if "ROUGH_METHODS" in os.environ:
        with open(os.environ["ROUGH_METHODS"], "a") as file:
            file.write(method + "\n")
    if number is None:
        continue
    if method == "initialize":
        result = {"protocolVersion": "2025-06-18", "capabilities": {"tools": {}}, "serverInfo": {"name": "rough"}}
    elif method == "tools/list":
        result = {"tools": [{"name": name, "inputSchema": {"type": "object"}} for name in NAMES]}
    elif method == "tools/call" and params["name"] == "mute":
        continue
    elif method == "tools/call":
        result = {"content": [{"type": "text", "text": call(params["name"], params["arguments"])}]}
    else:
        send({"jsonrpc": "2.0", "id": number, "error": {"code": -32601, "message": "no"}})
        continue
    if params.get("arguments", {}).get("id_last"):
        send({"result": result, "jsonrpc": "2.0", "id": number})
    else:
        send({"jsonrpc": "2.0", "id": number, "result": result})
