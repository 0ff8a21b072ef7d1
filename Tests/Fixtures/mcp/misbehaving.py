"""An MCP server on the official SDK that misbehaves when it is asked to."""

import asyncio
import os
import sys

from mcp.server.mcpserver import Context, Image, MCPServer

server = MCPServer("misbehaving")


@server.tool(description="Ends the whole server in the middle of the call.")
def crash() -> str:
    os._exit(3)


@server.tool(description="Never answers.")
async def hang(marker: str) -> str:
    with open(marker, "w") as file:
        file.write("started")
    try:
        await asyncio.sleep(3600)
    except asyncio.CancelledError:
        with open(marker, "w") as file:
            file.write("cancelled")
        raise
    return "never"


@server.tool(description="Takes its time, and tells its progress.")
async def steps(ctx: Context, count: int, seconds: float) -> str:
    for step in range(count):
        await ctx.report_progress(step, count)
        await asyncio.sleep(seconds)
    return f"{count} steps"


@server.tool(description="Fails.")
def fail() -> str:
    raise ValueError("on purpose")


@server.tool(description="Answers more than anybody wants to read.")
def large(count: int) -> str:
    return "x" * count


@server.tool(description="Shows a picture.")
def picture() -> Image:
    return Image(data=b"\x89PNG", format="png")


@server.tool(description="Writes what is no message where messages belong.")
def chatter() -> str:
    os.write(1, b"this is no message\n")
    return "said"


@server.tool(description="Has one tool more from now on.")
async def grow(ctx: Context) -> str:
    server.add_tool(lambda: "new", name="grown", description="New.")
    await ctx.notify_tools_changed()
    return "grown"


@server.tool(description="Tells what it was started with.")
def environment(name: str) -> str:
    return os.environ.get(name, "(unset)")


@server.tool(description="Waits, then answers which call it was.")
async def wait(number: int, seconds: float) -> str:
    await asyncio.sleep(seconds)
    return str(number)


server.run("stdio")
